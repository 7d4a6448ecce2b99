"""The strict chain across DingTalk and WeCom with all that can happen on the way; two phones of one person are one."""

from typing import Any

from models import AuditRecord
from tests.scenarios.company import Company
from tests.scenarios.steps import on_the_table, recorded, request_number, state_of, until, whole_logs

__all__ = ["whole_logs"]
NEEDED = {"still_needed": "no"}
LATE = until(1, 10)  # 23 hours before 高原's interview


def actions(card: dict[str, Any]) -> list[str]:
    """Return what can be pressed; the button that WeCom puts on a finished card does not count."""
    return [word for each in card["buttons"] if (word := each["key"].split(".")[0]) != "open"]


async def accepted_by_lina(company: Company) -> None:
    """Let 李娜 accept on her WeCom card that she decides for 赵国强."""
    await company.says("zhaoguoqiang", "委托 李娜 至 周五17:00 至多 3 级")
    card = await company.card("lina", "待你答复", "赵国强")
    await company.taps("lina", card, "approve")
    await company.card("lina", "代办中")
    await company.sees("zhaoguoqiang", "李娜 已同意")


async def test_a_proposal_lies_on_both_phones_and_one_answer_changes_both(company: Company) -> None:
    await company.says("helin", "委托 郑好 至 周五17:00")
    cards = [await company.card("zhenghao", "待你答复", "何琳", app=app) for app in ("dingtalk", "wecom")]
    await company.taps("zhenghao", cards[1], "approve")
    for app in ("wecom", "dingtalk"):
        assert "approve" not in actions(await company.card("zhenghao", "代办中", app=app))
    await company.settled()
    await company.taps("zhenghao", cards[0], "reject", force=True)
    await company.sees("zhenghao", "未重复执行", "编号 E")
    assert (await recorded())["delegation.accepted"] == 1
    assert (await recorded())["delegation.declined"] == 0


async def both_added(company: Company, number: str) -> None:
    """Let 陈敏 ask 李雷 before herself and 郑好 beside; both agree, 郑好 in WeCom, and her card comes back to her."""
    await company.says("chenmin", f"前加签 {number} 李雷 附言=请看编制")
    await company.card("chenmin", "已前加签，先由 李雷 审批", "前加签 李雷 处理中、你 未轮到")
    await company.sees("lilei", "前加签给你", "请看编制")
    await company.taps("lilei", await company.card("lilei", "待你审批", "前加签"), "approve", {"comment": "编制已满"})
    await company.card("chenmin", "待你审批")
    await company.says("chenmin", f"并加签 {number} 郑好")
    await company.sees("chenmin", "已并加签 郑好")
    await company.card("zhenghao", "待你审批", "并加签", app="dingtalk")
    await company.taps("zhenghao", await company.card("zhenghao", "待你审批", "并加签", app="wecom"), "approve")
    for app in ("wecom", "dingtalk"):
        assert "approve" not in actions(await company.card("zhenghao", "已同意", app=app))


async def test_a_strict_case_with_everything_on_the_way_is_decided_in_both_apps(company: Company) -> None:
    await accepted_by_lina(company)
    department = await on_the_table(company)
    number = request_number(department)
    await both_added(company, number)
    department = await company.card("chenmin", "待你审批", number)
    await company.taps("chenmin", department, "approve", NEEDED)

    leaders = await company.card("zhaoguoqiang", "待你审批", "3/3")
    deputys = await company.card("lina", "待你审批", "（代 赵国强）")
    await company.says("lina", f"退回 {number} 到 用人部门 请再核一次编制")
    department = await company.card("chenmin", "待你审批", "2/3", number)
    await company.card("lina", "已退回", "你代 赵国强 已于")
    await company.card("zhaoguoqiang", "已退回", "李娜 代 赵国强 已于")
    await company.settled()
    for person, late, who in (("zhaoguoqiang", leaders, "李娜 代你"), ("lina", deputys, "你")):
        await company.taps(person, late, "approve", force=True)
        await company.sees(person, f"{who} 于 09:3", "已退回补充，未重复执行", "编号 E")
    assert (await recorded())["attempt.refused"] == 2

    await company.taps("chenmin", department, "approve", NEEDED)

    seen = len(await company.screen("zhaoguoqiang"))
    leaders = await company.card("zhaoguoqiang", "待你审批", "3/3", after=seen)
    await company.taps("zhaoguoqiang", leaders, "hand_over")
    await company.sees("zhaoguoqiang", f"{number} 转交给谁")
    await company.says("zhaoguoqiang", f"转交 {number} 吴桐 附言=你主持过这场")
    await company.card("zhaoguoqiang", "已转交", "吴桐", after=seen)
    await company.card("lina", "已转交", "赵国强 已于", "转交 吴桐，不再需要你处理")
    stale = await company.card("wutong", "待你审批", number)

    await company.says("machao-5566", "我来不了了")
    await company.sees("machao-5566", "已记下")
    await company.settled()
    await company.taps("wutong", stale, "approve", force=True)
    await company.sees("wutong", "你看过以后：新增证明材料 1 份（现有 2 份）；候选人说不来了", "编号 E")
    fresh = await company.card("wutong", "待你审批", "2 份 ✓", "候选人不来")
    await company.taps("wutong", fresh, "approve")
    await company.card("wutong", "已同意")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    assert await state_of("machao-5566") == "cancelled"
    for person in ("chenmin", "wutong", "zhenghao"):
        await company.sees(person, "已同意 · 已取消")
    kinds = ("delegation.accepted", "approval.added", "approval.returned", "approval.handed_on", "approval.approved")
    done = await recorded()
    assert [done[each] for each in kinds] == [1, 2, 1, 1, 5]


async def late_in_the_works(company: Company) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let 何琳 cancel late, so that 郑好 is asked; returns the cards in both of 郑好's apps."""
    await company.passes(LATE)
    await company.says("helin", "取消 高原 原因 岗位暂停")
    await company.taps("helin", await company.card("helin", "待你确认", "用人部门"), "submit")
    await company.taps("helin", await company.card("helin", "再确认一次"), "submit")
    both = [await company.card("zhenghao", "待你审批", "高原", app=app) for app in ("dingtalk", "wecom")]
    await company.settled()
    return both[0], both[1]


async def test_who_has_both_apps_decides_in_dingtalk_and_wecom_shows_it(company: Company) -> None:
    here, there = await late_in_the_works(company)
    await company.taps("zhenghao", here, "approve", {"still_needed": "paused"})
    for app in ("dingtalk", "wecom"):
        assert "approve" not in actions(await company.card("zhenghao", "已同意", "前可撤销", app=app))
    await company.taps("zhenghao", there, "approve", {"still_needed": "no"}, force=True)
    await company.sees("zhenghao", "未重复执行", "编号 E")
    assert (await recorded())["approval.approved"] == 1
    await company.passes(61)
    await company.sees("gaoyuan-3344", "已取消")
    await company.card("zhenghao", "已同意 · 已取消", app="dingtalk")


async def test_who_has_both_apps_decides_in_wecom_and_dingtalk_shows_it(company: Company) -> None:
    here, there = await late_in_the_works(company)
    await company.taps("zhenghao", there, "reject")
    await company.sees("zhenghao", "驳回要写原因", "编号 E")
    number = request_number(there)
    await company.says("zhenghao", f"驳回 {number} 岗位仍缺人", app="wecom")
    for app in ("dingtalk", "wecom"):
        assert actions(await company.card("zhenghao", "已驳回", app=app)) == []
    await company.taps("zhenghao", here, "approve", {"still_needed": "no"}, force=True)
    await company.card("zhenghao", "申请已驳回", "编号 E", app="dingtalk")
    assert await state_of("gaoyuan-3344") == "confirmed"


async def test_what_is_typed_in_one_app_is_about_the_card_of_that_app(company: Company) -> None:
    here, _ = await late_in_the_works(company)
    fault = {"platform": "wecom", "match": "/cgi-bin/message/update_template_card", "kind": "http", "value": 500}
    await company.post("/faults", {**fault, "times": 99})
    await company.says("gaoyuan-3344", "明天来不了了")
    await company.sees("gaoyuan-3344", "已记下")
    await company.card("zhenghao", "待你审批", "候选人不来", app="dingtalk")
    number = request_number(here)
    await company.says("zhenghao", f"同意 {number} 仍需", app="wecom")
    await company.sees("zhenghao", "候选人说不来了", "编号 E")
    assert (await recorded())["approval.approved"] == 0
    await company.says("zhenghao", f"同意 {number} 仍需", app="dingtalk")
    await company.sees("zhenghao", "已同意 1 条")
    assert await AuditRecord.filter(action="approval.approved").count() == 1
