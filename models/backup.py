"""A copy of an SQLite database that is in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def copy(source: Path, folder: Path, stem: str) -> Path:
    """Write a consistent copy to `folder/stem.db` (or `stem-2.db`…), check it and return its path.

    The name appears only when the copy is complete and on the disk.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = folder / f"{stem}.partial"
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL, 0o600))
    _copy_pages(source, partial)
    target = _free_name(folder, stem)
    partial.rename(target)
    _sync(folder)
    return target


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
