"""What a candidate meant: a closed set of rules that asks rather than cancels by mistake."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Final

from handlers.reading.asides import wants_list, wants_person
from handlers.reading.clause import CONDITION, POLITE_IF, Clause, Says, clauses
from handlers.reading.dates import DateError, When, read_all_when
from handlers.reading.own_data import own_data_in
from handlers.reading.reasons import Reason, reason_in
from handlers.reading.text import plain


class Intent(StrEnum):
    """What a candidate wants; the values are those of `bot read`."""

    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    QUESTION = "question"
    KEEP = "keep"
    CONFIRM = "confirm"
    LATE = "late"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reply:
    """A candidate's message as understood; `ask` is true where the candidate must be asked back first."""

    intent: Intent
    when: When | None = None
    reason: Reason | None = None
    ask: bool = False


_GONE: Final = Says.CANCEL | Says.CANNOT
_REQUEST: Final = re.compile(
    r"(?:能不能|能否|可以|可不可以|可否|能|麻烦|请)(?:请|麻烦)?(?:你|您|你们)?(?:帮我|帮忙|给我"
    r"|替我)(?:把|将)?[^,.;?]{0,16}?(?:取消|撤)"
)
_POLITE_TAG: Final = re.compile(
    r"^[^?]{0,12}我(?:想|要|希望|需要|申请)[^?吗]{0,16}取消[^?吗]{0,8}(?:可以|行|好|成)(?:吗|么|不"
    r"|嘛)\??$"
)
_QUESTION_TOPICS: Final = re.compile(
    r"链接.{0,6}(?:打不开|失效|错|进不去|在哪)|进不去|打不开|没收到|收不到|没有链接|没链接|怎么进"
    r"|(?:面试官|考官|你们|对方)[^,我]{0,6}(?:迟到|晚到|没来|没到|不在|没上线|堵)"
)
_ONCE: Final = re.compile(r"^[我你]?(?:本来|原本|原来|原先)")
_POINTS_TO_NEW: Final = Says.MOVE | Says.FREE


def read_reply(text: str, now: datetime) -> Reply:
    """Read a candidate's message.

    Cancelling needs one clause that plainly says so and none that doubts it: a question, a condition, someone else's
    interview or a wish to stay turns it into a question back, and a wish for another time turns it into a reschedule.
    """
    if wants_person(text) or wants_list(text) or own_data_in(text):
        return Reply(Intent.QUESTION)
    said = _unspaced(plain(text))
    parts = _present(clauses(said))
    says = reduce(or_, (part.says for part in parts), Says.NOTHING)
    intent, ask = _decide(said, parts, says)
    when, unclear_time = _time(said, parts, intent, now)
    reason = reason_in(said)
    if intent is Intent.RESCHEDULE:
        ask = ask or when is None or unclear_time
    return Reply(
        intent, when, reason, ask or (unclear_time and intent is not Intent.LATE and intent is not Intent.QUESTION)
    )


def _unspaced(said: str) -> str:
    """Close up 取 消, which is written so to be seen."""
    return said.replace(" ", "") if re.fullmatch(r"(?:[\u4e00-\u9fff] +)+[\u4e00-\u9fff][!.]?", said) else said


def _present(parts: list[Clause]) -> list[Clause]:
    """Leave out what was so before, 本来想取消, where the message goes on to say what is so now."""
    now = [part for part in parts if not _ONCE.search(part.text)]
    return now if any(part.says & (_GONE | Says.KEEP | Says.CONFIRM | Says.MOVE) for part in now) else parts


def _decide(said: str, parts: list[Clause], says: Says) -> tuple[Intent, bool]:
    if Says.STOP in says:
        return Intent.UNCLEAR, True
    gone, stays = says & _GONE, Says.KEEP in says
    if gone and (stays or Says.CONFIRM in says):
        return _contradicted(parts)
    if Says.MOVE in says:
        return _moved(said, parts, says)
    if gone:
        return _gone(said, parts, says)
    if stays:
        return (Intent.UNCLEAR, True) if Says.DOUBT in says else (Intent.KEEP, _is_half_hearted(parts, Says.KEEP))
    if Says.DOUBT in says:
        return (Intent.QUESTION, False) if Says.ASKS in says else (Intent.UNCLEAR, True)
    return _harmless(said, parts, says)


def _contradicted(parts: list[Clause]) -> tuple[Intent, bool]:
    """Let 取消?不,我会参加 be a wish to stay; whoever says both plainly is asked."""
    firm = [part for part in parts if part.says & _GONE and not part.says & (Says.ASKS | Says.MAYBE)]
    if not firm:
        return Intent.KEEP, any(part.says & Says.MAYBE for part in parts)
    return Intent.UNCLEAR, True


def _moved(said: str, parts: list[Clause], says: Says) -> tuple[Intent, bool]:
    """Another time was asked for; beside a cancellation, a doubt or a stay it is asked about first."""
    moving = [part for part in parts if Says.MOVE in part.says]
    if all(Says.DOUBT in part.says and Says.ASKS in part.says for part in moving):
        return (Intent.UNCLEAR, True) if "还是" in said else (Intent.QUESTION, True)
    if re.search(
        r"(?:怎么|如何|在哪里?|哪里)(?:才?能|可以)?(?:改|换|调)|改期.{0,4}(?:规则|流程|几次|影响|收费)"
        r"|为什么.{0,6}改|(?:面试|时间)?(?:已经?)?改(?:期|时间)了[吗么?]|是不是改",
        said,
    ):
        return Intent.QUESTION, True
    return Intent.RESCHEDULE, bool(says & (_GONE | Says.DOUBT)) or any(Says.MAYBE in part.says for part in moving)


def _gone(said: str, parts: list[Clause], says: Says) -> tuple[Intent, bool]:
    if Says.FREE in says and Says.CANNOT in says and any(_names_day(p.text) for p in parts if Says.FREE in p.says):
        return Intent.RESCHEDULE, True
    leaving = [part for part in parts if part.says & _GONE]
    plainly = [part for part in leaving if not part.says & (Says.ASKS | Says.MAYBE | Says.DOUBT)]
    if not plainly and (_REQUEST.search(said) or _POLITE_TAG.search(said)) and Says.MAYBE not in says:
        return Intent.CANCEL, False
    if not plainly and all(part.says & Says.ASKS for part in leaving):
        return Intent.QUESTION, not _asks_whether_done(said)
    if all(part.says == Says.CANCEL | Says.DOUBT for part in leaving):
        return Intent.CANCEL, True
    if not plainly or Says.LATE in says or _is_conditional(said, parts, plainly):
        return Intent.UNCLEAR, True
    if Says.DOUBT in says:
        return (Intent.CANCEL, False) if Says.CANNOT in says and "朋友" not in said else (Intent.UNCLEAR, True)
    if Says.ASKS in says and Says.CANNOT not in says and not any(_wishes(part.text) for part in plainly):
        return Intent.UNCLEAR, True
    return Intent.CANCEL, False


def _is_conditional(said: str, parts: list[Clause], plainly: list[Clause]) -> bool:
    """Tell 如果…就取消 and 可能来不了 from 可能来不了,请取消, which asks for it in so many words."""
    if CONDITION.search(POLITE_IF.sub("", said)) or any(Says.MAYBE in p.says and not p.says & _GONE for p in parts):
        return True
    return any(Says.MAYBE in part.says for part in parts) and not any(_wishes(part.text) for part in plainly)


def _wishes(text: str) -> bool:
    return re.search(r"我(?:要|想|得)|请|麻烦|帮|吧|申请|需要|一下|把|那就", text) is not None


def _asks_whether_done(said: str) -> bool:
    return re.search(r"取消(?:了|成功|掉了?)|是不是|是否|cancelled|canceled", said) is not None and "能" not in said


def _names_day(text: str) -> bool:
    return (
        re.search(
            r"[今明后][天日]|周[一二三四五六日天末]|星期|礼拜|[0-9一二三四五六七八九十][号日月点]|下周|上午"
            r"|下午|晚上|day",
            text,
        )
        is not None
    )


def _is_half_hearted(parts: list[Clause], what: Says) -> bool:
    return any(what in part.says and part.says & (Says.MAYBE | Says.ASKS) for part in parts)


def _harmless(said: str, parts: list[Clause], says: Says) -> tuple[Intent, bool]:
    """Sort what cannot cancel anything."""
    if Says.LATE in says:
        return (Intent.QUESTION if re.search(r"怎么办|怎样|后果|影响|会不会|还能|扣|算", said) else Intent.LATE), False
    if len(said.strip("?.! ")) <= 1 and "?" in said:
        return Intent.UNCLEAR, True
    if _QUESTION_TOPICS.search(said):
        return Intent.QUESTION, False
    if Says.ASKS in says:
        proposes = Says.FREE in says or re.search(
            r"(?:行|可以|好|ok|成|方便|有空|有时间)(?:吗|么|不|嘛|\?)|行不行|可不可以|能不能|能否", said
        )
        if proposes and _names_day(said) and not re.search(r"什么|怎么|哪|几点|多久|谁|有没有|迟到|带", said):
            return Intent.RESCHEDULE, True
        return Intent.QUESTION, False
    if Says.CONFIRM in says:
        return (Intent.UNCLEAR, True) if Says.MAYBE in says else (Intent.CONFIRM, False)
    return _nodded(said, parts, says)


def _nodded(said: str, parts: list[Clause], says: Says) -> tuple[Intent, bool]:
    greeting = re.fullmatch(r"(?:你好|您好|hi|hello|在|谢谢您?|多谢|感谢|thanks?|thank you|老师|hr|[啊呀 ,.!~])+", said)
    if (
        parts
        and not greeting
        and all(Says.NOD in part.says for part in parts)
        and re.search(r"[^\W\d_]|\U0001f44c|\U0001f44d", said)
    ):
        return Intent.CONFIRM, False
    if Says.FREE in says and re.search(r"只有|才|改|除了|换", said):
        return Intent.RESCHEDULE, True
    return Intent.UNCLEAR, True


def _time(said: str, parts: list[Clause], intent: Intent, now: datetime) -> tuple[When | None, bool]:
    """Take the time meant: for another time the one behind the wish, else the first; and whether it has to be asked."""
    if intent is Intent.RESCHEDULE:
        wished = [part.text for part in parts if part.says & _POINTS_TO_NEW or Says.ASKS in part.says]
        for text in reversed(wished):
            read = read_all_when(_behind_the_wish(text), now) or read_all_when(text, now)
            if read:
                return _one(read[-1:] if _behind_the_wish(text) == text else read)
    return _one(read_all_when(said, now))


_TO: Final = re.compile(
    r"改(?:到|为|成|在|至)|换(?:到|成)|推迟到|延[后期]到|提前到|挪到|调整?到|约到|安排[到在]|改"
    r"|换(?=[明后下周])|to "
)


def _behind_the_wish(text: str) -> str:
    last = None
    for last in _TO.finditer(text):  # noqa: B007
        pass
    return text[last.end() :] if last else text


def _one(read: list[When | DateError]) -> tuple[When | None, bool]:
    if not read:
        return None, False
    first = read[0]
    return (None, True) if isinstance(first, DateError) else (first, first.ask is not None)
