"""What DingTalk counts: calls per second of one API, and calls and Stream messages per month of the organisation."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.dingtalk.errors import MONTH_LIMIT, QPS_LIMIT, ApiError


@dataclass
class Bucket:
    """A token bucket of real time."""

    level: float
    at: float


@dataclass
class Limits:
    """Count, and refuse what is too fast; the monthly limits (standard edition: 5,000 and 3,000) refuse when set."""

    clock: Clock
    per_second: float = 20.0
    api_limit: int | None = None
    stream_limit: int | None = None
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _api: Counter[str] = field(default_factory=Counter)
    _stream: Counter[str] = field(default_factory=Counter)

    def call(self, api: str, counted: bool) -> None:
        """Take one call of an API, or refuse it before anything is done; a refused call is not counted."""
        month = self._month()
        if counted and self.api_limit is not None and self._api[month] >= self.api_limit:
            raise ApiError(MONTH_LIMIT, status=403)
        if not self._fits(api):
            raise ApiError(QPS_LIMIT, status=403)
        if counted:
            self._api[month] += 1

    def stream(self) -> bool:
        """Count one Stream or webhook message; tell whether it is still within the month's limit."""
        month = self._month()
        self._stream[month] += 1
        return self.stream_limit is None or self._stream[month] <= self.stream_limit

    def counts(self) -> dict[str, int | None]:
        """Tell what this month has cost."""
        month = self._month()
        return {
            "api": self._api[month],
            "api_limit": self.api_limit,
            "stream": self._stream[month],
            "stream_limit": self.stream_limit,
        }

    def _fits(self, api: str) -> bool:
        now = asyncio.get_running_loop().time()
        bucket = self._buckets.setdefault(api, Bucket(self.per_second, now))
        bucket.level = min(self.per_second, bucket.level + (now - bucket.at) * self.per_second)
        bucket.at = now
        if bucket.level < 1:
            return False
        bucket.level -= 1
        return True

    def _month(self) -> str:
        return self.clock.now().strftime("%Y-%m")
