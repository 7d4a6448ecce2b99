"""The confirm card: what HR proposes on it, and what 确认取消, 提交审批 and 算了 do when they are pressed."""

import json
from collections.abc import Mapping

from handlers.routing import Answer, Context
from models import Booking, CancellationRequest, Card, CardPurpose
from workflow import access, cancelling, drafts, outbox, weighing
from workflow.acting import Act
from workflow.card_views import card_view
from workflow.reasons import reason_of


async def propose(context: Context, booking: Booking, wish: Mapping[str, object]) -> Card:
    """Put the confirm card of one booking before the person, as far as the reason is known already."""
    card = await cancelling.propose(context.act, booking, wished(wish))
    if unread := wish.get("unread"):
        await _note(card, unread=unread)
    return card


def wished(wish: Mapping[str, object]) -> cancelling.Wish:
    """Return what was said about why and how, as the workflow wants it."""
    return cancelling.Wish(
        str(wish.get("reason", "")),
        str(wish.get("text", "")),
        bool(wish.get("notify", True)),
        bool(wish.get("keep", True)),
    )


async def file(context: Context, card: Card) -> Answer:
    """Answer 确认取消 or 提交审批: the card shows the request, or first what it means for the candidate."""
    booking = await Booking.get(id=card.booking_id)
    wish = _pressed_wish(context, card)
    reason_of(wish.reason_code, wish.reason_text)  # what is missing is said before anything is weighed
    if new_consequences(context.act, booking, wish, card):
        await _weigh(context.act, booking, wish, card)
        return Answer(await card_view(card, context.act))
    request = await cancelling.request_cancellation(context.act, booking, wish, shown=card.revision)
    await becomes(context.act, card, request)
    return Answer(await card_view(card, context.act))


def new_consequences(act: Act, booking: Booking, wish: cancelling.Wish, card: Card) -> set[str]:
    """Return the consequences of a wish that no earlier confirmation of this card has accepted."""
    return set(weighing.consequences(booking, wish, act.now)) - set(weighing.known_consequences(state_of(card)))


async def _weigh(act: Act, booking: Booking, wish: cancelling.Wish, card: Card) -> None:
    """Show the consequences on the card. Its buttons get another handle: a double tap is one confirmation, not two."""
    await accept(card, booking, wish, act)
    await outbox.renew_handle(act, card)


async def accept(card: Card, booking: Booking, wish: cancelling.Wish, act: Act) -> None:
    """Keep on the card what was chosen and which consequences were confirmed once."""
    await _note(
        card,
        reason=wish.reason_code,
        text=wish.reason_text,
        notify=wish.notify,
        keep=wish.keep,
        **{weighing.ACCEPTED: list(weighing.consequences(booking, wish, act.now))},
    )


async def _note(card: Card, **more: object) -> None:
    card.state = json.dumps({**state_of(card), **more}, ensure_ascii=False)
    await card.save(update_fields=["sealed_state"])


async def becomes(act: Act, card: Card, request: CancellationRequest) -> None:
    """Let a confirm card go on as the card of the request that was filed on it; the booking's other drafts end."""
    card.purpose, card.request, card.revision = CardPurpose.REQUEST, request, request.revision
    await card.save()
    await drafts.retire(act, request.booking)


def _pressed_wish(context: Context, card: Card) -> cancelling.Wish:
    """Read the form; what a platform's form lacks stands on the card."""
    form = {**state_of(card), **{key: value for key, value in context.incoming.form.items() if value != ""}}
    return cancelling.Wish(
        reason_code=str(form.get("reason", "")),
        reason_text=str(form.get("note", form.get("text", ""))),
        notify=_is_on(form.get("notify", True)),
        keep=_is_on(form.get("keep", True)),
    )


def state_of(card: Card) -> dict[str, object]:
    """Return what was proposed on a confirm card."""
    return dict(json.loads(card.state)) if card.state else {}


def _is_on(value: object) -> bool:
    return value is True or str(value).lower() == "true"


async def submit(context: Context, card: Card) -> Answer:
    """Answer 提交审批 on a draft that a candidate's word made, or 重新提交 after a return."""
    request = await access.request_for(context.act, card.request_id)
    await cancelling.submit(context.act, request)
    card.revision = request.revision
    await card.save(update_fields=["revision"])
    return Answer(await card_view(card, context.act))


async def dismiss(context: Context, card: Card) -> Answer:
    """Answer 算了: the card is put down, nothing has happened."""
    card.closed = True
    await card.save(update_fields=["closed"])
    return Answer(await card_view(card, context.act))


async def open_confirm(context: Context, card: Card) -> Answer:
    """Answer 取消预约 on a booking card: hand the confirm card."""
    booking = await access.booking_for(context.act, card.booking_id, access.CANCEL)
    await propose(context, booking, {})
    return Answer(await card_view(card, context.act))
