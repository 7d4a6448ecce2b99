"""What the platform counts: DingTalk's standard edition gives 5,000 calls a month, so each case has its budget (§6)."""

from tests.scenarios.company import Company
from tests.scenarios.steps import PNG, asked_for_evidence, on_the_table, until, whole_logs

__all__ = ["whole_logs"]


async def counted(company: Company) -> list[str]:
    """Return the counted DingTalk calls, when nothing more is to be sent."""
    await company.settled()
    return [each["path"] for each in await company.calls("dingtalk", counted=True)]


async def test_a_late_candidate_decided_by_hr_costs_four_calls(company: Company) -> None:
    await company.passes(until(1, 9))
    await company.says("zhangwei-8123", "取消")
    menu = await company.sees("zhangwei-8123", "确认取消吗")
    await company.chooses("zhangwei-8123", menu, "confirm")
    card = await company.card("wangfang", "待你审批")
    await company.sees("lilei", "不必等候")
    await company.taps("wangfang", card, "approve")
    await company.card("wangfang", "已同意 · 已取消")
    await company.sees("zhangwei-8123", "已取消")
    assert 0 < len(await counted(company)) <= 4


async def test_a_strict_case_of_the_company_costs_seven_calls(company: Company) -> None:
    card = await on_the_table(company)
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve")
    await company.card("zhaoguoqiang", "前可撤销")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    await company.card("liuyang", "已取消")
    assert 0 < len(await counted(company)) <= 7


async def test_a_strict_case_of_a_candidate_costs_seven_calls(company: Company) -> None:
    await company.says("machao-5566", "来不了了")
    menu = await company.sees("machao-5566", "确认取消吗")
    await company.chooses("machao-5566", menu, "confirm")
    await company.taps("liuyang", await company.card("liuyang", "待你提交"), "submit")
    card = await company.card("chenmin", "待你审批")
    await company.taps("chenmin", card, "approve", {"still_needed": "yes"})
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve")
    await company.sees("machao-5566", "按您的意思", "已取消")
    await company.card("liuyang", "已取消")
    assert 0 < len(await counted(company)) <= 7


async def test_a_fast_cancellation_costs_five_calls(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    await company.taps("wangfang", await company.card("wangfang", "待你确认"), "confirm")
    await company.card("wangfang", "前可撤销")
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")
    await company.card("wangfang", "已取消")
    assert 0 < len(await counted(company)) <= 5


async def test_a_press_is_answered_in_the_callback_itself(company: Company) -> None:
    await asked_for_evidence(company)
    await company.settled()
    paths = [each["path"] for each in await company.calls("dingtalk", counted=True)]
    assert [each for each in paths if each == "/v1.0/card/instances"] == []
    await company.sends_file("liuyang", "邮件.png", PNG)
    await company.card("chenmin", "待你审批")
