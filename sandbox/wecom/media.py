"""Temporary media: uploaded by the app or sent by a person, gone after three days."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.wecom.errors import WecomError

LIFETIME_S = 3 * 86400
MEGABYTE = 1 << 20
LARGEST = {"image": 10 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 10 * MEGABYTE, "file": 20 * MEGABYTE}


@dataclass(frozen=True)
class Medium:
    """One stored file and when it came, in seconds of the business clock."""

    media_id: str
    kind: str
    name: str
    content_type: str
    data: bytes
    at: float


@dataclass
class MediaStore:
    """Keep media of all apps of the corp."""

    now: Callable[[], float]
    _media: dict[str, Medium] = field(default_factory=dict)

    def add(self, kind: str, name: str, content_type: str, data: bytes) -> Medium:
        """Keep a file, unless its kind or size is not allowed (O:90253)."""
        if kind not in LARGEST:
            raise WecomError(40005, kind)
        if len(data) <= 5:
            raise WecomError(40006, "at least 6 bytes")
        if len(data) > LARGEST[kind]:
            raise WecomError(45001, f"{kind} at most {LARGEST[kind]} bytes")
        medium = Medium("3" + secrets.token_urlsafe(42), kind, name, content_type, data, self.now())
        self._media[medium.media_id] = medium
        return medium

    def find(self, media_id: object) -> Medium:
        """Return a medium that has not aged out, else raise 40007."""
        medium = self._media.get(str(media_id))
        if medium is None or self.now() - medium.at > LIFETIME_S:
            raise WecomError(40007)
        return medium
