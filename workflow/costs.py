"""影响、历史: what a cancellation costs and how often it happened before, from our own tables and nothing else (D8).

What was so when the request was made counts up to that moment: it stays as it is while people decide, so that a card
is never void because somebody else cancelled something too. Nothing here is a forecast.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from models import Booking, CancellationRequest, Origin, RequestStatus
from workflow.states import LIVE_BOOKINGS

LOOKS_BACK = timedelta(days=7)
FORGIVEN = ("illness",)  # a reason that is held against nobody


@dataclass(frozen=True)
class Cost:
    """What is known about one request.

    `own` and `companys` count the candidate's other interviews that were cancelled before, by whose wish it was: an
    illness and a fault of the system count for nobody (design.md §7). `of_position` and `of_requester` number this
    request among those of seven days for its position, and by who filed it (0: the candidate did). `others` counts the
    interviews of the same position that are still to come; `ahead` is how long before the start it was asked for.
    """

    own: int = 0
    companys: int = 0
    of_position: int = 1
    of_requester: int = 0
    others: int = 0
    ahead: timedelta = timedelta(0)


async def cost_of(request: CancellationRequest, now: datetime) -> Cost:
    """Return what is known; the request must come with its booking."""
    booking = request.booking
    filed_by_hr = request.candidate_id is None and request.requester_id is not None
    recent = _recent(request)
    return Cost(
        own=await _cancelled(request, Origin.CANDIDATE),
        companys=await _cancelled(request, Origin.COMPANY),
        of_position=await recent.filter(booking__position_id=booking.position_id).count() + 1,
        of_requester=await _of_requester(request, recent) + 1 if filed_by_hr else 0,
        others=await _others(booking, now),
        ahead=booking.starts_at - (request.filed_at or request.created_at),
    )


def _recent(request: CancellationRequest) -> QuerySet[CancellationRequest]:
    """Return the query of the unit's requests before this one; what was made in the same moment is not before it."""
    made = request.created_at
    unit = CancellationRequest.filter(organisation_id=request.organisation_id)
    return unit.filter(created_at__gt=made - LOOKS_BACK, created_at__lt=made)


async def _of_requester(request: CancellationRequest, recent: QuerySet[CancellationRequest]) -> int:
    """Count what somebody filed; a candidate's own word that they only passed on is not theirs."""
    return await recent.filter(requester_id=request.requester_id, candidate_id__isnull=True).count()


async def _cancelled(request: CancellationRequest, origin: Origin) -> int:
    """Count the other bookings of the candidate that were cancelled before this request, by whose wish it was."""
    done = CancellationRequest.filter(
        booking__candidate_id=request.booking.candidate_id,
        status=RequestStatus.CARRIED_OUT,
        ended_at__lte=request.created_at,
        origin=origin,
    )
    return await done.exclude(booking_id=request.booking_id).exclude(reason_code__in=FORGIVEN).count()


async def _others(booking: Booking, now: datetime) -> int:
    """Count the interviews of the same position that are still to take place."""
    coming = Booking.filter(position_id=booking.position_id, status__in=LIVE_BOOKINGS, starts_at__gt=now)
    return await coming.exclude(id=booking.id).count()
