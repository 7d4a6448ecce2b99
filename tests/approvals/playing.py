"""Plays the histories of a run of seeds: `python -m tests.approvals.playing OFFICE FIRST MANY [--until-one]`.

OFFICE is a store that `office` made. Whatever program and model disagree on is printed at its shortest with its seed,
and the exit code is then FOUND; `--until-one` ends at the first and does not shorten it.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from models import vault
from models.migrating import migrate
from tests.approvals import driver, histories
from tests.approvals.one_thread import one_thread
from workflow import signing

FOUND = 3


def install() -> None:
    """Install the fixed keys with which every office is sealed and signed."""
    vault.install(vault.Vault({1: bytes(range(32))}))
    signing.install(signing.Signing(bytes(range(32, 64))))


async def office(made: Path) -> None:
    """Write a store in which the company is entered and nothing has happened."""
    install()
    with tempfile.TemporaryDirectory(prefix="approvals") as folder:
        template = Path(folder) / "template.db"
        await migrate(f"sqlite://{template}", Path(folder), reporter=str)
        await driver.office_file(template, made)


async def failure(seed: int, office_at: Path, at: Path, *, shorten: bool = True) -> str:
    """Play the history of a seed; returns what program and model disagree on with the shortest list of moves."""
    history = histories.history(seed)
    found = await driver.disagreement(office_at, at, history)
    if not found or not shorten:
        return f"seed {seed}: {found}" if found else ""
    short = await driver.shortest(office_at, at, history)
    rules, moves = "\n".join(map(str, short.steps)), "\n".join(map(str, short.moves))
    return f"seed {seed}: {await driver.disagreement(office_at, at, short)}\nahead {short.ahead}\n{rules}\n{moves}"


async def play(office_at: Path, first: int, many: int, *, until_one: bool = False) -> int:
    """Play the histories of these seeds and print what fails; returns how many did."""
    install()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="approvals") as folder, one_thread():
        for seed in range(first, first + many):
            said = await failure(seed, office_at, Path(folder) / "game.db", shorten=not until_one)
            if said:
                sys.stdout.write(f"{said}\n")
                sys.stdout.flush()
                failed += 1
            if said and until_one:
                break
    return failed


def main() -> int:
    """Play what the command line asks for."""
    asked = argparse.ArgumentParser()
    asked.add_argument("office", type=Path)
    asked.add_argument("first", type=int)
    asked.add_argument("many", type=int)
    asked.add_argument("--until-one", action="store_true")
    given = asked.parse_args()
    return FOUND if asyncio.run(play(given.office, given.first, given.many, until_one=given.until_one)) else 0


if __name__ == "__main__":
    sys.exit(main())
