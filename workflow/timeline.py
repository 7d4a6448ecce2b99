"""时间轴: the facts of one case as the audit log has them, for every door that shows them (S30).

A case is a request with its booking, or a booking with its requests. Chat, command line, page and PDF draw the same
entries; what of a person they show depends on the reader's right (S81).
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from models import (
    AuditRecord,
    Basis,
    Booking,
    CancellationRequest,
    Comment,
    Employee,
    ErasureRequest,
    Organisation,
    RevealLink,
    Step,
)
from workflow import access, audit, finding, gone, neighbours, restricting
from workflow.acting import Act
from workflow.erasing_words import BASES
from workflow.errors import NotFound
from workflow.finding import BOOKING_RELATIONS
from workflow.lines import NotWhole, fits, record_in
from workflow.masking import tail_of
from workflow.moments import when_of
from workflow.plans import plans_of
from workflow.reasons import REASONS
from workflow.showing import LONGEST_NAME, plain
from workflow.sight import LONGEST_READ, Sight, sight_of
from workflow.views import STILL_NEEDED

Remarks = Mapping[tuple[str, int, int, datetime], str]
Levels = Mapping[tuple[str, int], str]
REFUSED = "attempt.refused"
UNREAD = "record.unreadable"  # of no log: what is shown where a line is not what was written
ERASED_AGAIN = "subject.erased_again"  # of a person, whatever case it was about
OPERATOR = "operator"  # how the command line says who acts
TIMES = "times"  # in the data of such an entry, where equal ones were gathered at the first
PEOPLE_AT_ONCE = 100  # pseudonyms looked up in one query


@dataclass(frozen=True)
class Entry:
    """One record: `person` is the pseudonym in the log, `who` the name of an employee and else empty.

    `by` is employee, candidate or system (the clock, or an operator at the command line); `via` is the door, `data` the
    record's own codes and numbers, `remark` what an approver wrote beside the decision, whole. `auth` says how it was
    known who it was: `operator` is somebody at the command line who borrowed the rights of `who`. `towards` names the
    colleague to whom, or the level to which, an approver passed it on.
    """

    log: str
    seq: int
    at: datetime
    person: str
    by: str
    who: str
    via: str
    action: str
    subject: str
    ok: bool
    why: str
    data: Mapping[str, object]
    remark: str = ""
    auth: str = ""
    towards: str = ""

    @property
    def named(self) -> str:
        """Name the employee who did it; what an operator did with somebody's rights is not that person's doing."""
        return f"操作员（按 {self.who} 的权限）" if self.who and self.auth == OPERATOR else self.who


@dataclass(frozen=True)
class Case:
    """One case and what this reader may see of it; `request` is None for a booking nobody asked to cancel."""

    number: str
    booking: Booking
    request: CancellationRequest | None
    subjects: tuple[str, ...]
    names: bool  # the candidate's name in full, and the openings of commitments
    evidence: bool

    @property
    def organisation(self) -> Organisation:
        """Return the unit whose log tells of the case."""
        return self.booking.organisation

    @property
    def sight(self) -> Sight:
        """Return how much of the candidate this reader sees."""
        return Sight(self.names, self.evidence)

    @property
    def candidate(self) -> str:
        """Name the candidate as this reader may: 张伟（尾号8123） or 张*（尾号8123）."""
        candidate = self.booking.candidate
        return f"{self.sight.name_of(candidate)}（尾号{tail_of(candidate)}）"

    @property
    def title(self) -> str:
        """Name the case: Q20261124-001 张* · 尾号8123 · 11月25日 周三 15:00."""
        candidate = self.booking.candidate
        line = f"{self.sight.name_of(candidate)} · 尾号{tail_of(candidate)} · {when_of(self.booking)}"
        return f"{self.number} {line}" if self.request else line


async def case_of(act: Act, number: str) -> Case:
    """Find a case by the number of its request (Q…) or booking (Y…), as far as the acting person may see it.

    Without an employee it is the operator of the installation who asks, at the command line: they see no names.
    """
    request = await CancellationRequest.get_or_none(number=number.upper())
    if request is not None:
        return await _of_request(act, request)
    booking = await finding.with_number(number)
    if booking is None:
        await gone.require_not_purged(act, number.upper())
        raise NotFound(what="request" if number.upper().startswith("Q") else "booking")
    return await of_booking(act, booking)


async def _of_request(act: Act, found: CancellationRequest) -> Case:
    if act.employee is not None:
        found = await access.request_for(act, found.id)
    booking = await Booking.get(id=found.booking_id).prefetch_related(*BOOKING_RELATIONS)
    names, evidence = await _rights(act, booking)
    return Case(found.number, booking, found, (found.number, booking.number), names, evidence)


async def of_booking(act: Act, found: Booking) -> Case:
    """Return the case of a booking with all the requests there were for it."""
    if act.employee is not None:
        await access.booking_for(act, found.id)
    booking = await Booking.get(id=found.id).prefetch_related(*BOOKING_RELATIONS)
    requests = await CancellationRequest.filter(booking=booking).order_by("created_at")
    numbers = (booking.number, *(each.number for each in requests))
    names, evidence = await _rights(act, booking)
    return Case(booking.number, booking, None, numbers, names, evidence)


async def _rights(act: Act, booking: Booking) -> tuple[bool, bool]:
    """Return whether names and evidence are shown; of somebody restricted neither is, to anybody."""
    seen = await sight_of(act.employee, booking, act.now)
    return seen.full, seen.words


async def note_viewed(act: Act, case: Case) -> None:
    """Record that somebody looked at the case: every read of a person's data leaves a record (S85)."""
    subject = ("case", case.number, 1)
    await audit.record(act, case.organisation, "case.viewed", subject, data={"names": case.names})


async def entries_of(case: Case) -> list[Entry]:
    """Return every record of the case in the order of the log."""
    return await read(await records_of(case), await _remarks(case), await _levels(case))


async def first_bad(case: Case) -> int | None:
    """Return the number of the case's first record that is not as it was written, as far as its neighbours tell."""
    return await neighbours.first_bad(await records_of(case))


async def records_of(case: Case) -> list[AuditRecord]:
    """Return the case's records themselves, in the order of the log."""
    subject = Q(subject__in=[*case.subjects, *await _erasures_of(case)])
    again = Q(subject=restricting.pseudonym(case.booking.candidate), action=ERASED_AGAIN)
    return list(await AuditRecord.filter(subject | again, log=case.organisation.origin).order_by("seq"))


async def _erasures_of(case: Case) -> list[str]:
    """Return the numbers of the erasures of the case's candidate: what became of their data belongs to its course."""
    found = ErasureRequest.filter(candidate_id=case.booking.candidate_id)
    return [str(each) for each in await found.values_list("number", flat=True)]


async def require_all(case: Case, records: Sequence[AuditRecord]) -> None:
    """Raise NotWhole unless these are all records of the case by their lines: the columns beside them find them.

    Whoever owns the database can change a column and so hide a record, or show a foreign one; the line they cannot.
    """
    seqs, named = {each.seq for each in records if each.action != ERASED_AGAIN}, set[int]()
    subjects = [*case.subjects, *await _erasures_of(case)]
    for subject in subjects:
        naming = AuditRecord.filter(log=case.organisation.origin, line__contains=f'"id":"{subject}"')
        named |= {each.seq for each in await naming if _is_about(each, subjects)}
    hidden = named - {each.seq for each in await records_of(case)}  # read last: others may write meanwhile
    told = [(line := record_in(each.line)) is not None and fits(each, line) for each in records]
    if hidden or not seqs <= named or not all(told):
        origin = case.organisation.origin
        raise NotWhole(f"{origin}: the columns beside the lines of {case.number} say something else")


def _is_about(record: AuditRecord, subjects: Collection[str]) -> bool:
    line = record_in(record.line)
    return line is not None and line["obj"]["id"] in subjects


def digest_of(records: Iterable[AuditRecord]) -> str:
    """Return the SHA-256 (hex) over these lines, each with its LF: what a printed timeline was made from."""
    digest = hashlib.sha256()
    for each in records:
        digest.update(each.line.encode() + b"\n")
    return digest.hexdigest()


async def read(
    records: Iterable[AuditRecord], remarks: Remarks | None = None, levels: Levels | None = None
) -> list[Entry]:
    """Return the entries that these records are, with the names behind the pseudonyms of employees."""
    found = [(each, record_in(each.line)) for each in records]
    lines = [line for _, line in found if line]
    people = {str(line["actor"]["sub"]) for line in lines} | {str(line["data"].get("to", "")) for line in lines}
    known = _Known(await _names(people), remarks or {}, levels or {})
    return [_entry(row, line, known) if line else _unread(row) for row, line in found]


@dataclass(frozen=True)
class _Known:
    """What is known beside the records: names, words and levels."""

    names: Mapping[str, str]
    remarks: Remarks
    levels: Levels


def _unread(row: AuditRecord) -> Entry:
    """Return what stands for a record that cannot be read: the log is bad, and the others are shown all the same."""
    return Entry(row.log, row.seq, row.at, "", "system", "", "", UNREAD, row.subject, False, "unreadable", {})


def _entry(row: AuditRecord, line: dict[str, dict[str, object]], known: _Known) -> Entry:
    actor, matter, data = line["actor"], line["obj"], line["data"]
    person = str(actor["sub"])
    key = (str(matter["id"]), _number(data.get("level")), _number(data.get("slot", data.get("comment", 1))), row.at)
    return Entry(
        log=row.log,
        seq=row.seq,
        at=row.at,
        person=person,
        by={"u": "employee", "c": "candidate"}.get(person[:2].rstrip("_"), "system"),
        who=known.names.get(person, person if person.startswith("u_") else ""),
        via=str(actor["via"]),
        action=row.action,
        subject=row.subject,
        ok=bool(line["ok"]),
        why=str(line["why"]),
        data=data,
        remark=known.remarks.get(key, "") if row.action in WITH_REMARK else "",
        auth=str(actor["auth"]),
        towards=_towards(row.action, key[0], data, known),
    )


def _towards(action: str, number: str, data: Mapping[str, object], known: _Known) -> str:
    if action in PASSED_ON:
        return known.names.get(str(data.get("to", "")), "")
    return known.levels.get((number, _number(data.get("to_level"))), "") if action == "approval.returned" else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


PASSED_ON = ("approval.handed_on", "approval.added")
WITH_REMARK = (
    "approval.approved",
    "approval.rejected",
    "approval.sent_back",
    "approval.handed_on",
    "approval.returned",
    "request.commented",
    "reveal.asked",
)


async def _names(pseudonyms: set[str]) -> dict[str, str]:
    """Return the names of these employees; a pseudonym is the first half of the person's id."""
    wanted = sorted(each for each in pseudonyms if each.startswith("u_"))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), PEOPLE_AT_ONCE):
        condition = Q()
        for each in wanted[start : start + PEOPLE_AT_ONCE]:
            first, last = UUID(each[2:] + "0" * 16), UUID(each[2:] + "f" * 16)
            condition |= Q(id__gte=first, id__lte=last)
        for person in await Employee.filter(condition):
            found[person.pseudonym] = plain(str(person.name), LONGEST_NAME)
    return found


async def _remarks(case: Case) -> Remarks:
    """Return what approvers wrote, and why data were revealed, as the reader may see it.

    By request, level, slot and moment: a request's revision goes on while it is decided; what is no decision has level
    0, and a record from before there were several places at a level is about the first. A comment stands in its place.
    """
    steps = await Step.filter(request__number__in=case.subjects).prefetch_related("request")
    reveals = await RevealLink.filter(booking=case.booking)
    purposes = {(case.booking.number, 0, 1, each.created_at): _remark(case, each.reason) for each in reveals}
    comments = {
        (each.request.number, 0, each.place, each.made_at): _remark(case, each.words)
        for each in await Comment.filter(request__number__in=case.subjects).prefetch_related("request")
    }
    return (purposes | comments) | {
        (each.request.number, each.level, each.slot, each.decided_at): _remark(case, each.comment)
        for each in steps
        if each.comment and each.decided_at
    }


async def _levels(case: Case) -> Levels:
    """Return what the levels of the case's requests are called, by request and level."""
    requests = await CancellationRequest.filter(number__in=case.subjects)
    return {
        (each.number, level): plain(plan.name, LONGEST_NAME)
        for each in requests
        for level, plan in enumerate(plans_of(each.policy), start=1)
    }


def _remark(case: Case, words: object) -> str:
    return case.sight.words_about(case.booking.candidate, words, LONGEST_READ)


def reason_of(case: Case, longest: int = LONGEST_READ) -> str:
    """Return the reason with the words that came with it, whole unless a shorter text is asked for."""
    if case.request is None:
        return ""
    reason = REASONS.get(case.request.reason_code)
    words = case.sight.words_about(case.booking.candidate, case.request.reason_text, longest)
    return "：".join(each for each in (reason.label if reason else "未填写", words) if each)


def still_needed(code: object) -> str:
    """Return the department's answer in words."""
    return STILL_NEEDED.get(str(code or ""), "")


def basis_of_erasure(code: object) -> str:
    """Return why somebody's data had to go, in words."""
    known = str(code or "")
    return BASES[Basis(known)] if known in set(Basis) else ""
