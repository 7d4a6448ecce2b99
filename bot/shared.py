"""What the processes of one installation share through Redis, if there is one: tokens, wake-ups, the pace of calls.

Nothing here is needed: every answer may be "I do not know", and the database stays the truth (design.md §1.6). Uses
`redis.asyncio`, which aioredis became. Imported only when `redis.url` is set, as redis is a large import.
"""

import asyncio
import contextlib
import random
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from models.store import Store
from models.vault import Unsealable, vault
from platforms.pace import OwnPace

T = TypeVar("T")
PATIENCE_S = 0.3  # for one question, in all
PAUSE_S = 5.0  # after a failure nothing is asked for so long
QUIET_S = 15.0  # of silence on the subscription before it is pinged, and again before it is given up
FIRST_PAUSE_S = 0.5  # before subscribing again, doubled each time
LONGEST_PAUSE_S = 30.0
FAILURES = (RedisError, OSError, TimeoutError, ValueError)  # ValueError: an answer that is not Redis's protocol

TAKE_SLOT = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local slot = tonumber(redis.pcall('GET', KEYS[1])) or now
if not (slot >= now and slot <= now + 60) then slot = now end
redis.call('SET', KEYS[1], string.format('%.6f', slot + ARGV[1]), 'PX', 60000)
return math.max(0, math.ceil((slot - ARGV[2] - now) * 1000))
"""
"""Takes the next slot by Redis's clock and returns the milliseconds until it comes; what is no near time is garbage."""

log = structlog.get_logger(__name__)


class Link:
    """The way to one Redis: a question takes `patience_s` at most, and after a failure none is asked for `pause_s`."""

    def __init__(self, url: str, *, patience_s: float = PATIENCE_S, pause_s: float = PAUSE_S) -> None:
        self.patience_s = patience_s
        self._pause_s = pause_s
        self.redis: Redis = Redis.from_url(
            url, socket_timeout=patience_s, socket_connect_timeout=patience_s, retry=Retry(NoBackoff(), 0)
        )
        self.space = f"shouyue:{vault().index('redis', 'space')}"  # installations may share a Redis
        self._failure = ""  # what an outage was logged as; empty while there is none
        self._asked_again_at = float("-inf")

    async def ask(self, question: Callable[[Redis], Awaitable[T]]) -> T | None:
        """Return the answer, or None when Redis does not give one in time."""
        if asyncio.get_running_loop().time() < self._asked_again_at:
            return None
        try:
            async with asyncio.timeout(self.patience_s):
                answer = await question(self.redis)
        except FAILURES as error:
            self.failed(error)
            return None
        self.answered()
        return answer

    def failed(self, error: Exception) -> None:
        """Note a failure; an outage is logged once. One that Redis answered with is no reason to pause."""
        if not isinstance(error, ResponseError):
            self._asked_again_at = asyncio.get_running_loop().time() + self._pause_s
        name = type(error).__name__
        if not self._failure or (isinstance(error, ResponseError) and name != self._failure):
            log.warning("redis does not help; going on without it", why=name)
        self._failure = name

    def answered(self) -> None:
        """Note that Redis is there."""
        if self._failure:
            log.info("redis helps again")
        self._failure = ""
        self._asked_again_at = float("-inf")

    async def close(self) -> None:
        """Give the connections back."""
        with contextlib.suppress(*FAILURES):
            await self.redis.aclose()


class RedisTokens:
    """The shared copy of one app's token; `app` names platform, corp and app.

    A token is a secret: it is sealed for its key, so neither Redis nor a copy of its file tells it, and nobody who can
    write there can make us use another. Its age is Redis's: hosts need not agree on the time.
    """

    def __init__(self, link: Link, app: str) -> None:
        self._link = link
        self._key = f"{link.space}:token:{app}"

    async def get(self) -> tuple[str, float] | None:
        """Return the token and the seconds it is still valid; whatever cannot be read is a miss."""

        async def question(redis: Redis) -> list[Any]:
            async with redis.pipeline(transaction=True) as both:
                both.get(self._key)
                both.pttl(self._key)
                return await both.execute()

        sealed, left_ms = await self._link.ask(question) or (None, 0)
        if sealed is None or left_ms <= 0:
            return None
        try:
            return vault().unseal(sealed, self._key).decode(), left_ms / 1000
        except Unsealable:
            log.warning("what stands in redis for a token is not ours", key=self._key)
            return None

    async def put(self, token: str, ttl: float) -> None:
        """Keep the token for `ttl` seconds."""
        sealed = vault().seal(token.encode(), self._key)
        await self._link.ask(lambda redis: redis.set(self._key, sealed, px=max(1, int(ttl * 1000))))


class SharedPace:
    """One row of slots for all processes of an app; without Redis each process keeps its own."""

    def __init__(self, link: Link, app: str, own: OwnPace) -> None:
        self._link = link
        self._space = f"{link.space}:pace:{app}"
        self._own = own

    async def wait(self, api: str) -> None:
        """Take the next slot and sleep until it comes."""
        key, interval, slack = f"{self._space}:{api}", self._own.interval, self._own.slack

        async def question(redis: Redis) -> int:
            return int(await redis.eval(TAKE_SLOT, 1, key, str(interval), str(slack)))

        wait_ms = await self._link.ask(question)
        if wait_ms is None:
            await self._own.wait(api)
        else:
            await asyncio.sleep(wait_ms / 1000)


class Wakes:
    """Tells the workers of other processes that there is something to send, and hears it from them.

    A message says nothing but who it is from. One that is lost costs time until the next poll, no more.
    """

    def __init__(self, link: Link, store: Store) -> None:
        self._link = link
        self._store = store
        self._channel = f"{link.space}:posted"
        self._myself = secrets.token_bytes(8)
        self._news = asyncio.Event()

    def tell(self) -> None:
        """Let the others know soon; several in a row are one message."""
        self._news.set()

    async def tell_forever(self) -> None:
        """Publish whenever there is news."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self._link.ask(lambda redis: redis.publish(self._channel, self._myself))

    async def hear_forever(self) -> None:
        """Wake this process's worker when another has posted; subscribe again, with back-off, when that breaks."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                async with self._link.redis.pubsub() as subscription:
                    await subscription.subscribe(self._channel)
                    await self._greeted(subscription)
                    pause = FIRST_PAUSE_S
                    await self._hear(subscription)
            except FAILURES as error:
                self._link.failed(error)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads reconnects, no secret
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _greeted(self, subscription: PubSub) -> None:
        """Wait until Redis has confirmed the subscription; what was said before it may have been missed."""
        if await subscription.get_message(timeout=self._link.patience_s) is None:
            raise TimeoutError("no confirmation")
        self._link.answered()
        self._store.posted.set()

    async def _hear(self, subscription: PubSub) -> None:
        asked = False
        while True:
            message = await subscription.get_message(timeout=QUIET_S)
            if message is None and asked:
                raise TimeoutError("the connection is dead")
            asked = message is None
            if message is None:
                await subscription.ping()
            elif message["type"] == "message" and message["data"] != self._myself:
                self._store.posted.set()


class Shared:
    """Everything of one process that goes through Redis."""

    def __init__(self, link: Link, store: Store) -> None:
        self._link = link
        self._store = store
        self._wakes = Wakes(self._link, store)
        self._tasks: list[asyncio.Task[None]] = []

    def tokens(self, *app: object) -> RedisTokens:
        """Return the cache for the token of one app: platform, corp, app."""
        return RedisTokens(self._link, ":".join(map(str, app)))

    def pace(self, own: OwnPace, *app: object) -> SharedPace:
        """Return the pace of one app's calls; `own` is how fast, and what goes on without Redis."""
        return SharedPace(self._link, ":".join(map(str, app)), own)

    def start(self, *, hears: bool) -> None:
        """Tell the others from now on; a process with a worker also hears them."""
        self._store.when_posted.append(self._wakes.tell)
        self._tasks.append(asyncio.create_task(self._wakes.tell_forever(), name="redis-tell"))
        if hears:
            self._tasks.append(asyncio.create_task(self._wakes.hear_forever(), name="redis-hear"))

    async def stop(self) -> None:
        """Stop telling and hearing, and disconnect."""
        if self._wakes.tell in self._store.when_posted:
            self._store.when_posted.remove(self._wakes.tell)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._link.close()
