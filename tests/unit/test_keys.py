"""Key files are made once, for their owner alone, and a bad one stops the start."""

import stat
from pathlib import Path

import pytest

from bot import keys
from bot.settings import Settings, SettingsError


def test_keys_are_made_once_and_stay(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    [file] = keys.create(settings)
    first = keys.read(settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert keys.create(settings) == []
    assert keys.read(settings) == first
    assert len(first[1]) == 32


def test_a_second_key_is_added_beside_the_first(tmp_path: Path) -> None:
    keys.create(Settings(home=tmp_path))
    files = {1: tmp_path / "keys/vault-1.key", 2: tmp_path / "keys/vault-2.key"}
    settings = Settings(home=tmp_path, keys={"vault": files})
    assert keys.create(settings) == [files[2]]
    assert set(keys.read(settings)) == {1, 2}


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda file: file.unlink(), "python -m bot setup"),
        (lambda file: file.chmod(0o644), "chmod 600"),
        (lambda file: file.write_bytes(b"short"), "应为 32 字节"),
    ],
)
def test_a_bad_key_file_stops_the_start(tmp_path: Path, harm: object, said: str) -> None:
    settings = Settings(home=tmp_path)
    [file] = keys.create(settings)
    harm(file)  # type: ignore[operator]
    with pytest.raises(SettingsError, match=said):
        keys.read(settings)
