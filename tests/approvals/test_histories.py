"""Random histories of approvals, each played on a real SQLite file and judged move by move by the reference model.

`SHOUYUE_HISTORIES` says how many (500 in `make test`, 10,000 in `make nightly-approvals`), `SHOUYUE_FIRST_HISTORY` the
first seed. A failure prints the shortest history that still fails.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models import vault
from tests.approvals import driver, histories, planting, playing
from tests.approvals.histories import History
from tests.approvals.one_thread import one_thread
from workflow import signing

MANY, FIRST = int(os.environ.get("SHOUYUE_HISTORIES", "500")), int(os.environ.get("SHOUYUE_FIRST_HISTORY", "0"))
PORTION = 25


@pytest.fixture
async def office_at(
    sqlite_template: Path, tmp_path: Path, installed_vault: vault.Vault, installed_signing: signing.Signing
) -> AsyncIterator[Path]:
    """Yield a store in which the company is entered and nothing has happened; nobody else asks anything meanwhile."""
    made = tmp_path / "office.db"
    with one_thread():
        await driver.office_file(sqlite_template, made)
        yield made


@pytest.mark.parametrize("first", range(FIRST, FIRST + MANY, PORTION))
async def test_every_history_comes_to_what_the_documents_say(first: int, office_at: Path, tmp_path: Path) -> None:
    at = tmp_path / "game.db"
    for seed in range(first, min(first + PORTION, FIRST + MANY)):
        said = await playing.failure(seed, office_at, at)
        assert not said, said


def test_the_same_seed_makes_the_same_history() -> None:
    assert [histories.history(seed) for seed in range(50)] == [histories.history(seed) for seed in range(50)]


def test_every_kind_of_rule_and_of_move_occurs_often() -> None:
    made = [histories.history(seed) for seed in range(500)]
    moves = [move.what for history in made for move in history.moves]
    kinds = {*histories.ANSWERS, *histories.OTHERS, *histories.UNREST}
    assert {what: moves.count(what) for what in kinds if moves.count(what) < 20} == {}
    steps = [step for history in made for step in history.steps]
    for sign in ("one", "any", "all", "votes"):
        assert sum(step["sign"] == sign for step in steps) > 100
    assert {len(history.steps) for history in made} == {0, 1, 2, 3, 4, 5}


def test_most_moves_of_the_histories_are_possible_and_every_end_is_reached() -> None:
    possible, ends = list[bool](), set[str]()
    for seed in range(500):
        history = histories.history(seed)
        model = histories.begin(history)
        answers = [histories.follow(model, move) for move in history.moves]
        possible += [answer for answer in answers if answer is not None]
        ends.add(model.status())
    assert sum(possible) > len(possible) / 3
    wanted = {"refused", "rejected", "withdrawn", "undone", "expired", "carried_out", "sent_back", "awaiting_approval"}
    assert wanted <= ends


def test_there_are_bugs_to_find_and_each_still_fits_the_program() -> None:
    assert len(planting.PATCHES) >= 18
    assert [each.name for each in planting.PATCHES if not planting.applies(each)] == []


async def test_a_planted_bug_is_found_in_a_copy_of_the_program(office_at: Path, tmp_path: Path) -> None:
    [patch] = [each for each in planting.PATCHES if each.stem == "record-names-the-wrong-place"]
    assert "rows and log" in planting.caught(patch, office_at, tmp_path / "tree")


async def test_a_history_that_fails_is_told_at_its_shortest() -> None:
    moves = tuple(histories.Move("yes", who) for who in ("qian", "zhao", "lina", "sunli"))

    async def fails(history: History) -> bool:
        return {"zhao", "sunli"} <= {move.who for move in history.moves}

    short = await driver.shorter(History((), 0, moves), fails)
    assert [move.who for move in short.moves] == ["zhao", "sunli"]
