"""审批时限到了: the clock reminds, asks the deputy and tells those above (系统代办); it never answers for anybody.

Each stage happens in the transaction in which its timer rings, and sets the timer of the next. A timer dies with what
it was set for: once the place is answered, handed on or asked anew, the request is over, or the interview has begun.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from models import CancellationRequest, Card, Employee, OutboxMessage, RequestStatus, Role, Step, StepStatus
from workflow import access, audit, chain, deadlines, outbox, places, reminding, requests, rights, standing_in
from workflow.acting import Act
from workflow.deadlines import ABOVE, HALF, OVER, Deadline
from workflow.moments import when
from workflow.rights_words import name_of
from workflow.showing import plain
from workflow.views import ROLE_LABELS

REMINDER, INSTEAD = "approver_half", "approver_overdue"  # topics of notices
UNREACHED = "unreached"


async def rang(act: Act, request: CancellationRequest, stage: str, payload: Mapping[str, str]) -> bool:
    """Do what one stage of a deadline asks for; False where the timer came too late, or too early."""
    step = await Step.get_or_none(id=UUID(payload["step"])).prefetch_related("approver")
    if step is None or not _still_asked(act, request, step, payload["opened"]):
        return False
    deadline = deadlines.deadline_of(request, step)
    if deadline is None:
        return False
    if act.now < deadline.at(stage):  # the interview was moved, or the calendar has been published since
        await deadlines.set_timer(act, request, step, stage, deadline.at(stage))
        return False
    await _do(act, request, step, deadline, stage)
    return True


def _still_asked(act: Act, request: CancellationRequest, step: Step, opened: str) -> bool:
    if step.status != StepStatus.OPEN or step.revision != request.revision or step.opened_at is None:
        return False
    waits = request.status == RequestStatus.AWAITING_APPROVAL and act.now < request.booking.starts_at
    return waits and audit.stamp(step.opened_at) == opened


async def _do(act: Act, request: CancellationRequest, step: Step, deadline: Deadline, stage: str) -> None:
    if stage == HALF:
        if act.now < deadline.until:  # after a long standstill the next stage says it all
            await _remind(act, request, step, deadline)
        await deadlines.set_timer(act, request, step, OVER, deadline.at(OVER))
    elif stage == OVER and await _ask_others(act, request, step, deadline):
        await deadlines.set_timer(act, request, step, ABOVE, deadline.at(ABOVE))
    else:
        await _tell_above(act, request, step, deadline)


async def _remind(act: Act, request: CancellationRequest, step: Step, deadline: Deadline) -> None:
    """Remind who is asked, and who decides for them while they are away; nobody who was reminded just before (E7)."""
    people = [step.approver, *await standing_in.delegates_for(request, step, act.now)]
    told = [each for each in people if not await _reminded(act, request, each)]
    for each in told:
        await outbox.tell_employee(act, REMINDER, each, request.booking, request)
    if told:
        await _record(act, request, step, deadline, "step.reminded", told)


async def _reminded(act: Act, request: CancellationRequest, person: Employee) -> bool:
    account = await outbox.account_of(person)
    recent = OutboxMessage.filter(request=request, account=account, topic__in=(reminding.TOPIC, REMINDER))
    return account is None or await recent.filter(posted_at__gt=act.now - reminding.APART).exists()


async def _ask_others(act: Act, request: CancellationRequest, step: Step, deadline: Deadline) -> bool:
    """Ask the deputy too, and the delegates once more; False where there is nobody who could answer instead."""
    people = {each.id: each for each in await standing_in.delegates_for(request, step, act.now)}
    if (deputy := await standing_in.deputy_for(request, step, act.now)) is not None:
        people[deputy.id] = deputy
    asked = [each for each in people.values() if await outbox.account_of(each) is not None]
    for each in asked:
        if not await Card.filter(step=step, holder=each, closed=False).exists():
            await chain.ask_on_phones(act, request, step, each)
        await outbox.tell_employee(act, INSTEAD, each, request.booking, request)
    if asked:
        await _record(act, request, step, deadline, "step.deputy_asked", asked)
    return bool(asked)


async def _tell_above(act: Act, request: CancellationRequest, step: Step, deadline: Deadline) -> None:
    """Tell those who hold the role in the units above, or else the system administrators; and who asked for it."""
    above = [each for each in await _above(act, request, step) if await outbox.account_of(each) is not None]
    why = "" if above else UNREACHED
    await _record(act, request, step, deadline, "step.escalated", above, why)
    text = _said(request, step, deadline)
    for each in above:
        await outbox.tell(act, each, text)
    if request.requester is not None and request.requester.id not in {each.id for each in above}:
        await outbox.tell(act, request.requester, f"{text}{'' if above else '上级单位和管理员都联系不到。'}")


async def _above(act: Act, request: CancellationRequest, step: Step) -> list[Employee]:
    groups = await access.holders_upwards(step.role, request.organisation, act.now)
    around = {request.requester_id, step.approver_id}
    higher = next((found for group in groups[1:] if (found := _without(group, around))), [])
    if higher:
        return higher
    return _without(await access.holders(Role.SYSTEM_ADMIN, request.organisation, act.now), around)


def _without(people: Iterable[Employee], others: set[object]) -> list[Employee]:
    return [each for each in people if each.id not in others]


def _said(request: CancellationRequest, step: Step, deadline: Deadline) -> str:
    """Say what waits, for whom, since when, and what to do; nothing of the candidate, as administrators read it too."""
    label = plain(places.plan_of(request, step).name or ROLE_LABELS[step.role])
    name, number, until = name_of(step.approver), request.number, when(deadline.until, request.created_at)
    return (
        f"系统代办：申请 {number} 的「{label}」在等 {name}，时限是 {until}，到现在没有答复。"
        "时限到了不会代人同意或驳回，面试开始时仍未决定就关闭申请。"
        f"请提醒 {name} 答复，或请其发「转交 {number} 姓名」；HR 可以发「催办 {number}」。"
    )


async def _record(
    act: Act,
    request: CancellationRequest,
    step: Step,
    deadline: Deadline,
    action: str,
    people: Iterable[Employee],
    why: str = "",
) -> None:
    data = {
        "level": step.level,
        "slot": step.slot,
        "role": str(step.role),
        "for": rights.pseudonym(step.approver),
        "to": [rights.pseudonym(each) for each in people],
        "until": audit.stamp(deadline.until),
        "unpublished": list(deadline.unpublished),
    }
    subject = requests.subject_of(request)
    await audit.record(act, request.organisation, action, subject, ok=not why, why=why, data=data)
