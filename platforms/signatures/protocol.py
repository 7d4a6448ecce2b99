"""What a certification authority's signing service does for us, whoever it is."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Status(StrEnum):
    """How an order stands at the service."""

    WAITING = "waiting"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Opened:
    """An order that waits for its signer: the service's id, and the page on which they confirm or decline."""

    remote: str
    url: str


@dataclass(frozen=True, slots=True)
class Result:
    """What the service says of an order: `order_no` is our id, `remote` theirs, `signature` a detached CMS (DER)."""

    order_no: str
    remote: str
    status: Status
    signature: bytes = field(default=b"", repr=False)


class SigningService(Protocol):
    """Every call may be repeated: an order with the same number is the same order."""

    async def certificate(self, account: str) -> list[bytes]:
        """Return the chain (DER, the person's own first) that an account signs with; Refused("unknown") for none."""

    async def create(self, order_no: str, account: str, digest: str, title: str, lasts_s: int) -> Opened:
        """Ask an account to sign a SHA-256 digest (hex)."""

    async def result(self, remote: str) -> Result:
        """Return how an order stands."""
