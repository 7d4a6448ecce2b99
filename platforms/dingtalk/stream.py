"""The Stream connection: always one usable socket, replaced before the old one goes.

The SDK gives the protocol; its transport is replaced, since it blocks the loop, acknowledges on the wrong socket
and cannot be stopped (dingtalk.md §2.6 lists what was found in 0.24.3).
"""

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from dingtalk_stream import Credential, DingTalkStreamClient

from platforms.dingtalk.account import DingTalkAccount
from platforms.dingtalk.connection import Backoff, Connection
from platforms.dingtalk.dispatch import CARD_TOPIC, Acknowledgement, Delivery, Dispatcher, Handler
from platforms.dingtalk.frames import Frame
from platforms.dingtalk.gateway import open_connection, socket_address
from platforms.errors import PlatformError
from platforms.http import Http

__all__ = ["Delivery", "Handler", "StreamClient", "StreamOptions"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StreamOptions:
    """How the connection behaves; lengths in seconds, `max_frame` in characters.

    `concurrency` messages and events run at once, and a quarter as many clicks in a lane of their own, since a
    click has two seconds; `waiting` more may be read ahead, then reading stops until some are done.
    """

    concurrency: int = 64
    waiting: int = 256
    silence: float = 120.0
    heartbeat: float = 15.0
    open_timeout: float = 10.0
    first_pause: float = 0.1
    longest_pause: float = 10.0
    drain_period: float = 10.0
    click_deadline: float = 1.8
    max_frame: int = 1 << 20


class StreamClient(DingTalkStreamClient):  # type: ignore[misc]
    """Receive robot messages, card clicks and events for one app, inside the running loop.

    `access_token` serves those of the SDK's classes that ask their client for one.
    """

    def __init__(
        self,
        account: DingTalkAccount,
        handler: Handler,
        http: Http,
        *,
        access_token: Callable[[], Awaitable[str]],
        options: StreamOptions | None = None,
    ) -> None:
        super().__init__(Credential(account.client_id, account.client_secret), log)
        self._account = account
        self._http = http
        self._token = access_token
        self._options = options or StreamOptions()
        self._counters: Counter[str] = Counter()
        self._dispatcher = Dispatcher(handler, self._counters, self._options.click_deadline)
        self._lane = asyncio.Semaphore(self._options.concurrency)
        self._click_lane = asyncio.Semaphore(max(1, self._options.concurrency // 4))
        self._room = asyncio.Semaphore(self._options.concurrency + self._options.waiting)
        self._current: Connection | None = None
        self._readers: dict[Connection, asyncio.Task[None]] = {}
        self._work: set[asyncio.Task[None]] = set()
        self._retiring: set[asyncio.Task[None]] = set()
        self._stop_asked = asyncio.Event()
        self._running = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Tell whether the platform can push to us now."""
        return self._current is not None and self._current.usable

    @property
    def hears(self) -> bool:
        """Tell whether the platform can push to us and has said something within the silence a watchdog allows.

        A half-open socket looks connected; silence is all there is to know it by.
        """
        return self.connected and self.last_frame_age() < self._options.silence

    @property
    def counters(self) -> dict[str, int]:
        """Return what happened so far: reconnects, failed opens, junk, lost acks, frames by topic."""
        return dict(self._counters)

    def last_frame_age(self) -> float:
        """Return the seconds since the last frame, or since the connection if none came; inf before the first."""
        if self._current is None:
            return math.inf
        newest = max(each.last_frame_at for each in (self._current, *self._readers))
        return time.monotonic() - newest

    async def start(self) -> None:
        """Stay connected until `stop()`; one client runs once."""
        if self._running.is_set():
            raise RuntimeError("this stream client has been started before")
        self._running.set()
        connecting = asyncio.create_task(self._stay_connected())
        stopping = asyncio.create_task(self._stop_asked.wait())
        try:
            await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if connecting.done():
                connecting.result()
            await self._drain(connecting)
        finally:
            await self._end(connecting, stopping)

    async def stop(self) -> None:
        """Take nothing new, let what runs finish within the drain period, close; returns when `start()` is over."""
        self._stop_asked.set()
        if self._running.is_set():
            await self._ended.wait()

    async def open_connection(self) -> tuple[str, str]:
        """Ask the gateway for a socket address and its single-use ticket, a secret good for 90 seconds."""
        return await open_connection(self._account, self._http, timeout=self._options.open_timeout)

    async def get_access_token(self) -> str:
        """Return the app's access token without blocking the loop."""
        return await self._token()

    async def background_task(self, frame: Frame, connection: Connection) -> None:
        """Handle one frame when its lane is free and answer on the socket it came from."""
        try:
            async with self._click_lane if frame.topic == CARD_TOPIC else self._lane:
                await self.route_message(frame, connection)
        finally:
            self._room.release()

    async def route_message(self, frame: Frame, connection: Connection) -> None:
        """Hand one frame to its handler; it is acknowledged once at most."""
        await self._dispatcher.handle(frame, Acknowledgement(connection.send, frame.message_id))

    async def _stay_connected(self) -> None:
        opening = Backoff(self._options.first_pause, self._options.longest_pause)
        staying = Backoff(self._options.first_pause, self._options.longest_pause)
        while not self._stop_asked.is_set():
            try:
                connection = await self._connect()
            except Exception as error:
                await asyncio.sleep(max(opening.next(), self._open_failed(error)))
                continue
            opening.reset()
            await connection.leaving.wait()
            self._counters["reconnects"] += 1
            rested = staying.lived(time.monotonic() - connection.opened_at)
            await asyncio.sleep(0 if rested and not connection.closed else staying.next())

    def _open_failed(self, error: Exception) -> float:
        self._counters["opens_failed"] += 1
        if isinstance(error, PlatformError):
            log.error("stream not opened: %s", error)
            return getattr(error, "retry_after", None) or 0.0
        log.exception("stream not opened")
        return 0.0

    async def _connect(self) -> Connection:
        endpoint, ticket = await self.open_connection()
        socket = await self._http.websocket(
            socket_address(endpoint, ticket, secure=self._account.api_base.startswith("https:")),
            heartbeat=self._options.heartbeat,
            max_frame=4 * self._options.max_frame,
            timeout=self._options.open_timeout,
        )
        connection = Connection(socket, self._counters, self._options.max_frame)
        previous, self._current = self._current, connection
        self._readers[connection] = asyncio.create_task(self._read(connection))
        if previous is not None:
            _keep(self._retiring, asyncio.create_task(previous.retire(self._options.drain_period)))
        log.info("stream connected")
        return connection

    async def _read(self, connection: Connection) -> None:
        try:
            while (frame := await connection.next_frame(self._options.silence)) is not None:
                await self._room.acquire()
                task = asyncio.create_task(self.background_task(frame, connection))
                _keep(self._work, task)
                _keep(connection.work, task)
        except Exception:
            log.exception("stream reader failed")
        finally:
            connection.leaving.set()
        del self._readers[connection]
        await connection.close()

    async def _drain(self, connecting: asyncio.Task[None]) -> None:
        """Stop reading, keep the sockets for the acknowledgements of what is still running."""
        intake = [connecting, *self._readers.values()]
        for task in intake:
            task.cancel()
        await asyncio.gather(*intake, return_exceptions=True)
        if self._work:
            await asyncio.wait(set(self._work), timeout=self._options.drain_period)

    async def _end(self, *tasks: asyncio.Task[Any]) -> None:
        readers = dict(self._readers)
        pending = [*tasks, *self._work, *self._retiring, *readers.values()]
        for task in pending:
            task.cancel()
        try:
            await asyncio.gather(*pending, return_exceptions=True)
            await asyncio.gather(*(connection.close() for connection in readers))
        finally:
            self._ended.set()


def _keep(tasks: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
    tasks.add(task)
    task.add_done_callback(tasks.discard)
