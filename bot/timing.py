"""Timers: rows whose time has come are handed to `handlers.timers`, each in one transaction with its settling."""

from bot.clock import Clock
from handlers import timers
from models import OutboxMessage, OutboxStatus
from models.store import Store
from notifier import claims
from workflow.acting import Act


class Timers:
    """Delivers `timer` rows."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def deliver(self, row: OutboxMessage) -> None:
        """Do what the timer was set for and settle it, together."""
        act = Act(self._clock.now(), "clock", "system")

        async def work() -> None:
            await timers.rang(act, row)
            await claims.settle(row, OutboxStatus.SENT, act.now)

        await self._store.transact(work)
