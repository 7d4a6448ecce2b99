"""Business time is real time plus the demo's offset; transport time never jumps."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock

CLOSE = timedelta(seconds=5)


def test_without_a_demo_it_tells_real_time_in_utc() -> None:
    now = Clock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < CLOSE


def test_it_starts_where_the_demo_stands(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text('{"offset_s": 86400.5}')
    ahead = Clock(tmp_path / "clock.json").now() - datetime.now(UTC)
    assert abs(ahead - timedelta(days=1, seconds=0.5)) < CLOSE


def test_a_demo_that_has_not_moved_time_yet_is_in_real_time(tmp_path: Path) -> None:
    assert abs(Clock(tmp_path / "clock.json").now() - datetime.now(UTC)) < CLOSE


def test_it_follows_the_sandbox_back_and_forth() -> None:
    clock = Clock()
    clock.follow(3600)
    assert abs(clock.now() - datetime.now(UTC) - timedelta(hours=1)) < CLOSE
    clock.follow(-60)
    assert abs(clock.now() - datetime.now(UTC) + timedelta(minutes=1)) < CLOSE


def test_it_follows_a_move_that_the_sandbox_announced_to_another_process(tmp_path: Path) -> None:
    file, moved = tmp_path / "clock.json", tmp_path / "clock.json.part"
    clock = Clock(file)
    for offset in (3600, 7200):
        moved.write_text(f'{{"offset_s": {offset}}}')
        moved.replace(file)
        assert abs(clock.now() - datetime.now(UTC) - timedelta(seconds=offset)) < CLOSE


def test_time_limits_do_not_jump_with_business_time() -> None:
    clock = Clock()
    before = clock.monotonic()
    clock.follow(3600)
    assert 0 <= clock.monotonic() - before < 5


@pytest.mark.parametrize("text", ["", "[]", '{"offset_s": "soon"}', '{"offset": 1}'])
def test_a_broken_clock_file_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "clock.json").write_text(text)
    with pytest.raises(ValueError, match="offset_s"):
        Clock(tmp_path / "clock.json")
