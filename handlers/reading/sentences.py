"""A sentence read, as the JSON of `python -m bot read` (design.md §10)."""

import re
from datetime import datetime
from typing import Any, Final, Literal

from handlers.reading.dates import DateError, When, read_when
from handlers.reading.found import ZONE
from handlers.reading.grammar import Command, nearest, read_command
from handlers.reading.people import take_names
from handlers.reading.reasons import Reason
from handlers.reading.remains import Remains
from handlers.reading.replies import read_reply
from handlers.reading.text import plain, without
from handlers.reading.verbs import Verb

_AIMED: Final = re.compile(r"^/|取消|改期|撤销|撤回|预约|加签|催办|驳回|[yq]20[0-9]{6}")
_NOT_OURS: Final = re.compile(
    r"订单|会议|外卖|航班|机票|快递|酒店|聚餐|团建|合同|周会|例会|天气|活动|培训|出差|已经?取消"
    r"|取消了$"
)


def read_as_json(text: str, role: Literal["hr", "candidate"], at: datetime) -> dict[str, Any]:
    """Read one sentence as HR or as a candidate would mean it; acts on nothing.

    Keys are those of design.md §10. `reason` is the Chinese label of its code, or the words where no code fits; `who`
    is what was written of the person, request or list, parted by spaces.
    """
    here = at.astimezone(ZONE) if at.tzinfo else at.replace(tzinfo=ZONE)
    return _candidate(text, here) if role == "candidate" else _recruiter(text, here)


def _candidate(text: str, now: datetime) -> dict[str, Any]:
    reply = read_reply(text, now)
    return _json(reply.intent.value, None, reply.when, reply.reason.label if reply.reason else None, reply.ask)


def _recruiter(text: str, now: datetime) -> dict[str, Any]:
    command = read_command(text, now)
    if command is None:
        return _not_a_command(text, now)
    when = command.to or command.when
    return _json(command.verb.value, _who(command), when, _reason(command), bool(command.problems))


def _not_a_command(text: str, now: datetime) -> dict[str, Any]:
    """Tell what was meant for the bot and not understood from what people say to each other."""
    said = plain(text)
    meant = bool(_AIMED.search(said) or nearest(text)) and not _NOT_OURS.search(said)
    if not meant:
        return _json("none", None, None, None, False)
    when = read_when(text, now)
    spans = when.spans if when else ()
    names, _ = take_names(Remains(without(said, spans)))
    return _json("unknown", names[0] if names else None, when if isinstance(when, When) else None, None, True)


def _who(command: Command) -> str | None:
    if command.colleague:
        return command.colleague
    if command.picks and not command.who.is_said:
        return " ".join(str(pick) for pick in command.picks)
    reads_a_person = command.verb in (Verb.CANCEL, Verb.RESCHEDULE, Verb.FIND, Verb.PHONE_CANCEL)
    return command.who.spoken() or (command.rest or None if reads_a_person else None)


def _reason(command: Command) -> str | None:
    if command.reason and command.reason is not Reason.OTHER:
        return command.reason.label
    return command.reason_text or None


def _json(intent: str, who: str | None, when: When | DateError | None, reason: str | None, ask: bool) -> dict[str, Any]:
    span = {"from": when.start.isoformat(), "to": when.end.isoformat()} if isinstance(when, When) else None
    return {"intent": intent, "who": who, "when": span, "reason": reason, "ask": ask}
