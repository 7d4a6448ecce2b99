"""Time-based one-time passwords (RFC 6238): HMAC-SHA-1, six digits, thirty seconds, as authenticator apps make them."""

import hmac
from datetime import datetime

SECONDS = 30
DIGITS = 6
TOLERATED = 1  # steps to either side, for clocks that differ


def step_of(now: datetime) -> int:
    """Return the number of the time step that a moment (aware) lies in."""
    return int(now.timestamp()) // SECONDS


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of one time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the time step near now whose code this is; None for a wrong one."""
    here = step_of(now)
    near = range(here - TOLERATED, here + TOLERATED + 1)
    found = [step for step in near if hmac.compare_digest(code_at(secret, step).encode(), code.encode())]
    return max(found, default=None)
