"""When a failed message is tried again. Pure; the moment is handed in."""

from datetime import datetime, timedelta

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary

SCHEDULE = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 300, 1800, 7200))


def next_attempt_at(error: PlatformError, attempts: int, now: datetime) -> datetime | None:
    """Return when to try again, or None to give up. `attempts` counts the tries so far, this one included."""
    if isinstance(error, Refused) or attempts > len(SCHEDULE):
        return None
    wait = SCHEDULE[attempts - 1]
    if isinstance(error, Temporary) and error.retry_after is not None:
        wait = max(wait, timedelta(seconds=error.retry_after))
    if isinstance(error, Misconfigured):
        wait = max(wait, timedelta(minutes=5))
    return now + wait
