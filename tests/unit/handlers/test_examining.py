"""What is typed behind 完整性检查 and 合规体检: a unit, a year, either or neither."""

from datetime import UTC, datetime

import pytest

from handlers.examining import Asked, meant, read
from models import Organisation
from tests.unit.reading.test_grammar import read as read_command

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
GROUP, NET, HEAVY = (
    Organisation(path=path, name=name)
    for path, name in (("huachen", "华辰集团"), ("huachen/net", "华辰互联"), ("huachen/heavy", "华辰重工"))
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("完整性检查", Asked("", 2026)),
        ("完整性检查 2025", Asked("", 2025)),
        ("完整性检查 2025年 华辰重工", Asked("华辰重工", 2025)),
        ("完整性检查 华辰重工 去年", Asked("华辰重工", 2025)),
        ("合规体检 huachen/heavy", Asked("huachen/heavy", 2026)),
    ],
)
def test_unit_and_year_are_read_in_any_order(text: str, wanted: Asked) -> None:
    command = read_command(text)
    assert command is not None
    assert read(command.rest, NOW) == wanted


def test_a_unit_is_meant_by_name_or_path_and_never_guessed() -> None:
    assert meant("华辰重工", [GROUP, NET, HEAVY]) is HEAVY
    assert meant("huachen/net", [GROUP, NET, HEAVY]) is NET
    assert meant("华辰", [GROUP, NET, HEAVY]) is None


def test_without_a_name_the_unit_above_all_others_is_meant() -> None:
    assert meant("", [GROUP, NET, HEAVY]) is GROUP
    assert meant("", [HEAVY]) is HEAVY
    assert meant("", [NET, HEAVY]) is None
