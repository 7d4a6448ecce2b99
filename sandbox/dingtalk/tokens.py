"""DingTalk's access tokens: one per app, 7200 s of business time, renewed when fetched again."""

import uuid

from sandbox.clock import Clock

LIFE_S = 7200


class Tokens:
    """Issue the app's token and know whether one is still good."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._token = ""
        self._expires = 0.0

    def issue(self) -> str:
        """Give the valid token again with a fresh life, or a new one when it has expired."""
        now = self._clock.timestamp()
        if now >= self._expires:
            self._token = uuid.uuid4().hex
        self._expires = now + LIFE_S
        return self._token

    def valid(self, token: str) -> bool:
        """Tell whether a call may use this token now."""
        return bool(token) and token == self._token and self._clock.timestamp() < self._expires

    def revoke(self) -> None:
        """Make every token bad at once."""
        self._expires = 0.0
