"""What people sent the robot: a download code good for two hours, then a temporary address."""

import secrets
from dataclasses import dataclass

from sandbox.clock import Clock

CODE_LIFE_S = 7200


@dataclass(frozen=True)
class StoredFile:
    """One file as it was sent."""

    name: str
    content_type: str
    data: bytes
    expires: float


class Files:
    """Keep files by download code and by temporary address."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_code: dict[str, StoredFile] = {}
        self._by_key: dict[str, StoredFile] = {}

    def keep(self, name: str, content_type: str, data: bytes) -> str:
        """Store a file and give its download code."""
        code = secrets.token_urlsafe(32)
        self._by_code[code] = StoredFile(name, content_type, data, self._clock.timestamp() + CODE_LIFE_S)
        return code

    def address(self, code: str) -> str | None:
        """Give the temporary name of a coded file, or nothing when the code is unknown or too old."""
        stored = self._by_code.get(code)
        if stored is None or self._clock.timestamp() >= stored.expires:
            return None
        key = secrets.token_hex(12)
        self._by_key[key] = stored
        return f"{key}.file"

    def at(self, address: str) -> StoredFile | None:
        """Find the file behind a temporary name."""
        return self._by_key.get(address.removesuffix(".file"))
