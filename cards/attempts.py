"""A refused attempt in words: what was tried, how often, and why nothing came of it."""

from cards import outcomes
from workflow.timeline import TIMES, Entry

TRIED = {
    "approve": "同意",
    "reject": "驳回",
    "send_back": "退回补充",
    "undo": "撤销",
    "submit": "提交",
    "confirm": "确认取消",
    "cancel": "取消",
    "dismiss": "放下",
    "open": "打开取消",
    "reschedule": "改期",
    "enter": "进入面试",
    "text": "打字",
    "file": "发文件",
    "voice": "发语音",
    "other": "发了读不了的内容",
    "press": "点击",
    "copy": "查看自己的信息",
    "correct": "更正自己的信息",
    "erase": "要求删除自己的信息",
    "export": "导出",
    "add": "加签",
    "choose": "选择",
    "hand_over": "转交",
    "remind": "催办",
    "withdraw": "撤回",
    "see": "看证据",
    "sign": "签署",
}
MISSED = {
    "approver": "没有可用的审批人",
    "votes": "能审批的人不够票数",
    "votes-named": "没有人可以审批，指定一位不够票数",
    "approver-account": "审批人没有绑定账号",
    "account": "没有绑定账号",
    "reason": "没有选取消原因",
    "reason-text": "没有写明原因",
    "still-needed": "没有答岗位是否仍需",
    "reject-reason": "驳回没有写原因",
    "reveal-reason": "没有写为什么要看",
    "correction-reason": "驳回更正没有写原因",
    "comment": "没有写评论的文字",
}
STOOD = {
    "draft": "申请还没有提交",
    "awaiting_evidence": "申请还没有证明",
    "awaiting_approval": "申请在审批中",
    "approved": "申请已通过",
    "carried_out": "申请已执行",
    "rejected": "申请已驳回",
    "sent_back": "申请已退回补充",
    "withdrawn": "申请已撤回",
    "undone": "申请已撤销",
    "expired": "申请到点未决，已关闭",
    "frozen": "面试已在办理取消",
    "declined": "候选人已说不来",
    "cancelled": "面试已取消",
    "rescheduled": "面试已改期",
    "completed": "面试已完成",
    "no_show": "面试已记为未到",
    "taken-back": "上一级已收回",
    "stale-button": "按钮已失效",
    "grace-over": "可撤销的时间已过",
    "candidates-word": "候选人本人说了不来",
    "nothing-to-undo": "没有还能撤销的",
}


def words(entry: Entry) -> str:
    """Return what a timeline says of it: 被拒绝的操作：同意（还没轮到）, or 重复点击 19 次，未重复执行（同意）."""
    tried = TRIED.get(str(entry.data.get("action", "")), "未知操作")
    times = entry.data.get(TIMES, 1)
    if entry.why == "already-decided":
        return f"重复点击 {times} 次，未重复执行（{tried}）"
    often = f" {times} 次" if times != 1 else ""
    return f"被拒绝的操作：{tried}{often}（{_why(entry)}）"


def _why(entry: Entry) -> str:
    """Return the reason as exactly as the record has it."""
    missed, stood = str(entry.data.get("what", "")), str(entry.data.get("state", ""))
    return MISSED.get(missed) or STOOD.get(stood) or outcomes.why(entry.why)
