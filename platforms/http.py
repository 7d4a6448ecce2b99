"""One aiohttp session for every platform call: time limits, sizes, and failures mapped at one seam."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import aiohttp
import yarl

from platforms.errors import Misconfigured, Temporary, Unknown

MIB = 1 << 20


@dataclass(frozen=True)
class Response:
    """What a platform answered; the body is kept out of `repr`, it may hold a token."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """Read the body as a JSON object.

        A page instead of JSON means the call never reached the API (a ban page, a proxy): nothing was done.
        """
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            raise Temporary("not-json", f"HTTP {self.status}") from None
        if not isinstance(found, dict):
            raise Temporary("not-json", f"HTTP {self.status}, not an object")
        return found


class Http:
    """Calls out over one lazily opened session; redirects are never followed, certificates always checked."""

    def __init__(
        self,
        *,
        max_body: int = 4 * MIB,
        connections: int = 100,
        on_answer: Callable[[Mapping[str, str]], object] | None = None,
    ) -> None:
        """`on_answer` is given the headers of every answer: their Date tells another clock."""
        self._max_body = max_body
        self._connections = connections
        self._on_answer = on_answer
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the session and its connections; a later call opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object | None = None,
        data: bytes | str | Mapping[str, str] | aiohttp.FormData | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        limit: int | None = None,
    ) -> Response:
        """Send one request and read its whole answer, `timeout` seconds in all and `limit` bytes at most.

        Raises Temporary("connect") when the request never left, Unknown when it left and no whole answer came back.
        Any status is an answer. Error texts name neither URL nor headers: both can carry secrets.
        """
        progress = SimpleNamespace(left=False)
        try:
            async with (
                asyncio.timeout(timeout),
                self._open().request(
                    method,
                    url,
                    params=params,
                    json=json,
                    data=data,
                    headers=headers,
                    allow_redirects=False,
                    trace_request_ctx=progress,
                ) as answer,
            ):
                if self._on_answer:
                    self._on_answer(answer.headers)
                body = await _read(answer, self._max_body if limit is None else limit)
                return Response(answer.status, answer.headers, body)
        except (aiohttp.ClientError, OSError) as error:
            raise _failure(error, left=progress.left) from None

    async def websocket(
        self, url: str | yarl.URL, *, heartbeat: float, max_frame: int, timeout: float = 10.0
    ) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket; `heartbeat` seconds of silence are followed by a protocol ping and then a close."""
        try:
            async with asyncio.timeout(timeout):
                return await self._open().ws_connect(
                    url,
                    heartbeat=heartbeat,
                    max_msg_size=max_frame,
                    timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
                )
        except aiohttp.WSServerHandshakeError as error:
            raise Temporary("handshake", f"HTTP {error.status}") from None
        except (aiohttp.ClientError, OSError) as error:
            raise _failure(error, left=False) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_mark_left)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                json_serialize=_dumps,
                timeout=aiohttp.ClientTimeout(total=None),
                trace_configs=[trace],
            )
        return self._session


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


async def _mark_left(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    if context.trace_request_ctx is not None:
        context.trace_request_ctx.left = True


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise Unknown("too-large", f"an answer of more than {limit} bytes")
    return bytes(body)


def _failure(error: Exception, *, left: bool) -> Temporary | Unknown | Misconfigured:
    if isinstance(error, aiohttp.InvalidURL):
        return Misconfigured("url", "not an address that can be called")
    why = "timeout" if isinstance(error, TimeoutError) else type(error).__name__
    return Unknown("no-answer", why) if left else Temporary("connect", why)
