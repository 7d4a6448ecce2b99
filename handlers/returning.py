"""改变主意: a candidate who said no wants to come after all; HR decides on a card or by typing 恢复 Y…."""

import re

from handlers import numbers, standing
from handlers.locating import asked_for, locate
from handlers.reading.grammar import Command
from handlers.routing import Answer, Context
from models import Booking, BookingStatus, Card
from workflow import access, outbox, replying, returning
from workflow.card_views import card_view
from workflow.errors import NotFound, NotNow
from workflow.moments import when_of
from workflow.views import booking_seen

NOT_RESTORED = re.compile(r"不恢复\s*(?:预约号\s?)?(?P<number>[0-9A-Za-z][0-9A-Za-z_./-]{0,23})")


async def wished(context: Context, booking: Booking, words: str) -> None:
    """Put the wish before HR and say what holds until they answer: nobody waits or travels in vain."""
    moment = when_of(booking)
    ahead = booking.starts_at > context.act.now
    if booking.status == BookingStatus.DECLINED and ahead:
        await returning.ask(context.act, booking, words)
        text = (
            f"收到，您想参加 {moment} 的面试，已转告招聘负责人，由他们决定能否恢复。"
            f"收到「已恢复」的通知之前请先不要前往；不能恢复也会告诉您。{await standing.contact(booking)}"
        )
        await outbox.say(context.act, context.account, f"{text}编号 {context.reference}")
    elif booking.status in standing.OVER or not ahead:
        await too_late(context, booking, words)
    else:
        await standing.kept(context, [booking])


async def too_late(context: Context, booking: Booking, words: str) -> None:
    """Pass the wish on where the booking is over: HR can only arrange another one."""
    await replying.pass_on(context.act, booking, words, "hr_wishes_back")
    state = standing.over(booking, context.act)
    text = f"{state}您还想参加，已转告招聘负责人，请等他们与您联系。{await standing.contact(booking)}"
    await outbox.say(context.act, context.account, f"{text}编号 {context.reference}")


async def pressed(context: Context, card: Card, action: str) -> Answer:
    """Answer 恢复面试 or 不恢复 on the card that puts the wish before HR."""
    if action == "confirm":
        await returning.restore(context.act, card.booking_id)
    else:
        await returning.leave(context.act, card.booking_id)
    return Answer(await card_view(await Card.get(id=card.id), context.act))


async def typed(context: Context, command: Command) -> None:
    """Answer 恢复 Y…: the same as the tap on 恢复面试."""
    found = await locate(context, await asked_for(context, command, access.CANCEL), command.when, live=False)
    declined = [each for each in found.bookings if each.status == BookingStatus.DECLINED]
    booking = next(iter(declined), None) if len(declined) == 1 else None
    if booking is None and len(found.bookings) == 1:
        raise NotNow("not-restorable", state=str(found.bookings[0].status))
    if booking is None:
        raise NotFound(what="booking")
    await returning.restore(context.act, booking.id)
    title = (await booking_seen(booking, context.act)).title
    text = f"已恢复：{title} 的面试照常，正在通知候选人和面试官。"
    await outbox.say(context.act, context.account, text)


async def refused_by_typing(context: Context) -> bool:
    """Answer 不恢复 Y…; tell whether that is what was typed."""
    found = NOT_RESTORED.fullmatch(context.incoming.text.strip())
    if found is None:
        return False
    booking = await numbers.booking_of(context, found["number"])
    booking = await access.booking_for(context.act, booking.id, access.CANCEL)
    await returning.leave(context.act, booking.id)
    title = (await booking_seen(booking, context.act)).title
    await outbox.say(context.act, context.account, f"好，不恢复：{title}，正在告诉候选人。")
    return True
