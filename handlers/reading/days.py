"""Days named by the calendar: 11月25日, 2026-11-25, 25号, 下个月5号, 12.5."""

import re
from datetime import date, datetime, timedelta
from re import Match
from typing import Final

from handlers.reading.found import Found, Reader, month_after, one, several, spoken, wrong
from handlers.reading.numerals import DIGIT, SMALL, number

_YEAR: Final = r"(?P<year>[0-9]{4}|[0-9]{2}|[零〇一二三四五六七八九]{4}|今|明|去|后)年"
_MONTH: Final = rf"(?:[0-9]{{1,2}}|十[一二]?|{DIGIT})"
_DAY_ENDS: Final = r"(?!线|楼|门|院|店|厅|机|馆|会议|桌|位|选手|候选|窗口|岗|文件|方案|间)"
_NOT_A_DATE: Final = r"(?![0-9a-z%/.:年点时岁页人轮级个天元万亿倍折分周月号日名位次小])"
_BETWEEN: Final = r"\s?(?:到|至|-|~)\s?"


def _year(text: str | None, today: date) -> int | None:
    if text is None:
        return None
    if text in "今明去后":
        return today.year + {"今": 0, "明": 1, "去": -1, "后": 2}[text]
    year = number(text)
    return year + 2000 if len(text) == 2 else year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_year(match: Match[str], year: int | None, month: int, day: int, today: date) -> Found:
    """Find the date meant; without a year the nearest, next year's when this year's is more than half a year gone."""
    this = _day(year or today.year, month, day)
    if this is None and year is None and (month, day) == (2, 29):
        this = _day(today.year + 1, 2, 29)
    if this is None or not 1990 <= this.year <= 2100:
        return wrong(match, f"没有 {match[0].strip()} 这一天")
    if year is None and (today - this).days > 180:
        return one(match, this.replace(year=this.year + 1))
    return one(match, this)


def _month_day(match: Match[str], now: datetime) -> Found | None:
    year, month = _year(match["year"], now.date()), number(match["month"])
    first = _in_year(match, year, month, number(match["day"]), now.date())
    if first.error or not match["day2"]:
        return first
    last = _day(first.first.year, number(match["month2"]) if match["month2"] else month, number(match["day2"]))
    if last is None or last < first.first:
        return wrong(match, f"没有 {match[0].strip()} 这段日期")
    return several(match, first.first, last + timedelta(days=1))


def _numeric(match: Match[str], now: datetime) -> Found | None:
    return _in_year(match, int(match["year"]), int(match["month"]), int(match["day"]), now.date())


def _short(match: Match[str], now: datetime) -> Found | None:
    """Read 11/25, 11-25 and 12.5; what is no month and day at all (4/50) is no date."""
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return _in_year(match, None, month, day, now.date())


def _day_of_month(match: Match[str], now: datetime) -> Found | None:
    today, day = now.date(), number(match["day"])
    months = {None: 0, "这": 0, "本": 0, "当": 0, "下下": 2, "下": 1, "次": 1, "上": -1}[match["which"]]
    if not 1 <= day <= 31:
        return wrong(match, f"没有 {match[0].strip()} 这一天")
    first = month_after(today, months)
    this = _day(first.year, first.month, day)
    if this is None and match["which"]:
        return wrong(match, f"{first.month} 月没有 {day} 号")
    after = _with_that_day(month_after(first, 1), day)
    if this is None:
        return one(match, after, ask=f"{first.month} 月没有 {day} 号，是否指 {spoken(after)}？")
    if match["day2"]:
        return _days_of_month(match, this, number(match["day2"]))
    return one(match, this, again=None if match["which"] else after)


def _with_that_day(first: date, day: int) -> date:
    """Give the first month from here that has such a day; two months in a row never both lack it."""
    return _day(first.year, first.month, day) or month_after(first, 1).replace(day=day)


def _days_of_month(match: Match[str], first: date, last_day: int) -> Found:
    last = _day(first.year, first.month, last_day)
    if last is None or last < first:
        return wrong(match, f"没有 {match[0].strip()} 这段日期")
    return several(match, first, last + timedelta(days=1))


def _month(match: Match[str], now: datetime) -> Found | None:
    """Read a month or a part of one: 月底, 下个月初, 12月中旬."""
    today, part = now.date(), match["part"]
    if match["month"]:
        month, year = number(match["month"]), _year(match["year"], today)
        if not 1 <= month <= 12:
            return wrong(match, f"没有 {match[0].strip()} 这个月")
        first = date(year or today.year + (1 if month < today.month - 6 else 0), month, 1)
    else:
        which = {"": 0, "这": 0, "本": 0, "当": 0, "下": 1, "下下": 2, "次": 1, "上": -1}[match["which"] or ""]
        first = month_after(today, which)
    end = month_after(first, 1)
    if not match["month"] and not match["which"] and not part:
        return None
    low, high = {"初": (0, 10), "上旬": (0, 10), "中": (10, 20), "中旬": (10, 20)}.get(part or "", (0, 31))
    if part in ("底", "末", "下旬"):
        low = (end - first).days - 7 if part != "下旬" else 20
    ask = f"「{match[0].strip()}」具体是哪一天？" if part else None
    return several(match, first + timedelta(days=low), min(end, first + timedelta(days=high)), ask)


def _year_end(match: Match[str], now: datetime) -> Found | None:
    return several(match, date(now.year, 12, 16), date(now.year + 1, 1, 1), f"「{match[0]}」具体是哪一天？")


READERS: Final[tuple[Reader, ...]] = (
    (
        re.compile(
            r"(?<![0-9])(?P<year>20[0-9]{2})\s?[-/.]\s?(?P<month>[0-9]{1,2})\s?[-/.]\s?(?P<day>[0-9]{1,2})(?!["
            r"0-9])"
        ),
        _numeric,
    ),
    (re.compile(r"(?<![0-9a-z-])(?P<year>20[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])(?![0-9-])"), _numeric),
    (
        re.compile(
            rf"(?:(?<![0-9]){_YEAR}\s?)?(?<![0-9])(?P<month>{_MONTH})\s?月份?\s?(?P<day>{SMALL})(?:\s?[日号]"
            rf"|(?![0-9个天.点份:年轮级]))"
            rf"(?:{_BETWEEN}(?:(?P<month2>{_MONTH})\s?月\s?)?(?P<day2>{SMALL})\s?[日号])?"
        ),
        _month_day,
    ),
    (
        re.compile(
            rf"(?P<year>(?!))?(?<![0-9])(?P<month>{_MONTH})\s?月\s?(?P<day>{SMALL}){_BETWEEN}(?P<month2>(?!))?("
            rf"?P<day2>{SMALL})\s?[日号]"
        ),
        _month_day,
    ),
    (
        re.compile(rf"(?<![0-9./:a-z第-])(?P<month>1[0-2]|0?[1-9])(?P<mark>[-/.])(?P<day>[0-9]{{1,2}}){_NOT_A_DATE}"),
        _short,
    ),
    (
        re.compile(
            rf"(?:(?P<which>下下|下|这|本|当|次|上)个?月\s?)?(?<![第0-9十廿百a-z-])(?P<day>{SMALL})"
            rf"(?:\s?[日号]?{_BETWEEN}(?P<day2>{SMALL}))?\s?(?:号{_DAY_ENDS}|日(?!内|后|之|以|前|间|游|起))"
        ),
        _day_of_month,
    ),
    (
        re.compile(
            rf"(?:(?:{_YEAR}\s?)?(?<![0-9个])(?P<month>{_MONTH})\s?月份?|(?P<which>下下|下|这|本|当|次"
            rf"|上)个?月份?|月(?=底|末|初|中旬|上旬|下旬|中(?!旬|国)))"
            r"(?P<part>底|末|初|中旬|上旬|下旬|中(?!旬|国|心))?(?![0-9])"
        ),
        _month,
    ),
    (re.compile(r"年底|年末"), _year_end),
)
"""Patterns over plain text, the surest first."""
