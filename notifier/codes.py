"""存证码 on what people were given: the first delivery of a code makes its anchor, where the row is settled."""

from datetime import datetime

from models import Booking, CancellationRequest, Card, OutboxMessage
from workflow import anchoring
from workflow.acting import Act


async def on_card(now: datetime, row: OutboxMessage, card: Card, code: str) -> None:
    """Note that a card with this code was delivered."""
    if code and card.request_id is not None:
        request = await CancellationRequest.get(id=card.request_id).prefetch_related("organisation")
        await anchoring.printed(_act(now), request.organisation, code, _receipt(row))


async def in_notice(now: datetime, row: OutboxMessage, code: str) -> None:
    """Note that a notice with this code was delivered."""
    if code:
        booking = await Booking.get(id=row.booking_id).prefetch_related("organisation")
        await anchoring.printed(_act(now), booking.organisation, code, _receipt(row))


def _act(now: datetime) -> Act:
    return Act(now, "clock", "system")


def _receipt(row: OutboxMessage) -> str:
    return f"{row.kind} {row.id}"
