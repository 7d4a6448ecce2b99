"""退回到哪里: the level that the words of a 退回 name; a name that is not understood is asked about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from handlers.reading.text import as_written, plain

START: Final = 0  # back to who asked
NOWHERE: Final = -1  # a name that may not be gone back to, or that more than one level has
SHORTEST: Final = 2  # characters of a name cut short: 用人 for 用人部门


@dataclass(frozen=True, slots=True)
class Back:
    """Where to, and the comment; `unclear` is what was written of a level and not understood."""

    level: int = START
    words: str = ""
    unclear: str = ""


_TO: Final = r"(?:退回|打回|返回)?(?:回?到|至|->|→|(?:交?给|回)(?![我你您他她它复]))\s?"
_AT_START: Final = re.compile(_TO)
_LATER: Final = re.compile(r"(?<=[\s,.;:!?])(?:退回|打回|返回)?(?:回?到|至|->|→|(?<=[退打]回)给)\s?")
_QUOTES: Final = re.compile(r"[\"'「『《【\[(]?")
_WORD: Final = re.compile(r"[^\s,.;:!?\"'「」『』《》【】\[\]()]+")
_ASKED: Final = re.compile(r"[请让叫由找先再]{1,3}")
_AFTER: Final = re.compile(
    r"(?:的|那里|那边|那儿|处|这一级|那一级|这级|级|节点|环节|负责人|领导|同事|老师|重新|审批|审核|再审|重审|审|一下|吧|了){0,4}"
)
_LOOSE: Final = re.compile(r"(?:那里|那边|那儿|处|这一级|那一级|这级|一级|级|节点|环节|吧|了){0,2}(?=[\s,.;:!?]|$)")
_COUNTED: Final = re.compile(r"第?\s?(?:[0-9]{1,2}|[一二三四五六七八九十])\s?(?:级|步|层|节点|环节|关)")
_CAUSE: Final = re.compile(r"(?:原因|理由)\s?(?:[=:]|是|为)?\s?")
_MARKS: Final = " ,，.。:：;；、!！」』》】)\"'"


def where_to(words: str, known: Mapping[str, int]) -> Back:
    """Read where to and why; `known` are all names, in plain spelling, with their level, START or NOWHERE.

    What stands behind 到 has to be a known name. Without 到 only a name that is a word of its own is one; a sentence
    that begins with one is unclear.
    """
    said = plain(words)
    cause = _CAUSE.search(said)
    end = cause.start() if cause else len(said)
    if marked := _AT_START.match(said):
        return _behind(words, (0, marked.end()), known)
    if found := _unmarked(words, said, known):
        return found
    for later in _LATER.finditer(said):
        if later.start() < end or _name_at(said, later.end(), known):
            return _behind(words, later.span(), known)
    if stray := next((each[0] for each in _WORD.finditer(said[:end]) if each[0] in known), None):
        return Back(unclear=stray)
    return Back(START, _without_cause(as_written(words)))


def _behind(words: str, mark: tuple[int, int], known: Mapping[str, int]) -> Back:
    """Read the name behind 到; the comment is what stands on either side."""
    said, written = plain(words), as_written(words)
    start, end = mark
    end += len(_QUOTES.match(said, end)[0])  # type: ignore[index]
    name = _name_at(said, end, known)
    level = NOWHERE if name is None else _level(name, known)
    if name is None or level == NOWHERE:
        word = _WORD.match(said, end)
        return Back(unclear=word[0] if word else "到")
    after = end + len(name)
    loose = _LOOSE.match(said, after)
    after = loose.end() if loose else after
    comment = f"{written[:start].strip(_MARKS)} {written[after:].strip(_MARKS)}".strip()
    return Back(level, _without_cause(comment))


def _unmarked(words: str, said: str, known: Mapping[str, int]) -> Back | None:
    """Read a name that begins the words without a 到: 退回 1 用人部门."""
    first = _WORD.match(said)
    if first is None:
        return None
    if _COUNTED.match(said):
        return Back(unclear=first[0])
    asked = _ASKED.match(said)
    name = _name_at(said, asked.end() if asked else 0, known)
    if name is None:
        return None
    level = _level(name, known)
    rest = first[0][(asked.end() if asked else 0) + len(name) :]
    if asked or level == NOWHERE or not _AFTER.fullmatch(rest):
        return Back(unclear=first[0])
    return Back(level, _without_cause(as_written(words)[first.end() :].strip(_MARKS)))


def _name_at(said: str, at: int, known: Mapping[str, int]) -> str | None:
    """Return the longest name that stands there, or the first letters of one where they are a word of their own."""
    if full := max((each for each in known if said.startswith(each, at)), key=len, default=None):
        return full
    word = _WORD.match(said, at)
    if word is None:
        return None
    for size in range(len(word[0]), SHORTEST - 1, -1):
        if _AFTER.fullmatch(word[0][size:]) and _short(word[0][:size], known) != NOWHERE:
            return word[0][:size]
    return None


def _level(name: str, known: Mapping[str, int]) -> int:
    return known[name] if name in known else _short(name, known)


def _short(part: str, known: Mapping[str, int]) -> int:
    """Return the one level with a name that begins so."""
    found = {level for name, level in known.items() if name.startswith(part)} if len(part) >= SHORTEST else set()
    return found.pop() if len(found) == 1 else NOWHERE


def _without_cause(text: str) -> str:
    """Take 原因 away where it only says that a reason follows."""
    cause = _CAUSE.match(plain(text))
    return text[cause.end() :].strip() if cause else text
