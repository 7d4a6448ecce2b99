"""Days named from where we stand: 明天, 下周三, 三天后, 48小时内, 这几天, 国庆后第一个工作日."""

import re
from datetime import date, datetime, timedelta
from re import Match
from typing import Final

from handlers.reading.found import Found, Read, Reader, midnight, monday_of, month_after, one, several, spoken, wrong
from handlers.reading.holidays import holiday, moved_working_day, working_day
from handlers.reading.numerals import SMALL, number
from workflow.working_days import UnknownYear

_RELATIVE: Final = {"大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "后": 2, "大后": 3}
_ENGLISH: Final = {
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "tmr": 1,
    "tmrw": 1,
    "day after tomorrow": 2,
    "yesterday": -1,
}
_ENGLISH_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENGLISH_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HOLIDAYS: Final = (
    "元旦|春节|过年|清明节?|五一|劳动节|端午节?|中秋节?|国庆节?|十一(?=后|假|长假|黄金周|之后|以后|前|放假|期间|当天)"
)


def _relative(match: Match[str], now: datetime) -> Found | None:
    return one(match, now.date() + timedelta(days=_RELATIVE[match["which"]]))


def _english_day(match: Match[str], now: datetime) -> Found | None:
    return one(match, now.date() + timedelta(days=_ENGLISH[match[0]]))


def _english_weekday(match: Match[str], now: datetime) -> Found | None:
    today, weekday = now.date(), _ENGLISH_DAYS.index(match["day"])
    if match["which"] == "next":
        day = monday_of(today) + timedelta(days=7 + weekday)
        return one(match, day, ask=f"next {match['day']} 是 {spoken(day)} 吗？")
    return one(match, today + timedelta(days=(weekday - today.weekday()) % 7), weekday=True)


def _english_date(match: Match[str], now: datetime) -> Found | None:
    month = _ENGLISH_MONTHS.index(match["month"]) + 1
    try:
        day = date(now.year, month, int(match["day"]))
    except ValueError:
        return wrong(match, f"没有 {match[0]} 这一天")
    return one(match, day.replace(year=now.year + 1) if (now.date() - day).days > 180 else day)


def _english_week(match: Match[str], now: datetime) -> Found | None:
    first = monday_of(now.date()) + timedelta(days=7 if match["which"] == "next" else 0)
    return several(match, first, first + timedelta(days=7))


def _two_days(match: Match[str], now: datetime) -> Found | None:
    first = 0 if match[0].startswith("今") else 1
    day = now.date() + timedelta(days=first)
    return several(
        match, day, day + timedelta(days=2), f"「{match[0]}」是 {spoken(day)} 还是 {spoken(day + timedelta(days=1))}？"
    )


def _weekday(match: Match[str], now: datetime) -> Found | None:
    """Read a weekday in ISO weeks; one without 这/下 is the next to come."""
    today, char, which = now.date(), match["day"], match["which"] or ""
    weekday = 6 if char in "天7" else "一二三四五六日".find(char) if char in "一二三四五六日" else int(char) - 1
    if not which:
        return one(
            match,
            today + timedelta(days=(weekday - today.weekday()) % 7),
            again=_week_later(weekday, today),
            weekday=True,
        )
    weeks = which.count("下") - which.count("上")
    day = monday_of(today) + timedelta(days=7 * weeks + weekday)
    return one(match, day, again=day + timedelta(days=7) if weeks == 0 else None, weekday=True)


def _week_later(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7 + 7)


def _week(match: Match[str], now: datetime) -> Found | None:
    which = match["which"]
    first = monday_of(now.date()) + timedelta(days=7 * (which.count("下") - which.count("上")))
    part = match["part"] or ""
    if part == "初":
        return several(match, first, first + timedelta(days=2), f"「{match[0]}」具体是周几？")
    if part.startswith("前") or part.startswith("后"):
        start = first + timedelta(days=0 if part.startswith("前") else 3)
        return several(match, start, start + timedelta(days=3), f"「{match[0]}」具体是周几？")
    return several(match, first, first + timedelta(days=7))


def _weekend(match: Match[str], now: datetime) -> Found | None:
    which = match["which"] or ""
    first = monday_of(now.date()) + timedelta(days=7 * (which.count("下") - which.count("上")) + 5)
    ask = f"「{match[0]}」是 {spoken(first)} 还是 {spoken(first + timedelta(days=1))}？"
    return several(match, first, first + timedelta(days=2), ask)


_UNITS: Final[dict[str, timedelta]] = {
    "分钟": timedelta(minutes=1),
    "分": timedelta(minutes=1),
    "刻钟": timedelta(minutes=15),
    "小时": timedelta(hours=1),
    "钟头": timedelta(hours=1),
    "h": timedelta(hours=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "周": timedelta(days=7),
    "星期": timedelta(days=7),
    "礼拜": timedelta(days=7),
}


def _moved(now: datetime, amount: float, unit: str, direction: int) -> datetime:
    if unit in ("月", "年"):
        first = month_after(now.date(), direction * round(amount * (1 if unit == "月" else 12)))
        last = (month_after(first, 1) - timedelta(days=1)).day
        return now.replace(year=first.year, month=first.month, day=min(now.day, last))
    return now + direction * amount * _UNITS[unit]


def _offset(match: Match[str], now: datetime) -> Found | None:
    """Read 三天后 as that day at this clock time, 48小时内 as the window from now."""
    end, unit = match["end"], match["unit"]
    half = 0.5 if match["half"] or match["half2"] else 0.0
    amount = 0.5 if match["n"] == "半" else (float(match["n"]) if "." in match["n"] else number(match["n"])) + half
    if unit in ("月", "年") and amount > 240:
        return wrong(match, f"「{match[0]}」太远了")
    within, back = end.endswith("内"), end.endswith("前")
    at = _moved(now, amount, unit, -1 if back else 1)
    moments = (now, at) if within else (at, at)
    return Found(match.span(), at.date(), at.date() + timedelta(days=1), moments=moments)


def _few_days(match: Match[str], now: datetime) -> Found | None:
    today = now.date()
    low, high = {"两": (1, 4), "2": (1, 4), "几": (2, 8)}.get(match["n"], (0, 4))
    return several(match, today + timedelta(days=low), today + timedelta(days=high), f"「{match[0]}」具体是哪一天？")


def _lately(match: Match[str], now: datetime) -> Found | None:
    today = now.date()
    days = {"这两天": 2, "这几天": 4, "这阵子": 8}.get(match[0], 8)
    return several(match, today, today + timedelta(days=days), f"「{match[0]}」具体是哪一天？")


def _known(read: Read) -> Read:
    """Say 无节假日数据 where the calendar ends instead of guessing."""

    def careful(match: Match[str], now: datetime) -> Found | None:
        try:
            return read(match, now)
        except UnknownYear as unknown:
            return wrong(match, str(unknown))

    return careful


def _holiday(match: Match[str], now: datetime) -> Found | None:
    name = match["name"]
    first, last = holiday(name if name in ("春节", "劳动节") else name.removesuffix("节"), now.date())
    end, count = match["end"] or "", match["count"]
    if match["working"]:
        after = not end.endswith("前")
        day = working_day(
            last - timedelta(days=1) if after else first, 1 if after else -1, number(count) if count else 1
        )
        return one(match, day)
    if end.endswith("后"):
        return several(match, last, last + timedelta(days=7), f"「{match[0]}」具体是哪一天？")
    if end.endswith("前"):
        return several(match, first - timedelta(days=7), first, f"「{match[0]}」具体是哪一天？")
    return several(match, first, last)


def _working_days(match: Match[str], now: datetime) -> Found | None:
    count = number(match["n"])
    day = working_day(now.date(), 1, count)
    if match["end"].endswith("内"):
        return Found(
            match.span(), now.date(), day + timedelta(days=1), moments=(now, midnight(day + timedelta(days=1)))
        )
    return one(match, day)


def _next_working_day(match: Match[str], now: datetime) -> Found | None:
    return one(match, working_day(now.date(), 1))


def _moved_day(match: Match[str], now: datetime) -> Found | None:
    char = match["day"]
    weekday = None if char is None else 5 if char == "六" else 6
    day = moved_working_day(now.date(), weekday)
    return one(match, day) if day else wrong(match, f"{now.year} 年剩下的日子里没有这样的调休上班日")


READERS: Final[tuple[Reader, ...]] = (
    (
        re.compile(
            rf"(?P<name>{_HOLIDAYS})(?:假期|长假|黄金周|放假|期间)?(?P<end>之后|以后|结束后|后|之前|以前|前)?的?"
            rf"(?P<working>(?:第(?P<count>{SMALL})个?|首个|头一个|最后一?个)工作日|上班第一天)?"
        ),
        _known(_holiday),
    ),
    (re.compile(rf"(?:再?过)?(?P<n>{SMALL})个?工作日(?P<end>之后|以后|后|之内|以内|内)"), _known(_working_days)),
    (re.compile(r"下一?个?工作日|(?:最近|第)一?个工作日"), _known(_next_working_day)),
    (
        re.compile(r"调休(?:上班)?的?(?:那个|这个|那天|的)?(?:周|星期|礼拜)?(?P<day>六|日|天)?(?!假)"),
        _known(_moved_day),
    ),
    (
        re.compile(
            rf"(?:再过|过)?(?P<n>[0-9]{{1,3}}\.[0-9]|{SMALL}|半)个?(?P<half>半)?(?P<unit>分钟|刻钟|小时|钟头"
            rf"|天|日|周|星期|礼拜|(?<=个)月|年|分|h)"
            r"(?P<half2>半)?(?P<end>之后|以后|后|之内|以内|内|之前|以前|前)"
        ),
        _offset,
    ),
    (
        re.compile(
            rf"再?过(?P<n>{SMALL}|半)个?(?P<half>半)?(?P<unit>分钟|刻钟|小时|钟头|(?<![两2几])天|周|星期|礼拜"
            rf"|(?<=个)月)(?P<half2>半)?(?P<end>)"
        ),
        _offset,
    ),
    (re.compile(r"再?过(?P<n>[几两2])天(?!后|之后|以后)"), _few_days),
    (re.compile(r"(?P<n>几)天(?:之后|以后|后)"), _few_days),
    (re.compile(r"这两天|这几天|这阵子|最近|近期|近日|近几天"), _lately),
    (re.compile(r"今明两?天|明后两?天|明天或者?后天|明天,后天"), _two_days),
    (
        re.compile(
            r"(?<![一二两三四五六七八九十几半每0-9])(?P<which>[上下]{1,4}个?|[这本]个?)?(?:周|星期|礼拜)"
            r"(?P<day>[一二三四五六日天]|[1-7](?![0-9.天次个年岁]))(?!次|轮|岁|年|个月|面)"
        ),
        _weekday,
    ),
    (re.compile(r"(?P<which>[上下]{1,4}|[这本])?(?:个)?周末"), _weekend),
    (re.compile(r"(?P<which>[上下]{1,4}|[这本])个?(?:周|星期|礼拜)(?P<part>初|前半周?|后半周?)?(?!末|年)"), _week),
    (re.compile(r"(?<![之以提天])(?P<which>大前|大后|前|昨|今|当|明|后)[天日儿]个?"), _relative),
    (re.compile(r"(?P<which>今|明|昨)(?=早|晚|夜|晨)"), _relative),
    (re.compile(r"day after tomorrow|(?<![a-z])(?:today|tonight|tomorrow|tmrw?|yesterday)(?![a-z])"), _english_day),
    (
        re.compile(
            r"(?<![a-z])(?:(?P<which>next|this|on)\s)?(?P<day>mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday"
            r"|rsday|urday|s|rs|r)?(?![a-z])"
        ),
        _english_weekday,
    ),
    (
        re.compile(
            r"(?<![a-z])(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? "
            r"(?P<day>[0-9]{1,2})(?![0-9:])"
        ),
        _english_date,
    ),
    (re.compile(r"(?<![a-z])(?P<which>this|next) week(?![a-z])"), _english_week),
)
"""Patterns over plain text, the surest first."""
