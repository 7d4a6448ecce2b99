"""After an erasure or a purge: the files forget as well, and a copy that is restored later brings nobody back."""

import asyncio
import json
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import structlog

from bot.clock import Clock
from bot.settings import Settings
from models import OutboxMessage, OutboxStatus, PersonKey
from models.forgetting import Busy, forget, forget_in_copies
from models.forgotten import forgotten, note_forgotten
from models.store import Store
from notifier import claims
from notifier.retry import SCHEDULE
from workflow import erasure_rounds
from workflow.acting import Act

log = structlog.get_logger(__name__)


async def forget_on_disk(settings: Settings, tables: Collection[str]) -> bool:
    """Make what was emptied or deleted unreadable: in the database's files, in its copies, and for good.

    False where PostgreSQL did not let us rewrite a table. Raises `Busy` while somebody holds the database.
    """
    people = [each.id for each in await PersonKey.filter(erased_at__isnull=False)]
    await asyncio.to_thread(note_forgotten, settings.home, people)
    rewritten = await forget(settings.database.change_url, tables)
    await asyncio.to_thread(forget_in_copies, settings.home / "backups", people)
    return rewritten


async def forget_again(store: Store, home: Path, now: datetime) -> int:
    """Erase once more whom a restored copy of the database has brought back; returns how many they were."""
    act = Act(now, "clock", "system")
    count = 0
    for person in await erasure_rounds.brought_back(forgotten(home)):
        count += await store.transact(lambda person=person: erasure_rounds.again(act, person))  # type: ignore[misc]
    if count:
        log.warning("a restored copy had brought people back who were erased", people=count)
    return count


class Forgetting:
    """Delivers `forget` rows."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings

    async def deliver(self, row: OutboxMessage) -> None:
        """Make what was erased unreadable on the disk; while others hold the database, come back later.

        A row is dead where PostgreSQL did not let us: its owner has to rewrite the tables.
        """
        try:
            rewritten = await forget_on_disk(self._settings, json.loads(row.payload)["tables"])
        except Busy:
            again = self._clock.now() + SCHEDULE[min(row.attempts, len(SCHEDULE)) - 1]
            await self._store.transact(lambda: claims.postpone(row, again, "busy"))
            return
        status, why = (OutboxStatus.SENT, "") if rewritten else (OutboxStatus.DEAD, "not_owner")
        await self._store.transact(lambda: claims.settle(row, status, self._clock.now(), why))
