"""Forgetting on the disk: a deleted row's bytes stay in free pages and logs until they are written over."""

import asyncio
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import asyncpg

from models.store import config

PATIENCE = 60.0  # seconds to wait for readers and writers of an SQLite file
PAUSE = 0.05
KEYS = "person_key"  # what opens everything else: rewritten as a whole


class Busy(Exception):
    """Somebody held the database all the time; to be tried again."""


async def forget(url: str) -> None:
    """Make what was deleted or emptied unreadable in the database's own files, as far as its engine can.

    SQLite: the file is written anew and its write-ahead log cut to nothing. PostgreSQL: the table of the secrets is
    written anew, the others are vacuumed, so that their space is used again; what is left of them there, and in the
    server's own log, was sealed with a secret that is gone.
    """
    if url.startswith("sqlite://"):
        await asyncio.to_thread(_rewrite, Path(url.removeprefix("sqlite://")))
    else:
        await _vacuum(url)


def _rewrite(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        _cut_log(connection)


def _cut_log(connection: sqlite3.Connection) -> None:
    """Move the log into the file and cut it; a reader of an older state may be in the way for a moment."""
    deadline = time.monotonic() + PATIENCE
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise Busy("the write-ahead log is being read")
        time.sleep(PAUSE)


async def _vacuum(url: str) -> None:
    credentials = config(url)["connections"]["default"]["credentials"]
    connection = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize")})
    try:
        await connection.execute(f"VACUUM FULL {KEYS}")
        await connection.execute("VACUUM")
    finally:
        await connection.close()


def forget_in_copies(folder: Path, erased: Iterable[UUID]) -> int:
    """Take the secrets of these people out of every copy of the database in a folder; returns how many were there.

    Copies of before the secrets had a table of their own keep them beside the candidate.
    """
    people = [str(each) for each in erased]
    files = sorted(folder.glob("*.db")) if people and folder.is_dir() else []
    return sum(_forget_in(file, people) for file in files)


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
