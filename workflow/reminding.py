"""催办: who has to decide now, and who may in their place, is told once more, at most every four hours per request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from models import CancellationRequest, Employee, OutboxMessage, RequestStatus, Step, StepStatus
from workflow import access, audit, chain, outbox, requests, standing_in
from workflow.acting import Act
from workflow.errors import Missing, NotNow

APART = timedelta(hours=4)  # E7: reminders wear out
TOPIC, IN_PLACE = "approver_reminded", "stand_in_reminded"


@dataclass(frozen=True)
class Reminded:
    """Who was told: those whose answer it is, and those who may answer in their place; nobody in both."""

    approvers: tuple[Employee, ...]
    in_place: tuple[Employee, ...]


async def remind(act: Act, request: CancellationRequest) -> Reminded:
    """Tell everybody who is asked now, and who may answer for them; refuses what waits for nobody, and a second one
    too soon, whoever of them was told then.
    """
    await access.require(act, access.CANCEL, request.organisation)
    steps = await chain.steps_of(request).filter(status=StepStatus.OPEN).prefetch_related("approver").order_by("level")
    if request.status != RequestStatus.AWAITING_APPROVAL or not steps:
        raise NotNow(state=str(request.status))
    people = list({each.approver_id: each.approver for each in steps}.values())
    recent = OutboxMessage.filter(request=request, topic__in=(TOPIC, IN_PLACE), posted_at__gt=act.now - APART)
    if last := await recent.order_by("-posted_at").first():
        raise NotNow("reminded", approver="、".join(str(each.name) for each in people), at=last.posted_at)
    found = await _reachable(act, request, steps)
    for topic, told in ((TOPIC, found.approvers), (IN_PLACE, found.in_place)):
        for each in told:
            await outbox.tell_employee(act, topic, each, request.booking, request)
    await audit.record(act, request.organisation, "request.reminded", requests.subject_of(request))
    return found


async def _reachable(act: Act, request: CancellationRequest, steps: Sequence[Step]) -> Reminded:
    """Return who can be told; refuses where a step has nobody, neither its approver nor who may stand in."""
    approvers: dict[UUID, Employee] = {}
    in_place: dict[UUID, Employee] = {}
    for step in steps:
        deputy = await standing_in.deputy_for(request, step, act.now)
        others = [*await standing_in.delegates_for(request, step, act.now), *([deputy] if deputy else [])]
        own = {each.id: each for each in [step.approver] if await outbox.account_of(each)}
        theirs = {each.id: each for each in others if await outbox.account_of(each)}
        if not own and not theirs:
            raise Missing(what="approver-account", role=str(step.role))
        approvers |= own
        in_place |= theirs
    return Reminded(tuple(approvers.values()), tuple(each for key, each in in_place.items() if key not in approvers))
