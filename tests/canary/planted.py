"""Leaks one value into each kind of artefact; tests/threats/test_canary_search.py runs it and wants each of them found.

The suite does not collect this file: its name does not begin with `test_`.
"""

import asyncio
import json
import logging
import random
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from tortoise import connections

from bot.app import App
from bot.web import application
from models import AuditHead, Organisation
from tests.canary import planting
from tests.canary.speaking import ROOT
from tests.scenarios.company import Company
from tests.scenarios.conftest import company
from tests.scenarios.steps import at_the_desk
from tests.threats.canaries import unique_name
from workflow import administering

__all__ = ["company"]
EVERYWHERE = ("log", "printed", "output of a program", "column in the clear", "audit line", "error text")
FILES = ("backup", "workbook", "member of a workbook", "pack", "member of a pack", "CSV file", "PDF", "text of a PDF")
OTHERS = ("page", "other file", "metrics", "health", "error page", "address of a call")
ONLY_SQLITE = ("database file", "write-ahead log")
KINDS = (*EVERYWHERE, *FILES, *OTHERS)


async def test_one_value_is_leaked_in_each_kind_of_artefact(company: Company, tmp_path: Path) -> None:
    """Enter one candidate for each kind of artefact, and let the candidate's name stand there."""
    values = {kind: value_of(kind) for kind in (*KINDS, *ONLY_SQLITE)}
    await at_the_desk(company, entering([*values.values()]))
    logging.getLogger("bot").debug("looked up %s", values["log"])
    sys.stdout.write(values["printed"])
    await by_a_program(tmp_path, values)
    await at_the_doors(company, values)
    file = tmp_path / "home" / "shouyue.db"
    if file.exists():
        bytes_into(file, values)
    database = connections.get("default")
    await database.execute_script("CREATE TABLE planted (words TEXT)")
    await database.execute_script(f"INSERT INTO planted VALUES ('{values['column in the clear']}')")


def value_of(kind: str) -> str:
    """Return what is leaked into one kind of artefact."""
    return unique_name(random.Random(kind))


def entering(names: list[str]) -> Callable[[], Awaitable[None]]:
    """Return what enters candidates with these names."""

    async def enter() -> None:
        unit = await Organisation.get(path="huachen/heavy")
        for name in names:
            await administering.add_candidate(unit, administering.NewCandidate(name))

    return enter


async def by_a_program(folder: Path, values: dict[str, str]) -> None:
    """Leak into files, and what a program prints."""
    command = (sys.executable, "-m", planting.__name__, str(folder))
    program = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    await program.communicate(json.dumps(values).encode())
    assert program.returncode == 0


async def at_the_doors(company: Company, values: dict[str, str]) -> None:
    """Leak where somebody else can ask or listen: at the program's own doors, and in what it asks others."""
    assert company.app is not None
    company.app.inbox.counters[values["health"]] = 1
    await AuditHead.create(log=values["metrics"], digest="")
    await company.http.get(f"{company.base}/dingtalk/v1.0/{quote(values['address of a call'])}")
    async with TestClient(TestServer(failing(company.app, values["error page"]))) as client:
        assert (await client.get("/failing")).status == 500


def failing(app: App, words: str) -> web.Application:
    """Return the program's web application with a page that says what it should not."""

    async def fail(_: web.Request) -> web.Response:
        return web.Response(status=500, text=f"ValueError: {words}")

    served = application(app)
    served.add_routes([web.get("/failing", fail)])
    return served


def bytes_into(file: Path, values: dict[str, str]) -> None:
    """Leave bytes in the database's file and in its log, in no column of text."""
    content = "".join(values[kind] for kind in ONLY_SQLITE).encode()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE planted_bytes (content BLOB)")
        database.execute("INSERT INTO planted_bytes VALUES (?)", (content,))
        database.commit()
