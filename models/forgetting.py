"""Forgetting on the disk: what was deleted or emptied leaves the database's files, too (reliability.md R6, I14).

SQLite keeps deleted bytes in free pages and in its write-ahead log, PostgreSQL in dead tuples and in the samples of its
planner. They are rewritten here, apart from the store's own connections. PostgreSQL takes no new samples of a table
that is empty, so its old ones stay. Its own log and its backups have their own lives.
"""

import asyncio
import sqlite3
import time
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import asyncpg

from models.store import config

PATIENCE = 60.0  # seconds to wait for readers and writers of an SQLite file
PAUSE = 0.05
KEYS = "person_key"  # what opens everything else
SAMPLES = "pg_catalog.pg_statistic"  # where PostgreSQL's planner keeps values that it saw in the columns


class Busy(Exception):
    """Somebody held the database all the time; to be tried again."""


async def forget(url: str, tables: Collection[str]) -> bool:
    """Rewrite what these tables, and people's secrets, were stored in; nobody can write to them meanwhile.

    SQLite writes its whole file anew, for which it needs the same space again, and cuts its log to nothing. False
    where a table stayed as it was: PostgreSQL lets only its owner rewrite it, and says no more than a warning.
    """
    if not url.startswith("sqlite://"):
        return await _vacuum(url, sorted({*tables, KEYS}))
    await asyncio.to_thread(_rewrite, Path(url.removeprefix("sqlite://")))
    return True


def _rewrite(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        try:
            connection.execute("VACUUM")
        except sqlite3.OperationalError as failure:
            if failure.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise Busy("the database is being written") from failure
        _cut_log(connection)


def _cut_log(connection: sqlite3.Connection) -> None:
    """Move the log into the file and cut it; a reader of an older state may be in the way for a moment."""
    deadline = time.monotonic() + PATIENCE
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise Busy("the write-ahead log is being read")
        time.sleep(PAUSE)


async def _vacuum(url: str, tables: list[str]) -> bool:
    credentials = config(url)["connections"]["default"]["credentials"]
    connection = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize")})
    try:
        before = [await _place(connection, each) for each in [*tables, SAMPLES]]
        for table in tables:
            await connection.execute(f'VACUUM (FULL, ANALYZE) "{table}"')
        await connection.execute(f"VACUUM (FULL) {SAMPLES}")
        after = [await _place(connection, each) for each in [*tables, SAMPLES]]
        return all(old != new for old, new in zip(before, after, strict=True))
    finally:
        await connection.close()


async def _place(connection: asyncpg.Connection, table: str) -> object:
    """Return the number of the file in which a table stands: another one once it was rewritten."""
    return await connection.fetchval("SELECT pg_relation_filenode($1::regclass)", table)


def forget_in_copies(folder: Path, people: Iterable[UUID]) -> int:
    """Take the secrets of these people out of every copy of the database in a folder; returns how many were there.

    Copies of before the secrets had a table of their own keep them beside the candidate.
    """
    ids = [str(each) for each in people]
    files = sorted(folder.glob("*.db")) if ids and folder.is_dir() else []
    return sum(_forget_in(file, ids) for file in files)


def _forget_in(file: Path, people: list[str]) -> int:
    with closing(sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)) as copy:
        copy.execute("PRAGMA secure_delete = ON")
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        one = [(each,) for each in people]
        found = 0
        if KEYS in tables:
            query = f"UPDATE {KEYS} SET sealed = NULL WHERE id = ? AND sealed IS NOT NULL"  # noqa: S608 - a name of ours
            found += copy.executemany(query, one).rowcount
        if "candidate" in tables:
            query = "UPDATE candidate SET sealed_secret = x'' WHERE id = ? AND length(sealed_secret) > 0"
            found += copy.executemany(query, one).rowcount
        if found:
            copy.execute("VACUUM")
        return found
