"""华辰互联, the fast preset: HR types one line, taps once, and everybody hears of it, or nobody does."""

from datetime import timedelta

from models import OutboxMessage, OutboxStatus
from tests.scenarios.company import START, Company
from tests.scenarios.steps import booked, heard, number_of, recorded, state_of, whole_logs

__all__ = ["whole_logs"]


async def confirmed(company: Company, words: str, **inputs: str) -> None:
    """Let 王芳 type a cancellation and confirm it on the card."""
    await company.says("wangfang", words)
    card = await company.card("wangfang", "待你确认")
    await company.taps("wangfang", card, "confirm", inputs)
    if "有后果" in card["status"]:
        card = await company.card("wangfang", "再确认一次")
        await company.taps("wangfang", card, "confirm", inputs)
    await company.card("wangfang", "已通过")


async def test_without_a_reason_it_is_still_one_message_and_one_tap(company: Company) -> None:
    await confirmed(company, "取消 张伟 明天下午三点", reason="conflict")
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")

    kinds = [each["kind"] for each in (await company.get("/callbacks"))["callbacks"] if each["platform"] == "dingtalk"]
    assert (kinds.count("robot_message"), kinds.count("card_action")) == (1, 1)
    done = await recorded()
    assert [done[each] for each in ("request.filed", "request.approved", "booking.cancelled")] == [1, 1, 1]


async def test_nobody_of_that_name_changes_nothing_and_says_what_to_do(company: Company) -> None:
    await company.says("wangfang", "取消 欧阳锋 明天下午三点")
    await company.sees("wangfang", "没有取消", "没找到「欧阳锋」", "列表 本周", "编号 E")


async def test_homonyms_are_asked_and_the_chosen_number_goes_on(company: Company) -> None:
    await company.says("wangfang", "取消 张伟 原因 面试官冲突")
    listed = await company.sees("wangfang", "请选", "尾号8123", "尾号4410", "张玮", "2 分钟内有效")
    assert not listed["card"]
    await company.says("wangfang", "2")
    card = await company.card("wangfang", "待你确认", "尾号4410")
    assert next(each["value"] for each in card["inputs"] if each["name"] == "reason") == "interviewer_conflict"


async def test_a_number_is_worth_nothing_to_another_person_in_another_chat_or_later(company: Company) -> None:
    await company.says("wangfang", "取消 张伟")
    await company.sees("wangfang", "请选")
    await company.says("liuyang", "1")
    await company.sees("liuyang", "没有对应的选项", "编号 E")
    await company.says("wangfang", "1", group="招聘群")
    await company.sees("wangfang", "没有对应的选项", "编号 E")
    await company.passes(121)
    seen = len(await company.screen("wangfang"))
    await company.says("wangfang", "1")
    await company.sees("wangfang", "没有对应的选项", after=seen)
    assert not any(each["card"] for each in await company.screen("wangfang"))


async def test_a_number_beyond_the_list_chooses_nothing(company: Company) -> None:
    await company.says("wangfang", "取消 张伟")
    await company.sees("wangfang", "请选")
    await company.says("wangfang", "4")
    await company.sees("wangfang", "没有对应的选项", "什么都没有做")


async def test_a_name_that_only_sounds_the_same_is_asked(company: Company) -> None:
    await company.says("wangfang", "取消 张薇 明天下午三点 原因 行程冲突")
    await company.sees("wangfang", "请选", "张伟 · 尾号8123")
    assert await state_of("zhangwei-8123") == "confirmed"


async def test_a_name_that_others_sound_like_is_asked_unless_the_time_leaves_one(company: Company) -> None:
    await company.says("wangfang", "取消 张玮 原因 计划调整")
    await company.sees("wangfang", "请选", "张伟 · 尾号8123", "张玮 · 尾号0092")
    await company.says("wangfang", "取消 张玮 周五上午十点 原因 计划调整")
    await company.card("wangfang", "待你确认", "张玮 · 尾号0092")


async def test_pinyin_with_the_phone_tail_finds_the_one(company: Company) -> None:
    await company.says("wangfang", "qx zhangwei 8123")
    await company.card("wangfang", "待你确认", "张伟 · 尾号8123")


async def test_the_booking_number_finds_the_one(company: Company) -> None:
    await company.says("wangfang", f"取消 {await number_of('zhangwei-4410')} 原因 计划调整")
    await company.card("wangfang", "待你确认", "尾号4410")


async def test_a_wrong_time_offers_the_interviews_there_are(company: Company) -> None:
    await company.says("wangfang", "取消 张伟 明天下午四点")
    await company.sees("wangfang", "那个时间没有「张伟」的面试", "尾号8123", "15:00")


async def test_a_missing_reason_is_refused_on_the_card_and_then_done(company: Company) -> None:
    await company.says("wangfang", "取消 8123")
    card = await company.card("wangfang", "待你确认")
    await company.taps("wangfang", card, "confirm")
    card = await company.card("wangfang", "没有办理", "还没有选取消原因", "编号 E")
    await company.taps("wangfang", card, "confirm", {"reason": "plan_changed"})
    await company.card("wangfang", "已通过")
    assert (await recorded())["attempt.refused"] == 1


async def test_other_reasons_need_words(company: Company) -> None:
    await company.says("wangfang", "取消 8123")
    card = await company.card("wangfang", "待你确认")
    await company.taps("wangfang", card, "confirm", {"reason": "other", "note": "忙"})
    card = await company.card("wangfang", "请写明原因", "至少 4 个字")
    await company.taps("wangfang", card, "confirm", {"reason": "other", "note": "会议室临时检修"})
    await company.card("wangfang", "已通过", "会议室临时检修")


async def test_not_telling_the_candidate_stays_a_debt_of_hr(company: Company) -> None:
    await confirmed(company, "取消 8123 原因 面试官冲突 不通知")
    await company.passes(61)
    await company.sees("lilei", "已取消", "不必等候")
    await company.card("wangfang", "已取消", "尚未告知")
    assert await heard(company, "zhangwei-8123") == []
    await company.passes(24 * 3600)
    await company.sees("wangfang", "提醒", "张伟 · 尾号8123", "尚未告知")
    assert await heard(company, "zhangwei-8123") == []


async def test_without_eligibility_no_notice_offers_another_interview(company: Company) -> None:
    await confirmed(company, "取消 8123 原因 岗位暂停 不保留资格")
    await confirmed(company, "取消 4410 原因 岗位暂停 不保留资格")
    await company.passes(61)
    by_chat = await company.sees("zhangwei-8123", "已取消", "11月25日 周三 15:00")
    by_sms = await company.sees("zhangwei-4410", "已取消", "11月26日 周四 16:30")
    for notice in (by_chat, by_sms):
        assert "保留" not in notice["text"]
        assert "改约" not in notice["text"]


async def test_undo_can_be_typed_inside_the_grace(company: Company) -> None:
    await confirmed(company, "取消 8123 原因 面试官冲突")
    await company.passes(50)
    await company.says("wangfang", "撤销")
    await company.sees("wangfang", "已撤销，没有通知任何人：", "面试照常")
    await company.card("wangfang", "已撤销，没有通知任何人", "编号：Q")
    await company.passes(3600)
    await company.settled()
    assert await heard(company, "zhangwei-8123") + await heard(company, "lilei") == []
    assert await state_of("zhangwei-8123") == "confirmed"
    done = await recorded()
    assert (done["request.undone"], done["booking.cancelled"]) == (1, 0)


async def test_after_the_grace_undo_is_refused_with_the_reason(company: Company) -> None:
    await confirmed(company, "取消 8123 原因 面试官冲突")
    old = await company.card("wangfang", "已通过")
    await company.passes(61)
    await company.card("wangfang", "已取消")
    await company.taps("wangfang", old, "undo", force=True)
    await company.card("wangfang", "没有办理", "已取消", "编号 E")
    await company.says("wangfang", "撤销")
    await company.sees("wangfang", "没有办理", "没有还能撤销的取消", "编号 E")
    assert await state_of("zhangwei-8123") == "cancelled"


async def test_undo_of_somebody_who_cancelled_nothing_does_not_speak_of_notices(company: Company) -> None:
    await company.says("wangfang", "撤销")
    answer = await company.sees("wangfang", "没有办理", "编号 E")
    assert "通知已发出" not in answer["text"]


async def test_half_an_hour_before_the_start_there_is_no_grace(company: Company) -> None:
    soon = await booked("zhangwei-8123", START + timedelta(minutes=25), company)
    await company.says("wangfang", f"取消 {soon.number} 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认", "不足 24 小时")
    await company.taps("wangfang", card, "confirm")
    await company.taps("wangfang", await company.card("wangfang", "再确认一次"), "confirm")
    await company.card("wangfang", "已取消")
    await company.sees("zhangwei-8123", "已取消", "09:55")
    await company.sees("lilei", "已取消", "09:55")


async def test_the_mail_takes_the_meeting_out_of_the_calendar(company: Company) -> None:
    await confirmed(company, "取消 0092 原因 计划调整")
    await company.passes(61)
    mail = await company.sees("zhangwei-0092", "已取消", "11月27日 周五 10:00")
    assert mail["app"] == "email"
    lines = mail["ics"].replace("\r\n ", "").splitlines()
    uid = next(line for line in lines if line.startswith("UID:"))
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1"} <= set(lines)
    assert uid.endswith("@shouyue")


async def test_when_wechat_no_longer_lets_us_write_the_notice_goes_by_sms(company: Company) -> None:
    far = await booked("zhangwei-8123", START + timedelta(days=5), company)
    await company.passes(49 * 3600)
    await confirmed(company, f"取消 {far.number} 原因 面试官冲突")
    await company.passes(61)
    notice = await company.sees("zhangwei-8123", "已取消", "11月29日")
    assert notice["app"] == "sms"
    assert not [each for each in await company.calls("wecom") if each["path"].endswith("kf/send_msg")]


async def test_when_wechat_reports_a_failure_afterwards_the_notice_goes_by_sms(company: Company) -> None:
    await company.post("/faults", {"platform": "wecom", "match": "/cgi-bin/kf/send_msg", "kind": "silent", "times": 1})
    await confirmed(company, "取消 8123 原因 面试官冲突")
    await company.passes(61)
    notice = await company.sees("zhangwei-8123", "已取消", "11月25日")
    assert notice["app"] == "sms"
    assert len(await heard(company, "zhangwei-8123")) == 1


async def test_the_preferred_channel_is_used_first_and_the_next_when_it_refuses(company: Company) -> None:
    await company.post("/faults", {"platform": "smtp", "match": "/", "kind": "http", "value": 550, "times": 1})
    await confirmed(company, "取消 0092 原因 计划调整")
    await company.passes(61)
    notice = await company.sees("zhangwei-0092", "已取消", "11月27日")
    assert notice["app"] == "sms"


async def test_when_every_channel_is_down_hr_is_asked_to_call(company: Company) -> None:
    await company.post("/faults", {"platform": "sms", "match": "/", "kind": "http", "value": 500, "times": 99})
    await confirmed(company, "取消 4410 原因 面试官冲突")
    for seconds in (61, 6, 31, 301, 1801, 7201):
        await company.passes(seconds)
        await company.settled()
    await company.sees("wangfang", "没有送达", "尾号4410", "打电话")
    dead = await OutboxMessage.filter(status=OutboxStatus.DEAD)
    assert [each.topic for each in dead] == ["cancelled"]
    assert (await recorded())["notice.failed"] == 1


async def test_shortly_before_the_start_hr_is_asked_to_call_in_time(company: Company) -> None:
    soon = await booked("zhangwei-4410", START + timedelta(minutes=50), company)
    await company.post("/faults", {"platform": "sms", "match": "/", "kind": "http", "value": 500, "times": 99})
    await confirmed(company, f"取消 {soon.number} 原因 面试官冲突")
    for seconds in (61, 6, 31, 301):
        await company.passes(seconds)
        await company.settled()
    await company.sees("wangfang", "没有送达", "10:20", "打电话")


async def test_a_complete_sentence_that_says_confirm_needs_no_tap(company: Company) -> None:
    await company.says("wangfang", "确认取消 张伟 明天下午三点 原因 行程冲突")
    await company.card("wangfang", "已通过", "尾号8123")
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")


async def test_letting_go_closes_the_card(company: Company) -> None:
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认")
    await company.says("wangfang", "算了")
    await company.sees("wangfang", "放下了", "这一步没有取消任何面试")
    await company.card("wangfang", "已放下")
    await company.taps("wangfang", card, "confirm", force=True)
    await company.card("wangfang", "没有办理", "编号 E")
    assert await state_of("zhangwei-8123") == "confirmed"
