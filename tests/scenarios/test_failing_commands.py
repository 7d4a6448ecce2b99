"""A command that cannot be done says one sentence and ends with 2; with --json that sentence is one document."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.scenarios.programs import said_by

VERIFY, LINES = ("audit", "verify"), ("export", "audit", "--org", "shouyue", "--out", "out.jsonl")


def without_keys(home: Path) -> None:
    shutil.rmtree(home / "keys")


def with_half_a_key(home: Path) -> None:
    (home / "keys/vault-1.key").write_bytes(b"short")


def without_database(home: Path) -> None:
    (home / "a.db").unlink()


def with_a_letter_for_a_database(home: Path) -> None:
    (home / "a.db").write_text("亲爱的数据库：" * 100, "utf-8")


def with_half_a_database(home: Path) -> None:
    whole = (home / "a.db").read_bytes()
    (home / "a.db").write_bytes(whole[: len(whole) // 3] + b"\xa5" * 4096)


def without_a_table(home: Path) -> None:
    with sqlite3.connect(home / "a.db") as database:
        database.execute("DROP TABLE checkpoint")
        database.execute("DROP TABLE audit_head")


def with_settings_nobody_can_read(home: Path) -> None:
    (home / "settings.yaml").write_text("database: [", "utf-8")


def with_a_database_nobody_runs(home: Path) -> None:
    write_settings(home, "postgresql://nobody:geheim@127.0.0.1:9/nothing")


CASES: list[tuple[Callable[[Path], None], str]] = [
    (without_keys, "keys.vault.1"),
    (with_half_a_key, "32 字节"),
    (without_database, "python -m bot setup"),
    (with_a_letter_for_a_database, "数据库文件损坏"),
    (with_half_a_database, "数据库"),
    (without_a_table, "python -m bot migrate"),
    (with_settings_nobody_can_read, "settings.yaml"),
    (with_a_database_nobody_runs, "连不上数据库"),
]


def write_settings(home: Path, database: str) -> None:
    values = {"home": str(home), "public_url": "http://127.0.0.1:1", "database": {"url": database}}
    (home / "settings.yaml").write_text(yaml.safe_dump(values), "utf-8")


@pytest.fixture
async def installed(home: Path) -> Path:
    """Return the home of an installation that `setup` made."""
    write_settings(home, f"sqlite://{home / 'a.db'}")
    code, _, err = await said_by("setup", SHOUYUE_HOME=str(home))
    assert code == 0, err
    return home


@pytest.mark.parametrize(("broken", "why"), CASES)
async def test_what_cannot_be_verified_is_said_in_one_document(
    installed: Path, broken: Callable[[Path], None], why: str
) -> None:
    broken(installed)
    code, out, err = await said_by(*VERIFY, "--json", SHOUYUE_HOME=str(installed))
    found = json.loads(out)
    assert (code, found["ok"]) == (2, False)
    assert why in found["error"]
    assert "Traceback" not in err
    assert "geheim" not in out + err


@pytest.mark.parametrize(("broken", "why"), [CASES[0], CASES[2], CASES[3], CASES[5]])
async def test_what_cannot_be_exported_is_said_in_one_sentence(
    installed: Path, broken: Callable[[Path], None], why: str
) -> None:
    broken(installed)
    code, out, err = await said_by(*LINES[:-1], str(installed / "out.jsonl"), SHOUYUE_HOME=str(installed))
    assert (code, out) == (2, "")
    assert why in err
    assert "Traceback" not in err


async def test_an_export_to_nowhere_names_the_place(installed: Path) -> None:
    code, _, err = await said_by(*LINES[:-1], "/no/such/folder/out.jsonl", SHOUYUE_HOME=str(installed))
    assert code == 2
    assert "/no/such/folder/out.jsonl" in err


async def test_a_missing_database_is_not_made_by_looking_for_it(installed: Path) -> None:
    without_database(installed)
    await said_by(*VERIFY, SHOUYUE_HOME=str(installed))
    assert not (installed / "a.db").exists()


async def test_an_installation_that_is_whole_still_verifies(installed: Path) -> None:
    code, out, _ = await said_by(*VERIFY, "--json", SHOUYUE_HOME=str(installed))
    assert (code, json.loads(out)) == (0, {"ok": True, "logs": []})


async def test_a_wrong_option_is_still_explained_by_the_command_itself(installed: Path) -> None:
    code, _, err = await said_by("export", "audit", "--nothing", SHOUYUE_HOME=str(installed))
    assert code == 2
    assert "--nothing" in err
