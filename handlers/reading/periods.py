"""Periods that are over or running, for searches and exports: 2026年, 2021年到2026年, 近五年, 2026-01-01 至 2026-06."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from handlers.reading.numerals import SMALL, number
from handlers.reading.text import plain

_YEAR: Final = r"(?:(?:19|20)[0-9]{2}年?(?![0-9])|今年|去年|前年)"
_MONTH: Final = r"(?:(?:19|20)[0-9]{2}(?:年|-|/|\.)(?:1[0-2]|0?[1-9])月?(?![0-9])|本月|这个月|上个?月)"
_DAY: Final = (
    r"(?:(?:19|20)[0-9]{2}(?:年|-|/|\.)(?:1[0-2]|0?[1-9])(?:月|-|/|\.)(?:3[01]|[12][0-9]|0?[1-9])日?(?![0-9])"
    "|今天|昨天)"
)
_ONE: Final = f"{_DAY}|{_MONTH}|{_YEAR}"
_RANGE: Final = re.compile(
    rf"(?<![a-z0-9-])(?P<first>{_ONE})(?:\s?(?:到|至|—+|-|~)\s?(?P<last>{_ONE}))?(?:之?间|期间)?"
)
_LATELY: Final = re.compile(rf"(?:最近|近|过去)(?P<n>{SMALL}|半)个?(?P<unit>年|月|周|星期|天|日)(?:以?来|之?内)?")
_AGO: Final = {"今年": 0, "去年": 1, "前年": 2}


@dataclass(frozen=True)
class Days:
    """A first and a last day, both included, and the text without the words that said so."""

    first: date
    last: date
    rest: str


def period_in(text: str, now: datetime) -> Days | None:
    """Read the first period of a text; `now` is on the clock of Asia/Shanghai. None when there is none, or no such day.

    A range that is written backwards is read forwards.
    """
    said = plain(text)
    if lately := _LATELY.search(said):
        return Days(_back(now.date(), lately), now.date(), _without(said, lately))
    found = _RANGE.search(said)
    if found is None:
        return None
    try:
        spans = [_span(each, now.date()) for each in (found["first"], found["last"]) if each]
    except ValueError:
        return None
    return Days(min(spans)[0], max(each[1] for each in spans), _without(said, found))


def _without(said: str, found: re.Match[str]) -> str:
    return " ".join(f"{said[: found.start()]} {said[found.end() :]}".split())


def _back(today: date, lately: re.Match[str]) -> date:
    """Return the first day of the last so many years, months, weeks or days, today included."""
    half, unit = lately["n"] == "半", lately["unit"]
    count = 1 if half else number(lately["n"])
    if unit in ("年", "月"):
        months = (6 if half else 12 * count) if unit == "年" else count
        place = today.year * 12 + today.month - 1 - months
        year, month = divmod(max(place, 12), 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1])) + timedelta(days=1)
    return today - timedelta(days=count * (1 if unit in ("天", "日") else 7) - 1)


def _span(word: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of one word; ValueError when there is no such day."""
    if word in _AGO:
        return date(today.year - _AGO[word], 1, 1), date(today.year - _AGO[word], 12, 31)
    if word in ("今天", "昨天"):
        day = today - timedelta(days=word == "昨天")
        return day, day
    if word.endswith("月") and not word[0].isdigit():
        last = today if word in ("本月", "这个月") else today.replace(day=1) - timedelta(days=1)
        return _of(last.year, last.month)
    return _of(*(int(each) for each in re.findall("[0-9]+", word)))


def _of(year: int, month: int = 0, day: int = 0) -> tuple[date, date]:
    if day:
        return date(year, month, day), date(year, month, day)
    if month:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, 1, 1), date(year, 12, 31)
