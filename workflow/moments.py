"""How a moment is written for people, always in Asia/Shanghai."""

from datetime import datetime

from models import Booking
from workflow.acting import local

WEEKDAYS = "一二三四五六日"


def when(moment: datetime, since: datetime) -> str:
    """Return a moment as people read it: 11月24日 周二 15:00 (Asia/Shanghai); with its year if `since` had another."""
    here = local(moment)
    year = "" if here.year == local(since).year else f"{here.year}年"
    return f"{year}{here.month}月{here.day}日 周{WEEKDAYS[here.weekday()]} {here:%H:%M}"


def when_of(booking: Booking) -> str:
    """Return when an interview begins, as people read it."""
    return when(booking.starts_at, booking.created_at)


def clock(moment: datetime) -> str:
    """Return the clock time: 10:16."""
    return f"{local(moment):%H:%M}"


def clock_after(moment: datetime) -> str:
    """Return the clock time of a limit: 10:16, or with its seconds when it has any, so that it never lies."""
    here = local(moment)
    whole = here.replace(second=0, microsecond=0)
    return f"{whole:%H:%M}" if whole == here else f"{here:%H:%M:%S}"
