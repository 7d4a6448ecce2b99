"""What an approver answers. Each answer is final once and only once (I11)."""

import hashlib
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from models import CancellationRequest, Card, CardPurpose, Employee, RequestStatus, Role, Step, StepStatus, StillNeeded
from workflow import access, audit, chain, checkpoints, confirming, outbox, requests, stepup
from workflow.acting import Act
from workflow.canonical import canonical
from workflow.errors import AlreadyDecided, Missing, NotAllowed, NotNow, NotYours, Stale
from workflow.showings import Showing

OVER = (
    RequestStatus.CARRIED_OUT,
    RequestStatus.REJECTED,
    RequestStatus.WITHDRAWN,
    RequestStatus.UNDONE,
    RequestStatus.EXPIRED,
)
OUTCOMES = {StepStatus.APPROVED: "已同意", StepStatus.REJECTED: "已驳回", StepStatus.SENT_BACK: "已退回补充"}


@dataclass(frozen=True)
class Shown:
    """What somebody decides on: the revision their card stands for, and the card's title and lines as they read it."""

    revision: int
    title: str = ""
    lines: tuple[str, ...] = ()
    showing: Showing | None = None


async def _checked(act: Act, step: Step, shown: int) -> CancellationRequest:
    """Refuse unless this person may decide this step, now, on what they were shown (I8, I10, I11)."""
    request = await requests.reload(step.request_id)
    employee = await access.require_employee(act)
    if step.approver_id != employee.id:
        approver = await step.approver
        raise NotYours(approver=approver.name)
    _require_undecided(request, step)
    if step.status == StepStatus.WAITING and request.status == RequestStatus.AWAITING_APPROVAL:
        before = await chain.steps_of(request).filter(status=StepStatus.OPEN).prefetch_related("approver").first()
        raise NotNow("not-your-turn", approver=before.approver.name if before else "上一级")
    if step.status != StepStatus.OPEN or request.status != RequestStatus.AWAITING_APPROVAL:
        raise NotNow(state=str(request.status))
    if act.now >= request.booking.starts_at:
        raise NotNow(state=str(RequestStatus.EXPIRED))
    if shown != request.revision or step.revision != request.revision:
        raise Stale(number=request.number)
    if request.requester_id == employee.id:
        raise NotAllowed("own-request")
    await _require_role(employee, step, request, act)
    return request


def _require_undecided(request: CancellationRequest, step: Step) -> None:
    """Refuse what is settled, and say how: the end of the request first, then what this person decided before."""
    ended_here = step.status == StepStatus.REJECTED
    if request.status in OVER and not ended_here:
        raise NotNow(state=str(request.status))
    if step.status in OUTCOMES:
        raise AlreadyDecided(OUTCOMES[step.status], "你", step.decided_at)


async def _require_role(employee: Employee, step: Step, request: CancellationRequest, act: Act) -> None:
    """Refuse somebody who was asked as the holder of a role that is no longer theirs.

    The deputy of somebody who left decides without the role (`workflow.leaving`), unless they have left as well.
    """
    if step.stands_for_id is not None and employee.active:
        return
    if not await access.holds(employee, step.role, request.organisation, act.now):
        raise NotAllowed("role-lost")


async def _answer(act: Act, step: Step, status: StepStatus, comment: str) -> None:
    step.status, step.decided_by, step.decided_at = status, act.employee, act.now
    step.comment = comment or None
    await step.save()


def _facts(request: CancellationRequest, step: Step, shown: Shown) -> dict[str, object]:
    """Return what the record of a decision binds it to (I8).

    `shown` is a commitment (HMAC-SHA-256) to the canonical JSON of title, lines and evidence digests; `policy` the
    SHA-256 of the rules that stand in the record `request.filed`.
    """
    card = _card(request, shown)
    return {
        "level": step.level,
        "role": str(step.role),
        "rev": request.revision,
        "policy": hashlib.sha256(canonical(request.policy).encode()).hexdigest(),
        "shown": audit.commitment(request.booking.candidate, "shown", card),
        "pieces": len(request.evidence),
    }


def _card(request: CancellationRequest, shown: Shown) -> dict[str, object]:
    return {
        "title": shown.title,
        "lines": list(shown.lines),
        "evidence": sorted(each.digest for each in request.evidence),
    }


async def approve(
    act: Act, step: Step, *, shown: Shown, comment: str = "", still_needed: StillNeeded | None = None
) -> CancellationRequest:
    """Agree to one step. The department head says as well whether the position still needs people (S34)."""
    request = await _checked(act, step, shown.revision)
    if step.role == Role.DEPARTMENT_HEAD and still_needed is None:
        raise Missing(what="still-needed", number=request.number)
    proof = await _proven(act, request, step)
    step.still_needed = still_needed
    await _answer(act, step, StepStatus.APPROVED, comment)
    signed = await confirming.confirm(act, request, step, shown.showing, _card(request, shown))
    data = {**_facts(request, step, shown), "still_needed": str(still_needed or ""), **proof, **signed}
    await audit.record(act, request.organisation, "approval.approved", requests.subject_of(request), data=data)
    if await chain.open_next(act, request) is None:
        await requests.decided(act, request)
    await requests.refresh_steps_card(act, step)
    await checkpoints.attest(act, request.organisation)
    return request


async def _proven(act: Act, request: CancellationRequest, step: Step) -> dict[str, object]:
    """Ask a leader for a second proof where the position is a sensitive one and the unit wants it."""
    if step.role != Role.LEADER or not request.booking.position.sensitive:
        return {}
    return await stepup.require(act, stepup.Kind.SENSITIVE_APPROVAL, request.organisation, request.number)


async def decide_consequence(act: Act, step: Step, *, keep: bool) -> None:
    """Set what a late refusal means for the candidate, before the step is approved."""
    request = await _checked(act, step, step.revision)
    request.keep_eligibility = keep
    await request.save(update_fields=["keep_eligibility"])


async def reject(act: Act, step: Step, *, shown: Shown, comment: str) -> CancellationRequest:
    """Say no, with a reason: the request ends, and a company's booking goes on as it was."""
    request = await _checked(act, step, shown.revision)
    if not comment.strip():
        raise Missing(what="reject-reason", number=request.number)
    await _answer(act, step, StepStatus.REJECTED, comment)
    await _record(act, request, step, shown, "approval.rejected")
    await requests.end(act, request, RequestStatus.REJECTED)
    return request


async def send_back(act: Act, step: Step, *, shown: Shown, comment: str = "") -> CancellationRequest:
    """Ask the requester for more; resubmitting makes a new revision that everybody decides anew."""
    request = await _checked(act, step, shown.revision)
    await _answer(act, step, StepStatus.SENT_BACK, comment)
    await _record(act, request, step, shown, "approval.sent_back")
    await requests.move(request, RequestStatus.SENT_BACK)
    await requests.refresh_approvers_cards(act, request)
    await renew_cards(act, Card.filter(request=request, purpose=CardPurpose.REQUEST, closed=False))
    return request


async def _record(act: Act, request: CancellationRequest, step: Step, shown: Shown, action: str) -> None:
    signed = await confirming.confirm(act, request, step, shown.showing, _card(request, shown))
    data = {**_facts(request, step, shown), **signed}
    await audit.record(act, request.organisation, action, requests.subject_of(request), data=data)
    await checkpoints.attest(act, request.organisation)


async def take_back(act: Act, step: Step) -> CancellationRequest:
    """Undo one's own approval while nothing has followed from it: the next step is undecided, or the grace runs."""
    request = await requests.reload(step.request_id)
    employee = await access.require_employee(act)
    if step.decided_by is None or step.approver_id != employee.id:
        raise NotYours(approver=(await step.approver).name)
    await _require_role(employee, step, request, act)
    if request.status in OVER:
        raise NotNow(state=str(request.status))
    later = await chain.steps_of(request).filter(level__gt=step.level).order_by("level").prefetch_related("approver")
    decided = next((each for each in later if each.status in OUTCOMES), None)
    if decided is not None:
        raise NotNow("followed", approver=str(decided.approver.name), what=OUTCOMES[decided.status])
    if step.status != StepStatus.APPROVED or step.revision != request.revision:
        raise NotNow(state=str(request.status))
    if request.status == RequestStatus.APPROVED and request.effective_at and act.now >= request.effective_at:
        raise NotNow(state="grace-over")
    if request.status not in (RequestStatus.APPROVED, RequestStatus.AWAITING_APPROVAL):
        raise NotNow(state=str(request.status))
    await _reopen(act, request, step, later)
    await audit.record(
        act, request.organisation, "approval.taken_back", requests.subject_of(request), data={"level": step.level}
    )
    await checkpoints.attest(act, request.organisation)
    return request


async def _reopen(act: Act, request: CancellationRequest, step: Step, later: list[Step]) -> None:
    for each in later:
        each.status, each.opened_at = StepStatus.WAITING, None
        await each.save(update_fields=["status", "opened_at"])
        for card in await Card.filter(step=each, closed=False):
            await chain.close_card(act, card)
    step.status, step.decided_by, step.decided_at, step.still_needed = StepStatus.OPEN, None, None, None
    await step.save()
    if request.status == RequestStatus.APPROVED:
        request.effective_at = request.decided_at = None
        await requests.move(request, RequestStatus.AWAITING_APPROVAL)
    await renew_cards(act, Card.filter(step=step, closed=False))
    await requests.refresh_approvers_cards(act, request)
    await requests.refresh_requesters_card(act, request)


async def renew_cards(act: Act, cards: QuerySet[Card]) -> None:
    """Ask anew on these cards."""
    for card in await cards:
        await outbox.renew_handle(act, card)
