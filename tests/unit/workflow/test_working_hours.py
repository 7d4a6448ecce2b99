"""Working time against somebody who counts every minute with the State Council's notice for 2026 in hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.working_days import UnknownYear, is_working
from workflow.working_hours import USUAL, Office, WrongOffice, between, later, office_of, unpublished

SHANGHAI_AHEAD = timedelta(hours=8)
MINUTE = timedelta(minutes=1)
OFF_2026 = [
    (date(2026, 1, 1), 3),
    (date(2026, 2, 15), 9),
    (date(2026, 4, 4), 3),
    (date(2026, 5, 1), 5),
    (date(2026, 6, 19), 3),
    (date(2026, 9, 25), 3),
    (date(2026, 10, 1), 7),
]
"""国办发明电〔2025〕7号: the first day of each holiday and how many there are."""
WORKED_2026 = {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}
OFF = {first + timedelta(days=more) for first, count in OFF_2026 for more in range(count)}


def worked(day: date) -> bool:
    """Tell from the notice itself whether a day is worked; 2027 has none, and is Monday to Friday."""
    if day.year == 2026:
        return day not in OFF and (day.weekday() < 5 or (day.month, day.day) in WORKED_2026)
    return day.weekday() < 5


def counts(moment: datetime, office: Office) -> bool:
    """Tell whether the minute that begins now is worked."""
    there = moment.replace(tzinfo=None) + SHANGHAI_AHEAD
    minutes = there.hour * 60 + there.minute
    return worked(there.date()) and any(first <= minutes < last for first, last in office.spans)


def counted(start: datetime, end: datetime, office: Office) -> int:
    """Count the worked minutes one by one."""
    total, moment = 0, start
    while moment < end:
        total += counts(moment, office)
        moment += MINUTE
    return total


def offices() -> st.SearchStrategy[Office]:
    """Return offices with one to three spans, from midnight to midnight."""
    edges = st.lists(st.integers(0, 24 * 60), min_size=2, max_size=6, unique=True).map(sorted)
    return edges.map(lambda found: Office(tuple(zip(found[::2], found[1::2], strict=False))))


moments = st.integers(0, 400 * 24 * 60).map(lambda minutes: datetime(2025, 12, 31, 16, tzinfo=UTC) + minutes * MINUTE)
either = st.one_of(st.just(USUAL), offices())


@settings(max_examples=150, deadline=None)
@given(start=moments, days=st.integers(0, 14), minutes=st.integers(0, 1439), office=either)
def test_what_lies_between_is_what_counting_every_minute_finds(
    start: datetime, days: int, minutes: int, office: Office
) -> None:
    end = start + timedelta(days=days, minutes=minutes)
    assert between(start, end, office) == counted(start, end, office) * MINUTE


@settings(max_examples=150, deadline=None)
@given(start=moments, length=st.integers(1, 30 * 60))
def test_a_deadline_is_the_first_moment_with_so_much_working_time_behind_it(start: datetime, length: int) -> None:
    end = later(start, length * MINUTE)
    assert counted(start, end, USUAL) == length
    assert counted(start, end - MINUTE, USUAL) == length - 1


@settings(max_examples=100, deadline=None)
@given(start=moments, one=st.integers(0, 5000), other=st.integers(0, 5000), office=offices())
def test_two_lengths_one_after_the_other_are_their_sum(start: datetime, one: int, other: int, office: Office) -> None:
    both = later(start, (one + other) * MINUTE, office)
    assert later(later(start, one * MINUTE, office), other * MINUTE, office) == both
    assert between(start, both, office) == (one + other) * MINUTE


def at(text: str) -> datetime:
    """Read a moment on the clock of Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24 10:00", 2, "2026-11-24 12:00"),
        ("2026-11-24 10:00", 3, "2026-11-24 14:00"),  # lunch is nobody's time
        ("2026-11-24 16:00", 4, "2026-11-25 11:00"),
        ("2026-11-27 17:00", 2, "2026-11-30 10:00"),  # over a weekend
        ("2026-11-28 03:00", 1, "2026-11-30 10:00"),  # asked at night, on a Saturday
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),  # over 国庆
        ("2026-09-19 12:00", 1, "2026-09-20 10:00"),  # a Sunday that is worked (调休)
        ("2026-10-09 17:30", 1, "2026-10-10 09:30"),  # a Saturday that is worked (调休)
        ("2026-12-31 17:30", 1, "2027-01-01 09:30"),  # nobody has published 2027: a Friday counts
    ],
)
def test_hours_of_work_end_on_the_clock_of_shanghai(start: str, hours: int, end: str) -> None:
    assert later(at(start), timedelta(hours=hours)) == at(end)


def test_a_moment_handed_in_as_utc_comes_back_as_utc() -> None:
    end = later(datetime(2026, 11, 24, 2, tzinfo=UTC), timedelta(hours=3))
    assert (end, end.tzinfo) == (datetime(2026, 11, 24, 6, tzinfo=UTC), UTC)


def test_a_year_that_is_not_published_is_named_and_not_guessed_in_silence() -> None:
    assert unpublished(at("2026-12-30 10:00"), at("2026-12-31 23:59")) == ()
    assert unpublished(at("2026-12-31 10:00"), at("2027-01-01 00:00")) == (2027,)
    with pytest.raises(UnknownYear):
        is_working(date(2027, 1, 1))


@settings(max_examples=50)
@given(office=offices())
def test_office_hours_are_read_as_they_are_kept(office: Office) -> None:
    assert office_of(office.kept) == office


@pytest.mark.parametrize(
    "texts",
    [["9:00-12:00"], ["12:00-09:00"], ["09:00-09:00"], ["09:00-25:00"], ["23:00-24:01"], ["上午"], "09:00-12:00"],
)
def test_hours_that_cannot_be_are_refused(texts: object) -> None:
    with pytest.raises(WrongOffice):
        office_of(texts)


def test_spans_that_overlap_or_run_backwards_are_refused() -> None:
    for texts in (["09:00-12:00", "11:00-18:00"], ["13:00-18:00", "09:00-12:00"]):
        with pytest.raises(WrongOffice, match="不能重叠"):
            office_of(texts)


def test_rules_that_say_nothing_have_the_usual_hours() -> None:
    assert office_of(None) == office_of([]) == USUAL
    assert USUAL.said == "09:00–12:00、13:00–18:00"
