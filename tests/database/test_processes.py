"""The store when somebody else uses the same database, or the server goes away."""

import asyncio
import sqlite3
import sys
from pathlib import Path

from tortoise import Tortoise
from tortoise.transactions import in_transaction

from models import AuditHead
from models.store import Store

ROOT = Path(__file__).parents[2]
DIGEST = "0" * 64
COUNTING = """
import asyncio, sys
from models import AuditHead
from models.store import Store

async def step():
    head = await AuditHead.get(log="shared")
    await asyncio.sleep(0.001)
    head.seq += 1
    await head.save()

async def main(url, times):
    store = Store(url)
    await store.open()
    try:
        for _ in range(times):
            await asyncio.gather(*(store.transact(step) for _ in range(5)))
    finally:
        await store.close()

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def test_two_processes_that_read_and_write_one_file_lose_nothing(
    sqlite_url: str, installed_vault: object
) -> None:
    store = Store(sqlite_url)
    await store.open()
    try:
        await store.transact(lambda: AuditHead.create(log="shared", digest=DIGEST))
        processes = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", COUNTING, sqlite_url, "40", cwd=ROOT, stderr=asyncio.subprocess.PIPE
            )
            for _ in range(2)
        ]
        outcomes = [(await process.communicate())[1] for process in processes]
        assert [(process.returncode, text) for process, text in zip(processes, outcomes, strict=True)] == [(0, b"")] * 2
        assert (await AuditHead.get(log="shared")).seq == 2 * 40 * 5
    finally:
        await store.close()


async def test_a_lock_held_by_somebody_else_only_delays(sqlite_url: str, installed_vault: object) -> None:
    store = Store(sqlite_url)
    await store.open()
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite://"), isolation_level=None)
    try:
        await AuditHead.all().count()
        await _impatient(store)
        other.execute("BEGIN IMMEDIATE")
        call = asyncio.create_task(store.transact(lambda: AuditHead.create(log="a", digest=DIGEST)))
        await asyncio.sleep(0.3)
        assert not call.done()
        other.execute("ROLLBACK")
        await asyncio.wait_for(call, 60)
        assert await AuditHead.all().count() == 1
    finally:
        other.close()
        await store.close()


async def _impatient(store: Store) -> None:
    """Make every BEGIN fail after 50 ms, so that the store itself has to try again."""
    await Tortoise.get_connection("default").execute_query("PRAGMA busy_timeout = 50")


async def test_transactions_that_deadlock_are_tried_again(postgres_url: str, installed_vault: object) -> None:
    store = Store(postgres_url)
    await store.open()
    calls = 0

    async def mine() -> None:
        nonlocal calls
        calls += 1
        await AuditHead.filter(log="a").update(seq=1)
        await asyncio.sleep(0.3)
        await patience("100ms")  # whoever looks for the deadlock first is its victim
        await AuditHead.filter(log="b").update(seq=1)

    async def theirs() -> None:
        async with in_transaction():
            await AuditHead.filter(log="b").update(digest=DIGEST)
            await patience("60s")
            await asyncio.sleep(0.3)
            await AuditHead.filter(log="a").update(digest=DIGEST)

    async def patience(time: str) -> None:
        await Tortoise.get_connection("default").execute_query(f"SET LOCAL deadlock_timeout = '{time}'")

    try:
        for name in ("a", "b"):
            await store.transact(lambda name=name: AuditHead.create(log=name, digest=DIGEST))
        await asyncio.wait_for(asyncio.gather(store.transact(mine), theirs()), 60)
        assert list(await AuditHead.all().values_list("seq", flat=True)) == [1, 1]
        assert calls == 2
    finally:
        await store.close()


async def test_the_store_recovers_when_the_server_drops_its_connections(
    postgres_url: str, installed_vault: object
) -> None:
    store = Store(postgres_url)
    await store.open()
    drops = 0

    async def dropped_once() -> str:
        nonlocal drops
        await AuditHead.create(log="a", digest=DIGEST)
        if drops < 1:
            drops += 1
            await _drop_all(postgres_url)
        await AuditHead.create(log="b", digest=DIGEST)
        return "done"

    try:
        for _ in range(12):  # more often than there are connections in the pool
            await _drop_all(postgres_url)
            await store.transact(AuditHead.all().count)
        assert await asyncio.wait_for(store.transact(dropped_once), 60) == "done"
        assert set(await AuditHead.all().values_list("log", flat=True)) == {"a", "b"}
    finally:
        await store.close()


async def _drop_all(url: str) -> None:
    import asyncpg

    from models.store import config

    credentials = config(url)["connections"]["default"]["credentials"]
    connection = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize")})
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()
