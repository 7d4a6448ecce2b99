"""What is typed behind 显示, and the line that auditors read the next morning."""

from collections import Counter
from datetime import date

import pytest

from handlers.reading.grammar import Verb, read_command
from handlers.revealing import Wish, read
from handlers.viewing import said
from tests.database.office import NOW
from workflow.revealing import Kind
from workflow.viewing import Day

PHONE, EVERYTHING = frozenset({Kind.PHONE}), frozenset(Kind)


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("Y20261124-001 电话 原因 核对身份", Wish("Y20261124-001", PHONE, "核对身份")),
        ("y20261124-001电话原因：核对身份", Wish("Y20261124-001", PHONE, "核对身份")),
        ("电话、邮箱 Ｙ２０２６１１２４－００１ 理由 核对", Wish("Y20261124-001", PHONE | {Kind.EMAIL}, "核对")),
        ("Q20261124-001 全部 原因 张三说 原因不明", Wish("Q20261124-001", EVERYTHING, "张三说 原因不明")),
        ("BK_2026/7 手机号和姓名 原因 登记", Wish("BK_2026/7", PHONE | {Kind.NAME}, "登记")),
        ("Y1 地址 电话", Wish("Y1", PHONE, "", ("地址",))),
        ("", Wish("", frozenset(), "")),
    ],
)
def test_number_kinds_and_reason_are_read_in_any_order(words: str, wish: Wish) -> None:
    assert read(words) == wish


def test_nothing_behind_the_verb_is_read_as_a_time_or_a_name() -> None:
    command = read_command("显示 Y20261124-001 电话 原因 张伟明天下午三点来访", NOW)
    assert command is not None
    assert (command.verb, command.who.is_said, command.when) == (Verb.SHOW, False, None)
    assert read(command.rest).reason == "张伟明天下午三点来访"


def test_the_morning_line_counts_by_person_and_names_the_first_five() -> None:
    exporters = Counter({"孙静": 4, "": 1})
    day = Day(date(2026, 11, 24), 7, 5, 1, Counter({f"甲{each}": 7 - each for each in range(7)}), exporters)
    lines = said(day).splitlines()
    assert lines[0] == "11月24日 的查看与导出："
    assert "申请 7 次，看了 5 次，被拒绝 1 次（甲0 7 次、" in lines[1]
    assert lines[1].endswith("甲4 3 次，另有 2 人）。")
    assert lines[2] == "导出：5 次（孙静 4 次、命令行操作员 1 次）。"


def test_a_day_without_reveals_says_nothing_of_them() -> None:
    day = Day(date(2026, 11, 24), 0, 0, 0, Counter(), Counter({"孙静": 1}))
    assert "显示候选人资料" not in said(day)
