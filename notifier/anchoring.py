"""Delivers `anchor` rows: shows checkpoints to those outside who are to keep them, and notes what they gave for it."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from models import Account, Checkpoint, OutboxMessage, OutboxStatus, Platform
from models.store import Store
from notifier import claims
from notifier.attempts import Trier
from notifier.channels import Channel
from notifier.keepers import AuditorKeeper
from platforms.errors import PlatformError, Refused
from workflow import anchoring
from workflow.acting import Act
from workflow.anchor_listeners import listener_at

CONTRADICTS = (anchoring.WITNESS, anchoring.TSA)  # where a refusal is about the log and not about a message


class Keeper(Protocol):
    """Somebody outside who keeps checkpoints."""

    async def keep(self, checkpoints: Sequence[Checkpoint]) -> Mapping[int, str]:
        """Return the receipts by the checkpoints' ids, none where none is needed any more; raises a PlatformError.

        Refused from a witness or an authority means that it does not agree with our log.
        """


Ask = Callable[[Sequence[Checkpoint], bool], Awaitable[Mapping[int, str]]]
"""Show checkpoints to somebody, told whether an earlier try may have arrived; returns receipts by checkpoint id."""


@dataclass(frozen=True)
class Anchors:
    """Delivers `anchor` rows; `keepers` are known by kind and name, people by the account that the row names."""

    store: Store
    keepers: Mapping[tuple[str, str], Keeper]
    trier: Trier
    now: Callable[[], datetime]
    channels: Mapping[Platform, Channel] = field(default_factory=dict)

    async def deliver(self, row: OutboxMessage) -> None:
        """Ask once, and settle the row or let it wait; nobody is harmed by being asked twice."""
        asks, checkpoints = await self._asks(row), await self._wanted(row)
        if asks is None or not checkpoints:
            await self._end(row, {}, "not-configured" if asks is None else "gone")
            return
        receipts: dict[int, str] = {}

        async def ask(repeat: bool) -> str:
            receipts.update(await asks(checkpoints, repeat))
            return ""

        tried = await self.trier.attempt(row, row.topic, " ".join(each.code for each in checkpoints), ask)
        if tried.error is not None:
            await self._failed(row, tried.error, checkpoints)
        else:
            await self._end(row, receipts, "" if receipts else "superseded")

    async def _asks(self, row: OutboxMessage) -> Ask | None:
        if row.account_id is None:
            keeper = self.keepers.get((row.topic, json.loads(str(row.payload))["name"]))
            return _outside(keeper) if keeper else None
        account = await Account.get(id=row.account_id)
        channel = self.channels.get(account.platform)
        return AuditorKeeper(channel, account, row.id.hex, row.posted_at, self.now).keep if channel else None

    async def _wanted(self, row: OutboxMessage) -> list[Checkpoint]:
        """Return the row's checkpoints; of a person who audits a log no more, none of it."""
        ids = json.loads(str(row.payload))["checkpoints"]
        found = list(await Checkpoint.filter(id__in=ids).order_by("log"))
        if row.account_id is None:
            return found
        listener = await listener_at(await Account.get(id=row.account_id), self.now())
        return [each for each in found if listener and listener.hears(each.log)]

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


def _outside(keeper: Keeper) -> Ask:
    async def ask(checkpoints: Sequence[Checkpoint], repeat: bool) -> Mapping[int, str]:
        return await keeper.keep(checkpoints)

    return ask
