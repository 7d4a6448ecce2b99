"""What happens beside the straight way: a second draft, a group, a number without a list, a file out of the blue."""

from datetime import timedelta
from typing import Any

from handlers import groups
from handlers.routing import Incoming, ReplyAddress
from models import Account, Card, CardPurpose, Evidence, InboundMessage, OutboxMessage, Platform
from tests.scenarios.company import START, Company
from tests.scenarios.steps import (
    ADMINISTRATOR,
    PNG,
    asked_for_evidence,
    at_the_desk,
    booked,
    heard,
    on_the_table,
    recorded,
    request_number,
    state_of,
    until,
    whole_logs,
)

__all__ = ["whole_logs"]
GROUP = "招聘群"
FOREIGN = "https://example.com/robot/sendBySession?session=x"


async def cards_of(company: Company, person: str) -> list[dict[str, Any]]:
    """Return every card on a person's phone as it looks now, oldest first."""
    return [each["card"] for each in await company.screen(person) if each["card"]]


async def two_drafts(company: Company) -> list[dict[str, Any]]:
    """Let 王芳 ask for the same card twice."""
    for _ in range(2):
        seen = len(await company.screen("wangfang"))
        await company.says("wangfang", "取消 8123 原因 面试官冲突")
        await company.card("wangfang", "待你确认", after=seen)
    return await cards_of(company, "wangfang")


async def test_the_other_draft_loses_its_buttons_when_one_is_confirmed(company: Company) -> None:
    first, second = await two_drafts(company)
    await company.taps("wangfang", second, "confirm")
    await company.card("wangfang", "前可撤销")
    left = await company.card("wangfang", "已由 王芳 处理", "申请 Q")
    assert left["id"] == first["id"]
    assert left["buttons"] == []
    await company.settled()
    # two cards created, the answer to the press carries the second, one update for the first
    assert len(await company.calls("dingtalk", counted=True)) <= 4


async def test_a_draft_loses_its_buttons_when_the_candidate_says_no(company: Company) -> None:
    await two_drafts(company)
    await company.says("zhangwei-8123", "来不了了")
    menu = await company.sees("zhangwei-8123", "确认取消吗")
    await company.chooses("zhangwei-8123", menu, "confirm")
    await company.sees("zhangwei-8123", "已取消")
    await company.settled()
    cards = await cards_of(company, "wangfang")
    assert [each["buttons"] for each in cards] == [[], []]
    assert not await Card.filter(purpose=CardPurpose.CONFIRM, closed=False).exists()


async def test_a_draft_that_was_put_down_and_a_colleagues_draft_end_as_well(company: Company) -> None:
    card = (await two_drafts(company))[0]
    await company.taps("wangfang", card, "dismiss")
    await company.card("wangfang", "已放下，没有取消")
    await company.says("wangfang", "取消 8123 确认取消")
    await company.card("wangfang", "前可撤销")
    await company.settled()
    for each in await cards_of(company, "wangfang"):
        assert [one["key"].split(".")[0] for one in each["buttons"]] in ([], ["undo"])


async def test_a_command_in_a_group_is_answered_there_in_one_line_without_names(company: Company) -> None:
    await company.says("wangfang", "取消 8123", group=GROUP)
    await company.card("wangfang", "待你确认", "尾号8123")
    said = await company.sees("liuyang", "已在单聊回复你")
    assert said["group"] == GROUP
    assert "8123" not in said["text"]
    await company.settled()
    assert len([each for each in await heard(company, "liuyang") if "单聊" in each]) == 1


async def test_a_list_asked_for_in_a_group_is_answered_by_number_in_the_private_chat(company: Company) -> None:
    await company.says("wangfang", "取消 张伟", group=GROUP)
    await company.sees("wangfang", "请选", "尾号4410")
    await company.says("wangfang", "2")
    await company.card("wangfang", "待你确认", "尾号4410")


async def test_a_group_line_goes_nowhere_once_its_address_has_run_out_or_is_not_dingtalks(company: Company) -> None:
    account = await Account.get(platform=Platform.DINGTALK, employee__key="wangfang")
    forever = 2**53
    for url, until_ms in ((f"{company.base}/dingtalk/robot/sendBySession?session=x", 0), (FOREIGN, forever)):
        where = ReplyAddress(url, until_ms)
        incoming = Incoming(Platform.DINGTALK, f"test:{until_ms}", "text", "wangfang", in_group=True, reply_to=where)
        await at_the_desk(company, lambda incoming=incoming: groups.answer(ADMINISTRATOR, incoming, account))
    await company.settled()
    rows = await OutboxMessage.filter(kind="group_reply").order_by("posted_at", "reason")
    assert sorted((str(each.status), each.reason) for each in rows) == [
        ("suppressed", "expired"),
        ("suppressed", "webhook-host"),
    ]
    assert not [each for each in await company.calls() if each["path"].endswith("sendBySession")]


async def test_a_picture_out_of_the_blue_is_thanked_for_and_not_kept(company: Company) -> None:
    for person in ("zhangwei-8123", "linxiao-7788"):
        await company.sends_file(person, "照片.png", PNG)
        await company.sees(person, "收到您发来的文件", "没有保存", "回复「取消」")
    assert await Evidence.all().count() == 0
    assert await state_of("zhangwei-8123") == "confirmed"


async def test_a_candidates_picture_becomes_the_proof_of_their_own_word(company: Company) -> None:
    await company.passes(until(1, 9))
    await company.says("zhangwei-8123", "发烧了，来不了了")
    menu = await company.sees("zhangwei-8123", "确认取消吗")
    await company.chooses("zhangwei-8123", menu, "confirm")
    await company.card("wangfang", "待你审批")
    await company.sends_file("zhangwei-8123", "诊断.png", PNG)
    await company.sees("zhangwei-8123", "已保存为登记 Q", "审批人")
    await company.card("wangfang", "待你审批", "候选人发来的图片")
    assert await Evidence.filter(kind="file").count() == 1
    await company.sends_file("zhangwei-8123", "说明.docx", b"PK\x03\x04 no picture", "application/msword")
    await company.sees("zhangwei-8123", "没有保存", "PNG、JPG、WebP", "不受影响")


async def test_a_candidates_picture_is_no_proof_of_the_companys_own_request(company: Company) -> None:
    await asked_for_evidence(company)
    await company.sends_file("machao-5566", "照片.png", PNG)
    await company.sees("machao-5566", "没有保存")
    assert await Evidence.all().count() == 0


async def test_a_voice_message_is_answered_with_what_to_do(company: Company) -> None:
    for person in ("zhangwei-8123", "linxiao-7788"):
        await company.says(person, "我来不了了", **{"as": "voice"})
        await company.sees(person, "收到您的语音", "听不了", "回复「取消」")
    assert await state_of("zhangwei-8123") == "confirmed"


async def test_a_number_without_a_list_is_asked_about_with_three_choices(company: Company) -> None:
    for number in ("1", "2"):
        seen = len(await company.screen("zhangwei-8123"))
        await company.says("zhangwei-8123", number)
        menu = await company.sees("zhangwei-8123", "您是想取消面试吗", after=seen)
        assert len(menu["menu"]["items"]) == 3
        await company.chooses("zhangwei-8123", menu, "dismiss")
        await company.sees("zhangwei-8123", "照常进行", after=seen)
    assert (await recorded())["booking.declined"] == 0


async def test_a_question_after_the_cancellation_reaches_hr(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    await company.taps("wangfang", await company.card("wangfang", "待你确认"), "confirm")
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消", "如有疑问，请联系 华辰互联招聘组")
    await company.says("zhangwei-8123", "为什么取消我的面试？")
    await company.sees("zhangwei-8123", "已转给招聘负责人")
    await company.sees("wangfang", "候选人来信", "为什么取消")


async def test_the_sms_and_the_page_name_the_contact(company: Company) -> None:
    await company.says("wangfang", "取消 4410 原因 面试官冲突")
    await company.taps("wangfang", await company.card("wangfang", "待你确认"), "confirm")
    await company.passes(61)
    sms = await company.sees("zhangwei-4410", "已取消", "010-55550101")
    assert len(sms["text"]) <= 2 * 67
    async with company.http.get(sms["links"][0]) as answer:
        assert "华辰互联招聘组 010-55550101" in await answer.text()


async def test_bare_words_show_the_recent_requests_and_a_number_goes_on(company: Company) -> None:
    await company.says("liuyang", "撤回")
    await company.sees("liuyang", "没有能撤回的申请", "编号 E")
    card = await on_the_table(company)
    number = request_number(card)
    await company.says("liuyang", "时间轴")
    await company.sees("liuyang", "时间轴哪一条", number, "马超")
    await company.says("liuyang", "1")
    await company.sees("liuyang", "时间轴 · " + number, "发起取消申请")
    await company.says("liuyang", "催办")  # harmless: where only one is open, it is done at once
    await company.sees("liuyang", f"已催办 {number}", "陈敏")
    await company.sees("chenmin", "催办", number)
    await company.says("liuyang", f"催办 {number}")
    await company.sees("liuyang", "已提醒过 陈敏", "4 小时")
    await company.says("liuyang", "撤回")
    await company.sees("liuyang", "撤回哪一条", number)
    await company.says("liuyang", "1")
    await company.sees("liuyang", f"已撤回申请 {number}")
    assert (await recorded())["request.reminded"] == 1


async def test_a_reminder_for_what_was_decided_meanwhile_is_not_sent(company: Company) -> None:
    card = await on_the_table(company)
    await company.says("liuyang", f"催办 {request_number(card)}")
    await company.sees("chenmin", "催办")
    await company.taps("chenmin", card, "reject", {"comment": "先不取消"})
    await company.card("chenmin", "已驳回")
    await company.says("liuyang", f"催办 {request_number(card)}")
    await company.sees("liuyang", "申请已驳回", "编号 E")


async def test_undo_with_a_name_never_takes_back_somebody_elses(company: Company) -> None:
    await booked("zhangwei-0092", START + timedelta(days=5), company)
    for tail in ("8123", "4410"):
        await company.says("wangfang", f"取消 {tail} 原因 面试官冲突")
        await company.taps("wangfang", await company.card("wangfang", "待你确认", f"尾号{tail}"), "confirm")
        await company.card("wangfang", "前可撤销", f"尾号{tail}")
    await company.says("wangfang", "撤销 8123")
    await company.sees("wangfang", "已撤销", "尾号8123")
    assert await state_of("zhangwei-8123") == "confirmed"
    assert await state_of("zhangwei-4410") == "frozen"


async def test_what_is_nobodys_name_is_said_to_be_not_found(company: Company) -> None:
    await company.says("wangfang", "取消 不存在的人")
    await company.sees("wangfang", "没有取消", "没找到「不存在的人」", "例如「取消 8123」", "编号 E")
    for question in ("取消张伟面试了吗？", "提醒我明天取消张伟", "取消撤销"):
        await company.says("wangfang", question)
    await company.sees("wangfang", "发「撤销」", "取消 姓名")
    assert not [each for each in await cards_of(company, "wangfang") if each["buttons"] and "取消面试" in each["title"]]
    assert await InboundMessage.filter(status="dead").count() == 0


async def test_who_cannot_come_is_heard_even_after_the_start(company: Company) -> None:
    await company.passes(until(2, 16, 31))
    await company.says("zhangwei-4410", "我来不了了，路上出了车祸")
    await company.sees("zhangwei-4410", "已记下您不来", "不必再前往")
    await company.card("wangfang", "路上出了车祸", "候选人已说不来，不必再等")
    await company.sees("lilei", "不必等候")
    assert await state_of("zhangwei-4410") == "declined"


async def test_a_member_of_a_strict_unit_is_heard_after_the_start(company: Company) -> None:
    await company.passes(until(2, 14, 1))
    await company.says("linxiao-7788", "取消")
    await company.sees("linxiao-7788", "已记下您不来")
    await company.sees("wutong", "不必等候")
    assert await state_of("linxiao-7788") == "declined"


async def test_what_else_is_written_during_an_interview_reaches_hr(company: Company) -> None:
    await company.passes(until(2, 16, 31))
    await company.says("zhangwei-4410", "页面打不开怎么办？")
    await company.sees("zhangwei-4410", "已到开始时间", "已转给招聘负责人", "编号")
    await company.sees("wangfang", "页面打不开怎么办")
    assert await state_of("zhangwei-4410") == "confirmed"


async def test_a_doctors_note_after_the_cancellation_is_kept(company: Company) -> None:
    await company.says("zhangwei-8123", "发烧了，来不了了")
    menu = await company.sees("zhangwei-8123", "确认取消吗")
    await company.chooses("zhangwei-8123", menu, "confirm")
    await company.sees("zhangwei-8123", "按您的意思", "已取消")
    await company.sends_file("zhangwei-8123", "病假条.png", PNG)
    await company.sees("zhangwei-8123", "已保存为登记 Q", "招聘负责人看得到")
    assert await Evidence.filter(kind="file").count() == 1
