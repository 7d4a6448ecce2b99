"""Business time: real time plus an offset that moves forward, told to the bot and written where the CLI reads it."""

import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

SHANGHAI = timezone(timedelta(hours=8))
Tell = Callable[[float], Awaitable[None]]


class Clock:
    """Run at real speed from a chosen start; only token ages, windows and what the rules see follow it.

    Transport time (deadlines, redelivery, heartbeats) is the event loop's and never jumps.
    """

    def __init__(self, start: datetime | None = None, clock_file: Path | None = None) -> None:
        self._offset = 0.0 if start is None else start.timestamp() - datetime.now(UTC).timestamp()
        self._file = clock_file
        self.tell: Tell | None = None
        if start is not None:
            self._write()

    @property
    def offset_s(self) -> float:
        """Tell business time minus real time."""
        return self._offset

    def now(self) -> datetime:
        """Tell business time, aware, in +08:00."""
        return (datetime.now(UTC) + timedelta(seconds=self._offset)).astimezone(SHANGHAI)

    def timestamp(self) -> float:
        """Tell business time in seconds since the epoch."""
        return self.now().timestamp()

    def ms(self) -> int:
        """Tell business time in milliseconds since the epoch."""
        return int(self.timestamp() * 1000)

    async def advance(self, seconds: float) -> None:
        """Move business time forward, and return when the bot has followed."""
        self._offset += seconds
        self._write()
        if self.tell is not None:
            await self.tell(self._offset)

    def _write(self) -> None:
        if self._file is None:
            return
        part = self._file.with_name(self._file.name + ".part")
        part.write_text(json.dumps({"offset_s": self._offset}), "utf-8")
        os.replace(part, self._file)
