"""Words of a message that may be the number of a booking from another system: W-2, 2026-0012, 4711.

Only the store knows which of them is one; here is only what could be, and where it stands.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.reading.dates import read_when
from handlers.reading.text import as_written, plain
from handlers.reading.verbs import SPELLINGS, Verb

LONGEST: Final = 24  # of a booking's number
_TOKEN: Final = re.compile(
    r"(?P<label>(?:预约号码?|编号|单号)(?:是|为)?\s?[:=]?\s?)?(?<![0-9a-z_./-])(?P<token>[0-9a-z][0-9a-z_./-]*)"
    r"(?=[\s,;!?()「」\"'\[\]【】《》]|$|的|这|原因|理由|因为|依据|电话|手机|姓名|名字|邮箱|全部|所有)"
)
_OURS: Final = re.compile(r"[yqslxdg][0-9]{8}-[0-9]{3,11}")
_OWN_WORDS: Final = re.compile(r"原因|理由|因为|附言|备注|用途")
_APART: Final = re.compile(r"[\s,;!?()「」\"'\[\]【】《》]$")
TAKES: Final = frozenset(
    {Verb.CANCEL, Verb.PHONE_CANCEL, Verb.RESCHEDULE, Verb.FIND, Verb.TIMELINE, Verb.EXPORT, Verb.UNDO, Verb.RESTORE}
    | {Verb.EVIDENCE, Verb.SHOW, Verb.HOLD, Verb.RELEASE_HOLD, Verb.ERASE, Verb.PHONED, Verb.SUBMIT}
)
"""Verbs behind which the number of a booking stands."""
ALLOWS: Final = TAKES | {Verb.CONFIRM_BATCH, Verb.LIST}
"""Verbs of which it may be a part, where it cannot be a count or a day."""
_VERBS: Final = sorted(
    ((word, verb) for verb, words in SPELLINGS.items() for word in words), key=lambda each: -len(each[0])
)


@dataclass(frozen=True, slots=True)
class NumberWord:
    """A word as written and where it stands; `surely` when 预约号 stands before it.

    `doubtful` is what reads as something else as well: digits or letters alone, or a day (`day`).
    """

    text: str
    span: tuple[int, int]
    surely: bool = False
    doubtful: bool = False
    day: bool = False


@dataclass(frozen=True, slots=True)
class NamedBooking:
    """The booking that a message names by its number, and where; or what has to be asked about it."""

    number: str = ""
    span: tuple[int, int] = (0, 0)
    ask: str = ""

    def hidden(self, said: str) -> str:
        """Put a number of ours in its place, so that no part of it is read as a word: W-2 becomes y00."""
        start, end = self.span
        return f"{said[:start]}{'y' if end > start else ''}{'0' * (end - start - 1)}{said[end:]}"


UNNAMED: Final = NamedBooking()


def number_words(text: str, now: datetime) -> list[NumberWord]:
    """List the words that may be such a number, surest first; nothing behind 原因 is one, nor a part of a word.

    What is doubtful is taken only right behind the verb; a number of our own form is read by the grammar.
    """
    said, written = plain(text), as_written(text)
    own = _OWN_WORDS.search(said)
    found = [_word(match, said, written, now) for match in _TOKEN.finditer(said[: own.end() if own else len(said)])]
    return sorted((each for each in found if each), key=lambda each: (not each.surely, each.doubtful))


def _word(match: re.Match[str], said: str, written: str, now: datetime) -> NumberWord | None:
    token = match["token"].rstrip(".") or match["token"]
    start = match.start("token")
    word, end = written[start : start + len(token)], start + len(token)
    if len(token) > LONGEST or _OURS.fullmatch(token):
        return None
    if match["label"]:
        return NumberWord(word, (match.start(), end), surely=True)
    follows_verb = _verb_before(said[:start]) in TAKES
    if not (follows_verb or _APART.search(said[:start]) or not start):
        return None
    day = read_when(token, now) is not None
    doubtful = day or token.isdigit() or not any(each.isdigit() for each in token)
    return None if doubtful and not follows_verb else NumberWord(word, (start, end), doubtful=doubtful, day=day)


def _verb_before(said: str) -> Verb | None:
    """Name the verb that a text ends with."""
    before = said.rstrip(" /,:")
    return next((verb for word, verb in _VERBS if before.endswith(word)), None)
