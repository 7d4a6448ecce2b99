"""Watches this machine's own clock: how far it is from the platforms' (their Date header), and whether it jumps.

Only the real clock is looked at. A demo's clock is moved by an offset that is no step of it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime

import structlog

from workflow import clocking

EVERY_S = 5.0
STEP_MS = 1000  # a smaller difference between two looks is steering, not a step
HALF_A_SECOND_MS = 500  # a Date header is cut to whole seconds
log = structlog.get_logger(__name__)
Tell = Callable[[int], Awaitable[object]]


def steady() -> float:
    """Return seconds that go on while the machine sleeps and that nobody can set."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class ClockWatch:
    """Compares `wall` (seconds since the epoch) with `steady`; `tell` records a step, in milliseconds."""

    def __init__(
        self, tell: Tell, *, wall: Callable[[], float] = time.time, steady: Callable[[], float] = steady
    ) -> None:
        self._tell = tell
        self._wall = wall
        self._steady = steady
        self._ahead = wall() - steady()
        self._untold_ms = 0

    async def run(self) -> None:
        """Look every few seconds, for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except Exception:
                log.exception("a step of the clock could not be recorded")

    async def look(self) -> None:
        """Record a step since the last look; one that could not be recorded is told the next time."""
        ahead = self._wall() - self._steady()
        moved_ms, self._ahead = round((ahead - self._ahead) * 1000), ahead
        if abs(moved_ms) > STEP_MS:
            self._untold_ms += moved_ms
            clocking.state.step = True
        if clocking.state.step:
            await self._tell(self._untold_ms)
            self._untold_ms, clocking.state.step = 0, False

    def heard(self, headers: Mapping[str, str]) -> None:
        """Keep how far we are ahead of whoever answered just now; an answer without a readable Date says nothing."""
        try:
            theirs = parsedate_to_datetime(headers.get("Date", "")).timestamp()
        except (TypeError, ValueError):
            return
        clocking.state.off_ms = round((self._wall() - theirs) * 1000) - HALF_A_SECOND_MS
