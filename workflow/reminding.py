"""催办: who has to decide now is told once more, at most every four hours for each request."""

from datetime import timedelta

from models import CancellationRequest, Employee, OutboxMessage, RequestStatus, StepStatus
from workflow import access, audit, chain, outbox, requests
from workflow.acting import Act
from workflow.errors import Missing, NotNow

APART = timedelta(hours=4)  # E7: reminders wear out
TOPIC = "approver_reminded"


async def remind(act: Act, request: CancellationRequest) -> list[Employee]:
    """Tell everybody who is asked now, and return them; refuses what waits for nobody, and a second one too soon."""
    await access.require(act, access.CANCEL, request.organisation)
    steps = await chain.steps_of(request).filter(status=StepStatus.OPEN).prefetch_related("approver").order_by("level")
    if request.status != RequestStatus.AWAITING_APPROVAL or not steps:
        raise NotNow(state=str(request.status))
    people = list({each.approver_id: each.approver for each in steps}.values())
    recent = OutboxMessage.filter(request=request, topic=TOPIC, posted_at__gt=act.now - APART)
    if last := await recent.order_by("-posted_at").first():
        raise NotNow("reminded", approver="、".join(str(each.name) for each in people), at=last.posted_at)
    for each in people:
        if await outbox.account_of(each) is None:
            raise Missing(what="approver-account", role=str(steps[0].role))
        await outbox.tell_employee(act, TOPIC, each, request.booking, request)
    await audit.record(act, request.organisation, "request.reminded", requests.subject_of(request))
    return people
