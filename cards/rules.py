"""A security administrator's card: what a new version of the rules changes, for whom, from when, and at what effect."""

from cards.card import Button, Card, Input, Line
from models import RulesStatus
from workflow.moments import clock, when
from workflow.rules_views import RulesView

STATUS = {
    RulesStatus.APPROVED: "已同意",
    RulesStatus.REJECTED: "已驳回",
    RulesStatus.EXPIRED: "已过期（系统代办）",
    RulesStatus.WITHDRAWN: "提出人已撤回",
}


def rules_card(view: RulesView) -> Card:
    """Show a proposed version to who may decide it; after the decision the same card shows the outcome."""
    open_ = "approve" in view.actions
    changed = "；".join(view.changes) + (f"；另有 {view.more} 处，发「规范 对比」看全部" if view.more else "")
    lines = [
        Line("单位", view.unit),
        Line("生效", view.since),
        Line("重放", view.replayed),
        Line("变化", changed),
        Line("摘要", view.digest[:16]),
        Line("提出", f"{view.proposer}（系统管理员） {when(view.proposed_at, view.now)}"),
        Line("", _outcome(view)),
        Line("编号", view.number),
    ]
    return Card(
        title=view.title,
        status=_status(view),
        lines=tuple(each for each in lines if each.value),
        handle=view.handle,
        summary="有一版取消规范待你审批" if open_ else "取消规范已有结果",
        inputs=(Input("comment", "意见（可不填）", "text"),) if open_ else (),
        buttons=(Button("approve", "同意"), Button("reject", "驳回", danger=True)) if open_ else (),
    )


def _status(view: RulesView) -> str:
    if view.status != RulesStatus.PROPOSED:
        return STATUS[view.status]
    if view.now >= view.expires_at:
        return "已过期"
    return "待你审批" if view.actions else "现在不由你审批"


def _outcome(view: RulesView) -> str:
    if view.status == RulesStatus.PROPOSED:
        return f"以前提交的申请不受影响。{when(view.expires_at, view.now)} 前没有处理会自动过期，什么都不变。"
    if view.decided_at is None or not view.decided_by:
        return "到期没有人处理，没有任何变化。"
    said = {
        RulesStatus.APPROVED: f"同意，{view.since}生效",
        RulesStatus.WITHDRAWN: "撤回了自己的申请，没有任何变化",
    }.get(view.status, "驳回，没有任何变化")
    comment = f"意见：{view.comment}" if view.comment else ""
    return f"{view.decided_by} {clock(view.decided_at)} {said}。{comment}"
