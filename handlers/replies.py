"""What candidates type and tap, in WeChat, WeCom or by SMS: asked which interview, never refused (design.md §4)."""

import json
from datetime import timedelta

from handlers import picking
from handlers.reading.grammar import read_command
from handlers.reading.replies import Intent, Reply, read_reply
from handlers.reading.verbs import Verb
from handlers.routing import Answer, Context
from models import Account, Booking, BookingStatus, Card, CardPurpose, OutboxMessage, OutboxStatus, Platform
from workflow import outbox, replying
from workflow.acting import Act, local
from workflow.errors import NotFound
from workflow.reasons import REASONS, UNSAID
from workflow.showing import plain
from workflow.views import card_view, when_of

ANSWER_LASTS = timedelta(hours=48)  # a candidate answers an SMS when they see it, not within two minutes


async def text(context: Context) -> None:
    """Read one message of a candidate."""
    number = await _number(context)
    if number is not None:
        await _numbered(context, number)
        return
    reply = read_reply(context.incoming.text, local(context.act.now))
    bookings = await replying.upcoming(list(context.candidate_ids), context.act)
    if not bookings:
        await _none_left(context)
        return
    await _by_intent(context, reply, bookings)


async def _by_intent(context: Context, reply: Reply, bookings: list[Booking]) -> None:
    meant = _narrowed(bookings, reply)
    if reply.intent == Intent.CANCEL:
        await ask_to_confirm(context, meant, reply)
    elif reply.intent in (Intent.KEEP, Intent.CONFIRM) and not reply.ask:
        await _kept(context, meant)
    elif reply.intent == Intent.RESCHEDULE and len(meant) == 1:
        await _another_time(context, meant[0], context.incoming.text)
    elif reply.intent in (Intent.QUESTION, Intent.LATE):
        await _passed_on(context, meant[0])
    else:
        await ask_to_confirm(context, meant, reply, unclear=True)


def _narrowed(bookings: list[Booking], reply: Reply) -> list[Booking]:
    """Keep the bookings of the day that was said; a day without any says nothing."""
    if reply.when is None:
        return bookings
    days = {reply.when.start.date()}
    same = [each for each in bookings if local(each.starts_at).date() in days]
    return same or bookings


async def _number(context: Context) -> int | None:
    command = read_command(context.incoming.text, local(context.act.now))
    picked = command is not None and command.verb == Verb.CHOOSE and command.picks
    return command.picks[0] if command and picked else None


async def ask_to_confirm(context: Context, bookings: list[Booking], reply: Reply, *, unclear: bool = False) -> None:
    """Ask which interview is meant and what is to happen to it; one tap then does it."""
    reason = str(reply.reason) if reply.reason and str(reply.reason) in REASONS else UNSAID
    state: dict[str, object] = {"words": context.incoming.text[:200], "reason": reason}
    if context.account.platform == Platform.WECOM:
        for booking in bookings:
            await outbox.hand_card(context.act, CardPurpose.CANDIDATE, context.account, booking=booking, state=state)
        return
    cards = [await _silent_card(context, booking, state) for booking in bookings]
    await _menu(context, list(zip(bookings, cards, strict=True)), unclear)


async def _silent_card(context: Context, booking: Booking, state: dict[str, object]) -> Card:
    """Make the handle that a menu item carries; there is no card to see on this channel."""
    card = await outbox.hand_card(context.act, CardPurpose.CANDIDATE, context.account, booking=booking, state=state)
    await OutboxMessage.filter(card=card).update(status=OutboxStatus.SUPPRESSED, reason="menu")
    return card


async def _menu(context: Context, rows: list[tuple[Booking, Card]], unclear: bool) -> None:
    if len(rows) == 1:
        booking, card = rows[0]
        opening = "您是想取消面试吗？" if unclear else "确认取消吗？"
        head = f"您好。您有一场面试：{when_of(booking)}，{booking.position.name}。{opening}"
        texts = {"confirm": "确认取消", "open": "想改期", "dismiss": "不取消，按时参加"}
        choices = [(f"{action}_{card.handle}", text) for action, text in texts.items()]
    else:
        head = f"您好。您有 {len(rows)} 场面试，请问是哪一场要取消？"
        choices = [
            (f"choose_{card.handle}", f"{when_of(booking)} {plain(booking.position.name, 20)}")
            for booking, card in rows
        ]
    await picking.ask(context, "candidate", [key for key, _ in choices], lasts=ANSWER_LASTS)
    page_of = rows[0][0] if len(rows) == 1 else None
    await outbox.say(context.act, context.account, head, choices=choices, page_of=page_of)


async def _numbered(context: Context, number: int) -> None:
    question = await picking.asked(context)
    items = question["items"] if question else []
    if question is None or not isinstance(items, list) or not 0 < number <= len(items):
        await outbox.say(context.act, context.account, "您好，这个数字没有对应的选项。想取消面试请回复「取消」。")
        return
    action, handle = str(items[number - 1]).split("_", 1)
    await pressed(context, action, handle)


async def pressed(context: Context, action: str, handle: str) -> Answer:
    """Do what a candidate tapped; a menu from weeks ago meets the booking as it is now."""
    card = await Card.get_or_none(handle=handle, purpose=CardPurpose.CANDIDATE)
    if card is None:
        raise NotFound(what="booking")
    booking = await replying.own_booking(context.act, card.booking_id, list(context.candidate_ids))
    await picking.drop(context)
    over = _over(booking, context.act)
    if over and action != "confirm":
        await outbox.say(context.act, context.account, over)
    elif action == "confirm":
        await declined(context.act, context.account, booking, *_said(card))
    elif action == "choose":
        await _menu(context, [(booking, card)], False)
    elif action == "open":
        await _another_time(context, booking, "想改期")
    else:
        await _kept(context, [booking])
    if context.account.platform == Platform.WECOM:
        card.closed = True
        await card.save(update_fields=["closed"])
        await outbox.refresh_card(context.act, card)
    return Answer(await card_view(card, context.act))


def _said(card: Card) -> tuple[str, str]:
    state = json.loads(card.state) if card.state else {}
    return str(state.get("words", "取消")), str(state.get("reason", UNSAID))


OVER = {
    BookingStatus.CANCELLED: "已取消，不必再前往，也不用再操作",
    BookingStatus.DECLINED: "已登记您不来，不必再前往，也不用再操作",
    BookingStatus.RESCHEDULED: "已改期，请以新的通知为准",
}


def _over(booking: Booking, act: Act) -> str:
    """Return what is true of a booking that is no longer ahead; nothing while it is."""
    if booking.status in OVER:
        return f"您 {when_of(booking)} 的面试{OVER[booking.status]}。"
    started = booking.starts_at <= act.now
    return f"您 {when_of(booking)} 的面试已到开始时间。有事请联系招聘负责人。" if started else ""


async def declined(act: Act, account: Account, booking: Booking, words: str, reason: str) -> None:
    """Note that the candidate will not come and say what that means; in time, the notice itself is the answer."""
    over = booking.status in OVER
    request = None if over or booking.starts_at <= act.now else await replying.decline(act, booking, words, reason)
    fresh = await Booking.get(id=booking.id)
    moment = when_of(booking)
    if over:
        await outbox.say(act, account, _over(booking, act))
    elif request is None:
        await outbox.say(act, account, f"您 {moment} 的面试已到开始时间。您的话已记下，会转给招聘负责人。")
        await replying.pass_on(act, booking, words)
    elif fresh.status != BookingStatus.CANCELLED:
        await outbox.say(
            act,
            account,
            f"好的，已记下您不来参加 {moment} 的面试，您不必再前往。"
            f"公司会办理后续手续，您不用再做什么。登记号 {request.number}。",
        )


async def _kept(context: Context, bookings: list[Booking]) -> None:
    if len(bookings) != 1:
        await outbox.say(context.act, context.account, "好的，您的面试安排都不变，期待与您见面。")
        return
    await replying.keep(context.act, bookings[0])
    text = f"好的，{when_of(bookings[0])} 的面试照常进行，期待与您见面。"
    await outbox.say(context.act, context.account, text, page_of=bookings[0])


async def _another_time(context: Context, booking: Booking, words: str) -> None:
    await replying.ask_for_another_time(context.act, booking, words)
    text = (
        f"收到，您想改 {when_of(booking)} 的面试时间。已转告招聘负责人，商定前原时间为您保留；"
        "如果确定来不了，请回复「取消」。"
    )
    await outbox.say(context.act, context.account, text)


async def _passed_on(context: Context, booking: Booking) -> None:
    await replying.pass_on(context.act, booking, context.incoming.text[:200])
    text = f"收到，已转给招聘负责人，会尽快答复您。您 {when_of(booking)} 的面试目前不变。来不了请回复「取消」。"
    await outbox.say(context.act, context.account, text, page_of=booking)


async def _none_left(context: Context) -> None:
    last = await Booking.filter(candidate_id__in=list(context.candidate_ids)).order_by("-starts_at").first()
    if last is not None and last.status in (BookingStatus.CANCELLED, BookingStatus.DECLINED):
        state = "已取消" if last.status == BookingStatus.CANCELLED else "已登记您不来"
        text = f"您 {when_of(last)} 的面试{state}，不必再前往。您目前没有其他面试。"
    else:
        text = "您目前没有待参加的面试。如有疑问请联系招聘负责人。"
    await outbox.say(context.act, context.account, text)
