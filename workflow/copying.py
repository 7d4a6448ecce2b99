"""抄送: who is told of a level's answers, as the rules say, and asked nothing."""

from models import CancellationRequest, Employee, Role, Step
from workflow import access, outbox, places
from workflow.acting import Act
from workflow.plans import PERSON

TOPIC = "step_copied"


async def tell(act: Act, request: CancellationRequest, step: Step) -> None:
    """Tell whom the rules of a level name that somebody has answered there; nobody who has the answer on a card."""
    asked = {each.approver_id for each in request.steps if each.revision == request.revision}
    people: dict[object, Employee] = {}
    for who in places.plan_of(request, step).copies:
        people |= {each.id: each for each in await _named(act, request, who)}
    for each in people.values():
        if each.id not in asked | {request.requester_id}:
            await outbox.tell_employee(act, TOPIC, each, request.booking, request)


async def _named(act: Act, request: CancellationRequest, who: str) -> list[Employee]:
    kind, _, name = who.partition(":")
    if kind == PERSON:
        return list(await Employee.filter(key=name, active=True))
    return await access.holders(Role(name), request.organisation, act.now)
