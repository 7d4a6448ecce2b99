"""Everything the parts of the sandbox share, and what they must offer to be part of it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import aiohttp

from sandbox.callbacks import Callbacks
from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.errors import SandboxError
from sandbox.faults import Faults
from sandbox.phones import Phones
from sandbox.traffic import Traffic

__all__ = ["Forwarding", "Hook", "Link", "OpeningLinks", "PhoneApp", "SandboxError", "World"]

Hook = Callable[[], Awaitable[None]]


class PhoneApp(Protocol):
    """What a person can do in one app; each refuses with SandboxError."""

    async def say(self, person: str, text: str, *, group: str | None, voice: bool) -> int:
        """Type or speak to the bot; return the seq of the person's own message."""

    async def send_file(self, person: str, name: str, data: bytes, content_type: str) -> int:
        """Send a picture or a file; return the seq of the person's own message."""

    async def tap(self, person: str, card: str, button: str, inputs: dict[str, object], *, force: bool) -> str | None:
        """Press a button of a card; return the toast the person sees."""

    async def choose(self, person: str, menu: str, item: str) -> None:
        """Tap an item of a menu message."""

    def card(self, person: str, card: str) -> dict[str, Any] | None:
        """Show a card as this person sees it now."""


@runtime_checkable
class Forwarding(Protocol):
    """An app whose cards can be forwarded."""

    async def forward(self, card: str, sender: str, receiver: str) -> None:
        """Hand a card on to another person's phone."""


@runtime_checkable
class OpeningLinks(Protocol):
    """An app that opens some addresses itself instead of a browser."""

    def open_link(self, person: str, url: str) -> dict[str, Any] | None:
        """Open an address that is this app's own and tell {"url", "status", "title"}; None for any other."""


class Link(Protocol):
    """One way a platform reaches the bot."""

    def connected(self) -> bool:
        """Tell whether the bot can be reached this way now."""


@dataclass
class World:
    """The running sandbox. `base_url` and `smtp_port` are known once the sockets are open.

    `parts` is where a platform keeps its state; `on_start` runs after the server listens, `on_close` before it stops.
    """

    config: Config
    clock: Clock
    phones: Phones
    traffic: Traffic
    callbacks: Callbacks
    faults: Faults
    http: aiohttp.ClientSession
    apps: dict[str, PhoneApp] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    parts: dict[str, object] = field(default_factory=dict)
    on_start: list[Hook] = field(default_factory=list)
    on_close: list[Hook] = field(default_factory=list)
    left: set[str] = field(default_factory=set)  # people who are in no directory any more
    when_left: list[Callable[[str], Awaitable[None]]] = field(default_factory=list)
    base_url: str = ""
    smtp_port: int = 0
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do something in the background until it ends or the sandbox does."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def card_view(self, app: str, person: str, card: str) -> dict[str, Any] | None:
        """Show a card as a person sees it in an app, or nothing for what is no card."""
        return self.apps[app].card(person, card) if card and app in self.apps else None

    async def close(self) -> None:
        """End everything in the background."""
        for hook in self.on_close:
            await hook()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.http.close()
