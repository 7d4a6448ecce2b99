"""What a candidate says: it is never refused (design.md §4). The rules decide only what follows from it."""

from models import (
    Booking,
    BookingStatus,
    CancellationRequest,
    Candidate,
    CardPurpose,
    Employee,
    Origin,
    Role,
)
from workflow import access, audit, cancelling, chain, evidence, outbox, requests
from workflow.acting import Act
from workflow.errors import Missing, NotFound, NotNow
from workflow.finding import BOOKING_RELATIONS
from workflow.numbering import request_number
from workflow.policy import Decision, Policy, snapshot
from workflow.reasons import UNSAID
from workflow.states import LIVE_BOOKINGS, may_become


async def upcoming(candidate_ids: list[object], act: Act) -> list[Booking]:
    """Return the interviews that still lie before this person, earliest first."""
    mine = Booking.filter(candidate_id__in=candidate_ids, status__in=LIVE_BOOKINGS, starts_at__gt=act.now)
    return list(await mine.order_by("starts_at").prefetch_related(*BOOKING_RELATIONS))


async def own_booking(act: Act, booking_id: object, candidate_ids: list[object]) -> Booking:
    """Fetch one of the person's own bookings; anybody else's is as absent as none."""
    booking = await Booking.get_or_none(id=booking_id, candidate_id__in=candidate_ids).prefetch_related(
        *BOOKING_RELATIONS
    )
    if booking is None:
        raise NotFound(what="booking")
    return booking


async def decline(act: Act, booking: Booking, words: str, reason_code: str = UNSAID) -> CancellationRequest:
    """Note that the candidate will not come, tell who would wait, and let the rules decide what follows.

    A second word on the same booking returns the request of the first.
    """
    if booking.status in (BookingStatus.DECLINED, BookingStatus.CANCELLED):
        return await _earlier(booking)
    if not may_become(booking.status, BookingStatus.DECLINED):
        raise NotNow(state=str(booking.status))
    running = await cancelling.open_request_of(booking)
    policy, decision = cancelling.preview(booking, Origin.CANDIDATE, act)
    booking.declined_at = act.now
    await requests.move_booking(booking, BookingStatus.DECLINED)
    personal = {"words": audit.commitment(booking.candidate, "words", words)}
    await audit.record(
        act, booking.organisation, "booking.declined", requests.booking_subject(booking), personal=personal
    )
    if running:
        request = await _join(act, running, words)
    else:
        request = await _file(act, booking, (policy, decision), words, reason_code)
    await _tell_who_waits(act, request, decision)
    return request


async def _earlier(booking: Booking) -> CancellationRequest:
    request = await CancellationRequest.filter(booking=booking).order_by("-created_at").first()
    if request is None:
        raise NotNow(state=str(booking.status))
    return await requests.reload(request.id)


async def _join(act: Act, running: CancellationRequest, words: str) -> CancellationRequest:
    """Add the candidate's word to the company's own request: it is its best evidence."""
    request = await requests.reload(running.id)
    await evidence.keep_reply(act, request, words, act.source)
    await cancelling.evidence_came(act, request)
    return request


async def _file(
    act: Act, booking: Booking, rules: tuple[Policy, Decision], words: str, reason_code: str
) -> CancellationRequest:
    policy, decision = rules
    request = await CancellationRequest.create(
        number=await request_number(act.now),
        organisation=booking.organisation,
        booking=booking,
        origin=Origin.CANDIDATE,
        reason_code=reason_code,
        reason_text=words,
        late=decision.late,
        candidate=booking.candidate,
        policy=snapshot(policy, decision),
        created_at=act.now,
        filed_at=act.now,
    )
    request = await requests.reload(request.id)
    data = {"booking": booking.number, "reason": reason_code, "late": decision.late, "policy": request.policy}
    await audit.record(act, booking.organisation, "request.filed", requests.subject_of(request), data=data)
    await evidence.keep_reply(act, request, words, act.source)
    await outbox.set_timer(act, "expire", booking.starts_at, request)
    if decision.drafted_for_hr or not await _somebody_decides(booking, decision):
        await _draft(act, request)
    else:
        await cancelling.proceed(act, request)
    return request


async def _somebody_decides(booking: Booking, decision: Decision) -> bool:
    """Tell whether the steps can be taken; a candidate's word is not refused because an approver is missing."""
    try:
        await chain.approvers(decision.steps, booking.organisation)
    except Missing:
        return False
    return True


async def _draft(act: Act, request: CancellationRequest) -> None:
    """Lay the request on HR's table: one tap submits it, the reply is its evidence."""
    for recruiter in (await access.holders(Role.HR, request.organisation))[:1]:
        request.requester = recruiter
        await request.save(update_fields=["requester_id"])
        account = await outbox.account_of(recruiter)
        if account:
            await outbox.hand_card(
                act, CardPurpose.REQUEST, account, holder=recruiter, booking=request.booking, request=request
            )


async def _tell_who_waits(act: Act, request: CancellationRequest, decision: Decision) -> None:
    booking = request.booking
    await requests.close_room(act, booking)
    if booking.interviewer:
        await outbox.tell_employee(act, "interviewer_declined", booking.interviewer, booking, request)
    for recruiter in await access.holders(Role.HR, booking.organisation):
        if not await _has_card(request, recruiter):
            await outbox.tell_employee(act, "hr_declined", recruiter, booking, request)


async def _has_card(request: CancellationRequest, employee: Employee) -> bool:
    """Tell whether a card already says it: a second message would only cost."""
    deciding = await chain.steps_of(request).filter(approver=employee).exists()
    return deciding or request.requester_id == employee.id


async def keep(act: Act, booking: Booking) -> None:
    """Note that the candidate will come (确认)."""
    if booking.status == BookingStatus.SCHEDULED:
        booking.confirmed_at = act.now
        await requests.move_booking(booking, BookingStatus.CONFIRMED)
    await audit.record(act, booking.organisation, "booking.confirmed", requests.booking_subject(booking))


async def ask_for_another_time(act: Act, booking: Booking, words: str) -> list[Employee]:
    """Pass a wish for another time to HR in the candidate's own words; the booking stands until HR moves it."""
    personal = {"words": audit.commitment(booking.candidate, "words", words)}
    await audit.record(
        act, booking.organisation, "booking.reschedule_asked", requests.booking_subject(booking), personal=personal
    )
    recruiters = await access.holders(Role.HR, booking.organisation)
    for recruiter in recruiters:
        account = await outbox.account_of(recruiter)
        if account:
            payload = {"words": words}
            await outbox.post(act, "notice", "hr_reschedule_asked", account=account, booking=booking, payload=payload)
    return recruiters


async def pass_on(act: Act, booking: Booking, words: str) -> list[Employee]:
    """Hand a question, or what nobody could read, to HR: a candidate is never left without an answer."""
    recruiters = await access.holders(Role.HR, booking.organisation)
    for recruiter in recruiters:
        account = await outbox.account_of(recruiter)
        if account:
            await outbox.post(act, "notice", "hr_question", account=account, booking=booking, payload={"words": words})
    return recruiters


async def candidates_at(candidate_id: object) -> list[object]:
    """Return the ids of every candidate record of the same person: same phone or same mail address."""
    own = await Candidate.get(id=candidate_id)
    same: list[object] = [own.id]
    if own.phone_index:
        same += await Candidate.filter(phone_index=own.phone_index).values_list("id", flat=True)
    return list(dict.fromkeys(same))
