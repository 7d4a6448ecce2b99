"""简报: on the morning of a working day, what waits and what starts today, to who decides and who files (D25).

Who has nothing hears nothing, and who wants none is told nothing in the morning; what asks for an answer, a card or a
reminder, is no part of it and comes all the same. Each person's is made in a transaction of its own; it names numbers
and times, never a candidate. A round that comes late, because the program or the clock stood still, is not caught up
after noon.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from models import (
    Booking,
    CancellationRequest,
    Delegation,
    DelegationStatus,
    Employee,
    Grant,
    Organisation,
    RequestStatus,
    Role,
    Step,
    StepStatus,
)
from workflow import access, audit, chain, outbox
from workflow.acting import Act, local
from workflow.deadlines import OFFICE
from workflow.moments import WEEKDAYS, clock
from workflow.states import LIVE_BOOKINGS
from workflow.working_hours import between, is_office_day, office_of

TIMER, ONE = "brief", "brief_person"
UNTIL: Final = time(12)
ASKED: Final = (Role.HR, Role.DEPARTMENT_HEAD, Role.LEADER)
UNFINISHED: Final = (RequestStatus.DRAFT, RequestStatus.AWAITING_EVIDENCE, RequestStatus.SENT_BACK)
MOST_NAMED = 3


@dataclass(frozen=True)
class Hours:
    """When it is sent, before noon on the clock of Asia/Shanghai, and which units and those below want none."""

    at: time = time(8, 30)
    wanted: bool = True
    silent: tuple[str, ...] = ()


_installed: list[Hours] = []


def install(hours: Hours) -> None:
    """Make these the process's hours."""
    _installed[:] = [hours]


def hours() -> Hours:
    """Return the process's hours; the usual ones when none were installed."""
    return _installed[0] if _installed else Hours()


@dataclass(frozen=True)
class Brief:
    """What there is to tell one person; the steps come with request and booking."""

    steps: tuple[Step, ...] = ()
    interviews: int = 0
    first: datetime | None = None
    unfinished: tuple[str, ...] = field(default=())

    @property
    def is_silent(self) -> bool:
        """Tell whether all of it is zero."""
        return not (self.steps or self.interviews or self.unfinished)


class Standing(StrEnum):
    """Is somebody told in the morning, and if not, by whose wish?"""

    ON = "on"
    OFF = "off"  # their own
    NOT_IN_UNIT = "not_in_unit"  # the settings name their unit or one above
    NOBODYS = "nobodys"  # the settings switch it off


async def standing(person: Employee) -> Standing:
    """Return whether this person is told each morning."""
    if not hours().wanted:
        return Standing.NOBODYS
    if _is_silent_unit(await person.organisation):
        return Standing.NOT_IN_UNIT
    return Standing.OFF if person.brief_off else Standing.ON


async def switch(act: Act, wanted: bool) -> bool:
    """Let somebody have their own brief or not; on record, and True, where that is a change."""
    person = await access.require_employee(act)
    if person.brief_off != wanted:
        return False
    person.brief_off = not wanted
    await person.save(update_fields=["brief_off"])
    subject = ("employee", person.pseudonym, 1)
    await audit.record(act, await person.organisation, "brief.switched", subject, data={"on": wanted})
    return True


async def arrange(act: Act) -> None:
    """Set the next round; once, whoever asks again."""
    if hours().wanted:
        at = _next_round(act.now)
        await outbox.post(act, "timer", TIMER, not_before=at, dedupe=f"{TIMER}:{local(at):%Y-%m-%d}")


def _next_round(now: datetime) -> datetime:
    here, at = local(now), hours().at
    today = here.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > here else today + timedelta(days=1)


async def morning(act: Act) -> None:
    """Do the day's round: set the next, and have each person's made."""
    await arrange(act)
    if not _is_time(act.now):
        return
    for person in await _people(act.now):
        key = f"{TIMER}:{local(act.now):%Y-%m-%d}:{person.id.hex}"
        await outbox.post(act, "timer", ONE, payload={"employee": person.id.hex}, dedupe=key)


def _is_time(now: datetime) -> bool:
    here = local(now)
    return hours().wanted and is_office_day(here.date()) and here.time() < UNTIL


async def tell(act: Act, employee: str) -> bool:
    """Tell one person what there is, where they are reached; return whether there was something."""
    person = await Employee.get_or_none(id=UUID(employee), active=True).prefetch_related("organisation")
    if person is None or not _is_time(act.now) or await standing(person) != Standing.ON:
        return False
    brief = await brief_of(person, act.now)
    if not brief.is_silent:
        await outbox.tell(act, person, said(brief, act.now))
    return not brief.is_silent


def _is_silent_unit(unit: Organisation) -> bool:
    return any(access.covers(each, unit.path) for each in hours().silent)


async def brief_of(person: Employee, now: datetime) -> Brief:
    """Return what there is to tell somebody: what waits for them; as HR what starts today, and what is unfinished."""
    steps = await chain.open_steps_of(person, now)
    for each in steps:
        await each.request.fetch_related("booking")
    units = access.within(await access.scopes(person, access.CANCEL, now))
    here = local(now)
    tomorrow = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    today = Booking.filter(units, status__in=LIVE_BOOKINGS, starts_at__gt=now, starts_at__lt=tomorrow)
    first = await today.order_by("starts_at").first()
    unfinished = CancellationRequest.filter(units, status__in=UNFINISHED, booking__starts_at__gt=now)
    numbers = await unfinished.order_by("booking__starts_at").values_list("number", flat=True)
    return Brief(tuple(steps), await today.count(), first.starts_at if first else None, tuple(map(str, numbers)))


async def _people(now: datetime) -> list[Employee]:
    """Return whoever may have something to decide or to file, in the order of staff keys."""
    held: list[Grant] = await access.current(now).filter(role__in=list(ASKED))
    asked: list[Step] = await Step.filter(status=StepStatus.OPEN, request__status=RequestStatus.AWAITING_APPROVAL)
    stands_in = Delegation.filter(status=DelegationStatus.APPROVED, expires_at__gt=now)
    delegates = await stands_in.values_list("delegate_id", flat=True)
    deputies = await Employee.filter(id__in=[each.approver_id for each in asked], deputy_id__isnull=False)
    ids = {each.employee_id for each in held} | {each.approver_id for each in asked} | set(delegates)
    ids |= {each.deputy_id for each in deputies}
    return list(await Employee.filter(id__in=list(ids), active=True, brief_off=False).order_by("key"))


def said(brief: Brief, now: datetime, opening: str = "早上好，") -> str:
    """Say it in at most four lines: what it is, and what to type; `opening` stands before the day."""
    here = local(now)
    lines = [f"{opening}{here.month}月{here.day}日 周{WEEKDAYS[here.weekday()]}（截至 {clock(now)}）："]
    if brief.steps:
        lines.append(
            f"待你审批 {len(brief.steps)} 条{_oldest(brief.steps, now)}{_soonest(brief.steps, now)}。发「待我审批」看。"
        )
    if brief.interviews and brief.first:
        lines.append(f"今天面试 {brief.interviews} 场，第一场 {clock(brief.first)}。发「列表 今天」看。")
    if brief.unfinished:
        named = "、".join(brief.unfinished[:MOST_NAMED])
        more = " 等" if len(brief.unfinished) > MOST_NAMED else ""
        lines.append(
            f"待你补证明或提交 {len(brief.unfinished)} 件：{named}{more}。发「时间轴 {brief.unfinished[0]}」看。"
        )
    return "\n".join(lines)


def _oldest(steps: Iterable[Step], now: datetime) -> str:
    """Say how long the oldest has waited, in working time; nothing of less than an hour."""
    waited = [
        between(each.opened_at, now, office_of(each.request.policy.get(OFFICE))) for each in steps if each.opened_at
    ]
    most = int(max(waited, default=timedelta(0)).total_seconds()) // 3600
    return f"，最久的等了 {most} 个工作小时" if most else ""


def _soonest(steps: Iterable[Step], now: datetime) -> str:
    """Name what starts today, the nearest."""
    today = local(now).date()
    near = [each.request for each in steps if local(each.request.booking.starts_at).date() == today]
    if not near:
        return ""
    first = min(near, key=lambda each: each.booking.starts_at)
    return f"，{len(near)} 条今天就开始，最早 {clock(first.booking.starts_at)}（{first.number}）"
