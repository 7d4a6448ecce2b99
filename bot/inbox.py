"""The one door inside: whatever came in is handled in one transaction, and answered only after its commit."""

import structlog
from tortoise.exceptions import IntegrityError

from bot.clock import Clock
from handlers.receiving import Received, bury, receive
from handlers.routing import Answer, Incoming
from models.store import Store

log = structlog.get_logger(__name__)


class Inbox:
    """Takes inbound things; counts what happened for the metrics."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.counters = {"taken": 0, "repeats": 0, "dead": 0}

    async def take(self, incoming: Incoming) -> Received:
        """Handle one inbound thing; our own fault becomes a dead letter, never silence."""
        try:
            received = await self._attempt(incoming)
        except Exception:
            reference = await self._store.transact(lambda: bury(incoming, self._clock.now()))
            self.counters["dead"] += 1
            log.exception("inbound message failed", reference=reference, platform=str(incoming.platform))
            return Received(Answer(), reference=reference)
        self.counters["repeats" if received.repeat else "taken"] += 1
        return received

    async def _attempt(self, incoming: Incoming) -> Received:
        try:
            return await self._store.transact(lambda: receive(incoming, self._clock.now()))
        except IntegrityError:  # another process stored the same key first: now it is a repeat
            return await self._store.transact(lambda: receive(incoming, self._clock.now()))
