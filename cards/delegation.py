"""The card on which a colleague accepts to decide for somebody who is away; after the answer it says what holds."""

from cards.card import Button, Card, Line
from models import DelegationStatus
from workflow.delegation_views import DelegationView
from workflow.moments import clock


def delegation_card(view: DelegationView) -> Card:
    """Show a delegation to who is asked to take it."""
    open_ = "approve" in view.actions
    lines = (
        Line("委托人", view.principal),
        Line("代办人", view.delegate),
        Line("期限", view.limits),
        Line("范围", "轮到委托人审批的取消申请；委托人或你发起的、你自己也要审的除外"),
        Line("", _outcome(view)),
        Line("编号", view.number),
    )
    return Card(
        title=f"委托审批：{view.principal} → {view.delegate}",
        status=_status(view),
        lines=lines,
        handle=view.handle,
        summary="有一个审批委托待你答复" if open_ else "审批委托有变化",
        buttons=(Button("approve", "同意代办"), Button("reject", "谢绝", danger=True)) if open_ else (),
    )


def _status(view: DelegationView) -> str:
    if view.status == DelegationStatus.PROPOSED:
        return "待你答复" if view.actions else "已过期"
    return {
        DelegationStatus.APPROVED: "代办中",
        DelegationStatus.REJECTED: "已谢绝",
        DelegationStatus.EXPIRED: "已过期（系统代办）",
        DelegationStatus.ENDED: "已结束",
        DelegationStatus.WITHDRAWN: "提出人已撤回",
    }[view.status]


def _outcome(view: DelegationView) -> str:
    if view.status == DelegationStatus.PROPOSED:
        return "同意后开始：卡片你们两人都有，谁先答复算谁的，记录写明代谁。"
    if view.status == DelegationStatus.ENDED and view.ended_at:
        return f"{clock(view.ended_at)} 已结束，你不用再代办。"
    if view.decided_at is None:
        return "到期没有答复，没有任何变化。"
    answer = {
        DelegationStatus.APPROVED: "同意，到期自动结束",
        DelegationStatus.WITHDRAWN: f"{view.principal} 已撤回，没有任何变化",
    }.get(view.status, "谢绝，没有任何变化")
    return f"{clock(view.decided_at)} {answer}。"
