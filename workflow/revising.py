"""What changed after somebody was asked: their request is a new revision, and what they were shown decides nothing."""

from models import CancellationRequest, Card, RequestStatus, Step, StepStatus
from workflow import chain, outbox
from workflow.acting import Act


async def new_evidence(act: Act, request: CancellationRequest) -> None:
    """Ask anew whoever decides now, on the same card.

    Only while somebody is asked: evidence that comes earlier is on the first card. What others have agreed to stands
    as their records have it, with the number of pieces they saw (I8).
    """
    if request.status != RequestStatus.AWAITING_APPROVAL:
        return
    steps = await chain.steps_of(request)
    request.revision += 1
    await request.save(update_fields=["revision"])
    for step in steps:
        step.revision = request.revision
        await step.save(update_fields=["revision"])
        if step.status == StepStatus.OPEN:
            await _renew(act, step)


async def _renew(act: Act, step: Step) -> None:
    for card in await Card.filter(step=step, closed=False):
        await outbox.refresh_card(act, card)
