"""When someone meant, as an absolute range in Asia/Shanghai, or the question that has to be asked first."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from handlers.reading import days, spans
from handlers.reading.clock import Clock, find_clocks
from handlers.reading.found import ZONE, Found, Read, midnight, spoken, wrong
from handlers.reading.text import plain


@dataclass(frozen=True, slots=True)
class When:
    """A moment (`start == end`) or a half-open range, aware, in Asia/Shanghai.

    `phrase` is what was written and `spans` where it stands in `plain(text)`; `ask` is the question in Chinese where
    the phrase alone does not decide, `past` tells that the only doubt is that it is over.
    """

    start: datetime
    end: datetime
    phrase: str
    exact: bool
    ask: str | None = None
    past: bool = False
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DateError:
    """A date that cannot be, or that cannot be known; `message` says which, in Chinese."""

    message: str
    phrase: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Item:
    """One time as it stands in the text: a day, a time of day, or both."""

    day: Found | None
    clock: Clock | None
    spans: tuple[tuple[int, int], ...]


_READERS: Final = days.READERS + spans.READERS
_GAP: Final = re.compile(r"[ t,的在于是()这那个就上\[\]【】]{0,4}")
_BRACKETS: Final = re.compile(r"[ ,(\[【]{0,3}")
_TO: Final = re.compile(r"\)?\s*(?:到|至|-|~)\s*")
_OR: Final = re.compile(r"\s*(?:或者?是?|还是|要么)\s*")
_BEFORE: Final = re.compile(r"\s?(?:之前|以前|前(?!台|面|天|后))")
_AFTER: Final = re.compile(r"\s?(?:之后|以后|后(?!天|面|台|续))")


def read_when(text: str, now: datetime) -> When | DateError | None:
    """Read the first time a text names."""
    return next(iter(read_all_when(text, now)), None)


def read_all_when(text: str, now: datetime) -> list[When | DateError]:
    """Read every time a text names, in order; 周三到周五 is one, 周三或周四 is one with a question."""
    said, here = plain(text), now.astimezone(ZONE) if now.tzinfo else now.replace(tzinfo=ZONE)
    found = _with_weekdays(said, _find_days(said, here))
    items = _pair(said, found, find_clocks(_masked(said, found)))
    return _joined(said, [_resolve(said, item, here) for item in items])


def _find_days(said: str, now: datetime) -> list[Found]:
    """Find the days, longest first where two start together."""
    candidates = [_careful(read, match, now) for pattern, read in _READERS for match in pattern.finditer(said)]
    ranked = sorted((day for day in candidates if day), key=lambda day: (day.span[0], -day.span[1]))
    chosen: list[Found] = []
    for day in ranked:
        if not chosen or day.span[0] >= chosen[-1].span[1]:
            chosen.append(day)
    return chosen


def _careful(read: Read, match: re.Match[str], now: datetime) -> Found | None:
    try:
        return read(match, now)
    except (OverflowError, ValueError):
        return wrong(match, f"没有 {match[0].strip()} 这一天")


def _masked(said: str, found: list[Found]) -> str:
    """Hide the days from the reader of times, leaving a sign that a day stands there."""
    for day in found:
        start, end = day.span
        said = said[:start] + "日" * (end - start) + said[end:]
    return said


def _with_weekdays(said: str, found: list[Found]) -> list[Found]:
    """Take 11月25日(周三) as one day, and ask where the two do not agree."""
    merged: list[Found] = []
    for day in found:
        before = merged[-1] if merged else None
        if (
            before
            and before.weekday != day.weekday
            and _adjacent(said, before, day, _BRACKETS)
            and _plain_days(before, day)
        ):
            merged[-1] = _checked(said, before, day)
        else:
            merged.append(day)
    return merged


def _adjacent(said: str, before: Found, after: Found, gap: re.Pattern[str]) -> bool:
    return gap.fullmatch(said, before.span[1], after.span[0]) is not None


def _plain_days(*found: Found) -> bool:
    return not any(day.error or day.moments or (day.last - day.first).days != 1 for day in found)


def _checked(said: str, before: Found, after: Found) -> Found:
    dated, named = (after, before) if before.weekday else (before, after)
    ask = dated.ask
    if dated.first.weekday() != named.first.weekday():
        ask = f"{spoken(dated.first)}，与「{said[slice(*named.span)]}」不一致，是哪一天？"
    return replace(dated, span=(before.span[0], after.span[1]), ask=ask)


def _pair(said: str, found: list[Found], clocks: list[Clock]) -> list[_Item]:
    """Give each day its time: the one right after it, else right before it, else the only one there is."""
    left, items = list(clocks), []
    for day in found:
        clock = next((c for c in left if _GAP.fullmatch(said, day.span[1], c.span[0])), None)
        clock = clock or next((c for c in left if _GAP.fullmatch(said, c.span[1], day.span[0])), None)
        if clock is None and len(found) == len(clocks) == 1:
            clock = clocks[0]
        left = [other for other in left if other is not clock]
        spans = sorted(part.span for part in (day, clock) if part)
        items.append(_Item(day, clock, tuple(spans)))
    for clock in left:
        nearest = [day for day in found if day.span[1] <= clock.span[0]]
        items.append(_Item(nearest[-1] if nearest else None, clock, (clock.span,)))
    return sorted(items, key=lambda item: item.spans[0])


def _resolve(said: str, item: _Item, now: datetime) -> When | DateError:
    phrase = _phrase(said, item.spans)
    for part in (item.day, item.clock):
        if part and part.error:
            return DateError(part.error, phrase, item.spans)
    if item.day is None:
        return _time_only(item, phrase, now)
    if item.clock is None:
        return _day_only(said, item, item.day, phrase, now)
    return _day_and_time(item, item.day, item.clock, phrase, now)


def _phrase(said: str, spans: tuple[tuple[int, int], ...]) -> str:
    """Cut out what was written, in one piece where it stands together."""
    if spans[-1][0] - spans[0][1] <= 2:
        return said[spans[0][0] : spans[-1][1]].strip()
    return " ".join(said[start:end].strip() for start, end in spans)


def _time_only(item: _Item, phrase: str, now: datetime) -> When:
    """Read a time without a day as today's, or, when that is over, propose tomorrow's."""
    clock = item.clock or Clock((0, 0), 0, 0)
    today = _at(_midnight_of(now), clock)
    if not _is_over(*today, now):
        return _make(*today, phrase, clock.ask, item)
    start, end = _at(_midnight_of(now) + timedelta(days=1), clock)
    return _make(start, end, phrase, clock.ask or f"今天{phrase}已过，是否指明天 {_shown(start, end)}？", item)


def _day_only(said: str, item: _Item, day: Found, phrase: str, now: datetime) -> When:
    if day.moments:
        start, end = day.moments
        start, end = min(start, end), max(start, end)
        over = _is_over(start, end, now)
        return replace(
            _make(start, end, phrase, f"{phrase}已经过去，请给出将来的时间。" if over else None, item), past=over
        )
    stop, tail = item.spans[-1][1], None
    if tail := _BEFORE.match(said, stop):
        return _open(now, midnight(day.first), said, item, tail, day, now)
    if tail := _AFTER.match(said, stop):
        return _open(midnight(day.last), midnight(day.last) + timedelta(days=30), said, item, tail, day, now)
    return _dated(midnight(day.first), midnight(day.last), day, phrase, item, now, day.ask)


def _open(
    start: datetime, end: datetime, said: str, item: _Item, tail: re.Match[str], day: Found, now: datetime
) -> When:
    """Read 25号之前 as from now up to that day, 25号之后 as the thirty days behind it."""
    phrase = said[item.spans[0][0] : tail.end()]
    wider = replace(item, spans=((item.spans[0][0], tail.end()),))
    if start >= end:
        return replace(_make(end, start, phrase, f"{phrase}已经过去，请给出将来的时间。", wider), past=True)
    return _make(start, end, phrase, day.ask, wider)


def _day_and_time(item: _Item, day: Found, clock: Clock, phrase: str, now: datetime) -> When:
    if (day.last - day.first).days > 1:
        ask = day.ask or f"「{phrase}」具体是哪一天？"
        return _dated(midnight(day.first), midnight(day.last), day, phrase, item, now, ask)
    return _dated(*_at(midnight(day.first), clock), day, phrase, item, now, day.ask or clock.ask)


def _dated(
    start: datetime, end: datetime, day: Found, phrase: str, item: _Item, now: datetime, ask: str | None
) -> When:
    """Ask about what is over, proposing the same day of the next week or month where that is what people mean."""
    if not _is_over(start, end, now):
        return _make(start, end, phrase, ask, item)
    if day.again is None:
        over = ask is None
        return replace(
            _make(start, end, phrase, ask or f"{_shown(start, end)} 已过，请给出将来的时间。", item), past=over
        )
    shift = day.again - day.first
    question = f"{phrase}（{_shown(start, end)}）已过，是否指 {_shown(start + shift, end + shift)}？"
    return _make(start + shift, end + shift, phrase, question, item)


def _midnight_of(now: datetime) -> datetime:
    return midnight(now.date())


def _at(day: datetime, clock: Clock) -> tuple[datetime, datetime]:
    return day + timedelta(minutes=clock.start), day + timedelta(minutes=clock.end)


def _is_over(start: datetime, end: datetime, now: datetime) -> bool:
    return start < now.replace(second=0, microsecond=0) if start == end else end <= now


def _make(start: datetime, end: datetime, phrase: str, ask: str | None, item: _Item) -> When:
    return When(start, end, phrase, start == end, ask, spans=item.spans)


def _shown(start: datetime, end: datetime) -> str:
    return f"{spoken(start.date())} {start:%H:%M}" if start == end or start.hour else spoken(start.date())


def _joined(said: str, read: list[When | DateError]) -> list[When | DateError]:
    joined: list[When | DateError] = []
    for one in read:
        before = joined[-1] if joined else None
        pair = _join(said, before, one) if before else None
        if pair:
            joined[-1] = pair
        else:
            joined.append(one)
    return joined


def _join(said: str, first: When | DateError, last: When | DateError) -> When | None:
    """Make one range of 周三到周五, and one question of 周三或周四."""
    if isinstance(first, DateError) or isinstance(last, DateError) or not first.spans or not last.spans:
        return None
    gap = (first.spans[-1][1], last.spans[0][0])
    through, either = _TO.fullmatch(said, *gap), _OR.fullmatch(said, *gap)
    if not (through or either):
        return None
    phrase = said[first.spans[0][0] : last.spans[-1][1]]
    ask = f"「{phrase}」是哪一个时间？" if either else first.ask or last.ask
    start, end = min(first.start, last.start), max(first.end, last.end)
    past = first.past and last.past and not either
    return When(start, end, phrase, False, ask, past, first.spans + last.spans)
