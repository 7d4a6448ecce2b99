"""One Stream connection as the gateway holds it: open, draining after a disconnect frame, or half-open."""

import asyncio
import contextlib
import socket
import struct
import uuid
from dataclasses import dataclass

from aiohttp import ClientConnectionResetError, WSMsgType, web

from sandbox.callbacks import Callback
from sandbox.clock import Clock
from sandbox.dingtalk.frames import Ack, message_id, ping_frame, read_ack

LOOK_EVERY_S = 0.1  # how often a half-open connection looks whether the bot has hung up


@dataclass
class Pending:
    """A frame whose answer is awaited; a late answer still reaches its row."""

    row: Callback
    sent: float
    answer: asyncio.Future[Ack]


class Connection:
    """Send frames, match answers, and end in one of the ways real connections end.

    `doubted` is set while a push has gone unanswered: another connection is preferred, if there is one.
    """

    def __init__(
        self, ws: web.WebSocketResponse, request: web.Request, topics: frozenset[tuple[str, str]], clock: Clock
    ) -> None:
        self.id = str(uuid.uuid4())
        self.topics = topics
        self.draining = False
        self.half_open = False
        self.doubted = False
        self.stray_acks = 0
        self._clock = clock
        self._ws = ws
        self._transport = request.transport
        self._pending: dict[str, Pending] = {}
        self._reader: asyncio.Task[None] | None = None
        self._gone = asyncio.Event()

    @property
    def healthy(self) -> bool:
        """Tell whether the bot really hears us here."""
        return self.chosen and not self.half_open and not self._is_closing()

    @property
    def chosen(self) -> bool:
        """Tell whether the gateway would push here; a half-open connection looks good to it."""
        return not self.draining and not self._gone.is_set() and not self._ws.closed

    def _is_closing(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    async def run(self, ping_s: float) -> None:
        """Read until the connection ends."""
        self._reader = asyncio.ensure_future(self._read())
        pinger = asyncio.ensure_future(self._ping(ping_s))
        try:
            await self._gone.wait()
        finally:
            self._gone.set()
            for task in (self._reader, pinger):
                task.cancel()
            await asyncio.gather(self._reader, pinger, return_exceptions=True)

    def expect(self, delivery: str, row: Callback) -> asyncio.Future[Ack]:
        """Await the answer to a delivery about to be sent."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Ack] = loop.create_future()
        self._pending[delivery] = Pending(row, loop.time(), answer)
        return answer

    async def send(self, frame: str) -> None:
        """Send a frame; on a half-open connection it is lost."""
        if self.half_open:
            return
        with contextlib.suppress(ClientConnectionResetError, ConnectionError, RuntimeError):
            await self._ws.send_str(frame)

    async def drain(self, frame: str, after_s: float) -> None:
        """Say disconnect, go silent, and close TCP a little later."""
        await self.send(frame)
        self.draining = True
        await asyncio.sleep(after_s)
        if self._transport is not None:
            self._transport.close()
        self._gone.set()

    async def fall_silent(self, for_s: float) -> None:
        """Neither read nor write while the gateway still believes in this connection, until the bot hangs up."""
        self.half_open = True
        if self._reader is not None:
            self._reader.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(for_s):
                await self._hung_up()
        self.reset()

    async def _hung_up(self) -> None:
        while not (self._gone.is_set() or self._is_closing()):  # noqa: ASYNC110 - a transport tells nobody that it closes
            await asyncio.sleep(LOOK_EVERY_S)

    def reset(self) -> None:
        """End TCP with a reset; where the other side was quicker there is nothing left to end."""
        self._gone.set()
        if self._transport is None or self._is_closing():
            return
        with contextlib.suppress(OSError):
            raw = self._transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    async def close(self) -> None:
        """Close as a server that stops does."""
        with contextlib.suppress(ClientConnectionResetError, ConnectionError, TimeoutError):
            await asyncio.wait_for(self._ws.close(code=1001), 1)
        self._gone.set()

    async def _read(self) -> None:
        async for message in self._ws:
            if message.type is WSMsgType.TEXT:
                self._answered(message.data)
        self._gone.set()

    def _answered(self, text: str) -> None:
        read = read_ack(text)
        pending = self._pending.pop(read[0], None) if read else None
        if read is None or pending is None:
            self.stray_acks += 1
            return
        self.doubted = False
        ms = (asyncio.get_running_loop().time() - pending.sent) * 1000
        pending.row.answered({"code": read[1].code, "data": read[1].data, "message": read[1].message}, ms, read[1].code)
        if not pending.answer.done():
            pending.answer.set_result(read[1])

    async def _ping(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            if not self.draining:
                await self.send(ping_frame(message_id()))
