"""The strict chain across both platforms: returned to a level, handed on, somebody added, and a tap that comes late."""

from tests.scenarios.company import Company
from tests.scenarios.steps import noted, on_the_table, recorded, request_number, state_of, whole_logs

__all__ = ["whole_logs"]


async def test_a_strict_case_is_returned_handed_on_and_seen_by_one_more(company: Company) -> None:
    card = await on_the_table(company)
    number = request_number(card)
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    leaders = await company.card("zhaoguoqiang", "待你审批", "3/3")

    await company.says("zhaoguoqiang", f"退回 {number} 到 用人部门 编制再核一下")
    again = await company.card("chenmin", "待你审批", "2/3", number)
    assert again["id"] != card["id"]
    await company.taps("zhaoguoqiang", leaders, "approve", force=True)
    await company.until(lambda: noted("attempt.refused", 1), "the late tap is refused and on record")

    await company.says("chenmin", f"前加签 {number} 李雷")
    await company.sees("chenmin", "已前加签 李雷")
    added = await company.card("lilei", "待你审批", "前加签", number)
    await company.card("chenmin", "已前加签，先由 李雷 审批")
    await company.taps("lilei", added, "approve")
    again = await company.card("chenmin", "待你审批", "李雷", number)
    await company.taps("chenmin", again, "approve", {"still_needed": "no"})

    leaders = await company.card("zhaoguoqiang", "待你审批", "3/3")
    await company.taps("zhaoguoqiang", leaders, "hand_over")
    await company.sees("zhaoguoqiang", f"{number} 转交给谁", f"转交 {number} 姓名")
    await company.says("zhaoguoqiang", f"转交 {number} 吴桐")
    await company.card("zhaoguoqiang", "已转交", "吴桐")
    taken = await company.card("wutong", "待你审批", number)
    await company.taps("wutong", taken, "approve")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    assert await state_of("machao-5566") == "cancelled"
    done = await recorded()
    kinds = ("approval.returned", "approval.added", "approval.handed_on", "approval.approved")
    assert [done[each] for each in kinds] == [1, 1, 1, 4]


async def test_a_delegate_decides_from_the_card_while_both_phones_show_it(company: Company) -> None:
    await company.says("zhaoguoqiang", "委托 吴桐 至 周五17:00")
    await company.sees("zhaoguoqiang", "其同意后才开始")
    await company.taps("wutong", await company.card("wutong", "待你答复", "赵国强"), "approve")
    await company.sees("zhaoguoqiang", "吴桐 已同意")
    card = await on_the_table(company)
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    mine = await company.card("zhaoguoqiang", "待你审批", "3/3")
    await company.taps("wutong", await company.card("wutong", "待你审批", "（代 赵国强）"), "approve")
    await company.card("zhaoguoqiang", "吴桐 代 赵国强")
    await company.taps("zhaoguoqiang", mine, "approve", force=True)
    await company.until(lambda: noted("attempt.refused", 1), "the second answer is refused")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    assert (await recorded())["approval.approved"] == 2
