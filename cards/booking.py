"""Cards about a booking before anything is filed: the confirm card, the booking card, the candidate's own."""

from cards.card import Button, Card, Input, Line
from cards.lines import booking_lines, distance, impact_line
from workflow.showing import plain
from workflow.views import REASON_OPTIONS, CardView

STATUS = {
    "scheduled": "已预约",
    "confirmed": "已确认",
    "frozen": "取消办理中",
    "declined": "候选人不来",
    "cancelled": "已取消",
    "rescheduled": "已改期",
    "completed": "已完成",
    "no_show": "未到",
}


def confirm_card(view: CardView) -> Card:
    """Ask HR once, with everything on one card: the reason, whether to tell, whether to keep eligibility."""
    open_ = bool(view.actions)
    way = " → ".join(view.chain) if view.needs_approval else "无需审批，确认后 60 秒内可撤销"
    lines = [
        *booking_lines(view.booking),
        distance(view.booking.starts_at, view.now, view.late),
        Line("审批", way),
        impact_line(view),
    ]
    if view.needs_evidence:
        lines.append(Line("证明", f"需 {view.needs_evidence} 份：提交后把截图或 PDF 直接发到这里"))
    return Card(
        title=f"取消面试：{view.booking.title}",
        status=_confirm_status(view, open_),
        lines=tuple(lines),
        handle=view.handle,
        summary="请确认是否取消一场面试",
        inputs=_choices(view) if open_ else (),
        buttons=_confirm_buttons(view),
    )


def _confirm_status(view: CardView, open_: bool) -> str:
    if open_:
        return "待你确认"
    return "已放下，没有取消" if view.closed else STATUS[view.booking.status]


def _choices(view: CardView) -> tuple[Input, ...]:
    proposed = view.proposed
    reason = str(proposed.get("reason", ""))
    known = reason if reason in dict(REASON_OPTIONS) else ""
    return (
        Input("reason", "取消原因", "select", REASON_OPTIONS, known, required=True),
        Input("note", "补充说明", "text", value=plain(str(proposed.get("text", "")), 40)),
        Input("notify", "通知候选人", "switch", value=_switch(proposed.get("notify", True))),
        Input("keep", "保留面试资格", "switch", value=_switch(proposed.get("keep", True))),
    )


def _switch(value: object) -> str:
    return "true" if value else "false"


def _confirm_buttons(view: CardView) -> tuple[Button, ...]:
    texts = {"confirm": ("确认取消", True), "submit": ("提交审批", False), "dismiss": ("算了", False)}
    return tuple(Button(action, *texts[action]) for action in view.actions)


def booking_card(view: CardView) -> Card:
    """Show one booking with the button that starts a cancellation (S18)."""
    return Card(
        title=view.booking.title,
        status=STATUS[view.booking.status],
        lines=(*booking_lines(view.booking), Line("编号", view.booking.number)),
        handle=view.handle,
        summary="一场面试的信息",
        buttons=(Button("open", "取消预约", danger=True),) if view.actions else (),
    )


CANDIDATES = {
    "confirm": Button("confirm", "确认取消", danger=True, typed="取消"),
    "open": Button("open", "想改期", typed="想改期"),
    "dismiss": Button("dismiss", "不取消", typed="不取消"),
}


def candidate_card(view: CardView) -> Card:
    """Ask a candidate who is a member of the corp what they mean; nothing is presumed."""
    return Card(
        title=f"您的面试：{view.booking.title}",
        status="请选择" if view.actions else STATUS[view.booking.status],
        lines=booking_lines(view.booking)[:2],
        handle=view.handle,
        summary="关于您的面试",
        buttons=tuple(CANDIDATES[action] for action in view.actions),
    )
