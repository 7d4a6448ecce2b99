"""Delivers `anchor` rows: shows checkpoints to those outside who are to keep them, and notes what they gave for it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models import Checkpoint, OutboxMessage, OutboxStatus
from models.store import Store
from notifier import claims
from notifier.attempts import Trier
from platforms.errors import PlatformError, Refused
from workflow import anchoring
from workflow.acting import Act

CONTRADICTS = (anchoring.WITNESS, anchoring.TSA)  # where a refusal is about the log and not about a message


class Keeper(Protocol):
    """Somebody outside who keeps checkpoints."""

    async def keep(self, checkpoints: Sequence[Checkpoint]) -> Mapping[int, str]:
        """Return the receipts by the checkpoints' ids, none where none is needed any more; raises a PlatformError.

        Refused from a witness or an authority means that it does not agree with our log.
        """


@dataclass(frozen=True)
class Anchors:
    """Delivers `anchor` rows; `keepers` are known by kind and name."""

    store: Store
    keepers: Mapping[tuple[str, str], Keeper]
    trier: Trier
    now: Callable[[], datetime]

    async def deliver(self, row: OutboxMessage) -> None:
        """Ask once, and settle the row or let it wait; nobody is harmed by being asked twice."""
        payload = json.loads(str(row.payload))
        keeper = self.keepers.get((row.topic, payload["name"]))
        checkpoints = await Checkpoint.filter(id__in=payload["checkpoints"]).order_by("log")
        if keeper is None or not checkpoints:
            await self._end(row, {}, "not-configured" if keeper is None else "gone")
            return
        receipts: dict[int, str] = {}

        async def ask(_: bool) -> str:
            receipts.update(await keeper.keep(checkpoints))
            return ""

        tried = await self.trier.attempt(row, row.topic, " ".join(each.code for each in checkpoints), ask)
        if tried.error is not None:
            await self._failed(row, tried.error, checkpoints)
        else:
            await self._end(row, receipts, "" if receipts else "superseded")

    async def _end(self, row: OutboxMessage, receipts: Mapping[int, str], reason: str) -> None:
        async def work() -> None:
            act, name = Act(self.now(), "clock", "system"), str(json.loads(str(row.payload))["name"])
            await anchoring.keep(act, row.topic, name, receipts)
            await claims.settle(row, OutboxStatus.SENT if receipts else OutboxStatus.SUPPRESSED, act.now, reason)

        await self.store.transact(work)

    async def _failed(self, row: OutboxMessage, error: PlatformError, checkpoints: Sequence[Checkpoint]) -> None:
        async def work() -> None:
            act = Act(self.now(), "clock", "system")
            if not (isinstance(error, Refused) and row.topic in CONTRADICTS):
                await claims.failed(row, error, act.now)
                return
            await claims.settle(row, OutboxStatus.DEAD, act.now, f"{anchoring.REFUSED}-{error.code}")
            for each in checkpoints:
                await anchoring.refuse(act, row, each, error.code)

        await self.store.transact(work)
