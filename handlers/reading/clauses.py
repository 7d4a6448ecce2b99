"""The parts of a command besides verb and person: options, reason, times."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from handlers.reading.dates import DateError, When, read_all_when
from handlers.reading.people import looks_like_name
from handlers.reading.reasons import Reason, find_reason
from handlers.reading.remains import Remains
from handlers.reading.text import without


@dataclass
class CommandParts:
    """Options, as far as they were said."""

    notify: bool | None = None
    keep: bool | None = None
    confirmed: bool = False
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Times:
    """The time that says which booking, the time it moves to, and what is wrong with either."""

    when: When | None = None
    to: When | None = None
    problems: tuple[str, ...] = ()


_SILENT: Final = re.compile(r"(?:不|别|不要|不用|无需|暂不|先不|勿)(?:发)?通知(?:候选人|对方|他|她)?|静默")
_TELL: Final = re.compile(r"(?:要|需要|并|请|同时)?通知(?:候选人|对方|他|她|一下)")
_NOT_KEPT: Final = re.compile(r"(?:不|别|不要|不用|不再|无需)保留(?:他|她)?的?(?:面试)?(?:资格)?|取消(?:面试)?资格")
_KEPT: Final = re.compile(r"保留(?:他|她)?的?(?:面试)?资格|保留")
_PREVIEW: Final = re.compile(r"仅预览|只预览|先预览|预览一下|试运行|--dry-run|dry-run|预览(?=\s|$)")
_CONFIRMED: Final = re.compile(r"确认(?:取消|无误)?|直接取消|立即取消|--yes")
_REMARK: Final = re.compile(r"(?:附言|备注|留言)\s?[=:]?\s?(?P<value>\S.*)$")
_PAIR: Final = re.compile(
    r"(?<!\S)(?P<key>(?!岗位|职位|position|原因|理由|附言"
    r"|备注)[\u4e00-\u9fffa-z]{1,8})\s?=\s?(?P<value>[^\s=,;]{1,60})"
)
_REASON: Final = re.compile(r"(?:取消)?(?:原因|理由)\s?(?:[=:]|是|为)?\s?|(?:因为|由于|因)(?=\S)\s?")
_MOVE: Final = re.compile(
    r"改到|改为|改成|改至|换到|换成|挪到|推到|推迟到|延期到|延后到|提前到|调到|调整到|调整为|->|→"
    r"|(?<=[\s\u4e00-\u9fff0-9])[到至](?=[\s\u4e00-\u9fff0-9])"
)


def take_options(remains: Remains) -> CommandParts:
    """Take 不通知, 保留资格, 仅预览, 附言 and every key=value."""
    parts = CommandParts()
    if (remark := take_remark(remains)) is not None:
        parts.options["附言"] = remark
    while match := remains.take(_PAIR):
        parts.options[match["key"]] = remains.as_written(match, "value")
    parts.notify = False if remains.take(_SILENT) else True if remains.take(_TELL) else None
    parts.keep = False if remains.take(_NOT_KEPT) else True if remains.take(_KEPT) else None
    if remains.take(_PREVIEW):
        parts.options["仅预览"] = "是"
    parts.confirmed = bool(remains.take(_CONFIRMED))
    return parts


def take_remark(remains: Remains) -> str | None:
    """Take what stands behind 附言, as it was written."""
    match = remains.take(_REMARK)
    return remains.as_written(match, "value") if match else None


def take_reason(remains: Remains, marked: bool = True) -> tuple[Reason | None, str]:
    """Take the reason after 原因, or, unmarked, words we have a code for."""
    if not marked:
        found = find_reason(remains.text)
        if not found:
            return None, ""
        reason, (start, end) = found
        text = remains.written[start:end].strip()
        remains.blank(start, end)
        return reason, text
    mark = _REASON.search(remains.text)
    if not mark:
        return None, ""
    start, end = _reason_span(remains.text, mark.end())
    text = remains.written[start:end].strip(" ,;.!，；。！")
    found = find_reason(text) if text else None
    remains.blank(mark.start(), end)
    return (found[0] if found else Reason.OTHER if text else None), text


def _reason_span(text: str, start: int) -> tuple[int, int]:
    """Find how far a reason goes: its first word, and those after it that are no name and no blanked option."""
    end = start
    for word in re.finditer(r"\S+", text[start:]):
        if end > start and (word.start() + start - end > 2 or looks_like_name(word[0]) or re.search("[0-9]", word[0])):
            break
        end = start + word.end()
        if find_reason(text[start:end]) and word[0][-1:] in ",;":
            break
    return start, end


def take_times(remains: Remains, now: datetime, splits: bool) -> Times:
    """Take the times; where a command moves something, the one behind 到 is the new one."""
    hidden = _without_names(remains.text)
    mark = (
        next((m for m in islice(_MOVE.finditer(hidden), 8) if read_all_when(hidden[m.end() :], now)), None)
        if splits
        else None
    )
    if mark is None:
        return _two(remains, read_all_when(hidden, now), splits)
    before = read_all_when(hidden[: mark.start()] + " " * (len(hidden) - mark.start()), now)
    after = read_all_when(hidden[mark.end() :], now)
    shift = mark.end() + len(hidden[mark.end() :]) - len(hidden[mark.end() :].lstrip())
    _blank(remains, before, 0)
    _blank(remains, after, shift)
    remains.blank(*mark.span())
    when, to = _good(before), _good(after)
    return Times(when[0] if when else None, to[0] if to else None, _errors([*before, *after]))


def _two(remains: Remains, read: list[When | DateError], splits: bool) -> Times:
    _blank(remains, read, 0)
    good = _good(read)
    to = good[1] if splits and len(good) > 1 else None
    several = {(when.start, when.end) for when in good}
    asks = (f"说了 {len(several)} 个时间：{'、'.join(when.phrase for when in good)}，是哪一个？",)
    return Times(good[0] if good else None, to, _errors(read) + (asks if len(several) > 1 and not splits else ()))


def _good(read: list[When | DateError]) -> list[When]:
    return [when for when in read if isinstance(when, When)]


def _errors(read: list[When | DateError]) -> tuple[str, ...]:
    return tuple(f"{error.message}，请再说一次时间。" for error in read if isinstance(error, DateError))


def _blank(remains: Remains, read: list[When | DateError], shift: int) -> None:
    for when in read:
        for start, end in when.spans:
            remains.blank(start + shift, end + shift)


def _without_names(text: str) -> str:
    """Hide words that are names as a whole, so that 周一鸣 and 林月初 are not taken for days.

    The first character is kept as a mark, so that the text neither shifts nor loses its beginning.
    """
    spans: list[tuple[int, int]] = []
    for word in re.finditer(r"[\u3400-\u9fff·]+", text):
        if _is_whole_name(word[0]):
            spans.append(word.span())
    hidden = without(text, tuple(spans))
    return "\x01" + hidden[1:] if hidden[:1] == " " else hidden


def _is_whole_name(word: str) -> bool:
    return looks_like_name(word) and (len(word) == 3 or word[0] != "周") and not _is_time(word)


def _is_time(word: str) -> bool:
    return (
        re.fullmatch(
            r"[于从]?(?:(?:[上下]{0,3}个?)?(?:周|星期|礼拜)[一二三四五六日天]?末?"
            r"|[今明后昨前大]{1,2}[天日儿晚早]|.[天日儿])[早晚上中下]?[午上]?",
            word,
        )
        is not None
    )
