"""送达回执: what a platform took is not yet what a candidate has (I4). Without a receipt in time, the next channel."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable
from uuid import UUID

from models import (
    Account,
    Attempt,
    AttemptOutcome,
    Booking,
    CancellationRequest,
    OutboxMessage,
    OutboxStatus,
    Platform,
)
from models.store import Store
from notifier import claims
from notifier.channels import in_order
from notifier.noting import is_candidates, note
from notifier.plain_channels import Channels
from platforms.errors import PlatformError
from workflow import delivering, outbox
from workflow.acting import Act
from workflow.canonical import stamp

WITH_RECEIPTS = frozenset({Platform.SMS})  # WeChat, WeCom and DingTalk's robot give none, and a mail only bounces
WITHIN = timedelta(minutes=10)  # carriers answer in seconds; a phone that is off for longer is one to be called
AT_LEAST = timedelta(minutes=1)
CALL_AHEAD = timedelta(minutes=30)  # what HR needs to call before the candidate sets out for nothing
OPEN = (AttemptOutcome.SENT, AttemptOutcome.UNKNOWN)


@runtime_checkable
class Traceable(Protocol):
    """A channel that can be asked for a receipt."""

    async def has_arrived(self, address: str, key: str, sent_at: datetime) -> bool | None:
        """Tell whether what was sent under this key arrived; None while nobody knows."""


def due_at(now: datetime, starts_at: datetime) -> datetime:
    """Return until when the receipt of what is sent now is waited for: not so long that HR could not call in time."""
    return now + max(AT_LEAST, min(WITHIN, starts_at - CALL_AHEAD - now))


async def expect(act: Act, row: OutboxMessage, attempt_id: object) -> None:
    """Wait for the receipt of a notice that a platform has just taken, in the caller's transaction."""
    booking = await Booking.get(id=row.booking_id)
    await outbox.post(
        act,
        "receipt",
        row.topic,
        not_before=due_at(act.now, booking.starts_at),
        booking=booking,
        payload={"attempt": str(attempt_id)},
        dedupe=f"receipt:{attempt_id}",
    )


async def attempt_of(platform: Platform, provider_id: str, reference: str = "") -> Attempt | None:
    """Find the try that a platform speaks of, by its own id or by ours (the row's id in hex)."""
    tries = Attempt.filter(platform=str(platform)).order_by("-started_at").prefetch_related("message")
    found = await tries.filter(provider_id=provider_id).first() if provider_id else None
    try:
        return found or await tries.filter(message_id=UUID(hex=reference)).first()
    except ValueError:
        return found


async def arrived(act: Act, attempt: Attempt, at: datetime) -> None:
    """Note a receipt, in the caller's transaction; `at` is when the carrier says it arrived.

    One that comes late settles what was begun without it: another channel is not used, nobody has to call.
    """
    undecided = Attempt.filter(id=attempt.id, outcome__in=(*OPEN, AttemptOutcome.FAILED))
    if not await undecided.update(outcome=AttemptOutcome.ARRIVED, error=""):
        return
    row = attempt.message
    if is_candidates(row):
        proof = {"channel": attempt.platform, "provider": attempt.provider_id, "receipt": stamp(at)}
        await note(act, row, "notice.delivered", proof)
        await delivering.no_longer_owed(act, row)


async def lost(act: Act, attempt: Attempt, why: str) -> None:
    """Say it again on the next channel, in the caller's transaction; without one a person is asked to call."""
    if not await Attempt.filter(id=attempt.id, outcome__in=OPEN).update(outcome=AttemptOutcome.FAILED, error=why):
        return
    row = attempt.message
    if not is_candidates(row):
        return
    payload = json.loads(row.payload) if row.payload else {}
    without = sorted({*payload.get("without", ()), str(attempt.platform)})
    booking = await Booking.get(id=row.booking_id).prefetch_related("candidate")
    left = [each for each in await outbox.accounts_of(booking.candidate) if each.platform not in without]
    following = [str(each.platform) for each in in_order(left, booking.candidate.preferred, act.now)][:1]
    await note(act, row, "notice.lost", {"channel": attempt.platform, "next": following}, why)
    await outbox.post(
        act,
        "notice",
        row.topic,
        booking=booking,
        request=await CancellationRequest.get_or_none(id=row.request_id),
        payload={**payload, "without": without},
        dedupe=f"instead:{row.id}:{attempt.platform}",
    )


@dataclass(frozen=True)
class Receipts:
    """Delivers `receipt` rows: the time to wait is over."""

    store: Store
    channels: Channels
    now: Callable[[], datetime]

    async def deliver(self, row: OutboxMessage) -> None:
        """Ask once more whether it arrived, go on to the next channel if not, and settle the row."""
        attempt = await Attempt.get(id=json.loads(row.payload)["attempt"]).prefetch_related("message")
        known = await self._asked(attempt) if attempt.outcome in OPEN else None
        await self.store.transact(lambda: self._settle(row, attempt, known))

    async def _asked(self, attempt: Attempt) -> bool | None:
        """Ask the platform itself: its push may have been lost on the way."""
        row, channel = attempt.message, self.channels.get(Platform(attempt.platform))
        booking = await Booking.get(id=row.booking_id)
        account = await Account.filter(candidate_id=booking.candidate_id, platform=attempt.platform).first()
        if not isinstance(channel, Traceable) or account is None:
            return None
        try:
            return await channel.has_arrived(str(account.address), row.id.hex, attempt.started_at)
        except PlatformError:
            return None

    async def _settle(self, row: OutboxMessage, attempt: Attempt, known: bool | None) -> None:
        act = Act(self.now(), "clock", "system")
        if known:
            await arrived(act, attempt, act.now)
        else:
            await lost(act, attempt, "no-receipt" if known is None else "reported")
        await claims.settle(row, OutboxStatus.SENT, act.now)
