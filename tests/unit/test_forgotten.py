"""The list of people who may not come back: what is on it stays, also after a crash in the middle of a line."""

from pathlib import Path
from uuid import uuid4

from models.forgotten import forgotten, note_forgotten


def test_who_was_noted_is_forgotten_once_and_for_good(home: Path) -> None:
    first, second = uuid4(), uuid4()
    assert forgotten(home) == frozenset()
    note_forgotten(home, [first])
    note_forgotten(home, [second, first])
    assert forgotten(home) == {first, second}
    (file,) = (home / "keys").iterdir()
    assert len(file.read_text().split()) == 2
    assert file.stat().st_mode & 0o077 == 0


def test_a_line_cut_by_a_crash_is_passed_over_and_written_again(home: Path) -> None:
    first, second = uuid4(), uuid4()
    note_forgotten(home, [first])
    (file,) = (home / "keys").iterdir()
    file.write_text(file.read_text()[:-7])
    assert forgotten(home) == frozenset()
    note_forgotten(home, [second, first])
    assert forgotten(home) == {first, second}
