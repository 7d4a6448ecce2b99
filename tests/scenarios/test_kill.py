"""kill -9 between commit and send, on every channel: one effect, told once, and a repeat only where it says so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from models import Booking, BookingStatus, OutboxMessage, OutboxStatus
from tests.scenarios.programs import Branch, chains_hold, opened

AGAIN = "（重发）"
CANDIDATES = {"4410": "zhangwei-4410", "8123": "zhangwei-8123", "0092": "zhangwei-0092"}
SENDING = {
    "sms": {"platform": "sms", "match": "/"},
    "kf": {"platform": "wecom", "match": "/cgi-bin/kf/send_msg"},
    "email": {"platform": "smtp", "match": "/"},
    "text": {"platform": "dingtalk", "match": "/v1.0/robot/oToMessages/batchSend"},
    "card": {"platform": "dingtalk", "match": "/v1.0/card/instances/createAndDeliver"},
    "update": {"platform": "dingtalk", "match": "/v1.0/card/instances", "method": "PUT"},
    "wecom_card": {"platform": "wecom", "match": "/cgi-bin/message/send"},
}


@pytest.fixture
async def branch(home: Path, sqlite_url: str) -> AsyncIterator[Branch]:
    """Yield a company on SQLite whose bot can be killed."""
    company = Branch(home, sqlite_url)
    async with opened(company):
        yield company


@pytest.fixture
async def branch_on_postgres(home: Path, postgres_url: str) -> AsyncIterator[Branch]:
    """Yield a company on PostgreSQL whose bot can be killed."""
    company = Branch(home, postgres_url)
    async with opened(company):
        yield company


async def goes_wrong(company: Branch, way: str, kind: str, value: float | None = None) -> None:
    """Order one fault for one way of sending."""
    await company.post("/faults", {**SENDING[way], "kind": kind, "value": value, "times": 1})


async def proposed(company: Branch, tail: str) -> dict[str, Any]:
    """Let HR ask for a cancellation and return the confirm card."""
    await company.says("wangfang", f"取消 {tail} 原因 面试官冲突")
    return await company.card("wangfang", "待你确认", f"尾号{tail}")


async def confirmed(company: Branch, tail: str) -> None:
    """Let HR cancel, up to the grace."""
    card = await proposed(company, tail)
    await company.taps("wangfang", card, "confirm")
    await company.card("wangfang", "前可撤销", f"尾号{tail}")


async def at_once(company: Branch, happened: Callable[[], bool]) -> None:
    """Kill the bot in the turn of the loop in which something has happened on the platforms' side."""
    async with asyncio.timeout(60):
        while not happened():  # noqa: ASYNC110 every turn counts
            await asyncio.sleep(0)
    await company.bots[-1].kill()


def told(company: Branch, person: str, *words: str) -> list[str]:
    """Return what the bot told a person with these words, without looking at the phone."""
    rows = company.world.phones.screen(person, 0, company.world.card_view, peek=True)
    return [row["text"] for row in rows if row["from"] == "bot" and all(word in row["text"] for word in words)]


def calling(company: Branch, way: str) -> Callable[[], bool]:
    """Return what tells whether a call of this way is under way and unanswered."""
    fault = SENDING[way]

    def is_under_way() -> bool:
        calls = [each for each in company.world.traffic.rows(0) if each["platform"] == fault["platform"]]
        fitting = [each for each in calls if each["path"].startswith(fault["match"]) and each["status"] is None]
        return any(each["method"] in ("POST", "PUT", "DATA") for each in fitting)

    return is_under_way


async def one_effect(company: Branch, tail: str) -> None:
    """Everything is sent, the booking is cancelled, and every log holds."""
    await company.settled()
    bookings = await Booking.filter(status=BookingStatus.CANCELLED).prefetch_related("candidate")
    assert [str(each.candidate.phone)[-4:] for each in bookings].count(tail) == 1
    assert not await OutboxMessage.filter(status=OutboxStatus.DEAD).exists()
    assert await chains_hold()


async def test_a_bot_killed_right_after_the_tap_carries_out_once(branch: Branch) -> None:
    card = await proposed(branch, "8123")
    tap = asyncio.create_task(branch.taps("wangfang", card, "confirm"))
    await at_once(branch, tap.done)
    await branch.start_bot()
    await branch.passes(61)
    await branch.sees("zhangwei-8123", "已取消")
    await branch.sees("lilei", "已取消")
    await branch.card("wangfang", "已取消", "尾号8123")
    await one_effect(branch, "8123")
    assert len(told(branch, "zhangwei-8123")) == 1
    assert len(told(branch, "lilei")) == 1


async def dies(company: Branch, way: str, tail: str, kind: str, when: Callable[[], bool]) -> None:
    """Let the bot be killed while it tells somebody about the cancellation of one booking, and start it again."""
    await confirmed(company, tail)
    await goes_wrong(company, way, kind, 1.0 if kind == "timeout" else None)
    moving = asyncio.create_task(company.passes(61))
    await at_once(company, when)
    assert await OutboxMessage.filter(status=OutboxStatus.SENDING).exists()  # it died in between
    await company.start_bot()
    await moving
    await company.sees(CANDIDATES[tail], "已取消")
    await one_effect(company, tail)


async def test_what_had_reached_the_candidate_when_the_bot_died_is_not_told_again(branch: Branch) -> None:
    for way, tail in (("sms", "4410"), ("kf", "8123"), ("email", "0092")):
        person = CANDIDATES[tail]
        await dies(branch, way, tail, "drop", lambda person=person: bool(told(branch, person)))  # type: ignore[misc]
    assert len(told(branch, "zhangwei-4410")) == 1  # looked up at the gateway
    assert len(told(branch, "zhangwei-8123")) == 1  # the key was known
    first, *more = told(branch, "zhangwei-0092")  # a mail program knows the Message-ID; we cannot ask
    assert AGAIN not in first
    assert len(more) <= 1
    assert all(AGAIN in each for each in more)
    mails = [each for each in branch.world.traffic.rows(0) if each["platform"] == "smtp"]
    assert len({each["headers"]["Message-ID"] for each in mails}) == 1


async def test_what_had_not_reached_the_candidate_when_the_bot_died_is_told_once(branch: Branch) -> None:
    for way, tail in (("sms", "4410"), ("kf", "8123"), ("email", "0092")):
        await dies(branch, way, tail, "timeout", calling(branch, way))
        texts = told(branch, CANDIDATES[tail])
        assert len(texts) == 1
        assert AGAIN not in texts[0] or way == "email"


async def killed_in_the_call(company: Branch, way: str, happened: Callable[[], bool]) -> None:
    """Move past the grace; the bot dies in a call of this way, and another goes on."""
    moving = asyncio.create_task(company.passes(61))
    await at_once(company, happened)
    await company.start_bot()
    await moving
    await company.settled()


async def test_a_killed_bot_repeats_cards_under_their_key_and_texts_with_a_mark(branch: Branch) -> None:
    for person, way, command in (("wangfang", "card", "取消 4410"), ("helin", "wecom_card", "取消 3344")):
        await goes_wrong(branch, way, "drop")
        await branch.says(person, f"{command} 原因 面试官冲突")
        await at_once(branch, lambda person=person: bool(told(branch, person)))  # type: ignore[misc]
        await branch.start_bot()
        await branch.settled()
        assert len(told(branch, person)) == 1, told(branch, person)

    card = await branch.card("wangfang", "待你确认", "尾号4410")
    await branch.taps("wangfang", card, "confirm")
    await goes_wrong(branch, "text", "drop")
    await killed_in_the_call(branch, "text", lambda: bool(told(branch, "lilei")))
    first, *more = told(branch, "lilei")
    assert AGAIN not in first
    assert [each.removeprefix(AGAIN) for each in more] in ([first], [])
    assert all(each.startswith(AGAIN) for each in more)

    await confirmed(branch, "8123")
    await goes_wrong(branch, "update", "timeout", 1.0)
    await killed_in_the_call(branch, "update", calling(branch, "update"))
    await branch.card("wangfang", "已取消", "尾号8123")
    assert len(told(branch, "wangfang")) == 2  # two cards, no word beside them

    card = await branch.card("helin", "待你确认", "尾号3344")
    await branch.taps("helin", card, "confirm")
    await branch.sees("helin", "前可撤销", "尾号3344")
    await branch.passes(61)
    await branch.sees("gaoyuan-3344", "已取消")
    await one_effect(branch, "3344")


async def test_on_postgres_a_killed_bot_leaves_nothing_half_done(branch_on_postgres: Branch) -> None:
    company = branch_on_postgres
    card = await proposed(company, "8123")
    tap = asyncio.create_task(company.taps("wangfang", card, "confirm"))
    await at_once(company, tap.done)
    await company.start_bot()
    for way in ("kf", "text", "update"):
        await goes_wrong(company, way, "drop")
    await killed_in_the_call(company, "kf", lambda: bool(told(company, "zhangwei-8123")))
    await one_effect(company, "8123")
    assert len(told(company, "zhangwei-8123")) == 1
    await company.card("wangfang", "已取消", "尾号8123")
    first, *more = told(company, "lilei")
    assert all(each == f"{AGAIN}{first}" for each in more)
    assert len(more) <= 1
