"""A company for every scenario, once for each database engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.company import Company


@pytest.fixture
async def company(home: Path, database_url: str) -> AsyncIterator[Company]:
    """Yield the demo company, running, with business time standing at its first morning."""
    opened = Company(home, database_url)
    await opened.open()
    yield opened
    await opened.close()
