"""An administrator's card: who is to get or lose which role, what it allows, until when, and who asks for it."""

from cards.card import Button, Card, Input, Line
from models import GrantChangeStatus
from workflow.moments import clock, when
from workflow.rights_views import GrantView


def grant_card(view: GrantView) -> Card:
    """Show a proposed authorisation to who may decide it; after the decision the same card shows the outcome."""
    open_ = "approve" in view.actions
    lines = [
        Line("人员", view.person),
        Line("已有权限", "；".join(view.has) or "无"),
        Line("可以" if view.gives else "将不能", "；".join(view.allows) or "只接收通知"),
        Line("范围", view.unit),
        Line("期限", view.validity if view.gives else ""),
        Line("提出", f"{view.proposer} {when(view.proposed_at, view.now)}"),
        Line("原因", view.reason),
        Line("", _outcome(view)),
        Line("编号", view.number),
    ]
    return Card(
        title=view.title,
        status=_status(view),
        lines=tuple(each for each in lines if each.value),
        handle=view.handle,
        summary="有一条授权申请待你审批" if open_ else "授权申请已有结果",
        inputs=(Input("comment", "意见（可不填）", "text"),) if open_ else (),
        buttons=(Button("approve", "同意"), Button("reject", "驳回", danger=True)) if open_ else (),
    )


def _status(view: GrantView) -> str:
    if view.status == GrantChangeStatus.PROPOSED and view.now >= view.expires_at:
        return "已过期"
    labels = {
        GrantChangeStatus.PROPOSED: "待你审批" if view.actions else "现在不由你审批",
        GrantChangeStatus.APPROVED: "已同意 · 已生效",
        GrantChangeStatus.REJECTED: "已驳回",
        GrantChangeStatus.EXPIRED: "已过期（系统代办）",
        GrantChangeStatus.WITHDRAWN: "提出人已撤回",
    }
    return labels[view.status]


def _outcome(view: GrantView) -> str:
    if view.status == GrantChangeStatus.PROPOSED:
        return f"{when(view.expires_at, view.now)} 前没有处理会自动过期，什么都不变。"
    if view.status == GrantChangeStatus.EXPIRED or view.decided_at is None:
        return "到期没有人处理，没有任何变化。"
    said = {
        GrantChangeStatus.APPROVED: "同意，立即生效",
        GrantChangeStatus.REJECTED: "驳回，没有任何变化",
        GrantChangeStatus.WITHDRAWN: "撤回了自己的申请，没有任何变化",
    }
    comment = f"意见：{view.comment}" if view.comment else ""
    return f"{view.decided_by} {clock(view.decided_at)} {said[view.status]}。{comment}"
