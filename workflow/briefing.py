"""简报: on the morning of a working day, what waits and what starts today, to who decides, files or interviews (D25).

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

from tortoise.expressions import Q

from models import (
    Booking,
    BookingStatus,
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
from workflow import (
    access,
    audit,
    chain,
    delegating,
    erasing,
    export_requests,
    outbox,
    purge_proposals,
    rights,
    rules_proposals,
)
from workflow.acting import Act, local
from workflow.deadlines import OFFICE
from workflow.moments import WEEKDAYS, clock
from workflow.states import LIVE_BOOKINGS
from workflow.working_hours import between, is_office_day, office_of

TIMER, ONE = "brief", "brief_person"
UNTIL: Final = time(12)
ASKED: Final = tuple(each for each in Role if each != Role.INTERVIEWER)
PROPOSED: Final = (delegating, erasing, export_requests, purge_proposals, rights, rules_proposals)
BEGUN: Final = (*LIVE_BOOKINGS, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
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
class Interviews:
    """How many of today's are still ahead, when the first of these starts, and how many have begun."""

    ahead: int = 0
    first: datetime | None = None
    begun: int = 0


@dataclass(frozen=True)
class Brief:
    """What there is to tell one person; the steps come with request and booking.

    `proposals` counts what colleagues proposed and this person may decide; `of_units` are the interviews of the units
    they file for, None where they file for none; `own` are those at which they are the interviewer.
    """

    steps: tuple[Step, ...] = ()
    proposals: int = 0
    of_units: Interviews | None = None
    own: Interviews = Interviews()
    unfinished: tuple[str, ...] = field(default=())

    @property
    def is_silent(self) -> bool:
        """Tell whether all of it is zero."""
        ahead = self.own.ahead + (self.of_units.ahead if self.of_units else 0)
        return not (self.steps or self.proposals or ahead or self.unfinished)


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
    """Return what there is to tell somebody: what waits for them, what starts today, as HR what is unfinished."""
    steps = await chain.open_steps_of(person, now)
    for each in steps:
        await each.request.fetch_related("booking")
    proposed = [await each.awaiting(person, now) for each in PROPOSED]
    paths = await access.scopes(person, access.CANCEL, now)
    units = access.within(paths)
    unfinished = CancellationRequest.filter(units, status__in=UNFINISHED, booking__starts_at__gt=now)
    numbers = await unfinished.order_by("booking__starts_at").values_list("number", flat=True)
    return Brief(
        steps=tuple(steps),
        proposals=sum(map(len, proposed)),
        of_units=await _today(units, now) if paths else None,
        own=await _today(Q(interviewer=person), now),
        unfinished=tuple(map(str, numbers)),
    )


async def _today(which: Q, now: datetime) -> Interviews:
    midnight, tomorrow = _day(now)
    ahead = Booking.filter(which, status__in=LIVE_BOOKINGS, starts_at__gt=now, starts_at__lt=tomorrow)
    first = await ahead.order_by("starts_at").first()
    begun = Booking.filter(which, status__in=BEGUN, starts_at__gte=midnight, starts_at__lte=now)
    return Interviews(await ahead.count(), first.starts_at if first else None, await begun.count())


def _day(now: datetime) -> tuple[datetime, datetime]:
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, midnight + timedelta(days=1)


async def _people(now: datetime) -> list[Employee]:
    """Return whoever may have something to decide, to file or to hold today, in the order of staff keys."""
    held: list[Grant] = await access.current(now).filter(role__in=list(ASKED))
    asked: list[Step] = await Step.filter(status=StepStatus.OPEN, request__status=RequestStatus.AWAITING_APPROVAL)
    stands_in = Delegation.filter(status__in=(DelegationStatus.PROPOSED, DelegationStatus.APPROVED), expires_at__gt=now)
    delegates = await stands_in.values_list("delegate_id", flat=True)
    today = Booking.filter(status__in=LIVE_BOOKINGS, starts_at__gt=now, starts_at__lt=_day(now)[1])
    interviewers = await today.filter(interviewer_id__isnull=False).values_list("interviewer_id", flat=True)
    deputies = await Employee.filter(id__in=[each.approver_id for each in asked], deputy_id__isnull=False)
    ids = {each.employee_id for each in held} | {each.approver_id for each in asked} | {*delegates, *interviewers}
    ids |= {each.deputy_id for each in deputies}
    return list(await Employee.filter(id__in=list(ids), active=True, brief_off=False).order_by("key"))


def said(brief: Brief, now: datetime, opening: str = "早上好，") -> str:
    """Say it in at most five lines: what it is, and what to type; `opening` stands before the day."""
    here = local(now)
    head = f"{opening}{here.month}月{here.day}日 周{WEEKDAYS[here.weekday()]}（截至 {clock(now)}）："
    lines = [head, _waiting(brief, now), *_interviews(brief), _unfinished(brief.unfinished)]
    return "\n".join(each for each in lines if each)


def nothing(brief: Brief) -> str:
    """Say that all of it is zero; of today's interviews it says whose, and whether there were any."""
    begun = brief.own.begun + (brief.of_units.begun if brief.of_units else 0)
    whose = "今天" if brief.of_units else "你今天"
    interviews = f"{whose}没有别的面试了" if begun else f"{whose}没有面试"
    return f"现在没有等你审批的，{interviews}，也没有要补的材料。"


def _waiting(brief: Brief, now: datetime) -> str:
    """Say what 待我审批 would list."""
    parts = []
    if brief.steps:
        parts.append(f"待你审批 {len(brief.steps)} 条{_oldest(brief.steps, now)}{_soonest(brief.steps, now)}")
    if brief.proposals:
        parts.append(f"同事提的事等你决定 {brief.proposals} 件")
    return f"{'；'.join(parts)}。发「待我审批」看。" if parts else ""


def _interviews(brief: Brief) -> list[str]:
    units, own, how, lines = brief.of_units, brief.own, "发「列表 今天」看。", []
    if units and units.first:
        what = "今天还有面试" if units.begun else "今天面试"
        lines.append(f"{what} {units.ahead} 场，{_first(units)} {clock(units.first)}。{how}")
    if own.first:
        what = "你自己今天还要面试" if own.begun else "你自己今天要面试"
        lines.append(f"{what} {own.ahead} 场，{_first(own)} {clock(own.first)}。{'' if lines else how}")
    return lines


def _first(interviews: Interviews) -> str:
    return "最近一场" if interviews.begun else "第一场"


def _unfinished(numbers: tuple[str, ...]) -> str:
    if not numbers:
        return ""
    named = "、".join(numbers[:MOST_NAMED])
    more = " 等" if len(numbers) > MOST_NAMED else ""
    return f"待你补证明或提交 {len(numbers)} 件：{named}{more}。发「时间轴 {numbers[0]}」看。"


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
