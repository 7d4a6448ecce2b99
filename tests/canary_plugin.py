"""A pytest plugin for `make nightly-canary`: what the suite logs at DEBUG is searched for people, secrets and tokens.

The program's own formatter writes the lines, as in earnest; test files that set up logging themselves are heard too,
because our handler is put back before each test. Programs that tests start write into files below their folders.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from sandbox.people import PEOPLE
from tests.threats.canaries import forms, secrets_in

PLAIN_OF_TESTS = ("s3cret", "ak", "sk")


class Canary:
    """Collects lines and what must not be in them."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "debug.log"
        self._stream = self.file.open("w", encoding="utf-8")
        self.sought = {f"phone of {each.id}": each.phone for each in PEOPLE}
        self.sought |= {f"mail of {each.id}": each.email for each in PEOPLE}
        self.hits: Counter[str] = Counter()
        self.lines = 0
        self.tests = 0

    def listen(self) -> None:
        """Log as the program does, at DEBUG, into our file."""
        logs.configure("debug", "json", self._stream)

    def learn(self, item: pytest.Item) -> None:
        """Remember the secrets of the companies that a test started."""
        for name, value in getattr(item, "funcargs", {}).items():
            settings = getattr(value, "settings", None) or getattr(getattr(value, "app", None), "settings", None)
            if settings is not None:
                found = dict(secrets_in(settings))
                self.sought |= {f"{name}: {path}": text for path, text in found.items() if text not in PLAIN_OF_TESTS}

    def search(self, content: bytes, where: str) -> None:
        """Count what is found in what was logged."""
        self.lines += content.count(b"\n")
        for name, value in self.sought.items():
            if any(form in content for form in forms(value)):
                self.hits[f"{name} in {where}"] += 1

    def after(self, item: pytest.Item) -> None:
        """Search what one test logged, here and in the programs it started, and begin anew."""
        self.tests += 1
        self._stream.flush()
        self.search(self.file.read_bytes(), item.nodeid)
        self._stream.seek(0)
        self._stream.truncate()
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        for file in sorted(Path(folder).rglob("*.log")) if folder else ():
            self.search(file.read_bytes(), f"{item.nodeid} {file.name}")


def pytest_configure(config: pytest.Config) -> None:
    """Begin, in the process that runs tests."""
    import tempfile

    config.stash[CANARY] = Canary(Path(tempfile.mkdtemp(prefix="canary")))


CANARY = pytest.StashKey[Canary]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Listen before any fixture speaks."""
    item.config.stash[CANARY].listen()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """Learn the secrets while the company is there."""
    try:
        return (yield)
    finally:
        item.config.stash[CANARY].learn(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Any:
    """Search when everything is closed."""
    try:
        return (yield)
    finally:
        item.config.stash[CANARY].after(item)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what came of it."""
    canary = session.config.stash[CANARY]
    report = {"lines": canary.lines, "ran": canary.tests, "sought": len(canary.sought), "hits": sorted(canary.hits)}
    Path(os.environ["CANARY_REPORT"]).write_text(json.dumps(report, ensure_ascii=False), "utf-8")
