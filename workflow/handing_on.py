"""转交、加签、退回到前面的节点: who is asked now lets somebody else be asked, instead of them or as well."""

from collections.abc import Mapping

from models import Added, CancellationRequest, Employee, Role, Step, StepStatus
from workflow import access, approving, audit, chain, checkpoints, deadlines, outbox, places, requests, rights
from workflow.acting import Act
from workflow.approving import Shown
from workflow.errors import Missing, NotAllowed, NotNow
from workflow.permissions import ADMINISTRATORS
from workflow.plans import StepPlan, plans_of
from workflow.rights_words import name_of
from workflow.showing import LONGEST_COMMENT, plain

MOST_PLACES = 20  # of one level; more is a quarrel and no approval


async def hand_on(act: Act, step: Step, to: Employee, *, shown: Shown, comment: str = "") -> CancellationRequest:
    """Let a colleague decide instead (转交); the role is not needed, and both ways of it are in the log."""
    request = await approving.checked(act, step, shown.revision)
    await _require_own(act, step)
    await require_fit(act, request, to)
    steps = await chain.steps_of(request)
    taken = await _new_place(act, request, step, steps, to)
    taken.took_over, taken.added, taken.added_to = step.slot, step.added, step.added_to
    taken.role = _role_for(request, step)
    taken.status, taken.opened_at = StepStatus.OPEN, act.now
    await taken.save()
    await _follow(steps, step, taken)
    await approving.settle_answer(act, step, StepStatus.HANDED_ON, comment)
    await _record(act, request, step, "approval.handed_on", to, comment)
    await chain.ask(act, request, taken)
    await deadlines.arrange(act, request, taken)
    await chain.ask_stand_ins(act, request)
    await _pass_on(act, to, request, "转交", comment)
    await requests.refresh_steps_card(act, step)
    return request


async def _require_own(act: Act, step: Step) -> None:
    """Refuse who decides in somebody's place: whom to ask is for the one who was asked."""
    employee = await access.require_employee(act)
    if employee.id != step.approver_id:
        raise NotAllowed("delegate-only-decides", who=name_of(await step.approver))


def _role_for(request: CancellationRequest, step: Step) -> Role:
    """Return as what the taker stands in the records: as the one before, or as what the level wanted."""
    roles = places.plan_of(request, step).roles
    return (roles[0] if roles else Role.LEADER) if places.only_names(step) else step.role


async def _follow(steps: list[Step], step: Step, taken: Step) -> None:
    """Let whoever was added to a place belong to who took it over."""
    for each in steps:
        if (each.level, each.round, each.added_to) == (step.level, step.round, step.slot):
            each.added_to = taken.slot
            await each.save(update_fields=["added_to"])


async def add(
    act: Act, step: Step, who: Employee, how: Added, *, shown: Shown, comment: str = ""
) -> CancellationRequest:
    """Let a colleague be asked as well (加签): before oneself, after oneself, or at the same time."""
    request = await approving.answerable(act, step, shown)
    await _require_own(act, step)
    await require_fit(act, request, who)
    steps = await chain.steps_of(request)
    if len([each for each in steps if each.level == step.level]) >= MOST_PLACES:
        raise NotNow("too-many-places", most=MOST_PLACES)
    place = await _new_place(act, request, step, steps, who)
    place.added, place.added_to = how, step.slot
    await place.save()
    await _record(act, request, step, "approval.added", who, comment, {"how": str(how)})
    await chain.settle(act, request)
    await _pass_on(act, who, request, places.ADDED_LABELS[how], comment)
    await requests.refresh_steps_card(act, step)
    return request


async def _pass_on(act: Act, who: Employee, request: CancellationRequest, how: str, comment: str) -> None:
    """Say the words that came with it to whom they are for; the card has the rest."""
    if comment.strip():
        words = plain(comment, LONGEST_COMMENT)
        await outbox.tell(act, who, f"{name_of(act.employee)} {how}给你 {request.number}，附言：{words}。卡片见下。")


async def _new_place(act: Act, request: CancellationRequest, step: Step, steps: list[Step], approver: Employee) -> Step:
    slot = max(each.slot for each in steps if each.level == step.level) + 1
    return Step(
        person_id=request.person_id,
        request=request,
        level=step.level,
        slot=slot,
        round=step.round,
        turn=step.turn,
        revision=request.revision,
        role=step.role,
        approver=approver,
        asked_by=act.employee,
    )


async def require_fit(act: Act, request: CancellationRequest, who: Employee) -> None:
    """Refuse somebody who may not decide this request: separation of duties holds for whoever is asked (S38)."""
    employee, name = await access.require_employee(act), name_of(who)
    if who.id == employee.id:
        raise NotAllowed("taker-self")
    if who.id == request.requester_id:
        raise NotAllowed("taker-requester", who=name, number=request.number)
    if not who.active or not await _of_one_company(employee, who):
        raise NotAllowed("taker-absent")
    if await _asked_already(request, who):
        raise NotAllowed("taker-asked", who=name, number=request.number)
    roles = {role for role, _ in await access.grants_of(who, act.now)}
    if roles & set(ADMINISTRATORS):
        raise NotAllowed("taker-administers", who=name)
    if await outbox.account_of(who) is None:
        raise Missing("taker-account", who=name)


async def _of_one_company(one: Employee, other: Employee) -> bool:
    mine, theirs = (await one.organisation).path, (await other.organisation).path
    return mine.split("/")[0] == theirs.split("/")[0]


async def _asked_already(request: CancellationRequest, who: Employee) -> bool:
    """Tell whether somebody has a place in the chain, or answered at one for somebody else: one person, one level."""
    steps = places.live(await chain.steps_of(request), request.revision)
    return any(who.id in (each.approver_id, each.decided_by_id) for each in steps)


def levels_before(request: CancellationRequest, step: Step) -> list[tuple[int, StepPlan]]:
    """Return the levels that a step can be returned to: what was asked before it, not beside it."""
    first = places.first_beside(request, step.level)
    return list(enumerate(plans_of(request.policy)[: first - 1], start=1))


async def send_to_level(act: Act, step: Step, level: int, *, shown: Shown, comment: str = "") -> CancellationRequest:
    """Return a request to an earlier level, which is asked anew; what was answered since counts no more, and stays."""
    request = await approving.answerable(act, step, shown)
    steps = places.live(await chain.steps_of(request), request.revision)
    legal = [number for number, _ in levels_before(request, step) if any(each.level == number for each in steps)]
    if level not in legal:
        raise NotNow("no-such-level", names=_names(request, legal), number=request.number)
    await approving.settle_answer(act, step, StepStatus.SENT_BACK, comment)
    facts = await approving.confirmed(act, request, step, shown, "returned")
    await _record(act, request, step, "approval.returned", comment=comment, more={**facts, "to_level": level})
    last = await _last_asked(request, step)
    again = [each for each in steps if level <= each.level <= last]
    for each in again:
        await _void(act, each, step)
    await _lay_out_again(request, again, await chain.steps_of(request))
    await _say_who_goes(act, request, [each for each in again if each.added is not None])
    await chain.settle(act, request)
    await requests.refresh_approvers_cards(act, request)
    await requests.refresh_requesters_card(act, request)
    return request


def _names(request: CancellationRequest, legal: list[int]) -> str:
    plans = plans_of(request.policy)
    return "、".join(f"「退回 {request.number} 到 {plans[each - 1].name}」" for each in legal)


async def _last_asked(request: CancellationRequest, step: Step) -> int:
    plans, last = plans_of(request.policy), step.level
    while last < len(plans) and plans[last].beside:
        last += 1
    return last


async def _void(act: Act, each: Step, mine: Step) -> None:
    if each.id == mine.id or each.status not in (*places.UNDECIDED, StepStatus.CLOSED, StepStatus.SKIPPED):
        return
    each.status = StepStatus.VOIDED
    await each.save(update_fields=["status"])
    await requests.refresh_steps_card(act, each)


async def _lay_out_again(request: CancellationRequest, again: list[Step], steps: list[Step]) -> None:
    """Ask anew whom the rules named, or who took over from them; who was added was added to what counts no more."""
    for each in [each for each in again if each.added is None]:
        slots = [other.slot for other in steps if other.level == each.level]
        fresh = await Step.create(
            person_id=request.person_id,
            request=request,
            level=each.level,
            slot=max(slots) + 1,
            round=each.round + 1,
            turn=each.turn,
            took_over=each.took_over,
            asked_by_id=each.asked_by_id,
            revision=request.revision,
            role=each.role,
            approver_id=each.approver_id,
            stands_for_id=each.stands_for_id,
        )
        steps.append(fresh)


async def _say_who_goes(act: Act, request: CancellationRequest, added: list[Step]) -> None:
    """Tell who returned it whom nobody asks any more: they were added to an answer that is asked for anew (加签)."""
    if added and act.employee is not None:
        who = "、".join(dict.fromkeys([name_of(await each.approver) for each in added]))
        text = f"{request.number} 已退回重新审批，原来加签的 {who} 不再参加。仍要其审批，请轮到你时重新加签。"
        await outbox.tell(act, act.employee, text)


async def _record(
    act: Act,
    request: CancellationRequest,
    step: Step,
    action: str,
    other: Employee | None = None,
    comment: str = "",
    more: Mapping[str, object] | None = None,
) -> None:
    data: dict[str, object] = {"level": step.level, "slot": step.slot, "role": str(step.role), **(more or {})}
    if other is not None:
        data |= {"from": rights.pseudonym(await step.approver), "to": rights.pseudonym(other)}
    candidate = request.booking.candidate
    personal = {"words": audit.commitment(candidate, "words", comment)} if comment else None
    subject = requests.subject_of(request)
    await audit.record(act, request.organisation, action, subject, data=data, personal=personal)
    await checkpoints.attest(act, request.organisation)
