"""Every push and callback sent to the bot, with its answer, and a way to send one again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional

from sandbox.clock import Clock
from sandbox.errors import SandboxError

Resend = Callable[["Callback"], Awaitable["Callback"]]
"""Send the same thing once more: start a row with `again_of=` the one given, wait for its answer, return it."""


@dataclass
class Callback:
    """One delivery to the bot; `status` and `ms` stay None while, or if, nobody answers."""

    n: int
    at: datetime
    platform: str
    kind: str
    payload: Any
    raw: Any
    attempt: int
    resend: Resend | None
    origin: Optional["Callback"] = None
    tries: int = 1
    answer: Any = None
    status: int | None = None
    ms: float | None = None

    def answered(self, answer: Any, ms: float, status: int = 200) -> None:
        """Keep what the bot said to this delivery."""
        self.answer = answer
        self.ms = round(ms, 1)
        self.status = status

    def row(self) -> dict[str, Any]:
        """Show this delivery as the control API does."""
        row = {
            "n": self.n,
            "at": self.at.isoformat(timespec="milliseconds"),
            "platform": self.platform,
            "kind": self.kind,
            "payload": self.payload,
            "answer": self.answer,
            "status": self.status,
            "ms": self.ms,
            "attempt": self.attempt,
        }
        return row if self.raw is None else row | {"raw": self.raw}


class Callbacks:
    """Number the deliveries."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: list[Callback] = []

    def start(
        self,
        platform: str,
        kind: str,
        payload: Any,
        raw: Any = None,
        resend: Resend | None = None,
        again_of: Callback | None = None,
    ) -> Callback:
        """Open the row of a delivery that is about to be sent; a repeat names the row it repeats."""
        origin = again_of.origin or again_of if again_of else None
        attempt = 1
        if origin is not None:
            origin.tries += 1
            attempt, resend = origin.tries, resend or origin.resend
        n = len(self._rows) + 1
        row = Callback(n, self._clock.now(), platform, kind, payload, raw, attempt, resend, origin)
        self._rows.append(row)
        return row

    def rows(self, after: int) -> list[dict[str, Any]]:
        """List the deliveries after a number."""
        return [row.row() for row in self._rows[max(0, after) :]]

    async def redeliver(self, n: int, times: int, concurrently: bool) -> list[dict[str, Any]]:
        """Send a past delivery again, as its platform would, and tell each answer."""
        if not 1 <= n <= len(self._rows):
            raise SandboxError(404, f"no callback {n}", "GET /sandbox/callbacks lists them")
        first = self._rows[n - 1]
        if first.resend is None:
            raise SandboxError(409, f"{first.kind} is never sent again", "")
        if concurrently:
            rows = list(await asyncio.gather(*(first.resend(first) for _ in range(times))))
        else:
            rows = [await first.resend(first) for _ in range(times)]
        return [{"status": row.status, "ms": row.ms} for row in rows]
