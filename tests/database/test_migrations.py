"""Migrating: nothing is lost, one at a time, all or nothing, and new migrations only add."""

import ast
import asyncio
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tortoise import Tortoise
from tortoise.context import TortoiseContext

from models import AuditHead, AuditRecord, Booking, Candidate, Organisation, Position, catalogue
from models.migrating import MigrationRefused, known, migrate, pending
from models.store import Store, config
from models.vault import Vault

FOLDER = Path(__file__).parents[2] / "models" / "migrations"
ADDITIVE = {"CreateModel", "AddField", "AddIndex", "RunPython", "RunSQL"}
HEADER = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops
"""
ADDING = (
    HEADER
    + """
class Migration(migrations.Migration):
    dependencies = [("models", "0002_guards")]
    operations = [
        ops.AddField("Candidate", "nickname", fields.CharField(max_length=9, default="", db_default="没有; 别名")),
        ops.AddField("Booking", "floor", fields.IntField(null=True)),
    ]
"""
)
LOSING = (
    HEADER
    + """
async def lose(apps, editor):
    await editor.client.execute_query("DELETE FROM booking")

class Migration(migrations.Migration):
    dependencies = [("models", "0002_guards")]
    operations = [
        ops.AddField("Booking", "floor", fields.IntField(null=True)),
        ops.RunPython(lose),
    ]
"""
)
UNGUARDING = (
    HEADER
    + """
async def lose(apps, editor):
    on = "" if editor.DIALECT == "sqlite" else " ON audit_record"
    await editor.client.execute_query(f"DROP TRIGGER audit_record_no_update{on}")

class Migration(migrations.Migration):
    dependencies = [("models", "0002_guards")]
    operations = [ops.RunPython(lose)]
"""
)
DYING = (
    HEADER
    + """
import os

async def die(apps, editor):
    os._exit(9)

class Migration(migrations.Migration):
    dependencies = [("models", "0002_guards")]
    operations = [ops.AddField("Booking", "floor", fields.IntField(null=True)), ops.RunPython(die)]
"""
)
Package = Callable[[str], str]


@pytest.fixture
def package_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Package:
    """Return what makes a copy of our migrations with one more, and gives its import name."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(source: str) -> str:
        name = f"migrations_{abs(hash((request.node.nodeid, source)))}"
        shutil.copytree(FOLDER, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        (tmp_path / name / "0003_next.py").write_text(source, "utf-8")
        return name

    return make


async def fill(url: str) -> dict[str, int]:
    """Write rows that refer to each other; return how many there are per table."""
    store = Store(url)
    await store.open()
    try:
        await store.transact(_rows)
        return await count_rows(url)
    finally:
        await store.close()


async def _rows() -> None:
    unit = await Organisation.create(path="g1", name="集团")
    position = await Position.create(organisation=unit, name="工程师")
    await AuditHead.create(log="l", digest="0" * 64)
    moment = "2026-01-01T00:00:00Z"
    for number in range(3):
        person = await Candidate.enter(organisation=unit, name=f"张伟{number}")
        values = {"organisation": unit, "position": position, "starts_at": moment, "created_at": moment}
        await Booking.create(number=f"B-{number}", candidate=person, **values)
        await AuditRecord.create(log="l", seq=number, at=moment, action="a", subject="s", line="{}")


async def count_rows(url: str) -> dict[str, int]:
    """Count every table except the migrations' own, through a connection of one's own."""
    async with TortoiseContext() as context:
        await context.init(config=config(url))
        found = await catalogue.take(context.connections.get("default"))
        return {table: count for table, count in found.rows.items() if table != "tortoise_migrations"}


async def columns(url: str) -> frozenset[str]:
    async with TortoiseContext() as context:
        await context.init(config=config(url))
        return (await catalogue.take(context.connections.get("default"))).parts


async def test_an_empty_database_gets_everything_once(empty_database_url: str, home: Path) -> None:
    assert await pending(empty_database_url) == known()
    assert not (home / "shouyue.db").exists()
    assert await migrate(empty_database_url, home, reporter=str) == known()
    assert await migrate(empty_database_url, home, reporter=str) == []
    assert await pending(empty_database_url) == []
    assert not (home / "backups").exists()


async def test_an_upgrade_keeps_every_row(
    database_url: str, home: Path, package_with: Package, installed_vault: Vault
) -> None:
    before = await fill(database_url)
    package = package_with(ADDING)
    assert await pending(database_url, package=package) == ["0003_next"]
    assert await migrate(database_url, home, reporter=str, package=package) == ["0003_next"]
    assert await count_rows(database_url) == before
    assert before["booking"] == 3
    assert {"column candidate.nickname", "column booking.floor"} <= await columns(database_url)


async def test_an_upgrade_of_sqlite_leaves_a_copy_that_can_be_opened(
    sqlite_url: str, home: Path, package_with: Package, installed_vault: Vault
) -> None:
    before = await fill(sqlite_url)
    lines: list[str] = []
    await migrate(sqlite_url, home, reporter=lines.append, package=package_with(ADDING))
    copies = sorted((home / "backups").iterdir(), key=lambda each: len(each.name))
    assert [path.name for path in copies] == ["before-0003_next.db", "before-0003_next-keys.db"]
    assert any(str(copies[0]) in line for line in lines)
    assert [path.stat().st_mode & 0o077 for path in copies] == [0, 0]
    assert await count_rows(f"sqlite://{copies[0]}") == before | {"person_key": 0}


async def test_an_operator_of_postgres_is_told_how_to_dump(
    postgres_url: str, home: Path, package_with: Package
) -> None:
    lines: list[str] = []
    await migrate(postgres_url, home, reporter=lines.append, package=package_with(ADDING))
    assert any("pg_dump" in line for line in lines)


@pytest.mark.parametrize(("source", "lost"), [(LOSING, "booking"), (UNGUARDING, "audit_record_no_update")])
async def test_a_migration_that_loses_something_changes_nothing(
    database_url: str, home: Path, package_with: Package, installed_vault: Vault, source: str, lost: str
) -> None:
    before, shape = await fill(database_url), await columns(database_url)
    package = package_with(source)
    with pytest.raises(MigrationRefused, match=lost):
        await migrate(database_url, home, reporter=str, package=package)
    assert (await count_rows(database_url), await columns(database_url)) == (before, shape)
    assert await pending(database_url, package=package) == ["0003_next"]


async def test_a_crash_in_the_middle_leaves_nothing_half_done(
    database_url: str, home: Path, package_with: Package, installed_vault: Vault, tmp_path: Path
) -> None:
    before = await fill(database_url)
    package = package_with(DYING)
    program = (
        f"import asyncio, pathlib, sys; sys.path[:0] = [{str(FOLDER.parents[1])!r}, {str(tmp_path)!r}]\n"
        "from models.migrating import migrate\n"
        f"asyncio.run(migrate({database_url!r}, pathlib.Path({str(home)!r}), reporter=str, package={package!r}))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=tmp_path)
    assert await process.wait() == 9
    assert await count_rows(database_url) == before
    (tmp_path / package / "0003_next.py").write_text(ADDING, "utf-8")
    assert await migrate(database_url, home, reporter=str, package=package) == ["0003_next"]
    assert await count_rows(database_url) == before


async def test_of_several_at_once_one_migrates_and_the_others_wait(empty_database_url: str, home: Path) -> None:
    program = (
        f"import asyncio, pathlib, sys; sys.path.insert(0, {str(FOLDER.parents[1])!r})\n"
        "from models.migrating import migrate\n"
        f"print(asyncio.run(migrate({empty_database_url!r}, pathlib.Path({str(home)!r}), reporter=str)))"
    )
    pipe = asyncio.subprocess.PIPE
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=pipe) for _ in range(3)]
    said = sorted([(await process.communicate())[0].decode().strip() for process in processes])
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert said == sorted([str(known()), "[]", "[]"])


async def test_a_database_of_a_newer_program_is_refused(database_url: str, home: Path, package_with: Package) -> None:
    await migrate(database_url, home, reporter=str, package=package_with(ADDING))
    with pytest.raises(MigrationRefused, match="0003_next"):
        await migrate(database_url, home, reporter=str)
    with pytest.raises(MigrationRefused, match="0003_next"):
        await pending(database_url)


async def test_migrating_does_not_disturb_the_store_that_is_open(store: Store, home: Path) -> None:
    connection = Tortoise.get_connection("default")
    assert await migrate(store.url, home, reporter=str) == []
    assert await pending(store.url) == []
    assert Tortoise.get_connection("default") is connection
    await store.transact(lambda: AuditHead.create(log="a", digest="0" * 64))
    assert await AuditHead.all().count() == 1


async def test_migrating_leaves_no_connection_open(empty_sqlite_url: str, home: Path) -> None:
    await migrate(empty_sqlite_url, home, reporter=str)
    assert not (home / "shouyue.db-wal").exists()  # the last connection to close removes it
    with closing(sqlite3.connect(home / "shouyue.db", timeout=0)) as other:
        other.execute("BEGIN EXCLUSIVE")


def operations(source: str) -> set[str]:
    """Return the names of the operations that a migration file calls."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return {
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "ops"
    }


def imports_of_operations(source: str) -> set[str]:
    """Return under which names a migration file imports operations; there is one way, so that none hides."""
    return {
        f"{node.module}.{name.name} as {name.asname}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if "operations" in f"{node.module}.{name.name}"
    }


@pytest.mark.parametrize("path", sorted(FOLDER.glob("0*.py")), ids=lambda path: path.stem)
def test_a_migration_only_adds(path: Path) -> None:
    source = path.read_text("utf-8")
    allowed = {"CreateModel"} if path.stem == known()[0] else ADDITIVE
    assert operations(source) <= allowed
    assert imports_of_operations(source) == {"tortoise.migrations.operations as ops"}


@pytest.mark.parametrize(
    "operation",
    ["AlterField", "RemoveField", "RenameField", "RenameModel", "DeleteModel", "AddConstraint", "RemoveIndex"],
)
def test_the_guard_sees_an_operation_that_rebuilds_or_removes(operation: str) -> None:
    source = ADDING.replace("ops.AddField(", f"ops.{operation}(", 1)
    assert operations(source) - ADDITIVE == {operation}
