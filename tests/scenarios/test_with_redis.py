"""With Redis, without it, and with it dying in the middle, the same things have happened at the end (I19)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.settings_sections import Redis
from models import AuditRecord, Booking, OutboxMessage
from tests.redis_server import RedisServer
from tests.scenarios.company import Company

PEOPLE = ("wangfang", "zhangwei-8123", "lilei")
Event = Callable[[RedisServer], Awaitable[None]]


@pytest.fixture
async def redis(short_folder: Path) -> AsyncIterator[RedisServer]:
    server = RedisServer(short_folder)
    await server.start()
    yield server
    await server.kill()


async def nothing(_redis: RedisServer) -> None:
    """Leave Redis alone."""


async def dies(redis: RedisServer) -> None:
    await redis.kill()


async def stalls(redis: RedisServer) -> None:
    redis.stall()


async def comes_back_empty(redis: RedisServer) -> None:
    await redis.kill()
    await redis.start()


async def main_job(home: Path, database_url: str, redis: RedisServer | None, event: Event) -> dict[str, Any]:
    """Let HR cancel, with something happening to Redis before the tap; return what is so at the end."""
    company = Company(home, database_url)
    if redis is not None:
        company.settings = company.settings.model_copy(update={"redis": Redis(url=redis.url)})
    await company.open()
    try:
        await company.says("wangfang", "取消 张伟 明天下午三点 原因 行程冲突")
        card = await company.card("wangfang", "待你确认", "尾号8123")
        if redis is not None:
            await event(redis)
        await company.taps("wangfang", card, "confirm")
        await company.card("wangfang", "已通过", "前可撤销")
        await company.passes(61)
        await company.sees("zhangwei-8123", "已取消", "15:00")
        await company.sees("lilei", "已取消", "不必等候")
        await company.card("wangfang", "已取消")
        await company.settled()
        return await state(company)
    finally:
        await company.close()


async def state(company: Company) -> dict[str, Any]:
    """Return what people see and what is stored, without what differs from run to run."""
    return {
        "bookings": sorted([each.starts_at.isoformat(), str(each.status)] for each in await Booking.all()),
        "audit": sorted([each.log, each.seq, each.action] for each in await AuditRecord.all()),
        "outbox": sorted([each.kind, each.topic, str(each.status)] for each in await OutboxMessage.all()),
        "screens": {person: [shown(each) for each in await company.screen(person)] for person in PEOPLE},
    }


def shown(message: dict[str, Any]) -> list[Any]:
    card = message["card"] or {}
    return [
        message["from"],
        message["app"],
        card.get("title"),
        [each["key"].split(".")[0] for each in card.get("buttons", [])],
    ]


@pytest.mark.parametrize("event", [nothing, dies, stalls, comes_back_empty])
async def test_the_main_job_ends_the_same_whatever_becomes_of_redis(
    tmp_path: Path, sqlite_url: str, postgres_url: str, redis: RedisServer, event: Event
) -> None:
    expected = await main_job(tmp_path / "without", sqlite_url, None, nothing)
    assert await main_job(tmp_path / "with", postgres_url, redis, event) == expected


async def test_a_program_that_starts_again_takes_its_token_from_redis(
    home: Path, sqlite_url: str, redis: RedisServer
) -> None:
    company = Company(home, sqlite_url)
    company.settings = company.settings.model_copy(update={"redis": Redis(url=redis.url)})
    await company.open()
    try:
        for _ in range(5):  # a machine that is too busy for Redis's short patience asks the platform, rightly
            asked = await token_questions(company)
            await company.stop_bot()
            await company.start_bot()
            seq = await company.says("wangfang", "帮助")
            await company.sees("wangfang", "取消", after=seq)
            if await token_questions(company) == asked:
                return
        pytest.fail("every start asked DingTalk for a token")
    finally:
        await company.close()


async def token_questions(company: Company) -> int:
    """Return how often the program has asked DingTalk for a token."""
    return len([each for each in await company.calls("dingtalk") if "accessToken" in str(each)])
