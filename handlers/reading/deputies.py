"""代理人 我 李娜 到 2026-12-31: whose deputy, who, and until when, as far as they were said."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.reading.granting import take_until
from handlers.reading.text import as_written, plain

_VERB: Final = re.compile(r"^.{0,12}?(?:(?P<mine>我的)|设置|指定)?代理人")
ONESELF: Final = ("我", "我的", "自己", "本人")
NOBODY: Final = ("无", "没有", "取消", "清除")


@dataclass(frozen=True, slots=True)
class DeputyWords:
    """What was said: `whose` is empty for oneself, `who` empty where only asked; `problem` is what has to be asked."""

    whose: str = ""
    who: str = ""
    clears: bool = False
    until: datetime | None = None
    problem: str = ""


def read_deputy(text: str, now: datetime) -> DeputyWords:
    """Read the parts of 代理人; one name alone is one's own deputy only behind 我."""
    said, written = plain(text), as_written(text)
    start = match.end() if (match := _VERB.match(said)) else 0
    mine = bool(match and match["mine"])
    said, written = said[start:], written[start:]
    until, problem, length = take_until(said, now)
    words = [each for each in re.split(r"[\s,，:：。]+", written[:length]) if each not in ("", "是", "为", "的")]
    if words and words[0] in ONESELF:
        mine, words = True, words[1:]
    if mine and not words:
        return DeputyWords()
    if problem or len(words) != (1 if mine else 2):
        return DeputyWords(problem=problem) if problem or not words else DeputyWords(problem="人没有写清楚。")
    whose, who = ("", words[0]) if mine else words
    clears = who in NOBODY
    return DeputyWords(whose, "" if clears else who, clears, until)
