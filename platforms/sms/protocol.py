"""What an SMS gateway does for us, whoever runs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class SmsStatus(StrEnum):
    """What became of one message."""

    NOT_FOUND = "not_found"  # the gateway has no such message, or not yet
    WAITING = "waiting"  # handed to the carrier, no receipt so far
    DELIVERED = "delivered"  # the phone has it
    FAILED = "failed"  # the carrier gave up


@dataclass(frozen=True, slots=True)
class SmsReply:
    """What a person answered from a phone; `key` is the same when the gateway tells it again. `at` is UTC."""

    phone: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class SmsReport:
    """The carrier's receipt for one message, by the gateway's id and by ours. `at` is UTC."""

    biz_id: str
    out_id: str
    phone: str = field(repr=False)
    status: SmsStatus
    code: str
    at: datetime


class SmsGateway(Protocol):
    """Sends approved templates; raises the errors of `platforms.errors`."""

    async def send(self, phone: str, template_code: str, params: Mapping[str, str], out_id: str) -> str:
        """Send one message and return the gateway's id for it; `out_id` is ours, to find it again by."""

    async def sent(self, phone: str, day: date, reference: str) -> SmsStatus:
        """Ask what became of a message of that day (in Shanghai), by the gateway's id or by our `out_id`."""
