"""同意 全部低风险, 全部同意, 低风险的都同意: an agreement to all that waits, in the shapes people write it."""

import re
from dataclasses import dataclass
from typing import Final

from handlers.reading.text import as_written, plain

_ALL: Final = r"(?:全部|所有|全都|一切|这些|剩下|其余|其他)"
_LOW: Final = r"(?:低风险|风险低|没问题的)"
_AGREE: Final = r"(?:同意|批准|通过|批|准)(?:取消)?(?:掉|了|吧)?|(?:ty|approve)(?![a-z])"
_TOGETHER: Final = r"(?:全部|全都|都|一次性?|一起|一并|统统|一键)"
_THINGS: Final = r"(?:待我审批|待审批|待办|取消)?(?:的|申请|审批|单子?|那?几[条个件]|那些|这些)*"
_BEFORE: Final = re.compile(
    rf"(?:把|将)?{_ALL}?的?{_LOW}?的?{_THINGS}\s?(?P<how>{_TOGETHER})?\s?(?:给我)?(?:{_AGREE})(?P<rest>.*)", re.DOTALL
)
_AFTER: Final = re.compile(
    rf"{_TOGETHER}?(?:{_AGREE})\s?(?:{_ALL}\s?的?\s?{_LOW}?|{_LOW})\s?的?\s?{_THINGS}\s?(?P<rest>.*)", re.DOTALL
)
_POLITE: Final = re.compile(r"(?:/|请|麻烦|帮我|帮忙|我|那|就|先|@\S{1,20}\s|[\s,.])+")
_SAYS_ALL: Final = re.compile(rf"{_ALL}|{_LOW}|{_TOGETHER}")
_QUESTION: Final = re.compile(r"[吗么嘛?]|没有?$|是不是|能不能|可不可以|怎么")
_EXCEPT: Final = re.compile(r"除|不包括|不含|不要|以外|之外|[0-9]|(?:但|不过)|except")
_REMARK: Final = re.compile(r"(?:附言|备注|意见|留言)\s?[=:]?\s?")
_MARKS: Final = " \t,.;:!~，。；：！～、"


@dataclass(frozen=True, slots=True)
class Wholesale:
    """An agreement to all; `unclear` where something is taken out of it, which nobody may guess."""

    comment: str = ""
    unclear: bool = False


def read_wholesale(text: str) -> Wholesale | None:
    """Read one message; None where it is no agreement to all that waits. Acts on nothing."""
    said = plain(text)
    polite = _POLITE.match(said)
    start = polite.end() if polite else 0
    found = _AFTER.fullmatch(said, start) or _BEFORE.fullmatch(said, start)
    if found is None or not _SAYS_ALL.search(said, start, found.start("rest")):
        return None
    rest = said[found.start("rest") :]
    mark = _REMARK.search(rest)
    open_ = rest[: mark.start()] if mark else rest
    if _QUESTION.search(open_):
        return None
    if _EXCEPT.search(open_):
        return Wholesale(unclear=True)
    return Wholesale(_comment(as_written(text)[found.start("rest") :], mark))


def _comment(written: str, mark: re.Match[str] | None) -> str:
    """Return what is said with it, without the word that announces it."""
    if mark is None:
        return written.strip(_MARKS)
    return f"{written[: mark.start()].strip(_MARKS)} {written[mark.end() :].strip(_MARKS)}".strip()
