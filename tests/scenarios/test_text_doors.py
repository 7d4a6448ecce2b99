"""Everything a card does can be typed: by list number, by request number, and the whole job without any card."""

from tests.scenarios.company import Company
from tests.scenarios.steps import (
    PNG,
    heard,
    noted,
    number_of,
    on_the_table,
    request_number,
    state_of,
    whole_logs,
)

__all__ = ["whole_logs"]
CARDS = {"platform": "dingtalk", "match": "/v1.0/card/instances", "times": 99}


async def test_the_list_of_what_waits_is_answered_by_number(company: Company) -> None:
    await on_the_table(company)
    await company.says("chenmin", "待我审批")
    await company.sees("chenmin", "待你审批 1 条", "马超 · 尾号5566", "同意 1")
    await company.says("chenmin", "同意 1 不再招聘")
    await company.sees("chenmin", "已同意 1 条")
    await company.card("chenmin", "已同意", "岗位不再招聘")
    await company.says("zhaoguoqiang", "待我审批")
    await company.sees("zhaoguoqiang", "待你审批 1 条")
    await company.says("zhaoguoqiang", "同意 1")
    await company.card("zhaoguoqiang", "已同意", "前可撤销")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")


async def test_nothing_waits_is_said(company: Company) -> None:
    await company.says("chenmin", "待我审批")
    await company.sees("chenmin", "没有待你审批的申请")
    await company.says("chenmin", "同意 1")
    await company.sees("chenmin", "没有办理", "编号 E")


async def test_a_rejection_by_number_carries_its_words(company: Company) -> None:
    number = request_number(await on_the_table(company))
    await company.says("chenmin", f"驳回 {number} 证据不清")
    await company.sees("chenmin", "已驳回 1 条")
    await company.card("liuyang", "已驳回", "证据不清")
    assert await state_of("machao-5566") == "confirmed"


async def test_sending_back_by_number_carries_its_words_and_is_submitted_again(company: Company) -> None:
    number = request_number(await on_the_table(company))
    await company.says("chenmin", f"退回 {number} 补一份通话记录")
    await company.card("liuyang", "已退回", "补一份通话记录")
    await company.says("liuyang", f"提交 {number}")
    await company.until(lambda: noted("request.submitted", 1), "the request is submitted again")
    await company.card("chenmin", "待你审批", number)


async def by_words_alone(company: Company) -> None:
    """Cancel in the strict unit with nothing but typed words and a picture."""
    await company.says("liuyang", "取消 马超")
    await company.sees("liuyang", "【待你确认】", "马超 · 尾号5566", "提交 Y", "原因 …")
    booking = await number_of("machao-5566")
    await company.says("liuyang", f"提交 {booking}")
    await company.sees("liuyang", "还没有选取消原因", "编号 E")
    await company.says("liuyang", f"提交 {booking} 原因 岗位暂停")
    await company.sees("liuyang", "【待补证明】")
    await company.sends_file("liuyang", "邮件.png", PNG)
    asked = await company.sees("chenmin", "【待你审批", "马超", "仍需 / 暂停 / 不再")
    number = request_number({"lines": asked["text"].splitlines()})  # not its 存证码, which may begin with a Q too
    await company.says("chenmin", f"同意 {number} 不再招聘")
    card = await company.card("zhaoguoqiang", "待你审批")
    await company.taps("zhaoguoqiang", card, "approve")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    await company.sees("liuyang", "【已取消】")


async def test_with_every_card_refused_the_job_is_done_by_typing(company: Company) -> None:
    await company.post("/faults", {**CARDS, "kind": "http", "value": 400})
    await by_words_alone(company)


async def test_without_a_card_template_the_job_is_done_by_typing(company: Company) -> None:
    await company.stop_bot()
    dingtalk = company.settings.dingtalk.model_copy(update={"card_template_id": None})
    company.settings = company.settings.model_copy(update={"dingtalk": dingtalk})
    await company.start_bot()
    await by_words_alone(company)
    cards = [each for each in await company.calls("dingtalk") if each["path"].startswith("/v1.0/card")]
    assert cards == []


async def test_in_the_fast_unit_words_alone_suffice_too(company: Company) -> None:
    await company.post("/faults", {**CARDS, "kind": "http", "value": 400})
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    await company.sees("wangfang", "【待你确认】", "确认取消 Y")
    await company.says("wangfang", f"确认取消 {await number_of('zhangwei-8123')}")
    await company.sees("wangfang", "【已通过", "前可撤销", "撤销 Q")
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")


async def test_a_leader_whose_card_wecom_refuses_decides_by_typing(company: Company) -> None:
    fault = {"platform": "wecom", "match": "/cgi-bin/message/send", "kind": "errcode", "value": 40058, "times": 1}
    await company.post("/faults", fault)
    card = await on_the_table(company)
    await company.taps("chenmin", card, "approve", {"still_needed": "no"})
    await company.sees("zhaoguoqiang", "【待你审批", "马超 · 尾号5566", f"同意 {request_number(card)}")
    await company.says("zhaoguoqiang", f"同意 {request_number(card)}")
    await company.sees("zhaoguoqiang", "已同意 1 条")
    await company.passes(61)
    await company.sees("machao-5566", "已取消")
    assert not any("没有办理" in each for each in await heard(company, "zhaoguoqiang"))
