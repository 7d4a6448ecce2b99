"""华辰制造, the transition preset: HR alone in time; a late case goes to the head of the department."""

from tests.scenarios.company import Company
from tests.scenarios.steps import heard, left_the_company, recorded, state_of, until, whole_logs

__all__ = ["whole_logs"]
LATE = until(1, 10)  # 23 hours before 高原's interview


async def test_in_time_hr_decides_alone_in_wecom(company: Company) -> None:
    await company.says("helin", "取消 高原 原因 岗位暂停")
    card = await company.card("helin", "待你确认", "高原 · 尾号3344")
    await company.taps("helin", card, "confirm", {"reason": "position_paused", "notify": "true", "keep": "false"})
    card = await company.card("helin", "再确认一次")
    await company.taps("helin", card, "confirm", {"reason": "position_paused", "notify": "true", "keep": "false"})
    await company.card("helin", "已通过", "前可撤销")
    await company.passes(61)
    notice = await company.sees("gaoyuan-3344", "已取消", "11月26日 周四 09:00")
    assert notice["app"] == "sms"
    assert "保留" not in notice["text"]
    await company.card("helin", "已取消")
    assert await heard(company, "zhenghao") == []


async def test_on_wecom_too_a_reason_nobody_chose_is_missed(company: Company) -> None:
    await company.says("helin", "取消 高原")
    card = await company.card("helin", "待你确认")
    await company.taps("helin", card, "confirm")
    await company.sees("helin", "还没有选取消原因", "编号 E")
    card = await company.card("helin", "待你确认")
    await company.taps("helin", card, "confirm", {"reason": "plan_changed"})
    await company.card("helin", "已通过")


async def test_the_next_channel_is_used_when_the_preferred_refuses(company: Company) -> None:
    fault = {"platform": "sms", "match": "/", "kind": "errcode", "value": "isv.MOBILE_NUMBER_ILLEGAL", "times": 1}
    await company.post("/faults", fault)
    await company.says("helin", "确认取消 高原 原因 岗位暂停")
    await company.card("helin", "已通过")
    await company.passes(61)
    assert (await company.sees("gaoyuan-3344", "已取消"))["app"] == "email"


async def test_a_late_cancellation_of_the_company_goes_to_the_department(company: Company) -> None:
    await company.passes(LATE)
    await company.says("helin", "取消 高原 原因 岗位暂停")
    card = await company.card("helin", "待你确认", "用人部门")
    await company.taps("helin", card, "submit")
    await company.taps("helin", await company.card("helin", "再确认一次"), "submit")
    card = await company.card("zhenghao", "待你审批", "高原", "已在通知期内")
    await company.taps("zhenghao", card, "approve", {"still_needed": "paused"})
    await company.card("zhenghao", "已同意", "前可撤销")
    await company.sees("helin", "已通过", "前可撤销")  # drawn before the next change, which would else take its code
    assert await heard(company, "gaoyuan-3344") == []
    await company.passes(61)
    await company.sees("gaoyuan-3344", "已取消")
    await company.sees(
        "helin", "已取消", "高原", "用人部门 郑好"
    )  # on the card while it has a code left, else as a message


async def test_a_late_candidate_does_not_come_and_the_department_decides(company: Company) -> None:
    await company.passes(LATE)
    await company.says("gaoyuan-3344", "明天来不了了")
    await company.sees("gaoyuan-3344", "确认取消吗", "1 确认取消")
    await company.says("gaoyuan-3344", "1")
    await company.sees("gaoyuan-3344", "不必再前往")
    assert await state_of("gaoyuan-3344") == "declined"
    await company.sees("helin", "候选人不来", "高原")
    card = await company.card("zhenghao", "待你审批", "高原", "候选人提出")
    await company.taps("zhenghao", card, "approve", {"still_needed": "yes"})
    await company.sees("gaoyuan-3344", "按您的意思", "已取消")
    assert await state_of("gaoyuan-3344") == "cancelled"
    done = await recorded()
    assert [done[each] for each in ("booking.declined", "request.filed", "booking.cancelled")] == [1, 1, 1]


async def test_a_late_candidate_is_not_refused_because_nobody_may_decide(company: Company) -> None:
    await left_the_company(company, "zhenghao")
    await company.passes(LATE)
    await company.says("gaoyuan-3344", "取消")
    await company.sees("gaoyuan-3344", "1 确认取消")
    await company.says("gaoyuan-3344", "1")
    await company.sees("gaoyuan-3344", "不必再前往")
    assert await state_of("gaoyuan-3344") == "declined"
    card = await company.card("helin", "待你提交", "高原")
    await company.taps("helin", card, "submit")
    await company.sees("helin", "没有可用的用人部门审批人", "编号 E")
