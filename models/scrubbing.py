"""After rows were deleted: their bytes leave the database's files, too (reliability.md R6, I14).

SQLite keeps deleted bytes in free pages and in its WAL, PostgreSQL in dead tuples. Both are rewritten here, apart from
the store's own connections. Copies of the files (backups, PostgreSQL's own WAL) have their own lives.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import asyncpg

from models.store import config

PATIENCE_MS = 60_000  # for whoever is writing
TRIES = 20  # to find a moment without a reader of the old WAL
PAUSE = 0.1  # seconds between them


async def scrub(url: str, tables: Sequence[str]) -> bool:
    """Rewrite what these tables were stored in; nobody can write meanwhile, and SQLite needs its file's size again.

    False where a table stayed as it was: PostgreSQL lets only its owner rewrite it, and says no more than a warning.
    """
    if not url.startswith("sqlite://"):
        return await _vacuum(url, tables)
    await asyncio.to_thread(_rewrite, Path(url.removeprefix("sqlite://")))
    await _empty_the_wal(Path(url.removeprefix("sqlite://")))
    return True


def _rewrite(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=PATIENCE_MS / 1000)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")


async def _empty_the_wal(path: Path) -> None:
    for _ in range(TRIES):
        if await asyncio.to_thread(_checkpointed, path):
            return
        await asyncio.sleep(PAUSE)
    raise TimeoutError("the write-ahead log could not be emptied: somebody was reading all the time")


def _checkpointed(path: Path) -> bool:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=1.0)) as connection:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


async def _vacuum(url: str, tables: Sequence[str]) -> bool:
    credentials = config(url)["connections"]["default"]["credentials"]
    connection = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize")})
    try:
        before = [await connection.fetchval("SELECT pg_relation_filenode($1::regclass)", each) for each in tables]
        for table in tables:
            await connection.execute(f'VACUUM (FULL) "{table}"')
        after = [await connection.fetchval("SELECT pg_relation_filenode($1::regclass)", each) for each in tables]
        return all(old != new for old, new in zip(before, after, strict=True))
    finally:
        await connection.close()
