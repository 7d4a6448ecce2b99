"""What changed after somebody was asked: their request is a new revision, and what they were shown decides nothing."""

import json

from models import CancellationRequest, Card, Evidence, RequestStatus, Step, StepStatus
from workflow import chain, outbox
from workflow.acting import Act

PIECES = "pieces"  # in the state of an approver's card: how many pieces of evidence each former handle stood for


async def new_evidence(act: Act, request: CancellationRequest, before: int) -> None:
    """Ask anew whoever decides now, on the same card; `before` is how many pieces the card showed until now.

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
            await _renew(act, step, before)


async def _renew(act: Act, step: Step, before: int) -> None:
    for card in await Card.filter(step=step, closed=False):
        card.revision = step.revision
        card.state = json.dumps({PIECES: {**_former(card), card.handle: before}})
        await card.save(update_fields=["revision", "sealed_state"])
        await outbox.renew_handle(act, card)


def _former(card: Card) -> dict[str, int]:
    return dict(json.loads(card.state).get(PIECES, {})) if card.state else {}


async def since(card: Card, handle: str) -> dict[str, int]:
    """Return what has changed since a former handle of this card was drawn, as the facts of a refusal."""
    was = _former(card).get(handle)
    if was is None:
        return {}
    return {"was": was, "now": await Evidence.filter(request_id=card.request_id).count()}


async def unseen(card: Card) -> dict[str, int]:
    """Return what its holder has not been shown yet, because the card that says so is still on its way."""
    former = _former(card)
    if not former or not await outbox.is_on_its_way(card):
        return {}
    return {"was": list(former.values())[-1], "now": await Evidence.filter(request_id=card.request_id).count()}
