"""Finding bookings through the blind index: what was typed becomes keyed hashes, and only these are compared."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models import Booking, BookingTerm, Employee, Position
from models.narrowing import only_within
from models.vault import vault
from workflow import access
from workflow.states import CANCELLABLE

MOST = 50  # bookings returned at once where no list is asked for
MOST_LISTED = 500  # of one list, page by page; who wants more names a time


async def remember(booking: Booking, terms: Iterable[str]) -> None:
    """Store the keyed hashes under which this booking is found (name parts, pinyin, phone tail)."""
    keys = sorted({vault().index("term", term) for term in terms})
    await BookingTerm.bulk_create([BookingTerm(term=key, booking=booking) for key in keys], ignore_conflicts=True)


async def find(
    employee: Employee,
    permission: str,
    now: datetime,
    *,
    any_of: Sequence[str] = (),
    number: str = "",
    between: tuple[datetime, datetime] | None = None,
    positions: Collection[object] | None = None,
    live: bool = True,
    most: int = MOST,
) -> list[Booking]:
    """Return the bookings this employee may act on: those matching any of the terms, earliest first.

    `between` is half open, aware. `positions` are ids; an empty collection finds nothing. Nothing of a unit outside
    the employee's grants is ever read. Somebody whose data are restricted is found by number alone.
    """
    scopes = await access.scopes(employee, permission, now)
    query = Booking.filter(access.within(scopes))
    if live:
        query = query.filter(status__in=CANCELLABLE)
    query = query.filter(number=number) if number else query.filter(candidate__restricted_at__isnull=True)
    if any_of:
        query = _matching(query, any_of)
    if positions is not None:
        query = query.filter(position_id__in=list(positions))
    if between:
        query = query.filter(starts_at__gte=between[0], starts_at__lt=between[1])
    async with only_within(scopes):
        return list(await query.order_by("starts_at", "number").limit(most).prefetch_related(*BOOKING_RELATIONS))


def _matching(query: QuerySet[Booking], terms: Sequence[str]) -> QuerySet[Booking]:
    hashes = [vault().index("term", term) for term in terms]
    return query.filter(id__in=Subquery(BookingTerm.filter(term__in=hashes).values("booking_id")))


async def numbered(employee: Employee, words: Collection[str], now: datetime) -> dict[str, list[str]]:
    """Return, for each of these words, the bookings' numbers that it is, in whatever case it was written.

    Only what is in the employee's units counts: a foreign number reads like any other word. The very spelling is
    looked for first, which the index answers; only a word of letters and digits that is none is compared with every
    number: a name in pinyin, which people type all day, is looked for in its usual spellings alone.
    """
    scopes = [path for _, path in await access.grants_of(employee, now)]
    theirs = Booking.filter(access.within(scopes))
    async with only_within(scopes):
        same = await theirs.filter(number__in=list(words)).values_list("number", flat=True)
        exact = {str(each) for each in same}
        found = {word: [word] for word in words if word in exact}
        for word in words:
            if word not in found:
                usual = Q(number__in=[word.upper(), word.lower(), word.capitalize()])
                others = theirs.filter(usual if word.isalnum() and not _is_mixed(word) else Q(number__iexact=word))
                found[word] = [str(each) for each in await others.order_by("number").values_list("number", flat=True)]
    return found


def _is_mixed(word: str) -> bool:
    return any(each.isdigit() for each in word) and any(each.isalpha() for each in word)


async def with_number(number: str) -> Booking | None:
    """Fetch the booking of this number as it is written, else the only one that differs in nothing but the case."""
    same = [Booking.filter(number=each) for each in (number, number.upper())]
    for query in (*same, Booking.filter(number__iexact=number)):
        if len(found := await query.limit(2)) == 1:
            return found[0]
    return None


async def those(employee: Employee, permission: str, now: datetime, ids: Sequence[str]) -> list[Booking]:
    """Return bookings of a list that was shown, in its order; those this employee may no longer act on are left out."""
    scopes = await access.scopes(employee, permission, now)
    query = Booking.filter(access.within(scopes), id__in=list(ids))
    async with only_within(scopes):
        found = await query.prefetch_related(*BOOKING_RELATIONS)
    by_id = {str(each.id): each for each in found}
    return [by_id[each] for each in ids if each in by_id]


@dataclass(frozen=True)
class NamedPosition:
    """A position that somebody's units have; names are unique within a unit only."""

    id: object
    name: str


async def positions(employee: Employee, permission: str, now: datetime) -> list[NamedPosition]:
    """Return the positions of the units this employee holds the permission for."""
    scopes = await access.scopes(employee, permission, now)
    query = Position.filter(access.within(scopes)).order_by("name")
    async with only_within(scopes):
        rows = await query.values_list("id", "name")
    return [NamedPosition(id, str(name)) for id, name in rows]


async def to_interview(
    employee: Employee, between: tuple[datetime, datetime] | None = None, since: datetime | None = None
) -> list[Booking]:
    """Return the bookings at which this employee is the interviewer, whatever else they may see."""
    query = Booking.filter(interviewer=employee) if employee.active else Booking.filter(pk__isnull=True)
    if since:
        query = query.filter(starts_at__gte=since)
    if between:
        query = query.filter(starts_at__gte=between[0], starts_at__lt=between[1])
    return list(await query.order_by("starts_at", "number").limit(MOST_LISTED).prefetch_related(*BOOKING_RELATIONS))


BOOKING_RELATIONS = ("organisation", "candidate", "position", "interviewer")
