"""Carries out an approved purge: portion by portion, then the files are rewritten, then the certificate is kept."""

import asyncio
import json
from datetime import timedelta

from bot import certificates, printouts
from bot.clock import Clock
from bot.forgetting import forget_on_disk
from bot.purge_printout import certificate_document
from bot.settings import Settings
from models import OutboxMessage, OutboxStatus
from models.store import Store
from notifier import claims
from workflow import certifying, purging
from workflow.acting import Act
from workflow.periods import Periods
from workflow.purge_rows import PURGED
from workflow.retention import CLEARED


def periods_of(settings: Settings) -> Periods:
    """Return how long things are kept, as `workflow.periods` takes it."""
    section = settings.retention
    return Periods(
        section.records_years,
        timedelta(days=section.inbound_days),
        timedelta(days=section.answers_days),
        timedelta(days=section.links_days),
        timedelta(days=section.dialogues_days),
    )


class Purging:
    """Delivers `purge` rows; after a crash another delivery goes on where the last portion was committed."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings

    async def deliver(self, row: OutboxMessage) -> None:
        """Go on with one purge to its end and settle the row."""
        purge_id = json.loads(row.payload)["purge"]
        while await self._store.transact(lambda: purging.portion(self._act(), purge_id)):
            pass
        await self._store.transact(lambda: purging.finish(self._act(), purge_id))
        if await certifying.is_wanted(purge_id):
            tables = [each._meta.db_table for each in (*PURGED, *CLEARED)]
            await self._certify(purge_id, rewritten=await forget_on_disk(self._settings, tables))
        await self._store.transact(lambda: claims.settle(row, OutboxStatus.SENT, self._clock.now()))

    async def _certify(self, purge_id: object, *, rewritten: bool) -> None:
        """Print, sign and keep the certificate; what it says has all happened by now."""
        proof = await self._store.transact(lambda: certifying.prove(self._act(), purge_id))
        document = certificate_document(proof, self._clock.now(), rewritten=rewritten)
        signing = await asyncio.to_thread(certificates.signing, self._settings, self._clock.now())
        content = await printouts.file_of(document, signing)
        await self._store.transact(lambda: certifying.keep(self._act(), purge_id, content))

    def _act(self) -> Act:
        return Act(self._clock.now(), "clock", "system")
