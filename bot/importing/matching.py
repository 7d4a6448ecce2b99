"""Which booking a row speaks of: the same number, or else the same unit, candidate and start."""

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tortoise.expressions import Q

from bot.importing.clashes import known_by
from bot.importing.report import Fault, Finding
from bot.importing.rows import Entry
from models import Booking, BookingStatus, Candidate, Organisation
from workflow.states import LIVE_BOOKINGS, may_become

RELATIONS = ("organisation", "candidate", "position", "interviewer")
IN_PROGRESS = (BookingStatus.FROZEN, BookingStatus.DECLINED)
_GENERATED = re.compile(r"Y\d{8}-\d{3,}")  # ours; a number from elsewhere tells two bookings of one time apart


class Stored:
    """The bookings and candidates in the store that some rows may speak of, read at once."""

    def __init__(self, bookings: list[Booking], candidates: list[Candidate]) -> None:
        self._numbers = {each.number: each for each in bookings}
        self._slots: dict[Hashable, list[Booking]] = defaultdict(list)
        self._people: dict[Hashable, list[Candidate]] = defaultdict(list)
        for booking in bookings:
            for known in _known_by(booking.candidate):
                self._slots[booking.organisation_id, known, booking.starts_at].append(booking)
        for candidate in candidates:
            for known in _known_by(candidate):
                self._people[candidate.organisation_id, known].append(candidate)  # made by Tortoise

    @classmethod
    async def read(cls, entries: Sequence[Entry]) -> "Stored":
        """Read what these rows may speak of."""
        numbers = [entry.booking_no for entry in entries if entry.booking_no]
        same = Q(starts_at__in=list({entry.starts_at for entry in entries})) | Q(number__in=numbers or [""])
        bookings = await Booking.filter(same).order_by("created_at", "number").prefetch_related(*RELATIONS)
        indexes: dict[str, list[str]] = {"phone": [], "email": [], "key": []}
        for entry in entries:
            indexes[entry.person[0]].append(_index_of(entry))
        people = Q(phone_index__in=indexes["phone"] or [""]) | Q(email_index__in=indexes["email"] or [""])
        return cls(bookings, await Candidate.filter(people | Q(key_index__in=indexes["key"] or [""])))

    def booking(self, entry: Entry, unit: Organisation) -> Booking | None:
        """Return the booking that this row updates."""
        if entry.booking_no in self._numbers:
            return self._numbers[entry.booking_no]
        found = self._slots.get((unit.id, (entry.person[0], _index_of(entry)), entry.starts_at), [])
        return next((each for each in found if not entry.booking_no or _GENERATED.fullmatch(each.number)), None)

    def namesakes(self, entry: Entry, unit: Organisation) -> list[Candidate]:
        """List the unit's candidates with this row's phone, mail address or id, whatever their names."""
        return self._people.get((unit.id, (entry.person[0], _index_of(entry))), [])


def _index_of(entry: Entry) -> str:
    return known_by(*entry.person)


def _known_by(candidate: Candidate) -> list[tuple[str, str]]:
    ways = (("phone", candidate.phone_index), ("email", candidate.email_index), ("key", candidate.key_index))
    return [(kind, value) for kind, value in ways if value]


@dataclass
class Seen:
    """What earlier rows of this file spoke of."""

    _rows: dict[Hashable, tuple[int, str]] = field(default_factory=dict)

    def earlier(self, entry: Entry) -> int:
        """Return the first row of this file about the same booking, or 0."""
        by_number = self._rows.get(entry.booking_no) if entry.booking_no else None
        row, number = by_number or self._rows.get(_slot(entry), (0, ""))
        return 0 if not by_number and entry.booking_no and number else row

    def add(self, entry: Entry, first: int) -> None:
        """Remember that this row speaks of the booking that row `first` spoke of first."""
        self._rows.setdefault(_slot(entry), (first, entry.booking_no))
        if entry.booking_no:
            self._rows[entry.booking_no] = (first, entry.booking_no)


def _slot(entry: Entry) -> Hashable:
    return entry.organisation, entry.person, entry.starts_at


@dataclass
class Change:
    """What a row makes of the booking it speaks of."""

    status: BookingStatus
    fields: set[str]
    warnings: list[Finding]


def change_of(booking: Booking, entry: Entry, now: datetime) -> Change:
    """Compare; raises Fault where the booking is in the middle of something that an import must not disturb."""
    if booking.organisation.path != entry.organisation:
        raise Fault("booking-no", "这个编号属于另一个单位的预约")
    change = Change(booking.status, _differences(booking, entry), [])
    if change.fields and booking.status in IN_PROGRESS:
        raise Fault("in-progress", "这条预约正在取消流程中，处理完再导入")
    if entry.status not in (None, booking.status):
        change.status = _status_after(booking, entry.status, now)
        if change.status == entry.status:
            change.fields.add("status")
        else:
            message = f"状态仍是 {booking.status}，没有改成 {entry.status}：导入不代替取消、恢复和候选人的确认"
            change.warnings.append(Finding(entry.row, "status", "state-kept", message))
    if "starts_at" in change.fields and booking.status in LIVE_BOOKINGS and booking.starts_at > now:
        message = "改了将来一场面试的时间，导入不通知任何人，请另行告知"
        change.warnings.append(Finding(entry.row, "starts_at", "moved", message))
    return change


def _status_after(booking: Booking, stated: BookingStatus | None, now: datetime) -> BookingStatus:
    """Return the status to store: what people decided here stays, and a cancellation ahead is for the workflow."""
    live = booking.status in (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)
    walks_around = stated == BookingStatus.CANCELLED and booking.starts_at > now
    if stated is None or not live or walks_around or not may_become(booking.status, stated):
        return booking.status
    return stated


def _differences(booking: Booking, entry: Entry) -> set[str]:
    """Name the stated fields that differ from what is stored; an empty cell states nothing."""
    interviewer = booking.interviewer.key if booking.interviewer else ""
    stated = {
        "position": (booking.position.name, entry.position),
        "starts_at": (booking.starts_at, entry.starts_at),
        "interviewer": (interviewer, entry.interviewer or interviewer),
        "duration_min": (booking.duration_min, entry.duration_min or booking.duration_min),
        "round": (booking.round, entry.round or booking.round),
        "link": (booking.room_url, entry.link or booking.room_url),
        "created_at": (booking.created_at, entry.created_at or booking.created_at),
        "confirmed_at": (booking.confirmed_at, entry.confirmed_at or booking.confirmed_at),
    }
    found = {name for name, (before, after) in stated.items() if before != after}
    return found if is_candidate(booking.candidate, entry) else {*found, "candidate"}


def is_candidate(candidate: Candidate, entry: Entry) -> bool:
    """Tell whether a stored candidate is the one a row names."""
    kind, _ = entry.person
    same = {
        "phone": candidate.phone == entry.phone,
        "email": (candidate.email or "").casefold() == entry.email.casefold(),
        "key": candidate.key_index == _index_of(entry),
    }
    return bool(same[kind] and candidate.name == entry.candidate)
