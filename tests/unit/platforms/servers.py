"""Real servers on loopback that play a platform: one for HTTP calls, one for the Stream gateway."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

from aiohttp import WSMsgType, web

FRAMES: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parents[2] / "data" / "dingtalk-frames.json").read_text("utf-8")
)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """An aiohttp application on a free port."""

    def __init__(self, answer: Answer) -> None:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self.base = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


class Gateway:
    """A Stream gateway: tickets work once, every frame a client sends is kept with the number of its socket."""

    def __init__(self) -> None:
        self.opens: list[dict[str, Any]] = []
        self.open_headers: list[dict[str, str]] = []
        self.tickets: set[str] = set()
        self.sockets: list[web.WebSocketResponse] = []
        self.open_sockets: set[int] = set()
        self.acks: list[tuple[int, str]] = []
        self.log: list[str] = []
        self.before_open: Answer | None = None
        self.greet: Callable[[web.WebSocketResponse], Awaitable[None]] | None = None
        self.query_in_endpoint = False
        self.changed = asyncio.Condition()
        self._transports: list[asyncio.Transport] = []
        self.server = Server(self._answer)

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self.sockets:
            if not each.closed:
                await asyncio.wait_for(each.close(), 1)
        await self.server.__aexit__()

    async def push(self, frame: str, to: int = -1) -> None:
        await self.sockets[to].send_str(frame)

    def reset(self, number: int = -1) -> None:
        """Cut the connection with a TCP reset."""
        transport = self._transports[number]
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    async def until(self, ready: Callable[[], bool], timeout: float = 60.0) -> None:
        """Wait until something is true of what has arrived."""
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(ready)

    async def acked(self, count: int = 1, timeout: float = 60.0) -> list[tuple[int, str]]:
        await self.until(lambda: len(self.acks) >= count, timeout)
        return self.acks

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/connect":
            return await self._connect(request)
        if self.before_open is not None:
            return await self.before_open(request)
        return await self.opened(request)

    async def opened(self, request: web.Request) -> web.StreamResponse:
        """Hand out a ticket with characters that have to be escaped."""
        self.opens.append(await request.json())
        self.open_headers.append(dict(request.headers))
        ticket = f"t+{len(self.opens)}/&="
        self.tickets.add(ticket)
        endpoint = f"{self.server.base.replace('http', 'ws')}/connect"
        endpoint += "?region=cn" if self.query_in_endpoint else ""
        await self._note(f"open {len(self.opens) - 1}")
        return web.json_response({"endpoint": endpoint, "ticket": ticket})

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=401)
        self.tickets.discard(ticket)
        found = web.WebSocketResponse(max_msg_size=0)
        await found.prepare(request)
        number = len(self.sockets)
        self.sockets.append(found)
        assert isinstance(request.transport, asyncio.Transport)
        self._transports.append(request.transport)
        self.open_sockets.add(number)
        await self._note(f"connected {number}")
        if self.greet is not None:
            await self.greet(found)
        async for message in found:
            if message.type is WSMsgType.TEXT:
                self.acks.append((number, message.data))
                await self._note(f"ack {number}")
        self.open_sockets.discard(number)
        await self._note(f"closed {number}")
        return found

    async def _note(self, what: str) -> None:
        self.log.append(what)
        async with self.changed:
            self.changed.notify_all()
