"""The tables of allowed moves. The README draws them; tests/unit/workflow/test_states.py keeps the two the same."""

from models import BookingStatus as B
from models import ErasureStatus as E
from models import RequestStatus as R

BOOKING_MOVES: dict[B, frozenset[B]] = {
    B.SCHEDULED: frozenset({B.CONFIRMED, B.FROZEN, B.DECLINED, B.CANCELLED, B.RESCHEDULED, B.COMPLETED, B.NO_SHOW}),
    B.CONFIRMED: frozenset({B.FROZEN, B.DECLINED, B.CANCELLED, B.RESCHEDULED, B.COMPLETED, B.NO_SHOW}),
    B.FROZEN: frozenset({B.SCHEDULED, B.CONFIRMED, B.DECLINED, B.CANCELLED, B.COMPLETED, B.NO_SHOW}),
    B.DECLINED: frozenset({B.CANCELLED, B.SCHEDULED, B.CONFIRMED}),  # back only by HR, when the candidate asked
    B.CANCELLED: frozenset({B.SCHEDULED, B.CONFIRMED}),
    B.RESCHEDULED: frozenset(),
    B.COMPLETED: frozenset(),
    B.NO_SHOW: frozenset(),
}

REQUEST_MOVES: dict[R, frozenset[R]] = {
    R.DRAFT: frozenset({R.AWAITING_EVIDENCE, R.AWAITING_APPROVAL, R.APPROVED, R.WITHDRAWN, R.EXPIRED}),
    R.AWAITING_EVIDENCE: frozenset({R.AWAITING_APPROVAL, R.APPROVED, R.WITHDRAWN, R.EXPIRED}),
    R.AWAITING_APPROVAL: frozenset({R.APPROVED, R.REJECTED, R.SENT_BACK, R.WITHDRAWN, R.EXPIRED}),
    R.APPROVED: frozenset({R.CARRIED_OUT, R.UNDONE, R.AWAITING_APPROVAL, R.EXPIRED}),
    R.SENT_BACK: frozenset({R.AWAITING_EVIDENCE, R.AWAITING_APPROVAL, R.WITHDRAWN, R.EXPIRED}),
    R.CARRIED_OUT: frozenset(),
    R.REJECTED: frozenset(),
    R.WITHDRAWN: frozenset(),
    R.UNDONE: frozenset(),
    R.EXPIRED: frozenset(),
    R.REFUSED: frozenset(),
}

ERASURE_MOVES: dict[E, frozenset[E]] = {
    E.SUGGESTED: frozenset({E.PROPOSED, E.REJECTED, E.EXPIRED}),
    E.PROPOSED: frozenset({E.APPROVED, E.REJECTED, E.EXPIRED, E.WITHDRAWN}),
    E.APPROVED: frozenset({E.CARRIED_OUT, E.EXPIRED}),  # back where a hold or a new case came in between
    E.CARRIED_OUT: frozenset(),
    E.REJECTED: frozenset(),
    E.EXPIRED: frozenset(),
    E.WITHDRAWN: frozenset(),
}

LIVE_BOOKINGS = (B.SCHEDULED, B.CONFIRMED, B.FROZEN)  # somebody would wait if nothing happened
CANCELLABLE = (*LIVE_BOOKINGS, B.DECLINED)  # a declined one is still to be closed formally
OPEN_ERASURES = (E.SUGGESTED, E.PROPOSED, E.APPROVED)
OPEN_REQUESTS = (R.DRAFT, R.AWAITING_EVIDENCE, R.AWAITING_APPROVAL, R.SENT_BACK, R.APPROVED)


def may_become(before: B | R | E, after: B | R | E) -> bool:
    """Tell whether this move is in the tables."""
    if isinstance(before, E):
        return after in ERASURE_MOVES[before]
    if isinstance(before, B):
        return after in BOOKING_MOVES[before]
    return after in REQUEST_MOVES[before]
