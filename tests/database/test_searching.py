"""审计检索: an auditor finds the cases of all their units, nobody else's, and each search leaves a record."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.searching import no_unit, read, said
from models import AuditRecord, CancellationRequest, Position, Preset, RequestStatus, Role
from models.store import Store
from tests.database import office
from tests.database.talking import says
from workflow import cancelling
from workflow.errors import NotAllowed
from workflow.searching import MOST_SHOWN, Hits, Wanted, nearest_units, search

NOON = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


class Group:
    """Two units under one, each with cases: three for different reasons in the strict unit, one in the other."""

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        heavy = await office.unit("huachen/heavy", Preset.STRICT)
        net = await office.unit("huachen/net", Preset.STRICT)
        self.auditor = await office.employee("sunjing", group, Role.AUDITOR, name="孙静")
        self.auditor_of_net = await office.employee("zhouming", net, Role.AUDITOR, name="周明")
        self.hr = await office.employee("liuyang", heavy, Role.HR, name="刘洋")
        self.hr_of_net = await office.employee("wangfang", net, Role.HR, name="王芳")
        for key, unit, name in (("zhaoguoqiang", heavy, "赵国强"), ("qianduo", net, "钱多")):
            await office.employee(f"head-{key}", unit, Role.DEPARTMENT_HEAD, name="陈敏")
            await office.employee(key, unit, Role.LEADER, name=name)
        for unit, hr, reason in (
            (heavy, self.hr, "position_paused"),
            (heavy, self.hr, "plan_changed"),
            (heavy, self.hr, "position_paused"),
            (net, self.hr_of_net, "position_paused"),
        ):
            booking = await office.booking(unit, name="欧阳锋", phone=office.some_phone())
            wish = cancelling.Wish(reason, "")
            await cancelling.request_cancellation(office.by(hr), booking, wish, shown=booking.revision)

    async def finds(self, store: Store, text: str, who: object = None) -> Hits:
        wanted, unread = read(text, NOON)
        assert unread == []
        return await store.transact(lambda: search(office.by(who or self.auditor), wanted))  # type: ignore[arg-type]


@pytest.fixture
async def group(store: Store) -> Group:
    made = Group()
    await store.transact(made.enter)
    return made


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("审计检索", 4),
        ("审计检索 2026年", 4),
        ("审计检索 今年 原因=岗位暂停", 3),
        ("审计检索 2025年", 0),
        ("审计检索 去年", 0),
        ("审计检索 11月 原因=岗位暂停 单位=huachen/heavy", 2),
        ("审计检索 单位=华辰之外", 0),
        ("审计检索 岗位=Java后端 原因=招聘计划调整", 1),
        ("审计检索 岗位=会计", 0),
        ("审计检索 结果=待补证明", 4),
        ("审计检索 结果=已驳回", 0),
        ("审计检索 分管领导=查无此人", 0),
    ],
)
async def test_every_condition_narrows_what_is_found(store: Store, group: Group, text: str, count: int) -> None:
    hits = await group.finds(store, text)
    assert (hits.count, len(hits.newest)) == (count, count)


@pytest.mark.parametrize(
    "words", ["岗位 java*", "岗位是 java *", "岗位=java*", "岗位为JAVA后端", "岗位：*后 端", "岗位 Java 后端 近五年"]
)
async def test_a_position_is_found_however_it_is_written(store: Store, group: Group, words: str) -> None:
    await store.transact(lambda: Position.create(organisation_id=group.hr.organisation_id, name="Jaguar [后端]?"))
    assert (await group.finds(store, f"审计检索 {words} 原因=岗位暂停")).count == 3


@pytest.mark.parametrize("words", ["岗位 c++*", "岗位是 [j]ava后端", "岗位=java后?", "岗位 java", "岗位=*前端*"])
async def test_a_position_that_nobody_has_finds_nothing_and_says_which_there_are(
    store: Store, group: Group, words: str
) -> None:
    assert (await group.finds(store, f"审计检索 {words}")).count == 0
    answer = await says(store, "sunjing", f"审计检索 {words}")
    assert "没有检索：你检索的单位里，没有叫「" in answer
    assert "有的是：Java后端。" in answer
    assert "「审计检索 岗位=java*」" in answer
    assert "编号 E" in answer
    assert await AuditRecord.filter(action="audit.searched").count() == 1  # the search above, not the refused one


async def test_a_position_out_of_reach_is_answered_like_one_that_does_not_exist(store: Store, group: Group) -> None:
    await store.transact(lambda: Position.create(organisation_id=group.hr.organisation_id, name="秘密岗位"))
    answers = [await says(store, "zhouming", f"审计检索 岗位={each}") for each in ("秘密岗位", "不存在的")]
    assert answers[0].replace("秘密岗位", "…") == answers[1].replace("不存在的", "…")
    assert "有的是：Java后端。" in answers[0]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("单位 huachen/hevy", ["huachen/heavy", "huachen/net", "huachen"]),
        ("huachen/heavi", ["huachen", "huachen/heavy"]),
        ("完全不同", ["huachen", "huachen/heavy", "huachen/net"]),
    ],
)
async def test_a_unit_that_does_not_exist_is_answered_with_the_nearest(
    store: Store, group: Group, name: str, near: list[str]
) -> None:
    found = await store.transact(lambda: nearest_units(office.by(group.auditor), name))
    assert found is not None
    assert {each.path for each in found} <= {"huachen", "huachen/heavy", "huachen/net"}
    assert found[0].path in near


async def test_a_unit_out_of_reach_is_answered_like_one_that_does_not_exist(store: Store, group: Group) -> None:
    answers = []
    for name in ("huachen/heavy", "huachen/other"):
        near = await store.transact(lambda: nearest_units(office.by(group.auditor_of_net), name))  # noqa: B023
        assert near is not None
        answers.append(no_unit(name, near).replace(name, "…"))
    assert answers[0] == answers[1]
    assert "huachen/net" in answers[0]


@pytest.mark.parametrize("name", ["", "huachen/net", "单位 huachen/net"])
async def test_a_unit_within_reach_is_found_by_name_and_path(store: Store, group: Group, name: str) -> None:
    assert await store.transact(lambda: nearest_units(office.by(group.auditor_of_net), name)) is None


async def test_who_may_not_search_hears_of_no_unit(store: Store, group: Group) -> None:
    with pytest.raises(NotAllowed):
        await store.transact(lambda: nearest_units(office.by(group.hr), "huachen"))


async def test_cases_are_found_by_who_was_asked_to_decide(store: Store, group: Group) -> None:
    from models import Employee, Step, StepStatus

    leader = await Employee.get(key="zhaoguoqiang")
    cases = await CancellationRequest.filter(organisation__path="huachen/heavy").order_by("created_at", "number")
    await store.transact(
        lambda: Step.create(request=cases[0], level=2, role=Role.LEADER, status=StepStatus.OPEN, approver=leader)
    )
    assert [each.number for each in (await group.finds(store, "审计检索 2026年 分管领导=赵国强")).newest] == [
        cases[0].number
    ]
    assert (await group.finds(store, "审计检索 用人部门=赵国强")).count == 0


async def test_an_auditor_of_one_unit_finds_nothing_of_its_sibling(store: Store, group: Group) -> None:
    assert (await group.finds(store, "审计检索", group.auditor_of_net)).count == 1
    assert (await group.finds(store, "审计检索 单位=huachen/heavy", group.auditor_of_net)).count == 0


async def test_who_is_no_auditor_may_not_search(store: Store, group: Group) -> None:
    with pytest.raises(NotAllowed):
        await store.transact(lambda: search(office.by(group.hr), Wanted()))


async def test_a_search_leaves_a_record_without_names_and_shows_none_in_full(store: Store, group: Group) -> None:
    text = said(await group.finds(store, "审计检索 2026年 原因=岗位暂停 分管领导=赵国强"), NOON)
    assert text.startswith("没有符合条件")
    text = said(await group.finds(store, "审计检索 原因=岗位暂停"), NOON)
    assert text.startswith("共 3 件。\n1 Q")
    assert "欧阳*" in text
    assert "欧阳锋" not in text
    first, second = [json.loads(each.line) for each in await AuditRecord.filter(action="audit.searched").order_by("id")]
    assert first["data"]["deciders"][0].startswith("u_")
    assert "赵国强" not in str(first)
    assert (second["data"]["found"], second["data"]["reason"]) == (3, "position_paused")


async def test_more_than_a_screen_is_counted_and_only_the_newest_are_listed(store: Store, group: Group) -> None:
    case = await CancellationRequest.all().first()
    assert case is not None

    async def more() -> None:
        for number in range(MOST_SHOWN + 5):
            await CancellationRequest.create(
                number=f"Q-{number}",
                booking_id=case.booking_id,
                organisation_id=case.organisation_id,
                origin=case.origin,
                status=RequestStatus.CARRIED_OUT,
                reason_code="conflict",
                created_at=office.NOW + timedelta(minutes=number),
            )

    await store.transact(more)
    hits = await group.finds(store, "审计检索 原因=行程冲突")
    assert hits.count == MOST_SHOWN + 5
    assert [each.number for each in hits.newest] == [f"Q-{number}" for number in range(MOST_SHOWN + 4, 4, -1)]
    assert f"共 {MOST_SHOWN + 5} 件，先列最近 {MOST_SHOWN} 件。" in said(hits, NOON)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("审计检索 大概三年前", "大概"),
        ("审计检索 结果=随便", "随便"),
        ("审计检索 颜色=红", "颜色=红"),
        ("审计检索 2026年 2025年", "2025年"),
    ],
)
def test_what_is_not_understood_is_named_and_nothing_is_searched(text: str, part: str) -> None:
    assert read(text, NOON)[1] == [part]
