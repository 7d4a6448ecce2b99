"""An old copy of the database and an old file of secrets are both put back: who was erased or purged stays so."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.forgetting import forget_again, forget_on_disk
from bot.settings import Settings
from bot.settings_sections import Database
from models import AuditRecord, Candidate, InboundMessage, OutboxMessage, PersonKey, backup, vault
from models.sealed import ERASED
from models.store import Store
from models.vault import Vault
from tests.database import office, old_cases, test_erasing
from tests.database.office import by
from tests.database.old_cases import DUE, usual_periods
from tests.database.signed import installed_signing
from tests.database.test_resealing import FIRST, SECOND, command, home_with_keys
from workflow import purge_proposals, purging, verifying

__all__ = ["installed_signing", "usual_periods"]

LATER = test_erasing.LATER


class Restoring:
    """A database, and where an operator keeps old copies that the program does not know of."""

    def __init__(self, url: str, home: Path, elsewhere: Path) -> None:
        self.store = Store(url)
        self.settings = Settings(home=home, database=Database(url=url))
        self._file = Path(url.removeprefix("sqlite://"))
        self._elsewhere = elsewhere

    def keep_copies(self) -> None:
        """Copy the database with everything in it, and once more what stands beside it."""
        copied = backup.copy(self._file, self._elsewhere, "old")
        with closing(sqlite3.connect(self._file)) as now, closing(sqlite3.connect(self._elsewhere / "all.db")) as then:
            now.backup(then)
        assert backup.keys_beside(copied).exists()

    @property
    def keys(self) -> Path:
        return self._elsewhere / "old-keys.db"

    async def put_back(self, name: str) -> None:
        """Replace the database by an old copy."""
        await self.store.close()
        for each in self._file.parent.glob(f"{self._file.name}*"):
            each.unlink()
        shutil.copy(self._elsewhere / name, self._file)
        self.store = Store(self.store.url)
        await self.store.open()


@pytest.fixture
async def restoring(sqlite_url: str, home: Path, tmp_path: Path) -> AsyncIterator[Restoring]:
    vault.install(Vault({1: FIRST, 2: SECOND}))
    made = Restoring(sqlite_url, home, tmp_path / "elsewhere")
    await made.store.open()
    yield made
    await made.store.close()


async def an_erased(restoring: Restoring) -> test_erasing.Desk:
    """Let somebody be erased after copies were kept."""
    desk, store = test_erasing.Desk(), restoring.store
    await store.transact(desk.enter)
    await store.transact(desk.cancelled)
    await store.transact(lambda: office.booking(desk.unit, "马超", "13800005566"))
    restoring.keep_copies()
    counts = (await test_erasing.erased(store, desk)).counts
    assert await forget_on_disk(restoring.settings, counts)
    return desk


async def test_who_was_erased_is_erased_again_from_every_column(restoring: Restoring) -> None:
    desk, home = await an_erased(restoring), restoring.settings.home
    await restoring.put_back("all.db")
    assert (await Candidate.get(id=desk.candidate.id)).name == test_erasing.CANARIES[0]  # what an old copy does
    assert await forget_again(restoring.store, home, LATER) == 1
    assert await test_erasing.kept_bytes(desk) == [b""]
    assert {str(each.name) for each in await Candidate.all()} == {ERASED, "马超"}
    assert (await InboundMessage.get(key="hr")).content == ERASED
    assert "person_key" not in json.loads((await OutboxMessage.get(kind="forget")).payload)["tables"]
    record = json.loads((await AuditRecord.get(action="subject.erased_again")).line)
    assert "candidate=1" in record["data"]["rows"]
    assert (await verifying.verify("shouyue/huachen/heavy"))[1:] == (None, "")
    assert await forget_again(restoring.store, home, LATER) == 0


async def test_secrets_put_back_from_an_old_file_do_not_bring_them_back(restoring: Restoring) -> None:
    desk = await an_erased(restoring)
    await restoring.put_back("old.db")
    assert await PersonKey.all().count() == 0  # the program's own copies hold none
    variables = home_with_keys(restoring.settings.home, restoring.store.url)
    process = await command(variables, "restore", str(restoring.keys))
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert "已放回 2 人的密钥，其中 1 人以前删除或清理过，已再次删除" in said.decode()
    assert {str(each.name) for each in await Candidate.all()} == {ERASED, "马超"}
    assert (await InboundMessage.get(key="hr")).content == ERASED
    assert await test_erasing.kept_bytes(desk) == [b""]


async def test_who_was_purged_comes_back_as_a_case_without_a_person(restoring: Restoring) -> None:
    desk = old_cases.Desk()
    await restoring.store.transact(desk.enter)
    await restoring.store.transact(desk.strict_case)
    restoring.keep_copies()
    await _purged(restoring.store, desk)
    assert await Candidate.all().count() == 0
    assert await forget_on_disk(restoring.settings, [])
    await restoring.put_back("all.db")
    assert await forget_again(restoring.store, restoring.settings.home, DUE) == 1
    assert (await Candidate.get()).name == ERASED
    assert (await PersonKey.get()).sealed is None
    await _purged(restoring.store, desk)  # the next list has the case again
    assert await Candidate.all().count() == 0


async def _purged(store: Store, desk: old_cases.Desk) -> None:
    purge = await store.transact(lambda: purge_proposals.propose(by(desk.system, now=DUE), desk.group))
    await store.transact(lambda: purge_proposals.approve(by(desk.security, now=DUE), purge))
    assert await store.transact(lambda: purging.portion(by(now=DUE, via="clock"), purge.id))
