"""Programs as they are started in earnest: child processes that tests may kill, and a company whose bots are such."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from bot.demo_home import ROOT, made_secrets, settings_of
from bot.settings import Settings
from models import OutboxMessage, OutboxStatus
from models.store import Store
from tests.scenarios.company import START, Company, free_ports
from workflow import verifying

PATIENCE = 120.0  # starting takes seconds, on a busy machine many
QUIET = {"SHOUYUE_LOGGING__LEVEL": "warning"}


def environment(**given: str) -> dict[str, str]:
    """Return our environment without anything that would configure a program of ours, and with what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SHOUYUE_")}
    return {**clean, **given, "PYTHONUNBUFFERED": "1"}


async def eventually(holds: Callable[[], Any], what: str, patience: float = PATIENCE, every: float = 0.05) -> Any:
    """Wait until something is true and return it."""
    deadline = asyncio.get_running_loop().time() + patience
    while not (found := await holds()):
        assert asyncio.get_running_loop().time() < deadline, f"not within {patience} s: {what}"
        await asyncio.sleep(every)
    return found


class Program:
    """`python -m bot …` as a child in a process group of its own; what it prints goes to a file."""

    def __init__(self, process: asyncio.subprocess.Process, output: Path) -> None:
        self.process = process
        self._output = output

    @classmethod
    async def start(cls, output: Path, *words: str, **variables: str) -> "Program":
        """Start it; it is not ready yet."""
        with output.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", *words),
                cwd=ROOT,
                env=environment(**variables),
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        return cls(process, output)

    @property
    def printed(self) -> str:
        """Return what it has said so far."""
        return self._output.read_text("utf-8")

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def end(self, within: float = 60.0) -> int:
        """Ask it to end and return its exit code; kills its whole group when that takes too long."""
        if self.process.returncode is None:
            self.process.terminate()
        try:
            return await asyncio.wait_for(self.process.wait(), within)
        except TimeoutError:
            os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()
            raise


async def said_by(*words: str, given: str = "", **variables: str) -> tuple[int, str, str]:
    """Run `python -m bot …` to its end; return the exit code, what it printed and what it said beside it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        cwd=ROOT,
        env=environment(**variables),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate(given.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


class Demo:
    """`python -m bot demo` with a home and ports of its own."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self.ports = free_ports(3)
        self.program: Program | None = None
        names = ("SHOUYUE_PORT", "SHOUYUE_SANDBOX_PORT", "SHOUYUE_SANDBOX_SMTP_PORT")
        moved = {name: str(port) for name, port in zip(names, self.ports, strict=True)}
        self.variables = {**QUIET, **moved, "SHOUYUE_HOME": str(home), **variables}
        self.base = f"http://127.0.0.1:{self.ports[1]}/sandbox"

    async def start(self) -> dict[str, Any]:
        """Start it, wait until it says where everything is, and return that."""
        self.program = await Program.start(self.home.parent / "demo.log", "demo", **self.variables)
        await self.until_ready()
        return dict(await eventually(self.state, "demo.json is there"))

    async def until_ready(self) -> None:
        """Wait until the demo is up; fails at once when it has ended."""

        async def ready() -> bool:
            assert self.program is not None
            assert self.program.process.returncode is None, self.program.printed
            return await self.is_ready()

        await eventually(ready, "the demo is ready")

    async def state(self) -> dict[str, Any] | None:
        """Return what demo.json says, if it is there."""
        file = self.home / "demo.json"
        return dict(json.loads(file.read_text("utf-8"))) if file.exists() else None

    async def is_ready(self) -> bool:
        """Ask for the health; a sandbox that is not there yet is not ready."""
        with contextlib.suppress(aiohttp.ClientError):
            return bool((await self.get("/health"))["ready"])
        return False

    async def get(self, path: str) -> Any:
        """Ask the control API."""
        async with aiohttp.ClientSession() as http, http.get(self.base + path) as answer:
            return await answer.json()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Tell the control API."""
        async with aiohttp.ClientSession() as http, http.post(self.base + path, json=body) as answer:
            found = await answer.json()
            assert answer.status == 200, found
            return found

    async def cli(self, *words: str, given: str = "") -> tuple[int, str, str]:
        """Run a command beside it, on its home."""
        return await said_by(*words, given=given, SHOUYUE_HOME=str(self.home))

    async def sees(self, person: str, *words: str, after: int = 0) -> dict[str, Any]:
        """Wait until the person sees a message with all these words, and return the newest such."""

        async def found() -> list[dict[str, Any]]:
            shown = (await self.get(f"/phones/{person}/screen?after={after}"))["messages"]
            return [each for each in shown if all(word in json.dumps(each, ensure_ascii=False) for word in words)]

        return dict((await eventually(found, f"{person} sees {words}"))[-1])

    async def taps(self, person: str, card: dict[str, Any], action: str) -> Any:
        """Press the button of a card that stands for this action word."""
        key = next(each["key"] for each in card["buttons"] if each["key"].startswith(f"{action}."))
        return await self.post(f"/phones/{person}/tap", {"card": card["id"], "button": key, "inputs": {}})

    async def end(self) -> int:
        """Ask it to end and return its exit code."""
        assert self.program is not None
        return await self.program.end()


@asynccontextmanager
async def demo_at(home: Path, **variables: str) -> AsyncIterator[Demo]:
    """Yield a demo that is not started; ends it whatever happens."""
    opened = Demo(home, **variables)
    try:
        yield opened
    finally:
        if opened.program is not None:
            await opened.end()


class Branch(Company):
    """A company whose bots are child processes; the test reads their store beside them.

    Claims are short, so that what a killed bot had claimed is taken over within the test's patience.
    """

    LEASE_S = 1.0

    def __init__(self, home: Path, database_url: str) -> None:
        super().__init__(home, database_url)
        self.home = home
        values = settings_of(home, self.ports, made_secrets())
        worker = {"lease_s": self.LEASE_S, "poll_s": 0.2}
        values |= {"database": {"url": database_url}, "worker": worker}
        (home / "settings.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
        self.settings = Settings(**values)  # type: ignore[arg-type]
        self.bots: list[Program] = []
        self.store = Store(database_url)

    async def start_bot(self) -> None:
        """Start one bot that does everything."""
        await self.add_bot()
        await self.until(self._ready, "the bot is connected")

    async def add_bot(self, role: str = "all", **variables: str) -> Program:
        """Start another bot on the same store."""
        output = self.home / f"bot{len(self.bots)}.log"
        given = {**QUIET, "SHOUYUE_HOME": str(self.home), **variables}
        self.bots.append(await Program.start(output, "run", "--role", role, **given))
        return self.bots[-1]

    async def open(self) -> None:
        """Start everything, then open the store for reading."""
        await super().open()
        await self.store.open()

    async def close(self) -> None:
        """End the bots, then everything else."""
        with contextlib.suppress(TimeoutError):
            await asyncio.gather(*(bot.end() for bot in self.bots))
        await self.store.close()
        await super().close()

    async def until(self, holds: Callable[[], Any], what: str) -> None:
        """Wait until something holds, as long as starting a program may take."""
        await eventually(holds, what)

    async def settled(self) -> None:
        """Wait until nothing that is due is left to send, by business time."""

        async def quiet() -> bool:
            now = self.world.clock.now()
            busy = (OutboxStatus.CLAIMED, OutboxStatus.SENDING)
            due = OutboxMessage.filter(status=OutboxStatus.WAITING, not_before__lte=now)
            return not await due.exists() and not await OutboxMessage.filter(status__in=busy).exists()

        await self.until(quiet, "everything due is sent")


@asynccontextmanager
async def opened(company: Company) -> AsyncIterator[Company]:
    """Open a company and close it whatever happens."""
    try:
        await company.open()
        yield company
    finally:
        await company.close()


async def chains_hold() -> bool:
    """Verify every audit log of the open store."""
    from models import AuditHead

    found = [await verifying.verify(head.log) for head in await AuditHead.all()]
    return bool(found) and all(bad is None for _, bad, _ in found)


__all__ = ["START", "Branch", "Demo", "Program", "chains_hold", "demo_at", "eventually", "opened", "said_by"]
