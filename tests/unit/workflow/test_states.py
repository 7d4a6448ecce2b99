"""The tables of allowed moves are closed, lead somewhere, and are drawn as they are (docs/states.md)."""

import inspect
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from models import BookingStatus, ErasureStatus, RequestStatus
from workflow.states import (
    BOOKING_MOVES,
    ERASURE_MOVES,
    LIVE_BOOKINGS,
    OPEN_ERASURES,
    OPEN_REQUESTS,
    REQUEST_MOVES,
    may_become,
)

PAGE = Path(__file__).parents[3] / "docs" / "states.md"
Moves = Mapping[Any, frozenset[Any]]
CASES: list[tuple[str, type[StrEnum], Moves, set[str]]] = [
    ("booking-states", BookingStatus, BOOKING_MOVES, {"scheduled"}),
    ("request-states", RequestStatus, REQUEST_MOVES, {"draft", "refused"}),
    ("erasure-states", ErasureStatus, ERASURE_MOVES, {"suggested", "expired"}),
]
each_table = pytest.mark.parametrize(("name", "enum", "moves", "starts"), CASES, ids=[case[0] for case in CASES])


def drawing(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```mermaid\n(.*?)```\n<!-- /{name} -->", PAGE.read_text("utf-8"), re.DOTALL)
    assert found, f"{PAGE.name} does not draw {name}"
    return found[1]


def comments(enum: type[StrEnum]) -> dict[str, str]:
    """Return what the comment beside each member calls it."""
    return dict(re.findall(r'= "(\w+)"  # (.+)', inspect.getsource(enum)))


@each_table
def test_every_status_is_a_key_and_every_target_exists(
    name: str, enum: type[StrEnum], moves: Moves, starts: set[str]
) -> None:
    assert set(moves) == set(enum)
    assert {target for targets in moves.values() for target in targets} <= set(enum)
    assert all(status not in targets for status, targets in moves.items())


@each_table
def test_every_status_can_be_reached(name: str, enum: type[StrEnum], moves: Moves, starts: set[str]) -> None:
    reached, edge = set(starts), list(starts)
    while edge:
        fresh = {str(each) for each in moves[enum(edge.pop())]} - reached
        reached |= fresh
        edge += fresh
    assert reached == {str(each) for each in enum}


@each_table
def test_every_status_leads_to_an_end(name: str, enum: type[StrEnum], moves: Moves, starts: set[str]) -> None:
    ends = {status for status, targets in moves.items() if not targets}
    if enum is BookingStatus:
        ends.add(BookingStatus.CANCELLED)  # it may stay there for ever, though it can be restored
    leading = set(ends)
    while grown := {status for status, targets in moves.items() if targets & leading} - leading:
        leading |= grown
    assert leading == set(enum)


@each_table
def test_the_drawing_shows_exactly_the_moves_of_the_table(
    name: str, enum: type[StrEnum], moves: Moves, starts: set[str]
) -> None:
    drawn = re.findall(r"^    (\S+) --> (\S+)$", drawing(name), re.MULTILINE)
    expected = {(str(before), str(after)) for before, targets in moves.items() for after in targets}
    expected |= {("[*]", start) for start in starts}
    expected |= {(str(status), "[*]") for status, targets in moves.items() if not targets}
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == expected


@each_table
def test_the_drawing_uses_the_chinese_names_of_the_code(
    name: str, enum: type[StrEnum], moves: Moves, starts: set[str]
) -> None:
    drawn = {key: label for label, key in re.findall(r'^    state "(.+)" as (\w+)$', drawing(name), re.MULTILINE)}
    assert drawn == comments(enum)


@pytest.mark.parametrize("after", BookingStatus)
def test_a_declined_booking_is_cancelled_or_comes_back_as_it_was(after: BookingStatus) -> None:
    possible = (BookingStatus.CANCELLED, BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)
    assert may_become(BookingStatus.DECLINED, after) is (after in possible)


@pytest.mark.parametrize("ended", [status for status in RequestStatus if not REQUEST_MOVES[status]])
@pytest.mark.parametrize("after", RequestStatus)
def test_an_ended_request_never_moves_again(ended: RequestStatus, after: RequestStatus) -> None:
    assert not may_become(ended, after)


def test_open_requests_are_exactly_those_that_can_still_move() -> None:
    assert set(OPEN_REQUESTS) == {status for status, targets in REQUEST_MOVES.items() if targets}


def test_open_erasures_are_exactly_those_that_can_still_move() -> None:
    assert set(OPEN_ERASURES) == {
        status for status in ErasureStatus if any(may_become(status, e) for e in ErasureStatus)
    }


def test_live_bookings_are_exactly_those_a_candidate_can_still_decline() -> None:
    assert set(LIVE_BOOKINGS) == {status for status in BookingStatus if may_become(status, BookingStatus.DECLINED)}
