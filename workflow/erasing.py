"""删除: HR proposes, a security administrator decides, the clock carries it out once the candidate has been told."""

from datetime import datetime, timedelta

from tortoise.expressions import Q

from models import (
    Basis,
    Booking,
    Candidate,
    CardPurpose,
    Employee,
    ErasureRequest,
    ErasureStatus,
    Role,
)
from workflow import access, audit, erasing_words, erasure_wishes, outbox, proposals, restricting
from workflow.acting import Act
from workflow.erasing_words import OUTCOMES
from workflow.erasure_wishes import WITHIN
from workflow.errors import Missing, NotAllowed, NotNow
from workflow.numbering import erasure_number
from workflow.permissions import ERASE_APPROVE, ERASE_PROPOSE
from workflow.privacy import working_days_after
from workflow.restricting import ONLY_KEPT, obstacles, pseudonym
from workflow.states import OPEN_ERASURES, may_become

__all__ = ["WITHIN", "obstacles"]

PROPOSAL_LASTS = timedelta(days=7)
MOST_LISTED = 20
NOTICE = "data_erased"
KIND = proposals.Kind(
    table=ErasureRequest,
    purpose=CardPurpose.ERASURE,
    column="erasure",
    timer="erase_expire",
    relations=("candidate", "organisation", "proposer", "decided_by"),
    outcomes=OUTCOMES,
    proposer="proposer",
    proposed=ErasureStatus.PROPOSED,
    withdrawn=ErasureStatus.WITHDRAWN,
    sees=access.may_see_erasure,
    nobody="no-eraser",
    late="erasure-expired",
    absent="erasure-not-found",
)


async def propose(act: Act, booking: Booking, basis: Basis) -> ErasureRequest:
    """Lay the erasure of a candidate's data before the security administrators, or restrict whose must be kept.

    What the candidate wished, by themselves or by HR's word, stays the basis of it.
    """
    proposer = await access.require(act, ERASE_PROPOSE, booking.organisation)
    await booking.fetch_related("candidate__organisation")
    candidate = booking.candidate
    await require_data(candidate)
    erasure = await open_of(candidate.id) or await _made(act, candidate, basis)
    if erasure.status != ErasureStatus.SUGGESTED:
        raise NotNow("erase-proposed", number=erasure.number)
    if Basis.ASKED == basis != erasure.basis:
        erasure.basis, erasure.suggested_at = basis, act.now
    found = await obstacles(candidate.id, act.now)
    if set(found) - ONLY_KEPT:
        raise NotNow("erase-not-yet", why=erasing_words.why_not(found))
    if found:
        return await _only_restricted(act, erasure, proposer, found)
    await _lay_before_security(act, erasure, proposer)
    return erasure


async def require_data(candidate: Candidate) -> None:
    """Refuse where there is nothing left to erase."""
    if candidate.secret is None:
        raise NotNow("erased")


async def open_of(candidate_id: object) -> ErasureRequest | None:
    """Return what is under way for somebody."""
    return (
        await ErasureRequest.filter(candidate_id=candidate_id, status__in=OPEN_ERASURES)
        .prefetch_related(*KIND.relations)
        .first()
    )


async def _made(act: Act, candidate: Candidate, basis: Basis, *, by_candidate: bool = False) -> ErasureRequest:
    made = ErasureRequest(
        number=await erasure_number(act.now),
        candidate=candidate,
        organisation=await candidate.organisation,
        basis=basis,
        status=ErasureStatus.SUGGESTED,
        by_candidate=by_candidate,
        suggested_at=act.now,
    )
    await erasure_wishes.keep(made)
    return made


async def _only_restricted(act: Act, erasure: ErasureRequest, proposer: Employee, found: list[str]) -> ErasureRequest:
    """Keep the wish: it comes back by itself when the data may go."""
    erasure.proposer = proposer
    erasure.status = ErasureStatus.EXPIRED
    await erasure.save()
    await erasure_wishes.wait(act, erasure, found)
    due = erasure.candidate.erase_after or act.now
    for each in await access.holders(Role.SECURITY_ADMIN, erasure.organisation, act.now):
        if each.id != proposer.id:
            await outbox.tell(act, each, erasing_words.restricted_by_hr(erasure, due, found))
    return erasure


async def suggest(act: Act, candidate: Candidate, basis: Basis, *, by_candidate: bool) -> ErasureRequest:
    """Ask HR to lay an erasure before the security administrator: the candidate wishes it, or its time has come."""
    access.require_no_colleague(act)
    if (running := await open_of(candidate.id)) is not None:
        return await _wished_too(act, running) if by_candidate and not running.by_candidate else running
    return await _suggested(act, await _made(act, candidate, basis, by_candidate=by_candidate))


async def _suggested(act: Act, erasure: ErasureRequest) -> ErasureRequest:
    await erasure.save()
    await note(act, erasure, "erasure.suggested")
    await erasure_wishes.promise(act, erasure)
    await proposals.hand_out(act, KIND, erasure, await access.holders(Role.HR, erasure.organisation, act.now))
    return erasure


async def _wished_too(act: Act, erasure: ErasureRequest) -> ErasureRequest:
    """Let what is under way for another reason be the candidate's wish from now on; its days are counted from here."""
    if erasure.basis != Basis.ASKED:
        erasure.basis, erasure.suggested_at = Basis.ASKED, act.now
    erasure.by_candidate = True
    await erasure.save(update_fields=["basis", "suggested_at", "by_candidate"])
    await note(act, erasure, "erasure.suggested")
    await erasure_wishes.promise(act, erasure)
    await proposals.redraw(act, KIND, erasure)
    if erasure.status == ErasureStatus.APPROVED:
        await _tell_candidate(act, erasure)
    return erasure


async def again(act: Act, erasure: ErasureRequest) -> None:
    """Bring a wish back that nobody answered or that could not be done: to HR anew, or once nothing is in its way.

    The days in which the candidate has an answer go on from where they were.
    """
    if erasure.basis != Basis.ASKED:
        return
    if found := await obstacles(erasure.candidate_id, act.now):
        await erasure_wishes.wait(act, erasure, found)
        return
    made = await _made(act, erasure.candidate, Basis.ASKED, by_candidate=erasure.by_candidate)
    made.suggested_at = erasure.suggested_at
    await _suggested(act, made)


async def wished(act: Act, candidate: Candidate) -> tuple[ErasureRequest, list[str], datetime]:
    """Take a candidate's wish that their data go: to HR, or kept until they may (个人信息保护法 47).

    Returns the wish, what stands against it, and by when it is done, or may be done.
    """
    access.require_no_colleague(act)
    found = await obstacles(candidate.id, act.now)
    if not found:
        erasure = await suggest(act, candidate, Basis.ASKED, by_candidate=True)
        return erasure, found, working_days_after(erasure.suggested_at or act.now, WITHIN)
    erasure = await _made(act, candidate, Basis.ASKED, by_candidate=True)
    erasure.status = ErasureStatus.EXPIRED
    await erasure.save()
    await note(act, erasure, "erasure.postponed", ok=False, why=",".join(found))
    restrict = restricting.restrict_later if set(found) - ONLY_KEPT else restricting.restrict
    at = await restrict(act, candidate, number=erasure.number)
    return erasure, found, max(at, await restricting.kept_until(candidate.id) or at)


async def _lay_before_security(act: Act, erasure: ErasureRequest, proposer: Employee) -> None:
    people = await access.holders(Role.SECURITY_ADMIN, erasure.organisation, act.now)
    erasure.proposer, erasure.status = proposer, ErasureStatus.PROPOSED
    erasure.proposed_at, erasure.expires_at = act.now, act.now + PROPOSAL_LASTS
    await erasure_wishes.keep(erasure)
    await erasure_wishes.promise(act, erasure)
    await proposals.redraw(act, KIND, erasure)
    await proposals.lay_before(act, KIND, erasure, [each for each in people if each.id != proposer.id])
    await note(act, erasure, "erasure.proposed")


async def may_answer(employee: Employee, erasure: ErasureRequest, now: datetime) -> bool:
    """Tell whether this person may answer this erasure now: HR a suggestion, a security administrator a proposal."""
    if erasure.status == ErasureStatus.SUGGESTED:
        return await access.may(employee, ERASE_PROPOSE, erasure.organisation, now)
    if not proposals.is_open(KIND, erasure, now) or employee.id == erasure.proposer_id:
        return False
    return await access.may(employee, ERASE_APPROVE, erasure.organisation, now)


async def _checked(act: Act, erasure: ErasureRequest) -> Employee:
    """Refuse unless this person may answer now."""
    employee = await access.require_employee(act)
    proposals.require_open(KIND, erasure, act.now)
    permission = ERASE_PROPOSE if erasure.status == ErasureStatus.SUGGESTED else ERASE_APPROVE
    await access.require(act, permission, erasure.organisation)
    if employee.id == erasure.proposer_id:
        raise NotAllowed("own-erasure")
    return employee


async def approve(act: Act, erasure: ErasureRequest, *, comment: str = "") -> ErasureRequest:
    """Agree: of HR it is the proposal, of a security administrator the decision. What stands against it is asked anew.

    The candidate who asked for it is told first; the data go when that notice has gone, or after a day.
    """
    employee = await _checked(act, erasure)
    found = await obstacles(erasure.candidate_id, act.now)
    if found:
        raise NotNow("erase-not-yet", why=erasing_words.why_not(found))
    if erasure.status == ErasureStatus.SUGGESTED:
        await _lay_before_security(act, erasure, employee)
        return erasure
    await erasure_wishes.keep(erasure)
    await settle(act, erasure, employee, ErasureStatus.APPROVED, comment)
    await note(act, erasure, "erasure.approved")
    if erasure.basis == Basis.ASKED:
        await _tell_candidate(act, erasure)
    await look_again(act, erasure, act.now)
    return erasure


async def look_again(act: Act, erasure: ErasureRequest, at: datetime) -> None:
    """Let the clock carry it out, or look whether it can, at `at`."""
    await outbox.post(act, "timer", "erase", not_before=at, payload={"erasure": str(erasure.id)})


async def _tell_candidate(act: Act, erasure: ErasureRequest) -> None:
    """Say that the data go, on the channel they prefer where there was an interview, else on any account."""
    latest = await Booking.filter(candidate_id=erasure.candidate_id).order_by("-starts_at").first()
    if latest is not None:
        await outbox.post(act, "notice", NOTICE, booking=latest, dedupe=told_key(erasure))
        return
    accounts = await outbox.accounts_of(erasure.candidate)
    if accounts:
        payload = {"text": erasing_words.told(erasure.number), "choices": []}
        await outbox.post(act, "say", account=accounts[0], payload=payload, dedupe=told_key(erasure))


def told_key(erasure: ErasureRequest) -> str:
    """Return the key of the one notice that tells the candidate."""
    return f"erased:{erasure.number}"


async def reject(act: Act, erasure: ErasureRequest, *, comment: str = "") -> ErasureRequest:
    """Say no, and why: who asked for it hears it."""
    employee = await _checked(act, erasure)
    if not comment:
        raise Missing("erase-reason", number=erasure.number)
    await settle(act, erasure, employee, ErasureStatus.REJECTED, comment)
    await note(act, erasure, "erasure.refused", ok=False)
    await tell_proposer(act, erasure)
    if erasure.by_candidate:
        for account in (await outbox.accounts_of(erasure.candidate))[:1]:
            await outbox.say(act, account, erasing_words.refused(erasure.number))
    return erasure


async def withdraw(act: Act, erasure: ErasureRequest) -> ErasureRequest:
    """Take back what one proposed oneself; not what the candidate asked for, who has a right to an answer."""
    if erasure.by_candidate and erasure.status == ErasureStatus.PROPOSED:
        raise NotNow(state="erasure-asked")
    await proposals.withdraw(act, KIND, erasure)
    await note(act, erasure, "erasure.recalled", ok=False)
    return erasure


async def settle(
    act: Act, erasure: ErasureRequest, employee: Employee | None, status: ErasureStatus, comment: str = ""
) -> None:
    """Settle it once and only once; any other move than those of the table is our own fault."""
    assert may_become(erasure.status, status), (erasure.status, status)
    await proposals.settle(act, KIND, erasure, employee, status, comment)


async def tell_proposer(act: Act, erasure: ErasureRequest) -> None:
    """Tell HR what became of it; a suggestion of the candidate's has no proposer yet."""
    if erasure.proposer:
        await outbox.tell(act, erasure.proposer, erasing_words.to_the_proposer(erasure))


async def awaiting(employee: Employee, now: datetime) -> list[ErasureRequest]:
    """Return what this person may answer now, oldest first."""
    condition = Q(pk__isnull=True)
    for permission, status in ((ERASE_PROPOSE, ErasureStatus.SUGGESTED), (ERASE_APPROVE, ErasureStatus.PROPOSED)):
        condition |= access.within(await access.scopes(employee, permission, now)) & Q(status=status)
    found = (
        await ErasureRequest.filter(condition).order_by("number").limit(MOST_LISTED).prefetch_related(*KIND.relations)
    )
    return [each for each in found if await may_answer(employee, each, now)]


async def reload(erasure_id: object) -> ErasureRequest:
    """Read an erasure and all it belongs to, as it is in this transaction."""
    return await proposals.reload(KIND, erasure_id)


async def still(erasure_id: object, *statuses: ErasureStatus) -> ErasureRequest | None:
    """Read an erasure the same way while it stands so; a purge of its candidate may have taken it along."""
    return await ErasureRequest.get_or_none(id=erasure_id, status__in=statuses).prefetch_related(*KIND.relations)


async def note(
    act: Act,
    erasure: ErasureRequest,
    action: str,
    *,
    ok: bool = True,
    why: str = "",
    counts: dict[str, int] | None = None,
) -> None:
    """Record what happened to an erasure; of the person only the pseudonym, of what was done only counts."""
    rows = [f"{table}={count}" for table, count in sorted((counts or {}).items())]
    data = {"person": pseudonym(erasure.candidate), "basis": str(erasure.basis), **({"rows": rows} if rows else {})}
    subject = ("erasure", erasure.number, 1)
    await audit.record(act, erasure.organisation, action, subject, ok=ok, why=why, data=data)
