"""Bringing a database to the present schema without losing a row.

All pending migrations, their record and the checks share one transaction: a crash, or a check that fails, leaves the
database as it was, and the next start begins again. Tortoise alone would lose rows on SQLite (libraries.md §0.1), cut
statements at any `;` and record a migration only after its transaction.
"""

import asyncio
import fcntl
import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.transactions import in_transaction

from models import backup, catalogue, postgres_roles
from models.schema_editing import Executor
from models.store import config

APP = "models"
PACKAGE = "models.migrations"
LOCK = 0x5368_6F75_7975_65  # "Shouyue": the advisory lock of PostgreSQL
PAUSE = 0.1  # seconds between two looks at a lock that somebody else holds


class MigrationRefused(Exception):
    """The database was left as it was; the message says why."""


async def migrate(
    url: str,
    home: Path,
    *,
    reporter: Callable[[str], object],
    package: str = PACKAGE,
    keys_kept_days: int = backup.KEYS_KEPT_DAYS,
) -> list[str]:
    """Apply what is pending and return its names; one process at a time, the others wait.

    An SQLite file that holds tables is first copied to `home/backups`, with the secrets of people in a file beside it
    that is kept for `keys_kept_days`. `reporter` gets lines for the operator.
    """
    async with _locked(url, reporter), _connected(url, package) as client:
        names = await _pending(client, package)
        if names:
            await _require_power(client, names)
            await _keep_a_copy(client, url, home, names[0], reporter, keys_kept_days)
            await _apply(client, url, package)
            reporter(f"数据库结构已更新：{'、'.join(names)}")
        return names


async def pending(url: str, *, package: str = PACKAGE) -> list[str]:
    """Return the names of the migrations that this database lacks, oldest first; changes nothing."""
    path = sqlite_path(url)
    if path and not path.exists():
        return known(package)
    async with _connected(url, package) as client:
        return await _pending(client, package)


def known(package: str = PACKAGE) -> list[str]:
    """Return the names of all migrations of this program, oldest first."""
    folder = importlib.import_module(package).__path__
    return sorted(module.name for module in pkgutil.iter_modules(folder) if module.name[0] not in "_~")


def sqlite_path(url: str) -> Path | None:
    """Return the file of an SQLite database, None for PostgreSQL."""
    return Path(url.removeprefix("sqlite://")) if url.startswith("sqlite://") else None


async def _pending(client: BaseDBAsyncClient, package: str) -> list[str]:
    applied: set[str] = set()
    if MigrationRecorder(None).table_name in await catalogue.tables(client):
        applied = {key.name for key in await MigrationRecorder(client).applied_migrations() if key.app_label == APP}
    names = known(package)
    if unknown := applied.difference(names):
        raise MigrationRefused(f"数据库比程序新，含有未知的迁移：{'、'.join(sorted(unknown))}")
    return [name for name in names if name not in applied]


async def _keep_a_copy(
    client: BaseDBAsyncClient,
    url: str,
    home: Path,
    name: str,
    reporter: Callable[[str], object],
    keys_kept_days: int,
) -> None:
    if not await catalogue.tables(client):
        return
    path = sqlite_path(url)
    if path is None:
        reporter("PostgreSQL 不由本程序备份；如需回退，请先执行 pg_dump -Fc 保存一份，用 pg_restore 恢复。")
        return
    stem = f"before-{name}"
    copy = await asyncio.to_thread(backup.copy, path, home / "backups", stem, keys_kept_days=keys_kept_days)
    keys = backup.keys_beside(copy)
    reporter(f"升级前已备份数据库：{copy}；个人密钥另存 {keys.name}，{keys_kept_days} 天后再备份时删除")


async def _require_power(client: BaseDBAsyncClient, names: list[str]) -> None:
    """Refuse in words what PostgreSQL would refuse the program's lesser role in the middle of it."""
    if client.capabilities.dialect != "postgres":
        return
    query = "SELECT current_user AS name, has_schema_privilege(current_schema(), 'CREATE') AS may"
    role = (await client.execute_query_dict(query))[0]
    if not role["may"]:
        raise MigrationRefused(
            f"缺 {len(names)} 个结构更新（{'、'.join(names)}），而角色 {role['name']} 不能改结构："
            "请在设置了 database.owner_url 的地方运行 python -m bot migrate"
        )


async def _apply(client: BaseDBAsyncClient, url: str, package: str) -> None:
    async with in_transaction(client.connection_name) as transaction:
        before = await catalogue.take(transaction)
        await Executor(transaction, _config(url, package)["apps"]).apply_pending()
        if transaction.capabilities.dialect == "postgres" and await postgres_roles.guarded(transaction):
            await postgres_roles.guard(transaction)
        losses = before.losses(await catalogue.take(transaction))
        losses += await catalogue.dangling(transaction)
        if losses:
            raise MigrationRefused(f"迁移会丢失数据，已全部撤销：{'；'.join(losses)}")


def _config(url: str, package: str) -> dict[str, Any]:
    """Return Tortoise's configuration for migrating: SQLite has to let tables be rebuilt without cascading."""
    ours = config(url)
    ours["apps"][APP]["migrations"] = package
    if sqlite_path(url):
        ours["connections"]["default"]["credentials"]["foreign_keys"] = "OFF"
    return ours


@asynccontextmanager
async def _connected(url: str, package: str) -> AsyncIterator[BaseDBAsyncClient]:
    """Connect apart from the store that this process may have open."""
    async with TortoiseContext() as context:
        await context.init(config=_config(url, package))
        client = context.connections.get("default")
        await client.execute_query("SELECT 1")
        yield client


@asynccontextmanager
async def _locked(url: str, reporter: Callable[[str], object]) -> AsyncIterator[None]:
    path = sqlite_path(url)
    async with _file_lock(path, reporter) if path else _advisory_lock(url, reporter):
        yield


@asynccontextmanager
async def _file_lock(path: Path, reporter: Callable[[str], object]) -> AsyncIterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.migrating").open("a") as file:
        await _wait_for(lambda: _try_flock(file.fileno()), reporter)
        yield


async def _try_flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def _advisory_lock(url: str, reporter: Callable[[str], object]) -> AsyncIterator[None]:
    credentials = config(url)["connections"]["default"]["credentials"]
    connection = await asyncpg.connect(**{k: v for k, v in credentials.items() if k not in ("minsize", "maxsize")})
    try:
        await _wait_for(lambda: connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK), reporter)
        yield
    finally:
        await connection.close()


async def _wait_for(attempt: Callable[[], Any], reporter: Callable[[str], object]) -> None:
    if await attempt():
        return
    reporter("另一个进程正在更新数据库结构，等待其完成。")
    while not await attempt():  # noqa: ASYNC110 - it is another process that we wait for
        await asyncio.sleep(PAUSE)
