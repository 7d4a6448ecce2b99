"""What candidates type, in WeChat, WeCom or by SMS: asked which interview, never refused (design.md §4)."""

from handlers import answering, asking, own_data, returning, standing
from handlers.reading.asides import says_coming, wants_back, wants_list, wants_person
from handlers.reading.grammar import read_command
from handlers.reading.replies import Intent, Reply, read_reply
from handlers.reading.verbs import Verb
from handlers.routing import Context
from models import Booking, BookingStatus
from workflow import outbox, replying
from workflow.acting import local
from workflow.masking import tail
from workflow.moments import when_of
from workflow.reasons import REASONS, UNSAID
from workflow.showing import plain


async def text(context: Context) -> None:
    """Read one message of a candidate: the answer to what was asked, a wish of its own, or a plain message."""
    said = context.incoming.text
    if await own_data.takes(context):
        return
    answer = await answering.typed(context)
    if answer is not None:
        await answering.pressed(context, *answer)
    elif wants_person(said):
        await _to_a_person(context)
    elif wants_list(said):
        await standing.listed(context)
    elif _is_number(context) or await answering.is_vague_here(context):
        await _read(context, Reply(Intent.UNCLEAR, ask=True))  # a number that answers nothing decides nothing
    else:
        await _read(context, read_reply(said, local(context.act.now)))


def _is_number(context: Context) -> bool:
    command = read_command(context.incoming.text, local(context.act.now))
    return command is not None and command.verb == Verb.CHOOSE and bool(command.picks)


async def _read(context: Context, reply: Reply) -> None:
    bookings = await replying.upcoming(list(context.candidate_ids), context.act)
    gone = await replying.declined_ahead(list(context.candidate_ids), context.act)
    words = context.incoming.text[:200]
    comes = reply.intent == Intent.KEEP or says_coming(words)
    if gone and (wants_back(words) or (comes and not bookings)):
        await asking.whether_back(context.act, context.account, _narrowed(gone, reply), words)
    elif bookings:
        await _by_intent(context, reply, bookings)
    else:
        await _none_left(context, reply)


async def _by_intent(context: Context, reply: Reply, bookings: list[Booking]) -> None:
    meant = _narrowed(bookings, reply)
    if reply.intent == Intent.CANCEL:
        await _cancel(context, meant, reply)
    elif reply.intent in (Intent.KEEP, Intent.CONFIRM) and not reply.ask:
        await standing.kept(context, meant)
    elif reply.intent == Intent.RESCHEDULE and len(meant) == 1:
        await standing.another_time(context, meant[0], context.incoming.text)
    elif reply.intent in (Intent.QUESTION, Intent.LATE):
        await standing.passed_on(context, meant[0])
    else:
        await asking.to_cancel(context.act, context.account, meant, _state(context, reply), firm=False)


async def _cancel(context: Context, meant: list[Booking], reply: Reply) -> None:
    """Ask for one tap; a plain word where the company is cancelling already needs none and counts at once."""
    state = _state(context, reply)
    if len(meant) == 1 and meant[0].status == BookingStatus.FROZEN and not reply.ask:
        await answering.declined_at_once(context, meant[0], str(state["words"]), str(state["reason"]))
        return
    account = context.account
    await asking.to_cancel(context.act, account, meant, state, firm=True, watched=not reply.ask)


def _state(context: Context, reply: Reply) -> dict[str, object]:
    reason = str(reply.reason) if reply.reason and str(reply.reason) in REASONS else UNSAID
    return {"words": context.incoming.text[:200], "reason": reason}


def _narrowed(bookings: list[Booking], reply: Reply) -> list[Booking]:
    """Keep the bookings of the day that was said; a day without any says nothing."""
    if reply.when is None:
        return bookings
    same = [each for each in bookings if local(each.starts_at).date() == reply.when.start.date()]
    return same or bookings


async def _to_a_person(context: Context) -> None:
    """Answer 转人工: HR of the unit hears of it at once, the candidate hears that, and whom they can call."""
    words = context.incoming.text[:200]
    ids = list(context.candidate_ids)
    ahead = await replying.upcoming(ids, context.act)
    booking = next(iter(ahead or await replying.all_of(ids)), None)
    contact = ""
    if booking is not None:
        await replying.pass_on(context.act, booking, words, "hr_person_wanted")
        contact = await standing.contact(booking)
    elif context.act.candidate is not None:
        person = context.act.candidate
        who = f"{plain(str(person.name), 20)}（尾号 {tail(person.phone)}）"
        line = f"候选人找人工：{who}，没有面试。原话：{plain(words, 120)}"
        await replying.call_without_booking(context.act, person.id, line)
    stands = f"您 {when_of(booking)} 的面试目前不变。" if booking in ahead and booking is not None else ""
    said = f"已转告招聘负责人，请他们尽快与您联系。{contact}{stands}编号 {context.reference}"
    await outbox.say(context.act, context.account, said)


FOR_A_PERSON = (Intent.QUESTION, Intent.RESCHEDULE, Intent.LATE)


async def _none_left(context: Context, reply: Reply) -> None:
    """Say how the last interview ended; a question about it, or a wish to come, goes to HR."""
    last = next(iter(await replying.all_of(list(context.candidate_ids))), None)
    if last is not None and replying.is_under_way(last, context.act):
        await _while_it_runs(context, last, reply)
        return
    over = last is not None and last.status in (BookingStatus.CANCELLED, BookingStatus.DECLINED)
    if last is not None and over and wants_back(context.incoming.text):
        await returning.too_late(context, last, context.incoming.text[:200])
    elif last is not None and over and reply.intent in FOR_A_PERSON:
        await replying.pass_on(context.act, last, context.incoming.text[:200])
        text = f"收到，已转给招聘负责人，会尽快答复您。您 {when_of(last)} 的面试{standing.OVER[last.status]}。"
        await outbox.say(context.act, context.account, text)
    elif last is not None and over:
        state = "已取消" if last.status == BookingStatus.CANCELLED else "已登记您不来"
        text = f"您 {when_of(last)} 的面试{state}，不必再前往。您目前没有其他面试。"
        await outbox.say(context.act, context.account, text)
    else:
        text = "您目前没有待参加的面试。如有疑问请联系招聘负责人。"
        await outbox.say(context.act, context.account, text)


async def _while_it_runs(context: Context, booking: Booking, reply: Reply) -> None:
    """Hear who writes after the start, when the interviewer may be waiting: a plain no counts, the rest goes to HR."""
    words = context.incoming.text[:200]
    if reply.intent == Intent.CANCEL and not reply.ask:
        await answering.declined(context, booking, words, str(_state(context, reply)["reason"]))
        return
    await replying.pass_on(context.act, booking, words)
    contact = await standing.contact(booking)
    said = f"您 {when_of(booking)} 的面试已到开始时间。您的话已转给招聘负责人。{contact}编号 {context.reference}"
    await outbox.say(context.act, context.account, said)
