"""What is said of signatures through a certification authority: what is true now, why, what to do next."""

REFUSED = {
    "signature-needed": "{number} 这一级要用你的数字证书签署，还没有生效。请在聊天里再办一次，打开给你的链接",
    "signature-again": "你签的时候，同一级的同事先答复了，你签的已不是现在这份，没有生效。请看最新的卡片，再办一次",
    "signature-refused": "签名没有通过核对，没有生效。请在聊天里再办一次；还是这样，请联系系统管理员",
    "certificate-unfit": (
        "签名服务给出的证书不是你的，或已过期、不是本单位认可的机构颁发的，没有生效。请联系系统管理员核对你的证书账号"
    ),
    "signature-one-by-one": (
        "{number} 这一级要用数字证书签署，不能和别的一起办，这次都没有办。请一条一条办，例如「同意 {number}」"
    ),
}
ENDED = {
    "declined": "你在签署页面选了不签，{number} 没有生效，还在等你答复。要办请在卡片上再点一次，或发「同意 {number}」",
    "expired": "{number} 这次签署过期了，没有生效，还在等你答复。要办请在卡片上再点一次，或发「同意 {number}」",
    "down": "{name}的签名服务现在没有回应，{number} 没有生效，还在等你答复。请过一会儿再办；一直这样，请联系系统管理员",
    "refused": "{name}的签名服务没有接受，{number} 没有生效，还在等你答复。请联系系统管理员运行 python -m bot check",
    "unknown": "{name}那里没有你的证书，{number} 没有生效，还在等你答复。请联系系统管理员，先在{name}为你办证书",
    "removed": "签名服务已停用，{number} 没有生效。请联系系统管理员恢复签名服务，或改规则后由发起人重新提交",
    "moved": "{number} 的卡片已换了新的，这次签署没有生效，还在等你答复。请看最新的卡片再办，或发「同意 {number}」",
}
"""Why an order ended without an answer while its owner is still asked; other reasons are refusals, worded as such."""
OVER = {
    "": "{number} 这一级已不用你答复，这次签署到此为止，你什么都不用做。经过可发「时间轴 {number}」",
    "late": "你的签名到了，但 {number} 这一级已不用你签，没有用上。经过可发「时间轴 {number}」",
    "answered": "你在这一页选了不签，但 {number} 这一级你已答复过，答复照旧。经过可发「时间轴 {number}」",
}
"""The same where nobody waits for its owner any more."""
OLDER = {
    "runs": "你签的是 {number} 较早的链接，没有用上，还没有生效。以最近一次发给你的链接为准，请打开它签署",
    "waits": "你签的是 {number} 较早的链接，没有用上，还在等你答复。要办请在卡片上再点一次，或发「同意 {number}」",
    "": "你签的是 {number} 较早的链接，没有用上；这一级已不用你签。经过可发「时间轴 {number}」",
}
"""Somebody signed through a link that was replaced by a newer one."""
