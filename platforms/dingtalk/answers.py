"""What DingTalk's answers mean: the two error forms, sorted by what to do next; no I/O."""

from collections.abc import Mapping
from typing import Any

from platforms.errors import (
    AlreadyDone,
    Misconfigured,
    PlatformError,
    Refused,
    Temporary,
    Unknown,
    Unreachable,
)
from platforms.http import Response

BAN_PERIOD = 300.0

# Retry after so many seconds: rejected before processing, so safe for sends as well.
_THROTTLED = {
    "send.too.fast": 5.0,
    "too.many.people": 60.0,
    "flowLimit": 3600.0,
    "idempotencyProcessing": 2.0,
    "90018": 1.0,
    "90002": 5.0,
    "90006": 60.0,
    "410100": 5.0,
    "130101": 5.0,
}
_BUSY = {"system.busy", "systemBusy", "system.error", "-1", "15"}
_TOKEN = {"40014", "42001", "40001"}
_UNREACHABLE = {
    "staffId.notExisted",
    "param.userIdNotExist",
    "permissionDeny",
    "group.disbanded",
    "invalid.openConversationId",
    "60121",
    "33012",
    "50002",
    "60003",
    "300001",
}
_MISCONFIGURED = {
    "chatbotId.notAllow.sendOTO",
    "robot.oto.notExist",
    "template.stopped",
    "param.templateNotExist",
    "param.templateUnpublished",
    "param.cardTemplateIdEmpty",
    "bot.stopped",
    "bot.forbidden.sendMessage",
    "not.allowed.robotCode",
    "invalidClientIdOrSecret",
    "60011",
    "60020",
    "43007",
    "90020",
    "310000",
}
_ROBOT_CODE = "invalidParameter.robotCode."


class Refusal(Exception):
    """The access token (or, at the gateway, the credential) was refused; renewing it may help."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_new(answer: Response, *, repeatable: bool) -> dict[str, Any]:
    """Read an answer of the new API, or raise what its status and code mean.

    `repeatable` calls carry a key or change nothing when repeated: for them a server's failure is Temporary, for
    others it is Unknown. Bodies that are not JSON below 500 are the ban page of the IP limit.
    """
    if answer.status >= 500:
        raise _unsettled(_code(answer), f"HTTP {answer.status}", repeatable=repeatable)
    if answer.status == 200 and not answer.body:
        return {}
    found = _object(answer)
    if answer.status == 200:
        return found
    code, message = str(found.get("code", f"http-{answer.status}")), str(found.get("message", ""))
    if answer.status == 401 or code == "InvalidAuthentication" or code in _TOKEN:
        raise Refusal(code)
    raise _meaning(code, message, answer, repeatable=repeatable)


def read_old(answer: Response, *, repeatable: bool) -> dict[str, Any]:
    """Read an answer of the old API: success is `errcode` 0, sometimes written as text."""
    if answer.status >= 500:
        raise _unsettled(_code(answer), f"HTTP {answer.status}", repeatable=repeatable)
    found = _object(answer)
    code = str(found.get("errcode", f"http-{answer.status}"))
    if code == "0":
        return found
    if code == "88":
        code = str(found.get("sub_code", code))
    if code in _TOKEN:
        raise Refusal(code)
    message = str(found.get("sub_msg") or found.get("errmsg") or "")
    raise _meaning(code, message, answer, repeatable=repeatable)


def settled(error: Unknown, *, repeatable: bool) -> PlatformError:
    """Turn a lost answer into "try again" where trying again is harmless."""
    return Temporary(error.code, error.message) if repeatable else error


def _meaning(code: str, message: str, answer: Response, *, repeatable: bool) -> PlatformError:
    if code in _BUSY:
        return _unsettled(code, message, repeatable=repeatable)
    wait = _wait(code, answer)
    if wait is not None:
        return Temporary(code, message, retry_after=wait)
    if code == "param.cardAlreadyExist":
        return AlreadyDone(code, message)
    return _kind(code, answer.status)(code, message)


def _kind(code: str, status: int) -> type[PlatformError]:
    if code in _UNREACHABLE:
        return Unreachable
    if code in _MISCONFIGURED or status == 403:
        return Misconfigured
    if code.startswith(_ROBOT_CODE) and code != f"{_ROBOT_CODE}downloadCode":
        return Misconfigured
    return Refused


def _wait(code: str, answer: Response) -> float | None:
    """Return the seconds until the limit lifts, None if it is no limit or one that lifts with the month."""
    if "ApiCountLimitForOrg" in code:
        return None
    if code in _THROTTLED:
        return _THROTTLED[code]
    if answer.status == 429:
        return _retry_after(answer.headers)
    if answer.status == 403 and "Limit" in code:
        return 60.0 if "Qpm" in code else 1.0
    return 5.0 if code.endswith("flowControlError") else None


def _retry_after(headers: Mapping[str, str]) -> float:
    asked = headers.get("Retry-After", "")
    return float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1.0


def _unsettled(code: str, message: str, *, repeatable: bool) -> PlatformError:
    return settled(Unknown(code, message), repeatable=repeatable)


def _object(answer: Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except Temporary as error:
        raise Temporary("banned", error.message, retry_after=BAN_PERIOD) from None
    if found.get("punish") or str(found.get("status")) == "1111":
        raise Temporary("banned", "too many calls from this address", retry_after=BAN_PERIOD)
    return found


def _code(answer: Response) -> str:
    try:
        return str(answer.json().get("code", f"http-{answer.status}"))
    except Temporary:
        return f"http-{answer.status}"
