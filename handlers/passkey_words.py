"""How refusals about passkeys are worded: what is true now, why, what to type next."""

REFUSED = {
    "passkey-needed": "{number} 这一级要用你的通行密钥确认，还没有生效。请在聊天里再办一次，打开给你的链接",
    "passkey-missing": "你还没有绑定通行密钥，这一级要用它确认。请发「绑定通行密钥」，绑好后再办一次",
    "passkey-refused": "通行密钥没有通过核对，没有生效。请在聊天里再办一次，用绑定的那台设备确认",
    "passkey-again": "你看的时候，同一级的同事先答复了，还没有生效。内容没有变，请再确认一次",
    "passkey-unusable": "这台设备给出的通行密钥不能用，没有绑定。请换一台，或在聊天里再发一次「绑定通行密钥」",
    "passkey-held": (
        "你已经绑定了通行密钥，不能再绑一个。手机丢了请发「停用通行密钥」，并请系统管理员发「重置通行密钥」加你的姓名"
    ),
    "passkey-revoked": (
        "你的通行密钥已停用。要重新绑定，请系统管理员发「重置通行密钥」加你的姓名，同意后你再发「绑定通行密钥」"
    ),
    "passkey-site": (
        "本系统的网址用不了通行密钥（要 https 和域名）。请告诉系统管理员运行 python -m bot check，按提示改好"
    ),
    "passkey-one-by-one": (
        "{number} 这一级要用通行密钥确认，不能和别的一起办，这次都没有办。请一条一条办，例如「同意 {number}」"
    ),
}
