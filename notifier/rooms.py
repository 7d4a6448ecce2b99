"""Keeping the interview provider's room in step with the booking: made, moved, and closed when it is cancelled."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models import Booking, OutboxMessage, OutboxStatus
from models.store import Store
from notifier import claims
from notifier.attempts import Tried, Trier
from platforms.interviews.protocol import InterviewProvider, InterviewSession


@dataclass(frozen=True)
class Rooms:
    """Delivers `room` rows; without a provider there is nothing to keep in step."""

    store: Store
    provider: InterviewProvider | None
    trier: Trier
    now: Callable[[], datetime]

    async def deliver(self, row: OutboxMessage) -> None:
        """Make or close the room and settle the row."""
        booking = await Booking.get(id=row.booking_id)
        if self.provider is None or (row.topic == "revoke" and not booking.room_id):
            await self.store.transact(lambda: claims.settle(row, OutboxStatus.SUPPRESSED, self.now(), "no-room"))
            return
        made: list[InterviewSession] = []
        provider = self.provider

        async def call(_: bool) -> str:
            if row.topic == "revoke":
                await provider.revoke(booking.room_id, row.id.hex)
                return booking.room_id
            made.append(await provider.create(booking.number, booking.starts_at, booking.duration_min, row.id.hex))
            return made[0].session_id

        tried = await self.trier.attempt(row, "interviews", row.topic, call)
        await self.store.transact(lambda: self._settle(row, tried, made))

    async def _settle(self, row: OutboxMessage, tried: Tried, made: list[InterviewSession]) -> None:
        if tried.error is not None:
            await claims.failed(row, tried.error, self.now())
            return
        if made:
            await Booking.filter(id=row.booking_id).update(room_id=made[0].session_id, room_url=made[0].url)
        await claims.settle(row, OutboxStatus.SENT, self.now())
