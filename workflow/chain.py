"""The chain of steps of a request: who has to agree, in which order, and whose turn it is."""

from collections.abc import Iterable
from datetime import datetime

from tortoise.queryset import QuerySet

from models import (
    CancellationRequest,
    Card,
    CardPurpose,
    Employee,
    Organisation,
    OutboxMessage,
    OutboxStatus,
    RequestStatus,
    Role,
    Step,
    StepStatus,
)
from workflow import access, outbox
from workflow.acting import Act
from workflow.errors import Missing
from workflow.plans import plans_of


def steps_of(request: CancellationRequest) -> QuerySet[Step]:
    """Return the query of the current revision's steps."""
    return Step.filter(request=request, revision=request.revision)


def roles_of(request: CancellationRequest) -> list[Role]:
    """Return the roles that have to agree, as the policy said when the request was filed."""
    return [role for plan in plans_of(request.policy) for role in plan.roles[:1]]


async def lay_out(act: Act, request: CancellationRequest) -> None:
    """Write the chain of this revision: one step for each role, each with the person who holds it.

    One person is at most one level, and nobody decides their own request (S38). A step that nobody may take is
    refused, never passed silently (S40).
    """
    people = await approvers(roles_of(request), request.organisation, act.now, request.requester_id)
    for level, (role, approver) in enumerate(people, start=1):
        await Step.create(
            person_id=request.person_id,
            request=request,
            level=level,
            revision=request.revision,
            role=role,
            approver=approver,
        )


async def approvers(
    roles: Iterable[Role], organisation: Organisation, now: datetime, requester_id: object = None
) -> list[tuple[Role, Employee]]:
    """Return who would have to agree, in order; asked before anything is filed, so that nobody waits in vain."""
    taken, found = {requester_id}, []
    for role in roles:
        people = [each for each in await access.holders(role, organisation, now) if each.id not in taken]
        if not people:
            raise Missing(what="approver", role=str(role))
        taken.add(people[0].id)
        found.append((role, people[0]))
    return found


async def open_next(act: Act, request: CancellationRequest) -> Step | None:
    """Open the first waiting step and hand its approver a card; None when every step has agreed."""
    step = await steps_of(request).filter(status=StepStatus.WAITING).order_by("level").first()
    if step is None:
        return None
    step.status, step.opened_at = StepStatus.OPEN, act.now
    await step.save(update_fields=["status", "opened_at"])
    approver = await step.approver
    account = await outbox.account_of(approver)
    if account is None:
        raise Missing(what="approver-account", role=str(step.role))
    await outbox.hand_card(
        act, CardPurpose.APPROVAL, account, holder=approver, booking=request.booking, request=request, step=step
    )
    return step


async def close_card(act: Act, card: Card) -> None:
    """Withdraw a card: its buttons go, and one that has not been sent yet never is."""
    card.closed = True
    await card.save(update_fields=["closed"])
    unsent = OutboxMessage.filter(card=card, kind="card", status=OutboxStatus.WAITING)
    if not await unsent.update(status=OutboxStatus.SUPPRESSED, reason="withdrawn", settled_at=act.now):
        await outbox.refresh_card(act, card)


async def open_steps_of(employee: Employee) -> list[Step]:
    """Return what waits for this person, oldest first (待我审批)."""
    mine = Step.filter(approver=employee, status=StepStatus.OPEN, request__status=RequestStatus.AWAITING_APPROVAL)
    return list(await mine.order_by("opened_at").prefetch_related("request"))
