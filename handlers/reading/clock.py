"""Times of day in a text: 下午三点, 15:30, 三点一刻, 七八点, 上午, 两点到四点."""

import re
from dataclasses import dataclass, replace
from typing import Final

from handlers.reading.numerals import DIGIT, number

HOUR: Final = 60
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in minutes after midnight (past 24:00 is the next day); `start == end` is a moment."""

    span: tuple[int, int]
    start: int
    end: int
    ask: str | None = None
    error: str | None = None
    period: str | None = None
    bound: str | None = None  # "before" or "after" where only one end was said


_MORNING: Final = ("大清早", "一大早", "清早", "清晨", "早上", "早晨", "一早", "上午", "午前", "早")
_NOON: Final = ("中午", "正午", "午间")
_AFTERNOON: Final = ("下午", "午后")
_EVENING: Final = ("晚上", "晚间", "夜晚", "傍晚", "晚")
_NIGHT: Final = ("半夜", "深夜", "夜里", "夜间")
_DAWN: Final = ("凌晨",)
_WINDOWS: Final = {
    **dict.fromkeys(_MORNING, (6, 12)),
    **dict.fromkeys(_NOON, (11, 14)),
    **dict.fromkeys(_AFTERNOON, (12, 18)),
    **dict.fromkeys(_EVENING, (18, 24)),
    "傍晚": (17, 20),
    **dict.fromkeys(_NIGHT, (22, 29)),
    **dict.fromkeys(_DAWN, (0, 6)),
}
_LONG: Final = "|".join(sorted((word for word in _WINDOWS if len(word) > 1), key=len, reverse=True))
_AFTER_DAY: Final = r"(?<=[今明昨后天日儿一二三四五六号])[早晚](?!点|一点|些|了|到|安|饭|餐|会|已|就|知|期|来|个|半)"
_HOURS: Final = rf"(?:[0-9]{{1,2}}|二十{DIGIT}?|十{DIGIT}?|[零〇]|{DIGIT})"
_MINUTES: Final = rf"(?:[0-9]{{1,2}}|[二三四五]?十{DIGIT}?|[零〇]?{DIGIT})"
_ENDS: Final = r"(?P<mod>左右|上下|前后|多(?!久|少)|之前|以前|前(?!面|台|天)|之后|以后|后(?!天|面|台|续))?"
_POINTLESS: Final = r"(?!点|建议|问题|意见|要求|原因|理由|疑问|注意|说明|想法|名|评|头)"
_TAIL: Final = (
    rf"(?P<half>半)|(?P<quarter>[一三13]刻)|差(?P<less>一刻|{_MINUTES}分)|(?:过|零|〇)?(?P<min>{_MINUTES}"
    rf")分(?!钟后|钟内)钟?"
    rf"|[零〇过](?P<min2>{DIGIT})|(?P<min3>[0-5][0-9]|[二三四五]?十{DIGIT}?)(?![0-9面轮楼号位个人次场])"
)
_PERIOD: Final = rf"(?:(?P<period>{_LONG}|早|晚)的?\s?)?(?:(?P<about>大概|大约|约|差不多)(?:是|在)?\s?)?"
_POINT: Final = re.compile(
    rf"{_PERIOD}(?:"
    rf"差(?P<lack>一刻|{_MINUTES}分)钟?(?:到)?(?P<lh>{_HOURS})点"
    rf"|(?P<v1>十一|{DIGIT})[,、]?(?P<v2>[二三四五六七八九])点(?:多)?钟?"
    rf"|(?<![0-9:.第])(?:(?P<from>{_HOURS})(?:点钟?)?\s?(?:到|至|-|~)\s?)?(?P<h>{_HOURS})\s?(?:点{_POINTLESS}"
    rf"|时(?!间|候|段|代))(?:钟|整)?(?:{_TAIL})?"
    rf"|(?<![0-9:.])(?P<hh>[0-9]{{1,2}}):(?P<mm>[0-9]{{2}})(?::[0-9]{{2}})?(?![0-9:])\s?(?P<ap>[ap]m)?"
    rf"|(?<![0-9:.])(?P<eh>[0-9]{{1,2}})\s?(?P<eap>[ap]m)(?![a-z])"
    rf"){_ENDS}"
    rf"|(?P<only>{_LONG}|{_AFTER_DAY})(?!好(?!吗|不|么))"
)
_JOIN: Final = re.compile(r"\s*(?:到|至|-|~)\s*")
_SMALL_AMOUNT: Final = frozenset("早晚迟快慢有差这那大小好多少前后再了")


def find_clocks(text: str) -> list[Clock]:
    """Find every time of day in a plain text, in order; 两点到四点 is one."""
    found: list[Clock] = []
    for match in _POINT.finditer(text):
        if _is_small_amount(match, text):
            continue
        before = found[-1] if found else None
        joined = before is not None and _JOIN.fullmatch(text[before.span[1] : match.start()]) is not None
        clock = _clock(match, before.period if before and joined else None)
        if before and joined and before.bound is None:
            found[-1] = _between(before, clock)
        else:
            found.append(clock)
    return found


def _is_small_amount(match: re.Match[str], text: str) -> bool:
    """Tell 晚一点 (a little later) from 下午一点 (one o'clock)."""
    if match["h"] != "一" or match["from"] or match["half"] or match["quarter"] or match["min"] or match["min3"]:
        return False
    if match["period"] not in (None, "早", "晚") or "钟" in match[0] or "整" in match[0]:
        return False
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    return match["period"] is not None or (before in _SMALL_AMOUNT and before != "") or after in tuple("都也不没儿")


def _clock(match: re.Match[str], inherited: str | None) -> Clock:
    if match["only"]:
        opens, closes = _WINDOWS[match["only"]]
        return Clock(match.span(), opens * HOUR, closes * HOUR, period=match["only"])
    period = match["period"] or inherited
    if match["v1"]:
        return _vague(match, period)
    hour, minute, literal = _numbers(match)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return Clock(match.span(), 0, 0, error=f"没有 {match[0].strip()} 这个时间")
    clock = _point(match.span(), hour, minute, period, literal)
    if match["from"]:
        first = _point(match.span(), number(match["from"]), 0, period, literal)
        clock = _between(first, _point(match.span(), hour, minute, period or _half_of(first), literal))
    return _loosened(clock, match["mod"], bool(match["about"]))


def _numbers(match: re.Match[str]) -> tuple[int, int, bool]:
    """Give hour, minute and whether the writing leaves no doubt about morning or afternoon."""
    if match["hh"] or match["eh"]:
        hour, minute, half = int(match["hh"] or match["eh"]), int(match["mm"] or 0), match["ap"] or match["eap"]
        if half and 1 <= hour <= 12:
            return hour % 12 + (12 if half == "pm" else 0), minute, True
        return hour, minute, bool(half) or (match["hh"] or "").startswith("0")
    if match["lack"]:
        return number(match["lh"]) - 1, 60 - _minutes(match["lack"]), False
    hour = number(match["h"])
    if match["less"]:
        return hour - 1, 60 - _minutes(match["less"]), False
    if match["half"]:
        return hour, 30, False
    if match["quarter"]:
        return hour, 15 if match["quarter"][0] in "一1" else 45, False
    spoken = match["min"] or match["min2"] or match["min3"]
    return hour, _minutes(spoken) if spoken else 0, len(match["h"]) == 2 and match["h"].startswith("0")


def _minutes(text: str) -> int:
    return 15 if text == "一刻" else number(text.removesuffix("分"))


def _point(span: tuple[int, int], hour: int, minute: int, period: str | None, literal: bool) -> Clock:
    if period is None and not literal and hour == 7:
        ask = f"{hour}:{minute:02} 是早上还是晚上？"
        return Clock(span, hour * HOUR + minute, (hour + 12) * HOUR + minute + 1, ask=ask)
    shifted, doubt = _hour(hour, period, literal)
    at = shifted * HOUR + minute
    return Clock(span, at, at, ask=doubt, period=period)


def _hour(hour: int, period: str | None, literal: bool) -> tuple[int, str | None]:
    """Put a spoken hour on the 24-hour clock; without a period 1–6 are afternoon, as interviews are."""
    if hour > 12 or literal:
        odd = period in _MORNING + _DAWN and hour > 12
        return hour, f"{period}{hour}点 是 {hour}:00 吗？" if odd else None
    if period is None or period in _AFTERNOON + _NOON:
        return (hour + 12 if 1 <= hour <= (6 if period is None else 8 if period in _NOON else 11) else hour), None
    if period in _MORNING:
        return hour, None
    if period in _DAWN:
        return hour % 12, None
    if hour in (0, 12):
        return 24, None
    if hour <= 3 or (period in _NIGHT and hour <= 5):
        return 24 + hour, f"{period}{hour}点 是次日凌晨吗？"
    return hour + 12, None


def _vague(match: re.Match[str], period: str | None) -> Clock:
    """Read 七八点: between the two, in either half of the day where it could be both."""
    first, last = number(match["v1"]), number(match["v2"])
    last = last + 10 if first == 11 else last
    ask = f"「{match[0].strip()}」具体是几点？"
    if last != first + 1:
        return _point((match.start("v2"), match.end()), last, 0, period, False)
    low, high = _hour(first, period, False)[0], _hour(last, period, False)[0] + 1
    if period is None and first <= 9 and last >= 7:
        low, high = first if first >= 7 else first + 12, max(high, last + 13)
    return Clock(match.span(), min(low, high - 2) * HOUR, high * HOUR, ask=ask, period=period)


def _half_of(clock: Clock) -> str | None:
    """Name the half of the day a range began in, so that 9到11点 and 两点到四点 stay in it."""
    return "下午" if clock.start >= 12 * HOUR and clock.ask is None else None


def _between(first: Clock, last: Clock) -> Clock:
    span = (first.span[0], last.span[1])
    if first.error or last.error:
        return replace(first, span=span, error=first.error or last.error)
    end = last.end if last.end > first.start else last.end + 12 * HOUR
    ask = first.ask or last.ask
    if first.ask and first.start < last.start <= 12 * HOUR and not last.ask:
        ask = None
    return Clock(span, first.start, end, ask=ask, period=last.period or first.period)


def _loosened(clock: Clock, mod: str | None, about: bool) -> Clock:
    """Widen 三点左右, 三点多; open 三点前, 三点后 to one side."""
    if mod is None:
        return replace(clock, start=clock.start - 30, end=clock.end + 30, ask="具体是几点？") if about else clock
    if mod in ("左右", "上下", "前后"):
        return replace(clock, start=clock.start - 30, end=clock.end + 30, ask=clock.ask or "具体是几点几分？")
    if mod == "多":
        return replace(clock, end=clock.end + HOUR, ask=clock.ask or "具体是几点几分？")
    start, end = _WINDOWS.get(clock.period or "", (0, 24))
    if mod.endswith("前"):
        return replace(clock, start=min(start * HOUR, clock.start - HOUR), bound="before")
    return replace(clock, end=max(end * HOUR, clock.start + HOUR), bound="after")
