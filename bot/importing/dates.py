"""Dates as they stand in files. Several accepted forms may fit one text; where they disagree nobody guesses."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
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
_SAYS_NOTHING = re.compile(r"[\s(),.;:\[\]【】]|北京时间|准时|开始|整")
_CLOCK = re.compile(r"[T ]\d")
_DASHES = str.maketrans("–—−‐‑", "-----")


def read_moment(text: str, dates: Dates, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the moment in UTC, or raise Fault `date` or `date-ambiguous`."""
    said = " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
    if len(said) > LONGEST:
        raise Fault("date", "太长了，不像日期")
    found, doubts = set[datetime](), list[Fault]()
    for form in dates.forms:
        try:
            found |= {_placed(read, dates, zone) for read in _read(said, form, dates, zone, now)}
        except Fault as doubt:
            doubts.append(doubt)
    if len(found) > 1:
        choices = " 或 ".join(f"{each.astimezone(zone):%Y-%m-%d %H:%M}" for each in sorted(found))
        raise Fault("date-ambiguous", f"「{said}」可能是 {choices}")
    if not found:
        raise next(iter(doubts), Fault("date", f"读不懂「{said}」"))
    return _in_range(found.pop(), said, dates, zone)


def _placed(read: "datetime | _Day", dates: Dates, zone: ZoneInfo) -> datetime:
    """Give a day its time and a time its zone."""
    if isinstance(read, _Day):
        if not dates.default_time:
            raise Fault("date", f"{read.start:%Y-%m-%d} 没有写几点")
        read = datetime.combine(read.start.date(), time.fromisoformat(dates.default_time))
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


class _Day:
    """A day without a time."""

    def __init__(self, start: datetime) -> None:
        self.start = start


def _read(said: str, form: str, dates: Dates, zone: ZoneInfo, now: datetime) -> Iterator[datetime | _Day]:
    if form == "iso":
        yield from _iso(said)
    elif form == "excel":
        yield from _excel(said)
    elif form == "chinese":
        yield from _chinese(_with_year(said, dates, zone, now), zone)
    else:
        yield from _formed(said, form, dates, zone, now)


def _iso(said: str) -> Iterator[datetime | _Day]:
    try:
        read = datetime.fromisoformat(said)
    except ValueError:
        return
    yield read if _CLOCK.search(said) else _Day(read)


def _excel(said: str) -> Iterator[datetime | _Day]:
    if _SERIAL.fullmatch(said):
        minutes = round(float(said) * 24 * 60)
        read = _EXCEL_EPOCH + timedelta(minutes=minutes)
        yield read if minutes % (24 * 60) else _Day(read)


def _formed(said: str, form: str, dates: Dates, zone: ZoneInfo, now: datetime) -> Iterator[datetime | _Day]:
    """Read by strptime, first as written, then without the blanks people put around marks (`25 - Apr-16`)."""
    for text in dict.fromkeys((said, re.sub(r"\s*([-/.:])\s*", r"\1", said))):
        try:
            read = _strptime(text, form, dates, zone, now)
        except ValueError:
            continue
        yield read if re.search(r"%[HIcXTR]", form) else _Day(read)
        return


def _strptime(text: str, form: str, dates: Dates, zone: ZoneInfo, now: datetime) -> datetime:
    if "%Y" in form or "%y" in form:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the mapping's
    return _in_some_year(lambda year: datetime.strptime(f"{year} {text}", f"%Y {form}"), text, dates, zone, now)  # noqa: DTZ007


def _chinese(said: str, zone: ZoneInfo) -> Iterator[datetime | _Day]:
    """Read as a chat message would be, but only what means the same whenever it is read: 明天 in a file means nothing."""
    early, late = read_all_when(said, _EARLY), read_all_when(said, _LATE)
    if not early or not late:
        return
    if isinstance(early[0], DateError):
        raise Fault("date", early[0].message)
    if len(early) > 1 or _SAYS_NOTHING.sub("", without(plain(said), early[0].spans)):
        raise Fault("date-ambiguous", f"「{said}」里不止一个时间，或有多余的字")
    if not isinstance(late[0], When) or late[0].start != early[0].start:
        raise Fault("date", f"「{said}」要写成带年份的日期")
    yield _absolute(said, early[0], zone)


def _absolute(said: str, when: When, zone: ZoneInfo) -> datetime | _Day:
    start = when.start.replace(tzinfo=zone)
    if when.ask and not when.past:
        raise Fault("date-ambiguous", when.ask)
    if when.exact:
        return start
    if when.end - when.start == timedelta(days=1):
        return _Day(start)
    raise Fault("date-ambiguous", f"「{said}」是一段时间，只写开始的时间")


def _with_year(said: str, dates: Dates, zone: ZoneInfo, now: datetime) -> str:
    """Put in front the year that the mapping says is meant where none was written."""
    match = _YEARLESS.match(said)
    if not match:
        return said
    mark = "年" if match["mark"] == "月" else match["mark"]

    def read(year: int) -> datetime:
        when = next(iter(read_all_when(f"{year}{mark}{said}", _EARLY)), None)
        if not isinstance(when, When):
            raise ValueError(said)
        return when.start

    chosen = _in_some_year(read, said, dates, zone, now)
    return f"{chosen.year}{mark}{said}"


def _in_some_year(
    read: "_InYear", said: str, dates: Dates, zone: ZoneInfo, now: datetime
) -> datetime:
    if isinstance(dates.year, int):
        return read(dates.year)
    this = now.astimezone(zone)
    if dates.year == "required":
        read_any = [year for year in range(this.year, this.year + 5) if _is_read(read, year)]
        if not read_any:
            raise ValueError(said)
        raise Fault("date-ambiguous", f"「{said}」没有写年份")
    for year in range(this.year, this.year + 9):  # 29 February may be eight years away
        if _is_read(read, year) and read(year).date() >= this.date():
            return read(year)
    raise ValueError(said)
