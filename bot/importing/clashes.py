"""Who would have to be in two interviews at once. A clash is a warning: history is dirty, and people move things."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.importing.report import Finding
from bot.importing.rows import Entry
from models import Booking, BookingStatus
from models.vault import vault

OCCUPYING = (
    BookingStatus.SCHEDULED,
    BookingStatus.CONFIRMED,
    BookingStatus.FROZEN,
    BookingStatus.COMPLETED,
    BookingStatus.NO_SHOW,
)
LONGEST = timedelta(hours=10)


@dataclass(frozen=True)
class Occupied:
    """Time of one person taken by one booking; `row` is 0 for a booking that was there before."""

    who: tuple[str, Hashable]
    starts_at: datetime
    ends_at: datetime
    row: int
    label: str
    booking: str = ""  # the stored booking's id, also of a row that updates it


def of_entry(entry: Entry, booking: str) -> Iterator[Occupied]:
    """Yield whose time a row takes: the candidate's and the interviewer's."""
    if entry.status not in (None, *OCCUPYING):
        return
    label = f"第 {entry.row} 行"
    people = [("candidate", known_by(*entry.person))]
    if entry.interviewer:
        people.append(("interviewer", entry.interviewer))
    for who in people:
        yield Occupied(who, entry.starts_at, entry.ends_at, entry.row, label, booking)


def known_by(kind: str, value: str) -> str:
    """Return the keyed hash that stands for a candidate's phone, mail address or own id."""
    return vault().index(kind, value.casefold() if kind == "email" else value)


async def stored(first: datetime, last: datetime) -> list[Occupied]:
    """List the time taken by bookings that are there, of every unit: nobody can be in two places."""
    near = Booking.filter(status__in=OCCUPYING, starts_at__gt=first - LONGEST, starts_at__lt=last + LONGEST)
    columns = ("id", "number", "starts_at", "duration_min", "interviewer__key")
    person = ("candidate__phone_index", "candidate__email_index", "candidate__key_index")
    found: list[Occupied] = []
    for id_, number, starts_at, duration, interviewer, phone, email, key in await near.values_list(*columns, *person):
        candidate = phone or email or key
        for who in [("candidate", candidate)] + ([("interviewer", interviewer)] if interviewer else []):
            ends_at = starts_at + timedelta(minutes=duration)
            found.append(Occupied(who, starts_at, ends_at, 0, f"预约 {number}", str(id_)))
    return found


def warnings(taken: Iterable[Occupied]) -> Iterator[Finding]:
    """Yield one warning for each row whose time overlaps that of another booking of the same person."""
    slots = list(taken)
    rewritten = {slot.booking for slot in slots if slot.row and slot.booking}
    standing = [slot for slot in slots if slot.row or slot.booking not in rewritten]
    ordered = sorted(standing, key=lambda each: (str(each.who), each.starts_at, each.row))
    for who, group in groupby(ordered, key=lambda each: each.who):
        yield from _of_one_person(who[0], list(group))


def _of_one_person(kind: str, slots: list[Occupied]) -> Iterator[Finding]:
    open_: list[Occupied] = []
    for slot in slots:
        open_ = [other for other in open_ if other.ends_at > slot.starts_at]
        other = open_[0] if open_ else None
        open_.append(slot)
        if other and (slot.row or other.row):
            late, early = (slot, other) if slot.row > other.row else (other, slot)
            people = "候选人" if kind == "candidate" else "面试官"
            yield Finding(late.row, "starts_at", "clash", f"{people}同一时间还有一场面试（{early.label}）")
