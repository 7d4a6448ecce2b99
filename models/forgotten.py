"""Who was erased or purged, apart from the database: an old copy of it does not know, and would bring them back.

One random number of a person a line, in a file beside the keys; it names nobody, and holds no secret.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

NAME = "forgotten-people"


def forgotten(home: Path) -> frozenset[UUID]:
    """Return everybody whose data may not come back; a line that was cut by a crash is written again, and skipped."""
    file = _file(home)
    lines = file.read_text("ascii").split() if file.exists() else []
    return frozenset(UUID(each) for each in lines if len(each) == len(UUID(int=0).hex))


def note_forgotten(home: Path, people: Iterable[UUID]) -> None:
    """Add those who are not there yet; on the disk when this returns."""
    new = sorted(each.hex for each in set(people) - forgotten(home))
    if not new:
        return
    file = _file(home)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, "".join(f"\n{each}" for each in new).encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file(home: Path) -> Path:
    return home / "keys" / NAME
