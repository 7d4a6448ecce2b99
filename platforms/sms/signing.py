"""Alibaba Cloud's request signature ACS3-HMAC-SHA256 (version 3). No I/O.

Source: help.aliyun.com, "V3 版本请求体 & 签名机制"; its worked example is a test.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
FORM = "application/x-www-form-urlencoded"


def canonical_query(params: Mapping[str, str]) -> str:
    """Return the query sorted by name and percent-encoded as RFC 3986 has it."""
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(params.items()))


def signed_headers(
    access_key_id: str,
    access_key_secret: str,
    *,
    host: str,
    action: str,
    version: str,
    nonce: str,
    at: str,
    params: Mapping[str, str] | None = None,
    form: bytes = b"",
) -> dict[str, str]:
    """Return the headers of one RPC-style POST; `at` is UTC, `2026-01-02T03:04:05Z`.

    What stands in the address is `params`, what stands in the body is `form`.
    """
    content = hashlib.sha256(form).hexdigest()
    headers = {
        **({"content-type": FORM} if form else {}),
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": content,
        "x-acs-date": at,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join(("POST", "/", canonical_query(params or {}), lines, names, content))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(access_key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Credential={access_key_id},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": authorization}


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
