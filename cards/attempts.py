"""A refused attempt in words: what was tried, how often, and why nothing came of it."""

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
}
WHY = {
    "not-yours": "不是其经办",
    "not-allowed": "没有权限",
    "role-lost": "已没有该角色",
    "own-request": "自己发起的申请",
    "not-your-turn": "还没轮到",
    "stale": "内容已变更",
    "not-now": "此时不能办",
    "followed": "下一级已处理",
    "started": "面试已到开始时间",
    "missing": "缺少必填内容",
    "invalid": "选项不存在",
    "not-found": "没有找到",
    "case-purged": "已清理",
    "wrong-code": "验证码不对",
    "second-fact": "核对信息不符",
}


def words(entry: Entry) -> str:
    """Return what a timeline says of it: 被拒绝的操作：同意（还没轮到）, or 重复点击 19 次，未重复执行（同意）."""
    action = str(entry.data.get("action", ""))
    tried = TRIED.get(action, action) or "未知操作"
    times = entry.data.get(TIMES, 1)
    if entry.why == "already-decided":
        return f"重复点击 {times} 次，未重复执行（{tried}）"
    often = f" {times} 次" if times != 1 else ""
    return f"被拒绝的操作：{tried}{often}（{WHY.get(entry.why, entry.why)}）"
