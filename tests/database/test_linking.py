"""绑定: a code told in one app and typed in the other makes both accounts one person's, once and for ten minutes."""

import re
from datetime import datetime, timedelta
from itertools import count

import pytest

from handlers.receiving import receive
from handlers.routing import Incoming
from models import Account, AuditRecord, Employee, OutboxMessage, Platform, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW
from workflow import administering

NUMBERS = count()
DINGTALK, WECOM = Platform.DINGTALK, Platform.WECOM


@pytest.fixture
async def wang(store: Store) -> Employee:
    """Return an HR known on DingTalk; on WeCom she is nobody yet."""
    net = await store.transact(office.unit)
    return await store.transact(lambda: office.employee("wangfang", net, Role.HR))


async def types(store: Store, platform: Platform, who: str, text: str, now: datetime = NOW) -> str:
    before = set(await OutboxMessage.filter(kind="say").values_list("id", flat=True))
    incoming = Incoming(platform, f"link:{next(NUMBERS)}", "text", who, text=text)
    await store.transact(lambda: receive(incoming, now))
    return "\n".join(str(each.payload) for each in await OutboxMessage.filter(kind="say") if each.id not in before)


async def code(store: Store, platform: Platform, who: str, now: datetime = NOW) -> str:
    found = re.search(r"绑定码 ([2-9A-Z]{8})，", await types(store, platform, who, "绑定", now))
    assert found is not None
    return found[1]


async def works_in_wecom(store: Store, who: str = "wf01") -> bool:
    return "权限 · 王芳" in await types(store, WECOM, who, "权限 我")


async def test_the_code_links_in_either_direction(store: Store, wang: Employee) -> None:
    assert not await works_in_wecom(store)
    assert "已绑定" in await types(store, WECOM, "wf01", f"绑定 {await code(store, DINGTALK, 'wangfang')}")
    assert await works_in_wecom(store)
    assert "已绑定" in await types(store, DINGTALK, "wangfang", f"绑定 {(await code(store, WECOM, 'wf02')).lower()}")
    assert await works_in_wecom(store, "wf02")
    assert await Account.filter(employee=wang).count() == 3
    assert await AuditRecord.filter(action="person.linked").count() == 2


async def test_a_code_works_once_and_for_ten_minutes(store: Store, wang: Employee) -> None:
    first = await code(store, DINGTALK, "wangfang")
    late = NOW + timedelta(minutes=10)
    assert "不对或已过期" in await types(store, WECOM, "wf01", f"绑定 {first}", late)
    second = await code(store, DINGTALK, "wangfang", late)
    assert "不对或已过期" in await types(store, WECOM, "wf01", f"绑定 {first}", late)
    assert "已绑定" in await types(store, WECOM, "wf01", f"绑定 {second}", late)
    assert "不对或已过期" in await types(store, WECOM, "wf02", f"绑定 {second}", late)


async def test_five_wrong_codes_close_the_way_for_an_hour_even_to_the_right_one(store: Store, wang: Employee) -> None:
    for _ in range(5):
        assert "不对或已过期" in await types(store, WECOM, "wf01", "绑定 AAAAAAAA")
    right = await code(store, DINGTALK, "wangfang")
    assert "错了 5 次" in await types(store, WECOM, "wf01", f"绑定 {right}")
    assert not await works_in_wecom(store)
    later = NOW + timedelta(hours=1)
    again = await code(store, DINGTALK, "wangfang", later)
    assert "已绑定" in await types(store, WECOM, "wf01", f"绑定 {again}", later)


async def test_a_code_of_the_same_app_links_nobody(store: Store, wang: Employee) -> None:
    said = await types(store, DINGTALK, "stranger", f"绑定 {await code(store, DINGTALK, 'wangfang')}")
    assert "就是在钉钉里取的" in said
    assert await Account.filter(employee=wang).count() == 1


async def test_two_accounts_of_nobody_stay_nobodys(store: Store, wang: Employee) -> None:
    said = await types(store, WECOM, "wf01", f"绑定 {await code(store, DINGTALK, 'stranger')}")
    assert "都还没有录入" in said


async def test_two_people_with_rights_are_never_made_one(store: Store, wang: Employee) -> None:
    net = await wang.organisation

    async def enter() -> None:
        other = await office.employee("helin", net, Role.HR, name="何琳")
        await Account.filter(employee=other).delete()
        await administering.add_account(WECOM, "helin", employee=other)

    await store.transact(enter)
    said = await types(store, WECOM, "helin", f"绑定 {await code(store, DINGTALK, 'wangfang')}")
    assert "各有授权或待办" in said
    assert await Account.filter(employee=wang).count() == 1


async def test_an_entry_without_rights_is_dissolved_into_the_one_with(store: Store, wang: Employee) -> None:
    net = await wang.organisation

    async def enter() -> None:
        await administering.add_employee(office.by(), "wf01", "王芳", net, [], [WECOM])

    await store.transact(enter)
    assert "已绑定" in await types(store, DINGTALK, "wangfang", f"绑定 {await code(store, WECOM, 'wf01')}")
    assert await works_in_wecom(store)
    assert not (await Employee.get(key="wf01")).active
    assert await Account.filter(employee=wang).count() == 2


async def test_the_code_is_nowhere_in_the_log(store: Store, wang: Employee) -> None:
    told = await code(store, DINGTALK, "wangfang")
    await types(store, WECOM, "wf01", f"绑定 {told}")
    assert not [each for each in await AuditRecord.all() if told in each.line or "wf01" in each.line]


async def test_an_account_of_nobody_is_told_about_linking(store: Store, wang: Employee) -> None:
    assert "发「绑定」" in await types(store, WECOM, "wf01", "你好")


async def test_who_is_linked_already_gets_no_code(store: Store, wang: Employee) -> None:
    await types(store, WECOM, "wf01", f"绑定 {await code(store, DINGTALK, 'wangfang')}")
    for platform, who in ((DINGTALK, "wangfang"), (WECOM, "wf01")):
        said = await types(store, platform, who, "绑定")
        assert "不用再绑定" in said
        assert "绑定码" not in said


async def test_an_account_that_stands_in_two_rows_is_welcomed_once(store: Store, wang: Employee) -> None:
    await types(store, DINGTALK, "wangfang2", "你好")
    told = await code(store, DINGTALK, "wangfang")
    first = await Account.get(platform=DINGTALK, employee__key="wangfang")
    twin = await Account.get(platform=DINGTALK, address_index=administering.address_index(DINGTALK, "wangfang2"))
    values = {"employee_id": first.employee_id, "address_index": first.address_index}
    await store.transact(lambda: Account.filter(id=twin.id).update(**values))
    await types(store, WECOM, "wf01", f"绑定 {told}")
    welcomes = [str(each.payload) for each in await OutboxMessage.filter(kind="say", platform=DINGTALK)]
    assert sum("已绑定：" in each for each in welcomes) == 1
