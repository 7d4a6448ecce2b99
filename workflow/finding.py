"""Finding bookings through the blind index: what was typed becomes keyed hashes, and only these are compared."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tortoise.expressions import Subquery

from models import Booking, BookingTerm, Employee
from models.vault import vault
from workflow import access
from workflow.states import CANCELLABLE

MOST = 50  # bookings returned at once; more is a question for the list, not for a choice


async def remember(booking: Booking, terms: Iterable[str]) -> None:
    """Store the keyed hashes under which this booking is found (name parts, pinyin, phone tail)."""
    keys = sorted({vault().index("term", term) for term in terms})
    await BookingTerm.bulk_create([BookingTerm(term=key, booking=booking) for key in keys], ignore_conflicts=True)


async def find(
    employee: Employee,
    permission: str,
    *,
    any_of: Sequence[str] = (),
    number: str = "",
    between: tuple[datetime, datetime] | None = None,
    live: bool = True,
) -> list[Booking]:
    """Return the bookings this employee may act on: those matching any of the terms, earliest first.

    `between` is half open, aware. Nothing of a unit outside the employee's grants is ever read.
    """
    scopes = await access.scopes(employee, permission)
    query = Booking.filter(access.within(scopes))
    if live:
        query = query.filter(status__in=CANCELLABLE)
    if number:
        query = query.filter(number=number)
    if any_of:
        hashes = [vault().index("term", term) for term in any_of]
        query = query.filter(id__in=Subquery(BookingTerm.filter(term__in=hashes).values("booking_id")))
    if between:
        query = query.filter(starts_at__gte=between[0], starts_at__lt=between[1])
    found = await query.order_by("starts_at").limit(MOST).prefetch_related(*BOOKING_RELATIONS)
    return list(found)


BOOKING_RELATIONS = ("organisation", "candidate", "position", "interviewer")
