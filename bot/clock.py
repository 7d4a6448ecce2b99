"""Business time: the real clock plus an offset that only a demo home can move."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Tell what time it is for the business.

    Nothing below `bot/` reads the wall clock; it is handed `clock.now` or a moment taken from it. In a demo the
    sandbox moves business time by writing `{"offset_s": seconds}` and telling every process to follow.
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset = timedelta(seconds=_stored_offset(offset_file) if offset_file else 0.0)

    def now(self) -> datetime:
        """Return business time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def follow(self, offset_s: float) -> None:
        """Take over the offset (business minus real time, in seconds) that the sandbox announced."""
        self._offset = timedelta(seconds=offset_s)

    def monotonic(self) -> float:
        """Return seconds for time limits and watchdogs; real, it never jumps with business time."""
        return time.monotonic()


def _stored_offset(file: Path) -> float:
    if not file.exists():
        return 0.0
    try:
        return float(json.loads(file.read_text(encoding="utf-8"))["offset_s"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise ValueError(f'{file}: 应为 {{"offset_s": 秒数}}') from wrong
