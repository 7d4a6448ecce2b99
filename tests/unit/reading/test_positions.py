"""岗位 in a search: each way of writing it is one position, and a reason that speaks of positions is none."""

import time

import pytest

from handlers.reading.positions import take_position


@pytest.mark.parametrize(
    "words",
    [
        "岗位=java*",
        "岗位 java*",
        "岗位是 java*",
        "岗位是 java *",
        "岗位是java *",
        "岗位= java *",
        "岗位：java*",
        "岗位＝java*",
        "岗位为java*",
        "职位 是 java*",
        "岗位「java *」",
        "岗位 “java*”",
    ],
)
@pytest.mark.parametrize("behind", ["", " 单位=huachen/net", " 原因=岗位暂停", " 上周", " 行程冲突", "，结果=已驳回"])
def test_each_way_means_the_same_and_ends_where_something_else_begins(words: str, behind: str) -> None:
    position, rest = take_position(f"审计检索 {words}{behind}")
    assert position == "java*"
    assert rest.split() == f"审计检索 {behind}".split()


@pytest.mark.parametrize(
    "words", ["原因=岗位暂停", "原因 岗位暂停", "岗位暂停", "岗位 暂停", "原因 岗位 暂停", "岗位", "岗位=", "用人岗位"]
)
def test_a_reason_or_an_empty_mark_names_no_position(words: str) -> None:
    assert take_position(f"审计检索 {words}") == ("", f"审计检索 {words}")


def test_a_position_of_several_words_is_one() -> None:
    assert take_position("岗位 高级 Java 后端 工程师 分管领导=李娜")[0] == "高级Java后端工程师"


def test_a_long_text_costs_little() -> None:
    began = time.perf_counter()
    for each in ("岗位 " * 200, "岗位" + "是" * 500, "岗位 " + "java " * 100, "原因" + " " * 500 + "岗位"):
        take_position(each)
    assert time.perf_counter() - began < 1
