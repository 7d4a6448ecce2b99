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
}


def words(entry: Entry) -> str:
    """Return what a timeline says of it: 被拒绝的操作：同意（还没轮到）, or 重复点击 19 次，未重复执行（同意）."""
    tried = TRIED.get(str(entry.data.get("action", "")), "未知操作")
    times = entry.data.get(TIMES, 1)
    if entry.why == "already-decided":
        return f"重复点击 {times} 次，未重复执行（{tried}）"
    often = f" {times} 次" if times != 1 else ""
    return f"被拒绝的操作：{tried}{often}（{outcomes.why(entry.why)}）"
