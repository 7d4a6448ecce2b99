"""One holder per app, one fetch at a time."""

import asyncio

import pytest

from platforms.errors import Misconfigured, PlatformError, Temporary, Unknown
from platforms.tokens import Tokens


class Platform:
    """Hands out numbered tokens, or raises what it is told to."""

    def __init__(self, ttl: float = 7200.0) -> None:
        self.time = 1000.0
        self.ttl = ttl
        self.fetches = 0
        self.failure: PlatformError | None = None

    def now(self) -> float:
        return self.time

    async def fetch(self) -> tuple[str, float]:
        self.fetches += 1
        await asyncio.sleep(0.01)
        if self.failure is not None:
            raise self.failure
        return f"token-{self.fetches}", self.ttl


class Copy:
    """A shared copy as another process sees it."""

    def __init__(self, found: tuple[str, float] | None = None, *, broken: bool = False) -> None:
        self.found = found
        self.broken = broken

    async def get(self) -> tuple[str, float] | None:
        if self.broken:
            raise ConnectionError("away")
        return self.found

    async def put(self, token: str, ttl: float) -> None:
        if self.broken:
            raise ConnectionError("away")
        self.found = (token, ttl)


async def test_a_token_is_fetched_once_for_many_callers() -> None:
    platform = Platform()
    tokens = Tokens(platform.fetch, platform.now)
    assert set(await asyncio.gather(*(tokens.get() for _ in range(50)))) == {"token-1"}
    assert platform.fetches == 1


async def test_a_token_is_replaced_five_minutes_before_its_end() -> None:
    platform = Platform()
    tokens = Tokens(platform.fetch, platform.now)
    await tokens.get()
    platform.time += 7200 - 301
    assert await tokens.get() == "token-1"
    platform.time += 1
    assert await tokens.get() == "token-2"


async def test_a_short_lived_token_is_used_for_half_its_life() -> None:
    platform = Platform(ttl=60)
    tokens = Tokens(platform.fetch, platform.now)
    await tokens.get()
    platform.time += 29
    assert await tokens.get() == "token-1"
    platform.time += 1
    assert await tokens.get() == "token-2"


async def test_many_refusals_of_one_token_make_one_fetch() -> None:
    platform = Platform()
    tokens = Tokens(platform.fetch, platform.now)
    refused = await tokens.get()
    assert set(await asyncio.gather(*(tokens.renew(refused) for _ in range(50)))) == {"token-2"}
    assert platform.fetches == 2


async def test_renewals_are_bounded_when_every_token_is_refused() -> None:
    platform = Platform()
    tokens = Tokens(platform.fetch, platform.now)
    token = await tokens.get()
    for _ in range(5):
        token = await tokens.renew(token)
    with pytest.raises(Temporary) as caught:
        await tokens.renew(token)
    assert platform.fetches == 6
    assert caught.value.retry_after == 600
    platform.time += 600
    assert await tokens.renew(token) == "token-7"


async def test_the_platform_is_left_alone_after_a_failed_fetch() -> None:
    platform = Platform()
    platform.failure = Temporary("connect")
    tokens = Tokens(platform.fetch, platform.now)
    for wait in (1.0, 2.0, 4.0):
        for _ in range(3):
            with pytest.raises(Temporary):
                await tokens.get()
        platform.time += wait
    assert platform.fetches == 3
    platform.failure = None
    assert await tokens.get() == "token-4"


async def test_the_platform_says_how_long_to_leave_it_alone() -> None:
    platform = Platform()
    platform.failure = Temporary("banned", retry_after=300)
    tokens = Tokens(platform.fetch, platform.now)
    with pytest.raises(Temporary):
        await tokens.get()
    platform.time += 299
    with pytest.raises(Temporary) as caught:
        await tokens.get()
    assert (platform.fetches, caught.value.retry_after) == (1, 1.0)


async def test_a_wrong_secret_stays_a_wrong_secret_while_waiting() -> None:
    platform = Platform()
    platform.failure = Misconfigured("invalidClientIdOrSecret")
    tokens = Tokens(platform.fetch, platform.now)
    for _ in range(2):
        with pytest.raises(Misconfigured):
            await tokens.get()
    assert platform.fetches == 1


async def test_a_lost_token_answer_is_temporary_for_the_call_that_needed_it() -> None:
    platform = Platform()
    platform.failure = Unknown("no-answer")
    with pytest.raises(Temporary):
        await Tokens(platform.fetch, platform.now).get()


async def test_a_token_that_cannot_be_replaced_early_is_used_to_its_end() -> None:
    platform = Platform()
    tokens = Tokens(platform.fetch, platform.now)
    await tokens.get()
    platform.failure = Temporary("connect")
    platform.time += 7100
    assert await tokens.get() == "token-1"
    platform.time += 100
    with pytest.raises(Temporary):
        await tokens.get()


async def test_a_cancelled_caller_does_not_take_the_others_with_it() -> None:
    platform = Platform()
    tokens = Tokens(platform.fetch, platform.now)
    first, second = asyncio.create_task(tokens.get()), asyncio.create_task(tokens.get())
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "token-2"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_two_processes_share_one_token() -> None:
    platform, copy = Platform(), Copy()
    one, other = (Tokens(platform.fetch, platform.now, copy) for _ in range(2))
    assert await one.get() == await other.get() == "token-1"
    assert platform.fetches == 1


async def test_a_refused_token_is_not_taken_from_the_shared_copy() -> None:
    platform, copy = Platform(), Copy(("old", 7000.0))
    tokens = Tokens(platform.fetch, platform.now, copy)
    assert await tokens.get() == "old"
    assert await tokens.renew("old") == "token-1"
    assert copy.found == ("token-1", 7200.0)


async def test_a_copy_about_to_end_is_not_used() -> None:
    platform, copy = Platform(), Copy(("old", 300.0))
    assert await Tokens(platform.fetch, platform.now, copy).get() == "token-1"


async def test_a_cache_that_is_away_changes_nothing() -> None:
    platform = Platform()
    assert await Tokens(platform.fetch, platform.now, Copy(broken=True)).get() == "token-1"
