"""催办: who has to decide now is told once more, at most every four hours for each request."""

from datetime import timedelta

from models import CancellationRequest, Employee, OutboxMessage, RequestStatus, StepStatus
from workflow import access, audit, chain, outbox, requests
from workflow.acting import Act
from workflow.errors import Missing, NotNow

APART = timedelta(hours=4)  # E7: reminders wear out
TOPIC = "approver_reminded"


async def remind(act: Act, request: CancellationRequest) -> Employee:
    """Tell the approver whose turn it is, and return them; refuses what waits for nobody, and a second one too soon."""
    await access.require(act, access.CANCEL, request.organisation)
    step = await chain.steps_of(request).filter(status=StepStatus.OPEN).prefetch_related("approver").first()
    if request.status != RequestStatus.AWAITING_APPROVAL or step is None:
        raise NotNow(state=str(request.status))
    recent = OutboxMessage.filter(request=request, topic=TOPIC, posted_at__gt=act.now - APART)
    if last := await recent.order_by("-posted_at").first():
        raise NotNow("reminded", approver=str(step.approver.name), at=last.posted_at)
    if await outbox.account_of(step.approver) is None:
        raise Missing(what="approver-account", role=str(step.role))
    await outbox.tell_employee(act, TOPIC, step.approver, request.booking, request)
    await audit.record(act, request.organisation, "request.reminded", requests.subject_of(request))
    return step.approver
