"""审批时限: the clock reminds, asks the deputy, tells those above, and answers for nobody."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from cards.timeline import what, who
from handlers import timers
from models import (
    AuditRecord,
    Card,
    CardPurpose,
    Delegation,
    Employee,
    OutboxMessage,
    OutboxStatus,
    Role,
    Step,
    StepStatus,
)
from models.store import Store
from tests.database import office
from tests.database.chains import HEAD, LEADER, Company, asked, board, card_of, status
from tests.database.office import NOW, by
from tests.database.talking import presses, says, seen
from workflow import delegating, deputising, handing_on, leaving, requests, timeline
from workflow.approving import Shown
from workflow.deadlines import reckoned
from workflow.plans import Signing, StepPlan
from workflow.working_hours import USUAL

FOUR = StepPlan("分管领导", ("person:zhao",), hours=4)  # asked on a Tuesday at 9:30: until 14:30
HALF, UNTIL, ABOVE = (NOW + timedelta(minutes=each) for each in (120, 300, 420))  # lunch is nobody's time
CANDIDATE = "张伟"


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def names_deputy(company: Company, who: str, deputy: str) -> None:
    one, other = company.person(who), company.person(deputy)
    await company.store.transact(lambda: deputising.set_deputy(by(one), one, other))


async def rings(company: Company, now: datetime, *, after_a_standstill: bool = False) -> list[str]:
    """Let every timer of a deadline ring that is due by now, each at its time; return which rang, in order."""
    rang: list[str] = []

    async def work(row: OutboxMessage) -> None:
        await timers.rang(by(now=now if after_a_standstill else row.not_before, via="clock"), row)
        row.status = OutboxStatus.SENT
        await row.save(update_fields=["status"])

    while True:
        waiting = OutboxMessage.filter(kind="timer", topic__startswith="step_", status=OutboxStatus.WAITING)
        row = await waiting.filter(not_before__lte=now).order_by("not_before").first()
        if row is None:
            return rang
        rang.append(row.topic)
        await company.store.transact(lambda row=row: work(row))  # type: ignore[misc]


async def notices(topic: str) -> list[str]:
    """Return who was told of a topic, by their keys."""
    rows = await OutboxMessage.filter(kind="notice", topic=topic).prefetch_related("account__employee")
    return sorted(each.account.employee.key for each in rows)


async def said_to(who: Employee) -> str:
    rows = await OutboxMessage.filter(kind="say", account__employee=who)
    return "".join(str(each.payload) for each in rows)


async def actions() -> list[str]:
    found = AuditRecord.filter(action__in=("step.reminded", "step.deputy_asked", "step.escalated"))
    return [each.action for each in await found.order_by("log", "seq")]


async def test_a_step_without_hours_has_no_timer_and_no_line(company: Company) -> None:
    request = await company.request(LEADER)
    assert not await OutboxMessage.filter(kind="timer", topic__startswith="step_").exists()
    assert "时限" not in [each.label for each in (await seen(await card_of("qian", request))).lines]


async def test_the_card_says_until_when_in_working_time(company: Company) -> None:
    request = await company.request(FOUR)
    lines = {each.label: each.value for each in (await seen(await card_of("zhao", request))).lines}
    assert lines["时限"] == "11月24日 周二 14:30 前答复（4 个工作小时）"
    await company.says("zhao", f"同意 {request.number}")
    assert "时限" not in [each.label for each in (await seen(await card_of("zhao", request))).lines]


async def test_every_open_place_has_its_own_timer_and_places_that_wait_have_none(company: Company) -> None:
    request = await company.request(board(Signing.ALL, hours=4), HEAD)
    rows = await OutboxMessage.filter(kind="timer", topic="step_half")
    opened = {each.id.hex for each in await Step.filter(request=request, status=StepStatus.OPEN)}
    assert {json.loads(str(each.payload))["step"] for each in rows} == opened
    assert len(opened) == 3


async def test_at_half_of_the_time_who_is_asked_is_reminded_once(company: Company) -> None:
    await company.request(FOUR)
    assert await rings(company, HALF - timedelta(seconds=1)) == []
    assert await rings(company, HALF) == ["step_half"]
    assert await notices("approver_half") == ["zhao"]
    assert await actions() == ["step.reminded"]


async def test_who_was_reminded_by_a_person_just_before_is_left_in_peace_by_the_clock(company: Company) -> None:
    request = await company.request(FOUR)
    await company.says("liuyang", f"催办 {request.number}")
    await rings(company, HALF)
    assert await notices("approver_half") == []
    assert await actions() == []


async def test_at_the_end_the_deputy_is_asked_too_and_either_can_answer(company: Company) -> None:
    await names_deputy(company, "zhao", "lina")
    request = await company.request(FOUR)
    assert "没有找到" in await company.says("lina", f"同意 {request.number}")
    await rings(company, UNTIL)
    assert await notices("approver_overdue") == ["lina"]
    assert await asked(request) == ["zhao"]
    card = await seen(await card_of("lina", request), UNTIL)
    assert "（代 赵国强）" in card.status
    assert [each.action for each in card.buttons] == ["approve", "send_back", "see", "reject"]
    assert "（代 赵国强）" in await says(company.store, "lina", "待我审批", UNTIL)
    assert "approve" in [each.action for each in (await seen(await card_of("zhao", request), UNTIL)).buttons]
    await presses(company.store, "lina", "approve", (await card_of("lina", request)).handle, now=UNTIL)
    assert await status(request) == "approved"
    [record] = await AuditRecord.filter(action="approval.approved")
    line = json.loads(record.line)
    assert line["actor"]["sub"] == f"u_{company.person('lina').id.hex[:16]}"
    assert line["data"]["for"] == f"u_{company.person('zhao').id.hex[:16]}"


async def test_the_approver_can_still_answer_after_the_end(company: Company) -> None:
    await names_deputy(company, "zhao", "lina")
    request = await company.request(FOUR)
    await rings(company, ABOVE)
    await says(company.store, "zhao", f"同意 {request.number}", ABOVE)
    assert await status(request) == "approved"
    assert "已同意" in (await seen(await card_of("zhao", request), ABOVE)).status


async def test_a_deputy_who_takes_part_in_the_request_is_not_asked(company: Company) -> None:
    """Neither who asked for it, nor who answers at another level: one person, one level (I10)."""
    for deputy, plans in (("liuyang", (FOUR,)), ("chenmin", (FOUR, HEAD))):
        await names_deputy(company, "zhao", deputy)
        request = await company.request(*plans)
        await rings(company, UNTIL)
        assert not await Card.filter(request=request, holder__key=deputy, purpose=CardPurpose.APPROVAL).exists()
        assert await notices("approver_overdue") == []


async def test_a_delegate_who_has_the_card_already_is_told_and_gets_no_second_one(company: Company) -> None:
    await company.says("zhao", "委托 李娜 至 周五17:00")
    delegation = (await OutboxMessage.filter(kind="card", topic="delegation").prefetch_related("card__delegation"))[0]
    await company.says("lina", f"同意 {delegation.card.delegation.number}")
    request = await company.request(FOUR)
    await rings(company, UNTIL)
    assert await notices("approver_half") == ["lina", "zhao"]
    assert await notices("approver_overdue") == ["lina"]
    assert await Card.filter(request=request, holder__key="lina", purpose=CardPurpose.APPROVAL).count() == 1


@pytest.mark.parametrize("taken", ["accepted", "offered"])
@pytest.mark.parametrize("ends", ["cancelled", "expired"])
async def test_the_end_of_a_delegation_takes_no_card_from_who_is_asked_as_the_deputy(
    company: Company, taken: str, ends: str
) -> None:
    await names_deputy(company, "zhao", "lina")
    await company.says("zhao", "委托 李娜 至 14:45")
    delegation = await Delegation.get()
    if taken == "accepted":
        await company.says("lina", f"同意 {delegation.number}")
    request = await company.request(FOUR)
    await rings(company, UNTIL)
    after = delegation.expires_at if ends == "expired" else UNTIL
    if ends == "expired":
        clock = by(now=after, via="clock")
        assert await company.store.transact(lambda: delegating.expire(clock, str(delegation.id)))
    else:
        await says(company.store, "zhao", "委托 取消", now=after)
        words = "你不用再代办" if taken == "accepted" else "你不用答复了"
        assert words in await said_to(company.person("lina"))
    card = await card_of("lina", request)
    assert not card.closed
    await presses(company.store, "lina", "approve", card.handle, now=after)
    assert await status(request) == "approved"


async def test_who_takes_their_own_answer_back_gets_the_card_of_whom_they_are_the_deputy_of(company: Company) -> None:
    await names_deputy(company, "zhao", "lina")
    plan = StepPlan("会签", ("person:zhao", "person:lina"), sign=Signing.ALL, hours=4)
    request = await company.request(plan)
    await company.says("lina", f"同意 {request.number}")
    await rings(company, UNTIL)
    theirs = Card.filter(holder__key="lina", request=request, step__approver__key="zhao", closed=False)
    assert not await theirs.exists()
    own = await Card.get(holder__key="lina", request=request, step__approver__key="lina")
    await presses(company.store, "lina", "undo", own.handle, now=UNTIL)
    await says(company.store, "lina", f"转交 {request.number} 孙丽", now=UNTIL)
    await presses(company.store, "lina", "approve", (await theirs.get()).handle, now=UNTIL)
    await says(company.store, "sunli", f"同意 {request.number}", now=UNTIL)
    assert await status(request) == "approved"


async def test_half_as_long_again_the_unit_above_is_told_and_who_asked_for_it(company: Company) -> None:
    boss = await company.store.transact(lambda: office.employee("boss", company.group, Role.LEADER, name="高总"))
    await names_deputy(company, "zhao", "lina")
    request = await company.request(FOUR)
    assert await rings(company, ABOVE - timedelta(seconds=1)) == ["step_half", "step_over"]
    assert request.number not in await said_to(boss)
    assert await rings(company, ABOVE) == ["step_above"]
    for each in (boss, company.person("liuyang")):
        words = await said_to(each)
        assert words.startswith('{"text": "系统代办：申请 ')
        assert "在等 赵国强，时限是 11月24日 周二 14:30" in words
        assert CANDIDATE not in words
    assert request.number not in await said_to(company.admin)
    assert await actions() == ["step.reminded", "step.deputy_asked", "step.escalated"]


async def test_without_a_deputy_those_above_are_told_at_once_and_without_them_the_administrators(
    company: Company,
) -> None:
    request = await company.request(FOUR)
    assert await rings(company, UNTIL) == ["step_half", "step_over"]
    assert request.number in await said_to(company.admin)
    assert await actions() == ["step.reminded", "step.escalated"]
    assert await rings(company, ABOVE + timedelta(days=1)) == []


async def test_where_nobody_above_can_be_reached_the_record_and_the_requester_are_told_so(company: Company) -> None:
    await Employee.filter(id=company.admin.id).update(active=False)
    await company.request(FOUR)
    await rings(company, UNTIL)
    [record] = await AuditRecord.filter(action="step.escalated")
    line = json.loads(record.line)
    assert (line["ok"], line["why"]) == (False, "unreached")
    assert "都联系不到" in await said_to(company.person("liuyang"))


async def test_the_clock_never_answers_for_anybody(company: Company) -> None:
    request = await company.request(FOUR, HEAD)
    await rings(company, NOW + timedelta(hours=47))
    assert await status(request) == "awaiting_approval"
    assert await asked(request) == ["zhao"]
    assert not await AuditRecord.filter(action__startswith="approval.").exists()


@pytest.mark.parametrize("words", ["同意 {}", "驳回 {} 不同意", "退回 {} 请补充"])
async def test_timers_die_with_the_answer(company: Company, words: str) -> None:
    await names_deputy(company, "zhao", "lina")
    request = await company.request(FOUR)
    await company.says("zhao", words.format(request.number))
    await rings(company, ABOVE)
    assert await actions() == []
    assert await notices("approver_half") == await notices("approver_overdue") == []


async def test_timers_die_with_the_request(company: Company) -> None:
    request = await company.request(FOUR)
    assert "撤回" in await company.says("liuyang", f"撤回 {request.number}")
    await rings(company, ABOVE)
    assert await actions() == []


async def test_who_takes_a_step_over_has_the_whole_time(company: Company) -> None:
    request = await company.request(FOUR)
    later = NOW + timedelta(minutes=90)
    step = await Step.get(request=request, status=StepStatus.OPEN).prefetch_related("approver")
    await company.store.transact(
        lambda: handing_on.hand_on(by(company.person("zhao"), now=later), step, company.person("lina"), shown=Shown(1))
    )
    assert await rings(company, HALF) == ["step_half"]
    assert await actions() == []
    await rings(company, HALF + timedelta(minutes=150))  # half of the time from 11:00, over lunch
    assert await notices("approver_half") == ["lina"]


async def test_an_answer_taken_back_begins_the_time_anew(company: Company) -> None:
    request = await company.request(FOUR, HEAD)
    await company.says("zhao", f"同意 {request.number}")
    again = NOW + timedelta(minutes=60)
    await presses(company.store, "zhao", "undo", (await card_of("zhao", request)).handle, now=again)
    assert await asked(request) == ["zhao"]
    assert await rings(company, HALF) == ["step_half"]
    assert await actions() == []
    await rings(company, datetime(2026, 11, 24, 5, 30, tzinfo=UTC))
    assert await notices("approver_half") == ["zhao"]


async def test_who_takes_over_from_somebody_who_left_is_reminded_in_their_place(company: Company) -> None:
    await names_deputy(company, "zhao", "lina")
    request = await company.request(FOUR)
    await company.store.transact(lambda: leaving.leave(by(via="directory"), company.person("zhao"), source="test"))
    assert await asked(request) == ["lina"]
    await rings(company, HALF)
    assert await notices("approver_half") == ["lina"]


async def test_after_a_standstill_the_reminder_that_is_too_late_is_left_out(company: Company) -> None:
    await names_deputy(company, "zhao", "lina")
    await company.request(FOUR)
    assert await rings(company, ABOVE + timedelta(hours=1), after_a_standstill=True) == [
        "step_half",
        "step_over",
        "step_above",
    ]
    assert await actions() == ["step.deputy_asked", "step.escalated"]


async def test_where_the_interview_is_near_the_three_come_before_it(company: Company) -> None:
    starts = NOW + timedelta(hours=2)
    deadline = reckoned(NOW, 8, starts, USUAL)
    assert deadline.moments == tuple(NOW + timedelta(minutes=each) for each in (30, 60, 90))
    assert deadline.hurried


async def test_the_record_says_until_when_for_whom_and_what_was_guessed(company: Company) -> None:
    plan = StepPlan("分管领导", ("person:zhao",), hours=4)
    request = await company.request(plan)
    await rings(company, HALF)
    [record] = await AuditRecord.filter(action="step.reminded")
    line = json.loads(record.line)
    assert line["actor"] == {"sub": "system", "via": "clock", "auth": "test", "org": "shouyue/huachen/heavy"}
    assert line["data"]["until"] == "2026-11-24T06:30:00.000Z"
    assert line["data"]["unpublished"] == []
    case = await timeline.case_of(by(company.person("liuyang")), request.number)
    entries = [(who(each), what(each)) for each in await timeline.entries_of(case)]
    assert ("系统", "系统代办：时限过半，提醒审批人") in entries


async def test_the_card_names_a_year_that_nobody_has_published(company: Company) -> None:
    request = await company.request(StepPlan("分管领导", ("person:zhao",), hours=4))
    eve = datetime(2026, 12, 31, 8, tzinfo=UTC)
    await Step.filter(request=request).update(opened_at=eve)
    fresh = await requests.reload(request.id)
    fresh.booking.starts_at = eve + timedelta(days=20)
    await fresh.booking.save(update_fields=["starts_at"])
    lines = {each.label: each.value for each in (await seen(await card_of("zhao", request), eve)).lines}
    assert lines["时限"].endswith("1月1日 周五 11:00 前答复（4 个工作小时）。2027 年没有放假安排的数据，按周一至周五算")


async def test_a_timer_rung_too_early_is_set_again(company: Company) -> None:
    await company.request(FOUR)
    row = await OutboxMessage.get(kind="timer", topic="step_half")
    await OutboxMessage.filter(id=row.id).update(not_before=NOW)
    await rings(company, NOW)
    assert await actions() == []
    await rings(company, HALF)
