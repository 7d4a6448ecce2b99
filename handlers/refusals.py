"""A workflow refusal → one sentence for the person who asked: what is true now, why, what to type next."""

from datetime import datetime

from workflow.errors import Refusal
from workflow.reasons import SHORTEST_TEXT
from workflow.views import ROLE_LABELS, clock

MISSING = {
    "reason": "还没有选取消原因。请在卡片上选一个原因再点确认，打字的话在指令后面写「原因 行程冲突」",
    "reason-text": f"选「其他」时请写明原因，至少 {SHORTEST_TEXT} 个字；也可以发「取消 姓名 原因 …」",
    "still-needed": "还没有回答「岗位是否仍需招聘」。请先在卡片上选一项，打字的话写「同意 1 仍需」（仍需、暂停或不再）",
    "account": "你的账号还没有绑定，请联系管理员",
    "approver-account": "审批人还没有绑定钉钉或企业微信，请联系管理员",
}
STATES = {
    "cancelled": "这场面试已取消",
    "declined": "候选人已说明不来",
    "completed": "这场面试已完成",
    "no_show": "这场面试已记为未到",
    "rescheduled": "这场面试已改期",
    "frozen": "这场面试已在办理取消",
    "grace-over": "可撤销的时间已过，通知已发出。要另约请联系候选人",
    "nothing-to-undo": "没有还能撤销的取消：你没有刚取消的面试，或可撤销的时间已过",
    "candidates-word": "候选人本人说了不来，不能替其收回",
    "carried_out": "申请已执行，面试已取消",
    "approved": "申请已通过",
    "rejected": "申请已驳回",
    "withdrawn": "申请已撤回",
    "undone": "申请已撤销，面试照常",
    "expired": "申请到点未决，已由系统关闭",
    "awaiting_evidence": "申请还在等证明",
    "awaiting_approval": "申请在审批中",
    "sent_back": "申请已退回，等申请人补充",
    "draft": "申请还没有提交",
}


def sentence(refusal: Refusal, reference: str) -> str:
    """Return the sentence, ending with the reference under which the attempt is recorded."""
    opening = "" if refusal.code == "already-decided" else "没有办理："
    return f"{opening}{_why(refusal)}。编号 {reference}"


def _why(refusal: Refusal) -> str:
    facts = refusal.facts
    match refusal.code:
        case "not-found":
            return "没有找到，或不在你的范围内。可发「列表 明天」查看"
        case "nothing-to-approve":
            return "没有待你审批的申请"
        case "which-step":
            return "没看出是哪一条。请先发「待我审批」，再回复「同意 1」；或写申请号「同意 Q…」"
        case "not-yours":
            return f"此单由 {facts['approver']} 处理，你可以发「帮助」看看自己能做什么"
        case "not-your-turn":
            return f"还没轮到你：先由 {facts['approver']} 审批，之后你会收到卡片"
        case "already-decided":
            return _already(facts)
        case "stale":
            return "内容在你看到之后有变化。卡片已更新，请看过再点"
        case "not-now":
            return STATES.get(str(facts.get("state")), "现在不能这样做")
        case "missing" if facts.get("what") == "approver":
            return f"没有可用的{ROLE_LABELS.get(facts.get('role'), '')}审批人，请联系管理员设置"  # type: ignore[call-overload]
        case "missing":
            return MISSING.get(str(facts.get("what")), "还缺少内容")
        case "evidence-type":
            return f"这种文件不能作证明，请发 {facts['allowed']}"
        case "evidence-size":
            return f"文件太大，最多 {facts['most_mb']} MB"
        case "invalid":
            return "选的这一项不在可选范围内。请看刷新后的卡片，重选一次"
        case "own-request":
            return "自己发起的申请不能自己审批"
        case _:
            return "你没有这个权限。可发「帮助」看看自己能做什么"


def _already(facts: dict[str, object]) -> str:
    at = facts.get("at")
    when = f"于 {clock(at)} " if isinstance(at, datetime) else ""
    by = f"{facts['by']} " if facts.get("by") else ""
    return f"{by}{when}{facts['what']}，未重复执行"
