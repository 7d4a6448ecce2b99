"""离职: who left can do nothing from this moment; what waited for them goes to their deputy or the next in line.

Everything happens in the caller's one transaction. What a rule finds nobody for is said to HR and the system
administrators, with what to do: a step is never passed silently (S40).
"""

from models import (
    CancellationRequest,
    Card,
    CardPurpose,
    Employee,
    Grant,
    RequestStatus,
    Role,
    Step,
    StepStatus,
)
from workflow import access, audit, chain, leaving_erasures, outbox, places, requests, rights
from workflow.acting import Act
from workflow.deputies import deputy_of
from workflow.errors import NotAllowed
from workflow.rights_words import name_of
from workflow.showing import plain
from workflow.states import OPEN_REQUESTS
from workflow.views import ROLE_LABELS

UNDECIDED = (StepStatus.WAITING, StepStatus.OPEN)


async def leave(act: Act, employee: Employee, *, source: str) -> None:
    """End somebody's work here: rights, cards, what waits for them. Somebody who left already is left alone."""
    if act.employee is not None:
        raise NotAllowed("desk-only")
    if not employee.active:
        return
    employee.active = False
    await employee.save(update_fields=["active"])
    data = {"person": rights.pseudonym(employee), "source": source}
    unit = await employee.organisation
    await audit.record(act, unit, "person.left", ("employee", rights.pseudonym(employee), 1), data=data)
    await _end_grants(act, employee)
    await _hand_steps_on(act, employee)
    await _hand_requests_on(act, employee)
    await leaving_erasures.hand_on(act, employee)
    for card in await Card.filter(holder=employee, closed=False):
        await chain.close_card(act, card)


async def _end_grants(act: Act, employee: Employee) -> None:
    person = rights.pseudonym(employee)
    for grant in await Grant.filter(employee=employee).prefetch_related("organisation"):
        data = {"person": person, "role": str(grant.role), "unit": grant.organisation.path}
        await grant.delete()
        await audit.record(act, grant.organisation, "grant.ended", ("employee", person, 1), why="left", data=data)


async def _hand_steps_on(act: Act, employee: Employee) -> None:
    mine = Step.filter(approver=employee, status__in=UNDECIDED, request__status=RequestStatus.AWAITING_APPROVAL)
    for step in await mine.order_by("level"):
        request = await requests.reload(step.request_id)
        if step.revision == request.revision:
            await _hand_step_on(act, employee, step, request)


async def _hand_step_on(act: Act, employee: Employee, step: Step, request: CancellationRequest) -> None:
    deputy, successor = await _successor(act, employee, step, request)
    if successor is None:
        await _nobody_for(act, employee, step, request)
        return
    step.approver = successor
    step.stands_for = employee if deputy else None
    await step.save(update_fields=["approver_id", "stands_for_id"])
    data = {
        "level": step.level,
        "role": str(step.role),
        "from": rights.pseudonym(employee),
        "to": rights.pseudonym(successor),
        "deputy": deputy,
    }
    await audit.record(act, request.organisation, "step.handed_on", requests.subject_of(request), data=data)
    if step.status == StepStatus.OPEN:
        await chain.ask_on_phones(act, request, step, successor)
    await requests.refresh_requesters_card(act, request)


async def _successor(
    act: Act, employee: Employee, step: Step, request: CancellationRequest
) -> tuple[bool, Employee | None]:
    """Return who takes a step, and whether as the deputy: nobody twice in one chain, and never the requester (S38)."""
    taken = {request.requester_id, employee.id, *_deciding(request, but=step)}
    deputy = await deputy_of(employee, act.now)
    if deputy is not None and deputy.id not in taken and await outbox.account_of(deputy) is not None:
        return True, deputy
    for each in await access.holders(step.role, request.organisation, act.now):
        if each.id not in taken and await outbox.account_of(each) is not None:
            return False, each
    return False, None


def _deciding(request: CancellationRequest, *, but: Step | None = None) -> set[object]:
    """Return who is asked for a request, and who answered for somebody else where it counts: one person, one place."""
    steps = [each for each in request.steps if each.revision == request.revision and each != but]
    counting = places.live(request.steps, request.revision)
    return {each.approver_id for each in steps} | {each.decided_by_id for each in counting if each != but}


async def _nobody_for(act: Act, employee: Employee, step: Step, request: CancellationRequest) -> None:
    label = ROLE_LABELS[step.role]
    data = {"level": step.level, "role": str(step.role), "from": rights.pseudonym(employee)}
    subject = requests.subject_of(request)
    await audit.record(act, request.organisation, "step.unattended", subject, ok=False, why="left", data=data)
    text = f"{name_of(employee)} 已离职，申请 {request.number} 的「{label}」没有人接手，现在停在这一级。"
    unit = plain(request.organisation.name)
    todo = f"请管理员发「授权 姓名 {label} {unit}」，再由 HR 发「撤回 {request.number}」重新发起。"
    people = await access.holders(Role.SYSTEM_ADMIN, request.organisation, act.now)
    people += [request.requester] if request.requester else await _recruiters(act, request)
    for each in people:
        await outbox.tell(act, each, text + todo)


async def _hand_requests_on(act: Act, employee: Employee) -> None:
    mine = CancellationRequest.filter(requester=employee, status__in=OPEN_REQUESTS)
    for found in await mine.order_by("created_at"):
        await _hand_request_on(act, employee, await requests.reload(found.id))


async def _hand_request_on(act: Act, employee: Employee, request: CancellationRequest) -> None:
    """Give an open request to another HR of the unit, who did not have to decide it; they get its card and a word."""
    taken = _deciding(request) | {employee.id}
    heirs = [each for each in await _recruiters(act, request) if each.id not in taken]
    if not heirs:
        text = f"{name_of(employee)} 已离职，申请 {request.number} 没有别的 HR 可以接手。"
        todo = f"请发「授权 姓名 HR {plain(request.organisation.name)}」，再请其处理这场面试。"
        for each in await access.holders(Role.SYSTEM_ADMIN, request.organisation, act.now):
            await outbox.tell(act, each, text + todo)
        return
    heir = heirs[0]
    request.requester = heir
    await request.save(update_fields=["requester_id"])
    data = {"from": rights.pseudonym(employee), "to": rights.pseudonym(heir)}
    await audit.record(act, request.organisation, "request.handed_on", requests.subject_of(request), data=data)
    await outbox.tell(act, heir, f"{name_of(employee)} 已离职，申请 {request.number} 转由你处理，卡片见下。")
    await _show(act, heir, request)


async def _recruiters(act: Act, request: CancellationRequest) -> list[Employee]:
    return await access.holders(Role.HR, request.organisation, act.now)


async def _show(act: Act, heir: Employee, request: CancellationRequest) -> None:
    account = await outbox.account_of(heir)
    if account is not None:
        await outbox.hand_card(act, CardPurpose.REQUEST, account, holder=heir, booking=request.booking, request=request)
