"""A worker rests while there is nothing to send, and wakes when a commit has left something."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.worker import Worker
from models.store import Store
from workflow import outbox
from workflow.acting import Act

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


async def told(store: Store, work: Callable[[], Awaitable[object]]) -> bool:
    """Tell whether this work's commit woke anybody."""
    store.posted.clear()
    await store.transact(work)
    return store.posted.is_set()


async def test_a_commit_that_posts_wakes_and_no_other(store: Store) -> None:
    act = Act(NOW, "test")

    async def nothing() -> None:
        return None

    assert await told(store, lambda: outbox.post(act, "say", dedupe="once"))
    assert not await told(store, lambda: outbox.post(act, "say", dedupe="once"))
    assert not await told(store, lambda: outbox.post(act, "timer", not_before=NOW + timedelta(hours=1)))
    assert not await told(store, nothing)


async def test_an_idle_worker_rests_until_it_looks_again(store: Store) -> None:
    worker = Worker(store, Clock(), {}, poll_s=60)
    looks = 0

    async def count_looks() -> None:
        nonlocal looks
        while True:
            await store.committed.wait()
            store.committed.clear()
            looks += 1

    running, counting = asyncio.create_task(worker.run()), asyncio.create_task(count_looks())
    await asyncio.sleep(0.5)
    await worker.stop()
    await running
    counting.cancel()
    assert looks == 1
