"""A company for every scenario, once for each database engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models import CancellationRequest
from tests.scenarios.company import Company
from workflow import comparing


@pytest.fixture
async def company(home: Path, database_url: str) -> AsyncIterator[Company]:
    """Yield the demo company, running, with business time standing at its first morning.

    Whatever a scenario did through the doors, the log says the same of it as the tables; what it wrote into the tables
    itself (`Company.forged`) is found, and nothing else.
    """
    opened = Company(home, database_url)
    await opened.open()
    yield opened
    found = await comparing.compared(
        [str(each) for each in await CancellationRequest.all().values_list("number", flat=True)]
    )
    differs = {number: comparing.said(each.differs) for number, each in found.items() if each.differs}
    await opened.close()
    assert {each.code for case in found.values() for each in case.differs} == opened.forged, differs
