"""转交 and 加签: which row or request, to whom, when they are asked, and the words that come with it."""

import re
from dataclasses import dataclass
from typing import Final

from handlers.reading.answers import LISTED, read_rows, words_left
from handlers.reading.clauses import take_remark
from handlers.reading.names import bare_name
from handlers.reading.people import name_in, take_ids
from handlers.reading.remains import Remains

BEFORE, AFTER, BESIDE = "前", "后", "并"


@dataclass(frozen=True, slots=True)
class Handing:
    """What is asked for; `how` is 前, 后 or 并 where it was said."""

    request: str | None = None
    picks: tuple[int, ...] = ()
    name: str | None = None
    how: str | None = None
    words: str = ""
    remark: str | None = None


_OPEN, _CLOSE = r"(?:^|(?<=[\s,.;:()\"「」『』]))", r"(?=[\s,.;:()\"「」『』]|$)"
_WHERE: Final = (
    re.compile(r"(?:放|排|加)?(?:在|到|于)?我(?:的)?(?:之|以)?(?P<how>[前后])(?:面|边|头)?(?:审批|审|批)?"),
    re.compile(rf"{_OPEN}(?:放|排|加)?在?(?:之|以)?(?P<how>[前后])(?:面|边|头|置|加签|加|审批|审|批)?{_CLOSE}"),
    re.compile(rf"{_OPEN}(?P<first>先审批?|先批|先){_CLOSE}"),
    re.compile(r"(?:跟|和|与)我(?P<beside>一起|一并|同时|并行|并列)(?:审批|审|批)?"),
    re.compile(rf"{_OPEN}(?P<beside>一起|一并|同时|并行|并列|并加签|并)(?:审批|审|批)?{_CLOSE}"),
)
_TO: Final = re.compile(r"[给请让叫由到找向往]{1,2}(?=\S)|[把将]\s+")
_ONLY: Final = re.compile(r"[\s,.:;!]*(?:[给请让叫由到找向往]{1,2}\s+|同事\s*)?")
_WORD: Final = re.compile(r"[^\s,.;:!?()\"「」『』]+")
_AFTER_NAME: Final = re.compile(
    r"(?:来)?(?:加签|处理|审批|审核|代审|代批|代办|办理|审|批|办|看看|看一下|看下|看)?(?:一下|吧|了)?"
)


def read_handing(verb: str, remains: Remains) -> Handing:
    """Read one; `verb` is the word as it was typed, which may say when: 前加签."""
    remark = take_remark(remains)
    ids = take_ids(remains)
    how = verb[0] if verb and verb[0] in (BEFORE, AFTER, BESIDE) else _take_where(remains)
    picks = () if ids.get("request") else read_rows(remains, LISTED)
    name = _take_name(remains)
    if not picks and not ids.get("request"):
        picks = read_rows(remains, LISTED)
    return Handing(ids.get("request"), picks, name, how, words_left(remains), remark)


def _take_where(remains: Remains) -> str | None:
    for pattern in _WHERE:
        if match := remains.take(pattern):
            found = match.groupdict()
            return BESIDE if found.get("beside") else BEFORE if found.get("first") else str(found["how"])
    return None


def _take_name(remains: Remains) -> str | None:
    """Take the first word that is left: a colleague's name, or their staff key."""
    start = _ONLY.match(remains.text)
    at = start.end() if start else 0
    to = _TO.match(remains.text, at)
    if to and not _is_name(remains.text, at):
        remains.blank(*to.span())
        at = to.end()
    word = _WORD.match(remains.text, at)
    if word is None:
        return None
    name, length = _name_of(word[0])
    remains.blank(0, at + length)
    return name


def _is_name(text: str, at: int) -> bool:
    word = _WORD.match(text, at)
    return word is not None and name_in(word[0]) == word[0]


def _name_of(word: str) -> tuple[str, int]:
    """Return a name and how much of the word it is: 李娜 of 李娜审批, and all of what looks like no name."""
    for size in range(len(word), 1, -1):
        if _AFTER_NAME.fullmatch(word[size:]) and name_in(word[:size]):
            return bare_name(word[:size]), len(word)
    return word, len(word)
