"""The JSON of `bot read`, as design.md §10 promises it."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handlers.reading.sentences import read_as_json

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
AT_THREE = {"from": "2026-11-24T15:00:00+08:00", "to": "2026-11-24T15:00:00+08:00"}


def shape(intent: str, who: str | None, when: dict[str, str] | None, reason: str | None, ask: bool) -> dict[str, Any]:
    return {"intent": intent, "who": who, "when": when, "reason": reason, "ask": ask}


def test_a_recruiters_sentence() -> None:
    read = read_as_json("取消 张伟 明天下午三点 原因 行程冲突 保留资格", "hr", NOW)
    assert read == shape("取消", "张伟", AT_THREE, "行程冲突", False)
    assert json.loads(json.dumps(read, ensure_ascii=False)) == read


def test_a_candidates_sentence() -> None:
    day = {"from": "2026-11-24T00:00:00+08:00", "to": "2026-11-25T00:00:00+08:00"}
    assert read_as_json("发烧了，明天去不了", "candidate", NOW) == shape("cancel", None, day, "突发疾病", False)


@pytest.mark.parametrize(
    "text",
    [
        "今天中午吃什么",
        "大家好，今天开会",
        "帮我把周会取消了",
        "我同意你的看法",
        "张伟已经取消了",
        "好的",
        "哈哈",
        "",
        "取消订单",
    ],
)
def test_talk_is_none_of_our_business(text: str) -> None:
    assert read_as_json(text, "hr", NOW) == shape("none", None, None, None, False)


@pytest.mark.parametrize("text", ["取销 张伟", "/取肖 张伟", "别取消张伟的面试", "/foo", "驳会 2"])
def test_what_sounds_like_a_command_and_is_none_is_asked(text: str) -> None:
    read = read_as_json(text, "hr", NOW)
    assert (read["intent"], read["ask"]) == ("unknown", True)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("qx zhangwei 8123", "zhangwei 8123"),
        ("同意 1 3 4", "1 3 4"),
        ("同意 Q20261122-007", "Q20261122-007"),
        ("转交 2 李娜", "李娜"),
        ("批量取消 岗位=Java后端 下周", "Java后端"),
        ("同意 全部待我审批", "全部"),
    ],
)
def test_who_is_what_would_be_typed_again(text: str, who: str) -> None:
    assert read_as_json(text, "hr", NOW)["who"] == who


def test_a_reason_without_a_code_keeps_its_words() -> None:
    assert read_as_json("驳回 2 证据不清", "hr", NOW)["reason"] == "证据不清"


def test_a_reschedule_tells_the_new_time() -> None:
    read = read_as_json("改期 张伟 明天15:00 到 周五上午十点", "hr", NOW)
    assert read["when"] == {"from": "2026-11-27T10:00:00+08:00", "to": "2026-11-27T10:00:00+08:00"}


def test_a_date_that_cannot_be_is_asked() -> None:
    read = read_as_json("取消 张伟 2月30日", "hr", NOW)
    assert (read["intent"], read["when"], read["ask"]) == ("取消", None, True)


def test_a_moment_without_a_zone_is_taken_as_shanghai() -> None:
    assert read_as_json("取消 张伟 明天15:00", "hr", NOW.replace(tzinfo=None))["when"] == AT_THREE
