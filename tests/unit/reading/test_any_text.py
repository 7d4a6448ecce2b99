"""Promises for every text there is: nothing raises, nothing is slow, and no noise cancels."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.reading.dates import When, read_all_when
from handlers.reading.grammar import nearest, read_command
from handlers.reading.names import query_terms, rank, search_terms
from handlers.reading.replies import Intent, read_reply
from handlers.reading.sentences import read_as_json
from handlers.reading.text import LONGEST, as_written, plain

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 21, 10, tzinfo=ZONE)
PIECES = st.sampled_from(
    [
        "取消",
        "不",
        "别",
        "了",
        "吗",
        "？",
        "，",
        "张伟",
        "单雄",
        "明天",
        "下",
        "上",
        "周",
        "三",
        "点",
        "半",
        "十",
        "零",
        "月",
        "日",
        "号",
        "25",
        "2",
        "30",
        ":",
        "/",
        "-",
        ".",
        "后",
        "前",
        "内",
        "个",
        "小时",
        "到",
        "改",
        "期",
        "原因",
        "发烧",
        "如果",
        "可能",
        "来不了",
        "Q20261122-007",
        "8123",
        "岗位=",
        "附言",
        "不通知",
        "同意",
        "1",
        "3",
        "cancel",
        "don't",
        "zw",
        "·",
        "\u3000",
        "３",
        "國慶",
        "后第一个工作日",
        "年",
        "2026",
        "99",
        "过",
        "几",
        "天",
        "底",
        "�",
        "\x00",
        "\u200b",
        "👌",
        "İ",
        "ß",
    ]
)
NOISE = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join))
MOMENTS = st.integers(0, 36_000).map(
    lambda days: datetime(2000, 1, 1, tzinfo=ZONE) + timedelta(days=days, minutes=days % 1440)
)


@given(NOISE, MOMENTS)
@settings(max_examples=400, deadline=None)
def test_no_text_raises(text: str, now: datetime) -> None:
    for role in ("hr", "candidate"):
        read = read_as_json(text, role, now)  # type: ignore[arg-type]
        assert set(read) == {"intent", "who", "when", "reason", "ask"}
    assert len(nearest(text)) <= 3


@given(NOISE, MOMENTS)
@settings(max_examples=300, deadline=None)
def test_a_time_is_aware_ordered_and_stands_where_it_says(text: str, now: datetime) -> None:
    said = plain(text)
    for when in read_all_when(text, now):
        assert all(0 <= start < end <= len(said) for start, end in when.spans)
        if isinstance(when, When):
            assert when.start <= when.end
            assert when.start.utcoffset() is not None
            assert when.exact == (when.start == when.end)


@given(NOISE)
@settings(max_examples=300, deadline=None)
def test_spelling_twice_changes_nothing_and_keeps_places(text: str) -> None:
    said = plain(text)
    assert plain(said) == said
    assert len(as_written(text)) == len(said) <= LONGEST


@given(NOISE, NOISE)
@settings(max_examples=200, deadline=None)
def test_no_name_raises_and_every_name_finds_itself(name: str, query: str) -> None:
    assert rank(query, name) in (None, 0, 1, 2, 3)
    if query_terms(name):
        assert rank(name, name) == 0
        assert isinstance(search_terms(name), set)


@given(
    st.text(
        alphabet=st.characters(
            exclude_characters="取销消来去参加面到放弃退出拒谢绝撤改曲趋区考虑cqCQnmwdNMWDＣｃＱｑｗＷｎＮｄＤ"
        ),
        max_size=60,
    )
)
@settings(max_examples=300, deadline=None)
def test_noise_without_a_word_of_leaving_never_cancels(text: str) -> None:
    assert read_reply(text, NOW).intent is not Intent.CANCEL


LONG = [
    "取消" * 5000,
    "不" * 9999,
    "三点" * 4000,
    "张伟" * 4000,
    "1" * 9999,
    "周三到" * 3000,
    " " * 9999,
    "如果" * 4000,
    "qx " * 3000,
    "上下" * 5000,
]
LONG += [
    "十" * 9999,
    "帮我" * 5000,
    "半个" * 5000,
    "1-" * 5000,
    "改到" * 5000,
    "没有" * 5000,
    "(" * 9999,
    "=" * 9999,
    "a=" * 5000,
    "好" * 9999,
    "嗯" * 400 + "x",
    "好的" * 200 + "x",
    "谢谢你" * 150 + "x",
    "取 " * 200 + "x",
]


@pytest.mark.parametrize("text", LONG)
def test_a_long_message_costs_little_more_than_a_short_one(text: str) -> None:
    read_as_json("取消 单雄", "hr", NOW)
    nearest("取销")
    assert min(seconds(text) for _ in range(3)) < 0.5  # a shared machine steals from one run, not from all


def seconds(text: str) -> float:
    began = time.process_time()
    for role in ("hr", "candidate"):
        read_as_json(text, role, NOW)  # type: ignore[arg-type]
    return time.process_time() - began


def test_what_stands_behind_the_limit_is_not_read() -> None:
    assert read_command("你好" * LONGEST + "取消 张伟", NOW) is None
