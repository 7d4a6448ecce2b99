"""离职 and 删除: an erasure that waited for who left goes to the next of their role, or administrators hear of it."""

from models import Card, CardPurpose, Employee, ErasureRequest, ErasureStatus, Role
from workflow import access, erasing, erasing_words, erasure_wishes, outbox, proposals
from workflow.acting import Act

WAITS_FOR = {ErasureStatus.SUGGESTED: Role.HR, ErasureStatus.PROPOSED: Role.SECURITY_ADMIN}
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


async def hand_on(act: Act, employee: Employee) -> None:
    """Give every erasure whose card this person holds to who may answer it now; call it before their cards close."""
    held = Card.filter(holder=employee, purpose=CardPurpose.ERASURE, closed=False)
    ids = await held.values_list("erasure_id", flat=True)
    waiting = ErasureRequest.filter(id__in=list(ids), status__in=list(WAITS_FOR)).order_by("number")
    for erasure in await waiting.prefetch_related(*erasing.KIND.relations):
        await _hand_on(act, employee, erasure)


async def _hand_on(act: Act, employee: Employee, erasure: ErasureRequest) -> None:
    role = WAITS_FOR[erasure.status]
    people = [
        each
        for each in await access.holders(role, erasure.organisation, act.now)
        if each.id not in (employee.id, erasure.proposer_id) and await outbox.account_of(each) is not None
    ]
    if not people:
        await _tell_administrators(act, employee, erasure, role)
        return
    have = set(await Card.filter(erasure=erasure, closed=False).values_list("holder_id", flat=True))
    await proposals.hand_out(act, erasing.KIND, erasure, [each for each in people if each.id not in have])


async def _tell_administrators(act: Act, employee: Employee, erasure: ErasureRequest, role: Role) -> None:
    await erasing.note(act, erasure, "erasure.unattended", ok=False, why="left")
    due = await erasure_wishes.answer_by(erasure)
    text = erasing_words.unattended(erasure, employee, role, due)
    for each in ADMINISTRATORS:
        for administrator in await access.holders(each, erasure.organisation, act.now):
            if administrator.id != employee.id:
                await outbox.tell(act, administrator, text)
