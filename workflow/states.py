"""The tables of allowed moves. The README draws them; tests/unit/workflow/test_states.py keeps the two the same."""

from models import BookingStatus as B
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

LIVE_BOOKINGS = (B.SCHEDULED, B.CONFIRMED, B.FROZEN)  # somebody would wait if nothing happened
CANCELLABLE = (*LIVE_BOOKINGS, B.DECLINED)  # a declined one is still to be closed formally
OPEN_REQUESTS = (R.DRAFT, R.AWAITING_EVIDENCE, R.AWAITING_APPROVAL, R.SENT_BACK, R.APPROVED)


def may_become(before: B | R, after: B | R) -> bool:
    """Tell whether this move is in the tables."""
    if isinstance(before, B):
        return after in BOOKING_MOVES[before]
    return after in REQUEST_MOVES[before]
