"""Runs the JavaScript programs of this folder and speaks to them in lines of JSON."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
ANSWERS_WITHIN_S = 20.0
Row = dict[str, Any]


def require(folder: Path = FOLDER) -> str:
    """Return where Node is; fails the test when it or a package of the lock is not here."""
    node = shutil.which("node")
    wanted = json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"]
    absent = [name for name, version in wanted.items() if _installed(folder, name) != version]
    if node is None or absent:
        what = "Node.js" if node is None else ", ".join(absent)
        pytest.fail(f"The peer tests need {what} in tests/peers: run `make develop`.", pytrace=False)
    return node


def _installed(folder: Path, name: str) -> str:
    manifest = folder / "node_modules" / name / "package.json"
    return str(json.loads(manifest.read_text("utf-8"))["version"]).lstrip("v") if manifest.exists() else ""


class Peer:
    """One running program; `rows` is everything it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.rows: list[Row] = []

    async def ask(self, **order: Any) -> Row:
        """Give an order and return the answer to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await self._row()

    async def told(self, kind: str) -> Row:
        """Return the next thing of this kind that it says."""
        while True:
            row = await self._row()
            if row["kind"] == kind:
                return row

    def of(self, kind: str) -> list[Row]:
        """Return all it has said of this kind."""
        return [row for row in self.rows if row["kind"] == kind]

    async def end(self) -> None:
        """Close its input, upon which it ends by itself, and read what it still said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            rest = await asyncio.wait_for(self._process.stdout.read(), ANSWERS_WITHIN_S)
            self.rows += [json.loads(line) for line in rest.splitlines()]
            await asyncio.wait_for(self._process.wait(), ANSWERS_WITHIN_S)
        finally:
            if self._process.returncode is None:
                self._process.kill()
                await self._process.wait()
        assert self._process.returncode == 0

    async def _row(self) -> Row:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), ANSWERS_WITHIN_S)
        if not line:
            pytest.fail(f"the peer ended: {await self._process.wait()}")
        row: Row = json.loads(line)
        self.rows.append(row)
        return row


@asynccontextmanager
async def running(program: str, *arguments: str) -> AsyncIterator[Peer]:
    """Run a program of this folder until the block ends; it must then end well."""
    node = require()
    # Proxies of the machine stay out of it: everything these programs may reach is on the loopback.
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        node, str(FOLDER / program), *arguments, stdin=pipe, stdout=pipe, env=environment
    )
    peer = Peer(process)
    try:
        yield peer
    finally:
        await peer.end()
