"""An erasure under PostgreSQL's lesser role: it is carried out; the files are rewritten by the owner, or it is said."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.forgetting import Forgetting
from bot.settings import Settings
from bot.settings_sections import Database
from models import Candidate, CorrectedField, OutboxMessage, OutboxStatus
from models.forgotten import forgotten
from models.sealed import ERASED
from models.store import Store
from models.vault import Vault
from tests.database.lesser import connected, guarded
from tests.database.office import by
from tests.database.test_erasing import LATER, Desk, erased, kept_bytes
from tests.database.test_purged_bytes import At
from workflow import own_data
from workflow.signing import Signing


@pytest.fixture
async def lesser(postgres_url: str, installed_vault: Vault, installed_signing: Signing) -> AsyncIterator[Store]:
    store = Store(await guarded(postgres_url))
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def desk(lesser: Store) -> Desk:
    made = Desk()
    await lesser.transact(made.enter)
    await lesser.transact(made.cancelled)
    return made


async def delivered(store: Store, home: Path, owner_url: str | None) -> OutboxMessage:
    settings = Settings(home=home, database=Database(url=store.url, owner_url=owner_url))
    await Forgetting(store, At(LATER), settings).deliver(await OutboxMessage.get(kind="forget"))
    return await OutboxMessage.get(kind="forget")


async def test_the_lesser_role_erases_and_the_owner_rewrites_the_tables(
    lesser: Store, desk: Desk, home: Path, postgres_url: str
) -> None:
    candidate = desk.candidate.id
    await lesser.transact(lambda: _wished(desk))
    counts = (await erased(lesser, desk)).counts
    assert {"candidate", "correction_request", "erasure_request", "evidence_blob", "outbox_message"} <= set(counts)
    assert await kept_bytes(desk) == [b""]
    before = await _places(postgres_url, counts)
    row = await delivered(lesser, home, postgres_url)
    assert row.status == OutboxStatus.SENT
    after = await _places(postgres_url, counts)
    assert [table for table in counts if before[table] == after[table]] == []
    assert (await Candidate.get(id=candidate)).name == ERASED
    assert forgotten(home) == {candidate}


async def _wished(desk: Desk) -> None:

    await own_data.ask_for_correction(by(desk.candidate), desk.candidate, CorrectedField.NAME, "赵金丝")


async def _places(url: str, tables: dict[str, int]) -> dict[str, int]:
    """Return the file in which each table stands."""
    async with connected(url) as owner:
        return {table: await owner.fetchval("SELECT pg_relation_filenode($1::regclass)", table) for table in tables}


async def test_where_nobody_may_rewrite_the_tables_that_is_a_dead_letter_and_the_data_are_gone(
    lesser: Store, desk: Desk, home: Path
) -> None:
    await erased(lesser, desk)
    row = await delivered(lesser, home, None)
    assert (row.status, row.reason) == (OutboxStatus.DEAD, "not_owner")
    assert await kept_bytes(desk) == [b""]
    assert forgotten(home) == {desk.candidate.id}
