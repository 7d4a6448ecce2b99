"""How a candidate's interviews stand, in words: what is over, what goes on, what was passed on to HR."""

from handlers.routing import Context
from models import Booking, BookingStatus
from workflow import outbox, replying
from workflow.acting import Act
from workflow.contacts import contact_of
from workflow.moments import when_of
from workflow.showing import plain

OVER = {
    BookingStatus.CANCELLED: "已取消，不必再前往，也不用再操作",
    BookingStatus.DECLINED: "已登记您不来，不必再前往，也不用再操作",
    BookingStatus.RESCHEDULED: "已改期，请以新的通知为准",
}
LISTED = {
    BookingStatus.SCHEDULED: "已预约",
    BookingStatus.CONFIRMED: "您已确认参加",
    BookingStatus.DECLINED: "已登记您不来，不必前往",
    BookingStatus.CANCELLED: "已取消",
    BookingStatus.RESCHEDULED: "已改期，请以新的通知为准",
    BookingStatus.COMPLETED: "已完成",
    BookingStatus.NO_SHOW: "未到",
}
MOST_LISTED = 9


def over(booking: Booking, act: Act) -> str:
    """Return what is true of a booking that is no longer ahead; nothing while it is."""
    if booking.status in OVER:
        return f"您 {when_of(booking)} 的面试{OVER[booking.status]}。"
    started = booking.starts_at <= act.now
    return f"您 {when_of(booking)} 的面试已到开始时间。有事请联系招聘负责人。" if started else ""


async def listed(context: Context) -> None:
    """Answer 我的面试: what lies ahead with its state, else how the last one ended; nothing is asked."""
    mine = await replying.all_of(list(context.candidate_ids))
    ahead = [each for each in mine if each.starts_at > context.act.now][::-1]
    shown = (ahead or mine[:1])[:MOST_LISTED]
    if not shown:
        await outbox.say(context.act, context.account, "您目前没有面试。如有疑问请联系招聘负责人。")
        return
    opening = "您的面试：" if ahead else "您目前没有待参加的面试。最近的一场："
    lines = [_line(each, context.act) for each in shown]
    page = shown[0] if len(shown) == 1 else None
    await outbox.say(context.act, context.account, "\n".join([opening, *lines]), page_of=page)


def _line(booking: Booking, act: Act) -> str:
    """Name one interview; that the company is about to cancel it is told only when it is decided."""
    status = booking.status
    if status == BookingStatus.FROZEN:
        status = BookingStatus(booking.before_frozen or "scheduled")
    live = status in (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)
    state = "已到开始时间" if live and booking.starts_at <= act.now else LISTED[status]
    place = f"{plain(booking.position.name, 20)}（{plain(booking.organisation.name, 20)}）"
    return f"{when_of(booking)} {place}：{state}。"


async def kept(context: Context, bookings: list[Booking]) -> None:
    """Say that nothing changes."""
    for booking in bookings:
        await replying.keep(context.act, booking)
    if len(bookings) != 1:
        await outbox.say(context.act, context.account, "好的，您的面试安排都不变，期待与您见面。")
        return
    text = f"好的，{when_of(bookings[0])} 的面试照常进行，期待与您见面。"
    await outbox.say(context.act, context.account, text, page_of=bookings[0])


async def another_time(context: Context, booking: Booking, words: str) -> None:
    """Pass a wish for another time on; the old time is kept meanwhile."""
    await replying.ask_for_another_time(context.act, booking, words)
    text = (
        f"收到，您想改 {when_of(booking)} 的面试时间。已转告招聘负责人，商定前原时间为您保留；"
        "如果确定来不了，请回复「取消」。"
    )
    await outbox.say(context.act, context.account, text)


async def passed_on(context: Context, booking: Booking) -> None:
    """Pass a question on; what was asked about stays as it is."""
    await replying.pass_on(context.act, booking, context.incoming.text[:200])
    text = f"收到，已转给招聘负责人，会尽快答复您。您 {when_of(booking)} 的面试目前不变。来不了请回复「取消」。"
    await outbox.say(context.act, context.account, text, page_of=booking)


async def contact(booking: Booking) -> str:
    """Return the sentence that names whom to ask; nothing where no contact was entered."""
    named = await contact_of(booking.organisation)
    return f"也可以直接联系 {named}。" if named else ""
