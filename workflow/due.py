"""到期: which cases have been over for as long as records must stay, and nothing keeps (S42, I14).

A case is a booking with all its requests. It ends with the last thing that happened: the interview's end, a decision,
a notice or its receipt.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from models import Attempt, Booking, CancellationRequest, Organisation, OutboxMessage
from workflow import access, erasure_wishes, holds
from workflow.acting import local
from workflow.canonical import canonical, stamp
from workflow.periods import cutoff

T = TypeVar("T")
PORTION = 500  # cases looked at in one query


@dataclass(frozen=True)
class DueCase:
    """One case that may go: `case_id` is its booking's id, `log` the name of its unit's log."""

    case_id: object
    number: str
    requests: tuple[str, ...]
    organisation: Organisation
    ended_at: datetime


@dataclass(frozen=True)
class Due:
    """What is due, oldest first, and how many more would be if they were not held and no erasure were on its way."""

    cases: tuple[DueCase, ...]
    held: int

    @property
    def digest(self) -> str:
        """Return the SHA-256 over the numbers and ends of the cases: the same list gives the same one."""
        listed = [[each.number, stamp(each.ended_at)] for each in self.cases]
        return hashlib.sha256(canonical([len(listed)]).encode() + b"".join(_line(each) for each in listed)).hexdigest()


def _line(entry: list[str]) -> bytes:
    return canonical(entry).encode() + b"\n"


async def due(units: Iterable[str], now: datetime, year: int | None = None) -> Due:
    """Return what is due in these units and below; with `year` what ended in it, in Asia/Shanghai."""
    limit = cutoff(now)
    old = Booking.filter(access.within(units), starts_at__lte=limit).order_by("starts_at", "number")
    found: list[DueCase] = []
    for portion in _portions(await old.prefetch_related("organisation"), PORTION):
        found += [each for each in await _over(portion) if each.ended_at <= limit]
    found = [each for each in found if year is None or local(each.ended_at).year == year]
    kept = await _kept([each.case_id for each in found])
    cases = sorted((each for each in found if each.case_id not in kept), key=lambda each: (each.ended_at, each.number))
    return Due(tuple(cases), len(found) - len(cases))


async def is_due(booking: Booking, now: datetime) -> bool:
    """Tell whether one case may go: over for long enough, and nothing keeps it. Its unit must be loaded."""
    found = await _over([booking])
    return bool(found) and found[0].ended_at <= cutoff(now) and not await _kept([booking.id])


async def _kept(case_ids: Sequence[object]) -> set[object]:
    """Return the cases that stay although their time is over: held, or of somebody whose erasure is not settled."""
    return await holds.held(case_ids) | await erasure_wishes.awaited(case_ids)


def _portions(rows: Sequence[T], size: int) -> list[Sequence[T]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


async def _over(bookings: Sequence[Booking]) -> list[DueCase]:
    """Return the cases of these bookings that are over, with their ends."""
    ids = [each.id for each in bookings]
    requests: defaultdict[object, list[CancellationRequest]] = defaultdict(list)
    for request in await CancellationRequest.filter(booking_id__in=ids).order_by("created_at", "number"):
        requests[request.booking_id].append(request)
    told = await _told(ids)
    found = []
    for booking in bookings:
        mine = requests[booking.id]
        if all(each.ended_at is not None for each in mine):
            found.append(_case(booking, mine, told[booking.id]))
    return found


def _case(booking: Booking, requests: Sequence[CancellationRequest], told: Sequence[datetime]) -> DueCase:
    moments = [booking.starts_at + timedelta(minutes=booking.duration_min), booking.created_at, *told]
    moments += [each for each in (booking.cancelled_at, booking.declined_at) if each is not None]
    moments += [each.ended_at for each in requests if each.ended_at is not None]
    numbers = tuple(each.number for each in requests)
    return DueCase(booking.id, booking.number, numbers, booking.organisation, max(moments))


async def _told(ids: Sequence[object]) -> defaultdict[object, list[datetime]]:
    """Return when notices of these bookings were posted, settled, tried and received."""
    found: defaultdict[object, list[datetime]] = defaultdict(list)
    notices = OutboxMessage.filter(kind="notice", booking_id__in=list(ids))
    for booking, *moments in await notices.values_list("booking_id", "posted_at", "settled_at"):
        found[booking] += [each for each in moments if each is not None]
    tries = Attempt.filter(message__kind="notice", message__booking_id__in=list(ids))
    for booking, *moments in await tries.values_list("message__booking_id", "started_at", "ended_at"):
        found[booking] += [each for each in moments if each is not None]
    return found
