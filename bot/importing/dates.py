"""Dates as they stand in files. Several accepted forms may fit one text; where they disagree nobody guesses."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.importing.mapping import Dates
from bot.importing.report import Fault
from handlers.reading.dates import DateError, When, read_all_when
from handlers.reading.found import ZONE
from handlers.reading.text import plain, without

LONGEST = 60
YEARS = range(1990, 2101)
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day 0 has no zone
_EARLY, _LATE = datetime(1990, 1, 2, tzinfo=ZONE), datetime(2093, 8, 20, tzinfo=ZONE)
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_YEARLESS = re.compile(r"\d{1,2}\s?(?P<mark>[-/.月])\s?\d{1,2}(?!\d|\s?[-/.年]\s?\d)")
_SAYS_NOTHING = re.compile(r"[\s(),.;:\[\]【】]|北京时间|准时|开始")
_CLOCK = re.compile(r"[T ]\d")
_DASHES = str.maketrans("–—−‐‑", "-----")


@dataclass(frozen=True)
class Reader:
    """How one file's dates are read: the mapping's forms, the zone of times without one, and today."""

    dates: Dates
    zone: ZoneInfo
    now: datetime

    def read(self, text: str) -> datetime:
        """Return the moment in UTC, or raise Fault `date` or `date-ambiguous`."""
        said = " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
        if len(said) > LONGEST:
            raise Fault("date", "太长了，不像日期")
        try:
            moment = self._dated(said)
        except Fault:
            yearless = _YEARLESS.match(said)
            if not yearless:
                raise
            moment = self._in_year_meant(said, "年" if yearless["mark"] == "月" else yearless["mark"])
        self._check_range(moment, said)
        return moment

    def _dated(self, said: str) -> datetime:
        """Read a text that names its year, by every form that fits."""
        found, doubts = set[datetime](), list[Fault]()
        for form in self.dates.forms:
            try:
                found |= {self._placed(read) for read in _read(said, form)}
            except Fault as doubt:
                doubts.append(doubt)
        if len(found) > 1:
            choices = " 或 ".join(f"{each.astimezone(self.zone):%Y-%m-%d %H:%M}" for each in sorted(found))
            raise Fault("date-ambiguous", f"「{said}」可能是 {choices}")
        if not found:
            raise next(iter(doubts), Fault("date", f"读不懂「{said}」"))
        return found.pop()

    def _placed(self, read: datetime | date) -> datetime:
        """Give a day its time and a time its zone; at the edges of the calendar a zone would lead out of it."""
        if not date.min.year < read.year < date.max.year:
            raise Fault("date", f"{read.year} 年不会有面试，请核对年份")
        if not isinstance(read, datetime):
            if not self.dates.default_time:
                raise Fault("date", f"{read} 没有写几点")
            read = datetime.combine(read, time.fromisoformat(self.dates.default_time))
        return (read if read.tzinfo else read.replace(tzinfo=self.zone)).astimezone(UTC)

    def _in_year_meant(self, said: str, mark: str) -> datetime:
        """Read 11-25 15:00 in the year that the mapping says is meant."""
        if self.dates.year == "required":
            raise Fault("date-ambiguous", f"「{said}」没有写年份")
        if isinstance(self.dates.year, int):
            return self._dated(f"{self.dates.year}{mark}{said}")
        today = self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        doubt = Fault("date", f"读不懂「{said}」")
        for year in range(today.year, today.year + 9):  # the next 29 February may be eight years away
            try:
                moment = self._dated(f"{year}{mark}{said}")
            except Fault as fault:
                doubt = fault
                continue
            if moment >= today:
                return moment
        raise doubt

    def _check_range(self, moment: datetime, said: str) -> None:
        day = moment.astimezone(self.zone).date()
        first, last = self.dates.not_before or date(YEARS[0], 1, 1), self.dates.not_after or date(YEARS[-1], 12, 31)
        if not first <= day <= last:
            raise Fault("date", f"「{said}」不在 {first} 到 {last} 之间")


def _read(said: str, form: str) -> Iterator[datetime | date]:
    if form == "iso":
        return _iso(said)
    if form == "excel":
        return _excel(said)
    return _chinese(said) if form == "chinese" else _formed(said, form)


def _iso(said: str) -> Iterator[datetime | date]:
    try:
        read = datetime.fromisoformat(said)
    except ValueError:
        return
    yield read if _CLOCK.search(said) else read.date()


def _excel(said: str) -> Iterator[datetime | date]:
    """Read the number of days since 1899-12-30 that a spreadsheet keeps behind a date."""
    if _SERIAL.fullmatch(said):
        minutes = round(float(said) * 24 * 60)
        read = _EXCEL_EPOCH + timedelta(minutes=minutes)
        yield read if minutes % (24 * 60) else read.date()


def _formed(said: str, form: str) -> Iterator[datetime | date]:
    """Read by strptime, as written or without the blanks people put around marks (`25 - Apr-16`)."""
    for text in dict.fromkeys((said, re.sub(r"\s*([-/.:])\s*", r"\1", said))):
        try:
            read = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the mapping's
        except ValueError:
            continue
        yield read if re.search(r"%[HIcXTR]", form) else read.date()
        return


def _chinese(said: str) -> Iterator[datetime | date]:
    """Read as a chat message is read, but only what means the same on every day: 明天 means nothing in a file."""
    early, late = read_all_when(said, _EARLY), read_all_when(said, _LATE)
    if not early or not late:
        return
    if isinstance(early[0], DateError):
        raise Fault("date", early[0].message)
    if isinstance(late[0], DateError) or late[0].start != early[0].start:
        raise Fault("date", f"「{said}」要写成带年份的日期")
    if len(early) > 1 or _SAYS_NOTHING.sub("", without(plain(said), early[0].spans)):
        raise Fault("date-ambiguous", f"「{said}」里不止一个时间，或有多余的字")
    yield _absolute(said, early[0])


def _absolute(said: str, when: When) -> datetime | date:
    if when.ask and not when.past:
        raise Fault("date-ambiguous", when.ask)
    if not when.exact and when.end - when.start != timedelta(days=1):
        raise Fault("date-ambiguous", f"「{said}」是一段时间，只写开始的时间")
    start = when.start.replace(tzinfo=None)
    return start if when.exact else start.date()
