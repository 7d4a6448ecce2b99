"""留存冻结 Q… 原因 …, and 清理 华辰互联 2023: the parts, as far as they were said; nothing is guessed."""

import re
from dataclasses import dataclass
from typing import Final

from handlers.reading.text import as_written, plain

_NUMBER: Final = re.compile(r"(?<![a-z0-9])(?P<number>[qy][0-9]{8}-[0-9]{3,11})(?![0-9])")
_PURGE_NUMBER: Final = re.compile(r"(?<![a-z0-9])(?P<number>l[0-9]{8}-[0-9]{3,11})(?![0-9])")
_REASON: Final = re.compile(r"(?:原因|理由|因为)\s?[=:]?\s?(?P<value>\S.*)$")
_PERSON: Final = re.compile(r"候选人|本人|全部")
_VERB: Final = re.compile(r"^.{0,12}?(?:到期清理|清理到期|清理)")
_YEAR: Final = re.compile(r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})\s?年?(?![0-9])")
_ALL: Final = re.compile(r"全部到期的?|到期的?全部|所有到期的?|全部|到期的?")
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class HoldWords:
    """What was said: the case's number, whether all of its candidate is meant, and why."""

    number: str = ""
    whole_person: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PurgeWords:
    """What was said: the words that name a unit, and a year or everything that is due."""

    unit: str = ""
    year: int | None = None
    everything: bool = False


def read_hold(text: str) -> HoldWords:
    """Read the parts of 留存冻结 and 解除冻结."""
    said, written = plain(text), as_written(text)
    reason = ""
    if match := _REASON.search(said):
        reason = written[match.start("value") :].strip()[:_LONGEST_REASON]
        said = said[: match.start()]
    found = _NUMBER.search(said)
    return HoldWords(found["number"].upper() if found else "", _PERSON.search(said) is not None, reason)


def read_purge(text: str) -> PurgeWords:
    """Read the parts of 清理."""
    said, written = plain(text), as_written(text)
    start = match.end() if (match := _VERB.match(said)) else 0
    said, written = said[start:], written[start:]
    taken: list[tuple[int, int]] = []
    year = _YEAR.search(said)
    everything = _ALL.search(said)
    taken += [each.span() for each in (year, everything) if each]
    for begin, end in taken:
        written = written[:begin] + " " * (end - begin) + written[end:]
    return PurgeWords(" ".join(written.split()), int(year["year"]) if year else None, everything is not None)


def purge_number(text: str) -> str:
    """Return the number of a purge that stands in a text, or nothing."""
    found = _PURGE_NUMBER.search(plain(text))
    return found["number"].upper() if found else ""
