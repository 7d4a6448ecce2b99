"""A role is given by two administrators of different kinds, never by one, never to oneself, and ends by itself."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from models import (
    AuditRecord,
    Card,
    Employee,
    Grant,
    GrantChange,
    GrantChangeKind,
    GrantChangeStatus,
    OutboxMessage,
    Preset,
    Role,
)
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from workflow import access, proposals, rights
from workflow.errors import AlreadyDecided, NotFound, NotNow, Refusal
from workflow.founding import Founder, found
from workflow.permissions import ADMINISTRATORS, CANCEL, GRANT_PROPOSE
from workflow.rights import Wanted
from workflow.rights_views import rights_of

GIVE, WITHDRAW = GrantChangeKind.GIVE, GrantChangeKind.WITHDRAW
WEEK = timedelta(days=7)


class Desk:
    """A group with both administrators and an auditor, a unit with an interviewer, and a sibling unit."""

    async def enter(self) -> None:
        self.group = await office.unit("huachen", None)
        self.net = await office.unit("huachen/net", Preset.FAST)
        self.heavy = await office.unit("huachen/heavy", Preset.STRICT)
        self.system = await office.employee("zhoukai", self.group, Role.SYSTEM_ADMIN, name="周凯")
        self.security = await office.employee("hanxue", self.group, Role.SECURITY_ADMIN, name="韩雪")
        self.auditor = await office.employee("sunjing", self.group, Role.AUDITOR, name="孙静")
        self.hr = await office.employee("wangfang", self.net, Role.HR, name="王芳")
        self.lilei = await office.employee("lilei", self.net, Role.INTERVIEWER, name="李雷")

    def wanted(self, **changes: Any) -> Wanted:
        """Return 授权 李雷 HR 华辰互联."""
        return Wanted(**{"kind": GIVE, "employee": self.lilei, "role": Role.HR, "organisation": self.net, **changes})

    async def proposed(self, **changes: Any) -> GrantChange:
        """Let the system administrator propose it."""
        return await rights.propose(by(self.system), self.wanted(**changes))


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()
    await store.transact(made.enter)
    return made


async def refused(store: Store, work: Any) -> str:
    """Return the code of the refusal; whatever was begun is undone."""
    with pytest.raises(Refusal) as caught:
        await store.transact(work)
    return caught.value.code


async def recorded() -> Counter[str]:
    return Counter(await AuditRecord.filter(log="shouyue/huachen/net").values_list("action", flat=True))


async def may_cancel(desk: Desk, days: float = 0.0) -> bool:
    return await access.may(desk.lilei, CANCEL, desk.net, NOW + timedelta(days=days))


async def test_a_role_is_given_when_the_other_administrator_agrees_and_not_before(store: Store, desk: Desk) -> None:
    change = await store.transact(desk.proposed)
    assert not await may_cancel(desk)
    assert [card.holder_id for card in await Card.filter(change=change)] == [desk.security.id]

    await store.transact(lambda: rights.approve(by(desk.security), change))
    assert await may_cancel(desk)
    grant = await Grant.get(employee=desk.lilei, role=Role.HR)
    assert (grant.given_at, grant.ends_at, grant.change_id) == (NOW, None, change.id)
    assert (await recorded())["grant.proposed"] == (await recorded())["grant.given"] - 2 == 1


async def test_a_rejected_proposal_changes_nothing_and_its_proposer_hears_why(store: Store, desk: Desk) -> None:
    change = await store.transact(desk.proposed)
    await store.transact(lambda: rights.reject(by(desk.security), change, comment="先补材料"))
    assert not await may_cancel(desk)
    said = [str(each.payload) for each in await OutboxMessage.filter(kind="say")]
    assert any("韩雪 已驳回" in each and "先补材料" in each and change.number in each for each in said)
    assert (await recorded())["grant.refused"] == 1


async def test_what_was_given_is_withdrawn_the_same_way(store: Store, desk: Desk) -> None:
    change = await store.transact(lambda: desk.proposed(kind=WITHDRAW, employee=desk.hr))
    assert await access.may(desk.hr, CANCEL, desk.net, NOW)
    await store.transact(lambda: rights.approve(by(desk.security), change))
    assert not await access.may(desk.hr, CANCEL, desk.net, NOW)
    assert (await recorded())["grant.withdrawn"] == 1


async def test_nobody_approves_what_they_proposed_or_what_concerns_themselves(store: Store, desk: Desk) -> None:
    change = await store.transact(desk.proposed)
    assert await refused(store, lambda: rights.approve(by(desk.system), change)) == "own-proposal"
    own = desk.wanted(employee=desk.system, role=Role.INTERVIEWER)
    assert await refused(store, lambda: rights.propose(by(desk.system), own)) == "own-grant"
    second = await store.transact(lambda: office.employee("hanbing", desk.group, Role.SECURITY_ADMIN, name="韩冰"))
    theirs = {"employee": second, "role": Role.SECURITY_ADMIN, "organisation": desk.group}
    ending = await store.transact(lambda: desk.proposed(kind=WITHDRAW, **theirs))
    assert [card.holder_id for card in await Card.filter(change=ending)] == [desk.security.id]
    assert await refused(store, lambda: rights.approve(by(second), ending)) == "own-grant"


async def test_only_the_other_kind_of_administrator_decides(store: Store, desk: Desk) -> None:
    colleague = await store.transact(lambda: office.employee("zhouli", desk.group, Role.SYSTEM_ADMIN, name="周丽"))
    change = await store.transact(desk.proposed)
    assert await refused(store, lambda: rights.approve(by(colleague), change)) == "other-kind"
    for nobody in (desk.hr, desk.lilei, desk.auditor):
        assert await refused(store, lambda who=nobody: rights.approve(by(who), change)) == "not-allowed"


async def test_either_kind_proposes_and_the_other_is_asked(store: Store, desk: Desk) -> None:
    change = await store.transact(lambda: rights.propose(by(desk.security), desk.wanted()))
    assert [card.holder_id for card in await Card.filter(change=change)] == [desk.system.id]
    await store.transact(lambda: rights.approve(by(desk.system), change))
    assert await may_cancel(desk)


@pytest.mark.parametrize("who", ["hr", "lilei", "auditor"])
async def test_nobody_but_an_administrator_proposes(store: Store, desk: Desk, who: str) -> None:
    assert await refused(store, lambda: rights.propose(by(getattr(desk, who)), desk.wanted())) == "not-allowed"


@pytest.mark.parametrize("held", list(ADMINISTRATORS))
@pytest.mark.parametrize("wanted", list(Role))
@pytest.mark.parametrize("path", ["huachen", "huachen/net", "huachen/heavy"])
async def test_separated_roles_are_refused_where_units_overlap(
    store: Store, desk: Desk, held: Role, wanted: Role, path: str
) -> None:
    """A grant on the group overlaps with every unit; grants on two siblings do not."""
    home = desk.heavy if path == "huachen/heavy" else desk.net
    person = await store.transact(lambda: office.employee("somebody", home, held, name="何人"))
    there = {"huachen": desk.group, "huachen/net": desk.net, "huachen/heavy": desk.net}[path]
    asked = desk.wanted(employee=person, role=wanted, organisation=there)
    overlaps = path != "huachen/heavy"
    if held == wanted and there == home:
        assert await refused(store, lambda: rights.propose(by(desk.system), asked)) == "grant-held"
    elif overlaps and held != wanted:
        assert await refused(store, lambda: rights.propose(by(desk.system), asked)) == "separated"
    else:
        assert (await store.transact(lambda: rights.propose(by(desk.system), asked))).number.startswith("S2026")


async def test_separation_is_asked_again_when_it_is_decided(store: Store, desk: Desk) -> None:
    newcomer = await store.transact(lambda: office.employee("new", desk.net, name="新人"))
    first = await store.transact(lambda: desk.proposed(employee=newcomer))
    second = await store.transact(lambda: desk.proposed(employee=newcomer, role=Role.AUDITOR, organisation=desk.group))
    await store.transact(lambda: rights.approve(by(desk.security), first))
    assert await refused(store, lambda: rights.approve(by(desk.security), second)) == "separated"
    assert (await GrantChange.get(id=second.id)).status == GrantChangeStatus.PROPOSED


async def test_what_is_entered_at_the_desk_is_separated_too(store: Store, desk: Desk) -> None:
    enter = lambda: office.employee("zhoukai", desk.net, Role.HR, name="周凯")  # noqa: E731
    assert await refused(store, enter) == "separated"


async def test_a_proposal_lasts_seven_days(store: Store, desk: Desk) -> None:
    change = await store.transact(desk.proposed)
    timer = await OutboxMessage.get(topic="grant_expire")
    assert timer.not_before == change.expires_at == NOW + WEEK
    late = by(desk.security, now=NOW + WEEK)
    assert await refused(store, lambda: rights.approve(late, change)) == "grant-expired"
    clock = by(now=NOW + WEEK, via="clock")
    assert not await store.transact(lambda: rights.expire(by(now=NOW + WEEK / 2, via="clock"), change.id))
    assert await store.transact(lambda: rights.expire(clock, change.id))
    assert not await store.transact(lambda: rights.expire(clock, change.id))
    assert (await GrantChange.get(id=change.id)).status == GrantChangeStatus.EXPIRED
    assert any("系统代办" in str(each.payload) for each in await OutboxMessage.filter(kind="say"))


async def test_a_grant_with_an_end_gives_nothing_from_that_moment_even_before_the_clock_records_it(
    store: Store, desk: Desk
) -> None:
    change = await store.transact(lambda: desk.proposed(ends_at=NOW + timedelta(days=10)))
    await store.transact(lambda: rights.approve(by(desk.security), change))
    assert await may_cancel(desk, 9.99)
    assert not await may_cancel(desk, 10)
    assert desk.lilei not in await access.holders(Role.HR, desk.net, NOW + timedelta(days=10))

    grant = await Grant.get(employee=desk.lilei, role=Role.HR)
    assert not await store.transact(lambda: rights.end(by(now=NOW, via="clock"), grant.id))
    over = by(now=NOW + timedelta(days=10), via="clock")
    assert await store.transact(lambda: rights.end(over, grant.id))
    assert not await store.transact(lambda: rights.end(over, grant.id))
    assert not await Grant.filter(employee=desk.lilei, role=Role.HR).exists()
    assert (await recorded())["grant.ended"] == 1


async def test_a_grant_that_was_prolonged_is_not_ended_by_the_first_timer(store: Store, desk: Desk) -> None:
    for days in (10, 30):
        change = await store.transact(lambda days=days: desk.proposed(ends_at=NOW + timedelta(days=days)))
        await store.transact(lambda change=change: rights.approve(by(desk.security), change))
    grant = await Grant.get(employee=desk.lilei, role=Role.HR)
    assert not await store.transact(lambda: rights.end(by(now=NOW + timedelta(days=10), via="clock"), grant.id))
    assert await may_cancel(desk, 29)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"employee": "hr"}, "grant-held"),
        ({"kind": WITHDRAW}, "grant-not-held"),
        ({"ends_at": NOW}, "grant-over"),
    ],
)
async def test_what_would_change_nothing_is_explained(
    store: Store, desk: Desk, changes: dict[str, Any], code: str
) -> None:
    named = {key: getattr(desk, value) if value == "hr" else value for key, value in changes.items()}
    assert await refused(store, lambda: desk.proposed(**named)) == code


async def test_the_same_is_not_asked_twice_and_a_leaver_gets_nothing(store: Store, desk: Desk) -> None:
    await store.transact(desk.proposed)
    assert await refused(store, desk.proposed) == "grant-proposed"
    await store.transact(lambda: Employee.filter(id=desk.hr.id).update(active=False))
    gone = await Employee.get(id=desk.hr.id)
    assert await refused(store, lambda: desk.proposed(employee=gone, role=Role.LEADER)) == "grant-left"


async def test_without_another_administrator_nothing_is_proposed(store: Store, desk: Desk) -> None:
    await store.transact(lambda: Employee.filter(id=desk.security.id).update(active=False))
    assert await refused(store, desk.proposed) == "no-decider"
    assert not await GrantChange.exists()
    last = desk.wanted(kind=WITHDRAW, employee=desk.system, role=Role.SYSTEM_ADMIN, organisation=desk.group)
    await store.transact(lambda: Employee.filter(id=desk.security.id).update(active=True))
    assert await refused(store, lambda: rights.propose(by(desk.security), last)) == "no-decider"


async def test_an_answer_is_final_once_and_only_once(store: Store, desk: Desk) -> None:
    change = await store.transact(desk.proposed)
    shown = await GrantChange.get(id=change.id).prefetch_related(*rights.KIND.relations)
    await store.transact(lambda: rights.approve(by(desk.security), change))
    with pytest.raises(AlreadyDecided):  # the second was read before the first was written
        await store.transact(lambda: rights.reject(by(desk.security), shown))
    assert await may_cancel(desk)


async def test_a_foreign_proposal_is_as_absent_as_none(store: Store, desk: Desk) -> None:
    local = await store.transact(lambda: office.employee("admin2", desk.heavy, Role.SYSTEM_ADMIN, name="史冬"))
    change = await store.transact(desk.proposed)
    for number in (change.number, "S20261124-000000"):
        with pytest.raises(NotFound):
            await proposals.named(by(local), rights.KIND, number)
    assert await rights.awaiting(local, NOW) == []
    assert [each.number for each in await rights.awaiting(desk.security, NOW)] == [change.number]
    assert await rights.awaiting(desk.system, NOW) == []


async def test_a_grant_in_one_unit_reaches_no_sibling(store: Store, desk: Desk) -> None:
    local = await store.transact(lambda: office.employee("admin2", desk.heavy, Role.SYSTEM_ADMIN, name="史冬"))
    assert not await access.may(local, GRANT_PROPOSE, desk.net, NOW)
    assert await refused(store, lambda: rights.propose(by(local), desk.wanted())) == "not-allowed"


async def test_somebodys_rights_are_told_with_their_reason_and_who_could_do_the_rest(store: Store, desk: Desk) -> None:
    ends = NOW + timedelta(days=10)
    change = await store.transact(lambda: desk.proposed(ends_at=ends, reason="顶替产假"))
    await store.transact(lambda: rights.approve(by(desk.security), change))
    await desk.lilei.fetch_related("organisation")
    view = await rights_of(desk.lilei, NOW)
    held = next(each for each in view.held if each.role == "HR")
    assert (held.since, held.path) == ("2026年11月24日", "huachen/net")
    assert held.until == "2026年12月4日"
    assert all(word in held.why for word in ("周凯 提出", "韩雪 同意", change.number, "顶替产假"))
    lacking = {each.what: each.who for each in view.lacking}
    assert "系统管理员 周凯" in lacking["提出授权和收回授权"]
    assert [each.role for each in (await rights_of(desk.lilei, ends)).held] == ["面试官"]


async def test_the_first_administrators_are_two_people_and_entered_once(store: Store) -> None:
    unit, dingtalk = Founder("huachen", "华辰集团"), office.Platform.DINGTALK
    two = {Role.SYSTEM_ADMIN: Founder("zhoukai", "周凯"), Role.SECURITY_ADMIN: Founder("hanxue", "韩雪")}
    one = {role: Founder("zhoukai", "周凯") for role in two}
    act = by(via="cli")
    assert await refused(store, lambda: found(act, unit, dingtalk, one)) == "separated"
    assert not await Employee.exists()
    await store.transact(lambda: found(act, unit, dingtalk, two))
    assert {(each.role, each.given_at) for each in await Grant.all()} == {(role, NOW) for role in two}
    assert await AuditRecord.filter(action="grant.given", log="shouyue/huachen").count() == 2
    with pytest.raises(NotNow):
        await store.transact(lambda: found(act, unit, dingtalk, two))


async def test_no_name_and_no_reason_stands_in_the_log(store: Store, desk: Desk) -> None:
    change = await store.transact(lambda: desk.proposed(reason="顶替产假"))
    await store.transact(lambda: rights.approve(by(desk.security), change, comment="情况属实"))
    lines = "\n".join(str(each) for each in await AuditRecord.all().values_list("line", flat=True))
    assert not [word for word in ("李雷", "周凯", "韩雪", "顶替", "属实") if word in lines]
