"""The card of an export: what would leave, how much, what for and who asks; after the decision the outcome."""

from cards.card import Button, Card, Input, Line
from models import ExportStatus
from workflow.export_views import ExportView
from workflow.moments import clock, when


def export_card(view: ExportView) -> Card:
    """Show an export to who may agree to it."""
    open_ = "approve" in view.actions
    lines = [
        Line("单位", view.unit),
        Line("案", view.case),
        Line("形式", view.form),
        Line("期间", "" if view.case else view.period),
        Line("条数", f"{view.records} 条（提出时）"),
        Line("用途", view.reason),
        Line("提出", f"{view.requester} {when(view.asked_at, view.now)}"),
        Line("此前", view.already),
        Line("", _outcome(view)),
        Line("编号", view.number),
    ]
    return Card(
        title=f"导出一件取消 · {view.case}" if view.case else f"导出审计日志 · {view.unit}",
        status=_status(view),
        lines=tuple(each for each in lines if each.value),
        handle=view.handle,
        summary="有一条导出申请待你审批" if open_ else "导出申请已有结果",
        inputs=(Input("comment", "意见（可不填）", "text"),) if open_ else (),
        buttons=(Button("approve", "同意"), Button("reject", "驳回", danger=True)) if open_ else (),
    )


def _status(view: ExportView) -> str:
    if view.status == ExportStatus.PROPOSED and view.now >= view.expires_at:
        return "已过期"
    return {
        ExportStatus.PROPOSED: "待你审批" if view.actions else "现在不由你审批",
        ExportStatus.APPROVED: "已同意 · 还没有导出",
        ExportStatus.REJECTED: "已驳回",
        ExportStatus.EXPIRED: "已过期（系统代办）",
        ExportStatus.TAKEN: "已同意 · 已导出",
        ExportStatus.WITHDRAWN: "提出人已撤回",
    }[view.status]


def _outcome(view: ExportView) -> str:
    if view.status == ExportStatus.PROPOSED:
        return f"{when(view.expires_at, view.now)} 前没有处理会自动过期，什么都不会导出。"
    if view.decided_at is None or not view.decided_by:
        return "到期没有人处理，什么都没有导出。"
    said = {
        ExportStatus.REJECTED: "驳回，什么都没有导出",
        ExportStatus.WITHDRAWN: "撤回了自己的申请，什么都没有导出",
    }.get(view.status, "同意，24 小时内可导出一次")
    return f"{view.decided_by} {clock(view.decided_at)} {said}。{f'意见：{view.comment}' if view.comment else ''}"
