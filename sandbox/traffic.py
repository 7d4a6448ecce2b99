"""Every call the bot makes: recorded without its secrets, and made to fail where a fault was ordered."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.clock import Clock
from sandbox.faults import Fault, Faults, silent

PREFIXES = ("dingtalk", "wecom", "sms", "interviews", "signatures")
TOKENS = ("access_token", "accesstoken", "refresh_token", "refreshtoken", "token", "ticket", "session")
SECRETS = ("appsecret", "clientsecret", "client_secret", "corpsecret", "secret", "apisecret", "accesskeysecret")
PROOFS = ("signature", "sign", "authorization", "x-acs-dingtalk-access-token", "x-api-key", "api_key", "cookie")
SECRET_NAMES = frozenset((*TOKENS, *SECRETS, *PROOFS, "sessionwebhook", "apikey"))
HIDDEN = "***"
GARBAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
SHOWN_BYTES = 20_000

COUNTED = web.RequestKey("counted", bool)
"""A platform's handler sets this on a request that its monthly quota counts."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Call:
    """One call of the bot; `counted` is true where the platform's monthly quota counts it."""

    n: int
    at: str
    platform: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    request: Any
    status: int | None = None
    response: Any = None
    counted: bool = False


class Traffic:
    """Keep the calls in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: list[Call] = []

    def start(self, platform: str, method: str, path: str, query: dict[str, str], headers: Iterable[tuple[str, str]],
              request: Any) -> Call:  # fmt: skip
        """Open the row of a call that just came in."""
        at = self._clock.now().isoformat(timespec="milliseconds")
        named = {name: HIDDEN if name.lower() in SECRET_NAMES else value for name, value in headers}
        call = Call(len(self._calls) + 1, at, platform, method, path, hidden(query), named, request)
        self._calls.append(call)
        return call

    def rows(self, after: int) -> list[dict[str, Any]]:
        """List the calls after a number."""
        return [asdict(call) for call in self._calls[max(0, after) :]]


def middleware(traffic: Traffic, faults: Faults) -> Any:
    """Record and disturb what comes in under a platform's prefix; a WebSocket records itself."""

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        platform, path = split(request.path)
        if platform not in PREFIXES or request.headers.get("Upgrade", "").lower() == "websocket":
            return await handler(request)
        body = _body(await request.read(), request.content_type)
        call = traffic.start(platform, request.method, path, dict(request.query), request.headers.items(), body)
        fault = faults.take(platform, path, method=request.method)
        response = await _served(request, handler, fault, faults, path)
        call.counted = request.get(COUNTED, False)
        call.status = response.status
        call.response = _response(response)
        return response

    return watch


def split(path: str) -> tuple[str, str]:
    """Part our prefix from the platform's real path."""
    _, _, rest = path.partition("/")
    platform, _, real = rest.partition("/")
    return platform, "/" + real


def hidden(value: Any) -> Any:
    """Replace every secret in a decoded body or query."""
    if isinstance(value, dict):
        return {key: HIDDEN if str(key).lower() in SECRET_NAMES else hidden(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hidden(item) for item in value]
    return value


async def _served(
    request: web.Request, handler: Handler, fault: Fault | None, faults: Faults, path: str
) -> web.StreamResponse:
    if fault is None:
        return await _answer(request, handler)
    if fault.kind in ("http", "errcode"):
        return faults.body(fault, path)
    if fault.kind == "garbage":
        return web.Response(text=GARBAGE, content_type="text/html")
    if fault.kind == "timeout":
        await asyncio.sleep(fault.seconds(60))
        return _dropped(request)
    if fault.kind == "drop-before":
        return _dropped(request)
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds(1))
        return await _answer(request, handler)
    if fault.kind == "silent":
        return await _silently(request, handler)
    await _answer(request, handler)
    return _dropped(request)


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as answer:
        return answer


async def _silently(request: web.Request, handler: Handler) -> web.StreamResponse:
    mark = silent.set(True)
    try:
        return await _answer(request, handler)
    finally:
        silent.reset(mark)


def _dropped(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)


def _body(data: bytes, content_type: str) -> Any:
    text = data.decode("utf-8", "replace")
    if content_type == "application/x-www-form-urlencoded":
        return hidden(dict(parse_qsl(text, keep_blank_values=True)))
    try:
        return hidden(json.loads(text)) if text else None
    except ValueError:
        return f"{content_type}, {len(data)} bytes" if content_type.startswith("multipart/") else text[:SHOWN_BYTES]


def _response(response: web.StreamResponse) -> Any:
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes | bytearray):
        return None
    return _body(bytes(response.body), response.content_type)
