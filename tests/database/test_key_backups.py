"""A copy of the database leaves people's secrets out; they stand beside it, for a while, and erased ones nowhere."""

import os
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from models import Candidate, PersonKey, backup, person_key
from models.forgetting import forget_in_copies
from models.sealed import ERASED
from models.store import Store
from models.vault import Vault
from tests.database import office
from tests.database.office import NOW

DAY = 86400


@pytest.fixture
async def live(sqlite_url: str, installed_vault: Vault) -> AsyncIterator[Store]:
    """Yield a store with two candidates."""
    store = Store(sqlite_url)
    await store.open()
    unit = await store.transact(office.unit)
    await store.transact(lambda: office.booking(unit))
    await store.transact(lambda: office.booking(unit, "马超", "13800005566"))
    yield store
    await store.close()


def copied(store: Store, home: Path, days: int = 30) -> Path:
    return backup.copy(Path(store.url.removeprefix("sqlite://")), home / "backups", "before", keys_kept_days=days)


async def names(store: Store) -> set[str]:
    return {str(each.name) for each in await Candidate.all()}


async def restored(copy: Path, home: Path, keys: Path | None) -> set[str]:
    """Open a copy in place of the database, with the secrets beside it or without, and return who can be read."""
    place = home / "restored.db"
    shutil.copy(copy, place)
    store = Store(f"sqlite://{place}")
    await store.open()
    try:
        if keys is not None:
            kept = backup.secrets_in(keys)
            await store.transact(lambda: person_key.bring_back(kept))
        return await names(store)
    finally:
        await store.close()
        place.unlink()


async def test_a_copy_holds_no_secret_and_reads_as_erased(live: Store, home: Path) -> None:
    secrets = [bytes(each.sealed or b"") for each in await PersonKey.all()]
    copy = copied(live, home)
    assert len(secrets) == 2
    assert not any(each in copy.read_bytes() for each in secrets)
    assert all(each in backup.keys_beside(copy).read_bytes() for each in secrets)
    assert backup.keys_beside(copy).stat().st_mode & 0o077 == 0
    await live.close()
    assert await restored(copy, home, None) == {ERASED}


async def test_a_copy_and_the_file_beside_it_are_whole_again(live: Store, home: Path) -> None:
    copy = copied(live, home)
    await live.close()
    assert await restored(copy, home, backup.keys_beside(copy)) == {"张伟", "马超"}


async def test_an_old_copy_does_not_bring_somebody_erased_back(live: Store, home: Path) -> None:
    copy = copied(live, home)
    who = next(each for each in await Candidate.all() if each.name == "张伟")
    secret = bytes((await PersonKey.get(id=who.id)).sealed or b"")
    await live.transact(lambda: person_key.destroy(who.id, NOW))
    assert forget_in_copies(home / "backups", [who.id]) == 1
    await live.close()
    assert secret not in backup.keys_beside(copy).read_bytes()
    assert await restored(copy, home, backup.keys_beside(copy)) == {ERASED, "马超"}


async def test_a_copy_of_before_secrets_had_a_table_is_cleared_too(live: Store, home: Path) -> None:
    who = (await Candidate.all())[0]
    kept = bytes((await PersonKey.get(id=who.id)).sealed or b"")
    old = copied(live, home).with_name("older.db")
    shutil.copy(backup.keys_beside(old.with_name("before.db")).with_name("before.db"), old)
    with closing(sqlite3.connect(old)) as database:
        database.execute("DROP TABLE person_key")
        database.execute("UPDATE candidate SET sealed_secret = ? WHERE id = ?", (kept, str(who.id)))
        database.commit()
    assert kept in old.read_bytes()
    forget_in_copies(home / "backups", [who.id])
    assert kept not in old.read_bytes()
    again = backup.copy(old, home / "again", "older")
    assert backup.secrets_in(backup.keys_beside(again)) == []


async def test_secrets_put_back_do_not_undo_an_erasure(live: Store, home: Path) -> None:
    kept = backup.secrets_in(backup.keys_beside(copied(live, home)))
    who = (await Candidate.all())[0]
    await live.transact(lambda: person_key.destroy(who.id, NOW))
    assert await live.transact(lambda: person_key.bring_back(kept)) == 0
    assert (await Candidate.get(id=who.id)).name == ERASED


async def test_old_files_of_secrets_are_removed_when_a_new_one_is_made(live: Store, home: Path) -> None:
    first = copied(live, home)
    long_ago = time.time() - 31 * DAY
    os.utime(backup.keys_beside(first), (long_ago, long_ago))
    second = copied(live, home)
    assert second != first
    assert first.exists()
    assert not backup.keys_beside(first).exists()
    assert backup.keys_beside(second).exists()
