"""Key files are made once, for their owner alone, and a bad one stops the start."""

import base64
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from bot import keys
from bot.app import build
from bot.settings import Settings, SettingsError
from workflow.notes import WITNESS, NoteKey
from workflow.signing import Pace


def test_keys_are_made_once_and_stay(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    files = keys.create(settings)
    first, signing = keys.read(settings), keys.read_signing(settings)
    assert {*settings.vault_files.values(), settings.signing_key_file} <= set(files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert {stat.S_IMODE(file.parent.stat().st_mode) for file in files} == {0o700}
    assert keys.create(settings) == []
    assert keys.read(settings) == first
    assert keys.read_signing(settings) == signing
    assert (len(first[1]), len(signing.secret)) == (32, 32)
    assert first[1] != signing.secret


def test_a_second_key_is_added_beside_the_first(tmp_path: Path) -> None:
    keys.create(Settings(home=tmp_path))
    files = {1: tmp_path / "keys/vault-1.key", 2: tmp_path / "keys/vault-2.key"}
    settings = Settings(home=tmp_path, keys={"vault": files})
    assert keys.create(settings) == [files[2]]
    assert set(keys.read(settings)) == {1, 2}


def test_the_signing_key_may_live_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "of-another-user" / "signing.key"
    settings = Settings(home=tmp_path, audit={"signing_key_file": file})
    assert file in keys.create(settings)
    assert keys.read_signing(settings).secret == file.read_bytes()
    assert not (tmp_path / "keys" / "log-signing.key").exists()


def test_pace_and_former_keys_come_from_the_settings(tmp_path: Path) -> None:
    former = base64.b64encode(bytes(32)).decode()
    settings = Settings(home=tmp_path, audit={"every_minutes": 5, "every_records": 7, "former_keys": [former]})
    keys.create(settings)
    signing = keys.read_signing(settings)
    assert signing.pace == Pace(timedelta(minutes=5), 7)
    assert [key.public for key in signing.keys_of("shouyue/a")] == [signing.public, bytes(32)]


def test_a_former_key_is_taken_as_the_command_printed_it(tmp_path: Path) -> None:
    key = NoteKey("shouyue/huachen", bytes(range(32)))
    alone = base64.b64encode(key.public.public).decode()
    assert Settings(home=tmp_path, audit={"former_keys": [key.vkey, alone]}).audit.former_keys == [alone, alone]


def test_the_key_of_a_witness_is_no_key_of_a_log(tmp_path: Path) -> None:
    witness = NoteKey("audit.example/w1", bytes(range(32)), WITNESS).vkey
    with pytest.raises(ValueError, match="audit keys"):
        Settings(home=tmp_path, audit={"former_keys": [witness]})


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda file: file.unlink(), "python -m bot setup"),
        (lambda file: file.chmod(0o644), "chmod 600"),
        (lambda file: file.write_bytes(b"short"), "应为 32 字节"),
    ],
)
@pytest.mark.parametrize("name", ["vault-1.key", "log-signing.key"])
def test_a_bad_key_file_stops_the_start(tmp_path: Path, name: str, harm: object, said: str) -> None:
    settings = Settings(home=tmp_path)
    keys.create(settings)
    harm(tmp_path / "keys" / name)  # type: ignore[operator]
    with pytest.raises(SettingsError, match=said):
        build(settings)
