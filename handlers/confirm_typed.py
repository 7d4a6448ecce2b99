"""确认取消 and 提交 as typed: what the button of the open card does, for where there is no button."""

from handlers import confirming, picking
from handlers.routing import Context
from models import Booking, Card, CardPurpose
from workflow import access, cancelling, chain, outbox, weighing
from workflow.card_views import card_view
from workflow.errors import NotNow
from workflow.reasons import reason_of
from workflow.views import bookings_seen

KIND = "confirm"
MOST = 9


async def said(context: Context, booking: Booking, wish: dict[str, object]) -> None:
    """Confirm one booking's cancellation: a complete and harmless sentence by itself, anything else as a tap would.

    What has consequences is confirmed twice, on the card that names them.
    """
    card = await _open_card(context, booking)
    meant = _joined(wish, confirming.state_of(card) if card else {})
    if card is None and (not meant.reason_code or weighing.consequences(booking, meant, context.act.now)):
        await confirming.propose(context, booking, wish)
        return
    reason_of(meant.reason_code, meant.reason_text)
    unweighed = confirming.new_consequences(context.act, booking, meant, card) if card else set()
    if card is not None:
        await chain.close_card(context.act, card)  # what was said is answered where the eyes are: by a new card
    card = await cancelling.propose(context.act, booking, meant)
    if unweighed:
        await confirming.accept(card, booking, meant, context.act)
        return
    request = await cancelling.request_cancellation(context.act, booking, meant, shown=booking.revision)
    await confirming.becomes(context.act, card, request)


def _joined(wish: dict[str, object], proposed: dict[str, object]) -> cancelling.Wish:
    """Add what was said now to what stands on the card."""
    return cancelling.Wish(
        str(wish.get("reason") or proposed.get("reason", "")),
        str(wish.get("text") or proposed.get("text", "")),
        bool(wish.get("notify", True) and proposed.get("notify", True)),
        bool(wish.get("keep", True) and proposed.get("keep", True)),
    )


async def _open_card(context: Context, booking: Booking) -> Card | None:
    mine = Card.filter(holder=context.employee, booking=booking, purpose=CardPurpose.CONFIRM, closed=False)
    return await mine.order_by("-created_at").first()


async def open_one(context: Context) -> None:
    """Answer 确认取消 or 提交 without a name: press the one card that is open, or ask which."""
    bookings = await _waiting(context)
    if not bookings:
        raise NotNow("nothing-to-confirm")
    if len(bookings) == 1:
        await said(context, bookings[0], {})
        return
    views = await bookings_seen(bookings, context.act)
    lines = [f"{place}　{each.title}" for place, each in enumerate(views, start=1)]
    await picking.ask(context, KIND, [str(each.id) for each in bookings])
    tail = f"回复 1–{len(bookings)}（2 分钟内有效），或直接点卡片。发「算了」全部放下。"
    await outbox.say(context.act, context.account, "\n".join(["有几场等你确认，是哪一场？", *lines, tail]))


async def _waiting(context: Context) -> list[Booking]:
    """Return the bookings whose confirm card this person can press now, the latest asked first."""
    mine = Card.filter(holder=context.employee, purpose=CardPurpose.CONFIRM, closed=False).order_by("-created_at")
    found: dict[object, Booking] = {}
    for card in await mine.limit(MOST):
        if card.booking_id not in found and (await card_view(card, context.act)).actions:
            found[card.booking_id] = await access.booking_for(context.act, card.booking_id, access.CANCEL)
    return list(found.values())


async def chosen(context: Context, booking_id: str) -> None:
    """Confirm the booking that was chosen by its number."""
    booking = await access.booking_for(context.act, booking_id, access.CANCEL)
    await picking.drop(context)
    await said(context, booking, {})
