"""The same thing many times, and opposite things at once: one effect, told once, and the loser is told as well."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models import (
    Account,
    AuditRecord,
    Booking,
    BookingStatus,
    CancellationRequest,
    Card,
    InboundMessage,
    OutboxMessage,
    OutboxStatus,
    RequestStatus,
    Step,
    StepStatus,
)
from models.store import ONE_WRITER, Store, connection
from notifier import claims
from tests.scenarios.company import START, Company, free_ports
from tests.scenarios.programs import Branch, chains_hold, eventually, opened
from workflow import audit, outbox
from workflow.acting import Act

TIMES = 20


async def from_bot(company: Company, person: str, *words: str) -> list[dict[str, Any]]:
    """Return what the bot told a person with these words."""
    rows = [each for each in await company.screen(person) if each["from"] == "bot"]
    return [each for each in rows if all(word in str(each) for word in words)]


async def redelivered(company: Company, platform: str, kind: str) -> list[dict[str, Any]]:
    """Send the newest push of this kind again, many times at once, and return the answers."""
    pushes = (await company.get("/callbacks"))["callbacks"]
    newest = [each for each in pushes if (each["platform"], each["kind"]) == (platform, kind)][-1]
    given = {"n": newest["n"], "times": TIMES, "concurrently": True}
    answers: list[dict[str, Any]] = (await company.post("/redeliver", given))["answers"]
    assert [each["status"] for each in answers] == [200] * TIMES
    await company.settled()
    return answers


async def located(company: Company, person: str, tail: str) -> dict[str, Any]:
    """Let HR ask for a cancellation and return the confirm card."""
    await company.says(person, f"取消 {tail} 原因 面试官冲突")
    return await company.card(person, "待你确认", f"尾号{tail}")


async def status_of(tail: str) -> BookingStatus:
    """Return the state of the one booking of a candidate."""
    found = [
        each for each in await Booking.all().prefetch_related("candidate") if str(each.candidate.phone).endswith(tail)
    ]
    assert len(found) == 1
    return found[0].status


async def cancelled_once(company: Company, tail: str) -> None:
    """The booking was cancelled, by one request, with one record, and every log holds."""
    await company.settled()
    assert await status_of(tail) == BookingStatus.CANCELLED
    assert await AuditRecord.filter(action="booking.cancelled").count() == 1
    assert await CancellationRequest.filter(status=RequestStatus.CARRIED_OUT).count() == 1
    assert not await OutboxMessage.filter(status=OutboxStatus.DEAD).exists()
    assert await chains_hold()


async def test_a_dingtalk_message_delivered_again_and_again_is_one_card_and_its_click_one_request(
    company: Company,
) -> None:
    card = await located(company, "wangfang", "8123")
    await redelivered(company, "dingtalk", "robot_message")
    assert len(await from_bot(company, "wangfang")) == 1
    assert await Card.all().count() == 1

    await company.taps("wangfang", card, "confirm")
    await redelivered(company, "dingtalk", "card_action")
    assert await CancellationRequest.all().count() == 1
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")
    await redelivered(company, "dingtalk", "card_action")
    await cancelled_once(company, "8123")
    assert len(await from_bot(company, "zhangwei-8123")) == 1
    assert len(await from_bot(company, "lilei")) == 1
    assert len(await from_bot(company, "wangfang")) == 1
    assert await company.card("wangfang", "已取消", "尾号8123")


async def test_wecom_messages_and_card_events_delivered_again_and_again_take_effect_once(company: Company) -> None:
    card = await located(company, "helin", "3344")
    await redelivered(company, "wecom", "message")
    assert len(await from_bot(company, "helin")) == 1

    await company.taps("helin", card, "confirm")
    await company.card("helin", "前可撤销", "尾号3344")
    await redelivered(company, "wecom", "template_card_event")
    assert await CancellationRequest.all().count() == 1
    await company.passes(61)
    await company.sees("gaoyuan-3344", "已取消")
    await redelivered(company, "wecom", "template_card_event")
    await cancelled_once(company, "3344")
    assert len(await from_bot(company, "gaoyuan-3344")) == 1
    assert not await from_bot(company, "helin", "未重复执行")


async def test_a_nudge_and_an_sms_delivered_again_and_again_are_answered_once(company: Company) -> None:
    await company.says("zhangwei-8123", "取消")
    menu = await company.sees("zhangwei-8123", "确认取消")
    await redelivered(company, "wecom", "kf_nudge")
    assert len(await from_bot(company, "zhangwei-8123")) == 1
    await company.chooses("zhangwei-8123", menu, "confirm")
    await company.sees("zhangwei-8123", "已取消")
    await redelivered(company, "wecom", "kf_nudge")
    assert len(await from_bot(company, "zhangwei-8123", "已取消")) == 1

    await company.says("zhangwei-4410", "来不了了")
    await company.sees("zhangwei-4410", "确认取消")
    await redelivered(company, "sms", "message")
    assert len(await from_bot(company, "zhangwei-4410")) == 1
    assert await InboundMessage.filter(repeats__gt=0, platform="sms").count() == 1
    assert await status_of("4410") == BookingStatus.CONFIRMED
    assert await status_of("8123") == BookingStatus.CANCELLED
    assert await chains_hold()


async def test_two_taps_at_once_are_one_request(company: Company) -> None:
    card = await located(company, "wangfang", "8123")
    await asyncio.gather(*(company.taps("wangfang", card, "confirm", force=True) for _ in range(5)))
    await company.settled()
    assert await CancellationRequest.all().count() == 1
    assert await AuditRecord.filter(action="request.filed").count() == 1
    await company.passes(61)
    await cancelled_once(company, "8123")
    assert len(await from_bot(company, "zhangwei-8123")) == 1


async def chain_opened(company: Company) -> dict[str, Any]:
    """Let a strict request reach the department head, and return her card."""
    card = await located(company, "liuyang", "5566")
    await company.taps("liuyang", card, "submit" if any(b["key"][0] == "s" for b in card["buttons"]) else "confirm")
    await company.sends_file("liuyang", "proof.png", PNG)
    return await company.card("chenmin", "尾号5566", "证明")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)


async def test_opposite_answers_at_once_are_one_decision_and_the_other_is_told(company: Company) -> None:
    card = await chain_opened(company)
    needed = {"still_needed": "yes", "comment": "岗位仍缺人"}
    answers = await asyncio.gather(
        company.taps("chenmin", card, "approve", needed, force=True),
        company.taps("chenmin", card, "reject", needed, force=True),
        company.says("chenmin", "驳回 1 岗位仍需"),
    )
    assert all("status" not in each for each in answers[:2]), answers
    await company.settled()
    step = await Step.get(level=1)
    decisions = await AuditRecord.filter(action__in=("approval.approved", "approval.rejected")).count()
    assert decisions == 1
    assert step.status in (StepStatus.APPROVED, StepStatus.REJECTED)
    assert await AuditRecord.filter(action="attempt.refused").count() >= 1
    shown = await company.card("chenmin", "尾号5566")
    assert not any(each["key"].split(".")[0] in ("approve", "reject") for each in shown["buttons"]), shown
    cards = await from_bot(company, "zhaoguoqiang")
    assert len(cards) == (1 if step.status == StepStatus.APPROVED else 0)
    assert await chains_hold()


async def pressed_in_wechat() -> bool:
    """Tell whether a tap on a WeChat menu has been handled."""
    return await InboundMessage.filter(platform="kf", kind="press").exists()


async def test_hr_and_the_candidate_cancel_at_the_same_moment_and_everybody_is_told_once(company: Company) -> None:
    card = await located(company, "wangfang", "8123")
    await company.says("zhangwei-8123", "取消")
    menu = await company.sees("zhangwei-8123", "确认取消")
    await asyncio.gather(
        company.taps("wangfang", card, "confirm", force=True), company.chooses("zhangwei-8123", menu, "confirm")
    )
    await company.until(pressed_in_wechat, "the candidate's tap is taken")
    await company.settled()
    await company.passes(61)
    await company.sees("zhangwei-8123", "已取消")
    await cancelled_once(company, "8123")
    closing = await from_bot(company, "zhangwei-8123", "已取消")
    assert len(closing) == 1
    assert 1 <= len(await from_bot(company, "lilei")) <= 2  # at once that nobody comes; then, that it is cancelled


async def test_a_call_that_takes_longer_than_the_lease_is_made_once(home: Path, sqlite_url: str) -> None:
    company = Company(home, sqlite_url)
    hasty = company.settings.worker.model_copy(update={"lease_s": 0.6, "poll_s": 0.1})
    company.settings = company.settings.model_copy(update={"worker": hasty})
    async with opened(company):
        card = await located(company, "wangfang", "4410")
        await company.taps("wangfang", card, "confirm")
        await company.post("/faults", {"platform": "sms", "match": "/", "kind": "delay", "value": 2.5, "times": 1})
        await company.passes(61)
        await company.sees("zhangwei-4410", "已取消")
        await cancelled_once(company, "4410")
        assert len(await from_bot(company, "zhangwei-4410")) == 1
        assert len([each for each in await company.calls("sms") if each["method"] == "POST"]) == 1


async def test_what_comes_next_for_a_person_waits_for_what_another_worker_is_telling_them(company: Company) -> None:
    assert company.app is not None
    store, now = company.app.store, company.app.clock.now()
    await company.app.worker.stop()
    account = await Account.filter(platform="wecom").first()
    assert account is not None
    for text in ("一", "二"):
        await store.transact(lambda text=text: outbox.say(Act(now, "test"), account, text))  # type: ignore[misc]
    later, clock = now + timedelta(seconds=1), 1000.0
    first = await claims.claim(store, later, clock, 30.0, 1)
    assert await claims.claim(store, later, clock, 30.0, 10) == []
    await store.transact(lambda: claims.settle(first[0], OutboxStatus.SENT, later))
    second = await claims.claim(store, later, clock, 30.0, 10)
    assert len(second) == 1
    assert second[0].id != first[0].id
    taken_over = await claims.claim(store, later, clock + 31, 30.0, 10)
    assert [each.id for each in taken_over] == [second[0].id]


@pytest.fixture
async def branch(home: Path, postgres_url: str) -> AsyncIterator[Branch]:
    """Yield a company with two bots on one PostgreSQL database, both connected."""
    company = Branch(home, postgres_url)
    async with opened(company):
        await company.add_bot(SHOUYUE_PORT=str(free_ports(1)[0]))
        await connected(company, 2)
        yield company


async def connected(company: Branch, count: int) -> None:
    """Wait until so many Stream connections are open."""
    gateway = company.world.parts["dingtalk"].gateway  # type: ignore[attr-defined]

    async def open_ones() -> bool:
        return len([each for each in gateway._connections if each.healthy]) >= count

    await eventually(open_ones, f"{count} bots are connected")


async def test_two_bots_on_one_postgres_do_everything_once(branch: Branch) -> None:
    card = await located(branch, "wangfang", "8123")
    await redelivered(branch, "dingtalk", "robot_message")
    assert len(await from_bot(branch, "wangfang")) == 1
    await asyncio.gather(*(branch.taps("wangfang", card, "confirm", force=True) for _ in range(10)))
    await redelivered(branch, "dingtalk", "card_action")
    assert await AuditRecord.filter(action="request.filed").count() == 1
    assert await CancellationRequest.all().count() == 1

    head = await chain_opened(branch)
    needed = {"still_needed": "yes", "comment": "岗位仍缺人"}
    await asyncio.gather(
        *(
            branch.taps("chenmin", head, action, needed, force=True)
            for action in ("approve", "reject", "approve", "reject", "approve", "reject")
        )
    )
    await branch.settled()
    decisions = await AuditRecord.filter(action__in=("approval.approved", "approval.rejected")).count()
    assert decisions == 1

    await branch.passes(61)
    await branch.sees("zhangwei-8123", "已取消")
    await branch.card("wangfang", "已取消", "尾号8123")
    await cancelled_once(branch, "8123")
    assert len(await from_bot(branch, "zhangwei-8123")) == 1
    assert len(await from_bot(branch, "lilei")) == 1


async def test_a_process_that_is_stopped_inside_a_transaction_does_not_hold_up_the_others(postgres_url: str) -> None:
    given = connection(postgres_url)["credentials"]
    stopped = await asyncpg.connect(**{name: given[name] for name in ("host", "port", "user", "password", "database")})
    store = Store(postgres_url)
    await store.open()
    try:
        await stopped.execute("BEGIN")
        await stopped.execute(ONE_WRITER)
        async with asyncio.timeout(15):
            await store.transact(lambda: audit.record(Act(START, "test"), None, "tried", ("attempt", "E1", 1)))
        assert await AuditRecord.all().count() == 1
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await stopped.execute("COMMIT")
    finally:
        stopped.terminate()
        await store.close()


async def test_a_gateway_and_a_worker_share_one_sqlite_file(home: Path, sqlite_url: str) -> None:
    company = SplitBranch(home, sqlite_url)
    async with opened(company):
        card = await located(company, "wangfang", "8123")
        await company.taps("wangfang", card, "confirm")
        await company.card("wangfang", "前可撤销", "尾号8123")
        await company.passes(61)
        await company.sees("zhangwei-8123", "已取消")
        await company.card("wangfang", "已取消", "尾号8123")
        await cancelled_once(company, "8123")
        assert len(await from_bot(company, "zhangwei-8123")) == 1
        assert len(await from_bot(company, "wangfang")) == 1


class SplitBranch(Branch):
    """A company whose doors and deliveries are two programs."""

    async def start_bot(self) -> None:
        await self.add_bot("gateway")
        await self.add_bot("worker")
        await self.until(self._ready, "the bot is connected")
