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


async def scrub(url: str, tables: Sequence[str]) -> None:
    """Rewrite what these tables were stored in; nobody can write meanwhile, and SQLite needs its file's size again.

    A PostgreSQL role that does not own a table leaves it as it is, which VACUUM says in a warning of its own.
    """
    if url.startswith("sqlite://"):
        await asyncio.to_thread(_rewrite, Path(url.removeprefix("sqlite://")))
        await _empty_the_wal(Path(url.removeprefix("sqlite://")))
    else:
        await _vacuum(url, tables)


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


async def _vacuum(url: str, tables: Sequence[str]) -> None:
    credentials = config(url)["connections"]["default"]["credentials"]
    connection = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize")})
    try:
        for table in tables:
            await connection.execute(f'VACUUM (FULL) "{table}"')
    finally:
        await connection.close()
