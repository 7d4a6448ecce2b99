"""Drains the outbox: claims what is due, delivers it, keeps the order for each person, until told to stop."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot.clock import Clock
from models import OutboxMessage, OutboxStatus
from models.store import Store
from notifier import claims
from notifier.claims import LeaseLost
from notifier.retry import SCHEDULE

log = structlog.get_logger(__name__)
Deliver = Callable[[OutboxMessage], Awaitable[None]]


class Worker:
    """One worker; `deliveries` says who delivers which kind of row. Leases are measured in real time."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        deliveries: Mapping[str, Deliver],
        *,
        lease_s: float = 30.0,
        concurrency: int = 8,
        poll_s: float = 1.0,
    ) -> None:
        self._store = store
        self._clock = clock
        self._deliveries = deliveries
        self._lease_s = lease_s
        self._concurrency = concurrency
        self._poll_s = poll_s
        self._busy: defaultdict[object, int] = defaultdict(int)
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: dict[object, OutboxMessage] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop()`; a failing round is logged and tried again."""
        beating = asyncio.create_task(self._beat())
        try:
            while not self._stopping.is_set():
                self._store.posted.clear()
                if not await self._safely(self.round):
                    await self._pause()
        finally:
            beating.cancel()

    async def _safely(self, work: Callable[[], Awaitable[int]]) -> int:
        try:
            return await work()
        except Exception:
            log.exception("outbox round failed")
            return 0

    async def _beat(self) -> None:
        """Lengthen the leases of what is under way: a slow platform is no reason to let somebody send it as well."""
        while True:
            await asyncio.sleep(self._lease_s / 3)
            await self._safely(self._keep_held)

    async def _keep_held(self) -> int:
        held = list(self._held.values())
        if held:
            await claims.keep(self._store, held, time.time() + self._lease_s)
        return len(held)

    async def stop(self, period: float = 10.0) -> None:
        """Claim nothing more and let what is under way finish, for `period` seconds.

        What is not finished then is left as a crash would leave it: its outcome is looked for at the next start.
        """
        self._stopping.set()
        self._store.posted.set()
        if self._tasks:
            _, unfinished = await asyncio.wait(self._tasks, timeout=period)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    async def round(self) -> int:
        """Claim what is due and start delivering it; returns how many rows were claimed."""
        room = self._concurrency - len(self._tasks)
        if room <= 0:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            return 1
        rows = await claims.claim(
            self._store, self._clock.now(), time.time(), self._lease_s, room * 2, list(self._busy)
        )
        for rows_of_one in _by_person(rows):
            self._start(rows_of_one)
        return len(rows)

    async def settle_due(self, timeout: float = 10.0) -> bool:
        """Wait until everything that is due has been claimed; False when that takes too long."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            due = OutboxMessage.filter(status=OutboxStatus.WAITING, not_before__lte=self._clock.now())
            if not await due.exists():
                return True
            self._store.posted.set()
            await asyncio.sleep(0.02)
        return False

    def _start(self, rows: list[OutboxMessage]) -> None:
        for row in rows:
            self._held[row.id] = row
            if row.account_id is not None:
                self._busy[row.account_id] += 1
        task = asyncio.create_task(self._deliver_all(rows))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_all(self, rows: list[OutboxMessage]) -> None:
        for row in rows:
            try:
                await self._deliver(row)
            finally:
                self._free(row)
        self._store.posted.set()

    def _free(self, row: OutboxMessage) -> None:
        if self._held.get(row.id) is row:
            del self._held[row.id]
        if row.account_id is not None:
            self._busy[row.account_id] -= 1
            if not self._busy[row.account_id]:
                del self._busy[row.account_id]

    async def _deliver(self, row: OutboxMessage) -> None:
        try:
            await self._deliveries[row.kind](row)
        except LeaseLost:
            log.warning("lease lost", row=str(row.id), kind=row.kind)
        except Exception:
            log.exception("delivery failed", row=str(row.id), kind=row.kind, topic=row.topic)
            await self._after_fault(row)

    async def _after_fault(self, row: OutboxMessage) -> None:
        """Our own fault: try again on the schedule, then leave a visible dead letter."""

        async def work() -> None:
            if row.attempts > len(SCHEDULE):
                await claims.settle(row, OutboxStatus.DEAD, self._clock.now(), "fault")
            else:
                await claims.postpone(row, self._clock.now() + SCHEDULE[row.attempts - 1], "fault")

        try:
            await self._store.transact(work)
        except LeaseLost:
            log.warning("lease lost after a fault", row=str(row.id))

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._store.posted.wait(), self._poll_s)
        except TimeoutError:
            return


def _by_person(rows: list[OutboxMessage]) -> list[list[OutboxMessage]]:
    """Group rows so that one person's messages keep their order; rows for nobody stand alone."""
    groups: dict[object, list[OutboxMessage]] = {}
    for row in rows:
        groups.setdefault(row.account_id or row.booking_id or row.id, []).append(row)
    return list(groups.values())
