"""`make demo`: the sandbox, the bot and the demo company, from one command, on this machine alone."""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TextIO

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.demo_home import ROOT, Ports, home, ports, prepare

RESTART_AFTER_S = 0.5
REMAINS_END_WITHIN_S = 5.0  # what a killed demo had started ends by itself


class Supervisor:
    """Keeps the sandbox and the bot running, and says where they are."""

    def __init__(self, place: Path, where: Ports, sandbox_file: Path) -> None:
        self._place = place
        self._where = where
        self._sandbox_file = sandbox_file
        self._stop = asyncio.Event()
        self._children: dict[str, asyncio.subprocess.Process] = {}

    async def run(self) -> int:
        """Run until told to stop; a child that dies is started again."""
        (self._place / "demo.json").unlink(missing_ok=True)  # of a demo that was killed
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, self._stop.set)
        commands = {
            "sandbox": ["-m", "sandbox", "--until-stdin-ends", "--config", str(self._sandbox_file)],
            "bot": ["-m", "bot", "run", "--until-stdin-ends"],
        }
        keepers = [asyncio.create_task(self._keep(name, command)) for name, command in commands.items()]
        ready = asyncio.create_task(self._announce())
        await self._stop.wait()
        for task in (ready, *keepers):
            task.cancel()
        await asyncio.gather(ready, *keepers, return_exceptions=True)
        await self._end_children()
        return 0

    async def _keep(self, name: str, command: list[str]) -> None:
        environment = {**os.environ, "SHOUYUE_HOME": str(self._place), "PYTHONUNBUFFERED": "1"}
        environment.pop("SHOUYUE_PORT", None)  # the settings file that was just written says it
        while not self._stop.is_set():
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, *command),
                cwd=ROOT,
                env=environment,
                stdin=asyncio.subprocess.PIPE,  # ends when we are killed, and the child with it
            )
            self._children[name] = child
            self._write_state()
            await child.wait()
            if not self._stop.is_set():
                print(f"{name} 退出（{child.returncode}），正在重启", flush=True)
                await asyncio.sleep(RESTART_AFTER_S)

    def _write_state(self) -> None:
        def pid(name: str) -> int | None:
            return self._children[name].pid if name in self._children else None

        state = {
            "pid": os.getpid(),
            "bot_pid": pid("bot"),
            "sandbox_pid": pid("sandbox"),
            "port": self._where.bot,
            "sandbox_port": self._where.sandbox,
            "smtp_port": self._where.smtp,
            "callback_url": f"http://127.0.0.1:{self._where.bot}/wecom/callback",
            "database": f"sqlite://{self._place}/shouyue.db",
        }
        temporary = self._place / "demo.json.tmp"
        temporary.write_text(json.dumps(state, indent=1), "utf-8")
        if self._announced:
            temporary.replace(self._place / "demo.json")

    _announced = False

    async def _announce(self) -> None:
        address = f"http://127.0.0.1:{self._where.sandbox}"
        async with ClientSession(timeout=ClientTimeout(total=2)) as http:
            while not await _is_ready(http, address):
                await asyncio.sleep(0.05)
        self._announced = True
        self._write_state()
        print(f"\n守约演示已就绪，请打开：{address}\n按 Ctrl+C 结束。\n", flush=True)

    async def _end_children(self) -> None:
        for child in self._children.values():
            if child.returncode is None:
                child.terminate()
        for child in self._children.values():
            try:
                await asyncio.wait_for(child.wait(), 15)
            except TimeoutError:
                child.kill()
                await child.wait()
        with contextlib.suppress(FileNotFoundError):
            (self._place / "demo.json").unlink()


async def _is_ready(http: ClientSession, address: str) -> bool:
    try:
        async with http.get(f"{address}/sandbox/health") as answer:
            return bool((await answer.json()).get("ready"))
    except (ClientError, TimeoutError, OSError):
        return False


async def demo(real_now: datetime) -> int:
    """Prepare the home and run until told to stop; a home or a port that is in use is left alone (exit code 2)."""
    place, where = home(), ports()
    place.mkdir(parents=True, exist_ok=True)
    with (place / "demo.lock").open("w") as lock:
        if problem := await _in_use(lock, place, where):
            print(problem, file=sys.stderr)
            return 2
        sandbox_file = await prepare(place, where, real_now)
        return await Supervisor(place, where, sandbox_file).run()


async def _in_use(lock: TextIO, place: Path, where: Ports) -> str:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return f"{place} 里已有一个演示在运行。先结束它，或用 SHOUYUE_HOME 另选一个目录"
    killed = (place / "demo.json").exists()  # a demo that ended by itself leaves none
    port = await _busy_port(where, REMAINS_END_WITHIN_S if killed else 0.0)
    if port is None:
        return ""
    return (
        f"端口 {port} 已被占用。结束占用它的程序，或用 SHOUYUE_PORT、SHOUYUE_SANDBOX_PORT、"
        "SHOUYUE_SANDBOX_SMTP_PORT 换一个"
    )


async def _busy_port(where: Ports, patience_s: float) -> int | None:
    """Return a port that somebody still listens on after `patience_s`, if there is one."""
    deadline = time.monotonic() + patience_s
    for port in (where.bot, where.sandbox, where.smtp):
        while not _is_free(port):
            if time.monotonic() >= deadline:
                return port
            await asyncio.sleep(0.05)
    return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
