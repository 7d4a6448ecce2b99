"""Delivers `archive` rows: a package is made once, and handed over until the archive has given its receipt."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from models import ArchivePackage, ArchiveStatus, OutboxMessage, OutboxStatus, RequestStatus
from models.store import Store
from notifier import claims
from notifier.attempts import Trier
from platforms.archives import Archive, Parcel, Receipt
from platforms.errors import PlatformError
from workflow import archiving, delivering, requests
from workflow.acting import Act
from workflow.views import Delivery

AGAIN = timedelta(minutes=15)
PATIENCE = timedelta(hours=24)  # for the candidate's notice; a package without its outcome is incomplete


class Packed(Protocol):
    """A package that was made."""

    @property
    def content(self) -> bytes:
        """Return the zip."""

    @property
    def records(self) -> int:
        """Return how many records it holds."""

    @property
    def faults(self) -> Sequence[str]:
        """Return the codes of what stops it."""


Pack = Callable[[Act, ArchivePackage], Awaitable[Packed]]


@dataclass(frozen=True)
class Archives:
    """Delivers `archive` rows to the archive that the settings name."""

    store: Store
    archive: Archive
    pack: Pack
    trier: Trier
    now: Callable[[], datetime]

    async def deliver(self, row: OutboxMessage) -> None:
        """Make the package unless it is made, hand it over, and keep the receipt; or say visibly what is wrong."""
        package = await ArchivePackage.get(id=json.loads(str(row.payload))["package"])
        if package.status != ArchiveStatus.WAITING:
            await self.store.transact(lambda: claims.settle(row, OutboxStatus.SUPPRESSED, self.now(), "settled"))
        elif await self._is_too_early(package):
            await self.store.transact(lambda: self._wait(row))
        elif content := await archiving.content_of(package) or await self._made(row, package):
            await self._hand_over(row, package, content)

    async def _wait(self, row: OutboxMessage) -> None:
        """Let a row wait; waiting is no try, so that a later failure has the whole schedule before it."""
        await claims.postpone(row, self.now() + AGAIN, "notice-under-way")
        await OutboxMessage.filter(id=row.id).update(attempts=0)

    async def _is_too_early(self, package: ArchivePackage) -> bool:
        """Tell whether nobody knows yet what became of the candidate's notice, which belongs into the package."""
        request = await requests.reload(package.request_id)
        if request.status != RequestStatus.CARRIED_OUT or not request.notify:
            return False
        told = await delivering.told(request)
        return told.how == Delivery.UNDER_WAY and self.now() - package.created_at < PATIENCE

    async def _made(self, row: OutboxMessage, package: ArchivePackage) -> bytes | None:
        act = self._act()
        made = await self.pack(act, package)
        if not made.faults:
            await self.store.transact(lambda: archiving.packed(act, package, made.content, made.records))
            return made.content

        async def stop() -> None:
            await archiving.incomplete(act, package, made.faults)
            await claims.settle(row, OutboxStatus.DEAD, act.now, f"incomplete: {', '.join(made.faults)}")

        await self.store.transact(stop)
        return None

    async def _hand_over(self, row: OutboxMessage, package: ArchivePackage, content: bytes) -> None:
        parcel = Parcel(package.number, content, hashlib.sha256(content).hexdigest())
        given: list[Receipt] = []

        async def call(_: bool) -> str:
            given.append(await self.archive.hand_over(parcel))
            return given[-1].id

        tried = await self.trier.attempt(row, KIND, f"{package.number} {parcel.digest}", call)
        await self.store.transact(lambda: self._settle(row, package, tried.error, given))

    async def _settle(
        self, row: OutboxMessage, package: ArchivePackage, error: PlatformError | None, given: Sequence[Receipt]
    ) -> None:
        act = self._act()
        package.archive = self.archive.name
        await package.save(update_fields=["archive"])
        if error is None:
            await claims.settle(row, OutboxStatus.SENT, act.now)
            await archiving.received(act, package, given[-1].id, given[-1].at)
        elif not await claims.failed(row, error, act.now):
            await archiving.given_up(act, package, error.code)

    def _act(self) -> Act:
        return Act(self.now(), "clock", "system")


KIND = "archive"
