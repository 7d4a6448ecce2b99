"""Who a command is about: name, pinyin, tail, number, position — in whatever order it was written."""

import re
from dataclasses import dataclass
from typing import Final

from handlers.reading.names import bare_name
from handlers.reading.remains import Remains
from handlers.reading.surnames import COMPOUND, RARELY, SINGLE
from handlers.reading.text import as_written, plain

LONGEST_HONORIFIC: Final = 3


@dataclass(frozen=True, slots=True)
class Who:
    """Whom or what a command is about, as written; every field that was said must hold."""

    name: str | None = None  # 张伟, honorifics stripped
    latin: str | None = None  # zhangwei, zw, tom smith
    tail: str | None = None  # 8123
    booking: str | None = None  # Y20261122-001
    request: str | None = None  # Q20261122-007
    position: str | None = None  # java后端
    everything: bool = False  # 全部待我审批
    previous: bool = False  # 上一条

    @property
    def is_said(self) -> bool:
        """Tell whether anything was said at all."""
        return self != Who()

    def spoken(self) -> str | None:
        """Write it in one line, the way it would be typed again."""
        parts = [self.name, self.latin, self.tail, self.booking, self.request, self.position]
        said = " ".join(part for part in parts if part)
        return said or ("全部" if self.everything else "上一条" if self.previous else None)


_NUMBER: Final = re.compile(
    r"(?<![a-z0-9])(?:预约号|申请号|编号|单号)?[: ]?(?P<kind>[yq])[-#]?(?P<digits>[0-9](?:[0-9]"
    r"|-(?=[0-9])){1,24})(?![0-9a-z])"
)
_TAIL: Final = re.compile(
    r"(?:手机|电话)?(?:号码?)?(?:尾号|后四位|末四位)(?:是|为|:)?\s?(?P<tail>[0-9]{4})(?![0-9])"
    r"|(?<![0-9a-z:./-])1[3-9][0-9]{5}(?P<phone>[0-9]{4})(?![0-9])"
    r"|(?<![0-9a-z:./=-])(?P<bare>[0-9]{4})(?![0-9a-z:./年月日号点-])"
)
_POSITION: Final = re.compile(r"(?:岗位|职位|position)\s?[=:]\s?(?P<value>[^\s,;]{1,40})")
_POSITION_STOPS: Final = re.compile(
    r"[本这上下]{1,3}个?(?:周|月|星期)|[今明后][天日]|(?:周|星期)[一二三四五六日末]"
    r"|[0-9]{1,2}[月号日]|所有|全部|的"
)
_ALL: Final = re.compile(r"全部待我审批|全部|所有的?|全都")
_PREVIOUS: Final = re.compile(r"上一[条个位次单]|刚才那?[条个位单]?|刚刚那[条个位单]")
_FILLERS: Final = re.compile(
    r"ai面试|视频面试|面试预约|面试|预约|候选人|应聘者|求职者|这位|那位|这个人|那个人|一下|麻烦|帮我"
    r"|帮忙|谢谢|辛苦了?|不好意思|申请|通知方式|(?<![a-z])(?:ai|hr|the|for|with|at|on|interview"
    r"|please)(?![a-z])"
)
_PARTICLES: Final = re.compile(r"^[把将给请跟对让叫和与在从到至帮我你您他她它这那的是]{1,4}(?=[^\s]{2,})")
_ENDINGS: Final = re.compile(r"(?:的|了|吧|呢|啊|哈|呀|哦|掉|先|也|都|要|想|说|这场|那场|场|这次)+$")
_HAN_WORD: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af·]{1,20}")
_LATIN: Final = re.compile(r"[a-z][a-z'.-]{0,30}")
_TITLED: Final = re.compile(
    r"(?:端|工程师|师|员|主管|经理|会计|总监|开发|产品|运营|实习生|岗)(?P<name>[\u3400-\u9fff]{2,4})$"
)
_TITLES: Final = frozenset({"经理", "总监", "主管", "会计", "师傅"})
"""Endings of a position that begin with a surname: 产品经理 names nobody."""
_SPLIT: Final = re.compile(r"[和与跟及]|以及")


def take_ids(remains: Remains) -> dict[str, str]:
    """Take the numbers of a booking and of a request."""
    said: dict[str, str] = {}
    for _ in range(2):
        match = remains.take(_NUMBER)
        if match:
            said.setdefault(
                "booking" if match["kind"] == "y" else "request", f"{match['kind'].upper()}{match['digits']}"
            )
    return said


def take_numbers(remains: Remains) -> dict[str, str]:
    """Take booking and request numbers and the phone tail."""
    said = take_ids(remains)
    match = remains.take(_TAIL)
    if match:
        said["tail"] = match["tail"] or match["phone"] or match["bare"]
    return said


def take_position(remains: Remains) -> str | None:
    """Take 岗位=…"""
    match = _POSITION.search(remains.text)
    if not match:
        return None
    stop = _POSITION_STOPS.search(match["value"], 1)
    end = match.start("value") + (stop.start() if stop else len(match["value"]))
    remains.blank(match.start(), end)
    return remains.written[match.start("value") : end]


def take_scope(remains: Remains) -> tuple[bool, bool]:
    """Take 全部 and 上一条."""
    return bool(remains.take(_ALL)), bool(remains.take(_PREVIOUS))


def looks_like_name(word: str) -> bool:
    """Tell a Chinese name by its surname, or by the dot of a minority name."""
    bare = bare_name(word)
    if not _HAN_WORD.fullmatch(bare):
        return False
    if "·" in bare:
        return True
    if bare[:2] in COMPOUND:
        return 3 <= len(bare) <= 4
    if bare != word.strip() and len(bare) == 1:
        return bare in SINGLE
    return bare[0] in SINGLE and (len(bare) == 2 or (len(bare) == 3 and bare[0] not in RARELY))


def as_typed(text: str, word: str) -> str:
    """Give a word that was read from a message as it stands there, with the honorific that was taken off: 华辰重工."""
    said, written = plain(text), as_written(text)
    start = said.find(word) if word else -1
    if start < 0:
        return word
    ends = [start + len(word) + more for more in range(LONGEST_HONORIFIC, 0, -1)]
    end = next((each for each in ends if bare_name(said[start:each]) == word), start + len(word))
    return written[start:end].strip()


def take_names(remains: Remains) -> tuple[list[str], list[str]]:
    """Take the names and pinyin that are left, once the time is blanked out."""
    while remains.take(_FILLERS):
        pass
    names: list[str] = []
    latin: list[str] = []
    for word in remains.words():
        found = _names_in(_stripped(word))
        if found:
            names += found
        elif _LATIN.fullmatch(word) and len(word) > 1:
            latin.append(word)
        else:
            continue
        at = remains.text.find(word)
        remains.blank(at, at + len(word))
    return list(dict.fromkeys(names)), latin


def name_in(word: str) -> str | None:
    """Return the one name that a word is; None where it is none, or more."""
    found = _names_in(word)
    return found[0] if len(found) == 1 else None


def _stripped(word: str) -> str:
    core = _ENDINGS.sub("", word)
    if looks_like_name(core):
        return core
    return _PARTICLES.sub("", core)


def _names_in(word: str) -> list[str]:
    if looks_like_name(word):
        return [bare_name(word)]
    parts = [part for part in _SPLIT.split(word) if part]
    if len(parts) > 1 and all(looks_like_name(part) for part in parts):
        return [bare_name(part) for part in parts]
    titled = _TITLED.search(word)
    if titled and titled["name"] not in _TITLES and looks_like_name(titled["name"]):
        return [bare_name(titled["name"])]
    before, of, _ = word.partition("的")
    return [bare_name(before)] if of and looks_like_name(before) else []
