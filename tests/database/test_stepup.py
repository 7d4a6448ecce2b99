"""A second proof is asked where it is configured, opens one action once, and nothing else anywhere changes (T8)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from models import AuditRecord, CardPurpose, Employee, Factor, GrantChange, GrantChangeStatus, Organisation, Proof, Role
from models.store import Store
from tests.database import office
from tests.database.office import NOW, by
from tests.database.talking import newest_card, presses, says
from workflow import factors, rights, stepup, totp
from workflow.errors import NotNow, ProofNeeded
from workflow.rights import GrantChangeKind, Wanted
from workflow.stepup import Kind

LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def rules() -> Iterator[None]:
    """Let consent to administrators' grants want a second proof in the group and below."""
    stepup.install({"huachen": frozenset({Kind.ADMIN_GRANT})})
    yield
    stepup.install({})


class Group:
    unit: Organisation
    system: Employee
    security: Employee
    newcomer: Employee

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        self.unit = await office.unit()
        self.system = await office.employee("zhoukai", group, Role.SYSTEM_ADMIN, name="周凯")
        self.security = await office.employee("hanxue", group, Role.SECURITY_ADMIN, name="韩雪")
        self.newcomer = await office.employee("lilei", self.unit, name="李雷")

    async def proposed(self, who: Employee | None = None) -> GrantChange:
        wanted = Wanted(GrantChangeKind.GIVE, who or self.newcomer, Role.AUDITOR, self.unit)
        return await rights.propose(by(self.system), wanted)


@pytest.fixture
async def group(store: Store) -> Group:
    made = Group()
    await store.transact(made.enter)
    return made


def code(factor: Factor, now: datetime) -> str:
    return totp.code_at(bytes.fromhex(str(factor.seed)), totp.step_of(now))


def wrong(factor: Factor, now: datetime) -> str:
    near = {code(factor, now + timedelta(seconds=30 * each)) for each in (-1, 0, 1)}
    return next(each for each in (f"{number:06d}" for number in range(9)) if each not in near)


async def bound(store: Store, who: Employee) -> Factor:
    """Bind an authenticator ten minutes before everything else happens."""
    then = NOW - timedelta(minutes=10)

    async def work() -> Factor:
        factor = await factors.offer(by(who, now=then))
        found = await factors.find(factors.token_of(factor.id.hex), then)
        assert found is not None
        await factors.show(by(who, now=then), found)
        assert await factors.confirm(by(who, now=then), code(factor, then)) == factors.Verdict.RIGHT
        return await Factor.get(id=factor.id)

    return await store.transact(work)


async def test_an_action_that_wants_a_proof_waits_for_a_code_and_then_happens_once(store: Store, group: Group) -> None:
    factor, change = await bound(store, group.security), await store.transact(group.proposed)
    card = await newest_card("hanxue", CardPurpose.GRANT)
    answered = await presses(store, "hanxue", "approve", card.handle)
    assert "请输入动态码" in answered.answer.sentence
    assert (await GrantChange.get(id=change.id)).status == GrantChangeStatus.PROPOSED
    told = await says(store, "hanxue", f"动态码 {code(factor, LATER)}", LATER)
    assert change.number in told
    await presses(store, "hanxue", "approve", card.handle, now=LATER)
    assert (await GrantChange.get(id=change.id)).status == GrantChangeStatus.APPROVED
    assert (await Proof.get()).used_at == LATER
    assert await AuditRecord.filter(action="stepup.passed").count() == 1


async def test_a_proof_opens_no_other_matter_and_not_the_same_twice(store: Store, group: Group) -> None:
    factor, change = await bound(store, group.security), await store.transact(group.proposed)
    await says(store, "hanxue", f"同意 {change.number}")
    await says(store, "hanxue", f"动态码 {code(factor, LATER)}", LATER)
    act = by(group.security, now=LATER)
    with pytest.raises(ProofNeeded):
        await store.transact(lambda: stepup.require(act, Kind.ADMIN_GRANT, group.unit, "S20261124-999"))
    assert await store.transact(lambda: stepup.require(act, Kind.ADMIN_GRANT, group.unit, change.number))
    with pytest.raises(ProofNeeded):
        await store.transact(lambda: stepup.require(act, Kind.ADMIN_GRANT, group.unit, change.number))


async def test_a_proof_is_over_after_minutes_and_so_is_the_question(store: Store, group: Group) -> None:
    factor, change = await bound(store, group.security), await store.transact(group.proposed)
    await says(store, "hanxue", f"同意 {change.number}")
    late = NOW + stepup.ASKED_LASTS
    assert "现在没有等你二次验证的事" in await says(store, "hanxue", f"动态码 {code(factor, late)}", late)
    await says(store, "hanxue", f"同意 {change.number}", late)
    await says(store, "hanxue", f"动态码 {code(factor, late)}", late)
    after = late + stepup.PASSED_LASTS
    assert "二次验证" in await says(store, "hanxue", f"同意 {change.number}", after)
    assert (await GrantChange.get(id=change.id)).status == GrantChangeStatus.PROPOSED


async def test_a_code_is_accepted_once_in_its_life(store: Store, group: Group) -> None:
    factor, change = await bound(store, group.security), await store.transact(group.proposed)
    await says(store, "hanxue", f"同意 {change.number}")
    same = code(factor, LATER)
    await says(store, "hanxue", f"动态码 {same}", LATER)
    await says(store, "hanxue", f"同意 {change.number}", LATER)
    second = await store.transact(lambda: office.employee("hanmei", group.unit, name="韩梅"))
    other = await store.transact(lambda: group.proposed(second))
    await says(store, "hanxue", f"同意 {other.number}", LATER)
    assert "已经用过" in await says(store, "hanxue", f"动态码 {same}", LATER + timedelta(seconds=5))
    assert await AuditRecord.filter(action="stepup.refused").count() == 1
    assert '"why":"replayed"' in (await AuditRecord.get(action="stepup.refused")).line


async def test_five_wrong_codes_shut_the_door_also_for_the_right_one(store: Store, group: Group) -> None:
    factor, change = await bound(store, group.security), await store.transact(group.proposed)
    await says(store, "hanxue", f"同意 {change.number}")
    for _ in range(factors.MOST_TRIES):
        assert "动态码不对" in await says(store, "hanxue", f"动态码 {wrong(factor, NOW)}")
    said = await says(store, "hanxue", f"动态码 {code(factor, LATER)}", LATER)
    assert "锁了" in said
    assert "请告诉系统管理员" in said  # she is the only security administrator herself
    assert (await Proof.get()).passed_at is None
    open_again = LATER + factors.BLOCKED
    await says(store, "hanxue", f"同意 {change.number}", open_again)
    assert "动态码正确" in await says(store, "hanxue", f"动态码 {code(factor, open_again)}", open_again)


async def test_who_has_no_authenticator_is_told_how_to_bind_one(store: Store, group: Group) -> None:
    change = await store.transact(group.proposed)
    assert "绑定动态码" in await says(store, "hanxue", f"同意 {change.number}")
    assert not await Proof.exists()


async def test_binding_goes_by_link_page_and_code_and_the_page_shows_the_secret_once(
    store: Store, group: Group
) -> None:
    assert "二维码只显示一次" in await says(store, "hanxue", "绑定动态码")
    factor = await Factor.get()
    token = factors.token_of(factor.id.hex)
    assert token not in str(factor.token_index)
    found = await factors.find(token, NOW)
    assert found is not None
    address = await store.transact(lambda: factors.show(by(group.security), found))
    assert re.search(rf"secret={factors.spelled(factor)}&", address)
    assert await factors.find(token, NOW) is None
    assert "不对" in await says(store, "hanxue", f"绑定动态码 {wrong(factor, NOW)}")
    assert "已绑定" in await says(store, "hanxue", f"绑定动态码 {code(factor, LATER)}", LATER)
    assert "不能再绑" in await says(store, "hanxue", "绑定动态码", LATER)


async def test_a_secret_nobody_was_shown_or_shown_long_ago_binds_nothing(store: Store, group: Group) -> None:
    factor = await store.transact(lambda: factors.offer(by(group.security)))
    with pytest.raises(NotNow, match="factor-not-shown"):
        await store.transact(lambda: factors.confirm(by(group.security), code(factor, NOW)))
    assert await factors.find(factors.token_of(factor.id.hex), NOW + factors.LASTS) is None


async def test_the_secret_stands_in_no_column_and_no_record(store: Store, group: Group) -> None:
    factor = await bound(store, group.security)
    for secret in (str(factor.seed), factors.spelled(factor)):
        assert secret.encode() not in bytes(factor.sealed_seed)
        assert not [each for each in await AuditRecord.all() if secret in each.line]


@pytest.mark.parametrize(("path", "asked"), [("huachen", True), ("huachen/net", True), ("huaxin", False)])
def test_a_rule_holds_for_its_unit_and_below(path: str, asked: bool) -> None:
    assert stepup.asked_for(Kind.ADMIN_GRANT, path) is asked
    assert not stepup.asked_for(Kind.PURGE, path)


async def test_without_a_rule_nothing_is_asked_and_nothing_is_stored(store: Store, group: Group) -> None:
    stepup.install({})
    change = await store.transact(group.proposed)
    assert "已同意" in await says(store, "hanxue", f"同意 {change.number}")
    assert not await Proof.exists()


async def test_a_lost_phone_is_reset_by_two_administrators_and_the_old_code_opens_nothing(
    store: Store, group: Group
) -> None:
    stepup.install({"huachen": frozenset({Kind.BULK_EXPORT})})
    factor = await bound(store, group.newcomer)
    told = await says(store, "zhoukai", "重置动态码 李雷 原因 手机丢失")
    assert "韩雪" in told
    change = await GrantChange.get()
    assert await factors.current(group.newcomer) is not None
    assert "正在等审批" in await says(store, "zhoukai", "重置动态码 李雷")
    assert "不能自己审批" in await says(store, "zhoukai", f"同意 {change.number}")
    assert "已同意" in await says(store, "hanxue", f"同意 {change.number}")
    assert await factors.current(group.newcomer) is None
    assert "还没有绑定" in await says(store, "lilei", f"动态码 {code(factor, LATER)}", LATER)
    assert await AuditRecord.filter(action="factor.reset").count() == 1
    assert "没有绑定动态码" in await says(store, "zhoukai", "重置动态码 李雷", LATER)


async def test_only_administrators_reset_and_nobody_their_own(store: Store, group: Group) -> None:
    await bound(store, group.system)
    assert "没有这个权限" in await says(store, "lilei", "重置动态码 周凯")
    assert "不能为自己" in await says(store, "zhoukai", "重置动态码 周凯")
    assert not await GrantChange.exists()
