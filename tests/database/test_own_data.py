"""What candidates ask of their data, by SMS: a copy, a correction, that it goes; each is answered exactly."""

import json
from datetime import timedelta
from itertools import count

import pytest

from handlers.receiving import receive
from handlers.routing import Incoming
from models import (
    Account,
    AuditRecord,
    Booking,
    BookingStatus,
    Candidate,
    CorrectionRequest,
    CorrectionStatus,
    Employee,
    ErasureRequest,
    ErasureStatus,
    OutboxMessage,
    OutboxStatus,
    Platform,
    Preset,
    Role,
)
from models.sealed import ERASED
from models.store import Store
from tests.database import office, talking
from tests.database.office import NOW, by
from workflow import cancelling, erasing, erasure_rounds, finding, permissions, privacy
from workflow.acting import Act

NUMBERS = count()
PHONE = "13800008123"


class Desk:
    """A fast unit with HR, a security administrator, and one candidate."""

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        self.unit = await office.unit("huachen/net", Preset.FAST)
        self.hr: Employee = await office.employee("wangfang", self.unit, Role.HR)
        self.security: Employee = await office.employee("hanxue", group, Role.SECURITY_ADMIN, name="韩雪")
        self.booking: Booking = await office.booking(self.unit, "张伟", PHONE)


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()
    await store.transact(made.enter)
    return made


async def writes(store: Store, text: str, phone: str = PHONE) -> str:
    """Let the candidate write an SMS; returns what they are answered."""

    account = next(each for each in await Account.filter(platform=Platform.SMS) if each.address == phone)
    before = set(await OutboxMessage.filter(account=account).values_list("id", flat=True))
    incoming = Incoming(Platform.SMS, f"sms:{next(NUMBERS)}", "text", phone, text=text)
    await store.transact(lambda: receive(incoming, NOW))
    rows = [each for each in await OutboxMessage.filter(account=account, kind="say") if each.id not in before]
    return "\n".join(str(each.payload) for each in rows)


async def over(store: Store, desk: Desk) -> None:
    values = {"starts_at": NOW - timedelta(days=2), "status": BookingStatus.COMPLETED}
    await store.transact(lambda: Booking.filter(id=desk.booking.id).update(**values))


async def test_a_copy_is_masked_complete_and_on_record(store: Store, desk: Desk) -> None:
    said = await writes(store, "我的信息")
    for words in ("张*", "138****8123", "面试 1 场", "取消记录 0 条", "没有取消记录", "短信", "更正", "删除我的信息"):
        assert words in said
    assert PHONE not in said
    assert "张伟" not in said
    record = await AuditRecord.get(action="privacy.copied")
    assert PHONE not in record.line


async def test_an_sms_about_ones_data_is_short_and_leads_to_the_page(store: Store, desk: Desk) -> None:
    said = await writes(store, "我的信息")
    assert len(json.loads(said)["text"]) < 200
    assert "见下面的页面" in said
    row = (await OutboxMessage.filter(kind="say", booking=desk.booking))[-1]
    assert row.account_id is not None
    assert not await AuditRecord.filter(action="privacy.shown").exists()


async def test_without_a_page_the_rules_are_a_message_of_their_own_and_shown_once(store: Store, desk: Desk) -> None:
    values = {"starts_at": NOW - timedelta(days=30), "status": BookingStatus.COMPLETED}
    await store.transact(lambda: Booking.filter(id=desk.booking.id).update(**values))
    first, second = (await writes(store, "我的信息")).splitlines()
    assert "张*" in first + second
    assert "依据" in first + second
    assert ("张*" in first) != ("依据" in first)
    assert await AuditRecord.filter(action="privacy.shown").count() == 1
    await writes(store, "我的信息")
    assert await AuditRecord.filter(action="privacy.shown").count() == 1
    assert (await Candidate.get(id=desk.booking.candidate_id)).privacy_shown == privacy.rules().version


async def test_who_is_known_to_two_units_gets_one_answer_that_names_both(store: Store, desk: Desk) -> None:
    other = await store.transact(lambda: _in_another_unit(desk))
    await over(store, desk)
    await store.transact(lambda: Booking.filter(id=other.id).update(status=BookingStatus.COMPLETED))
    said = await writes(store, "确认删除我的信息")
    assert len(said.splitlines()) == 1
    for unit in ("单位 huachen/net", "单位 huachen/heavy"):
        assert f"{unit}：收到，您的删除要求" in said
    assert await ErasureRequest.all().count() == 2


async def _in_another_unit(desk: Desk) -> Booking:
    unit = await office.unit("huachen/heavy", Preset.FAST)
    await office.employee("liuyang", unit, Role.HR)
    return await office.booking(unit, "张伟", PHONE, timedelta(days=-3))


async def test_a_correction_goes_to_hr_and_is_made_everywhere(store: Store, desk: Desk) -> None:
    assert "最晚 2026年12月15日" in await writes(store, "更正手机号 13900001111")
    wish = await CorrectionRequest.get(status=CorrectionStatus.ASKED)
    told = (await OutboxMessage.filter(account__employee=desk.hr, kind="say"))[-1]
    assert f"尾号{PHONE[-4:]} → 13900001111" in str(told.payload)
    assert told.person_id == desk.booking.candidate_id
    await talking.says(store, "wangfang", f"同意 {wish.number}")
    candidate = await Candidate.get(id=desk.booking.candidate_id)
    assert candidate.phone == "13900001111"
    assert (await Account.get(candidate=candidate, platform=Platform.SMS)).address == "13900001111"
    assert await finding.find(desk.hr, permissions.READ, NOW, any_of=["t:1111"])
    assert not await finding.find(desk.hr, permissions.READ, NOW, any_of=["t:8123"])
    rows = await OutboxMessage.filter(account__candidate=candidate, kind="say").order_by("-posted_at")
    assert any("手机已更正" in str(each.payload) for each in rows)
    assert await AuditRecord.filter(action="privacy.corrected").count() == 1


async def test_a_correction_that_hr_refuses_changes_nothing_and_says_why(store: Store, desk: Desk) -> None:
    await writes(store, "更正姓名 张玮")
    wish = await CorrectionRequest.get(status=CorrectionStatus.ASKED)
    assert f"驳回更正要写原因，候选人会看到。请回复「驳回 {wish.number} 原因」" in await talking.says(
        store, "wangfang", f"驳回 {wish.number}"
    )
    await talking.says(store, "wangfang", f"驳回 {wish.number} 请带身份证来")
    assert (await Candidate.get(id=desk.booking.candidate_id)).name == "张伟"
    rows = await OutboxMessage.filter(account__candidate_id=desk.booking.candidate_id, kind="say")
    assert any("请带身份证来" in str(each.payload) for each in rows)
    foreign = await talking.says(store, "hanxue", f"同意 {wish.number}")
    assert "没有找到，或不在你的范围内" in foreign
    assert "删除" not in foreign
    assert foreign == await talking.says(store, "hanxue", "同意 G20261124-000")


async def test_a_deletion_is_asked_about_first(store: Store, desk: Desk) -> None:
    await over(store, desk)
    assert "确认删除我的信息" in await writes(store, "删除我的信息")
    assert not await ErasureRequest.all().exists()
    assert (await Candidate.get(id=desk.booking.candidate_id)).name == "张伟"


async def test_a_deletion_goes_to_hr_and_security_and_the_candidate_hears_before(store: Store, desk: Desk) -> None:
    await over(store, desk)
    assert "最晚 2026年12月15日 办完" in await writes(store, "确认删除我的信息")
    erasure = await ErasureRequest.get(status=ErasureStatus.SUGGESTED)
    assert erasure.by_candidate
    await writes(store, "确认删除我的信息")
    assert await ErasureRequest.all().count() == 1
    for key in ("wangfang", "hanxue"):
        await talking.says(store, key, f"同意 {erasure.number}")
    notice = await OutboxMessage.get(topic=erasing.NOTICE)
    await store.transact(lambda: OutboxMessage.filter(id=notice.id).update(status=OutboxStatus.SENT))
    assert await store.transact(lambda: erasure_rounds.carry_out(Act(NOW, "clock", "system"), erasure.id))
    assert (await Candidate.get(id=desk.booking.candidate_id)).name == ERASED
    assert await OutboxMessage.filter(kind="forget").count() == 1


async def test_hr_is_reminded_before_the_fifteen_working_days_are_over(store: Store, desk: Desk) -> None:
    await over(store, desk)
    await writes(store, "确认删除我的信息")
    timer = await OutboxMessage.get(topic="erase_remind")
    assert timer.not_before == NOW + timedelta(days=14)
    erasure = await ErasureRequest.get(status=ErasureStatus.SUGGESTED)
    clock = Act(timer.not_before, "clock", "system")
    assert await store.transact(lambda: erasure_rounds.remind(clock, str(erasure.id)))
    told = await OutboxMessage.filter(account__employee=desk.hr, kind="say")
    assert any("2026年12月15日 前要办完" in str(each.payload) for each in told)


async def test_an_interview_ahead_is_said_and_what_follows_it(store: Store, desk: Desk) -> None:
    said = await writes(store, "确认删除我的信息")
    assert "还有没结束的面试" in said
    assert "回复「取消」" in said
    assert (await Candidate.get(id=desk.booking.candidate_id)).restricted_at is None
    timer = await OutboxMessage.get(topic="restrict")
    assert timer.not_before > desk.booking.starts_at
    assert (await Booking.get(id=desk.booking.id)).status == BookingStatus.SCHEDULED


async def test_records_that_must_be_kept_are_restricted_and_the_day_is_named(store: Store, desk: Desk) -> None:
    wish = cancelling.Wish("plan_changed")
    await store.transact(lambda: cancelling.request_cancellation(by(desk.hr), desk.booking, wish, shown=1))
    from models import CancellationRequest, RequestStatus

    await over(store, desk)
    done = {"status": RequestStatus.CARRIED_OUT, "ended_at": NOW}
    await store.transact(lambda: CancellationRequest.all().update(**done))
    said = await writes(store, "确认删除我的信息")
    assert "依法要保存到 2029年11月24日" in said
    assert (await Candidate.get(id=desk.booking.candidate_id)).restricted_at == NOW
    assert await AuditRecord.filter(action="subject.restricted").count() == 1
    assert "受限" in await writes(store, "我的信息")


async def test_delete_the_interview_is_still_about_the_interview(store: Store, desk: Desk) -> None:
    said = await writes(store, "删除面试")
    assert "个人信息" not in said
    assert not await ErasureRequest.all().exists()
