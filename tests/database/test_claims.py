"""领取: a row belongs to whoever holds its lease; who lost it can settle nothing (reliability.md I2)."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from models import Account, Attempt, AttemptOutcome, OutboxMessage, OutboxStatus, Platform
from models.store import Store, connection
from notifier import claims
from notifier.claims import LeaseLost
from tests.database.office import NOW, by
from workflow import administering, outbox

CLOCK = 1_000_000.0  # transport time, seconds
LEASE = 30.0


async def post(store: Store, *, after: int = 0, account: Account | None = None) -> OutboxMessage:
    """Post one row that is due `after` seconds from now."""
    due = NOW + timedelta(seconds=after)
    return await store.transact(lambda: outbox.post(by(now=due), "say", account=account, payload={"text": "x"}))


async def someone(store: Store, address: str) -> Account:
    return await store.transact(lambda: administering.add_account(Platform.DINGTALK, address))


async def claim(
    store: Store, *, later: float = 0.0, most: int = 10, without: tuple[object, ...] = ()
) -> list[OutboxMessage]:
    return await claims.claim(store, NOW + timedelta(seconds=later), CLOCK + later, LEASE, most, without)


def attempt(row: OutboxMessage) -> Attempt:
    return Attempt(message=row, number=row.attempts, platform="dingtalk", content="x", started_at=NOW)


async def settled(store: Store, row: OutboxMessage, status: OutboxStatus = OutboxStatus.SENT) -> None:
    await store.transact(lambda: claims.settle(row, status, NOW))


async def test_a_row_is_claimed_once_while_its_lease_runs(store: Store) -> None:
    row = await post(store)
    assert [each.id for each in await claim(store)] == [row.id]
    assert await claim(store) == []
    assert await claim(store, later=LEASE) == []
    fresh = await OutboxMessage.get(id=row.id)
    assert (fresh.status, fresh.fence, fresh.attempts) == (OutboxStatus.CLAIMED, 1, 1)


async def test_only_what_is_due_is_claimed_the_boundary_included(store: Store) -> None:
    row = await post(store, after=60)
    assert await claim(store, later=59) == []
    assert [each.id for each in await claim(store, later=60)] == [row.id]


async def test_a_stalled_row_is_taken_over_and_the_stale_worker_can_settle_nothing(store: Store) -> None:
    await post(store)
    (stale,) = await claim(store)
    (fresh,) = await claim(store, later=LEASE + 1)
    assert (fresh.id, fresh.fence) == (stale.id, 2)
    for late in (
        lambda: claims.settle(stale, OutboxStatus.SENT, NOW),
        lambda: claims.postpone(stale, NOW, "late"),
    ):
        with pytest.raises(LeaseLost):
            await store.transact(late)
    with pytest.raises(LeaseLost):
        await claims.began(store, stale, attempt(stale))
    assert (await OutboxMessage.get(id=stale.id)).status == OutboxStatus.CLAIMED
    assert await Attempt.all().count() == 0
    await settled(store, fresh)
    assert (await OutboxMessage.get(id=stale.id)).status == OutboxStatus.SENT


async def test_what_a_stale_worker_wanted_to_write_beside_its_settling_is_rolled_back(store: Store) -> None:
    await post(store)
    (stale,) = await claim(store)
    await claim(store, later=LEASE + 1)

    async def work() -> None:
        await administering.add_account(Platform.SMS, "13800008123")
        await claims.settle(stale, OutboxStatus.SENT, NOW)

    with pytest.raises(LeaseLost):
        await store.transact(work)
    assert await Account.all().count() == 0


@pytest.mark.parametrize("status", [OutboxStatus.SENT, OutboxStatus.SUPPRESSED, OutboxStatus.DEAD])
async def test_a_settled_row_is_never_claimed_again(store: Store, status: OutboxStatus) -> None:
    await post(store)
    (row,) = await claim(store)
    await settled(store, row, status)
    assert await claim(store, later=LEASE * 100) == []


async def test_a_try_whose_end_was_never_noted_is_unknown_to_the_next_worker(store: Store) -> None:
    await post(store)
    (first,) = await claim(store)
    await claims.began(store, first, attempt(first))
    assert await claims.has_unknown(first, "dingtalk")
    (second,) = await claim(store, later=LEASE + 1)
    await claims.began(store, second, attempt(second))
    outcomes = await Attempt.all().order_by("number").values_list("outcome", flat=True)
    assert outcomes == [AttemptOutcome.UNKNOWN, AttemptOutcome.SENDING]
    assert await claims.has_unknown(second, "dingtalk")
    assert not await claims.has_unknown(second, "sms")


async def test_a_postponed_row_comes_back_when_its_time_is_there(store: Store) -> None:
    await post(store)
    (row,) = await claim(store)
    await store.transact(lambda: claims.postpone(row, NOW + timedelta(seconds=300), "busy" * 40))
    assert await claim(store, later=299) == []
    (again,) = await claim(store, later=300)
    assert (again.attempts, again.fence, again.reason) == (2, 2, ("busy" * 40)[:80])


async def test_one_persons_rows_come_in_the_order_they_were_posted(store: Store) -> None:
    person = await someone(store, "wangfang")
    posted = [(await post(store, after=place, account=person)).id for place in range(6)]
    assert [each.id for each in await claim(store, later=60)] == posted


async def test_nothing_is_claimed_for_somebody_who_is_being_served(store: Store) -> None:
    busy, other = await someone(store, "wangfang"), await someone(store, "lilei")
    await post(store, account=busy)
    theirs, nobodys = await post(store, account=other), await post(store)
    found = await claim(store, without=(busy.id,))
    assert {each.id for each in found} == {theirs.id, nobodys.id}


async def test_no_more_rows_are_claimed_than_asked_for_oldest_first(store: Store) -> None:
    rows = [(await post(store, after=place)).id for place in (3, 1, 2, 0)]
    assert [each.id for each in await claim(store, later=10, most=2)] == [rows[3], rows[1]]


async def test_many_workers_at_once_claim_each_row_once(store: Store) -> None:
    posted = [(await post(store)).id for _ in range(24)]
    found = await asyncio.gather(*(claim(store, most=5) for _ in range(8)))
    assert sorted(each.id for rows in found for each in rows) == sorted(posted)


async def test_on_postgresql_a_row_that_another_process_is_claiming_is_passed_over(
    postgres_url: str, installed_vault: object
) -> None:
    store = Store(postgres_url)
    await store.open()
    try:
        first, second = await post(store), await post(store, after=1)
        credentials = connection(postgres_url)["credentials"]
        other = await asyncpg.connect(**{key: credentials[key] for key in ("host", "port", "user", "database")})
        async with other.transaction():
            await other.execute("SELECT id FROM outbox_message WHERE id = $1 FOR UPDATE", first.id)
            found = await asyncio.wait_for(claim(store, later=5), 60)
        await other.close()
        assert [each.id for each in found] == [second.id]
        assert [each.id for each in await claim(store, later=5)] == [first.id]
    finally:
        await store.close()
