"""How an erasure is said: on cards, in answers, and to the candidate. Nobody is named: the number stands for them."""

from datetime import datetime

from models import Basis, Employee, ErasureRequest, ErasureStatus, Role
from workflow.restricting import HELD, KEPT, LIVE, OPEN
from workflow.rights_words import day, name_of
from workflow.showing import plain
from workflow.views import ROLE_LABELS

BASES = {
    Basis.ASKED: "候选人要求",
    Basis.PURPOSE_OVER: "目的已实现",
    Basis.TERM_OVER: "保存期满",
    Basis.UNLAWFUL: "违法处理",
}
OUTCOMES = {
    ErasureStatus.APPROVED: "已同意",
    ErasureStatus.CARRIED_OUT: "已删除",
    ErasureStatus.REJECTED: "已驳回",
    ErasureStatus.EXPIRED: "已结束",
    ErasureStatus.WITHDRAWN: "已撤回",
}
WHY_NOT = {
    LIVE: "还有没结束的面试",
    OPEN: "还有办理中的取消申请",
    KEPT: "取消记录依法还要保存",
    HELD: "有留存冻结，争议或调查还没有结束",
}


def why_not(found: list[str]) -> str:
    """Say what stands against an erasure."""
    return "、".join(WHY_NOT[each] for each in found)


def told(number: str) -> str:
    """Tell the candidate, before it is done, that their data go."""
    return f"您好，按您的要求，我们现在删除您的个人信息。删除后我们不再认得这个号码，也不会再联系您。编号 {number}"


def untold(booking: str) -> str:
    """Tell HR that the candidate did not get to know that their data go, and until when there is time to tell them."""
    return (
        f"没有送达：{booking} 的候选人要求删除资料，删除前的告知各渠道都没有成功。"
        "能联系到本人的，请在 24 小时内告诉本人；之后照常删除。"
    )


def refused(number: str) -> str:
    """Tell the candidate that it was not agreed to, and whom to ask."""
    return f"您好，您要求删除个人信息，这次没有办成。招聘负责人会向您说明原因；直接回复本消息即可询问。编号 {number}"


def to_the_proposer(erasure: ErasureRequest) -> str:
    """Tell HR what became of it."""
    if erasure.status == ErasureStatus.CARRIED_OUT:
        rows = sum(erasure.counts.values())
        return f"资料已删除：{erasure.number}，共 {rows} 行。经过和编号仍可查，姓名、电话、原话和证明不能再恢复。"
    if erasure.status == ErasureStatus.REJECTED:
        comment = f"意见：{plain(str(erasure.comment))}。" if erasure.comment else ""
        return f"{name_of(erasure.decided_by)} 驳回了删除资料 {erasure.number}，什么都没有删。{comment}"
    undone = f"系统代办：删除资料 {erasure.number} 没有办成，什么都没有删。"
    if erasure.basis == Basis.ASKED:
        return f"{undone}候选人的要求还在：能删时会再请 HR 提请，卡片另发。"
    return f"{undone}要继续请重新提出。"


def because(erasure: ErasureRequest, wished_at: datetime | None) -> str:
    """Name the basis; of a candidate's wish with its day, which stays the same however often it is proposed."""
    if wished_at is None:
        return BASES[erasure.basis]
    who = "本人" if erasure.by_candidate else "HR 转告"
    return f"{BASES[erasure.basis]}（{who} {day(wished_at)} 提出）"


def restricted(number: str, due: datetime, found: list[str]) -> str:
    """Tell HR why the data are only kept from now on, and until when."""
    kept = f"{why_not(found)}，现在不能删除。资料已改为受限：只保存，不再查看和联系"
    freed = "，并且解除冻结以" if HELD in found else " "
    return f"{kept}，{day(due)}{freed}后自动提请删除。编号 {number}"


def unattended(erasure: ErasureRequest, left: Employee, role: Role, due: datetime | None) -> str:
    """Tell the administrators that an erasure waits for nobody, and what to do."""
    label, unit = ROLE_LABELS[role], plain(erasure.organisation.name)
    until = f"，候选人要求的，{day(due)} 前要办完" if due else ""
    return (
        f"{name_of(left)} 已离职，删除资料 {erasure.number} 没有别的 {label} 可以接手{until}。"
        f"请管理员发「授权 姓名 {label} {unit}」；新的 {label} 发「待我审批」就能看到，"
        f"回复「同意 {erasure.number}」办理。"
    )


def restricted_by_hr(erasure: ErasureRequest, due: datetime, found: list[str]) -> str:
    """Tell the security administrators that HR had somebody's data restricted, on whose word alone it was done."""
    head = f"{name_of(erasure.proposer)} 提出删除资料，依据 {BASES[erasure.basis]}。"
    return f"{head}{restricted(erasure.number, due, found)}。有疑问请联系提出人，不需要审批。"


def reminder(erasure: ErasureRequest, due: datetime) -> str:
    """Remind HR that a candidate waits for their data to go."""
    where = (
        "请点卡片或回复「同意」加编号提请审批" if erasure.status == ErasureStatus.SUGGESTED else "在等安全管理员审批"
    )
    return f"候选人要求删除资料，{day(due)} 前要办完：{erasure.number}，{where}。"
