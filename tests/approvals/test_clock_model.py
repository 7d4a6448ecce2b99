"""The reference model of deadlines itself, on histories written by hand: each is a sentence of docs/rules.md."""

from pathlib import Path
from typing import Any

import pytest

from tests.approvals import clock_model as reference
from tests.approvals.clock_model import ABOVE, ASKED, DAY, HOUR, REMINDED, Timed, later
from tests.approvals.test_model import HEAD, LEADERS, ROLES, step

MORNING, START = 9.5 * HOUR, 9.5 * HOUR + 6 * DAY  # of the first day, a Tuesday


def filed(*steps: dict[str, Any], deputies: dict[str, str] | None = None, starts: float = START) -> Timed:
    """Return the model of a request that was filed at half past nine on a Tuesday."""
    model = Timed(deputies or {}, [{"hours": 4, **each} for each in steps], ROLES, "liu", MORNING, starts)
    model.move("submit", "liu")
    return model


def heard(model: Timed, until: float, *, slept: bool = False) -> list[tuple[float, str, str, list[str]]]:
    """Let time pass; return what the clock did, and at which hour of the first day."""
    model.tick(until, slept=slept)
    found, model.heard = [(at / HOUR, what, who, to) for at, what, _, who, to in model.heard], []
    return found


def test_the_model_is_at_most_sixty_lines_and_knows_nothing_of_the_program() -> None:
    text = Path(reference.__file__).read_text().split('"""', 2)[2]
    assert len([line for line in text.splitlines() if line.strip()]) <= 60
    imports = [line for line in text.splitlines() if line.startswith(("import", "from"))]
    assert {line.split()[1] for line in imports} == {"typing", "tests.approvals.model"}


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (9.5, 2, 11.5),
        (9.5, 2.5, 12),
        (9.5, 4, 14.5),
        (9.5, 8, 24 + 9.5),
        (12.5, 1, 14),
        (20, 1, 24 + 10),
        (3 * 24 + 17, 2, 6 * 24 + 10),
        (4 * 24 + 10, 1, 6 * 24 + 10),
    ],
)
def test_working_time_leaves_out_lunch_nights_and_the_weekend(start: float, hours: float, end: float) -> None:
    assert later(start * HOUR, hours * HOUR) == end * HOUR


def test_who_is_asked_is_reminded_then_the_deputy_is_asked_then_those_above_hear_of_it() -> None:
    model = filed(HEAD, deputies={"chen": "lina"})
    assert heard(model, 11.5 * HOUR - 1) == []
    assert heard(model, 14 * HOUR) == [(11.5, REMINDED, "chen", ["chen"])]
    assert not model.move("yes", "lina")
    assert heard(model, START - 1) == [(14.5, ASKED, "chen", ["lina"]), (16.5, ABOVE, "chen", ["admin"])]
    assert model.status() == "awaiting_approval"
    assert model.move("yes", "lina")


def test_where_nobody_can_be_asked_instead_those_above_hear_of_it_at_once() -> None:
    assert heard(filed(HEAD), START - 1)[1:] == [(14.5, ABOVE, "chen", ["admin"])]
    assert heard(filed(HEAD, deputies={"chen": "liu"}), START - 1)[1:] == [(14.5, ABOVE, "chen", ["admin"])]
    assert heard(filed(HEAD, step("person:qian"), deputies={"chen": "qian"}), START - 1)[1:] == [
        (14.5, ABOVE, "chen", ["admin"])
    ]


def test_where_the_interview_begins_sooner_the_three_come_in_quarters_of_what_is_left() -> None:
    model = filed(HEAD, deputies={"chen": "lina"}, starts=MORNING + 4 * HOUR)
    what = [REMINDED, ASKED, ABOVE]
    assert [(at, said) for at, said, _, _ in heard(model, MORNING + 5 * HOUR)] == [
        (10.5 + nth, said) for nth, said in enumerate(what)
    ]
    assert model.status() == "expired"


def test_time_runs_anew_for_who_is_asked_anew_and_stops_with_the_answer() -> None:
    model = filed(HEAD, step("person:qian"))
    model.tick(10 * HOUR)
    model.move("hand", "chen", "lina")
    assert heard(model, 12 * HOUR) == [(12, REMINDED, "lina", ["lina"])]
    model.move("yes", "lina")
    assert heard(model, 14 * HOUR) == []
    assert heard(model, 15 * HOUR) == [(15, REMINDED, "qian", ["qian"])]


def test_nobody_is_reminded_of_one_request_twice_within_four_hours() -> None:
    model = filed(step(LEADERS), step(LEADERS), deputies={})
    heard(model, 11.5 * HOUR)
    model.move("before", "qian", "lina")
    model.move("yes", "lina")
    assert heard(model, 14.5 * HOUR) == []
    assert heard(model, 16.5 * HOUR) == [(16.5, ABOVE, "qian", ["admin"])]


def test_a_delegate_is_reminded_too_while_it_lasts() -> None:
    model = filed(HEAD)
    model.move("delegate", "chen", "lina", until=13 * HOUR)
    model.move("accept", "lina", "chen")
    assert heard(model, START - 1) == [
        (11.5, REMINDED, "chen", ["chen", "lina"]),
        (14.5, ABOVE, "chen", ["admin"]),
    ]


def test_after_a_standstill_nobody_is_reminded_of_what_is_over() -> None:
    model = filed(HEAD, deputies={"chen": "lina"})
    assert heard(model, 15 * HOUR, slept=True) == [(15, ASKED, "chen", ["lina"])]
    assert heard(filed(HEAD), START + 1, slept=True) == []


def test_a_deputy_takes_nothing_from_the_limit_of_a_delegation_and_what_is_taken_back_is_given_back() -> None:
    model = filed(HEAD, step("person:qian"), deputies={"chen": "lina"})
    model.move("delegate", "chen", "sun", until=START, most=1)
    model.move("accept", "sun", "chen")
    model.tick(15 * HOUR)
    assert model.move("yes", "lina")
    assert model.given["chen"]["on"] == 1
    assert model.move("take_back", "lina")
    assert model.move("yes", "sun")
    assert model.given["chen"]["on"] == 0
    assert model.move("take_back", "sun")
    assert model.move("yes", "sun")
