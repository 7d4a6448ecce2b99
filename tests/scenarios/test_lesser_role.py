"""The whole job on PostgreSQL as the role that can only add to the log, and the commands that make that role."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from bot import database_roles, keys
from bot.auditing import with_store
from bot.checks import Doubt
from bot.settings import Settings
from models import Role
from models.store import Store
from tests.database import office
from tests.database.lesser import APP, as_role, connected, guarded
from tests.scenarios.company import Company
from tests.scenarios.programs import said_by
from workflow import audit
from workflow.verifying import verify


@pytest.fixture
async def company(home: Path, postgres_url: str) -> AsyncIterator[Company]:
    """Yield the demo company whose program connects as the lesser role."""
    opened = Company(home, await guarded(postgres_url))
    await opened.open()
    yield opened
    await opened.close()


async def test_the_main_job_is_done_without_owning_a_table(company: Company) -> None:
    await company.says("wangfang", "取消 张伟 8123 原因 行程冲突")
    await company.taps("wangfang", await company.card("wangfang", "待你确认"), "confirm")
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")
    await company.says("sunjing", "审计检索 本月")
    await company.sees("sunjing", "共 1 件")
    await company.says("wangfang", "取消 马超")
    await company.sees("wangfang", "没找到「马超」")
    await company.settled()
    assert [(await verify(log))[1] for log in await audit.logs()] == [None] * len(await audit.logs())


async def test_the_commands_make_the_role_let_somebody_read_and_leave_both_on_record(
    home: Path, postgres_url: str
) -> None:
    (home / "settings.yaml").write_text(yaml.safe_dump({"database": {"url": postgres_url}}), "utf-8")
    settings = Settings(home=home, database={"url": postgres_url})
    keys.create(settings)
    await with_store(settings, _two_people)
    code, told, err = await said_by("database", "roles", SHOUYUE_HOME=str(home))
    assert code == 0, err
    assert re.search(rf"database__url +postgresql://{APP}:", told)
    lesser = {"SHOUYUE_DATABASE__URL": as_role(postgres_url, APP), "SHOUYUE_DATABASE__OWNER_URL": postgres_url}
    code, told, err = await said_by(
        "database", "reader", "reader_by_command", "--org", "huachen", SHOUYUE_HOME=str(home), **lesser
    )
    assert (code, "别的单位一行也看不到" in told) == (0, True), err
    async with connected(postgres_url, "reader_by_command") as reader:
        assert await reader.fetchval("SELECT count(*) FROM employee") == 2
        assert await reader.fetchval("SELECT count(*) FROM audit_record WHERE action = 'database.reader_given'") == 1
    code, told, _ = await said_by(
        "database", "reader", "reader_by_command", "--remove", SHOUYUE_HOME=str(home), **lesser
    )
    assert (code, "huachen" in told) == (0, True)
    refused = await said_by(
        "database", "roles", SHOUYUE_HOME=str(home), SHOUYUE_DATABASE__URL=as_role(postgres_url, APP)
    )
    assert (refused[0], "所有者" in refused[2]) == (2, True)
    assert isinstance(await database_roles.role_seen(postgres_url, "打得开"), Doubt)
    assert "只能追加" in str(await database_roles.role_seen(as_role(postgres_url, APP), "打得开"))


async def _two_people(store: Store) -> None:
    async def enter() -> None:
        unit = await office.unit("huachen", None)
        await office.employee("zhou", unit, Role.SYSTEM_ADMIN)
        await office.employee("han", unit, Role.SECURITY_ADMIN)

    await store.transact(enter)


async def test_sqlite_is_told_that_it_has_no_roles(home: Path, sqlite_url: str) -> None:
    code, _, err = await said_by("database", "roles", SHOUYUE_HOME=str(home), SHOUYUE_DATABASE__URL=sqlite_url)
    assert (code, "SQLite" in err) == (2, True)
