"""Which of several interviews is meant: a numbered choice, page by page, and who may cancel what one may not."""

from collections.abc import Sequence
from datetime import timedelta

from handlers import confirming, picking
from handlers.locating import fits
from handlers.reading.people import Who
from handlers.routing import Context
from models import Booking, Role
from workflow import access, finding, outbox
from workflow.showing import LONGEST_NAME, plain
from workflow.views import bookings_seen

KIND = "cancel"
NEAR = timedelta(days=14)  # how far a bare 取消 looks ahead
PAGE = 9
MOST_NAMED = 3


async def ask(context: Context, bookings: Sequence[Booking], wish: dict[str, object], head: str) -> None:
    """Show the first of them with numbers; 更多 shows the next."""
    await _page(context, [str(each.id) for each in bookings], bookings[:PAGE], {"wish": wish, "head": head}, 0)


async def more(context: Context, question: dict[str, object]) -> None:
    """Answer 更多 while a choice is open."""
    items, before = question["items"], int(str(question["shown"]))
    ids = [str(each) for each in items] if isinstance(items, list) else []
    if before >= len(ids):
        text = f"没有下一页：这份名单已列完。请回复数字，或发「算了」放下。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
        return
    wanted = ids[before : before + PAGE]
    bookings = await finding.those(context.employee, access.CANCEL, context.act.now, wanted)
    await _page(context, ids, bookings, {"wish": question["wish"], "head": question["head"]}, before)


async def _page(
    context: Context, ids: list[str], bookings: Sequence[Booking], extra: dict[str, object], before: int
) -> None:
    places = {each: place for place, each in enumerate(ids, start=1)}
    views = [(places[each.id], each) for each in await bookings_seen(bookings, context.act)]
    end = min(before + PAGE, len(ids))
    await picking.ask(context, KIND, ids, {**extra, "shown": end})
    lines = [f"{place}　{each.title} · {plain(each.position, 20)}" for place, each in views]
    rest = f"还有 {len(ids) - end} 场，发「更多」。" if end < len(ids) else ""
    numbers = f"{before + 1}–{end}" if end > before + 1 else str(end)
    example = f"，或发「取消 {views[0][1].phone_tail}」" if views else ""
    tail = f"{rest}回复 {numbers}{example}（2 分钟内有效）。发「算了」放下。"
    await outbox.say(context.act, context.account, "\n".join([str(extra["head"]), *lines, tail]))


async def chosen(context: Context, booking_id: str, wish: dict[str, object]) -> None:
    """Go on with the booking that was chosen by its number."""
    booking = await access.booking_for(context.act, booking_id, access.CANCEL)
    await picking.drop(context)
    await confirming.propose(context, booking, wish)


async def own(context: Context, who: Who) -> list[Booking]:
    """Return the interviews this person is the interviewer of, as far as they fit what was said."""
    return [each for each in await finding.to_interview(context.employee) if fits(each, who)]


async def who_cancels(context: Context, booking: Booking) -> str:
    """Name the unit's HR, whom a colleague may ask."""
    people = await access.holders(Role.HR, booking.organisation, context.act.now)
    names = "、".join(plain(str(each.name), LONGEST_NAME) for each in people[:MOST_NAMED])
    return f" {names}" if names else "系统管理员"
