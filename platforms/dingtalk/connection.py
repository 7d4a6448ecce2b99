"""One Stream socket: its frames, its acknowledgements, and the work begun on it."""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable

import aiohttp

from platforms.dingtalk.dispatch import CARD_TOPIC, ROBOT_TOPIC
from platforms.dingtalk.frames import Frame, Malformed, read_frame, write_ack

TOPICS = frozenset({ROBOT_TOPIC, CARD_TOPIC, "*", "ping", "disconnect"})

log = logging.getLogger(__name__)


class Connection:
    """A socket that is open, told to leave, or closed.

    `leaving` is set when a new connection should be made; frames are still read and answered then, until the
    socket closes.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, counters: Counter[str], max_frame: int) -> None:
        self._socket = socket
        self._counters = counters
        self._max_frame = max_frame
        self.opened_at = time.monotonic()
        self.last_frame_at = self.opened_at
        self.leaving = asyncio.Event()
        self.work: set[asyncio.Task[None]] = set()

    @property
    def usable(self) -> bool:
        """Tell whether the platform may still push here."""
        return not self._socket.closed and not self.leaving.is_set()

    @property
    def closed(self) -> bool:
        """Tell whether the socket is gone."""
        return self._socket.closed

    async def next_frame(self, silence: float) -> Frame | None:
        """Return the next frame that needs a handler; None once the socket is closed or silent for `silence` seconds.

        System frames are answered here; junk is counted and skipped. Only text frames end a silence: sockets that
        answer pings and deliver nothing have been seen.
        """
        while (raw := await self._receive(silence)) is not None:
            self.last_frame_at = time.monotonic()
            frame = self._readable(raw)
            if frame is None:
                continue
            self._counters[f"frames:{frame.topic if frame.topic in TOPICS else 'other'}"] += 1
            if frame.kind != "SYSTEM":
                return frame
            await self._answer_system(frame)
        return None

    async def send(self, text: str) -> None:
        """Send one acknowledgement; on a closed socket it is counted as lost, the platform delivers again."""
        try:
            await self._socket.send_str(text)
            self._counters["acks"] += 1
        except (aiohttp.ClientError, OSError):
            self._counters["acks_lost"] += 1

    async def retire(self, period: float) -> None:
        """Let the work begun here finish, also what still arrives, `period` seconds at most; then close."""
        end = time.monotonic() + period
        while self.work and (left := end - time.monotonic()) > 0:
            await asyncio.wait(set(self.work), timeout=left)
        await self.close()

    async def close(self) -> None:
        """Close the socket; a peer that does not answer is not waited for longer than two seconds."""
        self.leaving.set()
        await self._socket.close()

    async def _receive(self, silence: float) -> str | None:
        while True:
            try:
                async with asyncio.timeout(silence):
                    message = await self._socket.receive()
            except TimeoutError:
                self._counters["silences"] += 1
                log.warning("stream socket silent for %.0f s, replaced", silence)
                return None
            if message.type is aiohttp.WSMsgType.TEXT:
                return str(message.data)
            if message.type is not aiohttp.WSMsgType.BINARY:
                return None
            self._counters["junk"] += 1

    def _readable(self, raw: str) -> Frame | None:
        try:
            frame = read_frame(raw, limit=self._max_frame)
            if frame.kind not in ("SYSTEM", "EVENT", "CALLBACK"):
                raise Malformed("type")
            if frame.kind != "SYSTEM" and not frame.message_id:
                raise Malformed("messageId")
        except Malformed as error:
            self._counters["junk"] += 1
            log.warning("stream frame skipped: %s", error.reason)
            return None
        return frame

    async def _answer_system(self, frame: Frame) -> None:
        if frame.topic == "disconnect":
            self.leaving.set()
        elif frame.message_id:
            # A ping's `opaque` has to come back as it came.
            await self.send(write_ack(frame.message_id, frame.data or "{}"))


class Backoff:
    """Pauses between connections, doubled while they keep failing; `chance` in [0, 1) spreads them.

    A connection that lived ten times its pause, and a second at least, starts over: at most a tenth of the time is
    ever spent waiting for a server that keeps closing, and a server that closes at once is not hammered.
    """

    def __init__(self, first: float, longest: float, chance: Callable[[], float] = random.random) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance
        self._pause = first
        self._last = 0.0

    def next(self) -> float:
        """Return the seconds to wait now, between half of the pause and all of it."""
        self._last = self._pause * (0.5 + self._chance() / 2)
        self._pause = min(2 * self._pause, self._longest)
        return self._last

    def lived(self, seconds: float) -> bool:
        """Tell whether a connection lived long enough to start over, and do so."""
        enough = seconds >= max(1.0, 10 * self._last)
        if enough:
            self.reset()
        return enough

    def reset(self) -> None:
        """Start over with the first pause."""
        self._pause, self._last = self._first, 0.0
