"""The whole demo company in one process: the real sandbox on real sockets, the real program, a real database.

A scenario reads as what people do: `await company.says("wangfang", "取消 …")`, `await company.taps(…)`.
"""

import asyncio
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from tortoise.expressions import Q

from bot import company as cast
from bot import keys
from bot.app import App, build
from bot.demo_home import OPEN_KFID, Ports, made_secrets, sandbox_config, settings_of
from bot.settings import Settings
from models import Attempt, AttemptOutcome, OutboxMessage, OutboxStatus
from models.store import Store
from models.vault import Vault, install
from sandbox.config import parse
from sandbox.server import start
from workflow import signing
from workflow.acting import Act

START = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Tuesday
PATIENCE = 60.0  # seconds until what has to come is missed; a busy machine is no fault
Message = dict[str, Any]


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    found = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return found


class Company:
    """Everybody's phones, and the program behind them."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.ports = Ports(*free_ports(3))
        values = {**settings_of(home, self.ports, made_secrets()), "database": {"url": database_url}}
        self.settings = Settings(**values)
        self.base = f"http://127.0.0.1:{self.ports.sandbox}"
        self.app: App | None = None
        self.forged: set[str] = set()  # codes of what a scenario wrote into the tables past the log

    async def open(self) -> None:
        """Enter the company, start both sides, wait until they are connected."""
        keys.create(self.settings)
        install(Vault(keys.read(self.settings)))
        signing.install(keys.read_signing(self.settings))
        store = Store(self.settings.database.url)
        await store.open()
        try:
            act = Act(START, "test", "administrator")
            seeds = await store.transact(lambda: cast.enter(act, START.date(), OPEN_KFID))
        finally:
            await store.close()
        config = parse(sandbox_config(self.settings, seeds, START, self.ports))
        self.world, self._close_sandbox = await start(config)
        self.http = aiohttp.ClientSession()
        await self.start_bot()

    async def start_bot(self) -> None:
        """Start the program (again) and wait until it is connected."""
        self.app = build(self.settings)
        await self.app.start()
        await self.until(self._ready, "the bot is connected")

    async def stop_bot(self) -> None:
        """Stop the program; the platforms stay."""
        assert self.app is not None
        await self.app.stop()
        self.app = None

    async def close(self) -> None:
        """Stop everything."""
        if self.app is not None:
            await self.stop_bot()
        await self.http.close()
        await self._close_sandbox()

    async def _ready(self) -> bool:
        return bool((await self.get("/health"))["ready"])

    async def get(self, path: str) -> Any:
        """Ask the sandbox's control API."""
        async with self.http.get(f"{self.base}/sandbox{path}") as answer:
            return await answer.json()

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Tell the sandbox's control API; the status is in `status` when it is not 200."""
        async with self.http.post(f"{self.base}/sandbox{path}", json=body or {}) as answer:
            found = await answer.json()
            return found if answer.status == 200 else {**found, "status": answer.status}

    async def says(self, person: str, text: str, **more: Any) -> int:
        """Let a person type; returns the seq of what they typed."""
        return int((await self.post(f"/phones/{person}/say", {"text": text, **more}))["seq"])

    async def sends_file(self, person: str, name: str, content: bytes, kind: str = "image/png") -> int:
        """Let a person send a picture or a file."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name, content_type=kind)
        async with self.http.post(f"{self.base}/sandbox/phones/{person}/send-file", data=form) as answer:
            return int((await answer.json())["seq"])

    async def screen(self, person: str, after: int = 0) -> list[Message]:
        """Return what a person sees, oldest first."""
        found: list[Message] = (await self.get(f"/phones/{person}/screen?after={after}"))["messages"]
        return found

    async def sees(self, person: str, *words: str, after: int = 0) -> Message:
        """Wait until the person sees a message with all these words, and return the newest such."""
        found: list[Message] = []

        async def look() -> bool:
            found[:] = [
                each for each in await self.screen(person, after) if all(word in _shown(each) for word in words)
            ]
            return bool(found)

        await self.until(look, f"{person} sees {words}")
        return found[-1]

    async def card(self, person: str, *words: str, after: int = 0, app: str = "") -> dict[str, Any]:
        """Wait for a card with these words in its title, status or lines, and return it as it looks now.

        With `app` only a card in that app counts, for people who have two.
        """
        found: list[Message] = []

        async def look() -> bool:
            cards = [each for each in await self.screen(person, after) if each["card"] and app in each["app"]]
            found[:] = [each for each in cards if all(word in _shown(each) for word in words)]
            return bool(found)

        await self.until(look, f"{person} has a card {words} {app}")
        return dict(found[-1]["card"])

    async def _state(self) -> str:
        """Return what everybody saw last and what the program has not delivered: why something did not come true."""
        if self.app is None:
            return "the program does not run"
        people = [each["id"] for each in (await self.get("/phones"))["phones"]]
        saw = [(each, _shown(last[-1])) for each in people if (last := await self.screen(each))]
        tries = await Attempt.exclude(outcome=AttemptOutcome.SENT).prefetch_related("message")
        over = (OutboxStatus.SENT, OutboxStatus.SUPPRESSED)
        left = await OutboxMessage.exclude(status__in=over).order_by("not_before").limit(20)
        return "\n".join(
            [
                *(f"{person} saw last: {text}" for person, text in saw),
                *(f"not sent: {each.platform} {each.outcome} {each.error} {each.message.topic}" for each in tries),
                *(f"left: {each.kind} {each.topic} {each.status} {each.not_before}" for each in left),
            ]
        )

    async def taps(
        self,
        person: str,
        card: dict[str, Any],
        action: str,
        inputs: dict[str, Any] | None = None,
        *,
        force: bool = False,
    ) -> Any:
        """Let a person press the button of a card that stands for this action word."""
        key = next(each["key"] for each in card["buttons"] if each["key"].split(".")[0] == action)
        return await self.post(
            f"/phones/{person}/tap", {"card": card["id"], "button": key, "inputs": inputs or {}, "force": force}
        )

    async def chooses(self, person: str, message: Message, action: str) -> None:
        """Let a candidate tap the item of a WeChat menu that stands for this action word."""
        menu = message["menu"]
        item = next(each["id"] for each in menu["items"] if each["id"].split("_")[0] == action)
        await self.post(f"/phones/{person}/choose", {"menu": menu["id"], "item": item})

    async def passes(self, seconds: float) -> None:
        """Move business time for everybody."""
        answer = await self.post("/clock", {"advance_s": seconds})
        assert "status" not in answer, answer

    async def calls(self, platform: str = "", *, counted: bool = False) -> list[dict[str, Any]]:
        """Return the calls the program made."""
        found = (await self.get("/traffic"))["calls"]
        return [
            each
            for each in found
            if each["platform"] in (platform or each["platform"]) and (each["counted"] or not counted)
        ]

    async def settled(self) -> None:
        """Wait until nothing is left to send that is due."""
        app = self.app
        assert app is not None

        async def quiet() -> bool:
            busy = (OutboxStatus.CLAIMED, OutboxStatus.SENDING)
            due = Q(status=OutboxStatus.WAITING, not_before__lte=app.clock.now())
            return not await OutboxMessage.filter(due | Q(status__in=busy)).exists()

        await self.until(quiet, "everything due is sent")

    async def until(self, holds: Callable[[], Any], what: str) -> None:
        """Wait until something holds, or fail with the sentence that did not come true."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not await holds():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not within {PATIENCE} s: {what}\n{await self._state()}")
            await asyncio.sleep(0.05)


def _shown(message: Message) -> str:
    card = message.get("card")
    return "\n".join([message["text"], *([card["title"], card["status"], *card["lines"]] if card else [])])
