"""A security administrator's card: how many old cases of which unit are to be removed, and who asks for it."""

from cards.card import Button, Card, Input, Line
from models import PurgeStatus
from workflow.moments import clock, when
from workflow.purge_views import PurgeView

STATUS = {
    PurgeStatus.APPROVED: "已同意 · 清理中",
    PurgeStatus.REJECTED: "已驳回",
    PurgeStatus.EXPIRED: "已过期（系统代办）",
    PurgeStatus.DONE: "已清理完",
    PurgeStatus.WITHDRAWN: "提出人已撤回",
}


def purge_card(view: PurgeView) -> Card:
    """Show a proposed purge to who may decide it; after the decision the same card shows the outcome."""
    open_ = "approve" in view.actions
    lines = [
        Line("范围", view.unit),
        Line("清理", f"{view.ended} {view.cases} 件，连同申请、审批、通知和证明"),
        Line("依据", f"结束已满 {view.years} 年；已冻结的不在内"),
        Line("名单摘要", view.digest[:16]),
        Line("提出", f"{view.proposer}（系统管理员） {when(view.proposed_at, view.now)}"),
        Line("", _outcome(view)),
        Line("编号", view.number),
    ]
    return Card(
        title=f"到期清理：{view.cases} 件 · {view.unit}",
        status=_status(view),
        lines=tuple(each for each in lines if each.value),
        handle=view.handle,
        summary="有一条清理申请待你审批" if open_ else "清理申请已有结果",
        inputs=(Input("comment", "意见（可不填）", "text"),) if open_ else (),
        buttons=(Button("approve", "同意", danger=True), Button("reject", "驳回")) if open_ else (),
    )


def _status(view: PurgeView) -> str:
    if view.status != PurgeStatus.PROPOSED:
        return STATUS[view.status]
    if view.now >= view.expires_at:
        return "已过期"
    return "待你审批" if view.actions else "现在不由你审批"


def _outcome(view: PurgeView) -> str:
    if view.status == PurgeStatus.PROPOSED:
        return f"同意后无法恢复。{when(view.expires_at, view.now)} 前没有处理会自动过期，什么都不变。"
    if view.decided_at is None or not view.decided_by:
        return "没有人处理，或名单已经变了，没有任何变化。"
    comment = f"意见：{view.comment}" if view.comment else ""
    return f"{view.decided_by} {clock(view.decided_at)} {_said(view)}。{comment}"


def _said(view: PurgeView) -> str:
    if view.status == PurgeStatus.WITHDRAWN:
        return "撤回了自己的申请，没有任何变化"
    if view.status == PurgeStatus.REJECTED:
        return "驳回，没有任何变化"
    kept = f"，保留 {view.kept} 件（已冻结或有了新的记录）" if view.kept else ""
    return f"同意；已清理 {view.purged} 件，共 {view.cases} 件{kept}"
