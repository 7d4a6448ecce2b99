"""The directory against both platforms: read whole, at once by event, never by half; a leaver's step goes on."""

from typing import Any

import pytest

from bot import directory
from models import AuditRecord, DirectoryEntry, Employee, OutboxMessage, Platform
from tests.scenarios.company import Company
from tests.scenarios.steps import ADMINISTRATOR, at_the_desk, on_the_table, recorded, whole_logs
from workflow import deputising
from workflow.acting import Act

__all__ = ["whole_logs"]
UNITS = {1: "huachen", 101: "huachen/net", 102: "huachen/heavy", 103: "huachen/works"}


@pytest.fixture
async def read(company: Company) -> Company:
    """Return the company with both directories read once."""
    await company.stop_bot()
    section = company.settings.directory.model_copy(
        update={"dingtalk_departments": UNITS, "wecom_departments": {1: "huachen", **UNITS}}
    )
    company.settings = company.settings.model_copy(update={"directory": section})
    await company.start_bot()
    await reading(company, "first")
    return company


async def reading(company: Company, key: str) -> None:
    assert company.app is not None
    now = company.app.clock.now()
    for source in (Platform.DINGTALK, Platform.WECOM):
        await at_the_desk(company, lambda source=source: directory.ask(now, source, [], f"{key}:{source}"))
    await company.settled()


async def leaves(company: Company, person: str) -> None:
    await company.post(f"/people/{person}/leave")

    async def gone() -> bool:
        return not (await Employee.get(key=person)).active

    await company.until(gone, f"{person} has left")


async def test_both_directories_are_read_and_one_person_is_linked(read: Company) -> None:
    dingtalk = await DirectoryEntry.filter(source=Platform.DINGTALK).count()
    wecom = await DirectoryEntry.filter(source=Platform.WECOM).count()
    assert (dingtalk, wecom) == (8, 6)
    assert await DirectoryEntry.filter(employee__key="zhenghao").count() == 2
    paths = {each["path"] for each in await read.calls()}
    assert any(each.endswith("/topapi/v2/user/list") for each in paths)
    assert any(each.endswith("/user/list") for each in paths)
    assert not [each for each in await read.calls("dingtalk", counted=True) if "/topapi/" in each["path"]]


async def test_reading_again_changes_nothing(read: Company) -> None:
    before = await AuditRecord.filter(action__startswith="person.").count()
    await reading(read, "again")
    assert await AuditRecord.filter(action__startswith="person.").count() == before


async def test_who_leaves_dingtalk_is_out_at_once_and_the_deputy_decides(read: Company) -> None:
    await at_the_desk(read, lambda: _deputise("chenmin", "lina"))
    card = await on_the_table(read)
    await leaves(read, "chenmin")
    theirs = await read.card("lina", "待你审批", "用人部门")

    await read.taps("chenmin", card, "approve", {"still_needed": "yes"}, force=True)
    await read.until(lambda: _recorded("attempt.refused"), "the leaver's tap is refused")
    assert not (await recorded())["approval.approved"]
    await read.taps("lina", theirs, "approve", {"still_needed": "yes"})
    await read.card("zhaoguoqiang", "待你审批")


async def test_who_leaves_wecom_is_out_at_once(read: Company) -> None:
    await leaves(read, "helin")
    await read.says("helin", "帮助")
    await read.sees("helin", "你已不在职")


async def test_an_event_is_not_believed(read: Company) -> None:
    await read.post("/dingtalk/events", {"type": "user_leave_org", "data": {"userId": ["wangfang"]}})
    await read.until(lambda: _asked("wangfang"), "the person is read")
    await read.settled()
    assert (await Employee.get(key="wangfang")).active


async def test_a_page_that_fails_changes_nothing(read: Company) -> None:
    read.world.left.update({"lilei"})
    fault: dict[str, Any] = {"platform": "dingtalk", "match": "/topapi/v2/user/list", "kind": "http", "value": 500}
    await read.post("/faults", {**fault, "times": 99})
    assert read.app is not None
    now = read.app.clock.now()
    await at_the_desk(read, lambda: directory.ask(now, Platform.DINGTALK, [], "broken"))
    await read.until(lambda: _failed("broken"), "the reading has failed")
    assert (await Employee.get(key="lilei")).active
    assert await DirectoryEntry.filter(source=Platform.DINGTALK).count() == 8


async def test_a_reading_without_most_people_is_not_applied_and_the_administrator_hears(read: Company) -> None:
    read.world.left.update({"lilei", "liuyang", "wangfang"})
    await reading(read, "few")
    await read.sees("zhoukai", "钉钉通讯录没有更新", "少了 3 人")
    assert (await Employee.get(key="wangfang")).active


async def test_the_next_night_is_arranged_and_read(read: Company) -> None:
    read.world.left.add("lilei")
    await read.passes(17 * 3600)

    async def gone() -> bool:
        return not (await Employee.get(key="lilei")).active

    await read.until(gone, "the nightly reading saw it")
    assert await OutboxMessage.filter(topic="night", status="waiting").count() == 1


async def _deputise(who: str, deputy: str) -> None:
    employee = await Employee.get(key=who)
    act = Act(ADMINISTRATOR.now, "test", "test", employee=employee)
    await deputising.set_deputy(act, employee, await Employee.get(key=deputy))


async def _recorded(action: str) -> bool:
    return bool((await recorded())[action])


async def _asked(address: str) -> bool:
    rows = await OutboxMessage.filter(kind="directory")
    return any(address in str(each.payload) and each.status == "sent" for each in rows)


async def _failed(key: str) -> bool:
    row = await OutboxMessage.get_or_none(dedupe=key)
    return row is not None and row.status == "waiting" and row.attempts > 0 and bool(row.reason)
