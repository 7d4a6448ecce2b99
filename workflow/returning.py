"""改变主意: a candidate who said no wants to come after all. HR decides, and the candidate always hears how."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Booking, BookingStatus, CancellationRequest, Card, CardPurpose, OutboxMessage, RequestStatus, Role
from workflow import access, audit, cancelling, evidence, outbox, requests
from workflow.acting import Act
from workflow.errors import AlreadyDecided, NotNow, NotYours
from workflow.moments import when_of

ANSWER_AHEAD = timedelta(minutes=30)  # by then a candidate must know whether to set out
TIMER = "return_unanswered"
WISH = "wish"  # in the state of a booking card: the words; `at` is when they were said


@dataclass(frozen=True)
class Wish:
    """What the candidate said, and when."""

    words: str
    at: datetime


def wish_on(card: Card) -> Wish | None:
    """Return the wish that a booking card puts before HR."""
    state = json.loads(card.state) if card.state and card.purpose == CardPurpose.BOOKING else {}
    return Wish(state[WISH], datetime.fromisoformat(state["at"])) if WISH in state else None


async def open_wish(booking: Booking) -> Wish | None:
    """Return the wish that HR has not decided yet."""
    if booking.status != BookingStatus.DECLINED:
        return None
    found = [wish_on(card) for card in await _cards(booking)]
    return max((each for each in found if each), key=lambda each: each.at, default=None)


async def _cards(booking: Booking) -> list[Card]:
    cards = await Card.filter(booking=booking, purpose=CardPurpose.BOOKING, closed=False)
    return [each for each in cards if wish_on(each)]


async def ask(act: Act, booking: Booking, words: str) -> None:
    """Put the wish before HR at once; until they decide, the booking stays declined. A second wish changes nothing."""
    access.require_no_colleague(act)
    if booking.status != BookingStatus.DECLINED:
        raise NotNow(state=str(booking.status))
    if await _cards(booking):
        return
    await _record(act, booking, "booking.return_asked", words)
    state = {WISH: words, "at": act.now.isoformat()}
    for recruiter in await access.holders(Role.HR, booking.organisation, act.now):
        account = await outbox.account_of(recruiter)
        if account:
            await outbox.hand_card(act, CardPurpose.BOOKING, account, holder=recruiter, booking=booking, state=state)
    await _show_it_to_who_decides(act, booking, words)
    await _set_timer(act, booking)


async def _record(act: Act, booking: Booking, action: str, words: str = "") -> None:
    personal = {"words": audit.commitment(booking.candidate, "words", words)} if words else None
    await audit.record(act, booking.organisation, action, requests.booking_subject(booking), personal=personal)


async def _show_it_to_who_decides(act: Act, booking: Booking, words: str) -> None:
    """Keep the words with the request that is under way, so that nobody decides it without having seen them."""
    running = await cancelling.open_request_of(booking)
    if running is not None:
        request = await requests.reload(running.id)
        await evidence.keep_reply(act, request, words, act.source)
        await cancelling.more_evidence(act, await requests.reload(running.id))


async def _set_timer(act: Act, booking: Booking) -> None:
    ahead = booking.starts_at - ANSWER_AHEAD
    at = ahead if ahead > act.now else booking.starts_at
    payload = {"booking": str(booking.id)}
    dedupe = f"{TIMER}:{booking.id}:{act.now.timestamp():.0f}"
    await outbox.post(act, "timer", TIMER, not_before=at, booking=booking, payload=payload, dedupe=dedupe)


async def restore(act: Act, booking_id: object) -> Booking:
    """Let a declined interview take place again: what was filed to cancel it ends, and everybody hears of it."""
    booking = await access.booking_for(act, booking_id, access.CANCEL)
    await _require_wish(booking)
    if act.now >= booking.starts_at:
        raise NotNow("started", number=booking.number, when=when_of(booking))
    running = await cancelling.open_request_of(booking)
    booking.declined_at = None
    back = BookingStatus.CONFIRMED if booking.confirmed_at else BookingStatus.SCHEDULED
    await requests.move_booking(booking, back)
    await _record(act, booking, "booking.restored")
    if running is not None:
        await _end(act, await requests.reload(running.id))
    if booking.room_id:
        dedupe = f"room:{booking.id}:{booking.revision}"
        await outbox.post(act, "room", "create", booking=booking, dedupe=dedupe)
    await close(act, booking)
    await outbox.tell_candidate(act, "restored", booking)
    if booking.interviewer:
        await outbox.tell_employee(act, "interviewer_restored", booking.interviewer, booking)
    return booking


async def _require_wish(booking: Booking) -> None:
    """Refuse where the candidate has not asked for it: nobody else takes back what they said (design.md §4)."""
    if booking.status in (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED):
        raise AlreadyDecided("面试照常")
    if booking.status != BookingStatus.DECLINED:
        raise NotNow(state=str(booking.status))
    if await open_wish(booking) is None:
        raise NotNow("not-restorable", state="declined")


async def _end(act: Act, request: CancellationRequest) -> None:
    """End the request that would still cancel the booking; a colleague's own one only they can take back."""
    employee = await access.require_employee(act)
    if not requests.is_candidates(request) and request.requester_id != employee.id:
        raise NotYours(approver=str(request.requester.name) if request.requester else "")
    undone = request.status == RequestStatus.APPROVED
    await requests.end(act, request, RequestStatus.UNDONE if undone else RequestStatus.WITHDRAWN)
    action = "request.undone" if undone else "request.withdrawn"
    await audit.record(act, request.organisation, action, requests.subject_of(request), why="restored")


async def leave(act: Act, booking_id: object) -> Booking:
    """Say no to the wish: the candidate hears that they need not come."""
    booking = await access.booking_for(act, booking_id, access.CANCEL)
    await _require_wish(booking)
    await _say_no(act, booking, "booking.return_refused")
    return booking


async def expire(act: Act, row: OutboxMessage) -> None:
    """Tell a candidate whose wish nobody decided in time that they need not come (系统代办)."""
    booking = await Booking.get(id=row.booking_id).prefetch_related(
        "organisation", "candidate", "position", "interviewer"
    )
    if await open_wish(booking):
        await _say_no(act, booking, "booking.return_expired")


async def _say_no(act: Act, booking: Booking, action: str) -> None:
    await _record(act, booking, action)
    await close(act, booking)
    await outbox.tell_candidate(act, "not_restored", booking)


async def close(act: Act, booking: Booking) -> None:
    """Take the buttons off the cards that put the wish before HR."""
    for card in await _cards(booking):
        card.closed = True
        await card.save(update_fields=["closed"])
        await outbox.refresh_card(act, card)
    running = await cancelling.open_request_of(booking)
    if running is not None:
        request = await requests.reload(running.id)
        await requests.refresh_requesters_card(act, request)
        await requests.refresh_approvers_cards(act, request)
