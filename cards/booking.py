"""Cards about a booking before anything is filed: the confirm card, the booking card, the candidate's own."""

from datetime import datetime

from cards.card import Button, Card, Input, Line
from cards.lines import booking_lines, distance, impact_line
from models import BookingStatus
from workflow.card_views import CardView
from workflow.moments import clock
from workflow.showing import plain
from workflow.views import REASON_OPTIONS

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
    way = " → ".join(view.chain) if view.needs_approval else f"无需审批，{_undoing(view)}"
    risks = view.consequences if open_ else ()
    lines = [
        *_warnings(view, risks),
        *booking_lines(view.booking),
        distance(view.booking.starts_at, view.now, view.late),
        Line("审批", way),
        impact_line(view),
    ]
    if view.needs_evidence:
        lines.append(Line("证明", f"需 {view.needs_evidence} 份：提交后把截图或 PDF 直接发到这里"))
    return Card(
        title=f"取消面试：{view.booking.title}",
        status=_confirm_status(view, open_, risks),
        lines=tuple(lines),
        handle=view.handle,
        summary="请确认是否取消一场面试",
        inputs=_choices(view) if open_ else (),
        buttons=_confirm_buttons(view),
    )


def _undoing(view: CardView) -> str:
    """Promise no more than what holds whenever the card is pressed: near the start nothing waits any more."""
    if view.near:
        return f"距面试不足 {view.near_min} 分钟：确认后立即执行，不能撤销"
    if not view.grace_s:
        return "确认后立即执行，不能撤销"
    return f"确认后 {view.grace_s} 秒内可撤销（开始前 {view.near_min} 分钟内则不能）"


CONSEQUENCES = {
    "soon": "不足 24 小时：候选人可能已作安排",
    "untold": "不通知：候选人会白等，请自己告知",
    "dropped": "不保留：候选人不能凭这次资格改约",
}


def _warnings(view: CardView, risks: tuple[str, ...]) -> list[Line]:
    """Say first what it brings upon the candidate, and what of the command was not understood."""
    unread = plain(str(view.proposed.get("unread", "")), 40)
    said = [Line("后果", "；".join(CONSEQUENCES[each] for each in risks))] if risks else []
    return [*said, *([Line("没看懂", f"{unread}（没有照它办）")] if unread else [])]


def _confirm_status(view: CardView, open_: bool, risks: tuple[str, ...]) -> str:
    if open_ and risks:
        return "待你确认 · 请看过后果，再确认一次" if view.accepted else "待你确认 · 有后果，要确认两次"
    if open_:
        return "待你确认"
    if view.handled_by:
        return f"已由 {view.handled_by}"
    if view.begun and view.booking.is_live:
        return "已到开始时间，不能再取消"
    stands = view.booking.status in (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)
    return "已放下，没有取消" if view.closed and stands else STATUS[view.booking.status]


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
    """Show one booking with the button that starts a cancellation (S18), or with a wish to come after all."""
    if "wish" in view.proposed:
        return _wish_card(view)
    return Card(
        title=view.booking.title,
        status=STATUS[view.booking.status],
        lines=(*booking_lines(view.booking), Line("编号", view.booking.number)),
        handle=view.handle,
        summary="一场面试的信息",
        buttons=(Button("open", "取消预约", danger=True),) if view.actions else (),
    )


def _wish_card(view: CardView) -> Card:
    """Ask HR whether an interview takes place after all; until they answer, the candidate does not come."""
    number = view.booking.number
    said = clock(datetime.fromisoformat(str(view.proposed["at"])))
    before = f"{clock(view.booking.declined_at)} 说不来，" if view.booking.declined_at else ""
    promise = "恢复：通知候选人和面试官照常面试，正在办理的取消申请一并收回。不恢复：告诉候选人不要前往。"
    return Card(
        title=f"候选人想参加：{view.booking.title}",
        status=_wish_status(view),
        lines=(
            *booking_lines(view.booking),
            Line("原话", plain(str(view.proposed["wish"]), 60)),
            Line("", f"候选人 {before}{said} 又说想参加。{promise if view.actions else ''}"),
            Line("编号", number),
        ),
        handle=view.handle,
        summary="候选人改变主意，想参加面试",
        buttons=(
            Button("confirm", "恢复面试", typed=f"恢复 {number}"),
            Button("dismiss", "不恢复", danger=True, typed=f"不恢复 {number}"),
        )
        if view.actions
        else (),
    )


def _wish_status(view: CardView) -> str:
    if view.actions:
        return "候选人改变主意 · 待你决定"
    comes = view.booking.is_live
    if view.closed and view.booking.status == BookingStatus.DECLINED:
        return "没有恢复，候选人不来"
    return "已恢复，面试照常" if comes else STATUS[view.booking.status]


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
