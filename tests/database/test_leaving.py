"""Who leaves can do nothing; what waited for them goes on with their deputy or the next in line."""

import json

import pytest

from models import (
    AuditRecord,
    CancellationRequest,
    Card,
    CardPurpose,
    Delegation,
    Employee,
    Grant,
    OutboxMessage,
    Preset,
    Role,
    Step,
    StillNeeded,
)
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from tests.database.talking import newest_card, presses, says, seen
from workflow import approving, cancelling, deputies, deputising, evidence, leaving, requests
from workflow.errors import NotAllowed, NotYours
from workflow.sight import MASKED, sight_of

PNG = b"\x89PNG\r\n\x1a\n"


class Office:
    """A strict unit whose request waits for the department head."""

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        self.unit = await office.unit("huachen/heavy", Preset.STRICT)
        self.hr = await office.employee("liuyang", self.unit, Role.HR, name="刘洋")
        self.head = await office.employee("chenmin", self.unit, Role.DEPARTMENT_HEAD, name="陈敏")
        self.leader = await office.employee("zhao", self.unit, Role.LEADER, name="赵国强")
        self.deputy = await office.employee("lina", self.unit, name="李娜")
        self.admin = await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯")
        booking = await office.booking(self.unit)
        wish = cancelling.Wish("plan_changed")
        request = await cancelling.request_cancellation(by(self.hr), booking, wish, shown=1)
        await evidence.keep_file(by(self.hr), request, evidence.Material(PNG, "x.png", "m"))
        await cancelling.evidence_came(by(self.hr), request)
        self.request: CancellationRequest = await requests.reload(request.id)


@pytest.fixture
async def there(store: Store) -> Office:
    made = Office()
    await store.transact(made.enter)
    return made


async def leaves(store: Store, employee: Employee) -> None:
    fresh = await Employee.get(id=employee.id)
    await store.transact(lambda: leaving.leave(by(via="directory"), fresh, source="dingtalk"))


async def names_deputy(store: Store, employee: Employee, deputy: Employee) -> None:
    await store.transact(lambda: deputising.set_deputy(by(employee), employee, deputy))


async def test_a_deputy_is_of_the_same_unit_or_above_and_never_of_a_sibling(store: Store, there: Office) -> None:
    sibling = await store.transact(lambda: office.unit("huachen/net"))
    elsewhere = await store.transact(lambda: office.employee("lilei", sibling, name="李雷"))
    with pytest.raises(NotAllowed):
        await names_deputy(store, there.head, elsewhere)
    answer = await says(store, "chenmin", "代理人 我 李雷")
    assert "没有找到「李雷」" in answer
    assert await deputies.deputy_of(await Employee.get(id=there.head.id), NOW) is None


async def test_the_deputy_gets_the_card_and_decides_and_the_leavers_tap_is_refused(store: Store, there: Office) -> None:
    await names_deputy(store, there.head, there.deputy)
    old = await newest_card("chenmin", CardPurpose.APPROVAL)
    await leaves(store, there.head)

    card = await newest_card("lina", CardPurpose.APPROVAL)
    refused = await presses(store, "chenmin", "approve", old.handle, {"still_needed": "yes"})
    assert "不在职" in refused.answer.sentence
    assert "有人接手的已转交，没有人接手的已告诉管理员" in refused.answer.sentence
    assert (await Card.get(id=old.id)).closed
    assert (await seen(old)).status == "已转给别人处理"
    assert "这一级已由 李娜 接手。" in str((await seen(old)).lines)
    assert (await Step.get(request=there.request, level=1)).decided_at is None

    await presses(store, "lina", "approve", card.handle, {"still_needed": "yes"})
    step = await Step.get(request=there.request, level=1).prefetch_related("decided_by", "stands_for")
    assert (step.decided_by and step.decided_by.key) == "lina"
    assert (step.stands_for and step.stands_for.key) == "chenmin"
    assert "你已于" not in str((await seen(old)).lines)
    assert (await Step.get(request=there.request, level=2)).opened_at == NOW
    assert await AuditRecord.filter(action="step.handed_on").count() == 1


async def test_without_a_deputy_the_next_of_that_role_decides(store: Store, there: Office) -> None:
    await store.transact(lambda: office.employee("chen2", there.unit, Role.DEPARTMENT_HEAD, name="陈二"))
    await leaves(store, there.head)
    step = await Step.get(request=there.request, level=1).prefetch_related("approver")
    assert (step.approver.key, step.stands_for_id) == ("chen2", None)
    assert await Card.filter(holder__key="chen2", closed=False).count() == 1


async def test_a_deputy_who_asked_for_it_or_decides_above_is_passed_over(store: Store, there: Office) -> None:
    await names_deputy(store, there.head, there.leader)
    await leaves(store, there.head)
    step = await Step.get(request=there.request, level=1).prefetch_related("approver")
    assert step.approver.key == "chenmin"
    said = [str(each.payload) for each in await OutboxMessage.filter(kind="say").prefetch_related("account__employee")]
    assert len([each for each in said if "没有人接手" in each and "授权 姓名" in each]) == 2
    assert (await seen(await Card.get(holder=there.head))).status == "不再由你处理"
    assert await AuditRecord.filter(action="step.unattended").count() == 1


async def answered_for_the_head(store: Store) -> None:
    """Let the head's delegate answer the first level."""
    await says(store, "chenmin", "委托 李娜 至 周五17:00")
    await says(store, "lina", f"同意 {(await Delegation.get()).number}")
    card = await newest_card("lina", CardPurpose.APPROVAL)
    await presses(store, "lina", "approve", card.handle, {"still_needed": "yes"})
    assert (await Step.get(level=1).prefetch_related("decided_by")).decided_by == await Employee.get(key="lina")


async def test_a_deputy_who_answered_a_level_for_somebody_decides_no_second_one(store: Store, there: Office) -> None:
    await answered_for_the_head(store)
    await names_deputy(store, there.leader, there.deputy)
    await store.transact(lambda: office.employee("zhao2", there.unit, Role.LEADER, name="赵二"))
    await leaves(store, there.leader)
    step = await Step.get(request=there.request, level=2).prefetch_related("approver")
    assert (step.approver.key, step.stands_for_id) == ("zhao2", None)


async def test_who_answered_for_somebody_does_not_become_the_one_who_asked(store: Store, there: Office) -> None:
    await answered_for_the_head(store)
    await store.transact(lambda: Grant.create(employee=there.deputy, role=Role.HR, organisation=there.unit))
    await leaves(store, there.hr)
    assert (await requests.reload(there.request.id)).requester_id == there.hr.id


async def test_a_step_that_was_not_yet_open_goes_to_the_deputy_as_well(store: Store, there: Office) -> None:
    await names_deputy(store, there.leader, there.deputy)
    await leaves(store, there.leader)
    assert not await Card.filter(holder=there.deputy).exists()
    first = await Step.get(request=there.request, level=1)
    shown = approving.Shown(1)
    await store.transact(lambda: approving.approve(by(there.head), first, shown=shown, still_needed=StillNeeded.YES))
    assert await Card.filter(holder=there.deputy, closed=False).count() == 1


async def test_rights_end_at_once_and_no_command_works(store: Store, there: Office) -> None:
    await leaves(store, there.hr)
    assert not await Grant.filter(employee=there.hr).exists()
    for words in ("取消 张伟 原因 行程冲突", "帮助", "待我审批"):
        assert "你已不在职，不能再办理" in await says(store, "liuyang", words)
    ended = await AuditRecord.get(action="grant.ended")
    assert json.loads(ended.line)["why"] == "left"


async def test_an_open_request_goes_to_another_hr_who_sees_it(store: Store, there: Office) -> None:
    await store.transact(lambda: office.employee("liu2", there.unit, Role.HR, name="刘二"))
    await leaves(store, there.hr)
    request = await requests.reload(there.request.id)
    assert request.requester is not None
    assert request.requester.key == "liu2"
    assert await Card.filter(holder__key="liu2", purpose=CardPurpose.REQUEST, closed=False).count() == 1
    said = await OutboxMessage.filter(kind="say", account__employee__key="liu2").first()
    assert said is not None
    assert f"申请 {request.number} 转由你处理" in str(said.payload)
    await store.transact(lambda: cancelling.withdraw(by(request.requester), request))


async def test_an_administrator_hears_of_a_request_that_nobody_can_take(store: Store, there: Office) -> None:
    await leaves(store, there.hr)
    assert (await requests.reload(there.request.id)).requester_id == there.hr.id
    said = await OutboxMessage.filter(kind="say", account__employee=there.admin).first()
    assert said is not None
    assert "没有别的 HR 可以接手" in str(said.payload)


async def test_leaving_twice_is_leaving_once(store: Store, there: Office) -> None:
    await leaves(store, there.head)
    await leaves(store, there.head)
    assert await AuditRecord.filter(action="person.left").count() == 1


async def test_a_deputy_is_named_by_typing_and_only_an_administrator_names_for_others(
    store: Store, there: Office
) -> None:
    assert "已指定 李娜 作你的代理人，有效至 2026年12月31日" in await says(
        store, "chenmin", "代理人 我 李娜 到 2026-12-31"
    )
    assert "你的代理人是 李娜" in await says(store, "chenmin", "代理人")
    assert "没有这个权限" in await says(store, "liuyang", "代理人 赵国强 李娜")
    assert "已指定 李娜 作 赵国强 的代理人" in await says(store, "zhoukai", "代理人 赵国强 李娜")
    assert "另一个人" in await says(store, "chenmin", "代理人 我 陈敏")
    assert "管理员" in await says(store, "chenmin", "代理人 我 周凯")
    assert "没有找到" in await says(store, "chenmin", "代理人 我 欧阳锋")
    assert "你现在没有代理人" in await says(store, "chenmin", "代理人 我 无")
    assert await AuditRecord.filter(action="deputy.set").count() == 3


async def test_a_deputys_time_is_over_when_it_says_so(store: Store, there: Office) -> None:
    await says(store, "chenmin", "代理人 我 李娜 到 2026-12-31")
    head = await Employee.get(id=there.head.id)
    assert head.deputy_until is not None
    assert (await deputies.deputy_of(head, NOW)) == there.deputy
    assert await deputies.deputy_of(head, head.deputy_until) is None


async def test_a_deputy_decides_nothing_before_somebody_leaves(store: Store, there: Office) -> None:
    await names_deputy(store, there.head, there.deputy)
    step = await Step.get(request=there.request, level=1)
    with pytest.raises((NotYours, NotAllowed)):
        await store.transact(lambda: approving.reject(by(there.deputy), step, shown=approving.Shown(1), comment="不"))


async def test_the_deputy_sees_whom_and_what_they_decide_about_and_nobody_else(store: Store, there: Office) -> None:
    beside = await store.transact(lambda: office.booking(there.unit, "赵久", "13900001111"))
    await names_deputy(store, there.head, there.deputy)
    assert await sight_of(there.deputy, there.request.booking, NOW) == MASKED
    await leaves(store, there.head)
    card = await newest_card("lina", CardPurpose.APPROVAL)
    drawn = str(await seen(card))
    assert "取消面试：张伟 · 尾号8123" in drawn
    assert "x.png" in drawn
    await presses(store, "lina", "approve", card.handle, {"still_needed": "yes"})
    assert "张伟 · 尾号8123" in str(await seen(card))
    assert await sight_of(there.deputy, beside, NOW) == MASKED
    await leaves(store, there.deputy)
    gone = await Employee.get(id=there.deputy.id)
    assert await sight_of(gone, there.request.booking, NOW) == MASKED
