"""Forgetting after an erasure: the database's files, and the secrets in its copies; a row of the outbox each."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from models import OutboxMessage, OutboxStatus, PersonKey
from models.forgetting import Busy, forget, forget_in_copies
from models.store import Store
from notifier import claims
from notifier.retry import SCHEDULE


class Forgetting:
    """Delivers `forget` rows."""

    def __init__(self, store: Store, owner_url: str, home: Path, now: Callable[[], datetime]) -> None:
        self._store = store
        self._url = owner_url  # PostgreSQL lets only the owner of a table rewrite it
        self._home = home
        self._now = now

    async def deliver(self, row: OutboxMessage) -> None:
        """Make what was erased unreadable on the disk; while others hold the database, come back later."""
        erased = [each.id for each in await PersonKey.filter(erased_at__isnull=False)]
        try:
            await forget(self._url)
            await asyncio.to_thread(forget_in_copies, self._home / "backups", erased)
        except Busy:
            again = self._now() + SCHEDULE[min(row.attempts, len(SCHEDULE)) - 1]
            await self._store.transact(lambda: claims.postpone(row, again, "busy"))
        else:
            await self._store.transact(lambda: claims.settle(row, OutboxStatus.SENT, self._now()))
