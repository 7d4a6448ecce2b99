"""清理: what two administrators agreed on is carried out, a few cases at a time, each with one outcome (R6, I15).

Deletes are never by hand; nobody but this file lets the database delete a record.
"""

from models import (
    Booking,
    Card,
    Organisation,
    OutboxMessage,
    OutboxStatus,
    Purge,
    PurgeItem,
    PurgeOutcome,
    PurgePermit,
    PurgeStatus,
)
from workflow import audit, holds, outbox
from workflow.acting import Act
from workflow.due import is_due
from workflow.periods import cutoff
from workflow.purge_rows import Removed, delete_case

KIND = "purge"  # of the outbox row that carries one out
PORTION = 10  # cases deleted in one transaction
RELATIONS = ("organisation", "proposer", "decided_by")


async def begin(act: Act, purge: Purge) -> None:
    """Have the workers carry it out, once this is committed."""
    await outbox.post(act, KIND, payload={"purge": str(purge.id)})


async def take_up(act: Act) -> None:
    """Have what was approved and given up by the workers taken up again."""
    under_way = (OutboxStatus.WAITING, OutboxStatus.CLAIMED, OutboxStatus.SENDING)
    left = await Purge.filter(status=PurgeStatus.APPROVED).prefetch_related(*RELATIONS)
    if left and not await OutboxMessage.filter(kind=KIND, status__in=under_way).exists():
        for purge in left:
            await begin(act, purge)


async def portion(act: Act, purge_id: object) -> bool:
    """Give the next few cases their outcome, in the caller's transaction; False when none was waiting."""
    purge = await reload(purge_id)
    waiting = PurgeItem.filter(purge=purge, outcome=PurgeOutcome.WAITING).order_by("id").limit(PORTION)
    items = await waiting if purge.status == PurgeStatus.APPROVED else []
    for item in items:
        await _purge_one(act, purge, item)
    return bool(items)


async def _purge_one(act: Act, purge: Purge, item: PurgeItem) -> None:
    """Delete one case, unless it is held or has come alive since; the record of it stays in its unit's log."""
    booking = await Booking.get_or_none(id=item.case_id).prefetch_related("organisation")
    if booking is not None and await is_due(booking, purge.proposed_at):
        permit = await PurgePermit.create(case_id=booking.id, purge=purge, at=act.now, cutoff=cutoff(purge.proposed_at))
        removed = await delete_case(booking, act.now)
        await permit.delete()
        item.outcome, item.rows = PurgeOutcome.PURGED, removed.rows
        item.seq = await _record_case(act, purge, item, booking.organisation, removed)
    else:
        held = booking is not None and bool(await holds.held([booking.id]))
        item.outcome = PurgeOutcome.HELD if held else PurgeOutcome.CHANGED
    await item.save()


async def _record_case(act: Act, purge: Purge, item: PurgeItem, organisation: Organisation, removed: Removed) -> int:
    data = {
        "purge": purge.number,
        "requests": item.requests,
        "rows": removed.rows,
        "person": removed.person,
        "digest": removed.digest,
        "ended": audit.stamp(item.ended_at),
        "counts": [f"{table} {count}" for table, count in removed.counts.items()],
    }
    record = await audit.record(act, organisation, "case.purged", ("case", item.number, 1), data=data)
    return int(record.seq)


async def finish(act: Act, purge_id: object) -> None:
    """Note that every case has its outcome; once, whoever calls again."""
    purge = await reload(purge_id)
    if purge.status != PurgeStatus.APPROVED:
        return
    purge.status, purge.done_at = PurgeStatus.DONE, act.now
    await purge.save()
    counts = await outcomes(purge)
    data = {"list": purge.digest, **{str(each): counts[each] for each in PurgeOutcome if each != PurgeOutcome.WAITING}}
    await audit.record(act, purge.organisation, "purge.finished", ("purge", purge.number, 1), data=data)
    for card in await Card.filter(purge=purge, closed=False):
        await outbox.refresh_card(act, card)


async def outcomes(purge: Purge) -> dict[PurgeOutcome, int]:
    """Count the cases by what became of them: the sum is the number that was approved."""
    items = PurgeItem.filter(purge=purge)
    return {each: await items.filter(outcome=each).count() for each in PurgeOutcome}


async def reload(purge_id: object) -> Purge:
    """Read a purge as it is in this transaction."""
    return await Purge.get(id=purge_id).prefetch_related(*RELATIONS)
