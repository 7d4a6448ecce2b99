"""Access tokens of the one self-built app, which age by the business clock and may die early."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.wecom.errors import WecomError

LIFETIME_S = 7200


@dataclass
class Tokens:
    """Issue tokens against the app's secret and judge those that come back."""

    corp_id: str
    secret: str
    now: Callable[[], float]
    _ends: dict[str, float] = field(default_factory=dict)

    def issue(self, corp_id: str, secret: str) -> dict[str, object]:
        """Answer gettoken: the living token again, or a new one."""
        self._check(corp_id, secret)
        alive = [token for token, end in self._ends.items() if end > self.now()]
        token = alive[-1] if alive else secrets.token_urlsafe(48)
        end = self._ends.setdefault(token, self.now() + LIFETIME_S)
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": round(end - self.now())}

    def check(self, token: str) -> None:
        """Raise 41001, 40014 or 42001 unless the token may be used now."""
        if not token:
            raise WecomError(41001)
        if token not in self._ends:
            raise WecomError(40014)
        if self._ends[token] <= self.now():
            raise WecomError(42001)

    def invalidate(self) -> None:
        """Let every token die before its time, as the platform reserves the right to."""
        self._ends.clear()

    def _check(self, corp_id: str, secret: str) -> None:
        if not corp_id:
            raise WecomError(41002)
        if not secret:
            raise WecomError(41004)
        if corp_id != self.corp_id:
            raise WecomError(40013)
        if secret != self.secret:
            raise WecomError(40001)
