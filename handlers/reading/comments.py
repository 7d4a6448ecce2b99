"""评论 Q… 文字: which request, and the words as they were written."""

import re
from typing import Final

from handlers.reading.text import as_written, plain

_NUMBER: Final = re.compile(r"(?<![a-z0-9])q[-#]?(?P<digits>[0-9]{8}-[0-9]{3,11})(?![0-9])")
_ROW: Final = re.compile(r"[\s:,]*第?(?P<row>[0-9]{1,2})[条个号]?[\s:,]+")
_MARK: Final = re.compile(r"(?:附言|内容|文字|备注)\s?[=:]\s?")
_AROUND: Final = " ,，:：;；、"
_BEFORE: Final = re.compile(r"^[给对在]\s*|^(?:申请)\s*$")


def read_comment(text: str) -> tuple[str | None, int | None, str]:
    """Read the request's number, else the row of the list just shown, and the words; what is not there is empty."""
    said, written = plain(text), as_written(text)
    if number := _NUMBER.search(said):
        before = _BEFORE.sub("", written[: number.start()].strip(_AROUND))
        words = f"{before} {written[number.end() :].strip(_AROUND)}".strip()
        return f"Q{number['digits']}", None, _without_mark(words)
    if row := _ROW.match(said):
        return None, int(row["row"]), _without_mark(written[row.end() :].strip(_AROUND))
    return None, None, _without_mark(written.strip(_AROUND))


def _without_mark(words: str) -> str:
    mark = _MARK.match(plain(words))
    return as_written(words)[mark.end() :] if mark else words
