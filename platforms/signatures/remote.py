"""A remote-signing service reached by HTTP: `/v1/accounts/{id}/certificate`, `/v1/orders`, and signed callbacks.

The shape that Chinese authorities' services have in common (an order for a digest, a page, a callback, a query); the
names of its members are ours, so a given authority needs a small gateway or another class of this protocol.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown
from platforms.http import Http, Response
from platforms.signatures.protocol import Opened, Result, Status

STAMP, SIGNATURE = "X-Signature-Timestamp", "X-Signature"
LATEST_S = 300  # a callback older or newer than this is not taken: it may be a repeat of long ago
MOST_CERTIFICATES = 10
LARGEST = 256 * 1024
NO_ORDER = "shouyue-check"
LOCAL = ("localhost", "127.0.0.1", "::1")


class BadCallback(ValueError):
    """A callback that is not the service's, or that nobody can read."""


class ForeignCallback(ValueError):
    """A callback of the service that is for another organisation."""


@dataclass(frozen=True)
class RemoteAccount:
    """Where the service is, which organisation we are there, the key it knows us by, and that of its callbacks."""

    base: str
    app_id: str
    api_key: str = field(repr=False)
    callback_secret: str = field(repr=False)
    notify_url: str = ""


class RemoteSigning:
    """One organisation's orders. A call that got no answer is simply repeated: `order_no` makes it the same order."""

    def __init__(self, account: RemoteAccount, http: Http) -> None:
        self._account = account
        self._http = http

    async def certificate(self, account: str) -> list[bytes]:
        """Return the chain that an account signs with."""
        path = f"/v1/accounts/{quote(account, safe='')}/certificate"
        found = _taken(await self._call("GET", path)).get("certificates")
        if not isinstance(found, list) or not 0 < len(found) <= MOST_CERTIFICATES:
            raise Temporary("not-a-chain")
        return [_decoded(each) for each in found]

    async def create(self, order_no: str, account: str, digest: str, title: str, lasts_s: int) -> Opened:
        """Ask an account to sign a digest."""
        body = {
            "order_no": order_no,
            "account": account,
            "digest": digest,
            "digest_algorithm": "SHA-256",
            "title": title,
            "expires_in_s": lasts_s,
            "notify_url": self._account.notify_url,
        }
        found = _taken(await self._call("POST", "/v1/orders", body))
        remote, url = found.get("id"), found.get("url")
        if not isinstance(remote, str) or not 0 < len(remote) <= 120 or not isinstance(url, str) or not _is_page(url):
            raise Temporary("not-an-order")
        return Opened(remote, url)

    async def result(self, remote: str) -> Result:
        """Return how an order stands."""
        try:
            return self._read(_taken(await self._call("GET", f"/v1/orders/{quote(remote, safe='')}")))
        except (BadCallback, ForeignCallback) as wrong:
            raise Temporary("not-an-order", str(wrong)) from None

    def called_back(self, headers: Mapping[str, str], body: bytes, now: float) -> Result:
        """Return what a callback says; `now` is business time in seconds. Pure."""
        stamp, given = headers.get(STAMP, ""), headers.get(SIGNATURE, "")
        message = stamp.encode() + b"\n" + body
        wanted = hmac.new(self._account.callback_secret.encode(), message, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted.encode(), given.encode()):
            raise BadCallback("not signed by the service")
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12 or abs(now - int(stamp)) > LATEST_S:
            raise BadCallback("too old")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            raise BadCallback("no JSON") from None
        return self._read(found)

    async def reach(self) -> None:
        """Ask for an order that does not exist: 404 says that the service is there and takes our key."""
        response = await self._call("GET", f"/v1/orders/{NO_ORDER}")
        if response.status != 404:
            _taken(response)

    def _read(self, found: object) -> Result:
        if not isinstance(found, dict):
            raise BadCallback("no object")
        if found.get("app_id") != self._account.app_id:
            raise ForeignCallback("of another organisation")
        order_no, remote, coded = found.get("order_no"), found.get("id"), found.get("signature") or ""
        try:
            status = Status(str(found.get("status")))
            signature = base64.b64decode(coded, validate=True)
        except (ValueError, TypeError):
            raise BadCallback("no status or no signature") from None
        if not isinstance(order_no, str) or not isinstance(remote, str) or (status == Status.SIGNED) != bool(signature):
            raise BadCallback("no order")
        return Result(order_no, remote, status, signature)

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Response:
        headers = {"Authorization": f"Bearer {self._account.api_key}", "X-App-Id": self._account.app_id}
        url = self._account.base.rstrip("/") + path
        try:
            return await self._http.call(method, url, json=body, headers=headers, limit=LARGEST)
        except Unknown as error:
            raise Temporary(error.code, error.message) from None


def _is_page(url: str) -> bool:
    """Tell whether people can be sent there: https, or this machine itself."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)


def _decoded(coded: object) -> bytes:
    try:
        return base64.b64decode(str(coded), validate=True)
    except ValueError:
        raise Temporary("not-base64") from None


def _taken(response: Response) -> dict[str, Any]:
    if response.status >= 300:
        raise _failure(response)
    return response.json()


def _failure(response: Response) -> PlatformError:
    code = f"http-{response.status}"
    if response.status in (401, 403):
        return Misconfigured(code, "the service does not take our key")
    if response.status == 404:
        return Refused("unknown")
    if response.status in (408, 425, 429) or response.status >= 500:
        return Temporary(code)
    return Refused(code)
