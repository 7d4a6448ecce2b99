"""A handler that keeps what it gets, and a Stream client connected to a gateway for the length of a test."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from platforms.dingtalk.account import DingTalkAccount
from platforms.dingtalk.messages import CardClick, Event, RobotMessage, card_response
from platforms.dingtalk.stream import Delivery, StreamClient, StreamOptions
from platforms.http import Http
from tests.unit.platforms.servers import FRAMES, Gateway

SECRET = "app-secret-0001"


@dataclass
class Desk:
    """A handler that keeps what it gets, and can be slow or fail."""

    messages: list[tuple[RobotMessage, Delivery]] = field(default_factory=list)
    clicks: list[CardClick] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    failure: Exception | None = None
    take_events: bool = True
    running: int = 0
    most: int = 0
    finished: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def robot_message(self, message: RobotMessage, delivery: Delivery) -> None:
        self.messages.append((message, delivery))
        await self._work()

    async def card_click(self, click: CardClick, delivery: Delivery) -> dict[str, object]:
        self.clicks.append(click)
        await self._work()
        return card_response({"status": "approved"}, {"isFinished": "true"})

    async def event(self, event: Event, delivery: Delivery) -> bool:
        self.events.append(event)
        await self._work()
        return self.take_events

    async def malformed(self, kind: str, raw: str, reason: str) -> None:
        self.unread.append((kind, reason))

    async def _work(self) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            if self.failure is not None:
                raise self.failure
        finally:
            self.running -= 1
        self.finished += 1


@asynccontextmanager
async def connected(
    gateway: Gateway, desk: Desk, options: StreamOptions | None = None, *, wait: bool = True
) -> AsyncIterator[StreamClient]:
    async def token() -> str:
        return "token"

    async with Http() as http:
        account = DingTalkAccount("dingsbx0a1b2c3d4e5", SECRET, "dingsbx0a1b2c3d4e5", "dingcorp", gateway.server.base)
        client = StreamClient(account, desk, http, access_token=token, options=options)
        task = asyncio.create_task(client.start())
        try:
            if wait:
                await gateway.until(lambda: bool(gateway.sockets))
                await soon(lambda: client.connected)
            yield client
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=5)


async def soon(ready: Callable[[], object], timeout: float = 60.0) -> None:
    async with asyncio.timeout(timeout):
        while not ready():  # noqa: ASYNC110 - the state has no event to wait on
            await asyncio.sleep(0.005)


def frame(name: str, message_id: str) -> str:
    found = json.loads(FRAMES[name]["frame"])
    found["headers"]["messageId"] = message_id
    return json.dumps(found)
