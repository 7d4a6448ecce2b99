"""What has consequences is confirmed twice on the same card, in both phones, and costs no call more (E3, §6)."""

from datetime import timedelta

from tests.scenarios.company import START, Company
from tests.scenarios.steps import booked, heard, recorded, state_of, whole_logs

__all__ = ["whole_logs"]


async def test_in_dingtalk_the_second_tap_is_on_the_redrawn_card_and_costs_no_call(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突 不通知 不保留")
    card = await company.card("wangfang", "要确认两次", "不通知：候选人会白等，请自己告知", "不保留")
    await company.taps("wangfang", card, "confirm")
    again = await company.card("wangfang", "再确认一次")
    assert again["id"] == card["id"]
    assert (await recorded())["request.filed"] == 0
    await company.taps("wangfang", card, "confirm", force=True)  # the button as it was before: a double tap
    assert (await recorded())["request.filed"] == 0
    await company.taps("wangfang", await company.card("wangfang", "再确认一次"), "confirm")
    await company.card("wangfang", "已通过")
    await company.settled()
    assert len(await company.calls("dingtalk", counted=True)) <= 2
    await company.passes(61)
    await company.sees("lilei", "已取消")
    assert await heard(company, "zhangwei-8123") == []


async def test_in_wecom_the_same_card_asks_twice(company: Company) -> None:
    await company.says("helin", "取消 高原 原因 计划调整 不保留")
    card = await company.card("helin", "要确认两次", "不保留：候选人不能凭这次资格改约")
    await company.taps("helin", card, card["buttons"][0]["key"].split(".")[0])
    again = await company.card("helin", "再确认一次")
    assert again["id"] == card["id"]
    assert (await recorded())["request.filed"] == 0
    await company.taps("helin", again, again["buttons"][0]["key"].split(".")[0])
    await company.card("helin", "已通过")
    assert (await recorded())["request.filed"] == 1


async def test_within_a_day_two_taps_and_one_message_still_do(company: Company) -> None:
    soon = await booked("zhangwei-4410", START + timedelta(hours=5), company)
    await company.says("wangfang", f"取消 {soon.number} 原因 面试官冲突")
    await company.taps("wangfang", await company.card("wangfang", "不足 24 小时"), "confirm")
    await company.taps("wangfang", await company.card("wangfang", "再确认一次"), "confirm")
    await company.card("wangfang", "已通过")
    assert len([each for each in await company.screen("wangfang") if each["from"] == "me"]) == 1


async def test_the_words_alone_act_as_the_tap(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    await company.card("wangfang", "待你确认")
    await company.says("wangfang", "确认取消")
    await company.card("wangfang", "已通过")
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")
    assert await state_of("zhangwei-8123") == "cancelled"
