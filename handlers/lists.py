"""A list of interviews on a phone: grouped by hour, numbered, one short line each, twenty to a page."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import picking
from handlers.routing import Context
from models import Booking, BookingStatus, CardPurpose
from workflow import access, finding, outbox
from workflow.acting import local
from workflow.masking import masked
from workflow.moments import WEEKDAYS
from workflow.views import BookingView, bookings_seen

KIND = "list"
PAGE = 20
LASTS = timedelta(minutes=10)
WIDEST = 24  # full-width characters that a phone shows in one line
LONGEST_NAME = 6
LEAST_POSITION = 2  # full-width characters; a shorter piece of it says nothing
SHORT_STATUS = {
    BookingStatus.FROZEN: "办理中",
    BookingStatus.DECLINED: "不来",
    BookingStatus.CANCELLED: "已取消",
    BookingStatus.RESCHEDULED: "已改期",
    BookingStatus.COMPLETED: "已完成",
    BookingStatus.NO_SHOW: "未到",
}
"""What is worth a word in a list; that an interview takes place as planned is not."""


@dataclass(frozen=True)
class Row:
    """One interview of a list and the number it has there."""

    place: int
    view: BookingView


@dataclass(frozen=True)
class Listed:
    """A list as it was when it was asked for; `own` when it shows an interviewer their own interviews."""

    head: str
    ids: tuple[str, ...]
    own: bool = False


async def show(context: Context, head: str, bookings: Sequence[Booking], *, own: bool = False) -> None:
    """Say the first page and remember the rest; a number shows one interview with its buttons."""
    listed = Listed(head, tuple(str(each.id) for each in bookings), own)
    await _page(context, listed, bookings[:PAGE], 0)


async def more(context: Context, question: dict[str, object] | None) -> None:
    """Answer 更多 with the next page of the list that was shown last; it is the list as it was then."""
    listed, shown = _state(question)
    if shown >= len(listed.ids):
        text = f"没有下一页：{'这份名单已列完' if listed.ids else '没有正在看的名单'}。请发「列表 本周」重新看。"
        await outbox.say(context.act, context.account, f"{text}编号 {context.reference}")
        return
    wanted = listed.ids[shown : shown + PAGE]
    if listed.own:
        bookings = [each for each in await finding.to_interview(context.employee) if str(each.id) in wanted]
    else:
        bookings = await finding.those(context.employee, access.READ, context.act.now, wanted)
    await _page(context, listed, bookings, shown)


def _state(question: dict[str, object] | None) -> tuple[Listed, int]:
    if question is None or question["kind"] != KIND or not isinstance(question["items"], list):
        return Listed("", ()), 0
    ids = tuple(str(each) for each in question["items"])
    return Listed(str(question["head"]), ids, bool(question["own"])), int(str(question["shown"]))


async def _page(context: Context, listed: Listed, bookings: Sequence[Booking], before: int) -> None:
    places = {each: place for place, each in enumerate(listed.ids, start=1)}
    rows = [Row(places[each.id], each) for each in await bookings_seen(bookings, context.act)]
    end = min(before + PAGE, len(listed.ids))
    extra = {"shown": end, "head": listed.head, "own": listed.own}
    await picking.ask(context, KIND, list(listed.ids), extra, LASTS)
    span = f"，第 {before + 1}–{end} 场" if len(listed.ids) > PAGE else ""
    left = len(listed.ids) - end
    tail = [f"还有 {left} 场，发「更多」往下看。"] if left else []
    tail.append("要取消或改时间请联系各场的 HR。" if listed.own else "回复数字看这一场。")
    lines = [f"{listed.head}{span}：", *grouped(rows, masked_line if listed.own else line), *tail]
    await outbox.say(context.act, context.account, "\n".join(lines))


async def chosen(context: Context, booking_id: str, question: dict[str, object]) -> None:
    """Show the interview whose number was answered; the right to see it is asked again. The list stays open."""
    if question["own"]:
        text = "面试官看不到候选人的资料，这个数字没有可做的事。要取消或改时间请联系该场的 HR。"
        await outbox.say(context.act, context.account, f"{text}编号 {context.reference}")
        return
    booking = await access.booking_for(context.act, booking_id)
    await outbox.hand_card(context.act, CardPurpose.BOOKING, context.account, holder=context.employee, booking=booking)


def grouped(rows: Sequence[Row], write: Callable[[Row], str]) -> list[str]:
    """Write the rows, with a line for each new hour."""
    lines: list[str] = []
    hour: datetime | None = None
    for row in rows:
        starts = local(row.view.starts_at)
        this = starts.replace(minute=0, second=0, microsecond=0)
        if this != hour:
            hour = this
            lines.append(f"【{starts.month}月{starts.day}日 周{WEEKDAYS[starts.weekday()]} {starts.hour} 点】")
        lines.append(write(row))
    return lines


def line(row: Row) -> str:
    """Write one interview in one line of a phone; what gives way is the position."""
    view = row.view
    name = _cut(view.name, LONGEST_NAME)
    status = SHORT_STATUS.get(view.status, "")
    start = f"{row.place} {local(view.starts_at):%H:%M} {name} 尾号{view.phone_tail}"
    end = f" {status}" if status else ""
    room = WIDEST - width(start) - width(end) - 0.5
    position = f" {_cut(view.position, room)}" if room >= LEAST_POSITION else ""
    return start + position + end


def masked_line(row: Row) -> str:
    """Write one interview for its interviewer, who needs to know when and for what, and not whom."""
    view = row.view
    status = SHORT_STATUS.get(view.status, "")
    start = f"{row.place} {local(view.starts_at):%H:%M} {masked(view.name)}"
    end = f" {status}" if status else ""
    return f"{start} {_cut(view.position, WIDEST - width(start) - width(end) - 0.5)}{end}"


def width(text: str) -> float:
    """Return how wide a text is, in full-width characters."""
    return sum(1 if unicodedata.east_asian_width(each) in "WFA" else 0.5 for each in text)


def _cut(text: str, room: float) -> str:
    if width(text) <= room:
        return text
    kept = text
    while kept and width(kept) + 1 > room:
        kept = kept[:-1]
    return f"{kept}…"
