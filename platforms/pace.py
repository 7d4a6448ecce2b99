"""Keeping under a platform's calls per second: whoever calls takes a slot first."""

import asyncio
from typing import Protocol


class Pace(Protocol):
    """Hands out slots, a row of them for each API; processes of one app may share the row."""

    async def wait(self, api: str) -> None:
        """Return when the next call to this API may leave."""


class OwnPace:
    """The slots of this process alone: `burst` at once after a rest, then `per_second`.

    In no second there are more than the sum of both.
    """

    def __init__(self, per_second: float, burst: int) -> None:
        self.interval = 1 / per_second
        self.slack = (burst - 1) * self.interval
        self._next: dict[str, float] = {}

    async def wait(self, api: str) -> None:
        """Take the next slot and sleep until it comes."""
        now = asyncio.get_running_loop().time()
        slot = max(self._next.get(api, now), now)
        self._next[api] = slot + self.interval
        await asyncio.sleep(max(0.0, slot - self.slack - now))
