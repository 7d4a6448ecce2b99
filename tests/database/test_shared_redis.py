"""What goes through Redis is a help and never needed: tokens shared, workers woken, and the same without it."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import logs
from bot.clock import Clock
from bot.shared import Link, RedisTokens, Shared, SharedPace
from bot.worker import Worker
from models import OutboxMessage, OutboxStatus
from models.store import Store
from models.vault import Vault, install
from notifier import claims
from platforms.pace import OwnPace
from platforms.tokens import Tokens
from tests.redis_server import RedisServer
from workflow import outbox
from workflow.acting import Act

APP = "dingtalk:corp:app"
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
LONG_POLL_S = 60.0


@pytest.fixture
async def redis(short_folder: Path) -> AsyncIterator[RedisServer]:
    server = RedisServer(short_folder)
    await server.start()
    yield server
    await server.kill()


def patient(redis: RedisServer, *, pause_s: float = 5.0) -> Link:
    """Return a link that a busy machine does not make give up."""
    return Link(redis.url, patience_s=3.0, pause_s=pause_s)


@pytest.fixture
async def link(redis: RedisServer, installed_vault: Vault) -> AsyncIterator[Link]:
    opened = patient(redis)
    yield opened
    await opened.close()


class Platform:
    """Hands out a new token for each question."""

    def __init__(self) -> None:
        self.asked = 0

    async def fetch(self) -> tuple[str, float]:
        self.asked += 1
        return f"token-{self.asked}", 7200.0


def holder(platform: Platform, link: Link) -> Tokens:
    return Tokens(platform.fetch, time.monotonic, RedisTokens(link, APP))


async def test_two_holders_of_one_app_fetch_one_token(redis: RedisServer, link: Link) -> None:
    platform, other = Platform(), patient(redis)
    first = await holder(platform, link).get()
    assert await holder(platform, other).get() == first
    assert platform.asked == 1
    await other.close()


async def test_apps_do_not_see_each_others_tokens(link: Link) -> None:
    await RedisTokens(link, APP).put("of-the-first", 7200)
    assert await RedisTokens(link, "wecom:corp:1").get() is None


async def test_a_token_is_valid_as_long_as_redis_keeps_it(link: Link) -> None:
    tokens = RedisTokens(link, APP)
    await tokens.put("short", 0.2)
    found = await tokens.get()
    assert found is not None
    assert found[0] == "short"
    assert 0 < found[1] <= 0.2
    await asyncio.sleep(0.25)
    assert await tokens.get() is None


async def test_redis_never_sees_a_token_in_the_clear(link: Link) -> None:
    await RedisTokens(link, APP).put("a-very-secret-token", 7200)
    (key,) = await link.redis.keys("*token*")
    assert b"a-very-secret-token" not in key + await link.redis.get(key)


async def _another_value(link: Link, key: bytes) -> None:
    await link.redis.set(key, b"\x01\x00\x01" + bytes(60), ex=7200)


async def _another_type(link: Link, key: bytes) -> None:
    await link.redis.delete(key)
    await link.redis.rpush(key, "a", "b")


async def _no_end(link: Link, key: bytes) -> None:
    await link.redis.persist(key)


async def _of_another_app(link: Link, key: bytes) -> None:
    await RedisTokens(link, "wecom:corp:1").put("foreign", 7200)
    await link.redis.copy(key.replace(APP.encode(), b"wecom:corp:1"), key, replace=True)


@pytest.mark.parametrize("spoil", [_another_value, _another_type, _no_end, _of_another_app])
async def test_garbage_under_a_tokens_key_is_a_miss_and_is_replaced(
    link: Link, spoil: Callable[[Link, bytes], Awaitable[None]]
) -> None:
    platform = Platform()
    assert await holder(platform, link).get() == "token-1"
    (key,) = await link.redis.keys("*token*")
    await spoil(link, key)
    assert await holder(platform, link).get() == "token-2"
    assert await holder(platform, link).get() == "token-2"


async def test_another_installations_keys_are_out_of_sight(redis: RedisServer, link: Link) -> None:
    await RedisTokens(link, APP).put("ours", 7200)
    install(Vault({1: bytes(32)}))
    other = patient(redis)
    assert await RedisTokens(other, APP).get() is None
    await other.close()


async def test_when_redis_dies_every_holder_asks_the_platform_itself(redis: RedisServer, link: Link) -> None:
    platform = Platform()
    await holder(platform, link).get()
    await redis.kill()
    tokens = [await holder(platform, link).get() for _ in range(5)]
    assert tokens == [f"token-{number}" for number in range(2, 7)]


async def test_a_redis_that_never_answers_costs_one_short_wait(redis: RedisServer, installed_vault: Vault) -> None:
    platform, impatient = Platform(), Link(redis.url, patience_s=0.3)
    await holder(platform, impatient).get()
    redis.stall()
    start = time.monotonic()
    for _ in range(20):
        await holder(platform, impatient).get()
    assert time.monotonic() - start < 6.0  # each would wait twice
    assert platform.asked == 21
    await impatient.close()


async def test_an_outage_is_logged_once_and_so_is_its_end(redis: RedisServer, installed_vault: Vault) -> None:
    written = io.StringIO()
    logs.configure("info", "json", written)
    link = patient(redis, pause_s=0.05)
    tokens = RedisTokens(link, APP)
    await tokens.put("before", 7200)
    await redis.kill()
    for _ in range(4):
        assert await tokens.get() is None
        await asyncio.sleep(0.06)
    await redis.start()
    await tokens.put("after", 7200)
    found = await tokens.get()
    assert found is not None
    assert found[0] == "after"
    said = written.getvalue()
    assert said.count("redis does not help") == 1
    assert said.count("redis helps again") == 1
    await link.close()


def paced(link: Link) -> SharedPace:
    return SharedPace(link, APP, OwnPace(per_second=10, burst=2))


def slow(link: Link) -> SharedPace:
    return SharedPace(link, APP, OwnPace(per_second=0.2, burst=2))


async def seconds_for(calls: int, *paces: SharedPace) -> float:
    """Take so many slots of one API from each, all at once; returns when the last one came."""
    start = time.monotonic()
    await asyncio.gather(*(pace.wait("POST send") for pace in paces for _ in range(calls)))
    return time.monotonic() - start


async def test_two_processes_share_one_pace(redis: RedisServer, link: Link) -> None:
    other = patient(redis)
    assert await seconds_for(4, paced(link), paced(other)) >= 0.58  # 8 slots: 2 at once, then 6 tenths
    await other.close()


async def test_each_api_has_slots_of_its_own(link: Link) -> None:
    await seconds_for(2, slow(link))
    start = time.monotonic()
    await slow(link).wait("GET another")
    assert time.monotonic() - start < 4  # the next slot of the first one is five seconds away


async def test_without_redis_each_process_keeps_its_own_pace(redis: RedisServer, link: Link) -> None:
    await redis.kill()
    pace = paced(link)
    await pace.wait("POST send")
    assert await seconds_for(4, pace) >= 0.28  # 5 slots in all: 2 at once, then 3 tenths
    assert await seconds_for(2, slow(link), slow(link)) < 4


@pytest.mark.parametrize("garbage", ["never", "9e18", "-1", "nan", ""])
async def test_garbage_under_a_paces_key_holds_nobody_up(link: Link, garbage: str) -> None:
    pace = paced(link)
    await pace.wait("POST send")
    (key,) = await link.redis.keys("*pace*")
    await link.redis.set(key, garbage)
    assert await seconds_for(2, pace) < 5
    assert await seconds_for(3, pace) >= 0.2


async def test_a_paces_key_of_another_type_holds_nobody_up(link: Link) -> None:
    pace = paced(link)
    await pace.wait("POST send")
    (key,) = await link.redis.keys("*pace*")
    await link.redis.delete(key)
    await link.redis.rpush(key, "a")
    assert await seconds_for(2, pace) < 5


class Place:
    """One process: a store, a worker that would look by itself only once a minute, and what it delivered."""

    def __init__(self, database_url: str, link: Link, poll_s: float = LONG_POLL_S) -> None:
        self.store = Store(database_url)
        self.shared = Shared(link, self.store)
        self.worker = Worker(self.store, Clock(), {"say": self._deliver}, poll_s=poll_s)
        self.delivered: list[str] = []
        self.arrived = asyncio.Event()

    async def start(self, *, works: bool = True) -> None:
        await self.store.open()
        self.shared.start(hears=works)
        self._running = asyncio.create_task(self.worker.run()) if works else None

    async def stop(self) -> None:
        await self.worker.stop()
        if self._running is not None:
            await self._running
        await self.shared.stop()
        await self.store.close()

    async def post(self, topic: str) -> None:
        await self.store.transact(lambda: outbox.post(Act(Clock().now(), "test"), "say", topic))

    async def gets(self, topic: str, within_s: float) -> float:
        """Wait until a row has arrived here; returns how long that took."""
        start = time.monotonic()
        async with asyncio.timeout(within_s):
            while topic not in self.delivered:
                self.arrived.clear()
                await self.arrived.wait()
        return time.monotonic() - start

    async def _deliver(self, row: OutboxMessage) -> None:
        await self.store.transact(lambda: claims.settle(row, OutboxStatus.SENT, NOW))
        self.delivered.append(row.topic)
        self.arrived.set()


async def listening(redis: RedisServer, count: int) -> None:
    """Wait until so many processes listen."""
    watcher = patient(redis)
    channel = f"{watcher.space}:posted"
    async with asyncio.timeout(60):
        while dict(await watcher.redis.pubsub_numsub(channel))[channel.encode()] < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await watcher.close()


@pytest.fixture
async def places(
    postgres_url: str, redis: RedisServer, installed_vault: Vault
) -> AsyncIterator[Callable[..., Awaitable[Place]]]:
    """Yield what opens processes on one PostgreSQL database and one Redis."""
    opened: list[Place] = []

    async def open_place(*, works: bool, poll_s: float = LONG_POLL_S) -> Place:
        opened.append(Place(postgres_url, patient(redis, pause_s=1), poll_s))
        await opened[-1].start(works=works)
        return opened[-1]

    yield open_place
    for place in reversed(opened):
        await place.stop()


async def test_a_worker_elsewhere_is_woken_long_before_it_would_look(
    places: Callable[..., Awaitable[Place]], redis: RedisServer
) -> None:
    gateway, elsewhere = await places(works=False), await places(works=True)
    await listening(redis, 1)
    await asyncio.sleep(0.3)  # its first look is over
    await gateway.post("hello")
    assert await elsewhere.gets("hello", within_s=30) < 30
    assert await OutboxMessage.filter(topic="hello", status=OutboxStatus.SENT).count() == 1


async def test_work_posted_while_redis_is_dead_is_found_by_looking(
    places: Callable[..., Awaitable[Place]], redis: RedisServer
) -> None:
    gateway, elsewhere = await places(works=False), await places(works=True, poll_s=0.5)
    await listening(redis, 1)
    await redis.kill()
    for topic in ("one", "two"):
        await gateway.post(topic)
        await elsewhere.gets(topic, within_s=30)
    assert elsewhere.delivered == ["one", "two"]


async def test_a_worker_hears_again_once_redis_is_back(
    places: Callable[..., Awaitable[Place]], redis: RedisServer
) -> None:
    gateway, elsewhere = await places(works=False), await places(works=True)
    await listening(redis, 1)
    await redis.kill()
    await gateway.post("missed")
    await redis.start()
    await elsewhere.gets("missed", within_s=30)  # it looks when it has subscribed again
    await asyncio.sleep(1)  # the gateway leaves a Redis that failed alone for so long
    await gateway.post("heard")
    assert await elsewhere.gets("heard", within_s=30) < 30


async def test_what_a_process_tells_does_not_wake_itself(
    places: Callable[..., Awaitable[Place]], redis: RedisServer
) -> None:
    here = await places(works=True)
    await listening(redis, 1)
    await here.post("mine")
    await here.gets("mine", within_s=30)
    await asyncio.sleep(0.3)
    commits = 0
    here.store.committed.clear()
    for _ in range(10):
        await asyncio.sleep(0.05)
        commits += here.store.committed.is_set()
        here.store.committed.clear()
    assert commits == 0


async def test_garbage_on_the_channel_only_wakes(
    places: Callable[..., Awaitable[Place]], redis: RedisServer, link: Link
) -> None:
    elsewhere = await places(works=True)
    await listening(redis, 1)
    for noise in (b"", b"\x00\xff" * 50, "不是我们的".encode()):
        await link.redis.publish(f"{link.space}:posted", noise)
    gateway = await places(works=False)
    await gateway.post("hello")
    assert await elsewhere.gets("hello", within_s=30) < 30
