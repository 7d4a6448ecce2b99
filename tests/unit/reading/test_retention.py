"""What is typed about records that stay and go: numbers, reasons, units and years, as they stand."""

from datetime import UTC, datetime

import pytest

from handlers.reading.grammar import read_command
from handlers.reading.retention import HoldWords, PurgeWords, purge_number, read_hold, read_purge
from handlers.reading.verbs import Verb

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
Q = "Q20261124-007"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"留存冻结 {Q} 原因 劳动仲裁", HoldWords(Q, False, "劳动仲裁")),
        (f"留存冻结 候选人 {Q.lower()} 理由：信访 核查", HoldWords(Q, True, "信访 核查")),
        (f"解除冻结 {Q}", HoldWords(Q, False, "")),
        (f"留存冻结 {Q} 原因 候选人说没有收到 Y20261124-999", HoldWords(Q, False, "候选人说没有收到 Y20261124-999")),
        ("留存冻结 张伟 原因 仲裁", HoldWords("", False, "仲裁")),
        ("留存冻结", HoldWords()),
    ],
)
def test_a_hold_is_read_by_its_number_and_the_reason_as_written(text: str, words: HoldWords) -> None:
    assert read_hold(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("清理 华辰互联 全部到期", PurgeWords("华辰互联", None, True)),
        ("清理 华辰互联 2023", PurgeWords("华辰互联", 2023, False)),
        ("清理 huachen/net 2023年", PurgeWords("huachen/net", 2023, False)),
        ("到期清理 华辰互联 全部", PurgeWords("华辰互联", None, True)),
        ("清理 华辰互联", PurgeWords("华辰互联", None, False)),
        ("清理", PurgeWords()),
    ],
)
def test_a_purge_is_read_by_its_unit_and_year(text: str, words: PurgeWords) -> None:
    assert read_purge(text) == words


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        (f"留存冻结 {Q} 原因 候选人投诉没有收到取消通知", Verb.HOLD),
        (f"解除冻结 {Q}", Verb.RELEASE_HOLD),
        ("留存清单", Verb.RETENTION),
        ("清理 华辰互联 2023", Verb.PURGE),
        ("清理证明 L20291130-481", Verb.CERTIFICATE),
        ("到期清理 华辰互联 全部到期", Verb.PURGE),
    ],
)
def test_each_command_is_its_verb_whatever_the_reason_says(text: str, verb: Verb) -> None:
    command = read_command(text, NOW)
    assert command is not None
    assert (command.verb, command.problems) == (verb, ())


def test_ordinary_sentences_purge_nothing() -> None:
    for text in ("清理一下桌面吧", "会议室清理完了吗"):
        command = read_command(text, NOW)
        assert command is None or command.verb != Verb.PURGE


def test_the_number_of_a_purge_is_found_anywhere() -> None:
    assert purge_number("同意 l20291130-481 已核对") == "L20291130-481"
    assert purge_number("同意 Q20291130-481") == ""
