"""Codes are those of RFC 6238, appendix B, and of no other moment."""

from datetime import UTC, datetime, timedelta

import pytest

from workflow.totp import code_at, matching_step, step_of

SECRET = b"12345678901234567890"
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
NOW = datetime(2026, 11, 24, 1, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_the_codes_are_those_of_the_rfc(second: int, code: str) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    assert code_at(SECRET, step_of(moment), digits=8) == code


@pytest.mark.parametrize(("late", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_differ_by_one_step_and_no_more(late: int, accepted: bool) -> None:
    code = code_at(SECRET, step_of(NOW))
    found = matching_step(SECRET, code, NOW + timedelta(seconds=late))
    assert found == (step_of(NOW) if accepted else None)


@pytest.mark.parametrize("code", ["", "00000", "1234567", "abcdef", "１２３４５６"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert matching_step(SECRET, code, NOW) is None
