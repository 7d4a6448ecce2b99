"""DingTalk's robot of one group: an address with a token, and a signature (dingtalk.md §4.1)."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

import yarl

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown
from platforms.http import Http, Response

LONGEST_TEXT = 18_000  # bytes of markdown; the whole message may have 20,000
BLOCKED_S = 600.0  # after more than twenty messages in a minute
TOO_FAST = frozenset({130101, 410100})
WRONG_TOKEN_OR_SIGN = frozenset({300001, 300005, 310000, 400013, 400101, 400102})


@dataclass(frozen=True)
class DingTalkGroupRobot:
    """Posts into one group; `url` carries the token, `secret` (SEC…) signs, `now` is the time in seconds."""

    http: Http
    url: str = field(repr=False)
    secret: str = field(repr=False)
    now: Callable[[], float]
    most_bytes: int = LONGEST_TEXT

    async def post(self, title: str, text: str) -> str:
        """Post markdown; the platform gives no id for it."""
        body = {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
        answer = _checked(await self.http.call("POST", self._signed(), json=body))
        return str(answer.get("errmsg", "ok"))

    def _signed(self) -> str:
        if not self.secret:
            return self.url
        stamp = str(int(self.now() * 1000))
        return str(yarl.URL(self.url).update_query(timestamp=stamp, sign=signature(stamp, self.secret)))


def signature(timestamp: str, secret: str) -> str:
    """Return the signature of a moment (ms since 1970, as it stands in the address), not yet escaped."""
    made = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def _checked(response: Response) -> dict[str, object]:
    if response.status >= 500:
        raise Unknown(f"http-{response.status}")
    if response.status >= 400:
        raise Misconfigured(f"http-{response.status}")
    answer = response.json()
    if errcode := int(answer.get("errcode", 0)):
        raise _failure(errcode, str(answer.get("errmsg", ""))[:200])
    return answer


def _failure(errcode: int, message: str) -> PlatformError:
    if errcode in TOO_FAST:
        return Temporary(str(errcode), message, retry_after=BLOCKED_S)
    if errcode == -1:
        return Temporary(str(errcode), message)
    return (Misconfigured if errcode in WRONG_TOKEN_OR_SIGN else Refused)(str(errcode), message)
