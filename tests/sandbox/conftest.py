"""A whole sandbox on free ports for every test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sandbox.server import start
from tests.sandbox.dingtalk_bot import Sandbox, config


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    world, close = await start(config(tmp_path))
    async with aiohttp.ClientSession() as http:
        running = Sandbox(world, http)
        yield running
        for bot in running.bots:
            await bot.close()
    await close()
