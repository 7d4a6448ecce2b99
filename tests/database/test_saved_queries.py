"""Saved queries: one's own, found by their names however these are typed, and told nowhere in the log."""

import re
from uuid import uuid4

import pytest
from tortoise.connection import get_connection

from models import AuditRecord, Employee, Preset, Role, SavedQuery
from models.store import Store
from tests.database import office
from workflow import saved_queries
from workflow.errors import NotAllowed, NotNow

WORDS = "审计检索 今年 分管领导=赵国强 原因=岗位暂停"


class Auditors:
    """Two auditors of one group, and somebody of HR."""

    async def enter(self) -> None:
        group = await office.unit("huachen", None)
        unit = await office.unit("huachen/heavy", Preset.STRICT)
        self.one: Employee = await office.employee("sunjing", group, Role.AUDITOR, name="孙静")
        self.two: Employee = await office.employee("zhouming", group, Role.AUDITOR, name="周明")
        self.hr: Employee = await office.employee("liuyang", unit, Role.HR, name="刘洋")


@pytest.fixture
async def auditors(store: Store) -> Auditors:
    made = Auditors()
    await store.transact(made.enter)
    return made


@pytest.mark.parametrize("typed", ["赵总ABC 暂停", "赵总abc  暂停", "赵总ＡＢＣ　暂停"])
async def test_a_query_is_found_by_its_name_however_it_is_typed(store: Store, auditors: Auditors, typed: str) -> None:
    await store.transact(lambda: saved_queries.save(office.by(auditors.one), "赵总ABC 暂停", WORDS))
    found = await saved_queries.named(office.by(auditors.one), typed)
    assert found is not None
    assert (found.name, found.words) == ("赵总ABC 暂停", WORDS)


async def test_a_query_belongs_to_who_saved_it(store: Store, auditors: Auditors) -> None:
    await store.transact(lambda: saved_queries.save(office.by(auditors.one), "月报", WORDS))
    assert await saved_queries.named(office.by(auditors.two), "月报") is None
    assert await saved_queries.saved_by(office.by(auditors.two)) == []
    assert await store.transact(lambda: saved_queries.forget(office.by(auditors.two), "月报")) is False
    assert await store.transact(lambda: saved_queries.save(office.by(auditors.two), "月报", "审计检索")) is False
    assert [each.words for each in await saved_queries.saved_by(office.by(auditors.one))] == [WORDS]


async def test_a_name_that_is_saved_again_stands_for_the_new_search(store: Store, auditors: Auditors) -> None:
    act = office.by(auditors.one)
    assert await store.transact(lambda: saved_queries.save(act, "月报", WORDS)) is False
    assert await store.transact(lambda: saved_queries.save(act, "月报", "审计检索 11月")) is True
    assert [each.words for each in await saved_queries.saved_by(act)] == ["审计检索 11月"]
    assert await store.transact(lambda: saved_queries.forget(act, "月报")) is True
    assert await SavedQuery.all().count() == 0


async def test_neither_the_log_nor_the_table_tells_name_or_words(store: Store, auditors: Auditors) -> None:
    act = office.by(auditors.one)
    await store.transact(lambda: saved_queries.save(act, "赵国强的", WORDS))
    stored = await get_connection("default").execute_query_dict("SELECT * FROM saved_query")
    await store.transact(lambda: saved_queries.forget(act, "赵国强的"))
    lines = [each.line for each in await AuditRecord.filter(action__startswith="query.").order_by("id")]
    assert [each.action for each in await AuditRecord.filter(action__startswith="query.").order_by("id")] == [
        "query.saved",
        "query.deleted",
    ]
    assert "赵" not in "".join(lines)
    for value in stored[0].values():
        assert "赵".encode() not in (bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())


async def test_who_may_not_search_may_not_save_or_ask_again(store: Store, auditors: Auditors) -> None:
    act = office.by(auditors.hr)
    for work in (
        lambda: saved_queries.save(act, "月报", WORDS),
        lambda: saved_queries.saved_by(act),
        lambda: saved_queries.forget(act, "月报"),
    ):
        with pytest.raises(NotAllowed):
            await store.transact(work)
    assert await saved_queries.named(act, "月报") is None
    assert not await SavedQuery.all().exists()


async def test_an_auditor_whose_grant_has_ended_finds_no_query(store: Store, auditors: Auditors) -> None:
    act = office.by(auditors.one)
    await store.transact(lambda: saved_queries.save(act, "月报", WORDS))
    grant = await auditors.one.grants.all().first()  # type: ignore[attr-defined]
    grant.ends_at = office.NOW
    await store.transact(lambda: grant.save())
    assert await saved_queries.named(act, "月报") is None


async def test_a_person_has_so_many_queries_and_no_more(store: Store, auditors: Auditors) -> None:
    act = office.by(auditors.one)

    async def fill() -> None:
        for number in range(saved_queries.MOST):
            await saved_queries.save(act, f"第{number}个", WORDS)

    await store.transact(fill)
    with pytest.raises(NotNow) as refused:
        await store.transact(lambda: saved_queries.save(act, "再来一个", WORDS))
    assert refused.value.code == "too-many-queries"
    assert await store.transact(lambda: saved_queries.save(act, "第0个", "审计检索 11月")) is True


@pytest.mark.parametrize(
    ("table", "first", "second"),
    [
        ("cancellation_request", "organisation_id = '{}'", "created_at >= '2026-01-01'"),
        ("step", "approver_id = '{}'", "role = 'leader'"),
    ],
)
async def test_a_search_by_unit_and_time_or_by_decider_walks_one_index(
    store: Store, table: str, first: str, second: str
) -> None:
    condition = f"{first.format(uuid4())} AND {second}"

    async def plan() -> str:
        client = get_connection("default")
        if store.is_sqlite:
            rows = await client.execute_query_dict(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {condition}")
        else:
            await client.execute_query("SET LOCAL enable_seqscan = off")  # which an empty table always gets
            rows = await client.execute_query_dict(f"EXPLAIN SELECT * FROM {table} WHERE {condition}")
        return " ".join(str(value) for row in rows for value in row.values())

    told = await store.transact(plan)
    walked = re.search(r"USING INDEX \S+ \((.*?)\)" if store.is_sqlite else r"Index Cond: (.*)", told)
    assert walked is not None, told
    assert first.split()[0] in walked[1]
    assert second.split()[0] in walked[1]
