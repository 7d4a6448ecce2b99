"""A pytest plugin for `make nightly-canary`: everything a test leaves behind is searched for people and secrets.

What is sought: tests/canary/learning.py; where: tests/canary/artefacts.py and databases.py; what may lie where, and
why: tests/canary/allowed.py. Without CANARY_REPORT it only listens.
"""

import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.canary.artefacts import addresses_of
from tests.canary.searching import Artefact
from tests.canary.watch import Watch
from tests.scenarios.bot_endpoint import Endpoint
from tests.scenarios.company import Company

WATCH = pytest.StashKey[Watch]()
WITH_DOORS = {"company", "bot", "branch", "branch_on_postgres", "office"}
PRINTED = ("Captured stdout", "Captured stderr")


def pytest_configure(config: pytest.Config) -> None:
    """Begin, in each process that runs tests."""
    config.stash[WATCH] = Watch(Path(tempfile.mkdtemp(prefix="canary")))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test with a running program be asked for its metrics before the program ends."""
    for item in items:
        if isinstance(item, pytest.Function) and WITH_DOORS & set(item.fixturenames):
            item.fixturenames.append("canary_at_the_doors")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for secrets among what the tests make, not among the thousands of things that are there before."""
    session.config.stash[WATCH].settle()


@pytest.fixture
async def canary_at_the_doors(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Ask, when the test is over and the program still runs, what everybody may ask; keep the addresses it called."""
    yield
    for each in list(request.node.funcargs.values()):
        if isinstance(each, Company | Endpoint):
            for found in await _at_the_doors(each):
                request.config.stash[WATCH].heard(found)


async def _at_the_doors(running: Company | Endpoint) -> list[Artefact]:
    found = [addresses_of(running.world.traffic.rows(0))]
    base = running.base if isinstance(running, Endpoint) else f"http://127.0.0.1:{running.ports.bot}"
    for path in ("/metrics", "/health"):
        try:
            async with running.http.get(base + path) as answer:
                found.append(Artefact(path.strip("/"), path, await answer.read()))
        except (OSError, RuntimeError):  # the test ended the program itself
            continue
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Listen before any fixture speaks."""
    item.config.stash[WATCH].begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """Learn and collect while the test's company is there."""
    try:
        return (yield)
    finally:
        item.config.stash[WATCH].look(_given(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Any:
    """Search when everything is closed; after each file of tests, write what came of it so far."""
    given = _given(item)
    try:
        return (yield)
    finally:
        watch = item.config.stash[WATCH]
        for _, name, content in item._report_sections:
            if f"Captured {name}" in PRINTED:
                watch.heard(Artefact("printed", name, content.encode()))
        watch.end(item.nodeid, given)
        if nextitem is None or nextitem.path != item.path:
            write(item.config)


def _given(item: pytest.Item) -> dict[str, Any]:
    return dict(getattr(item, "funcargs", {}))


def write(config: pytest.Config) -> None:
    """Write what came of it; each process has a file of its own, and what was searched is known if it is cut off."""
    folder = os.environ.get("CANARY_REPORT")
    if folder:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        config.stash[WATCH].write(Path(folder) / f"{worker}.json")
