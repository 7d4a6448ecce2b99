"""From what was said about a time to the half-open range that the store is asked for."""

from datetime import datetime, timedelta

from handlers.reading.dates import When

MINUTE = timedelta(minutes=1)


def between(when: When | None) -> tuple[datetime, datetime] | None:
    """Return the range; an exact minute is a range of one minute, nothing said is none."""
    return (when.start, max(when.end, when.start + MINUTE)) if when else None
