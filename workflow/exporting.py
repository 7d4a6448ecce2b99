"""Taking records out: who may, what is recorded before and after, and which checkpoint covers it (S45, T24)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from models import AuditRecord, Checkpoint, Organisation
from workflow import access, audit, checkpoints, comparing, export_requests, timeline, viewing
from workflow.acting import Act
from workflow.export_requests import Wanted
from workflow.log_periods import Period
from workflow.permissions import AUDIT_EXPORT, CASE_EXPORT
from workflow.timeline import Case, Entry

PAGE = 500  # records read at once


@dataclass(frozen=True)
class TakenCase:
    """A case as it is taken out: its records including the one of this export, and a checkpoint over all of them.

    `unlike` says where the rows of its requests are not what the log says of them.
    """

    case: Case
    records: list[AuditRecord]
    entries: list[Entry]
    checkpoint: Checkpoint
    export: AuditRecord
    form: str
    unlike: str = ""
    approval: str = ""

    @property
    def digest(self) -> str:
        """Return the digest of the lines."""
        return timeline.digest_of(self.records)


async def take_case(act: Act, number: str, form: str, approval: str = "") -> TakenCase:
    """Record that a case is taken out as `form` (pdf, pack), then return it with that record.

    Without an employee it is the operator at the command line, who gets no names and no evidence. `approval` is the
    number of the consent that an employee needs who took out much already; it is spent by this.
    """
    case = await timeline.case_of(act, number)
    if act.employee is not None:
        await access.require(act, CASE_EXPORT, case.organisation)
    agreed = await export_requests.use(act, of_case(case, form), approval)
    count = len(await timeline.records_of(case)) + 1
    data = {"format": form, "records": count, "names": case.names, "evidence": case.evidence}
    data |= {"approval": agreed} if agreed else {}
    subject = ("case", case.number, 1)
    export = await audit.record(act, case.organisation, "case.exported", subject, data=data)
    await viewing.arrange(act)
    records = await timeline.records_of(case)
    checkpoint = await _covering(act, case.organisation.origin, export.seq)
    entries, unlike = await timeline.entries_of(case), await comparing.unlike(case.subjects)
    return TakenCase(case, records, entries, checkpoint, export, form, unlike, agreed)


def of_case(case: Case, form: str, purpose: str = "") -> Wanted:
    """Return what taking this case out as `form` means to those who may have to agree."""
    return Wanted(case.organisation, form, Period(), purpose, case)


@dataclass(frozen=True)
class TakenLog:
    """A unit's log of a period as it is taken out; the records are read page by page."""

    organisation: Organisation
    period: Period
    count: int
    checkpoint: Checkpoint
    export: AuditRecord
    form: str
    approval: str = ""

    async def pages(self) -> AsyncIterator[list[AuditRecord]]:
        """Yield the records of the period that were there when the export was recorded."""
        last = 0
        query = _within(self.organisation, self.period).filter(seq__lt=self.export.seq)
        while page := await query.filter(seq__gt=last).order_by("seq").limit(PAGE):
            yield list(page)
            last = page[-1].seq


async def take_log(act: Act, path: str, form: str, period: Period, approval: str = "") -> TakenLog:
    """Record that a unit's log of a period is taken out as `form` (pdf, xlsx, pack), then return it.

    `approval` is the number of the consent that an employee needs for many records; it is spent by this.
    """
    organisation = await access.unit_named(act, AUDIT_EXPORT, path)
    count = await _within(organisation, period).count()
    limits = {name: audit.stamp(at) for name, at in (("from", period.since), ("to", period.until)) if at}
    number = await export_requests.use(act, Wanted(organisation, form, period, ""), approval)
    data = {"format": form, "records": count, **limits, **({"approval": number} if number else {})}
    export = await audit.record(act, organisation, "log.exported", ("log", organisation.path, 1), data=data)
    await viewing.arrange(act)
    checkpoint = await _covering(act, organisation.origin, export.seq)
    return TakenLog(organisation, period, count, checkpoint, export, form, number)


def _within(organisation: Organisation, period: Period) -> QuerySet[AuditRecord]:
    query = AuditRecord.filter(log=organisation.origin)
    if period.since:
        query = query.filter(at__gte=period.since)
    return query.filter(at__lt=period.until) if period.until else query


async def _covering(act: Act, log: str, seq: int) -> Checkpoint:
    await checkpoints.cover(act, log, seq)
    checkpoint = await checkpoints.latest(log)
    assert checkpoint is not None
    return checkpoint


async def note_written(
    act: Act, organisation: Organisation | None, export: AuditRecord, sha256: str, size: int
) -> None:
    """Record which file an export became, before anybody gets it; `of` is the record of the export itself."""
    kind = export.action.partition(".")[0]
    data = {"of": export.seq, "sha256": sha256, "size": size}
    await audit.record(act, organisation, f"{kind}.written", (kind, export.subject, 1), data=data)


async def note_refused(act: Act, why: str, what: str) -> None:
    """Record an attempt to take something out that was refused for `why`."""
    organisation = await act.employee.organisation if act.employee else None
    subject = ("attempt", "export", 1)
    await audit.record(act, organisation, "attempt.refused", subject, ok=False, why=why, data={"action": what})
