"""DingTalk's Stream gateway: tickets, connections, one random subscribed connection per push, and what goes wrong."""

import asyncio
import random
import uuid
from dataclasses import dataclass

from aiohttp import web

from sandbox.callbacks import Callback
from sandbox.dingtalk.connection import Connection
from sandbox.dingtalk.errors import ApiError
from sandbox.dingtalk.frames import CARD_TOPIC, ROBOT_TOPIC, Ack, Push, disconnect_frame, message_id, push_frame
from sandbox.faults import Fault
from sandbox.world import World

SOCKET_KINDS = frozenset(("disconnect", "reset", "half-open", "junk-frame"))


@dataclass
class Timing:
    """Real seconds; `away_s` is how long a message waits for a bot, `again_s` for the answer to a repeat."""

    card_s: float = 2.0
    event_s: float = 3.0
    event_retries_s: tuple[float, ...] = (10.0, 30.0)
    redelivery_s: float = 60.0
    redeliveries: int = 2
    away_s: float = 600.0
    again_s: float = 10.0
    ping_s: float = 20.0
    drain_s: float = 10.0
    ticket_s: float = 90.0


@dataclass(frozen=True)
class Ticket:
    """The right to open one connection."""

    topics: frozenset[tuple[str, str]]
    expires: float


class Gateway:
    """Know who is connected, and push to them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.timing = Timing()
        self._tickets: dict[str, Ticket] = {}
        self._connections: list[Connection] = []
        self._opened = asyncio.Condition()
        self._held: asyncio.Event | None = None
        world.faults.listeners.append(self._ordered)
        world.faults.enders.append(self._healed)

    def connected(self) -> bool:
        """Tell whether a live connection hears robot messages and card clicks."""
        needed = {("CALLBACK", ROBOT_TOPIC), ("CALLBACK", CARD_TOPIC)}
        return any(needed <= connection.topics for connection in self._connections if connection.healthy)

    def ticket(self, subscriptions: object) -> str:
        """Give a ticket for one connection with these subscriptions."""
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = Ticket(_topics(subscriptions), self._now() + self.timing.ticket_s)
        return ticket

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Open a connection for a ticket, and hold it until it ends."""
        ticket = self._tickets.pop(request.query.get("ticket", ""), None)
        if ticket is None or self._now() > ticket.expires:
            return web.Response(status=401, text="invalid ticket")
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
        await socket.prepare(request)
        connection = Connection(socket, request, ticket.topics, self._world.clock)
        self._connections.append(connection)
        self._world.spawn(self._trouble(connection))
        try:
            async with self._opened:
                self._opened.notify_all()
            await connection.run(self.timing.ping_s)
        finally:
            if connection in self._connections:
                self._connections.remove(connection)
        return socket

    async def robot(self, push: Push) -> None:
        """Deliver a robot message at least once: again after a minute without an answer, with a new delivery id."""
        row: Callback | None = None
        for _ in range(1 + self.timing.redeliveries):
            if not await self._reachable(push):
                return
            row, ack = await self.deliver(push, self.timing.redelivery_s, row)
            if ack is not None:
                return

    async def event(self, push: Push) -> None:
        """Deliver an event: again 10 s and 30 s later unless it was taken."""
        row: Callback | None = None
        for wait in (0.0, *self.timing.event_retries_s):
            await asyncio.sleep(wait)
            row, ack = await self.deliver(push, self.timing.event_s, row)
            if ack is not None and _taken(ack):
                return

    async def deliver(self, push: Push, wait_s: float, again_of: Callback | None = None) -> tuple[Callback, Ack | None]:
        """Send one frame to one random subscribed connection, and wait for its answer."""
        twice = self._world.faults.take("stream", push.topic, kinds=("duplicate",)) if again_of is None else None
        await self._maybe_hold(push)
        row = self._world.callbacks.start(
            "dingtalk", push.kind, push.data, resend=lambda row: self._again(push, row), again_of=again_of
        )
        if twice is not None:
            self._world.spawn(self.deliver(push, wait_s, row))
        return row, await self._sent(push, row, wait_s)

    async def close(self) -> None:
        """Close every connection."""
        for connection in list(self._connections):
            await connection.close()

    async def _again(self, push: Push, row: Callback) -> Callback:
        again, _ = await self.deliver(push, self.timing.again_s, row)
        return again

    async def _sent(self, push: Push, row: Callback, wait_s: float) -> Ack | None:
        targets = self._targets(push)
        if not targets:
            return None
        connection = random.choice(targets)  # noqa: S311 the platform's choice is not a secret
        delivery = message_id()
        answer = connection.expect(delivery, row)
        await connection.send(push_frame(push, connection.id, delivery, self._world.clock.ms()))
        self._release()
        try:
            ack = await asyncio.wait_for(asyncio.shield(answer), wait_s)
        except TimeoutError:
            connection.doubted = True
            return None
        if push.settle is not None and (row.ms or 0) <= push.deadline_s * 1000:
            push.settle(ack)
        return ack

    async def _reachable(self, push: Push) -> bool:
        if self._targets(push):
            return True
        try:
            async with asyncio.timeout(self.timing.away_s), self._opened:
                await self._opened.wait_for(lambda: bool(self._targets(push)))
        except TimeoutError:
            return False
        return True

    def _targets(self, push: Push) -> list[Connection]:
        topic = ("EVENT", "*") if push.type == "EVENT" else (push.type, push.topic)
        open_ = [connection for connection in self._connections if connection.chosen and topic in connection.topics]
        return [connection for connection in open_ if not connection.doubted] or open_

    async def _maybe_hold(self, push: Push) -> None:
        fault = self._world.faults.take("stream", push.topic, kinds=("reorder",))
        if fault is None:
            return
        self._held = held = asyncio.Event()
        try:
            await asyncio.wait_for(held.wait(), fault.seconds(1.5))
        except TimeoutError:
            self._held = None

    def _release(self) -> None:
        if self._held is not None:
            self._held.set()
            self._held = None

    def _ordered(self, fault: Fault) -> None:
        if fault.platform != "stream" or fault.kind not in SOCKET_KINDS:
            return
        live = [connection for connection in self._connections if connection.healthy]
        for connection in live[: fault.left]:
            self._world.spawn(self._trouble(connection, 0.0))

    def _healed(self) -> None:
        """End the connections that only seem open: the fault is over, and a dead socket does not come back to life."""
        for connection in self._connections:
            if connection.half_open:
                connection.reset()

    async def _trouble(self, connection: Connection, after_s: float = 0.5) -> None:
        await asyncio.sleep(after_s)
        fault = self._world.faults.take("stream", "/connect", kinds=SOCKET_KINDS) if connection.healthy else None
        if fault is None:
            return
        if fault.kind == "disconnect":
            await connection.drain(disconnect_frame(str(fault.value or "connection is expired")), self.timing.drain_s)
        elif fault.kind == "reset":
            connection.reset()
        elif fault.kind == "half-open":
            await connection.fall_silent(fault.seconds(30))
        else:
            await connection.send(str(fault.value or "\u0000<junk>not json"))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _topics(subscriptions: object) -> frozenset[tuple[str, str]]:
    if not isinstance(subscriptions, list):
        raise ApiError("invalidParameter", "subscriptions is required")
    entries = [entry for entry in subscriptions if isinstance(entry, dict)]
    return frozenset((str(entry.get("type")), str(entry.get("topic"))) for entry in entries)


def _taken(ack: Ack) -> bool:
    status = ack.data.get("status") if isinstance(ack.data, dict) else None
    return ack.code == 200 and status in (None, "SUCCESS")
