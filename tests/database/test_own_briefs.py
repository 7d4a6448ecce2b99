"""简报 开, 简报 关: each person's own wish, which hides nothing that asks for an answer; 简报 at any hour."""

import json

import pytest

from models import AuditRecord, Employee, OutboxMessage, OutboxStatus
from tests.database import deciding
from tests.database.chains import Company, card_of
from tests.database.office import by
from tests.database.test_briefing import DAY, MORNING, ZHAO, company, rings, told, usual
from workflow import briefing
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
