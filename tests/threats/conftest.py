"""What is attacked: a bot behind its public addresses, and the whole demo company, each on SQLite."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.bot_endpoint import Endpoint, running
from tests.scenarios.company import Company


@pytest.fixture
async def bot(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Endpoint]:
    """Yield a bot that takes callbacks and sends nothing."""
    async with running(tmp_path, sqlite_url) as endpoint:
        yield endpoint


@pytest.fixture
async def company(home: Path, sqlite_url: str) -> AsyncIterator[Company]:
    """Yield the demo company, running."""
    opened = Company(home, sqlite_url)
    await opened.open()
    yield opened
    await opened.close()
