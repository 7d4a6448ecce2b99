"""The promises of `Store.transact`, on both engines."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from tortoise.exceptions import IntegrityError, TransactionManagementError
from tortoise.transactions import in_transaction

from models import AuditHead
from models.store import LARGEST_BATCH, Store, StoreClosed

DIGEST = "0" * 64
Work = Callable[[], Awaitable[object]]


def add(*names: str, then: Exception | None = None) -> Work:
    """Return work that adds rows one by one and then, if asked to, fails."""

    async def work() -> str:
        for name in names:
            await AuditHead.create(log=name, digest=DIGEST)
        if then:
            raise then
        return names[0]

    return work


async def present() -> set[str]:
    return {str(name) for name in await AuditHead.all().values_list("log", flat=True)}


async def settled(store: Store, *works: Work) -> list[object]:
    return await asyncio.gather(*(store.transact(work) for work in works), return_exceptions=True)


async def test_what_work_returns_comes_back_after_the_commit(store: Store) -> None:
    assert await store.transact(add("a")) == "a"
    other = Store(store.url)
    assert await asyncio.create_task(_seen_by(other)) == {"a"}


async def _seen_by(store: Store) -> set[str]:
    """Look through a connection of one's own, so that only what is committed shows."""
    from tortoise.context import TortoiseContext

    from models.store import config

    async with TortoiseContext() as context:
        await context.init(config=config(store.url))
        return await present()


async def test_a_result_is_never_handed_out_before_its_commit(store: Store) -> None:
    async def one(name: str) -> bool:
        await store.transact(add(name))
        return name in await asyncio.create_task(_seen_by(store))

    assert all(await asyncio.gather(*(one(f"row {number}") for number in range(20))))


async def test_a_failure_rolls_back_its_own_changes_only(store: Store) -> None:
    outcomes = await settled(store, add("a"), add("b", then=ValueError("no")), add("c"))
    assert outcomes[0] == "a"
    assert isinstance(outcomes[1], ValueError)
    assert outcomes[2] == "c"
    assert await present() == {"a", "c"}


async def test_a_broken_constraint_rolls_back_its_own_changes_only(store: Store) -> None:
    outcomes = await settled(store, add("a"), add("b", "a"), add("c"))
    assert isinstance(outcomes[1], IntegrityError)
    assert await present() == {"a", "c"}


async def test_work_that_swallows_a_database_error_never_undoes_others_unseen(store: Store) -> None:
    async def careless() -> str:
        try:
            await AuditHead.create(log="a", digest=DIGEST)
        except IntegrityError:
            return "swallowed"
        return "added"

    outcomes = await settled(store, add("a"), careless, add("c"))
    assert outcomes[0] == "a"
    assert outcomes[2] == "c"
    assert await present() == {"a", "c"}


async def test_a_transaction_error_of_the_work_itself_keeps_nothing(store: Store) -> None:
    outcomes = await settled(store, add("a", then=TransactionManagementError("no")), add("b"))
    assert isinstance(outcomes[0], TransactionManagementError)
    assert await present() == {"b"}


async def test_work_that_ends_the_transaction_by_hand_fails_alone(store: Store) -> None:
    async def rude() -> None:
        async with in_transaction() as inner:
            await inner.execute_query("ROLLBACK")

    outcomes = await settled(store, add("a"), rude, add("c"))
    assert outcomes[0] == "a"
    assert isinstance(outcomes[1], Exception)
    assert outcomes[2] == "c"
    assert await present() == {"a", "c"}


async def test_a_cancelled_future_inside_the_work_does_not_stop_the_writer(store: Store) -> None:
    async def waits_for_the_dead() -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    outcomes = await settled(store, add("a"), waits_for_the_dead, add("c"))
    assert isinstance(outcomes[1], RuntimeError)
    assert await present() == {"a", "c"}
    assert await store.transact(add("d")) == "d"


async def test_work_without_end_is_stopped(database_url: str, installed_vault: object) -> None:
    impatient = Store(database_url, patience=0.2)
    await impatient.open()
    try:
        outcomes = await settled(impatient, add("a"), asyncio.Event().wait, add("c"))
        assert isinstance(outcomes[1], TimeoutError)
        assert await present() == {"a", "c"}
    finally:
        await impatient.close()


async def test_many_callers_share_a_commit(store: Store) -> None:
    commits = 0

    async def count_commits() -> None:
        nonlocal commits
        while True:
            await store.committed.wait()
            store.committed.clear()
            commits += 1

    counter = asyncio.create_task(count_commits())
    await settled(store, *(add(f"row {number}") for number in range(4 * LARGEST_BATCH)))
    counter.cancel()
    assert len(await present()) == 4 * LARGEST_BATCH
    assert commits <= 5


async def test_work_runs_in_the_order_of_the_calls(store: Store) -> None:
    order: list[int] = []

    def noting(number: int) -> Work:
        async def work() -> None:
            order.append(number)

        return work

    await settled(store, *(noting(number) for number in range(200)))
    assert order == list(range(200))


async def test_a_caller_cancelled_anywhere_leaves_no_lock_and_no_half_work(store: Store) -> None:
    dice = random.Random(7)

    async def interrupted(number: int) -> None:
        caller = asyncio.create_task(store.transact(add(f"{number} first", f"{number} second")))
        await asyncio.sleep(dice.random() * 0.004)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)

    for start in range(0, 250, 5):
        await asyncio.gather(*(interrupted(number) for number in range(start, start + 5)))
    assert await asyncio.wait_for(store.transact(add("last")), 60) == "last"
    rows = await present()
    halves = [number for number in range(250) if (f"{number} first" in rows) != (f"{number} second" in rows)]
    assert halves == []


async def test_a_transaction_cancelled_anywhere_frees_the_database(store: Store) -> None:
    dice = random.Random(8)

    async def direct(number: int) -> None:
        async with in_transaction():
            await add(f"{number} first", f"{number} second")()

    for number in range(200):
        task = asyncio.create_task(direct(number))
        await asyncio.sleep(dice.random() * 0.003)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await asyncio.wait_for(store.transact(add("last")), 60) == "last"
    rows = await present()
    assert all((f"{number} first" in rows) == (f"{number} second" in rows) for number in range(200))


async def test_transact_inside_transact_is_refused_instead_of_waiting_for_ever(store: Store) -> None:
    async def nested() -> object:
        return await store.transact(add("inner"))

    with pytest.raises(RuntimeError, match="inside"):
        await asyncio.wait_for(store.transact(nested), 60)


async def test_a_task_that_outlives_its_transaction_cannot_write(store: Store) -> None:
    begin = asyncio.Event()

    async def late() -> None:
        await begin.wait()
        await AuditHead.create(log="late", digest=DIGEST)

    async def work() -> asyncio.Task[None]:
        return asyncio.create_task(late())

    task = await store.transact(work)
    begin.set()
    outcome = (await asyncio.gather(task, return_exceptions=True))[0]
    assert isinstance(outcome, Exception)
    assert await present() == set()


async def test_closing_finishes_what_is_queued_and_refuses_the_rest(store: Store) -> None:
    calls = [asyncio.create_task(store.transact(add(f"row {number}"))) for number in range(100)]
    await asyncio.sleep(0)
    await store.close()
    assert [task.result() for task in calls] == [f"row {number}" for number in range(100)]
    with pytest.raises(StoreClosed):
        await store.transact(add("too late"))


async def test_callers_hear_of_a_writer_that_was_killed(store: Store) -> None:
    started = asyncio.Event()

    async def slow() -> None:
        started.set()
        await asyncio.sleep(60)

    calls = [asyncio.create_task(store.transact(slow)), asyncio.create_task(store.transact(add("a")))]
    await started.wait()
    calls.append(asyncio.create_task(store.transact(add("b"))))
    await asyncio.sleep(0)
    next(task for task in asyncio.all_tasks() if task.get_name() == "store-writer").cancel()
    outcomes = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 30)
    assert [type(outcome) for outcome in outcomes] == [StoreClosed] * 3
    await asyncio.wait_for(store.close(), 60)


async def test_a_store_can_be_opened_after_one_of_the_other_engine(
    sqlite_url: str, postgres_url: str, installed_vault: object
) -> None:
    for url in (sqlite_url, postgres_url, sqlite_url):
        opened = Store(url)
        await opened.open()
        try:
            await opened.transact(add(f"row {len(await present())}"))
        finally:
            await opened.close()
    for url, expected in ((sqlite_url, {"row 0", "row 1"}), (postgres_url, {"row 0"})):
        assert await asyncio.create_task(_seen_by(Store(url))) == expected
