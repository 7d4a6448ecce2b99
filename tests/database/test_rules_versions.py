"""Versions of the rules: proposed, replayed, agreed to, in force from their date, never for what was filed."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from models import (
    AuditRecord,
    Booking,
    CancellationRequest,
    Card,
    CardPurpose,
    Organisation,
    Position,
    Preset,
    Role,
    RulesStatus,
    RulesVersion,
)
from models.store import Store
from tests.database import office, talking
from tests.database.office import NOW, by
from workflow import archiving, cancelling, proposals, replying, rulebook, rules_proposals, trials
from workflow.cancelling import Wish
from workflow.errors import Refusal
from workflow.plans import plans_of
from workflow.rules.deciding import decide, facts_of, replay
from workflow.rules.presets import PRESETS
from workflow.rules.ruleset import WrongRules

WEEK = timedelta(days=7)
LATE_FORBIDDEN: dict[str, Any] = {
    "base": "current",
    "title": "华辰互联 2027 版",
    "scenes": [
        {"id": "own", "name": "候选人本人提出", "when": {"by_candidate": True}},
        {"id": "soon", "name": "开始前两小时内", "when": {"hours_below": 2}, "allow": False, "because": "多半已在路上"},
        {"id": "java", "name": "研发岗位", "when": {"positions": ["java*"]}, "chain": "领导", "notice": "必须通知"},
        {"id": "rest", "name": "其余", "consequence": "保留"},
    ],
    "chains": {"领导": [{"name": "分管领导", "who": ["role:leader"], "hours": 8}]},
    "notices": {"必须通知": {"always": True}},
    "consequences": {"保留": {"keeps": True}},
}


class Desk:
    """A group with a system and a security administrator, a fast unit below, and a unit without rules below that."""

    async def enter(self) -> None:
        self.group = await office.unit("huachen", None)
        self.unit = await office.unit("huachen/net", Preset.FAST)
        self.lab = await office.unit("huachen/net/lab", None)
        self.other = await office.unit("canary", Preset.STRICT)
        self.hr = await office.employee("wangfang", self.unit, Role.HR)
        self.leader = await office.employee("zhao", self.unit, Role.LEADER, name="赵国强")
        self.system = await office.employee("zhoukai", self.group, Role.SYSTEM_ADMIN, name="周凯")
        self.security = await office.employee("hanxue", self.group, Role.SECURITY_ADMIN, name="韩雪")
        self.auditor = await office.employee("sunjing", self.group, Role.AUDITOR, name="孙静")
        self.stranger = await office.employee("stranger", self.other, Role.SECURITY_ADMIN, name="外人")


@pytest.fixture
async def desk(store: Store) -> Desk:
    made = Desk()
    await store.transact(made.enter)
    return made


async def made(store: Store, work: Callable[[], Awaitable[Any]]) -> Any:
    return await store.transact(work)


async def refused(store: Store, work: Callable[[], Awaitable[Any]]) -> str:
    with pytest.raises(Refusal) as refusal:
        await store.transact(work)
    return refusal.value.code


async def proposed(store: Store, desk: Desk, document: dict[str, Any] = LATE_FORBIDDEN, **more: Any) -> RulesVersion:
    found: RulesVersion = await made(
        store, lambda: rules_proposals.propose(by(desk.system), desk.unit, document, **more)
    )
    return found


async def agreed(store: Store, desk: Desk, version: RulesVersion, now: datetime = NOW) -> None:
    fresh = await proposals.reload(rules_proposals.KIND, version.id)
    await store.transact(lambda: rules_proposals.approve(by(desk.security, now=now), fresh))


async def filed(store: Store, desk: Desk, booking: Booking, now: datetime = NOW, **wish: Any) -> CancellationRequest:
    asked = Wish("plan_changed", **wish)
    found: CancellationRequest = await made(
        store, lambda: cancelling.request_cancellation(by(desk.hr, now=now), booking, asked, shown=booking.revision)
    )
    return found


async def test_a_version_holds_once_another_administrator_agreed_and_only_from_its_date(
    store: Store, desk: Desk
) -> None:
    before = await rulebook.rules_of(desk.unit, NOW)
    version = await proposed(store, desk, effective_from=NOW + WEEK)
    assert (version.version, version.replaces, version.status) == (2, before.digest, RulesStatus.PROPOSED)
    assert await rulebook.rules_of(desk.unit, NOW + 2 * WEEK) == before
    await agreed(store, desk, version)
    assert await rulebook.rules_of(desk.unit, NOW + WEEK - timedelta(seconds=1)) == before
    after = await rulebook.rules_of(desk.unit, NOW + WEEK)
    assert (after.version, after.title, after.digest) == (2, "华辰互联 2027 版", version.digest)
    recorded = await AuditRecord.filter(subject=version.number).order_by("seq").values_list("action", flat=True)
    assert recorded == ["rules.proposed", "rules.approved"]


async def test_what_is_agreed_to_late_never_holds_backwards(store: Store, desk: Desk) -> None:
    version = await proposed(store, desk, effective_from=NOW - WEEK)
    await agreed(store, desk, version, NOW + timedelta(days=2))
    assert (await rulebook.rules_of(desk.unit, NOW + timedelta(days=1))).version == 1
    assert (await rulebook.rules_of(desk.unit, NOW + timedelta(days=2))).version == 2


async def test_a_case_that_was_filed_before_stays_as_it_was_decided(store: Store, desk: Desk) -> None:
    booking = await made(store, lambda: office.booking(desk.unit, ahead=timedelta(days=9)))
    request = await filed(store, desk, booking)
    kept, trace = request.policy, request.trace
    await agreed(store, desk, await proposed(store, desk))
    row = await CancellationRequest.get(id=request.id)
    assert (row.policy, row.trace) == (kept, trace)
    assert (kept["version"], kept["digest"]) == (1, PRESETS[Preset.FAST].digest)
    assert trace is not None
    rules = await rulebook.by_digest(str(trace["digest"]))
    assert rules is not None
    assert replay(trace, rules).rule == kept["rule"] == "company"


async def test_a_new_case_is_decided_by_the_new_version_and_keeps_its_steps(store: Store, desk: Desk) -> None:
    await agreed(store, desk, await proposed(store, desk))
    booking = await made(store, lambda: office.booking(desk.unit))
    request = await filed(store, desk, booking)
    assert [(each.name, each.hours) for each in plans_of(request.policy)] == [("分管领导", 8)]
    assert (request.policy["version"], request.policy["rule"]) == (2, "java")
    assert request.trace is not None
    again = await rulebook.by_digest(str(request.trace["digest"]))
    assert again is not None
    assert decide(facts_of(request.trace), again).plans == plans_of(request.policy)


async def test_what_the_rules_forbid_is_refused_and_a_candidates_own_word_never_is(store: Store, desk: Desk) -> None:
    await agreed(store, desk, await proposed(store, desk))
    soon = await made(store, lambda: office.booking(desk.unit, ahead=timedelta(hours=1)))
    wish = Wish("plan_changed")
    assert await refused(store, lambda: cancelling.propose(by(desk.hr), soon, wish)) == "rules-forbid"
    act = by(desk.hr)
    assert await refused(store, lambda: cancelling.request_cancellation(act, soon, wish, shown=1)) == "rules-forbid"
    assert not await CancellationRequest.filter(booking=soon).exists()
    request = await made(store, lambda: replying.decline(by(soon.candidate), soon, "来不了"))
    assert request.policy["rule"] == "own"


async def test_who_has_to_be_told_and_whose_eligibility_stays_is_not_hrs_choice(store: Store, desk: Desk) -> None:
    await agreed(store, desk, await proposed(store, desk))
    java = await made(store, lambda: office.booking(desk.unit))
    act, silent = by(desk.hr), Wish("plan_changed", notify=False)
    assert await refused(store, lambda: cancelling.request_cancellation(act, java, silent, shown=1)) == "rules-notify"
    sales = await made(store, lambda: office.booking(desk.unit, "马超", "13800005566"))
    await store.transact(lambda: Position.filter(id=sales.position_id).update(name="销售"))
    sales = await Booking.get(id=sales.id).prefetch_related("organisation", "candidate", "position")
    harsh = Wish("plan_changed", keep=False)
    assert await refused(store, lambda: cancelling.request_cancellation(act, sales, harsh, shown=1)) == "rules-keep"
    assert (await filed(store, desk, sales, notify=False)).policy["rule"] == "rest"


async def test_a_unit_without_rules_follows_the_nearest_above_that_has_them(store: Store, desk: Desk) -> None:
    assert (await rulebook.rules_of(desk.lab, NOW)).preset == Preset.FAST
    assert (await rulebook.rules_of(desk.group, NOW)).preset == Preset.STRICT
    await agreed(store, desk, await proposed(store, desk))
    assert (await rulebook.rules_of(desk.lab, NOW)).version == 2
    assert set(await trials.followers(desk.unit)) == {desk.unit.id, desk.lab.id}
    assert set(await trials.followers(desk.group)) == {desk.group.id}
    assert not await archiving.wants(desk.lab, NOW)


async def test_nobody_agrees_to_their_own_version_and_only_a_security_administrator_to_any(
    store: Store, desk: Desk
) -> None:
    version = await proposed(store, desk)
    codes = {}
    for who in (desk.system, desk.hr, desk.auditor, desk.stranger):
        act = by(who)
        codes[who.key] = await refused(store, lambda act=act: rules_proposals.approve(act, version))  # type: ignore[misc]
    assert codes == {
        "zhoukai": "own-rules",
        "wangfang": "not-allowed",
        "sunjing": "not-allowed",
        "stranger": "not-allowed",
    }
    for who in (desk.hr, desk.security, desk.auditor, desk.stranger):
        act = by(who)
        work = lambda act=act: rules_proposals.propose(act, desk.unit, {"base": "strict"})  # noqa: E731
        assert await refused(store, work) == "not-allowed"


async def test_a_version_that_was_not_replayed_cannot_be_agreed_to(store: Store, desk: Desk) -> None:
    version = await proposed(store, desk)
    for false in ({}, {**version.replayed, "digest": "0" * 64}):
        await store.transact(lambda false=false: RulesVersion.filter(id=version.id).update(replayed=false))  # type: ignore[misc]
        fresh = await proposals.reload(rules_proposals.KIND, version.id)
        act = by(desk.security)
        assert await refused(store, lambda f=fresh, a=act: rules_proposals.approve(a, f)) == "rules-not-replayed"  # type: ignore[misc]


async def test_a_document_that_was_changed_in_the_store_cannot_be_agreed_to(store: Store, desk: Desk) -> None:
    version = await proposed(store, desk)
    document = {**version.document, "grace_s": 0}
    await store.transact(lambda: RulesVersion.filter(id=version.id).update(document=document))
    fresh = await proposals.reload(rules_proposals.KIND, version.id)
    assert await refused(store, lambda: rules_proposals.approve(by(desk.security), fresh)) == "rules-not-replayed"


async def test_rules_that_changed_since_make_the_replay_void(store: Store, desk: Desk) -> None:
    version = await proposed(store, desk)
    await store.transact(lambda: Organisation.filter(id=desk.unit.id).update(policy={"grace_s": 5}))
    fresh = await proposals.reload(rules_proposals.KIND, version.id)
    assert await refused(store, lambda: rules_proposals.approve(by(desk.security), fresh)) == "rules-changed"


async def test_one_version_of_a_unit_is_under_way_at_a_time_and_the_same_is_none(store: Store, desk: Desk) -> None:
    act = by(desk.system)
    assert await refused(store, lambda: rules_proposals.propose(act, desk.unit, {"base": "current"})) == "rules-same"
    first = await proposed(store, desk)
    again = {"base": "fast", "grace_s": 5}
    assert await refused(store, lambda: rules_proposals.propose(act, desk.unit, again)) == "rules-under-way"
    await store.transact(lambda: rules_proposals.reject(by(desk.security), first, comment="再议"))
    assert (await proposed(store, desk, again)).version == 3


async def test_a_document_with_mistakes_is_not_proposed(store: Store, desk: Desk) -> None:
    with pytest.raises(WrongRules, match=r"scenes\.1\.chain"):
        await proposed(store, desk, {**LATE_FORBIDDEN, "scenes": [{"id": "a", "name": "甲", "chain": "无"}]})
    assert not await RulesVersion.exists()


async def test_what_nobody_answers_ends_by_the_clock(store: Store, desk: Desk) -> None:
    version = await proposed(store, desk)
    late = by(now=NOW + WEEK, via="clock")
    assert not await made(store, lambda: rules_proposals.expire(by(via="clock"), version.id))
    assert await made(store, lambda: rules_proposals.expire(late, version.id))
    assert not await made(store, lambda: rules_proposals.expire(late, version.id))
    assert (await rulebook.rules_of(desk.unit, NOW + 2 * WEEK)).version == 1


async def test_the_replay_counts_who_would_have_been_decided_otherwise(store: Store, desk: Desk) -> None:
    java = await made(store, lambda: office.booking(desk.unit))
    request = await filed(store, desk, java)
    own = await made(store, lambda: office.booking(desk.unit, "马超", "13800005566"))
    await store.transact(lambda: replying.decline(by(own.candidate), own, "来不了"))
    old = await made(store, lambda: office.booking(desk.unit, "高原", "13800003344"))
    untold = await filed(store, desk, old)
    await store.transact(lambda: CancellationRequest.filter(id=untold.id).update(trace=None))
    version = await proposed(store, desk)
    assert version.replayed == {"digest": version.digest, "cases": 2, "changed": 1, "untold": 1, "false": 0}
    rules = await rules_proposals.whole(desk.unit, LATE_FORBIDDEN, NOW)
    found = await trials.replayed(desk.unit, rules)
    assert [(each.number, each.was.rule, each.now.rule) for each in found.changed] == [
        (request.number, "company", "java")
    ]
    assert (await trials.replayed(desk.unit, rules, NOW + WEEK)).cases == 0
    assert (await trials.replayed(desk.unit, rules, None, NOW)).cases == 0
    assert (await trials.replayed(desk.unit, PRESETS[Preset.FAST])).changed == ()


async def test_a_kept_decision_that_its_own_trace_does_not_give_is_named(store: Store, desk: Desk) -> None:
    booking = await made(store, lambda: office.booking(desk.unit))
    request = await filed(store, desk, booking)
    false = {**request.policy, "evidence": 3}
    await store.transact(lambda: CancellationRequest.filter(id=request.id).update(policy=false))
    assert (await trials.replayed(desk.unit, PRESETS[Preset.FAST])).false == (request.number,)


async def test_the_card_shows_what_changes_and_decides(store: Store, desk: Desk) -> None:
    booking = await made(store, lambda: office.booking(desk.unit))
    await filed(store, desk, booking)
    version = await proposed(store, desk)
    card = await talking.newest_card("hanxue", CardPurpose.RULES)
    drawn = await talking.seen(card)
    text = "\n".join(f"{each.label}{each.value}" for each in drawn.lines)
    assert "1 件里 1 件会有不同的结果" in text
    assert "＋ 华辰互联 2027 版" in text
    assert [each.action for each in drawn.buttons] == ["approve", "reject"]
    await talking.presses(store, "hanxue", "approve", card.handle, {"comment": "可以"})
    assert (await RulesVersion.get(id=version.id)).status == RulesStatus.APPROVED
    drawn = await talking.seen(card)
    assert (drawn.status, drawn.buttons) == ("已同意", ())


async def test_by_text_it_is_listed_agreed_to_and_spoken_of_by_its_number(store: Store, desk: Desk) -> None:
    version = await proposed(store, desk)
    assert version.number in await talking.says(store, "hanxue", "待我审批")
    assert "自己提出的规范不能自己审批" in await talking.says(store, "zhoukai", f"同意 {version.number}")
    attempt = await AuditRecord.filter(action="attempt.refused").order_by("-at", "-seq").first()
    assert attempt is not None
    assert (attempt.subject, "own-rules" in attempt.line) == (version.number, True)
    assert "没有找到" in await talking.says(store, "stranger", f"同意 {version.number}")
    assert "第 2 版" in await talking.says(store, "hanxue", f"同意 {version.number} 可以")
    assert (await RulesVersion.get(id=version.id)).status == RulesStatus.APPROVED
    assert (await Card.filter(rules=version).count()) == 1


async def test_everybody_reads_the_rules_of_their_own_unit_and_no_foreign_ones(store: Store, desk: Desk) -> None:
    said = await talking.says(store, "wangfang", "规范")
    for each in (
        "AI面试取消管理规范",
        "互联网快速取消",
        "一、哪些场景可以取消",
        "二、需要哪些审批",
        "三、如何通知候选人",
    ):
        assert each in said
    assert "国企三级审批" in await talking.says(store, "zhoukai", "规范 huachen")
    assert "没有找到这个单位" in await talking.says(store, "wangfang", "规范 canary")
    await agreed(store, desk, await proposed(store, desk))
    assert "第 2 版" in await talking.says(store, "wangfang", "规范")
    compared = await talking.says(store, "wangfang", "规范 对比 v1 v2")
    assert "－ 2–4. 候选人提前提出" in compared
    assert "公司取消（其余情况）：可以取消" in compared
    assert "＋ 3. 研发岗位" in compared
    assert "没有第 9 版" in await talking.says(store, "wangfang", "规范 对比 1 9")


async def test_a_trial_explains_and_files_nothing(store: Store, desk: Desk) -> None:
    await agreed(store, desk, await proposed(store, desk))
    booking = await made(store, lambda: office.booking(desk.unit))
    said = await talking.says(store, "wangfang", "试算 张伟 原因 岗位暂停")
    for each in (
        "没有提交",
        "岗位暂停",
        "1. 候选人本人提出：不符合",
        "3. 研发岗位：符合",
        "第 1 步 分管领导",
        "必须通知候选人",
    ):
        assert each in said
    assert "如果是候选人本人说不来" in said
    assert not await CancellationRequest.exists()
    assert (await Booking.get(id=booking.id)).revision == booking.revision
    assert "没有试算" in await talking.says(store, "stranger", "试算 张伟")


async def test_who_proposed_takes_it_back_while_nobody_decided(desk: Desk, store: Store) -> None:
    version = await proposed(store, desk)
    card = await talking.newest_card("hanxue", CardPurpose.RULES)
    assert "只有提出人能撤回" in await talking.says(store, "hanxue", f"撤回 {version.number}")
    assert "已撤回" in await talking.says(store, "zhoukai", f"撤回 {version.number}")
    drawn = await talking.seen(card)
    assert (drawn.status, drawn.buttons) == ("提出人已撤回", ())
    assert "已撤回，未重复执行" in await talking.says(store, "hanxue", f"同意 {version.number}")
    assert (await RulesVersion.get(id=version.id)).status == RulesStatus.WITHDRAWN
    assert (await AuditRecord.get(action="rules.recalled")).subject == version.number
