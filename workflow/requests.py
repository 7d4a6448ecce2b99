"""A request's life from the last decision to its end: what all verbs share."""

from datetime import timedelta

from models import (
    Booking,
    BookingStatus,
    CancellationRequest,
    Card,
    CardPurpose,
    RequestStatus,
    Step,
    StepStatus,
)
from workflow import archiving, audit, checkpoints, outbox
from workflow.access import REQUEST_RELATIONS
from workflow.acting import Act
from workflow.errors import NotNow
from workflow.policy import NO_GRACE_WITHIN
from workflow.states import LIVE_BOOKINGS, may_become

UNTOLD_AFTER = timedelta(hours=24)  # S20: a candidate who was not to be told stays a debt


async def reload(request_id: object) -> CancellationRequest:
    """Read a request and all it belongs to, as it is in this transaction."""
    return await CancellationRequest.get(id=request_id).prefetch_related(*REQUEST_RELATIONS)


def subject_of(request: CancellationRequest) -> tuple[str, str, int]:
    """Return how the audit log names a request."""
    return ("cancel_request", request.number, request.revision)


def booking_subject(booking: Booking) -> tuple[str, str, int]:
    """Return how the audit log names a booking."""
    return ("booking", booking.number, booking.revision)


async def move(request: CancellationRequest, status: RequestStatus) -> None:
    """Move a request along the table, or refuse."""
    if not may_become(request.status, status):
        raise NotNow(state=str(request.status))
    request.status = status
    await request.save()


async def move_booking(booking: Booking, status: BookingStatus) -> None:
    """Move a booking along the table, or refuse; every move is a new revision."""
    if not may_become(booking.status, status):
        raise NotNow(state=str(booking.status))
    booking.status, booking.revision = status, booking.revision + 1
    await booking.save()


async def freeze(booking: Booking) -> None:
    """Keep a booking from other changes while a company's request is open."""
    if booking.status not in LIVE_BOOKINGS:
        return  # declined: nobody waits for it any more
    booking.before_frozen = str(booking.status)
    await move_booking(booking, BookingStatus.FROZEN)


async def thaw(booking: Booking) -> None:
    """Let a frozen booking go on as it was; one that was declined meanwhile stays declined."""
    if booking.status == BookingStatus.FROZEN:
        await move_booking(booking, BookingStatus(booking.before_frozen or "scheduled"))


def is_candidates(request: CancellationRequest) -> bool:
    """Tell whether the candidate said it themselves; such a word is never taken back by the company."""
    return request.candidate_id is not None


def grace_of(request: CancellationRequest, booking: Booking, act: Act) -> timedelta:
    """Return how long everything outward waits after the last decision."""
    if is_candidates(request) or booking.starts_at - act.now <= NO_GRACE_WITHIN:
        return timedelta(0)
    return timedelta(seconds=int(str(request.policy.get("grace_s", 60))))


async def decided(act: Act, request: CancellationRequest) -> None:
    """Note that everybody who had to agree did; carry it out now, or when the grace is over."""
    wait = grace_of(request, request.booking, act)
    request.decided_at, request.effective_at = act.now, act.now + wait
    await move(request, RequestStatus.APPROVED)
    data = {"grace_s": int(wait.total_seconds()), "rule": str(request.policy.get("rule", ""))}
    await audit.record(act, request.organisation, "request.approved", subject_of(request), data=data)
    if wait:
        await outbox.set_timer(act, "carry_out", request.effective_at, request)
        await refresh_requesters_card(act, request)
    else:
        await carry_out(act, request)


async def carry_out(act: Act, request: CancellationRequest) -> bool:
    """Cancel the booking and let everybody know; False when it was undone, done already or is not due."""
    due = request.effective_at is not None and act.now >= request.effective_at
    if request.status != RequestStatus.APPROVED or not due:
        return False
    booking = request.booking
    booking.cancelled_at, booking.keeps_eligibility = act.now, request.keep_eligibility
    booking.calendar_sequence += 1
    await move_booking(booking, BookingStatus.CANCELLED)
    request.ended_at = act.now
    await move(request, RequestStatus.CARRIED_OUT)
    data = {
        "request": request.number,
        "reason": request.reason_code,
        "keep": request.keep_eligibility,
        "notify": request.notify,
    }
    personal = {"name": audit.commitment(booking.candidate, "name", booking.candidate.name)}
    await audit.record(
        act, booking.organisation, "booking.cancelled", booking_subject(booking), data=data, personal=personal
    )
    await checkpoints.attest(act, request.organisation)
    await _tell_everybody(act, request, booking)
    await archiving.arrange(act, request)
    return True


async def _tell_everybody(act: Act, request: CancellationRequest, booking: Booking) -> None:
    if request.notify:
        await outbox.tell_candidate(act, "cancelled", booking, request)
    else:
        await outbox.set_timer(act, "untold", act.now + UNTOLD_AFTER, request)
    if booking.interviewer and booking.declined_at is None:
        await outbox.tell_employee(act, "interviewer_cancelled", booking.interviewer, booking, request)
    await close_room(act, booking)
    await refresh_requesters_card(act, request)
    await refresh_approvers_cards(act, request)
    await refresh_wish_cards(act, booking)


async def refresh_wish_cards(act: Act, booking: Booking) -> None:
    """Take the buttons off what put a candidate's wish to come after all before HR: it is decided."""
    wishes = Card.filter(booking=booking, purpose=CardPurpose.BOOKING, closed=False, sealed_state__isnull=False)
    for card in await wishes:
        await outbox.refresh_card(act, card)


async def close_room(act: Act, booking: Booking) -> None:
    """Let the provider close the room; once is enough, whoever asked for it."""
    if booking.room_id or booking.room_url:
        await outbox.post(
            act, "room", "revoke", booking=booking, dedupe=f"room:revoke:{booking.id}:{booking.room_id}"[:120]
        )


async def end(act: Act, request: CancellationRequest, status: RequestStatus) -> None:
    """End a request that is not carried out: open steps close, the booking goes on."""
    request.ended_at = act.now
    await move(request, status)
    await thaw(request.booking)
    for step in await Step.filter(request=request, status__in=(StepStatus.OPEN, StepStatus.WAITING)):
        step.status = StepStatus.CLOSED
        await step.save(update_fields=["status"])
    await refresh_approvers_cards(act, request)
    await refresh_requesters_card(act, request)
    await archiving.arrange(act, request)


async def refresh_requesters_card(act: Act, request: CancellationRequest) -> None:
    """Draw the requester's card anew."""
    for card in await Card.filter(request=request, purpose=CardPurpose.REQUEST, closed=False):
        await outbox.refresh_card(act, card)


async def refresh_steps_card(act: Act, step: Step) -> None:
    """Draw one approver's card anew, on every phone that has it."""
    for card in await Card.filter(step=step, closed=False):
        await outbox.refresh_card(act, card)


async def refresh_approvers_cards(act: Act, request: CancellationRequest) -> None:
    """Draw anew the newest card of everybody who was asked, on each phone: how it ended, no dead button."""
    cards = await Card.filter(request=request, purpose=CardPurpose.APPROVAL).order_by("created_at")
    for card in {(each.holder_id, each.account_id): each for each in cards}.values():
        await outbox.refresh_card(act, card)
