"""The bytes of a record: canonical JSON within the profile of docs/audit/format.md §1, and moments as they stand there.

With ASCII member names and integers alone, `json.dumps` with sorted keys gives the canonical form of RFC 8785.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

LARGEST_INTEGER = 2**53 - 1  # what every JSON reader keeps exactly
DEEPEST = 32


def canonical(value: object) -> str:
    """Return the canonical JSON text of a value, or raise ValueError when it lies outside the profile."""
    _require_profile(value, DEEPEST)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _require_profile(value: object, depth: int) -> None:
    """Refuse what two implementations may write differently: floats, large integers, other than ASCII names."""
    match value:
        case None | bool():
            return
        case str():
            value.encode()  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
        case int() if abs(value) <= LARGEST_INTEGER:
            return
        case list() | tuple() if depth:
            for item in value:
                _require_profile(item, depth - 1)
        case Mapping() if depth and all(isinstance(key, str) and key.isascii() for key in value):
            for item in value.values():
                _require_profile(item, depth - 1)
        case _:
            raise ValueError(f"{type(value).__name__} outside the canonical profile")


def stamp(moment: datetime) -> str:
    """Return a moment as it stands in the log: UTC with milliseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
