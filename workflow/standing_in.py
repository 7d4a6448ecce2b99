"""Who may answer for somebody else: their delegate, within limits, or their deputy once the time is over; never twice.

A delegate decides for who is away, while it lasts. The deputy (代理人) is asked where the rules give a step hours and
these have passed. Separation of duties holds for both (I10).
"""

from collections.abc import Iterable
from datetime import datetime

from models import CancellationRequest, Delegation, DelegationStatus, Employee, RequestStatus, Step, StepStatus
from workflow import access, deadlines, places
from workflow.deputies import deputy_of

ANSWERS = (StepStatus.APPROVED, StepStatus.REJECTED, StepStatus.SENT_BACK)
RELATIONS = ("organisation", "principal", "delegate", "decided_by")


async def held_by(employee: Employee, now: datetime) -> list[Delegation]:
    """Return the delegations by which this person decides for others now."""
    mine = Delegation.filter(delegate=employee, status=DelegationStatus.APPROVED, expires_at__gt=now)
    return list(await mine.order_by("decided_at").prefetch_related(*RELATIONS)) if employee.active else []


async def given_by(employee: Employee, now: datetime) -> list[Delegation]:
    """Return who decides for this person now, or was asked to."""
    open_ = (DelegationStatus.PROPOSED, DelegationStatus.APPROVED)
    mine = Delegation.filter(principal=employee, status__in=open_, expires_at__gt=now)
    return list(await mine.order_by("asked_at").prefetch_related(*RELATIONS))


async def used(delegation: Delegation) -> int:
    """Return how many steps were answered by this delegation."""
    theirs = Step.filter(approver=delegation.principal_id, decided_by=delegation.delegate_id, status__in=ANSWERS)
    return await theirs.filter(decided_at__gte=delegation.decided_at).count()


async def is_used_up(delegation: Delegation) -> bool:
    """Tell whether as many steps were answered by a delegation as were agreed (至多 N 级).

    An answer that is taken back counts no more.
    """
    accepted = delegation.status == DelegationStatus.APPROVED
    return accepted and bool(delegation.most) and await used(delegation) >= delegation.most


async def delegates_for(request: CancellationRequest, step: Step, now: datetime) -> list[Employee]:
    """Return who gets the card of a step beside its approver."""
    active = Delegation.filter(principal_id=step.approver_id, status=DelegationStatus.APPROVED, expires_at__gt=now)
    found = await active.prefetch_related(*RELATIONS)
    steps = await Step.filter(request=request)
    return [each.delegate for each in found if await _reaches(each, request, step, steps, now)]


async def covering(request: CancellationRequest, step: Step, employee: Employee, now: datetime) -> bool:
    """Tell whether somebody may answer a step in its approver's place."""
    steps = await Step.filter(request=request)
    for each in await held_by(employee, now):
        if each.principal_id == step.approver_id and await _reaches(each, request, step, steps, now):
            return True
    deputy = await deputy_for(request, step, now)
    return deputy is not None and deputy.id == employee.id


async def deputy_for(request: CancellationRequest, step: Step, now: datetime) -> Employee | None:
    """Return the deputy of who was asked, once the time that the rules give is over; nobody before."""
    if not deadlines.is_over(request, step, now):
        return None
    principal = await Employee.get(id=step.approver_id)
    deputy = await deputy_of(principal, now)
    if deputy is None or not await _fits(principal, deputy, request, step, await Step.filter(request=request), now):
        return None
    return deputy


async def may_answer(request: CancellationRequest, step: Step, employee: Employee, now: datetime) -> bool:
    """Tell whether a step is somebody's to answer: as its approver, or in their place."""
    return step.approver_id == employee.id or await covering(request, step, employee, now)


async def _reaches(
    delegation: Delegation, request: CancellationRequest, step: Step, steps: Iterable[Step], now: datetime
) -> bool:
    """Tell whether a delegation reaches a step: no more often than agreed."""
    if not await _fits(delegation.principal, delegation.delegate, request, step, steps, now):
        return False
    return not await is_used_up(delegation)


async def _fits(
    principal: Employee,
    other: Employee,
    request: CancellationRequest,
    step: Step,
    steps: Iterable[Step],
    now: datetime,
) -> bool:
    """Tell whether one can answer for the other: nobody's own request, nobody at two levels, no lost role."""
    if not other.active or places.only_names(step):
        return False
    if request.requester_id in (other.id, principal.id):
        return False
    if _answers_elsewhere(other, request, step, steps):
        return False
    if places.needs_role(request, step):
        return await access.holds(principal, step.role, request.organisation, now)
    return True


def _answers_elsewhere(delegate: Employee, request: CancellationRequest, step: Step, steps: Iterable[Step]) -> bool:
    others = [each for each in places.live(steps, request.revision) if each.id != step.id]
    return any(delegate.id in (each.approver_id, each.decided_by_id) for each in others)


async def steps_for(employee: Employee, now: datetime) -> list[Step]:
    """Return what waits for others and may be answered by this person in their place, oldest first of each."""
    found: dict[object, Step] = {}
    for each in await held_by(employee, now):
        for step in await _waiting_for(each.principal_id):
            if await _reaches(each, step.request, step, await Step.filter(request_id=step.request_id), now):
                found[step.id] = step
    for principal in await Employee.filter(deputy=employee) if employee.active else []:
        for step in await _waiting_for(principal.id):
            deputy = await deputy_for(step.request, step, now)
            if deputy is not None and deputy.id == employee.id:
                found[step.id] = step
    return list(found.values())


async def _waiting_for(approver: object) -> list[Step]:
    theirs = Step.filter(
        approver_id=approver, status=StepStatus.OPEN, request__status=RequestStatus.AWAITING_APPROVAL
    ).order_by("opened_at")
    return list(await theirs.prefetch_related("request__organisation", "request__booking", "approver"))
