"""The card of an erasure, for HR and then for a security administrator: what would go, why, and that it is for good."""

from cards.card import Button, Card, Input, Line
from models import ErasureStatus
from workflow.erasure_views import ErasureView
from workflow.moments import clock, when


def erasure_card(view: ErasureView) -> Card:
    """Show an erasure to who may answer it; afterwards the same card shows what became of it."""
    open_ = bool(view.actions)
    lines = [
        Line("候选人", _who(view)),
        Line("单位", view.unit),
        Line("依据", view.basis),
        Line("提出", view.proposer),
        Line("将删除", "姓名、联系方式、原话、证明材料；不能恢复。编号、时间和审批经过保留"),
        Line("", _outcome(view)),
        Line("编号", view.number),
    ]
    agree = "提请审批" if view.status == ErasureStatus.SUGGESTED else "同意删除"
    return Card(
        title=f"删除候选人资料：{view.number}",
        status=_status(view),
        lines=tuple(each for each in lines if each.value),
        handle=view.handle,
        summary="有一条删除资料待你处理" if open_ else "删除资料已有结果",
        inputs=(Input("comment", "意见（驳回必填）", "text"),) if open_ else (),
        buttons=(Button("approve", agree, danger=True), Button("reject", "驳回")) if open_ else (),
    )


def _who(view: ErasureView) -> str:
    more = f"等 {view.of_bookings} 场" if view.of_bookings > len(view.bookings) else ""
    return f"{'、'.join(view.bookings) or '没有面试'}{more}，取消申请 {view.of_requests} 条"


def _status(view: ErasureView) -> str:
    if view.status == ErasureStatus.PROPOSED and view.expires_at is not None and view.now >= view.expires_at:
        return "已过期"
    labels = {
        ErasureStatus.SUGGESTED: "待 HR 提请",
        ErasureStatus.PROPOSED: "待你审批" if view.actions else "待安全管理员审批",
        ErasureStatus.APPROVED: "已同意 · 正在删除",
        ErasureStatus.CARRIED_OUT: "已删除",
        ErasureStatus.REJECTED: "已驳回",
        ErasureStatus.EXPIRED: "已结束，没有删除",
        ErasureStatus.WITHDRAWN: "提出人已撤回",
    }
    return labels[view.status]


def _outcome(view: ErasureView) -> str:
    if view.status == ErasureStatus.PROPOSED and view.expires_at is not None:
        return f"{when(view.expires_at, view.now)} 前没有处理会自动结束，什么都不删。"
    if view.status == ErasureStatus.CARRIED_OUT and view.done_at is not None:
        return f"{view.decided_by} 同意，{when(view.done_at, view.now)} 已删除，不能恢复。"
    if view.decided_at is None:
        return ""
    said = {
        ErasureStatus.APPROVED: "同意，告知候选人后删除",
        ErasureStatus.REJECTED: "驳回，什么都没有删",
        ErasureStatus.WITHDRAWN: "撤回了自己的申请，什么都没有删",
    }
    comment = f"意见：{view.comment}" if view.comment else ""
    return f"{view.decided_by} {clock(view.decided_at)} {said.get(view.status, '没有删除')}。{comment}"
