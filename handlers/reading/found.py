"""What the readers of days hand to the reader of dates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from re import Match, Pattern
from typing import TypeAlias
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Found:
    """Days (half-open) or, where the clock counts, `moments`; `again` is the day meant if the first is over.

    `asks_if_past` is false for what was said of the past on purpose (昨天): there is nothing better to propose.
    """

    span: tuple[int, int]
    first: date
    last: date
    ask: str | None = None
    error: str | None = None
    moments: tuple[datetime, datetime] | None = None
    again: date | None = None
    weekday: bool = False  # said as a weekday, so it may only repeat the date before it
    bound: str | None = None  # "before" or "after": an open end


Read: TypeAlias = Callable[[Match[str], datetime], Found | None]
Reader: TypeAlias = tuple[Pattern[str], Read]


def one(
    match: Match[str], day: date, *, ask: str | None = None, again: date | None = None, weekday: bool = False
) -> Found:
    """Report one day."""
    return Found(match.span(), day, day + timedelta(days=1), ask, again=again, weekday=weekday)


def several(match: Match[str], first: date, last: date, ask: str | None = None) -> Found:
    """Report days from the first up to, not including, the last."""
    return Found(match.span(), first, last, ask)


def wrong(match: Match[str], message: str) -> Found:
    """Report a date that cannot be."""
    return Found(match.span(), date.min, date.min, error=message)


def monday_of(day: date) -> date:
    """Give the Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def month_after(day: date, months: int) -> date:
    """Give the first day of the month so many months on."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def midnight(day: date) -> datetime:
    """Give the moment a day begins in Shanghai."""
    return datetime.combine(day, time(), ZONE)


def spoken(day: date) -> str:
    """Write a day as people are shown it: 11-25 周三."""
    return f"{day:%m-%d} 周{WEEKDAYS[day.weekday()]}"
