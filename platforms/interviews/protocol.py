"""What the provider of the interview itself does for us, whoever it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class InterviewSession:
    """The provider's room for one booking; `url` lets people in and is passed on by our own link only."""

    session_id: str
    url: str


class InterviewProvider(Protocol):
    """Opens, moves and closes rooms. All three may be repeated: a repeat with the same `key` changes nothing."""

    async def create(self, booking_no: str, starts_at: datetime, duration_min: int, key: str) -> InterviewSession:
        """Open a room for a booking."""

    async def move(self, session_id: str, starts_at: datetime, duration_min: int, key: str) -> InterviewSession:
        """Give a room another time."""

    async def revoke(self, session_id: str, key: str) -> None:
        """Close a room: its address leads nowhere afterwards. Closing a closed one is no error."""
