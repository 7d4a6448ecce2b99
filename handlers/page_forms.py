"""What a candidate sends from their page: one inbox row, one transaction, one effect, however often it is sent."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tortoise.transactions import in_transaction

from handlers import entry_links, page_own_data, pages
from handlers.entry_links import Form
from models import EntryLink, InboundMessage, InboundStatus
from workflow import audit, own_data, replying
from workflow.acting import Act
from workflow.errors import Refusal
from workflow.own_data import OwnCopy
from workflow.reasons import SHORTEST_TEXT

REASONS = {"conflict": "行程冲突", "illness": "身体不适", "other_offer": "已有其他安排", "other": "其他"}
LONGEST = 200
PLATFORM = "page"


class Ending(StrEnum):
    """What became of a form."""

    GONE = "gone"  # no such link
    LOCKED = "locked"  # too much was guessed
    FORGED = "forged"  # not a form of this page
    INCOMPLETE = "incomplete"  # something has to be filled in; `problem` says what
    UNPROVEN = "unproven"  # the second fact is wrong
    STALE = "stale"  # the booking changed after the page was shown
    REFUSED = "refused"  # HR was told instead
    DONE = "done"  # now, or when it was sent before
    ENTERED = "entered"  # `room` is where to go
    COPIED = "copied"  # `copies` is what is kept of the person


@dataclass(frozen=True)
class Outcome:
    """What the page answers: `problem` is worded for the candidate."""

    ending: Ending
    problem: str = ""
    room: str = ""
    action: str = ""
    copies: tuple[OwnCopy, ...] = ()


@dataclass(frozen=True)
class Sent:
    """One submission; `source` is the SHA-256 of its body."""

    fields: Mapping[str, str]
    source: str = ""

    @property
    def words(self) -> str:
        """What the candidate wrote."""
        return self.fields.get("words", "").strip()[:LONGEST]

    @property
    def reason(self) -> str:
        """The code of the reason that was chosen."""
        return self.fields.get("reason", "")


async def take(token: str, sent: Sent, now: datetime) -> Outcome:
    """Do what a form asks inside the caller's transaction; the link's row is held, so the same form waits its turn."""
    link = await entry_links.find(token, now, lock=True)
    if link is None:
        return Outcome(Ending.GONE)
    form = entry_links.form_in(sent.fields, link)
    if form is None:
        return Outcome(Ending.FORGED)
    if form.action == "enter":
        return _entered(link, now)
    if await entry_links.is_locked(link, now):
        return Outcome(Ending.LOCKED)
    return await _proven(link, form, sent, now)


async def bury(token: str, sent: Sent, now: datetime) -> str:
    """Keep what our own fault stopped and return its reference."""
    link = await entry_links.find(token, now)
    key = entry_links.unique_key(link) if link else f"page:{uuid.uuid4().hex}"
    row = await _note(link, key, sent.fields.get("action", "")[:16], sent.words, now, InboundStatus.DEAD)
    return row.reference


def _entered(link: EntryLink, now: datetime) -> Outcome:
    """Lead to the room if it is open at this moment, whatever the page showed."""
    room = pages.room_of(link.booking, now)
    return Outcome(Ending.ENTERED, room=room) if room else Outcome(Ending.DONE)


async def _proven(link: EntryLink, form: Form, sent: Sent, now: datetime) -> Outcome:
    fact = entry_links.fact_of(link.booking.candidate)
    given = entry_links.readable(sent.fields.get("proof", ""), fact)
    if not given:
        asked = "请填写预约时所留手机号的后四位数字" if fact == "phone" else "请填写预约时所留邮箱 @ 前面的部分"
        return Outcome(Ending.INCOMPLETE, asked, action=form.action)
    if not entry_links.is_proven(link.booking.candidate, given):
        return await _wrong(link, form, sent, now)
    await entry_links.succeeded(link)
    if form.action == "copy":
        return await _copied(_act(link, sent, now))
    problem = _missing(form, sent)
    return Outcome(Ending.INCOMPLETE, problem, action=form.action) if problem else await _once(link, form, sent, now)


async def _wrong(link: EntryLink, form: Form, sent: Sent, now: datetime) -> Outcome:
    """Count and record the attempt; what was guessed is not kept."""
    left = await entry_links.failed(link, now)
    await _note(link, entry_links.unique_key(link), form.action, "", now)
    act = Act(now, PLATFORM, "link", candidate=link.booking.candidate, source=sent.source)
    await _record_attempt(link, form, act, "second-fact")
    if not left:
        return Outcome(Ending.LOCKED)
    what = "手机后四位" if entry_links.fact_of(link.booking.candidate) == "phone" else "邮箱"
    return Outcome(Ending.UNPROVEN, f"与预约时留的{what}不一致，请核对。还可以再试 {left} 次", action=form.action)


async def _copied(act: Act) -> Outcome:
    """Show the person all that is kept of them, and the rules with it."""
    assert act.candidate is not None
    kept = await own_data.copies(act, await replying.candidates_at(act.candidate.id), full=True)
    await own_data.note_shown(act, act.candidate)
    return Outcome(Ending.COPIED, copies=tuple(kept))


def _missing(form: Form, sent: Sent) -> str:
    """Say what still has to be filled in; 其他 needs a few words behind every door (S19)."""
    if form.action in page_own_data.ACTIONS:
        return page_own_data.missing(form.action, sent.fields)
    if form.action == "reschedule":
        return "" if sent.words else "请写下您方便的时间，例如「周五上午」"
    if sent.reason not in REASONS:
        return "请选择取消原因"
    short = sent.reason == "other" and len(sent.words) < SHORTEST_TEXT
    return f"选「其他」时，请用至少 {SHORTEST_TEXT} 个字说明一下" if short else ""


async def _once(link: EntryLink, form: Form, sent: Sent, now: datetime) -> Outcome:
    earlier = await InboundMessage.get_or_none(key=form.key(link))
    if earlier is not None:
        earlier.repeats += 1
        await earlier.save(update_fields=["repeats"])
        return Outcome(Ending.DONE)
    act = _act(link, sent, now)
    if form.revision != link.booking.revision and form.action not in page_own_data.ACTIONS:
        return await _stale(link, form, act)
    row = await _note(link, form.key(link), form.action, _said(form, sent), now)
    return await _carefully(link, form, sent, act, row.reference)


def _act(link: EntryLink, sent: Sent, now: datetime) -> Act:
    candidate = link.booking.candidate
    auth = "link+tail" if entry_links.fact_of(candidate) == "phone" else "link+mail"
    message = f"{PLATFORM}:{sent.source[:32]}"
    return Act(now, PLATFORM, auth, candidate=candidate, source=sent.source, message=message)


async def _stale(link: EntryLink, form: Form, act: Act) -> Outcome:
    """Ask again after a change; a cancellation that has happened meanwhile is simply there."""
    over = pages.state_of(link.booking, act.now) in (pages.PageState.CANCELLED, pages.PageState.DECLINED)
    if over and form.action == "cancel":
        return Outcome(Ending.DONE)
    await _record_attempt(link, form, act, "stale")
    return Outcome(Ending.STALE, "面试安排在您打开页面之后有变化，下面是最新的安排，请看过再操作")


async def _carefully(link: EntryLink, form: Form, sent: Sent, act: Act, reference: str) -> Outcome:
    """Act in a savepoint; what the workflow refuses is passed on to HR in the candidate's words, never lost."""
    try:
        async with in_transaction():
            await _do(link, form, sent, act)
    except Refusal as refusal:
        await _record_attempt(link, form, act, refusal.code)
        await replying.pass_on(act, link.booking, _said(form, sent))
        return Outcome(Ending.REFUSED, f"您的话已转给招聘负责人，会由他们为您办理。编号 {reference}")
    return Outcome(Ending.DONE)


async def _do(link: EntryLink, form: Form, sent: Sent, act: Act) -> None:
    if form.action in page_own_data.ACTIONS:
        await page_own_data.do(act, form.action, sent.fields)
        return
    booking = await replying.own_booking(act, link.booking.id, [link.booking.candidate_id])
    if form.action == "reschedule":
        await replying.ask_for_another_time(act, booking, sent.words)
    elif booking.starts_at <= act.now:
        await replying.pass_on(act, booking, _said(form, sent))
    else:
        await replying.decline(act, booking, _said(form, sent), sent.reason)


def _said(form: Form, sent: Sent) -> str:
    """Return the candidate's word as it is kept: the reason they chose and what they wrote."""
    if form.action in page_own_data.ACTIONS:
        return page_own_data.said(form.action, sent.fields)
    if form.action == "reschedule":
        return sent.words
    label = REASONS[sent.reason]
    return f"取消面试，{label}：{sent.words}" if sent.words else f"取消面试，{label}"


async def _note(
    link: EntryLink | None,
    key: str,
    kind: str,
    words: str,
    now: datetime,
    status: InboundStatus = InboundStatus.HANDLED,
) -> InboundMessage:
    row = InboundMessage(
        id=uuid.uuid4(),
        person_id=link.booking.candidate_id if link else None,
        key=key,
        platform=PLATFORM,
        kind=f"page-{kind}",
        status=status,
        received_at=now,
        content=words or None,
    )
    row.reference = f"E{row.id.hex[:6].upper()}"
    await row.save()
    return row


async def _record_attempt(link: EntryLink, form: Form, act: Act, why: str) -> None:
    subject = ("attempt", link.booking.number, link.booking.revision)
    data = {"action": form.action}
    await audit.record(act, link.booking.organisation, "attempt.refused", subject, ok=False, why=why, data=data)
