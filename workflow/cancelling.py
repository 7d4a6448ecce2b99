"""A company's cancellation: ask, submit, prove, undo, withdraw, expire. Each verb is one transaction's work."""

from dataclasses import dataclass

from tortoise.transactions import in_transaction

from models import (
    Booking,
    BookingStatus,
    CancellationRequest,
    Card,
    CardPurpose,
    Evidence,
    Origin,
    RequestStatus,
    StepStatus,
)
from workflow import access, audit, chain, checkpoints, outbox, requests, rulebook, staffing
from workflow.acting import Act
from workflow.errors import AlreadyDecided, Missing, NotAllowed, NotNow, NotYours, Refusal, Stale
from workflow.evidence_rules import rules_of
from workflow.levels import Verdict
from workflow.moments import when_of
from workflow.numbering import request_number
from workflow.plans import plans_of
from workflow.policy import Decision, Facts, RuleSet, decide, snapshot
from workflow.reasons import REASONS, reason_of
from workflow.rules_on_record import on_record
from workflow.states import CANCELLABLE, OPEN_REQUESTS


@dataclass(frozen=True)
class Wish:
    """What HR chose on the card: why, and what follows for the candidate."""

    reason_code: str
    reason_text: str = ""
    notify: bool = True
    keep: bool = True


async def preview(booking: Booking, origin: Origin, act: Act, reason: str) -> tuple[RuleSet, Decision]:
    """Return what the rules would ask for; the confirm card shows it before anything is filed."""
    rules = await rulebook.rules_of(booking.organisation, act.now)
    return rules, decide(await facts_of(booking, origin, act, reason), rules)


async def facts_of(booking: Booking, origin: Origin, act: Act, reason: str) -> Facts:
    """Return everything that the rules may look at, as it is now."""
    return Facts(
        origin=origin,
        by_candidate=act.candidate is not None,
        starts_at=booking.starts_at,
        now=act.now,
        sensitive=booking.position.sensitive,
        reason=reason,
        position=booking.position.name,
        earlier=await earlier_cancellations(booking),
    )


async def _require_permitted(booking: Booking, wish: Wish, act: Act) -> None:
    """Refuse before anybody is asked anything, where the reason that was named leaves no way."""
    reason = REASONS.get(wish.reason_code)
    _, decision = await preview(booking, reason.origin if reason else Origin.COMPANY, act, wish.reason_code)
    if not decision.allowed:
        require_allowed(decision, wish)


def require_allowed(decision: Decision, wish: Wish) -> None:
    """Refuse what the rules do not allow a company; a candidate's own wish never comes here (S12)."""
    if not decision.allowed:
        raise NotAllowed("rules-forbid", scene=decision.scene, because=decision.because)
    if decision.notice.always and not wish.notify:
        raise NotAllowed("rules-notify", scene=decision.scene)
    if decision.consequence.keeps and not wish.keep:
        raise NotAllowed("rules-keep", scene=decision.scene)


async def propose(act: Act, booking: Booking, wish: Wish) -> Card:
    """Hand HR the card on which a located booking is cancelled; nothing is filed yet."""
    booking = await access.booking_for(act, booking.id, access.CANCEL)
    employee = await access.require_employee(act)
    require_cancellable(booking, await open_request_of(booking), act)
    await _require_permitted(booking, wish, act)
    account = await outbox.account_of(employee)
    if account is None:
        raise Missing(what="account")
    state = {"reason": wish.reason_code, "text": wish.reason_text, "notify": wish.notify, "keep": wish.keep}
    return await outbox.hand_card(act, CardPurpose.CONFIRM, account, holder=employee, booking=booking, state=state)


async def open_request_of(booking: Booking) -> CancellationRequest | None:
    """Return the request that is under way for this booking."""
    return await CancellationRequest.filter(booking=booking, status__in=OPEN_REQUESTS).first()


def require_cancellable(booking: Booking, open_request: CancellationRequest | None, act: Act) -> None:
    """Refuse a booking that is over or has begun, or that somebody is cancelling already."""
    if open_request is not None:
        raise AlreadyDecided("申请中", open_request.number, open_request.created_at)
    if booking.status == BookingStatus.CANCELLED:
        raise AlreadyDecided("已取消", "", booking.cancelled_at)
    if booking.status not in CANCELLABLE:
        raise NotNow(state=str(booking.status))
    require_ahead(booking, act)


def require_ahead(booking: Booking, act: Act) -> None:
    """Refuse once the interview has begun: there is nothing left to cancel, whatever old card is pressed."""
    if act.now >= booking.starts_at:
        raise NotNow("started", number=booking.number, when=when_of(booking))


async def request_cancellation(act: Act, booking: Booking, wish: Wish, *, shown: int) -> CancellationRequest:
    """File a request and freeze the booking; the rules say whether it is carried out, proven or approved first."""
    employee = await access.require_employee(act)
    booking = await access.booking_for(act, booking.id, access.CANCEL)
    require_cancellable(booking, await open_request_of(booking), act)
    if shown != booking.revision:
        raise Stale(number=booking.number)
    reason = reason_of(wish.reason_code, wish.reason_text)
    rules, decision = await preview(booking, reason.origin, act, reason.code)
    require_allowed(decision, wish)
    await staffing.staffed(decision.plans, booking.organisation, act.now, employee.id)
    request = await CancellationRequest.create(
        person_id=booking.candidate_id,
        number=await request_number(act.now),
        organisation=booking.organisation,
        booking=booking,
        origin=reason.origin,
        reason_code=reason.code,
        reason_text=wish.reason_text or None,
        notify=wish.notify,
        keep_eligibility=wish.keep,
        late=decision.late,
        requester=employee,
        policy=snapshot(rules, decision),
        trace=decision.trace,
        created_at=act.now,
        filed_at=act.now,
    )
    await rulebook.keep_text(rules)
    await requests.freeze(booking)
    request = await requests.reload(request.id)
    await _record_filing(act, request)
    await outbox.set_timer(act, "expire", booking.starts_at, request)
    await proceed(act, request)
    return request


async def _record_filing(act: Act, request: CancellationRequest) -> None:
    candidate = request.booking.candidate
    personal = {"name": audit.commitment(candidate, "name", candidate.name)}
    if request.reason_text:
        personal["reason"] = audit.commitment(candidate, "reason", request.reason_text)
    data = {
        "booking": request.booking.number,
        "reason": request.reason_code,
        "origin": str(request.origin),
        "late": request.late,
        "notify": request.notify,
        "keep": request.keep_eligibility,
        "policy": await on_record(request.policy),
    }
    await audit.record(
        act, request.organisation, "request.filed", requests.subject_of(request), data=data, personal=personal
    )
    await checkpoints.attest(act, request.organisation)


async def proceed(act: Act, request: CancellationRequest) -> None:
    """Take the next step that the rules want: evidence, then the chain, then carrying out."""
    if await evidence_that_counts(request) < rules_of(request.policy).least:
        if request.status != RequestStatus.AWAITING_EVIDENCE:
            await requests.move(request, RequestStatus.AWAITING_EVIDENCE)
        return
    if not plans_of(request.policy):
        await requests.decided(act, request)
    else:
        await chain.lay_out(act, request)
        await requests.move(request, RequestStatus.AWAITING_APPROVAL)
        if await chain.settle(act, request) == Verdict.AGREED:  # every level was skipped, as its rules say
            await requests.decided(act, request)
    await checkpoints.attest(act, request.organisation)


async def evidence_that_counts(request: CancellationRequest) -> int:
    """Return how many pieces there are of the kinds that the rules want."""
    return await Evidence.filter(request=request, kind__in=rules_of(request.policy).counts).count()


async def submit(act: Act, request: CancellationRequest) -> CancellationRequest:
    """Send a drafted or returned request (again) on its way; a returned one is a new revision."""
    employee = await access.require_employee(act)
    if request.requester_id not in (None, employee.id):
        raise NotYours(approver=request.requester.name if request.requester else "")
    await access.require(act, access.CANCEL, request.organisation)
    await require_evidence(request)
    if request.status not in (RequestStatus.DRAFT, RequestStatus.SENT_BACK, RequestStatus.AWAITING_EVIDENCE):
        raise NotNow(state=str(request.status))
    require_ahead(request.booking, act)
    if request.status == RequestStatus.SENT_BACK:
        request.revision += 1
    request.requester, request.filed_at = employee, act.now
    await request.save()
    await audit.record(act, request.organisation, "request.submitted", requests.subject_of(request))
    await proceed(act, request)
    return request


async def require_evidence(request: CancellationRequest) -> None:
    """Refuse to send on what still waits for evidence, and say that this is what is missing (S37)."""
    enough = await evidence_that_counts(request) >= rules_of(request.policy).least
    if request.status == RequestStatus.AWAITING_EVIDENCE and not enough:
        raise NotNow("needs-evidence", number=request.number)


async def evidence_came(act: Act, request: CancellationRequest) -> None:
    """Go on with a request that waited for evidence, and show it on the requester's card."""
    if request.status == RequestStatus.AWAITING_EVIDENCE:
        await proceed(act, request)
    await requests.refresh_requesters_card(act, request)


async def more_evidence(act: Act, request: CancellationRequest) -> None:
    """Go on with what the candidate sent, and show it to whoever decides now; the candidate waits for nobody."""
    try:
        async with in_transaction():
            await evidence_came(act, request)
    except Refusal:
        await requests.refresh_requesters_card(act, request)
    for step in await chain.steps_of(request).filter(status=StepStatus.OPEN):
        await requests.refresh_steps_card(act, step)


async def undo(act: Act, request: CancellationRequest) -> CancellationRequest:
    """Take a decided cancellation back inside the grace: the booking stands and nobody was told (D1)."""
    employee = await access.require_employee(act)
    if request.requester_id != employee.id:
        raise NotYours(approver=request.requester.name if request.requester else "")
    await access.require(act, access.CANCEL, request.organisation)
    if request.status == RequestStatus.CARRIED_OUT:
        raise NotNow(state="grace-over", at=request.ended_at)
    _require_that_the_candidate_comes(request)
    if request.status != RequestStatus.APPROVED or (request.effective_at and act.now >= request.effective_at):
        raise NotNow(state=str(request.status))
    await requests.end(act, request, RequestStatus.UNDONE)
    await audit.record(act, request.organisation, "request.undone", requests.subject_of(request))
    await checkpoints.attest(act, request.organisation)
    return request


def _require_that_the_candidate_comes(request: CancellationRequest) -> None:
    """Refuse to take a request back once the candidate has said no: it is the only thing that closes the booking."""
    if requests.is_candidates(request) or request.booking.status == BookingStatus.DECLINED:
        raise NotNow(state="candidates-word")


async def withdraw(act: Act, request: CancellationRequest) -> CancellationRequest:
    """Take one's own request back before it is decided (撤回)."""
    employee = await access.require_employee(act)
    if request.requester_id != employee.id:
        raise NotYours(approver=request.requester.name if request.requester else "")
    await access.require(act, access.CANCEL, request.organisation)
    _require_that_the_candidate_comes(request)
    await requests.end(act, request, RequestStatus.WITHDRAWN)
    await audit.record(act, request.organisation, "request.withdrawn", requests.subject_of(request))
    await checkpoints.attest(act, request.organisation)
    return request


async def expire(act: Act, request: CancellationRequest) -> bool:
    """Close what is undecided when the interview starts (系统代办): a company's interview stands, a declined one too.

    False when it was decided before.
    """
    undecided = [status for status in OPEN_REQUESTS if status != RequestStatus.APPROVED]
    if request.status not in undecided or act.now < request.booking.starts_at:
        return False
    await requests.end(act, request, RequestStatus.EXPIRED)
    await audit.record(act, request.organisation, "request.expired", requests.subject_of(request), why="clock")
    await checkpoints.attest(act, request.organisation)
    return True


async def last_undoable(act: Act) -> CancellationRequest | None:
    """Return the newest cancellation of this employee whose grace still runs."""
    return next(iter(await undoables(act)), None)


async def undoables(act: Act) -> list[CancellationRequest]:
    """Return the cancellations of this employee whose grace still runs, newest first."""
    mine = CancellationRequest.filter(requester=act.employee, status=RequestStatus.APPROVED, effective_at__gt=act.now)
    return [await requests.reload(each.id) for each in await mine.order_by("-decided_at")]


async def earlier_cancellations(booking: Booking) -> int:
    """Return how many other bookings of this candidate ended in a cancellation."""
    done = CancellationRequest.filter(booking__candidate=booking.candidate, status=RequestStatus.CARRIED_OUT)
    return await done.exclude(booking=booking).count()
