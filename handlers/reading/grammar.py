"""HR's closed grammar: 动词 对象 时间 原因 选项, in any order, read into one Command."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from handlers.reading.answers import ANSWERS, read_answer
from handlers.reading.clauses import CommandParts, take_options, take_reason, take_times
from handlers.reading.dates import When
from handlers.reading.handing import read_handing
from handlers.reading.numbered import ALLOWS, UNNAMED, NamedBooking
from handlers.reading.numerals import number
from handlers.reading.people import Who, take_names, take_numbers, take_position, take_scope
from handlers.reading.reasons import Reason
from handlers.reading.remains import Remains
from handlers.reading.text import as_written, plain, without
from handlers.reading.verbs import Verb, nearest
from handlers.reading.wishes import NAMED, find_verb

__all__ = ["Command", "Verb", "Who", "nearest", "read_command"]


NOBODY: Final = Who()


@dataclass(frozen=True, slots=True)
class Command:
    """One command as understood; `problems` say, in Chinese, what has to be asked before it can be done."""

    verb: Verb
    who: Who = NOBODY
    when: When | None = None  # which booking
    to: When | None = None  # 改期: the new time; 委托: until
    reason: Reason | None = None
    reason_text: str = ""
    notify: bool | None = None
    keep: bool | None = None
    options: dict[str, str] = field(default_factory=dict)  # 模板, 附言, 仅预览, 位置 (前, 后, 并), and every key=value
    rest: str = ""  # what no rule used
    confirmed: bool = False  # 确认取消 was said
    problems: tuple[str, ...] = ()
    picks: tuple[int, ...] = ()  # numbers of a list: 同意 1 3 4, 选1
    colleague: str | None = None  # 转交 2 李娜
    count: int | None = None  # 确认取消 37


READS: Final = frozenset(
    {
        Verb.FIND,
        Verb.LIST,
        Verb.BOARD,
        Verb.TODO,
        Verb.TIMELINE,
        Verb.EXPORT,
        Verb.RISK,
        Verb.ARCHIVE,
        Verb.EVIDENCE,
        Verb.REPORT,
    }
    | {Verb.PROGRESS, Verb.AUDIT_SEARCH, Verb.HELP, Verb.TRIAL, Verb.RECORD, Verb.MINE, Verb.WAITLIST, Verb.PERMISSIONS}
    | {Verb.RETENTION, Verb.CERTIFICATE}
)
"""Verbs that change nothing: a time that is over is no problem for them."""

_DECIDES: Final = frozenset({Verb.APPROVE, Verb.REJECT, Verb.SEND_BACK, Verb.WITHDRAW, Verb.REMIND})
_ONE_PERSON: Final = frozenset({Verb.CANCEL, Verb.RESCHEDULE, Verb.PHONE_CANCEL, Verb.RESTORE})
_WORDS_FOLLOW: Final = frozenset(
    {Verb.HELP, Verb.TEMPLATE, Verb.CHANNEL, Verb.TICKET, Verb.POLICY, Verb.REPORT, Verb.PROGRESS}
    | {Verb.PERMISSIONS, Verb.GRANT, Verb.REVOKE, Verb.PURGE, Verb.DEPUTY, Verb.LINK, Verb.ERASE}
)
_PICKS: Final = re.compile(
    r"(?<![0-9a-z:.=/-])(?:第\s?)?(?P<low>[0-9]{1,2}"
    r"|(?<=第)[一二三四五六七八九十])(?:\s?[-~到至]\s?(?P<high>[0-9]{1,2}))?(?:[条个位号])?(?![0-9a-z:"
    r"./月日点=])"
)
_COUNT: Final = re.compile(r"(?<![0-9a-z:.])(?P<n>[0-9]{1,5})\s?(?:个|位|条|人|场|份)?(?![0-9a-z:.点月日号])")


def read_command(text: str, now: datetime, named: NamedBooking = UNNAMED) -> Command | None:
    """Read one message; None where it is not a command. `named` is the booking whose own number stands in it."""
    said = plain(text)
    wish = find_verb(named.hidden(said))
    if wish is None or wish.verb not in ALLOWS:
        named, wish = UNNAMED, find_verb(said)
    if wish is None:
        return None
    if wish.verb in (Verb.CHOOSE, Verb.DROP):
        return Command(wish.verb, picks=wish.picks)
    asked = (named.ask,) if named.ask else ()
    if wish.verb in NAMED:
        rest = without(as_written(text), (named.span,))[wish.spans[-1][1] :].strip()
        return Command(wish.verb, Who(booking=named.number or None), rest=rest, problems=asked)
    remains = Remains(said, as_written(text))
    for start, end in (*wish.spans, named.span):
        remains.blank(start, end)
    if wish.verb in ANSWERS:
        command = _read_answer(wish.verb, remains)
    elif wish.verb in (Verb.HAND_OVER, Verb.ADD):
        command = _read_handing(wish.verb, said[slice(*wish.spans[-1])], remains)
    else:
        command = _read_parts(wish.verb, remains, now)
    if named.number:
        command = replace(command, who=replace(command.who, booking=named.number))
    command = replace(command, problems=asked + command.problems + wish.problems)
    return replace(command, problems=command.problems + _missing(command))


def _read_answer(verb: Verb, remains: Remains) -> Command:
    read = read_answer(verb, remains)
    who = Who(booking=read.booking, request=read.request, everything=read.everything)
    options = {} if read.remark is None else {"附言": read.remark}
    return Command(verb, who, reason_text=read.words, options=options, picks=read.picks)


def _read_handing(verb: Verb, spoken: str, remains: Remains) -> Command:
    read = read_handing(spoken, remains)
    options = {key: value for key, value in (("附言", read.remark), ("位置", read.how)) if value is not None}
    who = Who(request=read.request)
    return Command(verb, who, reason_text=read.words, options=options, picks=read.picks, colleague=read.name)


def _read_parts(verb: Verb, remains: Remains, now: datetime) -> Command:
    """Read the parts in the order in which they can be told apart: what is marked first, names last."""
    parts = take_options(remains)
    position, (everything, previous) = take_position(remains), take_scope(remains)
    numbers = take_numbers(remains)
    if verb in _WORDS_FOLLOW:
        return _with_rest(verb, parts, _who(numbers), remains)
    confirmed, count = _confirmation(verb, parts, remains)
    picks = _picks(remains) if verb in (Verb.WITHDRAW, Verb.REMIND, Verb.DELEGATE) else ()
    reason, reason_text = take_reason(remains)
    times = take_times(remains, now, splits=verb in (Verb.RESCHEDULE, Verb.DELEGATE))
    if reason is None and not reason_text:
        reason, reason_text = take_reason(remains, marked=False)
    names, latin = take_names(remains)
    colleague = names[-1] if verb is Verb.DELEGATE and names else None
    if colleague:
        names = names[:-1]
    problems = times.problems + _too_many(verb, names)
    who = replace(
        _who(numbers),
        name=names[0] if names else None,
        latin=" ".join(latin) or None,
        position=position,
        everything=everything,
        previous=previous,
    )
    verb = Verb.BATCH_CANCEL if verb is Verb.CANCEL and everything else verb
    when, to = _placed(verb, times.when, times.to)
    problems += tuple(w.ask for w in (when, to) if w and w.ask and not (verb in READS and w.past))
    rest = remains.rest()
    if verb is Verb.BATCH_CANCEL and rest and not position:
        who, rest, unread = _batch_of(who, rest)
        problems += unread
    return Command(
        verb,
        who,
        when,
        to,
        reason,
        reason_text,
        parts.notify,
        parts.keep,
        parts.options,
        rest,
        confirmed,
        problems,
        picks,
        colleague,
        count,
    )


def _batch_of(who: Who, rest: str) -> tuple[Who, str, tuple[str, ...]]:
    """Take the one word left as the position: a batch must never grow because a word was not understood."""
    if len(rest.split()) == 1:
        return replace(who, position=rest.removesuffix("的")), "", ()
    return who, rest, (f"没看懂「{rest}」，岗位请写成「岗位=…」。",)


def _who(numbers: dict[str, str]) -> Who:
    return Who(tail=numbers.get("tail"), booking=numbers.get("booking"), request=numbers.get("request"))


def _with_rest(verb: Verb, parts: CommandParts, who: Who, remains: Remains) -> Command:
    return Command(verb, who, options=parts.options, rest=remains.rest())


def _confirmation(verb: Verb, parts: CommandParts, remains: Remains) -> tuple[bool, int | None]:
    """Read the number typed to confirm a batch: 确认取消 37."""
    if verb is not Verb.CONFIRM_BATCH:
        return parts.confirmed, None
    match = remains.take(_COUNT)
    return True, int(match["n"]) if match else None


def _picks(remains: Remains) -> tuple[int, ...]:
    """Read 1 3 4 and 1-3; a range that is upside down or too long picks nothing."""
    picked: list[int] = []
    while match := remains.take(_PICKS):
        low = number(match["low"])
        picked += range(low, int(match["high"] or low) + 1)
    return tuple(dict.fromkeys(pick for pick in picked if pick))


def _too_many(verb: Verb, names: list[str]) -> tuple[str, ...]:
    if verb in _ONE_PERSON and len(names) > 1:
        return (f"一次处理一位：{'、'.join(names)} 中是哪一位？多位请用「批量取消」。",)
    return ()


def _placed(verb: Verb, when: When | None, to: When | None) -> tuple[When | None, When | None]:
    """Put a single time of 改期 and 委托 where it belongs: the new time, the end."""
    if verb in (Verb.RESCHEDULE, Verb.DELEGATE) and to is None:
        return None, when
    return when, to


def _missing(command: Command) -> tuple[str, ...]:
    """Name what has to be asked because it was not said."""
    verb, who = command.verb, command.who
    located = who.is_said or command.when is not None or bool(command.rest)
    named = command.colleague is not None or who.latin is not None
    needs: dict[Verb, tuple[bool, str]] = {
        Verb.CANCEL: (located, "要取消哪一位的面试？请带上姓名、手机尾号或预约号。"),
        Verb.PHONE_CANCEL: (located, "登记哪一位的电话取消？请带上姓名或手机尾号。"),
        Verb.BATCH_CANCEL: (located, "批量取消哪些？请带上岗位或时间，例如「批量取消 岗位=Java后端 下周」。"),
        Verb.CONFIRM_BATCH: (command.count is not None or who.is_said, "请带上预览里的数量，例如「确认取消 37」。"),
        Verb.RESCHEDULE: (
            located and command.to is not None,
            "改哪一位、改到什么时候？例如「改期 张伟 周五上午10点」。",
        ),
        Verb.FIND: (located, "要查谁？姓名、拼音、手机尾号、岗位或预约号都可以。"),
        Verb.HAND_OVER: (named, "转交给哪位同事？例如「转交 2 李娜」。"),
        Verb.ADD: (named, "请谁加签？例如「前加签 2 李娜」（或后加签、并加签）。"),
        Verb.DELEGATE: (
            command.colleague is not None and command.to is not None,
            "委托给谁、到什么时候？例如「委托 李娜 至 周五17:00」。",
        ),
    }
    decided = bool(command.picks) or located
    for each in (*_DECIDES, Verb.TIMELINE, Verb.RESTORE, Verb.PHONED):
        needs[each] = (decided, f"{each.value}哪一条？请带上序号或申请号。")
    said, question = needs.get(verb, (True, ""))
    return () if said else (question,)
