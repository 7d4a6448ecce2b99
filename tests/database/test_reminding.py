"""催办 reaches who is asked and who may answer in their place; all of them together at most every four hours."""

from datetime import timedelta

import pytest

from models import Account, AuditRecord, Delegation, OutboxMessage
from models.store import Store
from notifier.messages import NOTICES
from tests.database.chains import HEAD, LEADER, Company, board
from tests.database.office import NOW
from tests.database.talking import says
from tests.database.test_delegating import UNTIL, accepted
from tests.database.test_overdue import names_deputy, rings
from workflow import reminding
from workflow.plans import Signing, StepPlan

QIAN = StepPlan("总经理", ("person:qian",))


@pytest.fixture
async def company(store: Store) -> Company:
    made = Company(store)
    await store.transact(made.enter)
    return made


async def told(topic: str) -> list[str]:
    rows = await OutboxMessage.filter(kind="notice", topic=topic).prefetch_related("account__employee")
    return sorted(str(each.account.employee.key) for each in rows if each.account and each.account.employee)


async def test_the_delegate_is_told_beside_the_approver_and_the_requester_hears_both_names(company: Company) -> None:
    await accepted(company)
    request = await company.request(QIAN)
    said = await company.says("liuyang", f"催办 {request.number}")
    assert f"已催办 {request.number}：已再提醒 钱进和可以代为答复的 李娜。同一申请 4 小时内只提醒一次" in said
    assert (await told(reminding.TOPIC), await told(reminding.IN_PLACE)) == (["qian"], ["lina"])
    assert set(NOTICES) >= {reminding.TOPIC, reminding.IN_PLACE}


async def test_both_are_one_reminder_for_the_four_hours(company: Company) -> None:
    await accepted(company)
    request = await company.request(QIAN)
    await company.says("liuyang", f"催办 {request.number}")
    for after in (timedelta(minutes=1), timedelta(hours=4) - timedelta(seconds=1)):
        assert "4 小时内只提醒一次" in await says(company.store, "liuyang", f"催办 {request.number}", NOW + after)
    assert (len(await told(reminding.TOPIC)), len(await told(reminding.IN_PLACE))) == (1, 1)
    assert await AuditRecord.filter(action="request.reminded").count() == 1
    again = await says(company.store, "liuyang", f"催办 {request.number}", NOW + timedelta(hours=4))
    assert "已再提醒 钱进和可以代为答复的 李娜" in again


async def test_without_a_delegate_or_with_one_who_has_not_accepted_only_the_approver_is_told(company: Company) -> None:
    await company.says("qian", UNTIL)
    request = await company.request(QIAN)
    assert "已再提醒 钱进。" in await company.says("liuyang", f"催办 {request.number}")
    assert await told(reminding.IN_PLACE) == []


async def test_a_delegation_that_is_over_reminds_nobody(company: Company) -> None:
    await accepted(company)
    request = await company.request(QIAN)
    later = (await Delegation.get()).expires_at
    assert later is not None
    await company.store.transact(lambda: Delegation.all().update(expires_at=NOW))
    assert "已再提醒 钱进。" in await company.says("liuyang", f"催办 {request.number}")
    assert await told(reminding.IN_PLACE) == []


async def test_who_is_asked_themselves_is_told_once_and_as_the_approver(company: Company) -> None:
    await company.says("qian", "委托 孙丽 至 周五17:00")
    await company.says("sunli", f"同意 {(await Delegation.get()).number}")
    request = await company.request(board(Signing.ALL))
    await company.says("liuyang", f"催办 {request.number}")
    assert await told(reminding.TOPIC) == ["qian", "sunli", "zhao"]
    assert await told(reminding.IN_PLACE) == []


async def test_the_deputy_is_told_once_the_time_is_over_and_not_before(company: Company) -> None:
    await names_deputy(company, "qian", "lina")
    request = await company.request(StepPlan("总经理", ("person:qian",), hours=4))
    assert "已再提醒 钱进。" in await company.says("liuyang", f"催办 {request.number}")
    over = NOW + timedelta(hours=8)
    await rings(company, over)
    said = await says(company.store, "liuyang", f"催办 {request.number}", over)
    assert "已再提醒 钱进和可以代为答复的 李娜" in said
    assert await told(reminding.IN_PLACE) == ["lina"]


async def test_who_has_no_account_is_no_hindrance_where_a_delegate_has_one(company: Company) -> None:
    await accepted(company)
    request = await company.request(QIAN)
    other = await company.request(HEAD)
    keys = ("qian", "chenmin")
    gone = await Account.filter(employee__key__in=keys).values_list("id", flat=True)
    await company.store.transact(lambda: Account.filter(id__in=list(gone)).update(employee_id=None))
    assert "已再提醒 可以代为答复的 李娜。" in await company.says("liuyang", f"催办 {request.number}")
    assert "没有办理" in await company.says("liuyang", f"催办 {other.number}")
    assert await told(reminding.TOPIC) == []


async def test_a_level_after_this_one_is_not_reminded(company: Company) -> None:
    await accepted(company)
    request = await company.request(HEAD, LEADER)
    assert "已再提醒 陈敏。" in await company.says("liuyang", f"催办 {request.number}")
    assert await told(reminding.IN_PLACE) == []
