"""What the card of an erasure shows: numbers and what would go, never a name: its holder need not know whose it is."""

from dataclasses import dataclass
from datetime import datetime

from models import Booking, CancellationRequest, Card, CardPurpose, Employee, ErasureStatus
from workflow import erasing, erasure_wishes, free_words
from workflow.acting import Act
from workflow.erasing_words import because
from workflow.rights_words import name_of
from workflow.showing import plain

MOST_NUMBERS = 3


@dataclass(frozen=True)
class ErasureView:
    """Everything the card of an erasure is drawn from, and what its holder may press now."""

    purpose: CardPurpose
    handle: str
    now: datetime
    number: str
    unit: str
    bookings: tuple[str, ...]
    of_bookings: int
    of_requests: int
    basis: str
    status: ErasureStatus
    proposer: str
    expires_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    done_at: datetime | None
    comment: str
    closed: bool = False
    actions: tuple[str, ...] = ()


async def erasure_view(card: Card, act: Act) -> ErasureView:
    """Return what the card of an erasure shows now and which of its buttons its holder may press."""
    erasure = await erasing.reload(card.erasure_id)
    holder = await Employee.get_or_none(id=card.holder_id)
    usable = holder is not None and not card.closed and await erasing.may_answer(holder, erasure, act.now)
    bookings = Booking.filter(candidate_id=erasure.candidate_id)
    numbers = await bookings.order_by("-starts_at").limit(MOST_NUMBERS).values_list("number", flat=True)
    return ErasureView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        number=erasure.number,
        unit=plain(erasure.organisation.name),
        bookings=tuple(str(each) for each in numbers),
        of_bookings=await bookings.count(),
        of_requests=await CancellationRequest.filter(person_id=erasure.candidate_id).count(),
        basis=because(erasure, await erasure_wishes.wished_at(erasure)),
        status=erasure.status,
        proposer=name_of(erasure.proposer) if erasure.proposer else "",
        expires_at=erasure.expires_at,
        decided_by=name_of(erasure.decided_by) if erasure.decided_by else "",
        decided_at=erasure.decided_at,
        done_at=erasure.done_at,
        comment=await free_words.read_by(
            holder, erasure.organisation, erasure.comment, act.now, about=erasure.candidate
        ),
        closed=card.closed,
        actions=("approve", "reject") if usable else (),
    )
