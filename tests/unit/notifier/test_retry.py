"""When a failed message is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.retry import SCHEDULE, next_attempt_at
from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


def wait(error: PlatformError, attempts: int) -> float | None:
    again = next_attempt_at(error, attempts, NOW)
    return None if again is None else (again - NOW).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 30), (3, 300), (4, 1800), (5, 7200), (6, None), (99, None)]
)
def test_the_waits_grow_and_the_sixth_failure_is_the_last(attempts: int, seconds: float | None) -> None:
    assert wait(Temporary("500"), attempts) == seconds
    assert wait(Unknown("timeout"), attempts) == seconds


@pytest.mark.parametrize("attempts", range(1, 9))
def test_what_a_platform_refuses_is_never_sent_again(attempts: int) -> None:
    assert wait(Refused("40058"), attempts) is None


@pytest.mark.parametrize(("asked", "seconds"), [(None, 5), (0.0, 5), (1.0, 5), (90.0, 90), (3600.5, 3600.5)])
def test_a_platform_that_names_a_longer_wait_gets_it(asked: float | None, seconds: float) -> None:
    assert wait(Temporary("429", retry_after=asked), 1) == seconds


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 300), (2, 300), (3, 300), (4, 1800)])
def test_what_an_administrator_has_to_mend_is_not_hammered(attempts: int, seconds: float) -> None:
    assert wait(Misconfigured("no-permission"), attempts) == seconds


@given(attempts=st.integers(1, len(SCHEDULE)), asked=st.none() | st.floats(0, 86_400))
def test_a_retry_always_lies_in_the_future(attempts: int, asked: float | None) -> None:
    again = next_attempt_at(Temporary("busy", retry_after=asked), attempts, NOW)
    assert again is not None
    assert again - NOW >= timedelta(seconds=5)
