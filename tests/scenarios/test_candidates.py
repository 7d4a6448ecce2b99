"""What candidates write and tap in WeChat, WeCom and by SMS: asked which interview, never refused."""

from datetime import timedelta

import pytest

from models import Candidate, Platform
from tests.scenarios.company import START, Company, Message
from tests.scenarios.steps import (
    DAY,
    at_the_desk,
    booked,
    heard,
    key_index,
    on_the_table,
    recorded,
    state_of,
    until,
    whole_logs,
)
from workflow import administering

__all__ = ["whole_logs"]
NET, HEAVY, SMS, MEMBER = "zhangwei-8123", "machao-5566", "zhangwei-4410", "linxiao-7788"
LATE = until(1, 9) - DAY + DAY / 2  # the evening before: 18 hours to 张伟's 15:00


async def asked(company: Company, person: str, words: str = "取消") -> Message:
    """Let a candidate write; returns the question with its choices."""
    seen = len(await company.screen(person))
    await company.says(person, words)
    return await company.sees(person, "场面试", after=seen)


@pytest.mark.parametrize("words", ["取消", "来不了了", "明天来不了了", "不好意思，我想取消面试"])
async def test_in_time_one_tap_cancels_and_everybody_hears_of_it(company: Company, words: str) -> None:
    menu = await asked(company, NET, words)
    assert "11月25日 周三 15:00" in menu["text"]
    assert await state_of(NET) == "confirmed"
    await company.chooses(NET, menu, "confirm")
    await company.sees(NET, "按您的意思", "已取消", "11月25日 周三 15:00")
    await company.sees("lilei", "已取消", "不必等候")
    await company.sees("wangfang", "已取消", "尾号8123")
    assert await state_of(NET) == "cancelled"
    done = await recorded()
    kinds = ("booking.declined", "request.filed", "evidence.kept", "request.approved", "booking.cancelled")
    assert [done[each] for each in kinds] == [1] * 5


async def test_not_cancelling_leaves_everything_as_it_is(company: Company) -> None:
    menu = await asked(company, NET)
    await company.chooses(NET, menu, "dismiss")
    await company.sees(NET, "照常进行")
    await company.says(NET, "不取消")
    await company.settled()
    assert await state_of(NET) == "confirmed"
    assert await heard(company, "wangfang") + await heard(company, "lilei") == []


async def test_a_wish_for_another_time_goes_to_hr_and_the_old_time_stands(company: Company) -> None:
    await company.says(NET, "改周五上午行吗")
    await company.sees(NET, "已转告招聘负责人", "原时间为您保留")
    await company.sees("wangfang", "想改期", "改周五上午行吗", "尾号8123")
    assert await state_of(NET) == "confirmed"


async def test_a_question_goes_to_hr(company: Company) -> None:
    await company.says(NET, "请问面试要带什么")
    await company.sees(NET, "已转给招聘负责人")
    await company.sees("wangfang", "候选人来信", "请问面试要带什么")


async def test_a_greeting_gets_three_choices(company: Company) -> None:
    menu = await asked(company, NET, "你好")
    assert [each["text"] for each in menu["menu"]["items"]] == ["确认取消", "想改期", "不取消，按时参加"]


async def test_an_sms_is_answered_with_a_number_even_hours_later(company: Company) -> None:
    question = await asked(company, SMS)
    assert all(each in question["text"] for each in ("1 确认取消", "2 想改期", "3 不取消"))
    await company.passes(3 * 3600)
    await company.says(SMS, "1")
    await company.sees(SMS, "按您的意思", "已取消", "11月26日 周四 16:30")
    await company.sees("lilei", "已取消")


async def test_a_number_without_a_question_is_asked_about_and_does_nothing(company: Company) -> None:
    await company.says(SMS, "1")
    await company.sees(SMS, "您是想取消面试吗", "1 确认取消", "3 不取消")
    assert await state_of(SMS) == "confirmed"


@pytest.mark.parametrize("words", ["退订", "TD", "退订取消"])
async def test_unsubscribing_cancels_nothing(company: Company, words: str) -> None:
    await asked(company, SMS, words)
    await company.settled()
    assert await state_of(SMS) == "confirmed"
    assert await heard(company, "wangfang") == []


async def test_a_member_of_the_corp_gets_a_card_with_three_buttons(company: Company) -> None:
    await company.says(MEMBER, "取消")
    card = await company.card(MEMBER, "请选择", "11月26日 周四 14:00")
    assert [each["text"] for each in card["buttons"]] == ["确认取消", "想改期", "不取消"]
    await company.taps(MEMBER, card, "confirm")
    await company.sees(MEMBER, "不必再前往", "登记号 Q")
    assert (await company.card(MEMBER, "您的面试"))["buttons"] == []
    assert await state_of(MEMBER) == "declined"


async def test_two_interviews_ahead_are_asked_about(company: Company) -> None:
    await booked(NET, START + timedelta(days=2, hours=1), company)
    menu = await asked(company, NET)
    assert "2 场面试" in menu["text"]
    second = menu["menu"]["items"][1]
    assert "11月26日 周四 10:30" in second["text"]
    await company.post(f"/phones/{NET}/choose", {"menu": menu["menu"]["id"], "item": second["id"]})
    one = await company.sees(NET, "11月26日 周四 10:30", "确认取消吗")
    await company.chooses(NET, one, "confirm")
    await company.sees(NET, "按您的意思", "11月26日 周四 10:30")
    assert await state_of(NET) == "confirmed"


async def test_a_day_that_is_said_narrows_two_interviews_down(company: Company) -> None:
    await booked(NET, START + timedelta(days=2, hours=1), company)
    menu = await asked(company, NET, "后天来不了了")
    assert "11月26日 周四 10:30" in menu["text"]
    assert "11月25日" not in menu["text"]


@pytest.mark.parametrize("action", ["confirm", "open", "dismiss"])
async def test_an_old_menu_meets_the_interview_as_it_is_now(company: Company, action: str) -> None:
    old = await asked(company, NET)
    await company.chooses(NET, await asked(company, NET, "你好"), "confirm")
    await company.sees(NET, "按您的意思", "已取消")
    await company.settled()
    seen, before = len(await company.screen(NET)), await recorded()
    await company.chooses(NET, old, action)
    await company.sees(NET, "已取消，不必再前往", after=seen)
    assert await recorded() == before
    await company.settled()
    assert len(await heard(company, "wangfang")) == 1


@pytest.mark.parametrize("action", ["confirm", "dismiss"])
async def test_a_menu_tapped_weeks_later_says_what_is_true(company: Company, action: str) -> None:
    old = await asked(company, NET)
    await company.passes(20 * DAY)
    await company.chooses(NET, old, action)
    await company.sees(NET, "已到开始时间")
    assert await state_of(NET) == "confirmed"


async def test_a_second_cancellation_says_that_it_is_done(company: Company) -> None:
    await company.chooses(NET, await asked(company, NET), "confirm")
    await company.sees(NET, "按您的意思", "已取消")
    seen = len(await company.screen(NET))
    await company.says(NET, "取消")
    await company.sees(NET, "已取消，不必再前往", after=seen)
    assert (await recorded())["request.filed"] == 1


async def late(company: Company) -> dict[str, object]:
    """Let 张伟 cancel the evening before; returns the card on which 王芳 decides what follows."""
    await company.passes(LATE)
    await company.chooses(NET, await asked(company, NET), "confirm")
    await company.sees(NET, "不必再前往")
    return await company.card("wangfang", "待你审批", "候选人提出", "尾号8123")


async def test_late_the_word_counts_at_once_and_hr_decides_the_closing(company: Company) -> None:
    card = await late(company)
    assert await state_of(NET) == "declined"
    await company.sees("lilei", "候选人不来", "不必等候")
    await company.taps("wangfang", card, "approve", {"keep": False})
    notice = await company.sees(NET, "按您的意思", "已取消")
    assert "保留" not in notice["text"]
    await company.card("wangfang", "已同意 · 已取消")
    assert await state_of(NET) == "cancelled"
    assert len(await heard(company, "lilei")) == 1


async def test_a_refused_closing_makes_nobody_come(company: Company) -> None:
    card = await late(company)
    await company.taps("wangfang", card, "reject", {"comment": "请先核实"})
    await company.card("wangfang", "已驳回")
    await company.passes(DAY)
    assert await state_of(NET) == "declined"
    assert not any("照常" in each for each in await heard(company, "wangfang") + await heard(company, NET))


async def test_strict_the_word_is_drafted_for_hr_and_goes_through_the_chain(company: Company) -> None:
    await company.chooses(HEAVY, await asked(company, HEAVY, "来不了了"), "confirm")
    await company.sees(HEAVY, "不必再前往", "登记号 Q")
    await company.sees("wutong", "候选人不来", "不必等候")
    assert await state_of(HEAVY) == "declined"
    draft = await company.card("liuyang", "候选人不来 · 待你提交", "候选人本人回复", "来不了了")
    await company.taps("liuyang", draft, "submit")
    card = await company.card("chenmin", "待你审批", "候选人提出")
    await company.taps("chenmin", card, "approve", {"still_needed": "yes"})
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve")
    await company.sees(HEAVY, "按您的意思", "已取消", "11月26日 周四 10:00")
    await company.card("liuyang", "已取消")
    assert await state_of(HEAVY) == "cancelled"
    done = await recorded()
    assert (done["approval.approved"], done["booking.cancelled"], done["evidence.kept"]) == (2, 1, 1)


async def test_the_word_joins_an_open_request_as_its_evidence(company: Company) -> None:
    await on_the_table(company)
    await company.chooses(HEAVY, await asked(company, HEAVY), "confirm")
    await company.sees(HEAVY, "不必再前往")
    await company.sees("wutong", "候选人不来")
    await company.sees("liuyang", "候选人不来（09:30 说的）", "原话：取消", "取消申请照常办完手续")
    await company.card("liuyang", "审批中", "候选人不来（09:30 说的），不必再等")
    assert await state_of(HEAVY) == "declined"
    assert (await recorded())["request.filed"] == 1
    assert (await recorded())["evidence.kept"] == 2
    card = await company.card("chenmin", "待你审批", "2 份 ✓", "候选人本人回复")
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    leader = await company.card("zhaoguoqiang", "待你审批", "候选人本人回复")
    await company.taps("zhaoguoqiang", leader, "approve")
    await company.passes(61)
    await company.sees(HEAVY, "已取消")
    assert await state_of(HEAVY) == "cancelled"
    assert len(await heard(company, "wutong")) == 1


async def test_rejecting_the_joined_request_leaves_the_candidate_at_home(company: Company) -> None:
    await on_the_table(company)
    await company.chooses(HEAVY, await asked(company, HEAVY), "confirm")
    await company.sees(HEAVY, "不必再前往")
    card = await company.card("chenmin", "待你审批", "2 份 ✓", "候选人本人回复", "候选人不来（09:30 说的）")
    await company.taps("chenmin", card, "reject", {"comment": "岗位仍缺人"})
    hr = await company.card("liuyang", "已驳回")
    assert any("不必再等" in line for line in hr["lines"])
    await company.passes(until(2, 11))
    assert await state_of(HEAVY) == "declined"


async def test_the_company_cannot_undo_what_the_candidate_said_in_the_grace(company: Company) -> None:
    await company.says("wangfang", "确认取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "前可撤销")
    await company.chooses(NET, await asked(company, NET), "confirm")
    await company.sees("lilei", "不必等候")
    await company.sees("wangfang", "候选人不来（09:30 说的）", "不能再撤销")
    await company.card("wangfang", "候选人不来（09:30 说的），不必再等", "执行，不能再撤销")
    await company.taps("wangfang", card, "undo", force=True)
    await company.card("wangfang", "候选人本人说了不来", "编号 E")
    await company.passes(61)
    await company.sees(NET, "已取消", "不必再前往")
    assert await state_of(NET) == "cancelled"


async def test_after_the_start_the_tap_declines_as_the_word_does(company: Company) -> None:
    menu = await asked(company, NET)
    await company.passes(until(1, 15, 5))
    await company.chooses(NET, menu, "confirm")
    await company.sees(NET, "已记下您不来参加", "不必再前往")
    assert await state_of(NET) == "declined"


async def test_undecided_at_the_start_a_declined_interview_stays_declined(company: Company) -> None:
    await late(company)
    await company.passes(until(1, 15) - LATE + 1)
    await company.card("wangfang", "系统代办")
    assert await state_of(NET) == "declined"
    assert (await recorded())["request.expired"] == 1


async def test_somebody_without_interviews_is_told_so(company: Company) -> None:
    await company.passes(until(1, 17))
    await company.says(NET, "取消")
    await company.sees(NET, "没有待参加的面试")


async def test_the_number_of_another_persons_question_is_not_mine(company: Company) -> None:
    await asked(company, SMS)
    other = await Candidate.get(key_index=key_index(NET))
    await at_the_desk(company, lambda: administering.add_account(Platform.SMS, "13800138123", candidate=other))
    await company.says(NET, "1", app="sms")
    await company.sees(NET, "您是想取消面试吗")
    assert await state_of(SMS) == await state_of(NET) == "confirmed"
