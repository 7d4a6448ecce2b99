"""导出申请: many records leave the house only when a second person agrees, for a purpose, once, within a day (T24).

The operator at the command line is not asked: whoever has that machine has the database. What they take is on record
as theirs (docs/decisions/0014).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import AuditRecord, CardPurpose, Employee, ExportRequest, ExportStatus, Organisation, Role
from workflow import access, audit, export_limits, free_words, outbox, proposals, stepup, timeline
from workflow.acting import Act
from workflow.errors import Missing, NotAllowed, NotFound, NotNow
from workflow.export_limits import Portion
from workflow.export_words import OUTCOMES, to_the_requester, typed_for, when_expired
from workflow.log_periods import Period
from workflow.numbering import export_number
from workflow.permissions import AUDIT_EXPORT, CASE_EXPORT, EXPORT_APPROVE
from workflow.timeline import Case

ASKED_LASTS = timedelta(days=7)
AGREED_LASTS = timedelta(hours=24)
DECIDERS = (Role.AUDITOR, Role.SECURITY_ADMIN)
WHOLE = ("pack", "jsonl")  # forms that are the log from its first line
MOST_PRINTED = 5000  # records in one PDF: some 250 pages, beyond which nobody reads
MOST_LISTED = 20  # requests shown to one person at once


async def _sees(employee: Employee, request: ExportRequest, now: datetime) -> bool:
    return await access.may(employee, EXPORT_APPROVE, request.organisation, now)


KIND = proposals.Kind(
    table=ExportRequest,
    purpose=CardPurpose.EXPORT,
    column="export",
    timer="export_expire",
    relations=("organisation", "requester", "decided_by"),
    outcomes=OUTCOMES,
    proposer="requester",
    proposed=ExportStatus.PROPOSED,
    withdrawn=ExportStatus.WITHDRAWN,
    sees=_sees,
    nobody="no-export-decider",
    late="export-expired",
    absent="export-not-found",
)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to take out, as what, and what for: one case of the unit, or its log of a period."""

    organisation: Organisation
    form: str
    period: Period
    purpose: str
    case: Case | None = None

    @property
    def case_number(self) -> str:
        """Return under which number the case was asked for (Q… or Y…); nothing for a log."""
        return self.case.number if self.case else ""

    async def portion(self) -> Portion:
        """Return how much this is as things are now."""
        if self.case is None:
            return Portion(await count_of(self.organisation, self.period))
        return Portion(len(await timeline.records_of(self.case)), self.case.booking.number)


async def ask(act: Act, wanted: Wanted) -> ExportRequest:
    """Lay an export before those who may agree to it; nothing leaves yet."""
    requester = await access.require(act, right_to(wanted.case_number), wanted.organisation)
    if not wanted.purpose.strip():
        raise Missing("export-purpose")
    if wanted.case is None and wanted.form in WHOLE and wanted.period != Period():
        raise NotNow("export-whole")
    count = (await wanted.portion()).records
    if wanted.case is None and wanted.form == "pdf" and count > MOST_PRINTED:
        raise NotNow("export-too-long", count=count, most=MOST_PRINTED)
    request = ExportRequest(
        number=await export_number(act.now),
        organisation=wanted.organisation,
        requester=requester,
        form=wanted.form,
        case_number=wanted.case_number,
        since=wanted.period.since,
        until=wanted.period.until,
        records=count,
        purpose=wanted.purpose.strip(),
        asked_at=act.now,
        expires_at=act.now + ASKED_LASTS,
    )
    await proposals.lay_before(act, KIND, request, await deciders(request, act.now))
    await _record(act, request, "export.asked")
    return request


def right_to(case_number: str) -> str:
    """Return the permission that an export needs of its requester, by whether it is one case."""
    return CASE_EXPORT if case_number else AUDIT_EXPORT


async def count_of(organisation: Organisation, period: Period) -> int:
    """Return how many records a unit's log has of a period."""
    query = AuditRecord.filter(log=organisation.origin)
    if period.since:
        query = query.filter(at__gte=period.since)
    return await (query.filter(at__lt=period.until) if period.until else query).count()


async def deciders(request: ExportRequest, now: datetime) -> list[Employee]:
    """Return who may agree: auditors and security administrators in the unit or the nearest above, nobody twice."""
    found = [each for role in DECIDERS for each in await access.holders(role, request.organisation, now)]
    others = {each.id: each for each in found if each.id != request.requester_id}
    return list(others.values())


async def may_decide(employee: Employee, request: ExportRequest, now: datetime) -> bool:
    """Tell whether this person may answer this request now."""
    if not proposals.is_open(KIND, request, now) or employee.id == request.requester_id:
        return False
    return await access.may(employee, EXPORT_APPROVE, request.organisation, now)


async def approve(act: Act, request: ExportRequest, *, comment: str = "") -> ExportRequest:
    """Agree: the requester may take it out once, within a day."""
    employee = await _checked(act, request)
    await stepup.require(act, stepup.Kind.BULK_EXPORT, request.organisation, request.number)
    request.expires_at = act.now + AGREED_LASTS
    await proposals.settle(act, KIND, request, employee, ExportStatus.APPROVED, comment)
    await _record(act, request, "export.approved")
    await _tell_requester(act, request)
    return request


async def reject(act: Act, request: ExportRequest, *, comment: str = "") -> ExportRequest:
    """Say no: nothing leaves, and the requester hears why."""
    employee = await _checked(act, request)
    await proposals.settle(act, KIND, request, employee, ExportStatus.REJECTED, comment)
    await _record(act, request, "export.rejected", ok=False)
    await _tell_requester(act, request)
    return request


async def _checked(act: Act, request: ExportRequest) -> Employee:
    employee = await access.require(act, EXPORT_APPROVE, request.organisation)
    proposals.require_open(KIND, request, act.now)
    if employee.id == request.requester_id:
        raise NotAllowed("own-export")
    return employee


async def _tell_requester(act: Act, request: ExportRequest) -> None:
    comment = await free_words.read_by(request.requester, request.organisation, request.comment, act.now)
    await outbox.tell(act, request.requester, to_the_requester(request, comment))


async def withdraw(act: Act, request: ExportRequest) -> ExportRequest:
    """Take back what one proposed oneself, while nobody decided; nothing follows."""
    await proposals.withdraw(act, KIND, request)
    await _record(act, request, "export.recalled", ok=False)
    return request


async def expire(act: Act, request_id: object) -> bool:
    """Close a request that nobody answered in time (系统代办); False when it was settled before."""
    request = await proposals.lapsed(act, KIND, request_id)
    if request is None:
        return False
    await proposals.settle(act, KIND, request, None, ExportStatus.EXPIRED)
    await _record(act, request, "export.expired", ok=False)
    await outbox.tell(act, request.requester, when_expired(request))
    return True


async def usable(act: Act, number: str) -> ExportRequest:
    """Return the acting person's own export that was agreed to and not taken yet, or say why there is none."""
    employee = await access.require_employee(act)
    request = await ExportRequest.get_or_none(number=number.upper()).prefetch_related(*KIND.relations)
    if request is None or request.requester_id != employee.id:
        raise NotFound("export-not-found")
    await access.require(act, right_to(request.case_number), request.organisation)
    if request.status == ExportStatus.PROPOSED:
        raise NotNow("export-waiting", number=request.number)
    if request.status != ExportStatus.APPROVED:
        raise NotNow("export-over", what=OUTCOMES[request.status])
    if act.now >= request.expires_at:
        raise NotNow("export-too-late")
    return request


async def use(act: Act, wanted: Wanted, number: str = "") -> str:
    """Return the number under which this leaves, and spend it; nothing where one person may take it alone.

    Refuses a bulk export of a person that has no consent, or one for something else. The count is asked for again, and
    what leaves is added to what this person took before.
    """
    if act.employee is None:
        return ""
    portion = await wanted.portion()
    if not number:
        await require_alone(act, wanted, portion)
    else:
        number = await _spent(act, wanted, number)
    await export_limits.note(act.employee, portion, act.now, number)
    return number


async def require_alone(act: Act, wanted: Wanted, portion: Portion) -> None:
    """Refuse what nobody takes out without a second person: much at once, or one small export after the other."""
    most = export_limits.limits().alone
    if wanted.case is None and portion.records > most:
        raise Missing("export-unapproved", count=portion.records, most=most)
    employee = await access.require_employee(act)
    typed = typed_for(wanted.organisation, wanted.form, wanted.period, wanted.case_number)
    await export_limits.require(employee, wanted.organisation, portion, act.now, typed)


async def _spent(act: Act, wanted: Wanted, number: str) -> str:
    request = await usable(act, number)
    agreed = (request.organisation_id, request.form, request.since, request.until, request.case_number)
    period = wanted.period
    if agreed != (wanted.organisation.id, wanted.form, period.since, period.until, wanted.case_number):
        raise NotNow("export-other", number=request.number)
    await spend(act, request)
    return request.number


async def spend(act: Act, request: ExportRequest) -> None:
    """Let a consent open nothing more; of two uses at the same time the second is refused."""
    agreed = ExportRequest.filter(id=request.id, status=ExportStatus.APPROVED)
    if not await agreed.update(status=ExportStatus.TAKEN, taken_at=act.now):
        raise NotNow("export-over", what=OUTCOMES[ExportStatus.TAKEN])
    request.status, request.taken_at = ExportStatus.TAKEN, act.now
    await proposals.redraw(act, KIND, request)


async def awaiting(employee: Employee, now: datetime) -> list[ExportRequest]:
    """Return the requests that this person may decide now, oldest first."""
    open_ = ExportRequest.filter(status=ExportStatus.PROPOSED, expires_at__gt=now).exclude(requester_id=employee.id)
    mine = open_.filter(access.within(await access.scopes(employee, EXPORT_APPROVE, now)))
    return list(await mine.order_by("asked_at").limit(MOST_LISTED).prefetch_related(*KIND.relations))


async def _record(act: Act, request: ExportRequest, action: str, *, ok: bool = True) -> None:
    """Add to the unit's log; the purpose is free text and may name people, so it stays in its sealed column."""
    limits_ = {name: audit.stamp(at) for name, at in (("from", request.since), ("to", request.until)) if at}
    person = request.requester.pseudonym
    case = {"case": request.case_number} if request.case_number else {}
    data = {"format": request.form, "records": request.records, "person": person, **case, **limits_}
    why = "clock" if action == "export.expired" else ""
    await audit.record(act, request.organisation, action, ("export", request.number, 1), ok=ok, why=why, data=data)
