"""Beside the deciding, on both platforms: comments, and 催办 and 撤回 on the requester's card."""

import pytest

from models import Role
from tests.scenarios.company import Company
from tests.scenarios.steps import PNG, given_role, noted, on_the_table, recorded, request_number, state_of, whole_logs

__all__ = ["whole_logs"]


async def test_a_comment_goes_to_who_takes_part_on_either_platform_and_open_cards_still_count(company: Company) -> None:
    card = await on_the_table(company)
    number = request_number(card)
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    leaders = await company.card("zhaoguoqiang", "待你审批", "3/3")
    await company.says("liuyang", f"评论 {number} 编制表第二页请看一下")
    await company.sees("zhaoguoqiang", "评论：刘洋", "编制表第二页请看一下")
    await company.sees("chenmin", "评论：刘洋")
    await company.says("zhaoguoqiang", f"评论{number}看到了")
    await company.sees("liuyang", "评论：赵国强", "看到了")
    await company.taps("zhaoguoqiang", leaders, "approve")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    assert (await recorded())["request.commented"] == 2
    await company.says("liuyang", f"时间轴 {number}")
    await company.sees("liuyang", "赵国强 评论：「看到了」 · 企业微信")


@pytest.mark.parametrize("person", ["liuyang", "wutong"])  # DingTalk, WeCom
async def test_the_requester_reminds_and_withdraws_on_their_card(company: Company, person: str) -> None:
    if person != "liuyang":
        await given_role(company, person, Role.HR)
    await company.says(person, "取消 马超 原因 岗位暂停")
    await company.taps(person, await company.card(person, "待你确认"), "submit")
    await company.card(person, "待补证明")
    await company.sends_file(person, "短信.png", PNG)
    card = await company.card(person, "审批中")
    asked = await company.card("chenmin", "待你审批")

    await company.taps(person, card, "remind")
    await company.sees(person, "已催办", "陈敏")
    await company.sees("chenmin", "催办：", "等你审批")
    await company.says(person, "催办")
    await company.sees(person, "4 小时内只提醒一次", "没有办理")

    await company.taps(person, await company.card(person, "审批中"), "withdraw")
    await company.card(person, "已撤回", "面试照常")
    await company.card("chenmin", "申请已撤回")
    await company.taps("chenmin", asked, "approve", {"still_needed": "no"}, force=True)
    await company.until(lambda: noted("attempt.refused", 2), "the late tap is refused and on record")
    assert await state_of("machao-5566") == "confirmed"
    assert (await recorded())["request.withdrawn"] == 1
