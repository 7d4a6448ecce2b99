"""What candidates tap or type as the answer to the open question: both do the same, and are never refused."""

import json

from handlers import asking, picking, returning, standing
from handlers.reading.asides import says_coming, wants_back
from handlers.reading.offers import NO_ACTION, WHICH_ACTION, is_vague, picked
from handlers.reading.replies import Intent, read_reply
from handlers.routing import Answer, Context
from models import Booking, BookingStatus, Card, CardPurpose
from workflow import outbox, replying, unconfirmed
from workflow.acting import Act, local
from workflow.card_views import card_view
from workflow.errors import NotFound
from workflow.moments import when_of
from workflow.reasons import UNSAID

BACK_AGAIN = "如果说错了、还想参加，请回复「我要参加」。"


async def typed(context: Context) -> tuple[str, str] | None:
    """Return action and handle of the offered answer that was typed; None when the text answers no open question."""
    question = await picking.asked(context)
    items = question["items"] if question else []
    if question is None or not isinstance(items, list):
        return None
    offers = asking.offers_of(question)
    firm, numbered = bool(question.get("firm", True)), bool(question.get("numbered", True))
    place = picked(context.incoming.text, offers, firm=firm, numbered=numbered)
    if place is None:
        place = await _said_again(context, [each.action for each in offers], items)
    if place is None:
        return None
    action, _, handle = str(items[place]).partition("_")
    return action, handle


async def is_vague_here(context: Context) -> bool:
    """Tell whether a bare 确认 came where it could mean the interview as well as its end."""
    question = await picking.asked(context)
    return question is not None and not question.get("firm", True) and is_vague(context.incoming.text)


async def _said_again(context: Context, actions: list[str], items: list[object]) -> int | None:
    """Take a plain word about the very interview that was asked about: nobody has to say 来不了了 a third time."""
    reply = read_reply(context.incoming.text, local(context.act.now))
    if reply.ask or WHICH_ACTION in actions:
        return None
    place = _meant(reply.intent, actions)
    if place is None or reply.when is None:
        return place
    card = await Card.get_or_none(handle=str(items[place]).partition("_")[2]).prefetch_related("booking")
    same = card and card.booking and local(card.booking.starts_at).date() == reply.when.start.date()
    return place if same else None


def _meant(intent: Intent, actions: list[str]) -> int | None:
    comes = intent in (Intent.KEEP, Intent.CONFIRM)
    asks_back = "undo" in actions and "confirm" not in actions
    if "undo" in actions and comes:
        return actions.index("undo")
    if intent == Intent.CANCEL:
        wanted = NO_ACTION if asks_back else "confirm"
        return actions.index(wanted) if wanted in actions else None
    return actions.index(NO_ACTION) if intent == Intent.KEEP and NO_ACTION in actions else None


async def pressed(context: Context, action: str, handle: str) -> Answer:
    """Do what a candidate tapped; a menu from weeks ago meets the booking as it is now."""
    card = await Card.get_or_none(handle=handle, purpose=CardPurpose.CANDIDATE)
    if card is None:
        raise NotFound(what="booking")
    booking = await replying.own_booking(context.act, card.booking_id, list(context.candidate_ids))
    question = await picking.asked(context)
    await picking.drop(context)
    state = dict(json.loads(card.state)) if card.state else {}
    if state.get("asks") == "return":
        await _about_coming_back(context, action, booking, card)
    elif action == "confirm" and "bookings" in state:
        await _all_declined(context, state)
    else:
        await _about_cancelling(context, action, booking, card)
    if action == "choose" and question is not None:
        await _close_the_others(context.act, question, handle)
    elif action != "choose":
        await unconfirmed.close(context.act, card)
    return Answer(await card_view(card, context.act))


async def _about_cancelling(context: Context, action: str, booking: Booking, card: Card) -> None:
    over = standing.over(booking, context.act)
    if over and action != "confirm":
        await outbox.say(context.act, context.account, over)
    elif action == "confirm":
        await declined(context, booking, *_said(card))
    elif action == "choose":
        await asking.one(context.act, context.account, booking, card, firm=True)
    elif action == "open":
        await standing.another_time(context, booking, "想改期")
    else:
        await standing.kept(context, [booking])


async def _about_coming_back(context: Context, action: str, booking: Booking, card: Card) -> None:
    if action == "undo":
        said = context.incoming.text[:200]
        own = wants_back(said) or says_coming(said)  # a tap, a number or a yes means what was offered
        await returning.wished(context, booking, said if own else _said(card)[0])
    elif action == "choose":
        await asking.whether_back(context.act, context.account, [booking], _said(card)[0])
    elif booking.status == BookingStatus.DECLINED:
        text = f"好的，仍按您不来办理：您 {when_of(booking)} 的面试{standing.OVER[booking.status]}。"
        await outbox.say(context.act, context.account, text)
    else:
        said = standing.over(booking, context.act) or f"您 {when_of(booking)} 的面试照常进行。来不了请回复「取消」。"
        await outbox.say(context.act, context.account, said)


async def _all_declined(context: Context, state: dict[str, object]) -> None:
    """Answer 全部取消: each interview on its own, with its own answer."""
    ids = state["bookings"]
    for booking_id in ids if isinstance(ids, list) else []:
        booking = await replying.own_booking(context.act, booking_id, list(context.candidate_ids))
        await declined(context, booking, str(state.get("words", "取消")), str(state.get("reason", UNSAID)))


async def _close_the_others(act: Act, question: dict[str, object], handle: str) -> None:
    """Settle what was asked about the interviews that were not chosen."""
    items = question["items"]
    others = [str(each).partition("_")[2] for each in items] if isinstance(items, list) else []
    for card in await Card.filter(handle__in=[each for each in others if each != handle], closed=False):
        await unconfirmed.close(act, card)


def _said(card: Card) -> tuple[str, str]:
    state = json.loads(card.state) if card.state else {}
    return str(state.get("words", "取消")), str(state.get("reason", UNSAID))


async def declined(context: Context, booking: Booking, words: str, reason: str) -> None:
    """Note that the candidate will not come and say what that means; in time, the notice itself is the answer."""
    act, account, moment = context.act, context.account, when_of(booking)
    if booking.status in standing.OVER:
        await outbox.say(act, account, standing.over(booking, act))
        return
    if booking.starts_at <= act.now and not replying.is_under_way(booking, act):
        await outbox.say(act, account, f"您 {moment} 的面试已到开始时间。您的话已记下，会转给招聘负责人。")
        await replying.pass_on(act, booking, words)
        return
    request = await replying.decline(act, booking, words, reason)
    fresh = await Booking.get(id=booking.id)
    if fresh.status != BookingStatus.CANCELLED:
        await outbox.say(act, account, f"{_noted(booking, request.number)}{BACK_AGAIN}")


async def declined_at_once(context: Context, booking: Booking, words: str, reason: str) -> None:
    """Take a plain word without a question where the company is cancelling anyway, and offer to take it back."""
    request = await replying.decline(context.act, booking, words, reason)
    text = f"{_noted(booking, request.number)}如果说错了，请点或回复「{asking.TAKEN_BACK}」。"
    await asking.after_the_word(context.act, context.account, booking, text)


def _noted(booking: Booking, number: str) -> str:
    return (
        f"好的，已记下您不来参加 {when_of(booking)} 这场面试，您不必再前往。"
        f"公司会办理后续手续，您不用再做什么。登记号 {number}。"
    )
