"""The words of 权限, and of what the workflow refuses about rights."""

from workflow.rights_views import Held, Lacking, RightsView

REFUSED = {
    "own-grant": "不能为自己提出或审批授权，请由另一位管理员办理",
    "own-proposal": "自己提出的授权不能自己审批，要由{role}决定，请等其处理；经过可发「权限」加姓名查看",
    "other-kind": "这条要由{role}决定，请等其处理；等你办的可发「待我审批」",
    "separated": (
        "{who} 已有「{has}」，不能再任「{wanted}」：系统管理员、安全管理员、审计要由不同的人担任，也不能兼办业务。"
        "请另选一人，或先收回已有的授权"
    ),
    "grant-proposed": "同样的申请 {number} 正在等审批，不用再提",
    "grant-not-held": "{who} 没有「{what}」这项授权。可发「权限 {who}」查看",
    "grant-held": "{who} 已有「{what}」，期限也相同，不用再授权。可发「权限 {who}」查看",
    "grant-over": "截止日期已过，要在今天以后。请改好日期重新提出",
    "grant-left": "{who} 已不在职，不能授权。请核对姓名或工号",
    "grant-expired": "这条申请到期没有处理，已过期，没有任何变化。要继续请提出人重新提出",
    "passkey-none": "{who} 没有绑定通行密钥，不用重置。要绑定请本人发「绑定通行密钥」",
    "factor-none": "{who} 没有绑定动态码，不用重置。要绑定请本人发「绑定动态码」",
    "change-not-found": "没有找到这条授权申请，或不在你的范围内。可发「待我审批」查看",
    "own-rules": "自己提出的规范不能自己审批，要由安全管理员决定，请等其处理；可发「规范 对比」看变化",
    "rules-under-way": "这个单位已有新版本 {number} 在等审批。请等它有结果，或让安全管理员驳回后再提",
    "rules-same": "和现在的第 {version} 版完全一样，不用提出。可发「规范」看现在的",
    "rules-not-replayed": "{number} 没有用过去的案件重放过，或内容变了，不能同意。请驳回，由系统管理员重新提出",
    "rules-changed": "提出 {number} 之后规范已经换了一版，重放的结果不再作数。请驳回，由系统管理员重新提出",
    "rules-unsignable": (
        "{number} 的 {where} 要用有资质机构的证书签署（g2），签名服务现在没有配置，同意了这一级谁也不能办，没有同意。"
        "请系统管理员先配好 settings.yaml 的 signatures，再发「同意 {number}」；或驳回，改好再提出"
    ),
    "rules-expired": "规范 {number} 到期没有处理，已过期，没有任何变化。要继续请提出人重新提出",
    "rules-not-found": "没有找到这一版规范，或不在你的范围内。可发「待我审批」查看",
    "no-rules-decider": "没有能审批的安全管理员，没有提出。请先设置一位绑定了钉钉或企业微信的安全管理员",
    "no-decider": "没有能审批的{role}：授权要由另一类管理员决定，提出人和本人都不能审批。请先设置另一位{role}",
}
"""Refusal code → what is true and what to do; filled with the facts of the refusal."""


def explained(text: str, reference: str) -> str:
    """Return why nothing was proposed."""
    return f"没有办理：{text}编号 {reference}"


def told(view: RightsView, *, own: bool, may_propose: bool = False) -> str:
    """Write somebody's rights as one message; who may propose authorisations hears how to, the others whom to ask."""
    head = f"权限 · {view.name}（{view.unit}，工号 {view.key}）"
    who = "你" if own else view.name
    if not view.active:
        return f"{head}\n{who} 已不在职，没有任何权限。"
    held = [line for place, each in enumerate(view.held, start=1) for line in _held(place, each)]
    how = f"要开通请发「授权 {view.name} 角色 单位」" if may_propose and not own else "要开通请联系系统管理员"
    body = held or [f"{who}{'' if own else ' '}没有任何角色。{how}。"]
    return "\n".join([head, *body, *_lacking(view.lacking, view.unit)])


def _held(place: int, held: Held) -> list[str]:
    since = f"{held.since} 起" if held.since else ""
    until = f"至 {held.until}" if held.until else "长期有效"
    return [
        f"{place}　{held.role} · {held.unit}及下属单位",
        f"　能做：{'；'.join(held.allows) or '只接收通知'}",
        f"　{'，'.join(each for each in (since, until) if each)}。依据：{held.why}",
    ]


def _lacking(lacking: tuple[Lacking, ...], unit: str) -> list[str]:
    if not lacking:
        return []
    lines = [f"　{each.what} → {'、'.join(each.who) or f'{unit}这一级没有人'}" for each in lacking]
    return ["不能做（谁可以）：", *lines]
