"""Entering the rows: each chunk is one transaction, and a file that is imported again changes nothing twice."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.company import terms_of
from bot.importing import clashes
from bot.importing.mapping import Mapping
from bot.importing.matching import Change, Seen, Stored, change_of, is_candidate
from bot.importing.reading import Table
from bot.importing.report import Fault, Finding, Report
from bot.importing.rows import Checker, Directory, Entry
from models import Booking, BookingStatus, Candidate, Employee, Organisation, Platform
from models.store import Store
from workflow import administering
from workflow.acting import Act

CHUNK = 25  # rows in one transaction: somebody who taps a card meanwhile waits for one chunk, not for the file
PAUSE = 0.12  # seconds between chunks on SQLite, longer than its longest wait between two tries for the lock
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Company:
    """The units and employees that rows may name."""

    units: dict[str, Organisation]
    staff: dict[str, Employee]

    @classmethod
    async def load(cls) -> "Company":
        """Read them once for the whole file."""
        staff = {each.key: each for each in await Employee.filter(active=True)}
        return cls({each.path: each for each in await Organisation.all()}, staff)

    def directory(self) -> Directory:
        """Return what checking needs to know."""
        return Directory(frozenset(self.units), frozenset(self.staff))


@dataclass
class Outcome:
    """What came of one row; `booking` is the id of the stored booking that it updates."""

    entry: Entry
    first: int  # the first row of the file about the same booking: this one, unless it was repeated
    is_first_of_person: bool = True
    booking: str = ""
    is_new: bool = False
    fault: Finding | None = None
    warnings: list[Finding] = field(default_factory=list)


class Importer:
    """Imports one file. `act` carries the moment and the file's digest; without a store it is a dry run."""

    def __init__(self, store: Store | None, act: Act, company: Company, progress: Progress) -> None:
        self._store = store
        self._act = act
        self._company = company
        self._progress = progress
        self._seen = Seen()
        self._names: dict[tuple[str, tuple[str, str]], set[str]] = defaultdict(set)  # of each person in this file

    async def run(self, table: Table, mapping: Mapping) -> Report:
        """Check every row, enter those without faults, and look for clashes."""
        report = Report(rows=len(table.rows))
        for column in mapping.unused(table.header):
            report.warnings.append(Finding(1, column, "unused-column", f"「{column}」这一列没有导入"))
        entries = self._checked(table, mapping, report)
        taken = await _taken_before(entries)
        outcomes: list[Outcome] = []
        for start in range(0, len(entries), CHUNK):
            outcomes += await self._chunk(entries[start : start + CHUNK])
            self._progress(min(start + CHUNK, len(entries)), len(entries))
        _count(outcomes, report)
        report.warnings += clashes.warnings([*taken, *_taken_by(outcomes)])
        return report

    def _checked(self, table: Table, mapping: Mapping, report: Report) -> list[Entry]:
        checker = Checker(mapping, table.header, self._company.directory(), self._act.now)
        entries: list[Entry] = []
        for row in table.rows:
            checked = checker.check(row)
            if checked.entry:
                entries.append(checked.entry)
                report.warnings += checked.warnings
            else:
                report.reject(checked.faults)
        return entries

    async def _chunk(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Enter some rows, all or none. The work may run twice, so what it remembers is remembered before."""
        started = [self._started(entry) for entry in entries]

        async def work() -> list[Outcome]:
            stored = await Stored.read(entries)
            return [await self._entered(each, stored) for each in started]

        if self._store is None:
            return await work()
        outcomes = await self._store.transact(work)
        if self._store.is_sqlite:
            await asyncio.sleep(PAUSE)
        return outcomes

    def _started(self, entry: Entry) -> Outcome:
        names = self._names[entry.organisation, entry.person]
        outcome = Outcome(entry, self._seen.earlier(entry) or entry.row, is_first_of_person=not names)
        self._seen.add(entry, outcome.first)
        if outcome.first != entry.row:
            message = f"与第 {outcome.first} 行是同一条预约，以后面的为准"
            outcome.warnings.append(Finding(entry.row, "starts_at", "duplicate-in-file", message))
        names.add(entry.candidate)
        if len(names) > 1:
            outcome.warnings.append(_shared(entry))
        return outcome

    async def _entered(self, started: Outcome, stored: Stored) -> Outcome:
        """Enter one row. Where rows before it changed what it needs to know, that is read again."""
        entry, unit = started.entry, self._company.units[started.entry.organisation]
        outcome = replace(started, warnings=list(started.warnings))
        if started.first != entry.row or not started.is_first_of_person:
            stored = await Stored.read([entry])
        booking = stored.booking(entry, unit)
        if booking is None:
            outcome.is_new = started.first == entry.row
            await self._add(outcome, unit, stored)
            return outcome
        outcome.booking = str(booking.id)
        try:
            change = change_of(booking, entry, self._act.now)
        except Fault as fault:
            outcome.fault = Finding(entry.row, "booking_no", fault.code, fault.message)
            return outcome
        outcome.warnings += change.warnings
        if self._store and change.fields:
            await self._change(booking, change, outcome, stored)
        return outcome

    async def _add(self, outcome: Outcome, unit: Organisation, stored: Stored) -> None:
        entry = outcome.entry
        candidate = await self._candidate(outcome, unit, stored)
        if candidate is None:
            return
        new = administering.NewBooking(
            position=entry.position,
            starts_at=entry.starts_at,
            terms=terms_of(entry.candidate, entry.phone),
            duration_min=entry.duration_min or 45,
            round=entry.round,
            status=entry.status or BookingStatus.SCHEDULED,
            number=entry.booking_no,
            link=entry.link,
            interviewer=self._company.staff.get(entry.interviewer),
            created_at=entry.created_at,
            confirmed_at=entry.confirmed_at,
            import_id=self._act.source,
        )
        await administering.add_booking(self._act, unit, candidate, new)

    async def _change(self, booking: Booking, change: Change, outcome: Outcome, stored: Stored) -> None:
        """Bring the stored booking up to date; what the row leaves open stays."""
        entry = outcome.entry
        if not is_candidate(booking.candidate, entry):
            booking.candidate = await self._candidate(outcome, booking.organisation, stored) or booking.candidate
        booking.room_url = entry.link or booking.room_url
        booking.created_at = entry.created_at or booking.created_at
        booking.confirmed_at = entry.confirmed_at or booking.confirmed_at
        if change.status == BookingStatus.CANCELLED:
            booking.cancelled_at = booking.cancelled_at or self._act.now
        new = administering.NewBooking(
            position=entry.position,
            starts_at=entry.starts_at,
            terms=terms_of(entry.candidate, entry.phone or booking.candidate.phone or ""),
            duration_min=entry.duration_min or booking.duration_min,
            round=entry.round or booking.round,
            status=change.status,
            interviewer=self._company.staff.get(entry.interviewer) or booking.interviewer,
        )
        await administering.change_booking(self._act, booking, new)

    async def _candidate(self, outcome: Outcome, unit: Organisation, stored: Stored) -> Candidate | None:
        """Return the row's candidate, entered if they are new; None in a dry run."""
        entry = outcome.entry
        same = stored.namesakes(entry, unit)
        known = next((each for each in same if each.name == entry.candidate), None)
        if same and not known and not any(each.code == "person-shared" for each in outcome.warnings):
            outcome.warnings.append(_shared(entry))
        preferred = Platform(entry.channel) if entry.channel in set(Platform) else None
        if known:
            outcome.warnings += _kept(known, entry, preferred)
        if known or self._store is None:
            return known if self._store else None
        if not entry.phone and not entry.email:
            return await _add_keyed(unit, entry)
        new = administering.NewCandidate(entry.candidate, entry.phone, entry.email, preferred, entry.candidate_key)
        return await administering.add_candidate(unit, new)


async def _add_keyed(unit: Organisation, entry: Entry) -> Candidate:
    """Enter somebody of the past who is known by the source's own id alone and can be reached by nothing."""
    return await Candidate.enter(organisation=unit, key_index=clashes.known_by(*entry.person), name=entry.candidate)


def _shared(entry: Entry) -> Finding:
    kind = {"phone": "手机号", "email": "邮箱", "key": "编号"}[entry.person[0]]
    return Finding(entry.row, "candidate", "person-shared", f"同一个{kind}还有另一个姓名，请核对是不是同一个人")


def _kept(known: Candidate, entry: Entry, preferred: Platform | None) -> list[Finding]:
    """Warn where a candidate who is known keeps what the file would change: they may have chosen it themselves."""
    kept: list[Finding] = []
    if preferred and known.preferred != preferred:
        kept.append(Finding(entry.row, "channel", "candidate-kept", "这位候选人已经在册，首选渠道没有改动"))
    if entry.email and (known.email or "").casefold() != entry.email.casefold():
        kept.append(Finding(entry.row, "email", "candidate-kept", "这位候选人已经在册，邮箱没有改动"))
    return kept


def _count(outcomes: list[Outcome], report: Report) -> None:
    for outcome in outcomes:
        if outcome.fault:
            report.reject([outcome.fault])
            continue
        report.imported += outcome.is_new
        report.updated += not outcome.is_new
        report.warnings += outcome.warnings


async def _taken_before(entries: list[Entry]) -> list[clashes.Occupied]:
    if not entries:
        return []
    starts = [entry.starts_at for entry in entries]
    return await clashes.stored(min(starts), max(starts))


def _taken_by(outcomes: list[Outcome]) -> list[clashes.Occupied]:
    """List the time that the rows take: the last row about a booking counts."""
    last = {outcome.first: outcome for outcome in outcomes if not outcome.fault}
    return [slot for outcome in last.values() for slot in clashes.of_entry(outcome.entry, outcome.booking)]
