"""How a delegation is said: on its card, in answers, and to those whom it concerns."""

from models import Delegation, DelegationStatus
from workflow.acting import local
from workflow.rights_words import name_of

OUTCOMES = {
    DelegationStatus.APPROVED: "已同意",
    DelegationStatus.REJECTED: "已谢绝",
    DelegationStatus.EXPIRED: "已过期",
    DelegationStatus.ENDED: "已结束",
    DelegationStatus.WITHDRAWN: "已撤回",
}
REFUSED = {
    "nothing-to-delegate": "你没有审批的权限，没有什么可委托。你能做什么可发「权限 我」",
    "delegate-self": "不能委托给自己。请写同事的姓名，例如「委托 李娜 至 周五17:00」",
    "delegate-absent": "没有找到这位同事，或已不在职、不在同一个单位和它的上下级里。请换一位",
    "delegate-administers": "{who} 是管理员或审计，不办业务审批。请换一位同事",
    "delegate-account": "{who} 还没有绑定钉钉或企业微信，收不到卡片。请换一位，或联系系统管理员绑定后再发",
    "delegate-only-decides": "你是代为审批，只能同意、驳回或退回。转交和加签请 {who} 本人办",
    "delegation-length": "委托要有结束时间，从现在起最长 {days} 天。例如「委托 李娜 至 周五17:00」",
    "delegation-there": "你已有一个委托：{what}。要改请先发「委托 取消」",
    "delegation-not-yours": "这个委托要由 {who} 本人答复。请其点卡片，或在待我审批里答复",
    "delegation-not-found": "没有找到这个委托，或不是你的。要委托请发「委托 李娜 至 周五17:00」",
    "delegation-expired": "委托 {number} 已到期，不能再答复。需要的话请对方重新委托",
    "no-delegation": "你现在没有委托。要委托请发「委托 李娜 至 周五17:00」",
}


def described(delegation: Delegation) -> str:
    """Say one in a line: 委托 李娜 代 赵国强 审批至 11月27日 17:00，最多 3 级（W20261124-481）."""
    who = f"{name_of(delegation.delegate)} 代 {name_of(delegation.principal)} 审批"
    return f"委托 {who}{limits(delegation)}（{delegation.number}）"


def limits(delegation: Delegation) -> str:
    """Say until when, and how often."""
    end = local(delegation.expires_at)
    most = f"，最多 {delegation.most} 级" if delegation.most else ""
    return f"至 {end.month}月{end.day}日 {end:%H:%M}{most}"


def said_to_principal(delegation: Delegation) -> str:
    """Tell who asked what the colleague answered, and what that means."""
    comment = f"附言：{delegation.comment}。" if delegation.comment else ""
    if delegation.status == DelegationStatus.REJECTED:
        return f"{name_of(delegation.delegate)} 谢绝了：{described(delegation)}。{comment}没有任何变化，可以换一位。"
    now = "从现在起你们两人都收到卡片，谁先答复算谁的；发「委托 取消」随时结束"
    return f"{name_of(delegation.delegate)} 已同意：{described(delegation)}。{comment}{now}。"


def used_up_to_principal(delegation: Delegation) -> str:
    """Tell who is away that nobody decides for them any more."""
    again = f"「委托 {name_of(delegation.delegate)} 至 周五17:00」"
    return f"{described(delegation)}：已满 {delegation.most} 级。之后的又只由你自己审批；要继续请再发{again}。"


def used_up_to_delegate(delegation: Delegation) -> str:
    """Tell the delegate that the rest is not theirs."""
    rest = f"之后的由 {name_of(delegation.principal)} 自己审批，你不用再代办"
    return f"{described(delegation)}：已满 {delegation.most} 级。{rest}。"
