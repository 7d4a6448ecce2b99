"""Accepted is not delivered: a notice waits for its receipt, goes on to the next channel, and ends in a call (I4)."""

from datetime import timedelta

import pytest

from models import Attempt, AuditRecord, OutboxMessage, OutboxStatus
from tests.scenarios.company import START, Company
from tests.scenarios.steps import booked, heard, recorded, request_number, whole_logs

__all__ = ["whole_logs"]
SILENT = {"platform": "sms", "match": "/", "kind": "silent", "value": 0, "times": 5}
DEADLINE = 10 * 60


async def cancelled(company: Company, words: str) -> str:
    """Let 王芳 cancel at once and wait out the grace; returns the request's number."""
    await company.says("wangfang", words)
    card = await company.card("wangfang", "待你确认")
    await company.taps("wangfang", card, "confirm")
    if "有后果" in card["status"]:
        await company.taps("wangfang", await company.card("wangfang", "再确认一次"), "confirm")
    number = request_number(await company.card("wangfang", "已通过", card["title"]))
    await company.passes(61)
    await company.settled()
    return number


async def happened(number: str, action: str) -> bool:
    return await AuditRecord.filter(subject=number, action=action).exists()


async def timeline(company: Company, number: str) -> str:
    await company.says("wangfang", f"时间轴 {number}")
    return str((await company.sees("wangfang", "时间轴", number, "取消生效"))["text"])


async def test_a_notice_without_a_receipt_ends_in_a_call_that_is_recorded(company: Company) -> None:
    await company.post("/faults", SILENT)
    number = await cancelled(company, "取消 4410 原因 面试官冲突")
    assert "没有送达" not in "".join(await heard(company, "wangfang"))
    await company.passes(DEADLINE)
    await company.sees("wangfang", "没有送达：请打电话给候选人（尾号 4410）", f"已电话告知 {number}")
    await company.card("wangfang", "已取消", "没有送达：请打电话给候选人（尾号 4410）")
    await company.says("wangfang", f"已电话告知 {number}")
    await company.sees("wangfang", "已记下", "已电话告知候选人", number)
    await company.card("wangfang", "已取消", "已电话告知候选人")
    shown = await timeline(company, number)
    for words in ("已提交短信平台", "未收到回执，没有其他渠道", "未送达，转人工电话告知", "已电话告知"):
        assert words in shown
    assert "已送达" not in shown
    last = await Attempt.all().filter(message__kind="notice", message__account_id__isnull=True).order_by("-ended_at")
    assert (last[0].platform, str(last[0].outcome)) == ("phone", "arrived")
    assert not await OutboxMessage.filter(status=OutboxStatus.DEAD).exists()


async def test_hr_is_asked_to_call_once(company: Company) -> None:
    await company.post("/faults", SILENT)
    await cancelled(company, "取消 4410 原因 面试官冲突")
    for _ in range(4):
        await company.passes(DEADLINE)
        await company.settled()
    told = [each for each in await heard(company, "wangfang") if each.startswith("没有送达")]
    assert len(told) == 1


async def test_a_receipt_is_what_makes_a_notice_delivered(company: Company) -> None:
    number = await cancelled(company, "取消 4410 原因 面试官冲突")
    await company.until(lambda: happened(number, "notice.delivered"), "the receipt is recorded")
    await company.passes(DEADLINE)
    shown = await timeline(company, number)
    assert "已提交短信平台" in shown
    assert "已送达（回执 09:31）" in shown
    assert "已发出：取消通知 → 面试官（钉钉）" in shown
    assert (await recorded())["notice.delivered"] == 1
    assert "没有送达" not in "\n".join(await heard(company, "wangfang"))


async def test_without_a_receipt_the_next_channel_is_used(company: Company) -> None:
    await company.post("/faults", SILENT)
    await company.says("helin", "取消 高原")
    await company.taps("helin", await company.card("helin", "待你确认"), "confirm", {"reason": "plan_changed"})
    number = request_number(await company.card("helin", "已通过"))
    await company.passes(61)
    await company.settled()
    await company.passes(DEADLINE)
    assert (await company.sees("gaoyuan-3344", "已取消"))["app"] == "email"
    await company.settled()
    await company.says("helin", f"时间轴 {number}")
    shown = (await company.sees("helin", "时间轴", number, "邮件）"))["text"]
    assert "未收到回执，改走邮件" in shown
    assert "已发出：取消通知 → 候选人（邮件）" in shown
    assert not await happened(number, "notice.failed")


async def test_wechat_and_robot_messages_are_sent_and_not_called_delivered(company: Company) -> None:
    number = await cancelled(company, "取消 8123 原因 面试官冲突")
    await company.sees("zhangwei-8123", "已取消")
    shown = await timeline(company, number)
    assert "已发出：取消通知 → 候选人（微信）" in shown
    assert "送达" not in shown


async def test_a_gateway_that_knows_of_the_receipt_is_believed_when_its_push_was_lost(company: Company) -> None:
    async def lose(*_: object) -> None:
        return None

    company.world.apps["sms"].pushes.report = lose  # type: ignore[attr-defined]
    number = await cancelled(company, "取消 4410 原因 面试官冲突")
    await company.passes(DEADLINE)
    await company.until(lambda: happened(number, "notice.delivered"), "the gateway was asked")


async def test_near_the_start_the_wait_is_short_enough_to_call(company: Company) -> None:
    soon = await booked("zhangwei-4410", START + timedelta(minutes=36), company)
    await company.post("/faults", SILENT)
    await cancelled(company, f"取消 {soon.number} 原因 面试官冲突")
    await company.passes(5 * 60)
    await company.sees("wangfang", "没有送达", "打电话")
    assert company.app is not None
    assert company.app.clock.now() < START + timedelta(minutes=7)


async def test_a_receipt_that_comes_late_closes_the_task(company: Company) -> None:
    await company.post("/faults", SILENT)
    number = await cancelled(company, "取消 4410 原因 面试官冲突")
    await company.passes(DEADLINE)
    await company.card("wangfang", "没有送达：请打电话")
    attempt = await Attempt.filter(platform="sms").order_by("started_at").first()
    assert attempt is not None
    assert company.app is not None
    pushed = {
        "phone_number": "13800004410",
        "send_time": "2026-11-24 09:31:01",
        "report_time": "2026-11-24 09:50:00",
        "success": True,
        "err_code": "DELIVERED",
        "err_msg": "",
        "sms_size": "1",
        "biz_id": attempt.provider_id,
        "out_id": "",
    }
    assert company.app.settings.sms is not None
    secret = company.app.settings.sms.callback_secret.get_secret_value()
    address = f"http://127.0.0.1:{company.app.port}/sms/receipt/{secret}"
    async with company.http.post(address, json=[pushed]) as answer:
        assert answer.status == 200
    await company.card("wangfang", "已取消", "已送达（回执")
    await company.says("wangfang", f"已电话告知 {number}")
    await company.sees("wangfang", "没有办理", "没有待打的电话")


@pytest.mark.parametrize("words", ["已电话告知", "已电话告知 Q20991231-001"])
async def test_a_call_that_nobody_waits_for_is_not_recorded(company: Company, words: str) -> None:
    await company.says("wangfang", words)
    await company.sees("wangfang", "没有办" if "Q" in words else "哪一条")
    assert (await recorded())["notice.told_by_phone"] == 0


async def test_a_candidate_who_was_not_to_be_told_is_told_by_phone(company: Company) -> None:
    number = await cancelled(company, "取消 4410 原因 面试官冲突 不通知")
    await company.card("wangfang", "候选人尚未告知")
    await company.says("wangfang", f"已电话告知 {number}")
    await company.card("wangfang", "已取消", "已电话告知候选人")
    await company.passes(25 * 3600)
    await company.settled()
    assert "尚未告知" not in "\n".join(await heard(company, "wangfang"))
