"""Which words of a message may be a booking's own number, and how a command reads once one is found."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.reading.grammar import read_command
from handlers.reading.numbered import NamedBooking, number_words
from handlers.reading.people import as_typed
from handlers.reading.verbs import Verb

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("查 W-2", ["W-2"]),
        ("查Ｗ－２。", ["Ｗ－２"]),
        ("取消W-2 原因 行程冲突", ["W-2"]),
        ("取消 张伟 W-2，A/7", ["W-2", "A/7"]),
        ("显示 W-2电话 原因 核对 X-9", ["W-2"]),
        ("解除冻结 「2026-0012」", ["2026-0012"]),
        ("取消 预约号 12 原因 行程冲突", ["12"]),
        ("取消 12", ["12"]),
        ("查 zhangwei", ["zhangwei"]),
        ("取消 张伟 明天15:00", []),
        ("取消 张伟 15点", []),
        ("取消 张伟 12", []),
        ("同意 1 3-4", []),
        ("选 3", []),
        ("确认取消 37", []),
        ("列表 2026-11-26", []),
        ("取消 岗位=Java8", []),
        ("取消 java8后端", []),
        ("取消 Y20261124-001", []),
        ("我们聊聊 W-2 的事", ["W-2"]),
        ("", []),
    ],
)
def test_the_words_that_may_be_a_number(text: str, words: list[str]) -> None:
    assert [each.text for each in number_words(text, NOW)] == words


@pytest.mark.parametrize(
    ("word", "doubtful"), [("W-2", False), ("2026-0012", False), ("9000", True), ("linxi", True), ("2026-11-26", True)]
)
def test_what_reads_as_something_else_as_well_is_doubtful(word: str, doubtful: bool) -> None:
    (found,) = number_words(f"取消 {word}", NOW)
    assert (found.doubtful, found.surely) == (doubtful, False)
    (labelled,) = number_words(f"取消 预约号{word}", NOW)
    assert (labelled.text, labelled.surely) == (word, True)


def named(text: str, number: str) -> NamedBooking:
    (word,) = number_words(text, NOW)
    return NamedBooking(number, word.span)


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("查W-2", Verb.FIND),
        ("取消 W-2 原因 行程冲突", Verb.CANCEL),
        ("W-2 取消", Verb.CANCEL),
        ("显示 W-2 电话", Verb.SHOW),
    ],
)
def test_a_number_that_was_found_is_the_booking_and_nothing_else(text: str, verb: Verb) -> None:
    command = read_command(text, NOW, named(text, "W-2"))
    assert command is not None
    assert (command.verb, command.who.booking, command.problems) == (verb, "W-2", ())
    assert "2" not in command.rest
    assert (command.who.name, command.who.tail, command.when) == (None, None, None)


def test_a_number_is_no_part_of_what_an_approver_says() -> None:
    text = "驳回 1 与 W-2 冲突"
    command = read_command(text, NOW, named(text, "W-2"))
    assert command is not None
    assert (command.verb, command.picks, command.who.booking) == (Verb.REJECT, (1,), None)
    assert "W-2" in command.reason_text


def test_a_word_is_given_back_as_it_was_typed() -> None:
    assert as_typed("查 X20261124-733", "x20261124-733") == "X20261124-733"
    assert as_typed("查 华辰重工 明天", "华辰重") == "华辰重工"
    assert as_typed("取消 张總", "张") == "张總"
    assert as_typed("取消 张伟", "李四") == "李四"
