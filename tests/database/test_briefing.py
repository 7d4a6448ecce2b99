"""简报: on the morning of a working day to who has something waiting; silence otherwise, however the clock moves."""

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest

from handlers import timers
from models import OutboxMessage, OutboxStatus, Role
from models.store import Store
from tests.database import deciding, office
from tests.database.chains import NAMES, Company
from tests.database.office import NOW, by
from workflow import briefing
from workflow.acting import SHANGHAI, Act
from workflow.plans import StepPlan

ZHAO = StepPlan("总经理", ("person:zhao",))
MORNING = datetime(2026, 11, 25, 8, 30, tzinfo=SHANGHAI)  # a Wednesday
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    yield
    briefing.install(briefing.Hours())


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    await store.transact(lambda: briefing.arrange(by()))
    return made


async def rings(company: Company, now: datetime) -> None:
    """Let every timer of the brief ring that is due now, each in a transaction of its own, until none is left."""
    act = Act(now, "clock", "system")
    waiting = OutboxMessage.filter(kind="timer", topic__startswith=briefing.TIMER, status=OutboxStatus.WAITING)
    while (row := await waiting.filter(not_before__lte=now).order_by("not_before").first()) is not None:
        found: OutboxMessage = row

        async def work() -> None:
            await timers.rang(act, found)  # noqa: B023 - it is done before the next one
            found.status = OutboxStatus.SENT  # noqa: B023
            await found.save(update_fields=["status"])  # noqa: B023

        await company.store.transact(work)


async def told() -> dict[str, list[str]]:
    """Return what was said to whom, in briefs."""
    found: dict[str, list[str]] = {}
    rows = await OutboxMessage.filter(kind="say").order_by("posted_at").prefetch_related("account__employee")
    for row in rows:
        text = str(json.loads(str(row.payload))["text"])
        if text.startswith("早上好"):
            assert row.account is not None
            assert row.account.employee is not None
            found.setdefault(str(row.account.employee.key), []).append(text)
    return found


async def next_ring() -> datetime:
    """Return when the round rings next."""
    waiting = OutboxMessage.filter(kind="timer", topic=briefing.TIMER, status=OutboxStatus.WAITING)
    return (await waiting.get()).not_before.astimezone(SHANGHAI)


async def test_who_has_something_waiting_is_told_how_much_and_what_starts_today(company: Company) -> None:
    await deciding.filed(company, ZHAO)
    soon = await deciding.filed(company, ZHAO, ahead=timedelta(hours=25, minutes=30))  # 11:00
    await rings(company, MORNING)
    (text,) = (await told())["zhao"]
    assert text.splitlines() == [
        "早上好，11月25日 周三（截至 08:30）：",
        f"待你审批 2 条，最久的等了 7 个工作小时，1 条今天就开始，最早 11:00（{soon.number}）。发「待我审批」看。",
    ]
    assert not any(name in text for name in (*NAMES.values(), "张伟"))


async def test_hr_is_told_how_many_interviews_there_are_today_and_what_is_unfinished(company: Company) -> None:
    async def work() -> None:
        for hours in (24, 26, 72):
            await office.booking(company.unit, phone=office.some_phone(), ahead=timedelta(hours=hours))

    await company.store.transact(work)
    request = await deciding.filed(company, ZHAO)
    await company.says("zhao", f"退回 {request.number} 请补充说明")
    await rings(company, MORNING)
    (text,) = (await told())["liuyang"]
    assert "今天面试 2 场，第一场 09:30。发「列表 今天」看。" in text
    assert f"待你补证明或提交 1 件：{request.number}。发「时间轴 {request.number}」看。" in text


async def test_where_all_is_zero_nobody_hears_anything(company: Company) -> None:
    await rings(company, MORNING)
    assert await told() == {}
    assert await next_ring() == MORNING + DAY


async def test_it_is_said_once_a_day_however_often_it_rings(company: Company) -> None:
    await deciding.filed(company, ZHAO, ahead=timedelta(days=9))
    await rings(company, MORNING)
    await company.store.transact(lambda: briefing.morning(Act(MORNING, "clock", "system")))
    await rings(company, MORNING + timedelta(minutes=5))
    assert len((await told())["zhao"]) == 1
    await rings(company, MORNING + DAY)
    assert len((await told())["zhao"]) == 2


async def test_a_weekend_is_silent_and_the_monday_after_it_is_not(company: Company) -> None:
    await deciding.filed(company, ZHAO, ahead=timedelta(days=20))
    saturday = MORNING + 3 * DAY
    for day in (saturday, saturday + DAY):
        await rings(company, day)
    assert await told() == {}
    await rings(company, saturday + 2 * DAY)
    assert len((await told())["zhao"]) == 1


@pytest.mark.parametrize(("day", "speaks"), [((2026, 10, 1), False), ((2026, 10, 10), True)])
async def test_a_holiday_is_silent_and_a_saturday_that_is_worked_is_not(
    store: Store, day: tuple[int, int, int], speaks: bool
) -> None:
    company = Company(store)
    await store.transact(company.enter)
    await deciding.filed(company, ZHAO, ago=timedelta(days=60), ahead=timedelta(days=40))
    at = datetime(*day, 8, 30, tzinfo=SHANGHAI)
    await store.transact(lambda: briefing.arrange(Act(at - timedelta(hours=1), "clock", "system")))
    await rings(company, at)
    assert ("zhao" in await told()) == speaks


async def test_a_round_that_comes_after_noon_is_not_caught_up_and_days_that_were_jumped_over_are_one(
    company: Company,
) -> None:
    await deciding.filed(company, ZHAO, ahead=timedelta(days=20))
    await rings(company, MORNING.replace(hour=12))
    assert await told() == {}
    assert await next_ring() == MORNING + DAY
    await rings(company, MORNING + 6 * DAY + timedelta(hours=1))  # the clock was moved on to a Tuesday, 09:30
    assert len((await told())["zhao"]) == 1
    assert await next_ring() == MORNING + 7 * DAY


async def test_what_was_answered_before_its_turn_came_is_not_told(company: Company) -> None:
    request = await deciding.filed(company, ZHAO, ahead=timedelta(days=9))
    act = Act(MORNING, "clock", "system")
    await company.store.transact(lambda: briefing.morning(act))
    await company.says("zhao", f"同意 {request.number}")
    await rings(company, MORNING)
    assert "zhao" not in await told()


async def test_units_that_want_none_and_an_installation_that_wants_none_hear_nothing(company: Company) -> None:
    await deciding.filed(company, ZHAO, ahead=timedelta(days=9))
    briefing.install(briefing.Hours(silent=("huachen/heavy",)))
    await rings(company, MORNING)
    assert await told() == {}
    briefing.install(briefing.Hours(wanted=False))
    await rings(company, MORNING + DAY)
    assert await told() == {}
    waiting = OutboxMessage.filter(kind="timer", topic=briefing.TIMER, status=OutboxStatus.WAITING)
    assert not await waiting.exists()


async def test_it_comes_when_the_settings_say(company: Company) -> None:
    briefing.install(briefing.Hours(at=time(7, 45)))
    await company.store.transact(lambda: briefing.arrange(by(now=NOW)))
    rows = OutboxMessage.filter(kind="timer", topic=briefing.TIMER).order_by("posted_at")
    assert {each.not_before.astimezone(SHANGHAI).time() for each in await rows} == {time(8, 30)}  # this day has one
    await rings(company, MORNING)
    assert (await next_ring()).time() == time(7, 45)


async def test_a_delegate_is_told_of_what_they_may_answer_and_an_auditor_of_nothing(company: Company) -> None:
    await company.store.transact(lambda: office.employee("sunjing", company.group, Role.AUDITOR, name="孙静"))
    await deciding.filed(company, ZHAO, ahead=timedelta(days=9))
    await company.says("zhao", "委托 李娜 至 周五17:00")
    await company.says("lina", "同意")
    await rings(company, MORNING)
    assert set(await told()) == {"zhao", "lina"}
