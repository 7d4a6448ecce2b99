"""查, 列表 and 时间轴: what there is, and what happened to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cards import case_facts, log_faults
from cards import timeline as timeline_words
from handlers import lists, nobody, picking, portions, recent
from handlers.locating import Asked, Found, asked_for, fits, locate, located
from handlers.reading.grammar import Command
from handlers.reading.verbs import Verb
from handlers.routing import Context
from handlers.spans import between
from models import Booking, CardPurpose
from workflow import access, attempts, finding, outbox
from workflow import timeline as facts
from workflow.acting import local
from workflow.errors import NotAllowed, NotFound
from workflow.showing import plain
from workflow.views import bookings_seen


async def find(context: Context, command: Command) -> None:
    """Answer 查 …: a card with its buttons for one booking, a list for several, and why there is none."""
    if command.who.request:
        await timeline(context, command)
        return
    if not await access.scopes(context.employee, access.READ, context.act.now):
        await _own(context, command)
        return
    asked = await asked_for(context, command, access.READ)
    found = await locate(context, asked, command.when, access.READ, live=False)
    if len(found.bookings) == 1 and not (found.by_sound or asked.unread):
        await outbox.hand_card(
            context.act, CardPurpose.BOOKING, context.account, holder=context.employee, booking=found.bookings[0]
        )
    elif found.bookings:
        await lists.show(context, _head(asked, found), _ordered(found.bookings, context.act.now))
    else:
        await _none(context, command, asked)


def _head(asked: Asked, found: Found) -> str:
    """Say how many there are, and first what of the question was not understood or is not what was typed."""
    unread = f"没看懂「{plain('、'.join(asked.unread), 40)}」，没有用它筛选。" if asked.unread else ""
    count = f"共 {len(found.bookings)} 场"
    if len(found.bookings) == finding.MOST_LISTED:
        count = f"先列最早的 {finding.MOST_LISTED} 场，请加上时间缩小范围"
    return f"{unread}没有「{plain(asked.name, 20)}」，读音相同的{count}" if found.by_sound else f"{unread}{count}"


def _ordered(bookings: Sequence[Booking], now: datetime) -> list[Booking]:
    """Put what is to come first, the next one at the top; what is over follows, the last one first."""
    coming = [each for each in bookings if each.starts_at >= now]
    over = [each for each in bookings if each.starts_at < now]
    return [*coming, *reversed(over)]


async def _none(context: Context, command: Command, asked: Asked) -> None:
    if command.when is not None and asked.who.is_said:
        at_other_times = await locate(context, asked, None, access.READ, live=False)
        if at_other_times.bookings:
            head = f"那个时间没有「{plain(asked.spoken, 20)}」的面试，别的时间{_head(asked, at_other_times)}"
            await lists.show(context, head, _ordered(at_other_times.bookings, context.act.now))
            return
    text = await nobody.sentence(context, asked, access.READ) if asked.who.is_said else "这段时间没有面试。"
    await outbox.say(context.act, context.account, f"{text}可发「列表 本周」或「查 姓名」。编号 {context.reference}")


async def listing(context: Context, command: Command) -> None:
    """Answer 列表 [时间] [岗位]: the interviews of that time, today's when none is said."""
    if not await access.scopes(context.employee, access.READ, context.act.now):
        await _own(context, command)
        return
    day = local(context.act.now).replace(hour=0, minute=0, second=0, microsecond=0)
    period = between(command.when) or (day, day + timedelta(days=1))
    asked = await asked_for(context, command, access.READ)
    found = await located(context, asked, period, access.READ, live=False)
    if found.bookings:
        await lists.show(context, _head(asked, found), found.bookings)
    elif asked.who.is_said:
        await _none(context, command, asked)
    else:
        span = "今天" if command.when is None else "这段时间"
        text = f"{_unread(asked)}{span}没有面试。可发「列表 本周」或「查 姓名」。"
        await outbox.say(context.act, context.account, text)


def _unread(asked: Asked) -> str:
    return f"没看懂「{plain('、'.join(asked.unread), 40)}」。" if asked.unread else ""


async def _own(context: Context, command: Command) -> None:
    """Show whoever may see no unit's interviews those at which they are the interviewer; others learn who may."""
    when = between(command.when)
    asked = await asked_for(context, command, access.READ)
    coming = await finding.to_interview(context.employee, when, None if when else context.act.now)
    mine = [each for each in coming if fits(each, asked.who)]
    if mine:
        await lists.show(context, f"{_unread(asked)}你要面试的共 {len(mine)} 场", mine, own=True)
    elif await finding.to_interview(context.employee):
        whose = f"「{plain(asked.spoken, 20)}」" if asked.who.is_said else ""
        text = f"{'那段时间' if when else '接下来'}没有要你面试的{whose}场次。可发「列表 本周」「列表 下周」。"
        await outbox.say(context.act, context.account, text)
    else:
        raise NotAllowed(permission=access.READ)


async def timeline(context: Context, command: Command) -> None:
    """Answer 时间轴 Q…/Y…: every step as the audit log has it, system steps and failures included (S30)."""
    found = await _cases(context, command)
    if len(found) > 1:
        await _which(context, found)
        return
    case = await case_meant(context, command)
    await facts.note_viewed(context.act, case)
    entries = attempts.told(case, await facts.entries_of(case))
    warning = log_faults.not_a_proof(case.organisation.origin, await facts.first_bad(case))
    title, *heading = case_facts.heading(case)
    lines = [title, *warning, *heading, *(timeline_words.line(each, context.act.now) for each in entries)]
    for part in portions.of(lines, context.account.platform):
        await outbox.say(context.act, context.account, part)


async def case_meant(context: Context, command: Command) -> facts.Case:
    """Find the one case that was named: by its number, or by its candidate."""
    who = command.who
    if who.request or who.booking:
        return await facts.case_of(context.act, who.request or who.booking or "")
    found = await _cases(context, command)
    if len(found) != 1:
        raise NotFound(what="booking")
    return await facts.of_booking(context.act, found[0])


async def _cases(context: Context, command: Command) -> list[Booking]:
    """Return the bookings that a name without a number may mean."""
    if command.who.request or command.who.booking:
        return []
    asked = await asked_for(context, command, access.READ)
    return (await locate(context, asked, command.when, access.READ, live=False)).bookings


async def _which(context: Context, bookings: Sequence[Booking]) -> None:
    shown = _ordered(bookings, context.act.now)[: recent.MOST]
    views = await bookings_seen(shown, context.act)
    lines = [f"{place}　{each.title}" for place, each in enumerate(views, start=1)]
    await picking.ask(context, recent.KIND, [each.number for each in shown], {"verb": str(Verb.TIMELINE)})
    more = f"共 {len(bookings)} 场，先列 {len(shown)} 场，可加时间缩小范围。" if len(bookings) > len(shown) else ""
    tail = f"{more}回复 1–{len(shown)}（2 分钟内有效）。"
    await outbox.say(context.act, context.account, "\n".join(["看哪一场的时间轴？", *lines, tail]))
