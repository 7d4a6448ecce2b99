"""What a candidate says: it is never refused (design.md §4). The rules decide only what follows from it."""

from datetime import timedelta

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
from workflow import (
    access,
    audit,
    cancelling,
    chain,
    checkpoints,
    drafts,
    evidence,
    outbox,
    requests,
    rulebook,
    staffing,
    unconfirmed,
)
from workflow.acting import Act
from workflow.errors import Missing, NotFound, NotNow
from workflow.finding import BOOKING_RELATIONS
from workflow.numbering import request_number
from workflow.plans import plans_of
from workflow.policy import Decision, RuleSet, snapshot
from workflow.reasons import UNSAID
from workflow.rules_on_record import on_record
from workflow.states import LIVE_BOOKINGS, may_become

STILL_WAITED_FOR = timedelta(hours=1)  # after the planned end of an interview


async def upcoming(candidate_ids: list[object], act: Act) -> list[Booking]:
    """Return the interviews that still lie before this person, earliest first."""
    mine = Booking.filter(candidate_id__in=candidate_ids, status__in=LIVE_BOOKINGS, starts_at__gt=act.now)
    return list(await mine.order_by("starts_at").prefetch_related(*BOOKING_RELATIONS))


def is_under_way(booking: Booking, act: Act) -> bool:
    """Tell whether an interview has begun and somebody may be waiting in it: until an hour after its planned end."""
    end = booking.starts_at + timedelta(minutes=booking.duration_min) + STILL_WAITED_FOR
    return booking.status in LIVE_BOOKINGS and booking.starts_at <= act.now < end


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
    access.require_no_colleague(act)
    if booking.status in (BookingStatus.DECLINED, BookingStatus.CANCELLED):
        return await _earlier(booking)
    if not may_become(booking.status, BookingStatus.DECLINED):
        raise NotNow(state=str(booking.status))
    running = await cancelling.open_request_of(booking)
    rules, decision = await cancelling.preview(booking, Origin.CANDIDATE, act, reason_code)
    booking.declined_at = act.now
    await requests.move_booking(booking, BookingStatus.DECLINED)
    personal = {"words": audit.commitment(booking.candidate, "words", words)}
    await audit.record(
        act, booking.organisation, "booking.declined", requests.booking_subject(booking), personal=personal
    )
    if running:
        request = await _join(act, running, words)
    else:
        request = await _file(act, booking, (rules, decision), words, reason_code)
    await drafts.retire(act, booking)
    await unconfirmed.settle(act, booking)
    await _tell_who_waits(act, request, words)
    await checkpoints.attest(act, booking.organisation)
    return request


async def _earlier(booking: Booking) -> CancellationRequest:
    request = await CancellationRequest.filter(booking=booking).order_by("-created_at").first()
    if request is None:
        raise NotNow(state=str(booking.status))
    return await requests.reload(request.id)


async def _join(act: Act, running: CancellationRequest, words: str) -> CancellationRequest:
    """Add the candidate's word to the company's own request: it is its best evidence, and goes on to its closing."""
    request = await requests.reload(running.id)
    await evidence.keep_reply(act, request, words, act.message)
    await cancelling.more_evidence(act, await requests.reload(running.id))
    return await requests.reload(running.id)


async def _file(
    act: Act, booking: Booking, decided: tuple[RuleSet, Decision], words: str, reason_code: str
) -> CancellationRequest:
    rules, decision = decided
    request = await CancellationRequest.create(
        person_id=booking.candidate_id,
        number=await request_number(act.now),
        organisation=booking.organisation,
        booking=booking,
        origin=Origin.CANDIDATE,
        reason_code=reason_code,
        reason_text=words,
        late=decision.late,
        candidate=booking.candidate,
        policy=snapshot(rules, decision),
        trace=decision.trace,
        created_at=act.now,
        filed_at=act.now,
    )
    await rulebook.keep_text(rules)
    request = await requests.reload(request.id)
    kept = await on_record(request.policy)
    data = {"booking": booking.number, "reason": reason_code, "late": decision.late, "policy": kept}
    await audit.record(act, booking.organisation, "request.filed", requests.subject_of(request), data=data)
    await evidence.keep_reply(act, request, words, act.message)
    await outbox.set_timer(act, "expire", booking.starts_at, request)
    if decision.drafted_for_hr or not await _somebody_decides(request, act):
        await _draft(act, request)
    else:
        await cancelling.proceed(act, request)
    return request


async def _somebody_decides(request: CancellationRequest, act: Act) -> bool:
    """Tell whether the steps can be taken; a candidate's word is not refused because an approver is missing."""
    try:
        await staffing.staffed(plans_of(request.policy), request.organisation, act.now)
    except Missing:
        return False
    return True


async def _draft(act: Act, request: CancellationRequest) -> None:
    """Lay the request on HR's table: one tap submits it, the reply is its evidence."""
    for recruiter in (await access.holders(Role.HR, request.organisation, act.now))[:1]:
        request.requester = recruiter
        await request.save(update_fields=["requester_id"])
        account = await outbox.account_of(recruiter)
        if account:
            await outbox.hand_card(
                act, CardPurpose.REQUEST, account, holder=recruiter, booking=request.booking, request=request
            )


async def _tell_who_waits(act: Act, request: CancellationRequest, words: str) -> None:
    """Tell the interviewer and HR at once, whatever is decided later; a card that says it already is enough.

    The card of a company's own request was on a screen before: it is drawn anew in silence, so its HR is told in words.
    """
    booking = request.booking
    await requests.close_room(act, booking)
    if booking.interviewer:
        await outbox.tell_employee(act, "interviewer_declined", booking.interviewer, booking, request)
    for recruiter in await access.holders(Role.HR, booking.organisation, act.now):
        if not requests.is_candidates(request) or not await _has_card(request, recruiter):
            await _tell_hr(act, "hr_declined", recruiter, booking, words, request)


async def _tell_hr(
    act: Act,
    topic: str,
    recruiter: Employee,
    booking: Booking,
    words: str,
    request: CancellationRequest | None = None,
) -> None:
    account = await outbox.account_of(recruiter)
    if account:
        payload = {"words": words}
        await outbox.post(act, "notice", topic, account=account, booking=booking, request=request, payload=payload)


async def _has_card(request: CancellationRequest, employee: Employee) -> bool:
    """Tell whether a new card already says it: a second message would only cost."""
    deciding = await chain.steps_of(request).filter(approver=employee).exists()
    return deciding or request.requester_id == employee.id


async def keep(act: Act, booking: Booking) -> None:
    """Note that the candidate will come (确认)."""
    access.require_no_colleague(act)
    await unconfirmed.settle(act, booking)
    if booking.status == BookingStatus.SCHEDULED:
        booking.confirmed_at = act.now
        await requests.move_booking(booking, BookingStatus.CONFIRMED)
    await audit.record(act, booking.organisation, "booking.confirmed", requests.booking_subject(booking))


async def ask_for_another_time(act: Act, booking: Booking, words: str) -> list[Employee]:
    """Pass a wish for another time to HR in the candidate's own words; the booking stands until HR moves it."""
    access.require_no_colleague(act)
    await unconfirmed.settle(act, booking)
    personal = {"words": audit.commitment(booking.candidate, "words", words)}
    await audit.record(
        act, booking.organisation, "booking.reschedule_asked", requests.booking_subject(booking), personal=personal
    )
    return await _tell_every_hr(act, "hr_reschedule_asked", booking, words)


async def pass_on(act: Act, booking: Booking, words: str, topic: str = "hr_question") -> list[Employee]:
    """Hand a question, or what nobody could read, to HR: a candidate is never left without an answer."""
    access.require_no_colleague(act)
    return await _tell_every_hr(act, topic, booking, words)


async def _tell_every_hr(act: Act, topic: str, booking: Booking, words: str) -> list[Employee]:
    recruiters = await access.holders(Role.HR, booking.organisation, act.now)
    for recruiter in recruiters:
        await _tell_hr(act, topic, recruiter, booking, words)
    return recruiters


async def all_of(candidate_ids: list[object]) -> list[Booking]:
    """Return every interview of this person, the latest first."""
    mine = Booking.filter(candidate_id__in=candidate_ids).order_by("-starts_at")
    return list(await mine.prefetch_related(*BOOKING_RELATIONS))


async def declined_ahead(candidate_ids: list[object], act: Act) -> list[Booking]:
    """Return what this person has said no to and could still come to, earliest first."""
    found = await all_of(candidate_ids)
    ahead = [each for each in found if each.status == BookingStatus.DECLINED and each.starts_at > act.now]
    return ahead[::-1]


async def call_without_booking(act: Act, candidate_id: object, line: str) -> None:
    """Tell HR of the unit that somebody without any interview asks for a person."""
    access.require_no_colleague(act)
    candidate = await Candidate.get(id=candidate_id).prefetch_related("organisation")
    for recruiter in await access.holders(Role.HR, candidate.organisation, act.now):
        account = await outbox.account_of(recruiter)
        if account:
            await outbox.say(act, account, line)


async def candidates_at(candidate_id: object) -> list[object]:
    """Return the ids of every candidate record of the same person: same phone or same mail address."""
    own = await Candidate.get(id=candidate_id)
    same: list[object] = [own.id]
    if own.phone_index:
        same += await Candidate.filter(phone_index=own.phone_index).values_list("id", flat=True)
    return list(dict.fromkeys(same))
