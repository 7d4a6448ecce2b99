"""留痕: what is recorded of a notice, to whom, on which channel and with which proof (电子签名法 6, 11)."""

from collections.abc import Mapping

from models import Booking, OutboxMessage
from workflow import audit, requests
from workflow.acting import Act
from workflow.finding import BOOKING_RELATIONS


def is_candidates(row: OutboxMessage) -> bool:
    """Tell whether a row is a notice to a candidate: its channel is chosen when it is sent."""
    return row.kind == "notice" and row.account_id is None


async def note(act: Act, row: OutboxMessage, action: str, data: Mapping[str, object], why: str = "") -> None:
    """Record what became of a notice; one with a `why` did not go well."""
    booking = await Booking.get(id=row.booking_id).prefetch_related(*BOOKING_RELATIONS)
    request = await requests.reload(row.request_id) if row.request_id else None
    subject = requests.subject_of(request) if request else requests.booking_subject(booking)
    to = "candidate" if row.account_id is None else "employee"
    told = {"topic": row.topic, "to": to, "try": row.attempts, **data}
    await audit.record(act, booking.organisation, action, subject, ok=not why, why=why, data=told)
