"""An account of nobody is answered and not forgotten, and an administrator who is told a number learns what it was."""

import re
from datetime import timedelta

import pytest

from handlers.receiving import receive
from handlers.routing import Incoming
from models import Account, OutboxMessage, Platform, Preset, Role
from models.store import Store
from tests.database import office, talking
from tests.database.office import NOW

STRANGER = "manager4321"


class Desk:
    """A unit with HR and administrators, and another unit beside it."""

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        self.unit = await office.unit("huachen/net", Preset.FAST)
        await office.employee("wangfang", self.unit, Role.HR)
        await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯")
        aside = await office.unit("huachen/works", Preset.FAST)
        await office.employee("lin", aside, Role.SYSTEM_ADMIN, name="林一")
        self.booking = await office.booking(self.unit)


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()
    await store.transact(made.enter)
    return made


async def knocks(store: Store, text: str, minutes: float, platform: Platform = Platform.WECOM) -> list[str]:
    """Let an account of nobody type; returns what it is answered."""
    now = NOW + timedelta(minutes=minutes)
    before = set(await OutboxMessage.filter(kind="say").values_list("id", flat=True))
    incoming = Incoming(platform, f"knock:{minutes}", "text", STRANGER, text=text)
    await store.transact(lambda: receive(incoming, now))
    return [str(each.payload) for each in await OutboxMessage.filter(kind="say") if each.id not in before]


async def test_a_question_is_answered_each_time_and_other_words_once_an_hour(store: Store, desk: Desk) -> None:
    assert len(await knocks(store, "取消 张伟", 0)) == 1
    assert await knocks(store, "取消 张伟 明天", 5) == []
    assert len(await knocks(store, "为什么没有反应？", 10)) == 1
    assert await knocks(store, "在吗？", 10.5) == []
    assert len(await knocks(store, "怎么办", 12)) == 1
    assert len(await knocks(store, "取消 张伟", 73)) == 1


async def test_an_administrator_learns_which_account_a_number_was_given_to(store: Store, desk: Desk) -> None:
    told = (await knocks(store, "取消 张伟", 0))[0]
    number = re.findall(r"E[0-9A-F]{6}", told)[0]
    later = NOW + timedelta(minutes=3)
    said = await talking.says(store, "zhoukai", f"查 {number}", later)
    for words in ("09:30", "企业微信", "ma****21", "没有绑定任何人"):
        assert words in said
    assert STRANGER not in said
    assert "张伟" not in said
    assert "由管理员或审计来查" in await talking.says(store, "wangfang", f"查 {number}", later)


async def test_a_number_says_who_was_refused_what_and_only_to_their_own_administrator(store: Store, desk: Desk) -> None:
    account = await Account.get(employee__key="wangfang", platform=Platform.DINGTALK)
    incoming = Incoming(Platform.DINGTALK, "refused", "text", str(account.address), text="授权 李雷 HR 全部")
    received = await store.transact(lambda: receive(incoming, NOW))
    later = NOW + timedelta(minutes=3)
    said = await talking.says(store, "zhoukai", f"查 {received.reference}", later)
    assert "王芳" in said
    assert "没有办" in said
    assert "没有找到" in await talking.says(store, "lin", f"查 {received.reference}", later)


async def test_a_number_that_was_never_given_is_said_to_be_none(store: Store, desk: Desk) -> None:
    assert "没有找到编号" in await talking.says(store, "zhoukai", "查 E0FFEE1")
