"""A plain word that nobody confirms does not disappear, and who said no by mistake is heard again."""

import pytest

from tests.scenarios.company import Company
from tests.scenarios.steps import DAY, heard, number_of, recorded, state_of, until, whole_logs

__all__ = ["whole_logs"]
NET, HEAVY, SMS, MEMBER = "zhangwei-8123", "machao-5566", "zhangwei-4410", "linxiao-7788"
MINUTE = 60.0


@pytest.mark.parametrize("person", [NET, SMS])
async def test_an_unconfirmed_word_is_asked_about_again_and_then_told_to_hr(company: Company, person: str) -> None:
    await company.says(person, "来不了了")
    await company.sees(person, "确认取消吗")
    seen = len(await company.screen(person))
    await company.passes(10 * MINUTE + 1)
    await company.sees(person, "您 09:30 说「来不了了」，还没有确认", "确认取消", after=seen)
    assert await heard(company, "wangfang") == []
    await company.passes(20 * MINUTE)
    tail = person[-4:]
    await company.sees("wangfang", f"张伟（尾号 {tail}）09:30 说：来不了了，还没有确认", "发「取消 Y")
    await company.passes(3 * 60 * MINUTE)
    await company.settled()
    assert len([each for each in await heard(company, person) if "还没有确认" in each]) == 1
    assert len(await heard(company, "wangfang")) == 1
    await company.says(person, "确认取消")
    await company.sees(person, "按您的意思", "已取消")
    assert (await recorded())["booking.unconfirmed"] == 1


async def test_the_reminder_can_be_tapped(company: Company) -> None:
    await company.says(NET, "来不了了")
    await company.sees(NET, "确认取消吗")
    await company.passes(10 * MINUTE + 1)
    await company.chooses(NET, await company.sees(NET, "还没有确认"), "confirm")
    await company.sees(NET, "按您的意思", "已取消")


@pytest.mark.parametrize("answer", ["确认取消", "不取消", "想改周五上午"])
async def test_an_answered_word_is_not_told_again(company: Company, answer: str) -> None:
    await company.says(SMS, "来不了了")
    await company.sees(SMS, "确认取消吗")
    seen = len(await company.screen(SMS))
    await company.says(SMS, answer)
    await company.sees(SMS, "面试", after=seen + 1)
    await company.passes(60 * MINUTE)
    await company.settled()
    assert not any("还没有确认" in each for each in await heard(company, SMS) + await heard(company, "wangfang"))


async def test_shortly_before_the_start_hr_hears_of_it_at_once(company: Company) -> None:
    await company.passes(until(1, 14, 40))
    await company.says(NET, "来不了了")
    await company.sees("wangfang", "14:40 说：来不了了，还没有确认")
    assert await state_of(NET) == "confirmed"


async def test_in_the_last_hour_hr_hears_of_it_half_an_hour_before_the_start(company: Company) -> None:
    await company.passes(until(1, 14, 15))
    await company.says(NET, "来不了了")
    await company.sees(NET, "确认取消吗")
    await company.passes(14 * MINUTE)
    assert not any("还没有确认" in each for each in await heard(company, "wangfang"))
    await company.passes(MINUTE + 1)
    await company.sees("wangfang", "14:15 说：来不了了，还没有确认")


async def test_a_question_that_was_not_clear_is_left_alone(company: Company) -> None:
    await company.says(NET, "你好")
    await company.sees(NET, "您是想取消面试吗")
    await company.passes(DAY / 2)
    await company.settled()
    assert await heard(company, "wangfang") == []


async def declined(company: Company, person: str = HEAVY) -> None:
    """Let a candidate of the strict unit say no: the booking is declined, and not yet cancelled."""
    await company.says(person, "来不了了")
    await company.sees(person, "确认取消")
    await company.says(person, "确认取消")
    await company.sees(person, "不必再前往", "请回复「我要参加」")


async def wishes_back(company: Company, words: str = "点错了，我要参加") -> dict[str, object]:
    """Let 马超 say that they come after all; returns HR's card."""
    await company.says(HEAVY, words)
    await company.sees(HEAVY, "您想参加 11月26日 周四 10:00 的面试？")
    await company.says(HEAVY, "我要参加")
    await company.sees(HEAVY, "已转告招聘负责人", "请先不要前往", "编号 E")
    return await company.card("liuyang", "候选人改变主意 · 待你决定", "原话")


@pytest.mark.parametrize("words", ["点错了，我要参加", "我后悔了还想来", "我改主意了，我要参加", "我会准时参加"])
async def test_who_changes_their_mind_is_asked_and_hr_decides(company: Company, words: str) -> None:
    await declined(company)
    card = await wishes_back(company, words)
    assert await state_of(HEAVY) == "declined"
    await company.card("liuyang", "待你提交", "改变主意", "等 HR 决定是否恢复")
    await company.taps("liuyang", card, "confirm")
    await company.sees(HEAVY, "已恢复", "照常进行")
    await company.sees("wutong", "面试恢复", "请照常准备")
    await company.card("liuyang", "已恢复，面试照常")
    await company.card("liuyang", "已撤回", "面试照常")
    assert await state_of(HEAVY) == "confirmed"
    done = await recorded()
    assert (done["booking.return_asked"], done["booking.restored"], done["request.withdrawn"]) == (1, 1, 1)


async def test_a_restored_interview_can_be_declined_again(company: Company) -> None:
    await declined(company)
    await company.taps("liuyang", await wishes_back(company), "confirm")
    await company.sees(HEAVY, "已恢复")
    seen = len(await company.screen("wutong"))
    await declined(company)
    await company.sees("wutong", "候选人不来", "不必等候", after=seen)
    assert await state_of(HEAVY) == "declined"


async def test_the_menu_is_tapped_as_well(company: Company) -> None:
    await declined(company)
    await company.says(HEAVY, "我后悔了还想来")
    menu = await company.sees(HEAVY, "您想参加")
    assert [each["text"] for each in menu["menu"]["items"]] == ["我要参加", "不参加"]
    await company.chooses(HEAVY, menu, "dismiss")
    await company.sees(HEAVY, "仍按您不来办理")
    await company.chooses(HEAVY, menu, "undo")
    await company.card("liuyang", "候选人改变主意 · 待你决定")


@pytest.mark.parametrize("door", ["tap", "text"])
async def test_hr_says_no_and_the_candidate_hears_not_to_come(company: Company, door: str) -> None:
    await declined(company)
    card = await wishes_back(company)
    if door == "tap":
        await company.taps("liuyang", card, "dismiss")
    else:
        await company.says("liuyang", f"不恢复 {await number_of(HEAVY)}")
        await company.sees("liuyang", "好，不恢复")
    await company.sees(HEAVY, "没有恢复，请不要前往")
    assert (await company.card("liuyang", "没有恢复，候选人不来"))["buttons"] == []
    assert await state_of(HEAVY) == "declined"


async def test_hr_restores_by_typing(company: Company) -> None:
    await declined(company)
    await wishes_back(company)
    await company.says("liuyang", f"恢复 {await number_of(HEAVY)}")
    await company.sees("liuyang", "已恢复", "马超")
    await company.sees(HEAVY, "已恢复", "照常进行")
    assert await state_of(HEAVY) == "confirmed"


@pytest.mark.parametrize("words", ["恢复 {}", "不恢复 {}"])
async def test_nobody_takes_back_what_the_candidate_said_unasked(company: Company, words: str) -> None:
    await declined(company)
    await company.says("liuyang", words.format(await number_of(HEAVY)))
    await company.sees("liuyang", "没有人能替其恢复", "编号 E")
    assert await state_of(HEAVY) == "declined"


async def test_nobody_waits_for_an_answer_that_does_not_come(company: Company) -> None:
    await declined(company)
    await wishes_back(company)
    await company.passes(until(2, 9, 30) + 1)
    await company.sees(HEAVY, "没有恢复，请不要前往")
    assert (await recorded())["booking.return_expired"] == 1
    assert (await company.card("liuyang", "没有恢复，候选人不来"))["buttons"] == []


async def test_an_approver_reads_of_the_changed_mind_before_deciding(company: Company) -> None:
    await company.passes(until(1, 9))
    await company.says(NET, "来不了了")
    await company.chooses(NET, await company.sees(NET, "确认取消吗"), "confirm")
    await company.card("wangfang", "待你审批", "候选人不会来")
    await company.says(NET, "我后悔了还想来")
    await company.chooses(NET, await company.sees(NET, "您想参加"), "undo")
    await company.card("wangfang", "待你审批", "候选人改变主意", "等 HR 决定是否恢复")
    wish = await company.card("wangfang", "候选人改变主意 · 待你决定")
    await company.taps("wangfang", wish, "confirm")
    await company.sees(NET, "已恢复")
    await company.card("wangfang", "申请已撤回", "候选人改变主意")
    assert await state_of(NET) == "confirmed"


async def test_after_the_closing_a_wish_is_passed_on_with_a_reference(company: Company) -> None:
    await company.says(SMS, "取消")
    await company.says(SMS, "1")
    await company.sees(SMS, "按您的意思", "已取消")
    await company.says(SMS, "我后悔了还想来")
    await company.sees(SMS, "已取消", "您还想参加，已转告招聘负责人", "编号 E")
    await company.sees("wangfang", "候选人改变主意，想参加", "原话：我后悔了还想来")
    assert await state_of(SMS) == "cancelled"


async def test_a_thank_you_after_saying_no_is_no_changed_mind(company: Company) -> None:
    await declined(company)
    seen = len(await company.screen(HEAVY))
    await company.says(HEAVY, "好的，谢谢")
    await company.sees(HEAVY, "已登记您不来", after=seen)
    assert (await recorded())["booking.return_asked"] == 0


async def test_while_the_company_cancels_a_plain_word_counts_at_once_and_can_be_taken_back(company: Company) -> None:
    await company.says("wangfang", "确认取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "前可撤销")
    await company.says(NET, "来不了了")
    menu = await company.sees(NET, "已记下您不来", "不必再前往")
    assert await state_of(NET) == "declined"
    await company.sees("lilei", "候选人不来", "不必等候")
    await company.sees("wangfang", "候选人不来（09:30 说的）")
    await company.chooses(NET, menu, "undo")
    wish = await company.card("wangfang", "候选人改变主意 · 待你决定")
    await company.taps("wangfang", wish, "confirm")
    await company.sees(NET, "已恢复")
    assert (await company.card("wangfang", "已撤销，面试照常"))["id"] == card["id"]
    assert await state_of(NET) == "confirmed"
