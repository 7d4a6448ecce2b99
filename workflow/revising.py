"""What changed after somebody was asked: their request is a new revision, and what they were shown decides nothing."""

from models import CancellationRequest, Card, Employee, RequestStatus, Step, StepStatus
from workflow import chain, outbox, places
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


async def told_apart(act: Act, request: CancellationRequest, pieces: int) -> tuple[list[Employee], list[Employee]]:
    """Tell whoever agreed before the newest of `pieces` came that it did; return who is asked now, and who was told.

    An answer is not undone by what its giver did not see: it stands for what their record says they saw, and they may
    take it back while nothing followed. But nobody's is kept without their knowing.
    """
    steps = places.live(await chain.steps_of(request).prefetch_related("approver", "decided_by"), request.revision)
    asked = {each.approver_id: each.approver for each in steps if each.status == StepStatus.OPEN}
    agreed = [each.decided_by or each.approver for each in steps if each.status == StepStatus.APPROVED]
    answered = {each.id: each for each in agreed}
    for each in answered.values():
        text = (
            f"{request.number}：你同意以后又补了证明，现有 {pieces} 份（发「看证据 {request.number}」看）。"
            "你的意见按你当时看到的算，仍然有效；要改的，后面的人决定以前可以在你的卡片上点「撤销我的意见」。"
        )
        await outbox.tell(act, each, text)
    return list(asked.values()), list(answered.values())
