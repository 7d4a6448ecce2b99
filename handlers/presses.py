"""Which card was pressed, and why a button that it no longer has does nothing: each end has its own words."""

import re
from uuid import UUID

from handlers import changed
from handlers.routing import Context, Incoming
from models import BookingStatus, CancellationRequest, Card, RequestStatus, Step, StepStatus
from workflow import approving, cancelling, chain, places, shown
from workflow.card_views import AnyView, CardView
from workflow.errors import AlreadyDecided, NotNow, Refusal, Stale

CARD_ID = re.compile(r"sy-([0-9a-f]{32})")  # notifier/phone_cards.py makes them


async def card_of(incoming: Incoming) -> Card | None:
    """Find the pressed card by its button's handle; one whose handle was renewed since, by its id on the platform."""
    if incoming.press is None:
        return None
    card = await Card.get_or_none(handle=incoming.press.handle).prefetch_related("holder")
    found = CARD_ID.fullmatch(incoming.card_id)
    if card is not None or found is None:
        return card
    return await Card.get_or_none(id=UUID(found[1])).prefetch_related("holder")


async def require_current(context: Context, card: Card) -> None:
    """Refuse a button of an earlier drawing, and say what has changed since."""
    press = context.incoming.press
    assert press is not None
    if press.handle != card.handle:
        raise Stale(changes=await changed.since(card, shown.under(card, press.handle), context))


async def too_late(card: Card, view: AnyView, action: str) -> Refusal:
    """Return why a button is gone: the end of the matter, what was decided before, or that its time is over."""
    if card.request_id is None:
        return _of_booking(view)
    request = await CancellationRequest.get(id=card.request_id).prefetch_related("booking")
    if request.status in approving.OVER:
        return _over(request, card, action)
    if action == "undo" and request.booking.status == BookingStatus.DECLINED:
        return NotNow(state="candidates-word")
    if card.step_id is not None:
        return await _decided(request, card, action)
    if action in ("confirm", "submit"):
        await cancelling.require_evidence(request)
        return AlreadyDecided("已提交", "", request.filed_at)
    return NotNow(state=str(request.status))


def _of_booking(view: AnyView) -> Refusal:
    assert isinstance(view, CardView)
    if view.begun:
        return NotNow("started", number=view.booking.number, when=view.booking.when)
    return NotNow(state=str(view.booking.status))


def _over(request: CancellationRequest, card: Card, action: str) -> Refusal:
    """A second press of what did it was heard; anything else meets the end it came to."""
    if card.step_id is None and action == "undo" and request.status == RequestStatus.UNDONE:
        return AlreadyDecided("已撤销", "", request.ended_at)
    if action == "withdraw" and request.status == RequestStatus.WITHDRAWN:
        return AlreadyDecided("已撤回", "", request.ended_at)
    if action == "undo" and request.status == RequestStatus.CARRIED_OUT:
        return NotNow(state="grace-over")
    return NotNow(state=str(request.status))


async def _decided(request: CancellationRequest, card: Card, action: str) -> Refusal:
    step = await Step.get(id=card.step_id).prefetch_related("decided_by")
    steps = await chain.steps_of(request).prefetch_related("approver")
    followed = places.followers(request, steps, step) if action == "undo" else []
    if followed:
        name, what = str(followed[0].approver.name), approving.OUTCOMES[followed[0].status]
        return NotNow("followed", approver=name, what=what)
    if step.status in approving.OUTCOMES:
        return AlreadyDecided(approving.OUTCOMES[step.status], approving.decider(step, card.holder_id), step.decided_at)
    if step.status == StepStatus.VOIDED:
        return NotNow("voided", number=request.number)
    if step.status == StepStatus.CLOSED and request.status == RequestStatus.AWAITING_APPROVAL:
        agreed = [each for each in steps if each.level == step.level and each.status == StepStatus.APPROVED]
        who = "、".join(str(each.approver.name) for each in agreed)
        return NotNow("answered-by-others", approver=who, number=request.number)
    return NotNow(state="taken-back" if step.status == StepStatus.WAITING else str(request.status))
