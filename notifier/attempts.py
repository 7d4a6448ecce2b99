"""投递尝试: noted before the call and ended after it: a crash between the two is an unknown outcome, not a guess."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from models import Attempt, AttemptOutcome, OutboxMessage
from models.store import Store
from notifier import claims
from platforms.errors import AlreadyDone, PlatformError, Unknown


@dataclass(frozen=True)
class Tried:
    """How one try ended: `error` is None when the platform took it; `attempt` is the id of what was noted of it."""

    platform: str
    provider_id: str = ""
    error: PlatformError | None = None
    attempt: object = None


@dataclass(frozen=True)
class Trier:
    """Makes tries; `now` is business time."""

    store: Store
    now: Callable[[], datetime]

    async def attempt(
        self,
        row: OutboxMessage,
        platform: str,
        content: str,
        send: Callable[[bool], Awaitable[str]],
        was_sent: Callable[[], Awaitable[bool | None]] | None = None,
    ) -> Tried:
        """Make one try. `send` is told whether an earlier one may have arrived, `was_sent` finds out where it can."""
        repeat = await claims.has_unknown(row, platform)
        attempt = Attempt(
            person_id=row.person_id,
            message=row,
            number=row.attempts,
            platform=platform,
            content=content,
            started_at=self.now(),
        )
        await claims.began(self.store, row, attempt)
        tried = replace(await _call(platform, repeat, send, was_sent), attempt=attempt.id)
        await self.store.transact(lambda: self._end(attempt, tried))
        return tried

    async def _end(self, attempt: Attempt, tried: Tried) -> None:
        attempt.ended_at, attempt.provider_id = self.now(), tried.provider_id[:160]
        attempt.outcome = AttemptOutcome.SENT
        if tried.error is not None:
            unknown = isinstance(tried.error, Unknown)
            attempt.outcome = AttemptOutcome.UNKNOWN if unknown else AttemptOutcome.FAILED
            attempt.error = str(tried.error)[:160]
        await attempt.save(update_fields=["ended_at", "provider_id", "outcome", "error"])


async def _call(
    platform: str,
    repeat: bool,
    send: Callable[[bool], Awaitable[str]],
    was_sent: Callable[[], Awaitable[bool | None]] | None,
) -> Tried:
    try:
        if repeat and was_sent is not None and await was_sent():
            return Tried(platform, "found")
        return Tried(platform, await send(repeat))
    except AlreadyDone:
        return Tried(platform, "already-done")
    except PlatformError as error:
        return Tried(platform, error=error)
