"""工作时间: lengths of working time on the office's clock, in Asia/Shanghai, by the calendar with its 调休. Pure.

Years whose days off are not published are counted as Monday to Friday, and `unpublished` names them: whoever shows or
keeps such a moment says so. The clock only ever reminds and tells people, so that an hour counted wrong asks somebody
too early or too late, and decides nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise, takewhile

from workflow.acting import SHANGHAI, local
from workflow.working_days import UnknownYear, is_known, is_working

NONE = timedelta(0)
MIDNIGHT = 24 * 60
SATURDAY = 5
SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class WrongOffice(ValueError):
    """Office hours that cannot be; the message says what is wrong, in Chinese."""


@dataclass(frozen=True)
class Office:
    """When people work on a working day: half-open spans in minutes after midnight, in order, never empty."""

    spans: tuple[tuple[int, int], ...] = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))

    @property
    def kept(self) -> list[str]:
        """Return the spans as rules and requests keep them: 09:00-12:00."""
        return [f"{_clock(first)}-{_clock(last)}" for first, last in self.spans]

    @property
    def said(self) -> str:
        """Say them: 09:00–12:00、13:00–18:00."""
        return "、".join(self.kept).replace("-", "–")


USUAL = Office()


def office_of(texts: object) -> Office:
    """Read spans as they are kept; nothing is the usual hours. Raises WrongOffice."""
    if texts is None or texts == () or texts == []:
        return USUAL
    if not isinstance(texts, (list, tuple)):
        raise WrongOffice('应为一组时间段，如 ["09:00-12:00", "13:00-18:00"]')
    spans = tuple(_span(str(each)) for each in texts)
    if any(next_[0] < one[1] for one, next_ in pairwise(spans)):
        raise WrongOffice("时间段要从早到晚，不能重叠")
    return Office(spans)


def _span(text: str) -> tuple[int, int]:
    read = SPAN.fullmatch(text)
    if read is None:
        raise WrongOffice(f"「{text}」应写成 09:00-12:00")
    hour, minute, until_hour, until_minute = (int(each) for each in read.groups())
    first, last = hour * 60 + minute, until_hour * 60 + until_minute
    if not first < last <= MIDNIGHT:
        raise WrongOffice(f"「{text}」的结束要晚于开始，最晚 24:00")
    return first, last


def later(start: datetime, length: timedelta, office: Office = USUAL) -> datetime:
    """Return the first moment at which so much working time has passed since `start`, in the time zone of `start`."""
    left, spans = length, _spans_from(start, office)
    if left <= NONE:
        return start
    while True:
        first, last = next(spans)
        begins = max(first, start)
        if begins + left <= last:
            return (begins + left).astimezone(start.tzinfo)
        left -= last - begins


def between(start: datetime, end: datetime, office: Office = USUAL) -> timedelta:
    """Return how much working time lies between two moments; nothing where the end is not later."""
    reached = takewhile(lambda span: span[0] < end, _spans_from(start, office))
    return sum((min(last, end) - max(first, start) for first, last in reached), NONE)


def unpublished(start: datetime, end: datetime) -> tuple[int, ...]:
    """Return the years, of those from one moment to another, whose days off are not published."""
    return tuple(year for year in range(local(start).year, local(end).year + 1) if not is_known(year))


def _spans_from(start: datetime, office: Office) -> Iterator[tuple[datetime, datetime]]:
    """Return the office's spans that end after a moment, one after the other."""
    day = local(start).date()
    while True:
        if is_office_day(day):
            for first, last in office.spans:
                if _at(day, last) > start:
                    yield _at(day, first), _at(day, last)
        day += timedelta(days=1)


def is_office_day(day: date) -> bool:
    """Tell whether people work on a day; in a year that is not published, from Monday to Friday."""
    try:
        return is_working(day)
    except UnknownYear:
        return day.weekday() < SATURDAY


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
