"""How much one person takes out alone, summed over a day and a month, in whatever form and through whatever door (T24).

Many small exports are a big one: above the sum the next one needs the consent that a big one needs. What somebody else
agreed to is counted for nobody's own sum; what the operator of the machine takes is on record and not counted
(docs/decisions/0014).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models import Employee, ExportTaken, Organisation, Preset
from workflow.errors import Missing
from workflow.rulebook import rules_of
from workflow.rules.ruleset import WrongRules

DAY, MONTH = timedelta(hours=24), timedelta(days=30)  # back from now: midnight starts no new sum


@dataclass(frozen=True)
class Allowance:
    """What one person may take out alone: audit records in 24 hours and in 30 days, and different cases in each."""

    records_a_day: int
    records_a_month: int
    cases_a_day: int
    cases_a_month: int


DEFAULTS: Mapping[Preset, Allowance] = {
    Preset.FAST: Allowance(2000, 10_000, 50, 500),
    Preset.TRANSITION: Allowance(1500, 8000, 30, 300),
    Preset.STRICT: Allowance(1000, 5000, 20, 200),
}


@dataclass(frozen=True)
class Limits:
    """What one export may hold without consent, in records of a log, and what all of one person's may hold by preset
    of the unit that is exported from.
    """

    alone: int = 500
    sums: Mapping[Preset, Allowance] = field(default_factory=lambda: DEFAULTS)


@dataclass(frozen=True)
class Portion:
    """One export: how many audit records, and whose case (the booking's number Y…), or none where it is a log."""

    records: int
    case: str = ""


@dataclass(frozen=True)
class Sum:
    """What somebody took out alone within a period: records, and which cases."""

    records: int
    cases: frozenset[str]

    @property
    def said(self) -> str:
        """Say it as people read it: 20 件、812 条记录."""
        return f"{len(self.cases)} 件、{self.records} 条记录"


async def require(employee: Employee, organisation: Organisation, portion: Portion, now: datetime, typed: str) -> None:
    """Refuse an export with which this person would have taken out more than one may alone.

    `typed` is what they may write to ask for somebody's consent. Called in the transaction that `note`s the export: the
    store commits one at a time on either engine, so that two cannot both be the last one allowed.
    """
    allowance = await _allowance(organisation, now)
    day, month = await taken_alone(employee, now)
    for name, before, records, cases in (
        ("24 小时", day, allowance.records_a_day, allowance.cases_a_day),
        ("30 天", month, allowance.records_a_month, allowance.cases_a_month),
    ):
        if over := _over(before, portion, records, cases):
            raise Missing("export-many", period=name, before=before.said, over=over, typed=typed)


def _over(before: Sum, portion: Portion, records: int, cases: int) -> str:
    if before.records + portion.records > records:
        return f"加上这次的 {portion.records} 条会超过 {records} 条"
    new = portion.case and portion.case not in before.cases
    return f"加上这一件会超过 {cases} 件" if new and len(before.cases) + 1 > cases else ""


async def note(employee: Employee, portion: Portion, now: datetime, approval: str = "") -> None:
    """Count an export towards what this person took; with the consent `approval` it is no longer theirs alone."""
    await ExportTaken.create(
        employee=employee, taken_at=now, records=portion.records, case_number=portion.case, approval=approval
    )


async def taken_alone(employee: Employee, now: datetime) -> tuple[Sum, Sum]:
    """Return what this person took out without anybody's consent in the last 24 hours, and in the last 30 days."""
    month = await ExportTaken.filter(employee=employee, taken_at__gt=now - MONTH, approval="")
    return _sum([each for each in month if each.taken_at > now - DAY]), _sum(month)


def _sum(rows: Sequence[ExportTaken]) -> Sum:
    return Sum(sum(each.records for each in rows), frozenset(each.case_number for each in rows if each.case_number))


async def _allowance(organisation: Organisation, now: datetime) -> Allowance:
    try:
        preset = (await rules_of(organisation, now)).preset
    except WrongRules:  # rules that cannot be read are no reason to let more out
        preset = Preset.STRICT
    return limits().sums[preset]


_installed: list[Limits] = [Limits()]


def install(limits: Limits) -> None:
    """Make these the process's limits."""
    _installed[:] = [limits]


def limits() -> Limits:
    """Return the process's limits."""
    return _installed[0]
