"""同意, 驳回, 退回: which of what waits is meant, and the words that come with the answer, as they were written."""

import re
from dataclasses import dataclass
from typing import Final

from handlers.reading.clauses import take_remark
from handlers.reading.numerals import number
from handlers.reading.people import take_ids
from handlers.reading.remains import Remains
from handlers.reading.verbs import Verb

ANSWERS: Final = frozenset({Verb.APPROVE, Verb.REJECT, Verb.SEND_BACK})


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer is about, and its words."""

    request: str | None = None
    booking: str | None = None
    picks: tuple[int, ...] = ()  # of the list just shown
    everything: bool = False
    words: str = ""
    remark: str | None = None  # behind 附言=


_HEAD: Final = r"[\s,.:;!]*(?:[把将请]\s*)?"
_ONE: Final = (
    r"(?:第\s?)?(?:[0-9]{{1,2}}|(?<=第)[一二三四五六七八九十])(?:\s?[{range}]\s?(?:第\s?)?[0-9]{{1,2}})?[条个位号]?"
)
_ENDS: Final = r"(?![0-9a-z:./=%月日点份人年天次分])"
LISTED: Final = "-~到至"  # what stands between two rows: 1-3, 1到3
_BACK_RANGED: Final = "-~"  # 退回 1 到 2 may mean a level: handlers.reading.back asks
_ALL: Final = re.compile(rf"{_HEAD}(?P<all>全部待我审批|全部|全都|所有的?)(?=[\s,.:;!]|$)")
_CAUSE: Final = re.compile(r"^(?:原因|理由)\s?(?:[=:：]|是|为)?\s?")
_NOTHING: Final = re.compile(r"[的了吧和与跟把将给请呢啊哈个也就先都要在是对让这那条些申请好!！。.，, ]{0,4}")
_MARKS: Final = " ,，.。:：;；、!！"


def read_answer(verb: Verb, remains: Remains) -> Answered:
    """Read one answer: numbers count only where they begin or end it, so that 驳回 1 还缺 2 人 is about the first."""
    remark = take_remark(remains)
    ids = take_ids(remains)
    everything = remains.take(_ALL) is not None if _ALL.match(remains.text) else False
    picks = () if ids.get("request") else read_rows(remains, _BACK_RANGED if verb is Verb.SEND_BACK else LISTED)
    words = words_left(remains)
    return Answered(
        ids.get("request"),
        ids.get("booking"),
        picks,
        everything,
        words if verb is Verb.SEND_BACK else _CAUSE.sub("", words),
        remark,
    )


def read_rows(remains: Remains, ranged: str) -> tuple[int, ...]:
    """Take the rows of a list that a text begins or ends with; numbers inside it are part of what was said."""
    one = _ONE.format(range=ranged)
    run = rf"(?P<run>{one}(?:[\s,和与及跟]{{1,3}}{one})*){_ENDS}"
    match = re.match(rf"{_HEAD}{run}", remains.text) or re.search(rf"(?:^|[\s,]){run}[\s.!]*$", remains.text)
    if match is None:
        return ()
    remains.blank(*match.span())
    return _numbers(match["run"], ranged)


def _numbers(run: str, ranged: str) -> tuple[int, ...]:
    picked: list[int] = []
    small = r"[0-9]{1,2}|[一二三四五六七八九十]"
    for each in re.finditer(rf"(?P<low>{small})(?:[条个位号]?\s?[{ranged}]\s?(?:第\s?)?(?P<high>{small}))?", run):
        low = number(each["low"])
        picked += range(low, (number(each["high"]) if each["high"] else low) + 1)
    return tuple(dict.fromkeys(pick for pick in picked if pick))


def words_left(remains: Remains) -> str:
    """Return what is left as it was written; a word that only holds the sentence together is no comment."""
    left = "".join(w if t != " " else " " for t, w in zip(remains.text, remains.written, strict=True))
    words = re.sub(r" {2,}", " ", re.sub(r"[(（「]\s*[)）」]", " ", left)).strip(_MARKS)
    words = re.sub(r"^[把将] ", "", words).strip(_MARKS)
    return "" if _NOTHING.fullmatch(words) else words
