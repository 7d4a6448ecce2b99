"""Who saw candidates' data and who took records home, counted day by day for the auditors (T24)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models import AuditRecord, Employee, Organisation, Role
from workflow import access, outbox, timeline
from workflow.acting import SHANGHAI, Act, local
from workflow.permissions import AUDIT_READ
from workflow.timeline import Entry

TIMER = "viewing"
TOLD_AT = time(8, 30)  # on the next day
ASKED, SHOWN, REFUSED = "reveal.asked", "reveal.shown", "reveal.refused"
EXPORTS = ("case.exported", "log.exported", "archive.exported")
COUNTED = (ASKED, SHOWN, REFUSED, *EXPORTS)


@dataclass(frozen=True)
class Day:
    """What happened on one day in the units of one auditor; `askers`, `exporters`: times by name, an operator apart."""

    day: date
    asked: int
    shown: int
    refused: int
    askers: Counter[str]
    exporters: Counter[str]


async def arrange(act: Act) -> None:
    """Have this day counted on the next morning; once, however much there is."""
    day = local(act.now).date()
    at = datetime.combine(day + timedelta(days=1), TOLD_AT, SHANGHAI)
    await outbox.post(act, "timer", TIMER, not_before=at, payload={"day": str(day)}, dedupe=f"{TIMER}:{day}")


async def days_of(act: Act, day: date) -> list[tuple[Employee, Day]]:
    """Return for every auditor what there was on a day in the units they read; those with nothing are left out."""
    start = datetime.combine(day, time(), SHANGHAI)
    records = AuditRecord.filter(action__in=COUNTED, at__gte=start, at__lt=start + timedelta(days=1))
    entries = await timeline.read(await records.order_by("id"))
    found = []
    for auditor in await _auditors(act):
        logs = await _logs_of(auditor, act)
        seen = [each for each in entries if each.log in logs]
        if seen:
            found.append((auditor, _counted(day, seen)))
    return found


async def _auditors(act: Act) -> list[Employee]:
    grants = access.current(act.now).filter(role=Role.AUDITOR, employee__active=True)
    people = {each.employee_id: each.employee for each in await grants.prefetch_related("employee")}
    return sorted(people.values(), key=lambda each: each.key)


async def _logs_of(auditor: Employee, act: Act) -> set[str]:
    scopes = await access.scopes(auditor, AUDIT_READ, act.now)
    return {each.origin for each in await Organisation.filter(access.within(scopes, prefix=""))}


def _counted(day: date, entries: Sequence[Entry]) -> Day:
    actions = Counter(each.action for each in entries)
    return Day(
        day,
        actions[ASKED],
        actions[SHOWN],
        actions[REFUSED],
        Counter(each.named for each in entries if each.action in (ASKED, REFUSED)),
        Counter(each.named for each in entries if each.action in EXPORTS),
    )
