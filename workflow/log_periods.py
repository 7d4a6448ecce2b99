"""A period of a log: from one moment to another, or the days somebody wrote."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from workflow.acting import SHANGHAI, local


@dataclass(frozen=True)
class Period:
    """From `since` (aware, included) to `until` (not included); None is open."""

    since: datetime | None = None
    until: datetime | None = None


def days(first: str, last: str) -> Period:
    """Return the period of these days (2026-11-01), both included, in Asia/Shanghai; an empty text is open."""
    since = datetime.combine(date.fromisoformat(first), time(), SHANGHAI) if first else None
    until = datetime.combine(date.fromisoformat(last) + timedelta(days=1), time(), SHANGHAI) if last else None
    return Period(since, until)


def said(period: Period) -> str:
    """Return a period as people write it, its first and its last day."""
    first = f"{local(period.since):%Y-%m-%d}" if period.since else "最早"
    last = f"{local(period.until) - timedelta(seconds=1):%Y-%m-%d}" if period.until else "现在"
    return f"{first} 至 {last}"
