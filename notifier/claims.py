"""领取: rows are claimed with a lease and a fencing number; who lost the lease can no longer settle the row."""

from collections.abc import Collection
from datetime import datetime

from tortoise.connection import get_connection
from tortoise.expressions import Q

from models import Attempt, AttemptOutcome, OutboxMessage, OutboxStatus
from models.store import Store
from notifier.retry import next_attempt_at
from platforms.errors import PlatformError


class LeaseLost(Exception):
    """Another worker has taken this row over; what we know of it no longer counts."""


async def claim(
    store: Store, now: datetime, clock: float, lease_s: float, most: int, without: Collection[object] = ()
) -> list[OutboxMessage]:
    """Claim up to `most` due rows, oldest first, none for the accounts in `without`.

    `now` is business time (`not_before`), `clock` transport time in seconds (leases). A row whose lease ran out while
    it was being sent is claimed again; its last attempt is UNKNOWN from then on.
    """
    return await store.transact(lambda: _claim(now, clock, lease_s, most, without))


async def _claim(
    now: datetime, clock: float, lease_s: float, most: int, without: Collection[object]
) -> list[OutboxMessage]:
    due = Q(status=OutboxStatus.WAITING, not_before__lte=now)
    stalled = Q(status__in=(OutboxStatus.CLAIMED, OutboxStatus.SENDING), lease_until__lt=clock)
    elsewhere = await _busy_accounts(clock)
    without = [*without, *elsewhere]
    query = OutboxMessage.filter(due | stalled).order_by("not_before", "posted_at").limit(most)
    if without:
        query = query.filter(Q(account_id__isnull=True) | ~Q(account_id__in=list(without)))
    if get_connection("default").capabilities.support_for_update:
        query = query.select_for_update(skip_locked=True)
    rows = await query
    for row in rows:
        row.status, row.lease_until = OutboxStatus.CLAIMED, clock + lease_s
        row.fence += 1
        row.attempts += 1
        await row.save(update_fields=["status", "lease_until", "fence", "attempts"])
    return list(rows)


async def _busy_accounts(clock: float) -> list[object]:
    """Return who is being told something by any worker: what comes next for them waits, so that it keeps its order."""
    under_way = OutboxMessage.filter(
        status__in=(OutboxStatus.CLAIMED, OutboxStatus.SENDING), lease_until__gte=clock, account_id__isnull=False
    )
    return list(await under_way.distinct().values_list("account_id", flat=True))


async def keep(store: Store, rows: Collection[OutboxMessage], until: float) -> None:
    """Lengthen the leases of rows that are still being delivered; one that was taken over is left alone."""

    async def work() -> None:
        under_way = (OutboxStatus.CLAIMED, OutboxStatus.SENDING)
        for row in rows:
            held = OutboxMessage.filter(id=row.id, fence=row.fence, status__in=under_way)
            await held.update(lease_until=until)

    await store.transact(work)


async def began(store: Store, row: OutboxMessage, attempt: Attempt) -> None:
    """Note, before the call, that a call is under way; earlier tries without an end are unknown."""

    async def work() -> None:
        held = OutboxMessage.filter(id=row.id, fence=row.fence)
        if not await held.update(status=OutboxStatus.SENDING):
            raise LeaseLost
        await Attempt.filter(message=row, outcome=AttemptOutcome.SENDING).update(outcome=AttemptOutcome.UNKNOWN)
        await attempt.save()

    await store.transact(work)


async def settle(row: OutboxMessage, status: OutboxStatus, now: datetime, reason: str = "") -> None:
    """Settle a row, in the caller's transaction; refuses when the lease was lost."""
    held = OutboxMessage.filter(id=row.id, fence=row.fence)
    if not await held.update(status=status, settled_at=now, reason=reason[:80], lease_until=0.0):
        raise LeaseLost


async def postpone(row: OutboxMessage, until: datetime, reason: str) -> None:
    """Let a row wait for its next try, in the caller's transaction."""
    held = OutboxMessage.filter(id=row.id, fence=row.fence)
    if not await held.update(status=OutboxStatus.WAITING, not_before=until, reason=reason[:80], lease_until=0.0):
        raise LeaseLost


async def failed(row: OutboxMessage, error: PlatformError, now: datetime) -> bool:
    """Let a row wait for its next try, or leave it as a dead letter, in the caller's transaction; True if it waits."""
    again = next_attempt_at(error, row.attempts, now)
    if again is None:
        await settle(row, OutboxStatus.DEAD, now, error.code)
    else:
        await postpone(row, again, error.code)
    return again is not None


async def has_unknown(row: OutboxMessage, platform: str) -> bool:
    """Tell whether an earlier try on this platform may have arrived."""
    open_ends = (AttemptOutcome.UNKNOWN, AttemptOutcome.SENDING)
    return await Attempt.filter(message=row, platform=platform, outcome__in=open_ends).exists()
