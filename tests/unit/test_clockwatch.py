"""The watch sees this machine's clock jump, and how far it is from a platform's; a moved demo is no jump."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from bot.clockwatch import ClockWatch, steady
from workflow import clocking


class Clocks:
    """A wall clock that can be set, beside one that cannot."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.set_by = 1_764_000_000.0
        self.told: list[int] = []
        self.fails = False

    def wall(self) -> float:
        return self.set_by + self.passed

    def steady(self) -> float:
        return self.passed

    async def tell(self, by_ms: int) -> None:
        assert clocking.state.step
        if self.fails:
            raise ConnectionError
        self.told.append(by_ms)


@pytest.fixture(autouse=True)
def fresh_state() -> Iterator[None]:
    clocking.state.off_ms, clocking.state.step = None, False
    yield
    clocking.state.off_ms, clocking.state.step = None, False


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def watch(clocks: Clocks) -> ClockWatch:
    return ClockWatch(clocks.tell, wall=clocks.wall, steady=clocks.steady)


@pytest.mark.parametrize(("by_s", "told"), [(3600, [3_600_000]), (-1.5, [-1500]), (0.9, []), (-0.9, []), (0, [])])
async def test_a_step_of_more_than_a_second_is_told_once(
    clocks: Clocks, watch: ClockWatch, by_s: float, told: list[int]
) -> None:
    clocks.passed += 5
    clocks.set_by += by_s
    await watch.look()
    clocks.passed += 5
    await watch.look()
    assert clocks.told == told
    assert not clocking.state.step


async def test_a_clock_that_is_steered_slowly_has_not_jumped(clocks: Clocks, watch: ClockWatch) -> None:
    for _ in range(100):
        clocks.passed += 5
        clocks.set_by += 0.05
        await watch.look()
    assert clocks.told == []


async def test_a_step_that_could_not_be_recorded_is_told_later(clocks: Clocks, watch: ClockWatch) -> None:
    clocks.fails = True
    clocks.set_by += 10
    with pytest.raises(ConnectionError):
        await watch.look()
    assert clocking.state.step
    clocks.fails = False
    clocks.set_by -= 4
    await watch.look()
    assert clocks.told == [6000]
    assert not clocking.state.step


@pytest.mark.parametrize(("ahead_s", "off_ms"), [(0, 0), (7, 7000), (-90, -90_000)])
def test_a_platform_s_date_tells_how_far_we_are_off(
    clocks: Clocks, watch: ClockWatch, ahead_s: int, off_ms: int
) -> None:
    clocks.passed = 0.5  # half of the second that a Date header leaves out
    theirs = datetime.fromtimestamp(int(clocks.wall()) - ahead_s, UTC)
    watch.heard({"Date": format_datetime(theirs, usegmt=True)})
    assert clocking.state.off_ms == off_ms


@pytest.mark.parametrize(
    "headers", [{}, {"Date": ""}, {"Date": "yesterday"}, {"Date": "Tue, 99 Nov 2026 09:30:00 GMT"}]
)
def test_an_answer_without_a_date_says_nothing(watch: ClockWatch, headers: dict[str, str]) -> None:
    watch.heard(headers)
    assert clocking.state.off_ms is None


def test_the_steady_clock_goes_on() -> None:
    assert 0 < steady() <= steady()
