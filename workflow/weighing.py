"""What a cancellation brings upon the candidate, beyond the cancellation: each is said, and confirmed twice (E3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from models import Booking, BookingStatus
from workflow.cancelling import Wish

SOON = "soon"
UNTOLD = "untold"
DROPPED = "dropped"
ACCEPTED = "accepted"  # in the state of a confirm card: what its first confirmation was told of
NEAR = timedelta(hours=24)  # E3's own limit, whatever notice period a unit has


def known_consequences(proposed: Mapping[str, object]) -> tuple[str, ...]:
    """Return what the first confirmation of a card has accepted already."""
    accepted = proposed.get(ACCEPTED, [])
    return tuple(str(each) for each in accepted) if isinstance(accepted, list) else ()


def consequences(booking: Booking, wish: Wish, now: datetime) -> tuple[str, ...]:
    """Return what has to be weighed before this booking is cancelled as wished; nothing for the harmless case."""
    return weighed(booking.status, booking.starts_at, now, notify=wish.notify, keep=wish.keep)


def weighed(status: BookingStatus, starts_at: datetime, now: datetime, *, notify: bool, keep: bool) -> tuple[str, ...]:
    """Return the same for a booking that is only shown. Somebody who said no waits for nobody, however late it is."""
    comes = status != BookingStatus.DECLINED
    found = {
        SOON: comes and starts_at - now < NEAR,
        UNTOLD: comes and not notify,
        DROPPED: not keep,
    }
    return tuple(code for code, holds in found.items() if holds)
