"""显示: a candidate's phone, name or mail address in full, for a reason, to one person, once, on record (S81, T24).

Asking makes a link that works for minutes and opens only with the code from the chat; the right is asked for again
when it is opened. What was asked, shown, refused or left unseen is a record: the kinds of data in clear, the reason
as a commitment.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tortoise.connection import get_connection

from models import Booking, Candidate, Employee, RevealLink, Role
from workflow import access, audit, limits, one_time, outbox, timeline, viewing
from workflow.acting import Act, local
from workflow.errors import Missing, NotAllowed, NotNow
from workflow.permissions import REVEAL
from workflow.showing import LONGEST_NAME, plain
from workflow.timeline import Case

LASTS = timedelta(minutes=10)
SHORTEST_REASON = 4  # letters or digits: 「……」 is no reason
PURPOSE = "reveal"
EXPIRE = "reveal_expire"  # the timer
RELATIONS = ("organisation", "candidate", "position", "interviewer")


class Kind(StrEnum):
    """What of a candidate can be asked for."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"


async def ask(act: Act, number: str, kinds: Collection[Kind], reason: str) -> RevealLink | None:
    """Make a link of the acting person's to a candidate's data; None when they asked too often today.

    Being asked too often is recorded as well, and told to the security administrators, once a day for each person.
    """
    case = await timeline.case_of(act, number)
    employee = await access.require(act, REVEAL, case.organisation)
    _require_data(case.booking.candidate)
    if sum(each.isalnum() for each in reason) < SHORTEST_REASON:
        raise Missing(what="reveal-reason")
    await _lock(employee)
    if await asked_on(employee, act.now) >= limits.limits().reveals:
        await _too_often(act, employee, case, kinds)
        return None
    link = RevealLink(
        employee=employee,
        booking=case.booking,
        kinds=",".join(each for each in Kind if each in kinds),
        reason=reason,
        created_at=act.now,
        expires_at=act.now + LASTS,
    )
    link.token_index = one_time.index_of(PURPOSE, token_of(link.id.hex))
    await link.save()
    await outbox.post(act, "timer", EXPIRE, not_before=link.expires_at, payload={"link": link.id.hex})
    await _record(act, link, case.booking, "reveal.asked", personal=True)
    return link


def _require_data(candidate: Candidate) -> None:
    """Refuse where the data are gone, or only kept (个人信息保护法 47)."""
    if candidate.secret is None:
        raise NotNow("erased")
    if candidate.restricted_at is not None:
        raise NotNow("restricted")


async def _lock(employee: Employee) -> None:
    """Let two questions of one person wait for each other, so that both cannot be the last one allowed."""
    if get_connection("default").capabilities.support_for_update:
        await Employee.filter(id=employee.id).select_for_update().get()


async def asked_on(employee: Employee, now: datetime) -> int:
    """Count how often somebody has asked on this day in Asia/Shanghai, seen or not."""
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return await RevealLink.filter(employee=employee, created_at__gte=midnight, created_at__lte=now).count()


async def _too_often(act: Act, employee: Employee, case: Case, kinds: Collection[Kind]) -> None:
    data = {"kinds": [str(each) for each in Kind if each in kinds], "most": limits.limits().reveals}
    subject = ("case", case.booking.number, 1)
    await audit.record(act, case.organisation, "reveal.refused", subject, ok=False, why="too-many", data=data)
    await viewing.arrange(act)
    unit = await employee.organisation
    text = (
        f"提醒：{plain(str(employee.name), LONGEST_NAME)}（{plain(unit.name)}，工号 {plain(employee.key)}）今天要求显示"
        f"候选人资料已满 {limits.limits().reveals} 次，之后的不再办理。请了解原因；每一次都在审计日志里。"
    )
    for admin in await access.holders(Role.SECURITY_ADMIN, case.organisation, act.now):
        if account := await outbox.account_of(admin):
            once = f"reveals:{employee.id.hex}:{local(act.now):%Y%m%d}:{admin.id.hex}"
            await outbox.post(act, "say", account=account, payload={"text": text, "choices": []}, dedupe=once)


def token_of(link_id: str) -> str:
    """Return what stands in the address of the link with this id (hex); it is stored nowhere."""
    return one_time.token_of(PURPOSE, link_id)


def code_of(link: RevealLink) -> str:
    """Return the six digits that go with a link; they are stored nowhere."""
    return one_time.code_of(PURPOSE, link.id)


def seal_of(link: RevealLink) -> str:
    """Return what only a form of this link's own page carries (CSRF)."""
    return one_time.seal_of(PURPOSE, link.id)


async def find(token: str, now: datetime, *, lock: bool = False) -> RevealLink | None:
    """Return a link that still works, with its booking; `lock` holds its row until the transaction ends."""
    link = await one_time.find(RevealLink, PURPOSE, token, now, lock=lock)
    if link is not None:
        await link.fetch_related(*(f"booking__{each}" for each in RELATIONS))
    return link


def kinds_of(link: RevealLink) -> list[Kind]:
    """Return what a link shows."""
    return [Kind(each) for each in link.kinds.split(",")]


def is_proven(link: RevealLink, given: str) -> bool:
    """Tell whether this is the link's code, full-width or half."""
    return one_time.is_code(code_of(link), given)


async def show(act: Act, link: RevealLink) -> dict[Kind, str]:
    """Return what the link is for, if its owner may still see it, and end the link; an absent datum is empty."""
    employee = await access.require_employee(act)
    if link.employee_id != employee.id:
        raise NotAllowed(permission=REVEAL)
    booking = await access.booking_for(act, link.booking_id, REVEAL)
    _require_data(booking.candidate)
    link.shown_at = act.now
    await _end(act, link)
    await _record(act, link, booking, "reveal.shown")
    return {each: _value(booking.candidate, each) for each in kinds_of(link)}


def _value(candidate: Candidate, kind: Kind) -> str:
    value = {Kind.NAME: candidate.name, Kind.PHONE: candidate.phone, Kind.EMAIL: candidate.email}[kind]
    return str(value or "")


async def note_wrong_code(act: Act, link: RevealLink) -> int:
    """Count a wrong code, record it, and return how many tries are left; with none the link is dead."""
    link.tries += 1
    await link.save(update_fields=["tries"])
    await _refused(act, link, "wrong-code")
    left = one_time.MOST_TRIES - link.tries
    if not left:
        await _end(act, link)
    return left


async def refuse(act: Act, link: RevealLink, why: str) -> None:
    """End a link whose owner may not see that candidate any more, and record the attempt."""
    await _end(act, link)
    await _refused(act, link, why)


async def expire(act: Act, link_id: str) -> None:
    """End a link that nobody opened in time; one that was opened, refused for good or erased has ended already."""
    links = RevealLink.filter(id=UUID(link_id)).prefetch_related(*(f"booking__{each}" for each in RELATIONS))
    link = await links.first()
    if link is not None and link.ended_at is None:
        await _end(act, link)
        await _record(act, link, link.booking, "reveal.expired")


async def _end(act: Act, link: RevealLink) -> None:
    link.ended_at = act.now
    await link.save(update_fields=["shown_at", "ended_at"])


async def _record(act: Act, link: RevealLink, booking: Booking, action: str, *, personal: bool = False) -> None:
    reason = audit.commitment(booking.candidate, "purpose", link.reason)
    data = {"kinds": link.kinds.split(","), "until": audit.stamp(link.expires_at)}
    opened = {"purpose": reason} if personal else {}
    await audit.record(act, booking.organisation, action, ("case", booking.number, 1), data=data, personal=opened)
    await viewing.arrange(act)


async def _refused(act: Act, link: RevealLink, why: str) -> None:
    data = {"kinds": link.kinds.split(",")}
    subject = ("case", link.booking.number, 1)
    await audit.record(act, link.booking.organisation, "reveal.refused", subject, ok=False, why=why, data=data)
    await viewing.arrange(act)
