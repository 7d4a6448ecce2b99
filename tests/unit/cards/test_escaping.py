"""In the body of a DingTalk card, what people typed is text and never markup (T13)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.card import Card, Line
from cards.dingtalk import card_params
from cards.drawing import draw
from cards.escaping import markdown
from sandbox.text import shown
from tests.unit.cards import samples
from workflow.showing import plain

UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*(?:[`*\[]|\]\(|(?<![0-9A-Za-z\\])_|_(?![0-9A-Za-z])|~~|<[A-Za-z/!?])")
BEGINS = re.compile(r"[#>]|[+-](?:\s|$)|[0-9]{1,9}[.)](?:\s|$)|[=-]+$")
PUNCTUATION = r"[!-/:-@\[-`{-~]"
INJECTIONS = [
    "[同意](http://evil.example)",
    "![](https://evil.example/beacon.png)",
    "**已批准**",
    "张三\n\n# 系统通知",
    "`code`",
    "<font color=red>已批准</font>",
    "<a href='dtmd://dingtalkclient/sendMessage?content=同意'>点这里</a>",
    "| a | b |",
    "~~已驳回~~",
    "> 引用",
    "\\[x](y)",
    "张三\u202e)elpmaxe.live//:ptth(]意同[",
    "确\u200b认",
]


@given(st.text(st.characters()))
def test_no_character_of_markup_stays_unescaped_and_no_line_breaks(text: str) -> None:
    escaped = markdown(text)
    assert not UNESCAPED.search(escaped)
    assert not BEGINS.match(escaped)
    assert escaped.splitlines() in ([], [escaped])


@given(st.text(st.characters()))
def test_the_reader_sees_what_was_typed(text: str) -> None:
    assert re.sub(rf"\\({PUNCTUATION})", r"\1", markdown(text)) == " ".join(text.split())


@pytest.mark.parametrize(
    "typed",
    [
        "=cmd|' /C calc'!A0",
        "09:00~10:00 (张三) #3 {x}",
        "BK_2026/7",
        "a < b > c",
        "C:\\temp 100%!",
        "1.5 倍",
        "-5 度",
        "[x]y",
    ],
)
def test_what_is_no_markup_carries_no_backslash(typed: str) -> None:
    assert markdown(typed).replace("\\[", "[") == typed


@pytest.mark.parametrize("typed", [*INJECTIONS[:10], "=cmd|' /C calc'!A0", "1. 一", "- 二", "张* 与 李*", "\\*"])
def test_a_reader_of_the_markup_reads_what_was_typed(typed: str) -> None:
    assert shown(f"**原因**：{markdown(typed)}") == f"原因：{' '.join(typed.split())}"
    assert shown(markdown(typed)) == " ".join(typed.split())


@pytest.mark.parametrize("typed", INJECTIONS)
def test_an_injected_reason_or_name_shows_as_text_on_every_card(typed: str) -> None:
    for view in samples.hostile(plain(typed), plain(typed)):
        body = card_params(draw(view))["body"]
        values = re.sub(r"(?m)^\*\*[^*]+\*\*：", "", body)
        assert not UNESCAPED.search(values)
        assert not re.search("[\u200b\u202e]", body)
        assert "://" not in body


def test_a_label_of_ours_is_bold_and_what_follows_is_text() -> None:
    body = card_params(Card("t", "s", (Line("原因", "**x**"), Line("", "[y](z)")), samples.HANDLE, ""))["body"]
    assert body == "**原因**：\\*\\*x\\*\\*  \n\\[y\\](z)"
