"""合规体检: a score from 0 to 100, every gap named and every weight shown; no certificate (S46, S84).

An item gives its weight times the share that is in order; what cannot be seen counts as not in order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import ArchiveStatus, CancellationRequest, Grant, Organisation, RequestStatus, Step
from workflow import access, archiving, completeness, differing
from workflow.completeness import Completeness
from workflow.log_periods import Period
from workflow.permissions import ADMINISTRATORS, conflicts
from workflow.states import OPEN_REQUESTS

LOOKS_BACK = timedelta(days=365)
LATE = timedelta(hours=24)  # from the moment a step was opened to its answer
ARCHIVED_WITHIN = timedelta(days=1)
MOST_NAMED = 20  # requests that one line names
WEIGHTS = {
    "chain": 15,
    "agrees": 10,
    "told": 20,
    "evidence": 15,
    "records": 10,
    "late": 10,
    "anchors": 5,
    "archive": 5,
    "keys": 2,
    "backup": 2,
    "clock": 2,
    "retention": 2,
    "separation": 2,
}
"""What each item is worth; together 100 (docs/archive/checkup.md)."""
UNHEARD = "没有设置审计群，也没有能收到存证码的审计"


@dataclass(frozen=True)
class Seen:
    """What was seen of one item: how many were looked at, and which of them are not in order; `said` explains."""

    code: str
    of: int
    bad: tuple[str, ...]
    said: str = ""

    @property
    def tenths(self) -> int:
        """Return the points in tenths, rounded down: nothing less than all in order gives all."""
        return WEIGHTS[self.code] * 10 * (self.of - len(self.bad)) // self.of if self.of else WEIGHTS[self.code] * 10


@dataclass(frozen=True)
class Checkup:
    """The result for a unit and what is below it."""

    unit: Organisation
    period: Period
    cases: int
    items: tuple[Seen, ...]

    @property
    def score(self) -> int:
        """Return the score, rounded down."""
        return sum(each.tenths for each in self.items) // 10

    @property
    def gaps(self) -> list[Seen]:
        """Return the items that are not all in order, the dearest first."""
        return sorted((each for each in self.items if each.bad), key=lambda each: each.tenths - WEIGHTS[each.code] * 10)


async def check_up(unit: Organisation, now: datetime, operator: Sequence[Seen]) -> Checkup:
    """Examine a unit over the last twelve months; `operator` is what only the running installation can see."""
    period = Period(now - LOOKS_BACK, now)
    found = await completeness.examine(unit, period, now, strict_only=False)
    items = [
        *_of_cases(found),
        await _late(unit, period),
        await _archive(unit, period, now, _with_forged_receipts(found)),
        await _separation(unit, now),
    ]
    return Checkup(unit, period, len(found.cases), tuple(_ordered([*items, *operator])))


def _ordered(items: Sequence[Seen]) -> list[Seen]:
    return sorted(items, key=lambda each: list(WEIGHTS).index(each.code))


def _of_cases(found: Completeness) -> list[Seen]:
    count, logs = len(found.cases), [each for each in found.logs if each.records]
    records = ("filed", "approvals", "missing-time", "missing-reason", "missing-operator", "missing-approver")
    broken = tuple(f"{each.log} 第 {each.first_bad} 条" for each in found.broken)
    unanchored = tuple(f"{each.log}（{each.unanchored} 条）" for each in logs if each.unanchored == each.records)
    unheard = () if found.heard else (UNHEARD,)
    return [
        Seen(
            "chain", 1, broken[:1], f"{len(found.logs)} 本日志" + (f"，不对的：{'、'.join(broken)}" if broken else "")
        ),
        _agrees(found),
        Seen("told", count, tuple(found.lacking("notices"))),
        Seen("evidence", count, tuple(found.lacking("evidence-count", "evidence-damaged"))),
        Seen("records", count, tuple(found.lacking(*records))),
        Seen("anchors", len(logs) + len(unheard), (*unanchored, *unheard)),
    ]


def _agrees(found: Completeness) -> Seen:
    """Look whether the tables say what the logs say: one request that does not costs all of the weight."""
    unlike = found.unlike
    said = (
        f"{len(unlike)} 件和审计日志不一致：{'、'.join(unlike[:MOST_NAMED])}{' 等' if len(unlike) > MOST_NAMED else ''}"
    )
    bad = (said,) if unlike else ()
    return Seen("agrees", 1, bad, said if unlike else "每一件申请的各行都和审计日志一致")


def _with_forged_receipts(found: Completeness) -> set[str]:
    return {each.number for each in found.gaps if any(one.code == differing.RECEIPT for one in each.differs)}


async def _late(unit: Organisation, period: Period) -> Seen:
    """Look at every answer of the period, and at every request that nobody answered in time."""
    requests = CancellationRequest.filter(access.within([unit.path]), created_at__gte=period.since)
    steps = Step.filter(request__created_at__gte=period.since, decided_at__isnull=False, opened_at__isnull=False)
    answered = await steps.filter(access.within([unit.path], "request__organisation__")).prefetch_related("request")
    slow = [each.request.number for each in answered if _took(each) > LATE]
    expired = await requests.filter(status=RequestStatus.EXPIRED).values_list("number", flat=True)
    return Seen("late", len(answered) + len(expired), (*slow, *(str(each) for each in expired)))


def _took(step: Step) -> timedelta:
    assert step.decided_at is not None
    assert step.opened_at is not None
    return step.decided_at - step.opened_at


async def _archive(unit: Organisation, period: Period, now: datetime, forged: Collection[str]) -> Seen:
    """Look at every case that has been over for a day and whose unit archives; a `forged` receipt is none."""
    over = CancellationRequest.filter(access.within([unit.path]), created_at__gte=period.since)
    due = await over.filter(ended_at__lt=now - ARCHIVED_WITHIN).exclude(status__in=OPEN_REQUESTS)
    await CancellationRequest.fetch_for_list(due, "organisation", "archive_packages")
    wanted = [each for each in due if await archiving.wants(each.organisation, now)]
    missing = [each.number for each in wanted if each.number in forged or not _is_archived(each)]
    return Seen("archive", len(wanted), tuple(missing))


def _is_archived(request: CancellationRequest) -> bool:
    return any(each.status == ArchiveStatus.ARCHIVED for each in request.archive_packages)


async def _separation(unit: Organisation, now: datetime) -> Seen:
    """Look whether the three administrators exist above this unit and are three people who do no business in it."""
    grants = await access.current(now).filter(employee__active=True).prefetch_related("employee", "organisation")
    near = [each for each in grants if _meets(each.organisation.path, unit.path)]
    above = {each.role for each in near if access.covers(each.organisation.path, unit.path)}
    absent = [role for role in ADMINISTRATORS if role not in above]
    bad = ("缺少三员中的一员",) if absent else tuple(_both(near))
    return Seen("separation", 1, bad[:1], "三员齐全，由三个人分任" if not bad else bad[0])


def _meets(path: str, other: str) -> bool:
    return access.covers(path, other) or access.covers(other, path)


def _both(grants: Sequence[Grant]) -> list[str]:
    """Name those who hold two roles that one person may not hold."""
    return [
        f"{one.employee.key} 兼任不能兼任的角色"
        for place, one in enumerate(grants)
        for other in grants[place + 1 :]
        if one.employee.id == other.employee.id
        and conflicts(one.role, other.role)
        and _meets(one.organisation.path, other.organisation.path)
    ]
