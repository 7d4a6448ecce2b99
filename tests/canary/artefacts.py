"""What a test leaves behind besides its databases: files, what programs printed, what went over the wire."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.canary.searching import Artefact
from tests.canary.speaking import ROOT

LARGEST = 64 * 1024 * 1024
KINDS = {
    ".pdf": "PDF",
    ".xlsx": "workbook",
    ".zip": "pack",
    ".csv": "CSV file",
    ".log": "output of a program",
    ".db-wal": "write-ahead log",
    ".html": "page",
}
WRITTEN_BY_PROGRAMS = ("database file", "backup", "write-ahead log", "output of a program")
"""Whoever opened the file first: a test copies an empty database, and opens the file into which a program prints."""


class Authors:
    """Knows which files a test wrote with its own hands: they are what it gives to the program, not what it gets."""

    def __init__(self) -> None:
        self.by_tests: set[str] = set()
        self.by_us: set[str] = set()
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | os.PathLike) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            (self.by_tests if _caller_is_a_test() else self.by_us).add(os.path.abspath(arguments[0]))

    def is_given(self, file: Path) -> bool:
        """Tell whether only the test's own code wrote this file in this process."""
        return str(file) in self.by_tests - self.by_us


def _caller_is_a_test() -> bool:
    """Tell whether the innermost code of this repository that runs now belongs to the tests."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(str(ROOT)) and "/.venv/" not in file:
            return file.startswith(f"{ROOT}/tests/")
        frame = frame.f_back  # type: ignore[assignment]
    return True


class Programs:
    """Hears what the programs print that a test runs to their end; what others print goes into files."""

    def __init__(self) -> None:
        self.printed: list[Artefact] = []
        for owner in (subprocess.Popen, asyncio.subprocess.Process):
            self._listen(owner)

    def _listen(self, owner: Any) -> None:
        ask = owner.communicate

        def note(program: Any, answer: Any) -> Any:
            where = " ".join(map(str, getattr(program, "args", ["program"])))[:80]
            for name, text in zip(("stdout", "stderr"), answer, strict=True):
                content = text.encode() if isinstance(text, str) else text
                if content:
                    self.printed.append(Artefact("output of a program", f"{where} {name}", content))
            return answer

        def communicate(program: Any, *given: Any, **more: Any) -> Any:
            return note(program, ask(program, *given, **more))

        async def communicate_later(program: Any, *given: Any, **more: Any) -> Any:
            return note(program, await ask(program, *given, **more))

        owner.communicate = communicate_later if owner is asyncio.subprocess.Process else communicate

    def drained(self) -> list[Artefact]:
        """Return what was printed since the last call."""
        found, self.printed = self.printed, []
        return found


class ErrorPages:
    """Hears what our own web application answers when it refuses or fails: head and body, but not to whom."""

    def __init__(self) -> None:
        self.sent: list[Artefact] = []
        begin = web.Response._start

        async def start(answer: web.Response, request: web.BaseRequest) -> Any:
            if answer.status >= 400 and _may_be_ours(request):
                body = answer.body if isinstance(answer.body, bytes) else b""
                self.sent.append(Artefact("error page", str(answer.status), str(answer.headers).encode() + body))
            return await begin(answer, request)

        web.Response._start = start  # type: ignore[method-assign]

    def drained(self) -> list[Artefact]:
        """Return what was answered since the last call."""
        found, self.sent = self.sent, []
        return found


def _may_be_ours(request: web.BaseRequest) -> bool:
    """Tell whether our application answers; a request that could not be read belongs to none, and may be to us."""
    found = getattr(request, "_match_info", None)
    return found is None or _is_ours(found.current_app)


@cache
def _is_ours(application: web.Application) -> bool:
    """Tell whether this is the program's application, and not the one that plays the platforms."""
    return any(getattr(each.handler, "__module__", "").startswith("bot.") for each in application.router.routes())


def of_folder(folder: Path, authors: Authors) -> Iterator[Artefact]:
    """Return every file below a test's folder that the program may have written; its keys lie where they should."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.stat().st_size > LARGEST:
            continue
        content = file.read_bytes()
        kind = kind_of(file, content)
        if is_a_vault(file) or (kind not in WRITTEN_BY_PROGRAMS and authors.is_given(file)):
            continue
        yield Artefact(kind, str(file.relative_to(folder)), content)


def is_a_vault(file: Path) -> bool:
    """Tell whether a file is one of those in which secrets are kept: keys, secrets, the settings of a home."""
    return file.parent.name in ("keys", "secrets") or file.name == "settings.yaml" or file.suffix in (".pem", ".key")


def kind_of(file: Path, content: bytes) -> str:
    """Name a file by what it is."""
    if content.startswith(b"SQLite format 3\0"):
        return "database file" if file.name == "shouyue.db" else "backup"
    name = "".join(file.suffixes[-1:]) if not file.name.endswith(".db-wal") else ".db-wal"
    return KINDS.get(name, "other file")


def addresses_of(calls: list[dict[str, Any]]) -> Artefact:
    """Return the path and query of every HTTP call the program made, as the other side's access log has them.

    A mail is addressed to whom it is for: the sandbox notes its envelope as the path.
    """
    asked = [each for each in calls if each["platform"] != "smtp"]
    lines = "\n".join(f"{each['method']} {each['path']} {each['query']}" for each in asked)
    return Artefact("address of a call", "traffic", lines.encode())
