"""What people typed is shown as text: no hidden characters, no links, no second line (T13, T14)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.showing import LINK, plain

anything = st.text(st.characters(), max_size=300) | st.from_regex(
    r"(张三|www|http|java|script|:|/|\.|\u200b|\u202e| |\n){1,40}", fullmatch=True
)


@given(anything, st.integers(1, 80))
def test_any_text_becomes_one_short_line_without_hidden_characters_or_links(text: str, longest: int) -> None:
    shown = plain(text, longest)
    assert len(shown) <= longest
    assert not [each for each in shown if unicodedata.category(each)[0] == "C"]
    assert not LINK.search(shown)
    assert shown == " ".join(shown.split())
    assert plain(shown, longest) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("张三\u202e王五", "张三王五"),
        ("张\u200b三\ufeff", "张三"),
        ("张三\n【系统】已批准", "张三 【系统】已批准"),
        ("张三\u2028李四\x85王五", "张三 李四 王五"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("e\u200b\u0301", "é"),
        ("买买提·艾力", "买买提·艾力"),
        ("𠮷野家 🙂", "𠮷野家 🙂"),
        ("Anna-Lena O'Brien", "Anna-Lena O'Brien"),
        ("时间：10:30，地点 A/B 座", "时间：10:30，地点 A/B 座"),
    ],
)
def test_names_and_words_stay_readable(typed: str, shown: str) -> None:
    assert plain(typed) == shown


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.example",
        "HTTPS://EVIL.example/a?b=1",
        "ht\u200btps://evil.example",
        "dtmd://dingtalkclient/sendMessage?content=x",
        "dingtalk://x",
        "weixin://dl/business",
        "javascript:alert(1)",
        "data:text/html,x",
        "www.evil.example",
        "mailto:x@evil.example",
        "ftp://evil.example",
    ],
)
def test_a_link_is_hidden_and_said_to_be(link: str) -> None:
    shown = plain(f"见 {link} 谢谢")
    assert shown == "见 ［链接已隐去］ 谢谢"


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert plain("好" * 30, 20) == "好" * 19 + "…"
    assert plain("好" * 20, 20) == "好" * 20
