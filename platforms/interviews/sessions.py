"""An interview provider reached by HTTP: `POST /v1/sessions`, `PATCH` and `DELETE /v1/sessions/{id}`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown
from platforms.http import Http, Response
from platforms.interviews.protocol import InterviewSession

GONE = frozenset({404, 410})
NO_ROOM = "shouyue-check"


@dataclass(frozen=True)
class SessionsAccount:
    """Where the provider is, and the key it knows us by."""

    base: str
    api_key: str = field(repr=False)


class HttpSessions:
    """The provider's rooms. Every call carries an Idempotency-Key, so one that got no answer is simply repeated."""

    def __init__(self, account: SessionsAccount, http: Http) -> None:
        self._account = account
        self._http = http

    async def create(self, booking_no: str, starts_at: datetime, duration_min: int, key: str) -> InterviewSession:
        """Open a room for a booking."""
        body = {"booking_no": booking_no, "starts_at": starts_at.isoformat(), "duration_min": duration_min}
        return _session(await self._call("POST", "", key, body))

    async def move(self, session_id: str, starts_at: datetime, duration_min: int, key: str) -> InterviewSession:
        """Give a room another time; raises Refused("gone") when it is closed."""
        body = {"starts_at": starts_at.isoformat(), "duration_min": duration_min}
        response = await self._call("PATCH", session_id, key, body)
        if response.status in GONE:
            raise Refused("gone", "the room is closed")
        return _session(response)

    async def revoke(self, session_id: str, key: str) -> None:
        """Close a room; one that is closed already is closed."""
        response = await self._call("DELETE", session_id, key, None)
        if response.status not in GONE and response.status >= 300:
            raise _failure(response)

    async def reach(self) -> None:
        """Ask for a room that does not exist: "gone" says that the provider is there and takes our key.

        A provider that offers no reading answers 405, after having looked at the key.
        """
        response = await self._call("GET", NO_ROOM, NO_ROOM, None)
        if response.status not in GONE | {405}:
            raise _failure(response)

    async def _call(self, method: str, session_id: str, key: str, body: Mapping[str, Any] | None) -> Response:
        url = self._account.base.rstrip("/") + "/v1/sessions"
        if session_id:
            url += "/" + quote(session_id, safe="")
        headers = {"Authorization": f"Bearer {self._account.api_key}", "Idempotency-Key": key}
        try:
            return await self._http.call(method, url, json=body, headers=headers)
        except Unknown as error:
            raise Temporary(error.code, error.message) from None


def _session(response: Response) -> InterviewSession:
    if response.status >= 300:
        raise _failure(response)
    found = response.json()
    session_id, url = found.get("id"), found.get("url")
    if not isinstance(session_id, str) or not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise Temporary("not-a-session", f"HTTP {response.status}")
    return InterviewSession(session_id, url)


def _failure(response: Response) -> PlatformError:
    code = f"http-{response.status}"
    if response.status in (401, 403):
        return Misconfigured(code, "the provider does not take our key")
    if response.status in (408, 425, 429) or response.status >= 500:
        return Temporary(code, retry_after=_retry_after(response))
    return Refused(code)


def _retry_after(response: Response) -> float | None:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else None
