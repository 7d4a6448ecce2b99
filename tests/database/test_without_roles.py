"""People who hold nothing, and those for whom an administrator acts, are told what is true of them."""

import pytest

from models import OutboxMessage, Role
from models.store import Store
from tests.database import office
from tests.database.talking import says


@pytest.fixture(autouse=True)
async def entered(store: Store) -> None:
    async def enter() -> None:
        group, unit = await office.unit("huachen", None), await office.unit()
        await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯")
        await office.employee("sunjing", group, Role.AUDITOR, name="孙静")
        await office.employee("zheng", unit, name="郑好")
        await office.employee("chenmin", unit, Role.DEPARTMENT_HEAD, name="陈敏")
        lilei = await office.employee("lilei", unit, name="李雷")
        await office.booking(unit, interviewer=lilei)

    await store.transact(enter)


async def heard(who: str) -> list[str]:
    rows = OutboxMessage.filter(kind="say", account__employee__key=who).order_by("posted_at")
    return [str(each.payload) for each in await rows]


async def test_help_promises_only_what_holds(store: Store) -> None:
    nobody = await says(store, "zheng", "帮助")
    assert "你现在没有任何角色，在这里还办不了取消、审批和查询。要开通请联系系统管理员 周凯。" in nobody
    assert "第一时间告诉你" not in nobody
    interviewer = await says(store, "lilei", "帮助")
    assert "你要面试的场次有变动时，我会第一时间告诉你" in interviewer
    assert "没有任何角色" not in interviewer


async def test_an_administrator_is_told_how_to_give_a_role_and_the_others_whom_to_ask(store: Store) -> None:
    assert "郑好 没有任何角色。要开通请发「授权 郑好 角色 单位」。" in await says(store, "zhoukai", "权限 郑好")
    for who, words in (("sunjing", "权限 郑好"), ("zheng", "权限 我")):
        assert "没有任何角色。要开通请联系系统管理员。" in await says(store, who, words)


async def test_both_hear_of_a_deputy_whom_an_administrator_named(store: Store) -> None:
    assert "已指定 李雷 作 陈敏 的代理人" in await says(store, "zhoukai", "代理人 陈敏 李雷")
    assert "周凯（管理员）指定 李雷 作你的代理人" in (await heard("chenmin"))[-1]
    assert "周凯（管理员）指定你作 陈敏 的代理人" in (await heard("lilei"))[-1]
    await says(store, "zhoukai", "代理人 陈敏 无")
    assert "周凯（管理员）取消了你的代理人" in (await heard("chenmin"))[-1]
    before = await heard("lilei")
    await says(store, "chenmin", "代理人 我 李雷")
    assert await heard("lilei") == before
