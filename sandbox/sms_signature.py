"""ACS3-HMAC-SHA256: the signature of Aliyun's RPC calls, and why one is refused."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
FRESH_S = 15 * 60
MUST_SIGN = frozenset(
    ("host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256")
)
_AUTHORIZATION = re.compile(rf"{ALGORITHM} Credential=([^,]*),\s*SignedHeaders=([^,]*),\s*Signature=([0-9a-f]*)")


class SignatureError(Exception):
    """A call that is not let in: the gateway's Code and the HTTP status it comes with."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code, self.status, self.message = code, status, message


@dataclass(frozen=True)
class SignedCall:
    """What was signed: header names are lower case."""

    method: str
    paths: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Gate:
    """Let in what the account signed, once per nonce."""

    access_key_id: str
    access_key_secret: str
    _nonces: set[str] = field(default_factory=set)

    def check(self, call: SignedCall, now: datetime) -> None:
        """Raise SignatureError unless the call is signed by the account, is fresh and was not seen before."""
        found = _AUTHORIZATION.fullmatch(call.headers.get("authorization", ""))
        if found is None:
            raise SignatureError("MissingAuthorization", 400, "Authorization is mandatory for this action.")
        if found[1] != self.access_key_id:
            raise SignatureError("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.")
        self._check_signature(call, found[2].split(";"), found[3])
        _check_freshness(call.headers["x-acs-date"], now)
        if call.headers["x-acs-signature-nonce"] in self._nonces:
            raise SignatureError("SignatureNonceUsed", 400, "Specified signature nonce was used already.")
        self._nonces.add(call.headers["x-acs-signature-nonce"])

    def _check_signature(self, call: SignedCall, names: list[str], signature: str) -> None:
        complete = set(names) >= MUST_SIGN and all(name in call.headers for name in names)
        hashed = hashlib.sha256(call.body).hexdigest()
        right = [signed(self.access_key_secret, call, path, names) for path in call.paths] if complete else []
        if signature not in right or call.headers["x-acs-content-sha256"] != hashed:
            text = "Specified signature does not match our calculation."
            raise SignatureError("SignatureDoesNotMatch", 400, text)


def signed(secret: str, call: SignedCall, path: str, names: list[str]) -> str:
    """Calculate the signature of a call over the named headers."""
    query = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(call.query))
    ordered = sorted(names)
    headers = "".join(f"{name}:{call.headers[name].strip()}\n" for name in ordered)
    hashed = hashlib.sha256(call.body).hexdigest()
    canonical = "\n".join((call.method, path, query, headers, ";".join(ordered), hashed))
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()


def _check_freshness(stamp: str, now: datetime) -> None:
    try:
        at = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise SignatureError("InvalidTimeStamp.Format", 400, "x-acs-date is not well formatted.") from None
    if abs((now - at).total_seconds()) > FRESH_S:
        raise SignatureError("InvalidTimeStamp.Expired", 400, "Specified time stamp or date value is expired.")


def _encoded(text: str) -> str:
    return quote(text, safe="~")
