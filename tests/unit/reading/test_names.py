"""Whose name: readings of surnames, what a search finds, and what is only suggested."""

import pytest

from handlers.reading.names import (
    bare_name,
    full_pinyin,
    initials,
    is_one_edit,
    phone_tail,
    query_terms,
    rank,
    search_terms,
    suggest,
)


@pytest.mark.parametrize(
    ("name", "pinyin", "letters"),
    [
        ("单雄", "shanxiong", "sx"),
        ("仇英", "qiuying", "qy"),
        ("查理", "zhali", "zl"),
        ("解缙", "xiejin", "xj"),
        ("区力", "ouli", "ol"),
        ("曾国藩", "zengguofan", "zgf"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("万俟洛", "moqiluo", "mql"),
        ("欧阳娜娜", "ouyangnana", "oynn"),
        ("單雄", "shanxiong", "sx"),
        ("张伟", "zhangwei", "zw"),
        ("買買提·艾力", "maimaitiaili", "mmtal"),
        ("Tom Smith", "tomsmith", "ts"),
        ("吕布", "lvbu", "lb"),
    ],
)
def test_a_surname_is_read_as_a_surname(name: str, pinyin: str, letters: str) -> None:
    assert (full_pinyin(name), initials(name)) == (pinyin, letters)


@pytest.mark.parametrize(
    ("said", "bare"),
    [
        ("张总", "张"),
        ("小李", "李"),
        ("老马", "马"),
        ("王芳老师", "王芳"),
        ("張偉先生", "张伟"),
        ("高总明", "高总明"),
        ("李工", "李"),
        ("欧阳经理", "欧阳"),
        (" ＺＨＡＮＧ Wei ", "zhang wei"),
        ("买买提•艾力", "买买提·艾力"),
    ],
)
def test_honorifics_are_stripped_and_names_are_not(said: str, bare: str) -> None:
    assert bare_name(said) == bare


@pytest.mark.parametrize(
    ("query", "name", "fit"),
    [
        ("张伟", "张伟", 0),
        ("張偉", "张伟", 0),
        ("张伟老师", "张伟", 0),
        ("买买提艾力", "买买提·艾力", 0),
        ("张伟", "张玮", 1),
        ("zhangwei", "张玮", 1),
        ("zw", "张伟", 2),
        ("oy", "欧阳娜娜", 2),
        ("zhang", "张伟", 3),
        ("李", "李雷", 3),
        ("小李", "李雷", 3),
        ("tom", "Tom Smith", 3),
        ("赵文", "张伟", None),
        ("张维", "章卫国", None),
        ("", "张伟", None),
        ("danxiong", "单雄", None),
    ],
)
def test_exact_goes_before_sound_before_initials(query: str, name: str, fit: int | None) -> None:
    assert rank(query, name) == fit


NAMES = ["张伟", "张玮", "单雄", "尉迟恭", "买买提·艾力", "欧阳娜娜", "Tom Smith", "王重阳", "李雷"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", [str, full_pinyin, initials, lambda name: name[:1], lambda name: initials(name)[:2]])
def test_every_way_to_ask_for_a_name_hits_its_terms(name: str, make: object) -> None:
    assert callable(make)
    query = make(name)
    assert set(query_terms(query)) & search_terms(name)
    assert rank(query, name) is not None


def test_someone_of_the_same_sound_is_found() -> None:
    assert set(query_terms("张伟")) & search_terms("张玮")


def test_someone_else_is_not_found() -> None:
    assert not set(query_terms("李雷")) & search_terms("张伟")


def test_one_slip_is_suggested_and_never_a_fit() -> None:
    assert suggest("张韦伟", ["张伟", "李四"]) == ["张伟"]
    assert rank("张韦伟", "张伟") is None


@pytest.mark.parametrize(
    ("first", "second", "near"),
    [
        ("取消", "取肖", True),
        ("zhangwei", "zhagnwei", True),
        ("ab", "ab", False),
        ("a", "abc", False),
        ("abc", "abd", True),
    ],
)
def test_one_edit_is_one_edit(first: str, second: str, near: bool) -> None:
    assert is_one_edit(first, second) is near
    assert is_one_edit(second, first) is near


@pytest.mark.parametrize(
    ("phone", "tail"),
    [("138 0013 8123", "8123"), ("+86-13800138123", "8123"), ("１３８００１３８１２３", "8123"), ("12", None)],
)
def test_a_tail_is_the_last_four_digits(phone: str, tail: str | None) -> None:
    assert phone_tail(phone) == tail
    assert tail is None or query_terms(tail) == [f"t:{tail}"]
