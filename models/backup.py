"""A copy of an SQLite database that is in use, and beside it, for a shorter time, the secrets of the people in it.

A person is erased by destroying their secret. A copy for long keeping that held it would bring them back, so the
secrets are in a file of their own (`…-keys.db`), which is removed after some days (reliability.md R6).
"""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

DAY = 86400  # seconds
KEYS_KEPT_DAYS = 30
BESIDE = "-keys"  # ends the name of the file with the secrets

# In a copy: what holds people's secrets, as (id, sealed, erased_at), and how to take them out of it.
SECRETS = {
    "person_key": ("SELECT id, sealed, erased_at FROM person_key", "DELETE FROM person_key"),
    "candidate": (
        "SELECT id, sealed_secret, NULL FROM candidate WHERE length(sealed_secret) > 0",
        "UPDATE candidate SET sealed_secret = x''",
    ),
}


def copy(source: Path, folder: Path, stem: str, *, keys_kept_days: int = KEYS_KEPT_DAYS) -> Path:
    """Write a consistent copy to `folder/stem.db` (or `stem-2.db`…), check it and return its path.

    The secrets go to `folder/stem-keys.db`; such files that are older than `keys_kept_days` are removed. The names
    appear only when both are complete and on the disk.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial, keys = _empty(folder / f"{stem}.partial"), _empty(folder / f"{stem}{BESIDE}.partial")
    _copy_pages(source, partial)
    _move_secrets(partial, keys)
    target = _free_name(folder, stem)
    keys.rename(keys_beside(target))
    partial.rename(target)
    _sync(folder)
    _remove_old_keys(folder, keys_kept_days)
    return target


def keys_beside(copied: Path) -> Path:
    """Return the file with the secrets that belongs to a copy."""
    return copied.with_name(f"{copied.stem}{BESIDE}.db")


def _empty(file: Path) -> Path:
    file.unlink(missing_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    return file


def _move_secrets(source: Path, keys: Path) -> None:
    with closing(sqlite3.connect(source, isolation_level=None)) as copied, closing(sqlite3.connect(keys)) as beside:
        beside.execute("CREATE TABLE person_key (id CHAR(36) PRIMARY KEY, sealed BLOB, erased_at TIMESTAMP)")
        there = {name for (name,) in copied.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table, (read, take) in SECRETS.items():
            if table in there:
                beside.executemany("INSERT OR IGNORE INTO person_key VALUES (?, ?, ?)", copied.execute(read))
                copied.execute(take)
        beside.commit()
        copied.execute("VACUUM")  # else their bytes stay in its free pages
    _sync(source)
    _sync(keys)


def _remove_old_keys(folder: Path, days: int) -> None:
    for file in folder.glob(f"*{BESIDE}.db"):
        if file.stat().st_mtime < time.time() - days * DAY:
            file.unlink()


def _copy_pages(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, no -wal beside it
        verdict = new.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"the copy of {source.name} is damaged: {verdict}")
    _sync(target)


def _free_name(folder: Path, stem: str) -> Path:
    number = 1
    while (target := folder / (f"{stem}.db" if number == 1 else f"{stem}-{number}.db")).exists():
        number += 1
    return target


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def newest(folder: Path) -> Path | None:
    """Return the newest copy in a folder that opens as one of our databases; any other file there is none."""
    files = [each for each in folder.glob("*.db") if each.is_file() and not each.stem.endswith(BESIDE)]
    by_age = sorted(files, key=lambda each: each.stat().st_mtime, reverse=True)
    return next((each for each in by_age if _is_ours(each)), None)


def _is_ours(file: Path) -> bool:
    """Tell whether a file is an SQLite database in order, with records of the log in it."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copied:
            [verdict] = copied.execute("PRAGMA quick_check(1)").fetchone()
            [found] = copied.execute("SELECT count(*) FROM audit_record").fetchone()
    except sqlite3.Error:
        return False
    return bool(verdict == "ok" and found > 0)


def secrets_in(keys: Path) -> list[tuple[UUID, bytes]]:
    """Read the secrets that stand beside a copy; those of people erased since are gone from there."""
    with closing(sqlite3.connect(f"file:{keys}?mode=ro", uri=True)) as beside:
        rows = beside.execute("SELECT id, sealed FROM person_key WHERE length(sealed) > 0 AND erased_at IS NULL")
        return [(UUID(str(person)), bytes(sealed)) for person, sealed in rows]
