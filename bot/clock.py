"""Business time: the real clock plus an offset that only a demo home can move."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from bot.settings import Settings


class Clock:
    """Tell what time it is for the business.

    Nothing below `bot/` reads the wall clock; it is handed `clock.now` or a moment taken from it. In a demo the
    sandbox moves business time by writing `{"offset_s": seconds}`, which every process follows.
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        self._file = offset_file
        self._written = 0
        self._offset = timedelta(0)
        self._follow_file()

    @classmethod
    def of(cls, settings: "Settings") -> Self:
        """Return the clock of an installation: a demo's follows the demo's file."""
        return cls(settings.demo.clock_file if settings.demo else None)

    def now(self) -> datetime:
        """Return business time, aware, in UTC."""
        self._follow_file()
        return datetime.now(UTC) + self._offset

    def follow(self, offset_s: float) -> None:
        """Take over the offset (business minus real time, in seconds) that the sandbox announced."""
        self._offset = timedelta(seconds=offset_s)

    def _follow_file(self) -> None:
        """Read the file when it has changed: the sandbox announces a move to one process, and others run beside it."""
        if self._file is None:
            return
        try:
            written = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if written != self._written:
            self._offset, self._written = timedelta(seconds=_stored_offset(self._file)), written

    def monotonic(self) -> float:
        """Return seconds for time limits and watchdogs; real, it never jumps with business time."""
        return time.monotonic()


def _stored_offset(file: Path) -> float:
    try:
        return float(json.loads(file.read_text(encoding="utf-8"))["offset_s"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise ValueError(f'{file}: 应为 {{"offset_s": 秒数}}') from wrong
