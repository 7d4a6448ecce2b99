"""Years are counted so that nothing is ever due a day early, leap days included."""

from datetime import UTC, datetime

import pytest

from workflow import periods
from workflow.periods import Periods, cutoff


@pytest.fixture(autouse=True)
def usual() -> None:
    periods.install(Periods())


@pytest.mark.parametrize(
    ("now", "limit"),
    [
        (datetime(2029, 11, 26, 2, 15, tzinfo=UTC), datetime(2026, 11, 26, 2, 15, tzinfo=UTC)),
        (datetime(2027, 2, 28, tzinfo=UTC), datetime(2024, 2, 28, tzinfo=UTC)),  # the 29th of 2024 is not due yet
        (datetime(2027, 3, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2025, 2, 28, tzinfo=UTC)),
    ],
)
def test_the_limit_is_so_many_calendar_years_ago(now: datetime, limit: datetime) -> None:
    assert cutoff(now) == limit


def test_longer_periods_count_and_shorter_ones_are_refused() -> None:
    periods.install(Periods(records_years=10))
    assert cutoff(datetime(2036, 11, 26, tzinfo=UTC)) == datetime(2026, 11, 26, tzinfo=UTC)
    periods.install(Periods())
    with pytest.raises(ValueError, match="3 years at least"):
        Periods(records_years=2)
