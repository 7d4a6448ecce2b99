"""HR works on while connections break and calls fail: what was acknowledged is not lost, and is done and told once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from models import Attempt, AttemptOutcome, Card, InboundMessage, OutboxMessage, OutboxStatus
from platforms.dingtalk.stream import StreamClient, StreamOptions
from tests.scenarios.company import Company
from tests.scenarios.programs import chains_hold, opened

CARDS = "/v1.0/card/instances"
QUICK = StreamOptions(silence=1.0, heartbeat=0.5, open_timeout=2.0, longest_pause=0.5, drain_period=2.0)


class Wired(Company):
    """A company whose Stream connection is watched closely, and whose platform delivers again within a second."""

    async def start_bot(self) -> None:
        timing = self.world.parts["dingtalk"].gateway.timing  # type: ignore[attr-defined]
        timing.redelivery_s, timing.redeliveries, timing.ping_s, timing.drain_s = 1.0, 20, 0.3, 1.0
        await super().start_bot()

    def watch_closely(self) -> None:
        """Shorten the silence after which a connection counts as dead."""
        assert self.app is not None
        stream = self.app.stream
        assert stream is not None
        assert self.app.dingtalk is not None
        self.app.stream = StreamClient(
            stream._account, self.app.dingtalk, self.app.http, access_token=stream.get_access_token, options=QUICK
        )


@pytest.fixture
async def wired(home: Path, sqlite_url: str) -> AsyncIterator[Wired]:
    """Yield a running company on SQLite."""
    company = Wired(home, sqlite_url)
    async with opened(company):
        yield company


async def last_seq(company: Company, person: str) -> int:
    """Return the number of the newest thing on a phone."""
    return max((each["seq"] for each in await company.screen(person)), default=0)


async def from_bot(company: Company, person: str, after: int) -> list[dict[str, Any]]:
    """Return what the bot told a person after a moment."""
    return [each for each in await company.screen(person, after) if each["from"] == "bot"]


async def one_round(company: Company, what: str) -> None:
    """Let HR ask for a cancellation and put it down: one card, one effect."""
    seq, cards = await last_seq(company, "wangfang"), await Card.all().count()
    await company.says("wangfang", "取消 8123 原因 面试官冲突")
    card = await company.card("wangfang", "待你确认", "尾号8123", after=seq)
    await company.taps("wangfang", card, "dismiss", force=True)
    await company.settled()
    assert await Card.all().count() == cards + 1, what
    assert len(await from_bot(company, "wangfang", seq)) == 1, what


@pytest.mark.parametrize("kind", ["disconnect", "reset", "junk-frame", "duplicate", "reorder"])
async def test_a_command_survives_trouble_on_the_socket(wired: Wired, kind: str) -> None:
    await wired.post("/faults", {"platform": "stream", "match": "", "kind": kind, "times": 1})
    await one_round(wired, kind)
    await wired.until(wired._ready, "it is connected")
    await one_round(wired, f"after {kind}")
    assert await InboundMessage.filter(status="dead").count() == 0


@pytest.mark.parametrize("kind", ["slow-open", "refuse-open"])
async def test_a_command_waits_for_a_bot_that_cannot_connect_at_once(wired: Wired, kind: str) -> None:
    order = {"platform": "stream", "match": "", "times": 1}
    await wired.post("/faults", {**order, "kind": kind, "value": 1.0 if kind == "slow-open" else None, "times": 2})
    await wired.post("/faults", {**order, "kind": "reset"})
    await one_round(wired, kind)
    await wired.until(wired._ready, "it is connected")


async def test_a_connection_that_fell_silent_is_replaced_and_what_was_pushed_into_it_comes_again(
    home: Path, sqlite_url: str
) -> None:
    class Watched(Wired):
        async def start_bot(self) -> None:
            from bot.app import build

            timing = self.world.parts["dingtalk"].gateway.timing  # type: ignore[attr-defined]
            timing.redelivery_s, timing.redeliveries, timing.ping_s = 1.0, 20, 0.3
            self.app = build(self.settings)
            self.watch_closely()
            await self.app.start()
            await self.until(self._ready, "the bot is connected")

    async with opened(Watched(home, sqlite_url)) as company:
        order = {"platform": "stream", "match": "", "kind": "half-open", "value": 3, "times": 1}
        await company.post("/faults", order)

        async def health() -> dict[str, Any]:
            async with company.http.get(f"http://127.0.0.1:{company.ports.bot}/health") as answer:
                return dict(await answer.json())

        async def silent() -> bool:
            return not await company._ready()

        async def told() -> bool:
            return (await health())["ok"] is False

        await company.until(silent, "the platform's side is deaf")
        company.world.faults.add("stream", "", "refuse-open", 503, times=1000)  # and no other can be had for now
        await company.until(told, "our own health says so")

        assert (await health())["stream"] is False
        company.world.faults.clear()

        async def well_again() -> bool:
            found = await health()
            return bool(found["ok"]) and found["stream"] is True and found["stream_frame_age_s"] < QUICK.silence

        await company.until(well_again, "a new connection is heard")
        await one_round(company, "half-open")
        assert company.app is not None
        assert company.app.stream is not None
        assert company.app.stream.counters["reconnects"] >= 1


@dataclass(frozen=True)
class Trouble:
    """One way in which a call fails, and the business time after which it is tried again."""

    kind: str
    value: Any = None
    wait_s: float = 31.0


TROUBLES = (
    Trouble("http", 403),
    Trouble("http", 500),
    Trouble("errcode", "system.busy"),
    Trouble("garbage", wait_s=301.0),
    Trouble("timeout", 0.2),
    Trouble("drop"),
    Trouble("drop-before"),
)
NAMED = [f"{each.kind}-{each.value}" for each in TROUBLES]


async def ordered(company: Company, platform: str, match: str, trouble: Trouble, method: str = "") -> None:
    """Let the next call go wrong."""
    order = {"platform": platform, "match": match, "kind": trouble.kind, "value": trouble.value, "times": 1}
    await company.post("/faults", {**order, "method": method or None})


async def failed_once(company: Company, platform: str) -> None:
    """Wait until a try has failed; then nothing is under way."""

    async def noted() -> bool:
        bad = (AttemptOutcome.FAILED, AttemptOutcome.UNKNOWN)
        return await Attempt.filter(platform=platform, outcome__in=bad).exists()

    await company.until(noted, "a try has failed")
    await company.settled()


@pytest.mark.parametrize("trouble", TROUBLES, ids=NAMED)
async def test_cards_and_words_in_dingtalk_arrive_later_and_once(wired: Wired, trouble: Trouble) -> None:
    await ordered(wired, "dingtalk", f"{CARDS}/createAndDeliver", trouble)
    await wired.says("wangfang", "取消 8123 原因 面试官冲突")
    await failed_once(wired, "dingtalk")
    await wired.passes(trouble.wait_s)
    card = await wired.card("wangfang", "待你确认", "尾号8123")
    await wired.taps("wangfang", card, "confirm")
    await ordered(wired, "dingtalk", CARDS, trouble, "PUT")
    await ordered(wired, "dingtalk", "/v1.0/robot/oToMessages/batchSend", trouble)
    await wired.passes(61)
    await wired.settled()
    await wired.passes(trouble.wait_s)
    await wired.card("wangfang", "已取消", "尾号8123")
    await wired.sees("lilei", "已取消")
    await wired.settled()
    assert len(await from_bot(wired, "wangfang", 0)) == 1
    first, *more = [each["text"] for each in await from_bot(wired, "lilei", 0)]
    if trouble.kind == "drop":  # it had arrived, and DingTalk has no key for words: the repeat says that it is one
        assert more == [f"（重发）{first}"]
    else:
        assert more == []
    assert not await OutboxMessage.filter(status=OutboxStatus.DEAD).exists()
    assert not wired.world.faults._faults  # each one did happen


async def test_tokens_that_ran_out_are_renewed_without_anybody_noticing(wired: Wired) -> None:
    await one_round(wired, "fresh tokens")
    await wired.says("helin", "取消 3344 原因 面试官冲突")
    await wired.card("helin", "待你确认", "尾号3344")
    await wired.passes(3 * 3600)
    await one_round(wired, "three hours later")
    seq = await last_seq(wired, "helin")
    await wired.says("helin", "取消 3344 原因 面试官冲突")
    await wired.card("helin", "待你确认", "尾号3344", after=seq)
    await wired.settled()  # a phone shows a card before the answer that says so is noted
    assert await Attempt.filter(outcome=AttemptOutcome.SENT).count() == await Attempt.all().count()


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble("errcode", 42001, 0),
        Trouble("errcode", 40014, 0),
        Trouble("errcode", -1),
        Trouble("errcode", 45009, 61.0),
        Trouble("http", 500),
        Trouble("garbage"),
        Trouble("drop"),
        Trouble("drop-before"),
    ],
    ids=lambda trouble: f"{trouble.kind}-{trouble.value}",
)
async def test_cards_in_wecom_arrive_later_and_once(wired: Wired, trouble: Trouble) -> None:
    await ordered(wired, "wecom", "/cgi-bin/message/send", trouble)
    await wired.says("helin", "取消 3344 原因 面试官冲突")
    if trouble.wait_s:
        await failed_once(wired, "wecom")
        await wired.passes(trouble.wait_s)
    card = await wired.card("helin", "待你确认", "尾号3344")
    await ordered(wired, "wecom", "/cgi-bin/message/update_template_card", trouble)
    await wired.taps("helin", card, "confirm")
    await wired.settled()
    await wired.passes(max(61.0, trouble.wait_s))
    await wired.sees("gaoyuan-3344", "已取消")
    await wired.settled()
    await wired.passes(trouble.wait_s)
    await wired.settled()
    await wired.sees("helin", "已取消", "尾号3344")
    cards = [each for each in await from_bot(wired, "helin", 0) if each["card"]]
    assert len(cards) == 1
    assert not wired.world.faults._faults  # each one did happen
    assert not await OutboxMessage.filter(status=OutboxStatus.DEAD).exists()
    assert await chains_hold()


async def test_a_card_that_can_no_longer_be_changed_is_followed_by_words(wired: Wired) -> None:
    await wired.says("helin", "取消 3344 原因 面试官冲突")
    card = await wired.card("helin", "待你确认", "尾号3344")
    await ordered(wired, "wecom", "/cgi-bin/message/update_template_card", Trouble("errcode", 60140))
    await wired.taps("helin", card, "confirm")
    said = await wired.sees("helin", "此前的卡片已作废", "尾号3344")
    assert said["kind"] in ("text", "markdown")
    assert said["card"] is None
    await wired.passes(61)
    await wired.sees("helin", "已取消", "尾号3344", after=said["seq"])
    await wired.sees("gaoyuan-3344", "已取消")
    assert not await OutboxMessage.filter(status=OutboxStatus.DEAD).exists()
