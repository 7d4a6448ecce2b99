"""A list fits a phone: one line for each interview, no line wider than the screen, and nothing lost that finds it."""

from datetime import timedelta
from itertools import product

from handlers.lists import LEAST_POSITION, WIDEST, Row, grouped, line, masked_line, width
from models import BookingStatus
from tests.unit.cards import samples

NAMES = ("张伟", "欧阳娜娜", "买买提·艾力江·吐尔逊", "Christopher Longbottom", "李")
POSITIONS = ("会计", "Java后端", "高级嵌入式软件开发工程师（车载）", "Senior Full-Stack Engineer")


def test_no_line_is_wider_than_a_phone_whatever_the_name_the_position_and_the_state() -> None:
    for place, name, position, status in product((1, 20, 137, 500), NAMES, POSITIONS, BookingStatus):
        row = Row(place, samples.booking(name=name, position=position, status=status))
        assert width(line(row)) <= WIDEST, line(row)
        assert width(masked_line(row)) <= WIDEST, masked_line(row)
        assert line(row).startswith(f"{place} 15:00 ")
        assert "尾号8123" in line(row)


def test_a_common_line_keeps_its_position_whole() -> None:
    assert line(Row(7, samples.booking())) == "7 15:00 张伟 尾号8123 Java后端"
    cut = line(Row(7, samples.booking(position="高级嵌入式软件开发工程师", status=BookingStatus.FROZEN)))
    assert cut.endswith("… 办理中")
    assert width(cut.split()[3]) >= LEAST_POSITION


def test_an_interviewers_line_shows_neither_name_nor_phone() -> None:
    shown = masked_line(Row(1, samples.booking()))
    assert "张*" in shown
    assert not {"张伟", "8123"} & set(shown.split())
    assert "8123" not in shown


def test_each_hour_has_one_heading() -> None:
    start = samples.START
    views = [samples.booking(starts_at=start + timedelta(minutes=each)) for each in (0, 20, 60, 24 * 60)]
    lines = grouped([Row(place, view) for place, view in enumerate(views, start=1)], line)
    assert [each for each in lines if each.startswith("【")] == [
        "【11月25日 周三 15 点】",
        "【11月25日 周三 16 点】",
        "【11月26日 周四 15 点】",
    ]
    assert lines.index("【11月25日 周三 16 点】") == 3
