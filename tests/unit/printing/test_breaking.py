"""Lines of Chinese text: none too wide, nothing lost, no punctuation where it must not stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.printing.breaking import NEVER_FIRST, NEVER_LAST, broken


def wide(text: str) -> float:
    """Measure as a typewriter would: Latin one, everything else two."""
    return sum(1.0 if each < "\x7f" else 2.0 for each in text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("候选人行程冲突", ["候选人行程", "冲突"]),
        ("候选人行程，冲突", ["候选人行", "程，冲突"]),
        ("候选人行「程冲突", ["候选人行", "「程冲突"]),
        ("改到 Java 后端", ["改到 Java", "后端"]),
        ("abcdefghijklmno", ["abcdefghij", "klmno"]),
        ("一\n二", ["一", "二"]),
    ],
)
def test_a_line_ends_where_a_chinese_reader_expects(text: str, lines: list[str]) -> None:
    assert broken(text, 10, wide) == lines


ANY = st.text(st.sampled_from("守约面试取消候选人，。、；：！？）】」（【「… abcXYZ019-/\n𠮷龘"), max_size=120)


@given(ANY, st.integers(min_value=4, max_value=60))
def test_no_line_is_wider_than_the_column_and_nothing_but_spaces_at_the_ends_is_lost(text: str, width: int) -> None:
    lines = broken(text, width, wide)
    assert all(wide(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(ANY)
def test_punctuation_stands_neither_first_nor_last_unless_there_is_only_punctuation(text: str) -> None:
    width = 2 * wide(text) / 3 + 40
    for paragraph in text.split("\n"):
        lines = broken(paragraph, width, wide)
        assert not any(line[0] in NEVER_FIRST for line in lines[1:])
        assert not any(line[-1] in NEVER_LAST for line in lines[:-1] if line)
