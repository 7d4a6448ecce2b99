"""The chain of steps of a request: who has to agree, in which order, and whose turn it is."""

from datetime import datetime

from tortoise.queryset import QuerySet

from models import (
    CancellationRequest,
    Card,
    CardPurpose,
    Employee,
    OutboxMessage,
    OutboxStatus,
    RequestStatus,
    Step,
    StepStatus,
)
from workflow import audit, deadlines, outbox, places, requests, staffing, standing_in
from workflow.acting import Act
from workflow.errors import Missing
from workflow.levels import States, Verdict, outcome
from workflow.plans import plans_of


def steps_of(request: CancellationRequest) -> QuerySet[Step]:
    """Return the query of the current revision's steps."""
    return Step.filter(request=request, revision=request.revision)


async def lay_out(act: Act, request: CancellationRequest) -> None:
    """Write the chain of this revision: a place for each person who is asked at each level."""
    plans = plans_of(request.policy)
    levels = await staffing.staffed(plans, request.organisation, act.now, request.requester_id)
    for level, people in enumerate(levels, start=1):
        for slot, asked in enumerate(people, start=1):
            await Step.create(
                person_id=request.person_id,
                request=request,
                level=level,
                slot=slot,
                turn=asked.turn,
                revision=request.revision,
                role=asked.role,
                approver=asked.employee,
            )
        if not people:
            await _note_skipped(act, request, level, "nobody")


async def _note_skipped(act: Act, request: CancellationRequest, level: int, why: str) -> None:
    subject, data = requests.subject_of(request), {"level": level}
    await audit.record(act, request.organisation, "step.skipped", subject, why=why, data=data)


async def settle(act: Act, request: CancellationRequest) -> Verdict:
    """Bring every place without an answer to where the answers have led, and return what came of the chain.

    Whose turn has come gets a card; whose answer is no longer needed keeps theirs, which says who answered.
    """
    steps, verdict, states = await _outcome(request)
    if verdict == Verdict.REJECTED:
        return verdict
    changed = [each for each in steps if states.get((each.level, each.slot), each.status) != each.status]
    repeated = [each for each in changed if _opens(each, states) and _agreed_before(request, each, steps)]
    if repeated:
        for step in repeated:
            await _skip(act, request, step)
        return await settle(act, request)
    for step in changed:
        await _become(act, request, step, states[step.level, step.slot])
    return verdict


async def verdict(request: CancellationRequest) -> Verdict:
    """Return what has come of the chain by the answers that stand in it."""
    return (await _outcome(request))[1]


async def _outcome(request: CancellationRequest) -> tuple[list[Step], Verdict, States]:
    steps = places.live(await _steps(request), request.revision)
    return steps, *outcome(plans_of(request.policy), places.as_levels(steps))


async def _steps(request: CancellationRequest) -> list[Step]:
    return list(await steps_of(request).prefetch_related("approver"))


def _opens(step: Step, states: States) -> bool:
    return states[step.level, step.slot] == StepStatus.OPEN


def _agreed_before(request: CancellationRequest, step: Step, steps: list[Step]) -> bool:
    """Tell whether the rules spare somebody a second answer because they agreed at an earlier level (自动去重).

    What stands beside is not earlier: it was asked at the same time. What a delegate agreed to is the delegate's word,
    and whoever they decided for has said nothing yet.
    """
    if not places.plan_of(request, step).repeats or step.added is not None:
        return False
    first = places.first_beside(request, step.level)
    agreed = [each for each in steps if each.status == StepStatus.APPROVED and each.level < first]
    return any(each.decided_by_id == step.approver_id for each in agreed)


async def _skip(act: Act, request: CancellationRequest, step: Step) -> None:
    step.status = StepStatus.SKIPPED
    await step.save(update_fields=["status"])
    await _note_skipped(act, request, step.level, "agreed-before")


async def _become(act: Act, request: CancellationRequest, step: Step, status: StepStatus) -> None:
    was, step.status = step.status, status
    step.opened_at = act.now if status == StepStatus.OPEN else None
    await step.save(update_fields=["status", "opened_at"])
    if status == StepStatus.OPEN:
        await _ask(act, request, step)
        await deadlines.arrange(act, request, step)
    elif status == StepStatus.CLOSED and was == StepStatus.OPEN:
        await requests.refresh_steps_card(act, step)
    else:
        await withdraw_cards(act, step)


async def _ask(act: Act, request: CancellationRequest, step: Step) -> None:
    """Hand somebody their card; who still has one is asked anew on it, and loses it where they may no longer answer."""
    for card in await Card.filter(step=step, closed=False).prefetch_related("holder"):
        if card.holder is not None and await standing_in.may_answer(request, step, card.holder, act.now):
            await outbox.renew_handle(act, card)
        else:
            await close_card(act, card)
    await ask(act, request, step)


async def ask(act: Act, request: CancellationRequest, step: Step) -> None:
    """Hand the approver of a place a card unless they have one, and who decides for them while they are away."""
    approver = await step.approver
    if not await _has_card(step, approver) and not await ask_on_phones(act, request, step, approver):
        raise Missing(what="approver-account", role=str(step.role))
    await ask_delegates(act, request, step)


async def _has_card(step: Step, person: Employee) -> bool:
    return await Card.filter(step=step, holder=person, closed=False).exists()


async def ask_delegates(act: Act, request: CancellationRequest, step: Step) -> None:
    """Hand a card to who decides for the approver of a place while they are away, unless they have one."""
    for delegate in await standing_in.delegates_for(request, step, act.now):
        if not await _has_card(step, delegate):
            await ask_on_phones(act, request, step, delegate)


async def ask_stand_ins(act: Act, request: CancellationRequest) -> None:
    """Hand the cards of others' places to who may answer them now, as they have none of their own any more."""
    for step in await steps_of(request).filter(status=StepStatus.OPEN):
        await ask_delegates(act, request, step)
        deputy = await standing_in.deputy_for(request, step, act.now)
        if deputy is not None and not await _has_card(step, deputy):
            await ask_on_phones(act, request, step, deputy)


async def ask_on_phones(act: Act, request: CancellationRequest, step: Step, person: Employee) -> bool:
    """Hand somebody the card of a place on every phone they have; False where they can be reached nowhere.

    Whichever they press, the others show the answer (design.md §5).
    """
    phones = await outbox.phones_of(person)
    for account in phones:
        await outbox.hand_card(
            act, CardPurpose.APPROVAL, account, holder=person, booking=request.booking, request=request, step=step
        )
    return bool(phones)


async def withdraw_cards(act: Act, step: Step) -> None:
    """Withdraw the cards of a place whose turn it no longer is."""
    for card in await Card.filter(step=step, closed=False):
        await close_card(act, card)


async def close_card(act: Act, card: Card) -> None:
    """Withdraw a card: its buttons go, and one that has not been sent yet never is."""
    card.closed = True
    await card.save(update_fields=["closed"])
    unsent = OutboxMessage.filter(card=card, kind="card", status=OutboxStatus.WAITING)
    if not await unsent.update(status=OutboxStatus.SUPPRESSED, reason="withdrawn", settled_at=act.now):
        await outbox.refresh_card(act, card)


async def open_steps_of(employee: Employee, now: datetime) -> list[Step]:
    """Return what waits for this person, and what they may answer for others, oldest first (待我审批)."""
    mine = Step.filter(approver=employee, status=StepStatus.OPEN, request__status=RequestStatus.AWAITING_APPROVAL)
    own = await mine.order_by("opened_at").prefetch_related("request", "approver")
    return [*own, *await standing_in.steps_for(employee, now)]
