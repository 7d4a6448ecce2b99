"""Which position a search names: 岗位=java*, 岗位 java*, 岗位是 java *, 岗位为「Java 后端」."""

import re
from typing import Final

from handlers.reading.reasons import find_reason
from handlers.reading.text import plain

_MARK: Final = re.compile(
    r"(?<![^\s,，;；])(?:岗位|职位)(?:名称)?(?:\s*[=:：＝]\s*|\s*[是为叫]\s*|\s+|(?=[「『“]))(?=\S)(?!\s*(?:暂停|冻结|关闭|停招|停止|锁))"
)
_REASON_BEFORE: Final = re.compile(r"(?:原因|理由)(?:是|为)?\s*[=:：＝]?\s*$")
_STOPS: Final = re.compile(
    r"[^\s]*[=:：＝]|原因|理由|因为|结果|状态|单位|组织|岗位|职位|分管领导|领导|用人部门|部门负责人|附言"
    r"|[本这上下]{1,3}个?(?:周|月|星期)|最近|近[0-9一二三四五六七八九十半]|[今去前]年|[今昨]天|(?:19|20)[0-9]{2}"
)
_QUOTES: Final = " 「」『』\"'“”"


def take_position(text: str) -> tuple[str, str]:
    """Return the position that is named, without its spaces, and the text without those words; "" where none is.

    It goes on over spaces as far as nothing else begins: another mark, a time, a reason that has a name of its own.
    """
    mark = next((each for each in _MARK.finditer(text) if not _REASON_BEFORE.search(text[: each.start()])), None)
    if mark is None:
        return "", text
    end = mark.end()
    for word in re.finditer(r"[^\s,，;；]+", text[mark.end() :]):
        ends_before = re.search(r"[,，;；]", text[end : mark.end() + word.start()])
        if end > mark.end() and (ends_before or _STOPS.match(word[0]) or find_reason(plain(word[0]))):
            break
        end = mark.end() + word.end()
    position = "".join(text[mark.end() : end].split()).strip(_QUOTES)
    return position, f"{text[: mark.start()]} {text[end:]}" if position else text
