"""审批时效: how long answers took, per unit and level, in working hours; of nobody by name (D9, S39).

Read by whoever may read the audit log of the unit, and that it was read is on record. Median and 90th percentile are of
what was measured (nearest rank); an answer seconds after its card was shown is counted, not called wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from models import AuditRecord, CancellationRequest, Card, Organisation, RequestStatus, Step
from workflow import access, audit, places
from workflow.acting import Act
from workflow.deadlines import OFFICE
from workflow.errors import NotAllowed
from workflow.log_periods import Period
from workflow.permissions import AUDIT_READ
from workflow.standing_in import ANSWERS
from workflow.views import ROLE_LABELS
from workflow.working_hours import between, office_of, unpublished

AT_ONCE = timedelta(seconds=10)  # real time from the card in somebody's hand to their answer
ESCALATED, DEPUTY_ASKED = "step.escalated", "step.deputy_asked"
MOST_IN_ONE = 900  # ids that one query names


@dataclass(frozen=True)
class Answer:
    """One answer: the working time from being asked to it, whether another gave it, and whether it came at once."""

    unit: str
    level: int
    label: str
    took: timedelta
    stood_in: bool
    at_once: bool


@dataclass(frozen=True)
class Level:
    """What the answers of one level of a unit's chains come to."""

    unit: str
    label: str
    count: int
    median: timedelta
    p90: timedelta
    stood_in: int
    at_once: int


@dataclass(frozen=True)
class Pace:
    """The levels that had answers, and what the clock had to do; `unpublished` years were counted Monday to Friday."""

    unit: Organisation
    levels: tuple[Level, ...]
    deputies_asked: int
    escalated: int
    expired: int
    unpublished: tuple[int, ...]


async def units_for(act: Act) -> list[Organisation]:
    """Return the units whose pace the acting person may read, by path; refuses who may none."""
    employee = await access.require_employee(act)
    found = await Organisation.filter(access.within(await access.scopes(employee, AUDIT_READ, act.now), ""))
    if not found:
        raise NotAllowed(permission=AUDIT_READ)
    return sorted(found, key=lambda each: each.path)


async def measure(act: Act, unit: Organisation, since: datetime, until: datetime) -> Pace:
    """Return how long the answers of a period took in a unit and below it; the reading is recorded."""
    await access.require(act, AUDIT_READ, unit)
    answers = await _answers(unit, Period(since, until))
    expired = CancellationRequest.filter(access.within([unit.path]), status=RequestStatus.EXPIRED)
    found = Pace(
        unit=unit,
        levels=tuple(levels_of(answers)),
        deputies_asked=await _recorded(unit, DEPUTY_ASKED, since, until),
        escalated=await _recorded(unit, ESCALATED, since, until),
        expired=await expired.filter(ended_at__gte=since, ended_at__lt=until).count(),
        unpublished=unpublished(since, min(until, act.now)) if answers else (),
    )
    data = {"since": audit.stamp(since), "until": audit.stamp(until), "answers": len(answers)}
    await audit.record(act, unit, "answers.measured", ("unit", unit.path[-64:], 1), data=data)
    return found


def levels_of(answers: Iterable[Answer]) -> list[Level]:
    """Return what the answers come to, by unit and level."""
    groups: dict[tuple[str, int, str], list[Answer]] = defaultdict(list)
    for each in answers:
        groups[each.unit, each.level, each.label].append(each)
    return [_level(group) for _, group in sorted(groups.items())]


def _level(group: Sequence[Answer]) -> Level:
    took = sorted(each.took for each in group)
    return Level(
        unit=group[0].unit,
        label=group[0].label,
        count=len(group),
        median=median(took),  # type: ignore[type-var]
        p90=took[-(-9 * len(took) // 10) - 1],
        stood_in=sum(each.stood_in for each in group),
        at_once=sum(each.at_once for each in group),
    )


async def _answers(unit: Organisation, period: Period) -> list[Answer]:
    there = Step.filter(access.within([unit.path], "request__organisation__"), status__in=ANSWERS)
    there = there.filter(decided_at__gte=period.since, decided_at__lt=period.until, opened_at__isnull=False)
    steps = await there.prefetch_related("request__organisation")
    shown = await _shown(steps)
    return [_answer(each, shown) for each in steps]


def _answer(step: Step, shown: dict[tuple[object, object], datetime]) -> Answer:
    assert step.opened_at is not None
    assert step.decided_at is not None
    request = step.request
    first = shown.get((step.id, step.decided_by_id))
    return Answer(
        unit=request.organisation.name,
        level=step.level,
        label=places.plan_of(request, step).name or ROLE_LABELS[step.role],
        took=between(step.opened_at, step.decided_at, office_of(request.policy.get(OFFICE))),
        stood_in=step.decided_by_id != step.approver_id,
        at_once=first is not None and first <= step.decided_at < max(first, step.opened_at) + AT_ONCE,
    )


async def _shown(steps: Sequence[Step]) -> dict[tuple[object, object], datetime]:
    """Return when somebody first had the card of a step in their hand, as far as it is known."""
    found: dict[tuple[object, object], datetime] = {}
    for start in range(0, len(steps), MOST_IN_ONE):
        ids = [each.id for each in steps[start : start + MOST_IN_ONE]]
        cards = Card.filter(step_id__in=ids, delivered_at__isnull=False).order_by("-delivered_at")
        found |= {(step, holder): at for step, holder, at in await cards.values_list(*SHOWN)}  # the earliest is last
    return found


SHOWN = ("step_id", "holder_id", "delivered_at")


async def _recorded(unit: Organisation, action: str, since: datetime, until: datetime) -> int:
    units = await Organisation.filter(access.within([unit.path], ""))
    there = AuditRecord.filter(log__in=[each.origin for each in units], action=action)
    return await there.filter(at__gte=since, at__lt=until).count()
