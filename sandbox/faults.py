"""Faults to order: each waits for the next matching calls and is counted down as it happens."""

from collections.abc import Callable, Collection
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.errors import SandboxError

PLATFORMS = ("dingtalk", "wecom", "sms", "smtp", "stream", "interviews", "signatures")
CALL_KINDS = ("http", "errcode", "timeout", "drop", "drop-before", "delay", "silent", "garbage")
STREAM_KINDS = ("disconnect", "reset", "half-open", "junk-frame", "slow-open", "refuse-open", "duplicate", "reorder")

SIGNATURE_KINDS = ("late", "twice", "unheard", "wrong-digest", "other-certificate", "expired-certificate")

silent: ContextVar[bool] = ContextVar("silent", default=False)
"""True while a call is served that must answer success and deliver nothing; `Phones.add` obeys it by itself."""

ErrorBody = Callable[[str, str, Any], web.Response]
"""Given kind (http or errcode), real path and value: the platform's own error answer."""


@dataclass
class Fault:
    """One order: `left` calls of this platform whose path begins with `match` will go wrong in this way."""

    id: int
    platform: str
    match: str
    kind: str
    value: Any
    left: int
    method: str | None = None

    def fits(self, platform: str, path: str, method: str | None) -> bool:
        """Tell whether this order is meant for a call; on the stream only a topic narrows it."""
        anywhere = self.platform == "stream" and not self.match.startswith("/v1.0/")
        matched = anywhere or path.startswith(self.match)
        return self.platform == platform and matched and self.method in (None, method)

    def seconds(self, otherwise: float) -> float:
        """Read `value` as a length in seconds."""
        return otherwise if self.value is None else float(self.value)


class Faults:
    """Hold the orders; `bodies` says how each platform words an error, `listeners` hear of each new order, `enders` of
    the end of all.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last = 0
        self.bodies: dict[str, ErrorBody] = {}
        self.listeners: list[Callable[[Fault], None]] = []
        self.enders: list[Callable[[], None]] = []

    def add(
        self, platform: str, match: str, kind: str, value: Any = None, times: int = 1, method: str | None = None
    ) -> Fault:
        """Take an order."""
        kinds: tuple[str, ...] = STREAM_KINDS if platform == "stream" else CALL_KINDS
        kinds += SIGNATURE_KINDS if platform == "signatures" else ()
        if platform not in PLATFORMS:
            raise SandboxError(400, f"unknown platform {platform}", "one of " + " ".join(PLATFORMS))
        if kind not in kinds:
            raise SandboxError(400, f"unknown kind {kind} for {platform}", "one of " + " ".join(kinds))
        self._last += 1
        fault = Fault(self._last, platform, match, kind, value, max(1, times), method)
        self._faults.append(fault)
        for listener in self.listeners:
            listener(fault)
        return fault

    def take(
        self, platform: str, path: str = "", *, kinds: Collection[str] | None = None, method: str | None = None
    ) -> Fault | None:
        """Use up one turn of the oldest order that fits this call."""
        for fault in self._faults:
            if fault.fits(platform, path, method) and (kinds is None or fault.kind in kinds):
                self._use(fault)
                return fault
        return None

    def clear(self) -> None:
        """Drop every order, and end what is still going wrong because of one."""
        self._faults.clear()
        for end in self.enders:
            end()

    def body(self, fault: Fault, path: str) -> web.Response:
        """Word a fault as its platform would."""
        make = self.bodies.get(fault.platform, plain_body)
        return make(fault.kind, path, fault.value)

    def _use(self, fault: Fault) -> None:
        fault.left -= 1
        if fault.left == 0:
            self._faults.remove(fault)


def plain_body(kind: str, path: str, value: Any) -> web.Response:
    """Word an error for a platform that registered no words of its own."""
    if kind == "http":
        return web.json_response({"error": "injected"}, status=int(value or 500))
    return web.json_response({"errcode": value, "errmsg": "injected"})
