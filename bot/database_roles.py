"""The owner's work on PostgreSQL: making the lesser roles, letting somebody read directly, telling who we are."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote, urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from bot.auditing import with_store
from bot.checks import Doubt
from bot.settings import Settings
from models import Organisation, postgres_roles
from models.postgres_policies import APP
from models.store import Store, config
from workflow import audit
from workflow.acting import Act

T = TypeVar("T")


async def as_owner(url: str, work: Callable[[BaseDBAsyncClient], Awaitable[T]]) -> T:
    """Do something in one transaction of a connection of its own."""
    async with TortoiseContext() as context:
        await context.init(config=config(url))
        async with in_transaction(context.connections.get("default").connection_name) as transaction:
            return await work(transaction)


async def make_roles(settings: Settings) -> str:
    """Make and guard; return what an administrator has to do next, with the password where one was made."""
    owner = settings.database.change_url
    password = await as_owner(owner, postgres_roles.protect)
    await _note(settings, None, "database.guarded", {"role": APP})
    lines = [f"已分角色：程序以 {APP} 连接，只能追加审计日志；升级结构仍用所有者。"]
    if settings.database.owner_url:
        return "\n".join([*lines, "设置已经是两个地址，不用改。"])
    told = password or "（这个角色早就有了，口令不变；忘了就用 ALTER ROLE 重设）"
    return "\n".join(
        [
            *lines,
            "请把下面两个值写进密钥文件（0600），再重启程序；口令只显示这一次：",
            f"  database__url        {_with_role(owner, APP, told)}",
            "  database__owner_url  现在的 database.url",
            "运行机器人的账户可以没有 database__owner_url：它就改不了结构，升级由管理员运行 python -m bot migrate。",
        ]
    )


def _with_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}:{quote(password, safe='（）；，')}@{host}").geturl()


async def let_read(settings: Settings, name: str, path: str) -> str:
    """Let a login read a unit's rows directly; on record in that unit's log."""
    password = await as_owner(
        settings.database.change_url, lambda client: postgres_roles.add_reader(client, name, path)
    )
    await _note(settings, path, "database.reader_given", {"role": name, "unit": path})
    made = f"口令 {password}，只显示这一次" if password else "这个登录早就有了，口令不变"
    return f"{name} 现在能直接读 {path} 及下属单位的表，别的单位一行也看不到。{made}。"


async def stop_reading(settings: Settings, name: str) -> str:
    """Take everything from a reader; on record in the log of each unit."""
    paths = await as_owner(settings.database.change_url, lambda client: postgres_roles.remove_reader(client, name))
    for path in paths:
        await _note(settings, path, "database.reader_removed", {"role": name, "unit": path})
    return f"{name} 不再能读任何单位：{'、'.join(paths)}。" if paths else f"{name} 本来就没有能读的单位，什么都没有改。"


async def _note(settings: Settings, path: str | None, action: str, data: dict[str, object]) -> None:
    """Write down what the operator did with the roles; the installation's own log has what concerns no unit."""
    act = Act(datetime.now(UTC), "cli", "operator")

    async def work(store: Store) -> None:
        unit = await Organisation.get(path=path) if path else None
        await store.transact(lambda: audit.record(act, unit, action, ("database", "postgres", 1), data=data))

    await with_store(settings, work)


async def role_seen(url: str, seen: str) -> str | Doubt:
    """Add to what was seen what the program's role could do to the audit log."""
    found = await as_owner(url, postgres_roles.weaknesses)
    if not found:
        return f"{seen}；程序的角色只能追加审计日志，改不了表结构"
    return Doubt(
        f"{seen}；但程序用的角色太大：{'；'.join(found)}",
        "运行 python -m bot database roles，按它说的把 database.url 换成较小的角色（docs/deploying.md）",
    )
