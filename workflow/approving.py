"""What an approver answers. Each answer is final once and only once (I11)."""

from tortoise.queryset import QuerySet

from models import CancellationRequest, Card, CardPurpose, RequestStatus, Role, Step, StepStatus, StillNeeded
from workflow import access, audit, chain, outbox, requests
from workflow.acting import Act
from workflow.errors import AlreadyDecided, Missing, NotAllowed, NotNow, NotYours, Stale

OUTCOMES = {StepStatus.APPROVED: "已同意", StepStatus.REJECTED: "已驳回", StepStatus.SENT_BACK: "已退回补充"}


async def _checked(act: Act, step: Step, shown: int) -> CancellationRequest:
    """Refuse unless this person may decide this step, now, on what they were shown (I8, I10, I11)."""
    request = await requests.reload(step.request_id)
    employee = await access.require_employee(act)
    if step.approver_id != employee.id:
        approver = await step.approver
        raise NotYours(approver=approver.name)
    if step.status in OUTCOMES:
        raise AlreadyDecided(OUTCOMES[step.status], employee.name, step.decided_at)
    if step.status == StepStatus.WAITING and request.status == RequestStatus.AWAITING_APPROVAL:
        before = await chain.steps_of(request).filter(status=StepStatus.OPEN).prefetch_related("approver").first()
        raise NotNow("not-your-turn", approver=before.approver.name if before else "上一级")
    if step.status != StepStatus.OPEN or request.status != RequestStatus.AWAITING_APPROVAL:
        raise NotNow(state=str(request.status))
    if shown != request.revision or step.revision != request.revision:
        raise Stale(number=request.number)
    if request.requester_id == employee.id:
        raise NotAllowed("own-request")
    if not await access.holds(employee, step.role, request.organisation):
        raise NotAllowed("role-lost")
    return request


async def _answer(act: Act, step: Step, status: StepStatus, comment: str) -> None:
    step.status, step.decided_by, step.decided_at = status, act.employee, act.now
    step.comment = comment or None
    await step.save()


async def approve(
    act: Act, step: Step, *, shown: int, comment: str = "", still_needed: StillNeeded | None = None
) -> CancellationRequest:
    """Agree to one step. The department head says as well whether the position still needs people (S34)."""
    request = await _checked(act, step, shown)
    if step.role == Role.DEPARTMENT_HEAD and still_needed is None:
        raise Missing(what="still-needed")
    step.still_needed = still_needed
    await _answer(act, step, StepStatus.APPROVED, comment)
    data = {"level": step.level, "role": str(step.role), "still_needed": str(still_needed or "")}
    await audit.record(act, request.organisation, "approval.approved", requests.subject_of(request), data=data)
    if await chain.open_next(act, request) is None:
        await requests.decided(act, request)
    await requests.refresh_steps_card(act, step)
    return request


async def decide_consequence(act: Act, step: Step, *, keep: bool) -> None:
    """Set what a late refusal means for the candidate, before the step is approved."""
    request = await _checked(act, step, step.revision)
    request.keep_eligibility = keep
    await request.save(update_fields=["keep_eligibility"])


async def reject(act: Act, step: Step, *, shown: int, comment: str = "") -> CancellationRequest:
    """Say no: the request ends, and a company's booking goes on as it was."""
    request = await _checked(act, step, shown)
    await _answer(act, step, StepStatus.REJECTED, comment)
    await audit.record(
        act, request.organisation, "approval.rejected", requests.subject_of(request), data={"level": step.level}
    )
    await requests.end(act, request, RequestStatus.REJECTED)
    await requests.refresh_steps_card(act, step)
    return request


async def send_back(act: Act, step: Step, *, shown: int, comment: str = "") -> CancellationRequest:
    """Ask the requester for more; resubmitting makes a new revision that everybody decides anew."""
    request = await _checked(act, step, shown)
    await _answer(act, step, StepStatus.SENT_BACK, comment)
    await audit.record(
        act, request.organisation, "approval.sent_back", requests.subject_of(request), data={"level": step.level}
    )
    await requests.move(request, RequestStatus.SENT_BACK)
    await requests.refresh_steps_card(act, step)
    await renew_cards(act, Card.filter(request=request, purpose=CardPurpose.REQUEST, closed=False))
    return request


async def take_back(act: Act, step: Step) -> CancellationRequest:
    """Undo one's own approval while nothing has followed from it: the next step is undecided, or the grace runs."""
    request = await requests.reload(step.request_id)
    employee = await access.require_employee(act)
    if step.decided_by is None or step.approver_id != employee.id:
        raise NotYours(approver=(await step.approver).name)
    later = await chain.steps_of(request).filter(level__gt=step.level).order_by("level")
    if step.status != StepStatus.APPROVED or any(each.status in OUTCOMES for each in later):
        raise NotNow(state=str(request.status))
    if request.status == RequestStatus.APPROVED and request.effective_at and act.now >= request.effective_at:
        raise NotNow(state="grace-over")
    if request.status not in (RequestStatus.APPROVED, RequestStatus.AWAITING_APPROVAL):
        raise NotNow(state=str(request.status))
    await _reopen(act, request, step, later)
    await audit.record(
        act, request.organisation, "approval.taken_back", requests.subject_of(request), data={"level": step.level}
    )
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
    await requests.refresh_requesters_card(act, request)


async def renew_cards(act: Act, cards: QuerySet[Card]) -> None:
    """Ask anew on these cards."""
    for card in await cards:
        await outbox.renew_handle(act, card)
