"""简报 开, 简报 关: each person's own wish, which hides nothing that asks for an answer; 简报 at any hour."""

import json
from datetime import timedelta

import pytest

from models import AuditRecord, Booking, BookingStatus, Employee, OutboxMessage, OutboxStatus, Role
from tests.database import deciding, office
from tests.database.chains import Company, card_of
from tests.database.office import NOW, by
from tests.database.talking import says
from tests.database.test_briefing import DAY, MORNING, ZHAO, company, rings, told, usual
from workflow import briefing, rights
from workflow.rights import pseudonym

__all__ = ["company", "usual"]


async def lines() -> list[dict[str, object]]:
    return [json.loads(each.line) for each in await AuditRecord.filter(action="brief.switched").order_by("id")]


async def test_who_switched_it_off_hears_nothing_in_the_morning_until_it_is_on_again(company: Company) -> None:
    await deciding.filed(company, ZHAO, ahead=9 * DAY)
    assert "早上的简报已关闭。等你审批的卡片、提醒、催办照常发给你" in await company.says("zhao", "简报 关")
    await rings(company, MORNING)
    assert "zhao" not in await told()
    assert "早上的简报已打开。工作日 08:30 发给你" in await company.says("zhao", "简报 开")
    await rings(company, MORNING + DAY)
    assert len((await told())["zhao"]) == 1


async def test_it_is_ones_own_and_on_record_once_for_each_change(company: Company) -> None:
    assert "本来就打开" in await company.says("zhao", "简报 开")
    assert await lines() == []
    await company.says("zhao", "简报关")
    assert "本来就关闭" in await company.says("zhao", "简报 关闭")
    await company.says("zhao", "简报 打开")
    found = await lines()
    assert [each["data"]["on"] for each in found] == [False, True]  # type: ignore[index]
    zhao = await Employee.get(key="zhao")
    assert {each["actor"]["sub"] for each in found} == {pseudonym(zhao)}  # type: ignore[index]
    assert await Employee.filter(brief_off=True).count() == 0


async def test_a_wish_said_between_the_round_and_ones_own_brief_counts(company: Company) -> None:
    await deciding.filed(company, ZHAO, ahead=9 * DAY)
    act = by(now=MORNING, via="clock")
    await company.store.transact(lambda: briefing.morning(act))
    waiting = OutboxMessage.filter(topic=briefing.ONE, status=OutboxStatus.WAITING)
    assert await waiting.count() >= 1
    await company.says("zhao", "简报 关")
    await rings(company, MORNING)
    assert "zhao" not in await told()


async def test_cards_and_reminders_come_all_the_same(company: Company) -> None:
    await company.says("zhao", "简报 关")
    request = await deciding.filed(company, ZHAO, ahead=9 * DAY)
    card = await card_of("zhao", request)
    assert await OutboxMessage.filter(kind="card", card_id=card.id).exists()
    assert "已再提醒 赵国强" in await company.says("liuyang", f"催办 {request.number}")
    assert request.number in await company.says("zhao", "待我审批")


async def test_asked_for_it_is_todays_at_any_hour_and_says_how_it_stands(company: Company) -> None:
    assert "工作日 08:30 发给你，没有事就不发。不要了发「简报 关」。\n现在没有等你审批的" in await company.says(
        "zhao", "简报"
    )
    await deciding.filed(company, ZHAO, ahead=9 * DAY)
    await company.says("zhao", "简报 关")
    said = await company.says("zhao", "简报")
    assert "你关了早上的简报。" in said
    assert "今天是 11月24日 周二" in said
    assert "待你审批 1 条" in said


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        (briefing.Hours(wanted=False), "这里没有开早上的简报（系统设置）"),
        (briefing.Hours(silent=("huachen",)), "你的单位不发早上的简报（系统设置）"),
    ],
)
async def test_what_the_settings_switched_off_is_said_and_ones_own_wish_changes_nothing(
    company: Company, hours: briefing.Hours, state: str
) -> None:
    briefing.install(hours)
    assert state in await company.says("zhao", "简报")
    assert state in await company.says("zhao", "简报 开")


async def test_what_is_not_understood_switches_nothing(company: Company) -> None:
    said = await company.says("zhao", "简报 每周一")
    assert "没看懂「每周一」" in said
    assert "编号 E" in said
    assert await lines() == []


async def interview(company: Company, ahead: timedelta, interviewer: str = "") -> Booking:
    person = company.person(interviewer) if interviewer else None
    phone = office.some_phone()
    return await company.store.transact(
        lambda: office.booking(company.unit, phone=phone, ahead=ahead, interviewer=person)
    )


async def test_an_interviewer_is_told_of_their_own_interviews_on_demand_and_in_the_morning(company: Company) -> None:
    await interview(company, timedelta(hours=2), "lina")
    await interview(company, timedelta(hours=1))
    await interview(company, DAY + timedelta(hours=3), "lina")
    said = await company.says("lina", "简报")
    assert "你自己今天要面试 1 场，第一场 11:30。发「列表 今天」看。" in said
    assert "没有" not in said.partition("今天是")[2]
    later = await says(company.store, "lina", "简报", NOW + timedelta(hours=2))
    assert "你今天没有别的面试了" in later
    await rings(company, MORNING)
    assert [each.splitlines()[1:] for each in (await told())["lina"]] == [
        ["你自己今天要面试 1 场，第一场 12:30。发「列表 今天」看。"]
    ]


async def test_hr_is_told_apart_what_is_over_what_is_ahead_and_what_is_their_own(company: Company) -> None:
    assert "等你审批的，今天没有面试，" in await company.says("liuyang", "简报")
    await interview(company, timedelta(hours=1))
    own = await interview(company, timedelta(hours=2), "liuyang")
    said = await company.says("liuyang", "简报")
    assert "今天面试 2 场，第一场 10:30。发「列表 今天」看。\n你自己今天要面试 1 场，第一场 11:30。" in said
    said = await says(company.store, "liuyang", "简报", NOW + timedelta(minutes=90))
    assert "今天还有面试 1 场，最近一场 11:30。" in said
    await Booking.filter(id=own.id).update(status=BookingStatus.COMPLETED)
    said = await says(company.store, "liuyang", "简报", NOW + timedelta(hours=3))
    assert "等你审批的，今天没有别的面试了，" in said


async def test_what_a_colleague_proposed_waits_as_well(company: Company) -> None:
    wanted = rights.Wanted(
        kind=rights.GrantChangeKind.GIVE, employee=company.person("lina"), role=Role.HR, organisation=company.unit
    )

    async def propose() -> None:
        await office.employee("hanxue", company.group, Role.SECURITY_ADMIN, name="韩雪")
        await rights.propose(by(company.admin), wanted)

    await company.store.transact(propose)
    assert "同事提的事等你决定 1 件。发「待我审批」看。" in await company.says("hanxue", "简报")
    assert "1　S" in await company.says("hanxue", "待我审批")
    await rings(company, MORNING)
    assert set(await told()) == {"hanxue"}
    assert "等你决定 1 件" in (await told())["hanxue"][0]
