"""审批时效: working time from being asked to the answer, by unit and level, for who audits the unit and nobody else."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from handlers.pace import read
from models import AuditRecord, Card, RequestStatus, Role, Step, StepStatus
from models.store import Store
from tests.database import deciding, office
from tests.database.chains import NAMES, Company
from tests.database.office import NOW, by
from tests.database.talking import deliver_cards
from workflow import audit, pace
from workflow.log_periods import days, said
from workflow.plans import StepPlan

ZHAO = StepPlan("总经理", ("person:zhao",))
MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 09:00 in Asia/Shanghai
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    await store.transact(lambda: office.employee("sunjing", made.group, Role.AUDITOR, name="孙静"))
    return made


async def answered(
    company: Company, opened: datetime, decided: datetime, by_whom: str = "zhao", shown: datetime | None = None
) -> None:
    """Let 总经理's level of a new request have been answered then."""
    request = await deciding.filed(company, ZHAO)
    await deliver_cards(company.store)
    step = await Step.get(request=request)
    step.status, step.opened_at, step.decided_at = StepStatus.APPROVED, opened, decided
    step.decided_by = company.person(by_whom)
    await step.save()
    if shown is not None:
        await Card.filter(step=step).update(delivered_at=shown)


async def test_an_answer_takes_working_time_alone_and_median_and_90th_percentile_are_measured_ones(
    company: Company,
) -> None:
    for minutes in (10, 20, 30, 40, 50, 60, 70, 80, 90):
        await answered(company, MONDAY, MONDAY + minutes * MINUTE)
    friday = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # 17:30: half an hour is left, then a weekend
    await answered(company, friday, friday + timedelta(days=2, hours=17, minutes=30))  # Monday 11:00: two hours more
    said_ = await company.says("sunjing", "审批时效 2026年11月 huachen/heavy")
    assert "审批时效 · 单位 huachen/heavy · 2026-11-01 至 2026-11-30" in said_
    assert "单位 huachen/heavy · 总经理：10 条，中位 55 分钟，九成在 1 小时 30 分内" in said_
    assert not any(name in said_ for name in NAMES.values())


async def test_who_stood_in_and_answers_at_once_and_what_the_clock_did_are_counted(company: Company) -> None:
    await answered(company, MONDAY, MONDAY + HOUR, by_whom="lina")
    await answered(company, MONDAY, MONDAY + HOUR, shown=MONDAY + HOUR - timedelta(seconds=4))
    await answered(company, MONDAY, MONDAY + HOUR, shown=MONDAY + MINUTE)
    expired = await deciding.filed(company, ZHAO)
    expired.status, expired.ended_at = RequestStatus.EXPIRED, MONDAY
    await expired.save()
    subject = ("cancel_request", expired.number, 1)
    act = by(now=MONDAY)
    await company.store.transact(lambda: audit.record(act, company.unit, "step.escalated", subject))
    text = await company.says("sunjing", "审批时效 2026年11月")
    assert "总经理：3 条，中位 1 小时，九成在 1 小时内；由代理人或受托人答复 1 条；看到卡片 10 秒内答复 1 条" in text
    assert "告知上级或管理员 1 次；面试开始时仍未决定、系统代办关闭 1 件。" in text


async def test_another_month_has_none_of_it_and_the_reading_is_on_record(company: Company) -> None:
    await answered(company, MONDAY, MONDAY + HOUR)
    assert "这段时间没有人答复过审批" in await company.says("sunjing", "审批时效 10月 单位 huachen/heavy")
    record = json.loads((await AuditRecord.get(action="answers.measured")).line)
    assert (record["log"], record["data"]["answers"]) == (company.unit.origin, 0)
    assert record["data"]["since"].startswith("2026-09-30T16:00")


@pytest.mark.parametrize("who", ["zhao", "liuyang", "zhoukai"])
async def test_nobody_reads_it_who_does_not_audit(company: Company, who: str) -> None:
    await answered(company, MONDAY, MONDAY + HOUR)
    said_ = await company.says(who, "审批时效 本月")
    assert "你没有这个权限" in said_
    assert not await AuditRecord.exists(action="answers.measured")


async def test_a_units_auditor_is_told_of_no_other_unit(company: Company) -> None:
    other = await office.unit("huachen/net")
    await office.employee("netaudit", other, Role.AUDITOR, name="高远")
    await answered(company, MONDAY, MONDAY + HOUR)
    said_ = await company.says("netaudit", "审批时效 2026年11月 huachen/heavy")
    assert "没看懂「huachen/heavy」是哪个单位" in said_
    assert "这段时间没有人答复过审批" in await company.says("netaudit", "审批时效 2026年11月")


async def test_a_year_without_a_published_calendar_is_named(company: Company) -> None:
    far = datetime(2031, 3, 3, 1, 0, tzinfo=UTC)
    await answered(company, far, far + HOUR)
    auditor = await office.employee("later", company.group, Role.AUDITOR, name="高远")
    act = by(auditor, now=far + timedelta(days=20))
    found = await company.store.transact(lambda: pace.measure(act, company.unit, far - HOUR, far + timedelta(days=10)))
    assert found.unpublished == (2031,)


@pytest.mark.parametrize(
    ("text", "unit", "period"),
    [
        ("2026年11月", "", ("2026-11-01", "2026-11-30")),
        ("2026年11月份 华辰重工", "华辰重工", ("2026-11-01", "2026-11-30")),
        ("11月", "", ("2026-11-01", "2026-11-30")),
        ("12月", "", ("2025-12-01", "2025-12-31")),
        ("huachen/heavy 上月", "huachen/heavy", ("2026-10-01", "2026-10-31")),
        ("", "", ("2026-11-01", "2026-11-30")),
        ("2026年 Huachen/Heavy", "huachen/heavy", ("2026-01-01", "2026-12-31")),
        ("2026-09", "", ("2026-09-01", "2026-09-30")),
    ],
)
def test_a_month_and_a_unit_are_read_in_any_order(text: str, unit: str, period: tuple[str, str]) -> None:
    asked = read(text, NOW)
    assert (asked.unit, said(asked.period)) == (unit, said(days(*period)))
