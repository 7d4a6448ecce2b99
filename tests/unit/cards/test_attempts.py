"""Refused attempts in a timeline: each says what was tried, the same one is told once, another matter's not at all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cards import timeline as words
from workflow.attempts import told
from workflow.timeline import Case, Entry

AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
NUMBER = "Q20261124-007"


def tried(action: str, why: str, subject: str = NUMBER, person: str = "u_1", **more: str) -> Entry:
    """Return one refused attempt of 陈敏."""
    data: Mapping[str, object] = {"action": action, **more}
    return Entry(
        "shouyue/x", 1, AT, person, "employee", "陈敏", "dingtalk", "attempt.refused", subject, False, why, data
    )


def case(request: Any = object()) -> Case:  # noqa: B008
    """Return a case that is told by its number alone."""
    return cast(Case, SimpleNamespace(number=NUMBER, request=request))


def test_nineteen_repeats_are_one_line() -> None:
    entries = told(case(), [tried("approve", "already-decided")] * 19)
    assert [words.what(each) for each in entries] == ["重复点击 19 次，未重复执行（同意）"]


def test_each_other_attempt_says_what_was_tried_and_why_not() -> None:
    entries = told(case(), [tried("reject", "missing"), tried("undo", "not-now"), tried("undo", "not-now")])
    assert [words.what(each) for each in entries] == [
        "被拒绝的操作：驳回（缺少必填内容）",
        "被拒绝的操作：撤销 2 次（此时不能办）",
    ]


def test_what_was_missing_and_which_state_was_in_the_way_are_said_each_on_its_own() -> None:
    entries = told(
        case(),
        [
            tried("confirm", "missing", what="approver"),
            tried("confirm", "missing", what="reason"),
            tried("text", "not-now", state="awaiting_evidence"),
            tried("text", "not-now", state="awaiting_evidence"),
            tried("text", "not-now", state="something-new"),
        ],
    )
    assert [words.what(each) for each in entries] == [
        "被拒绝的操作：确认取消（没有可用的审批人）",
        "被拒绝的操作：确认取消（没有选取消原因）",
        "被拒绝的操作：打字 2 次（申请还没有证明）",
        "被拒绝的操作：打字（此时不能办）",
    ]


def test_two_peoples_attempts_are_two_lines() -> None:
    assert len(told(case(), [tried("approve", "not-yours"), tried("approve", "not-yours", person="u_2")])) == 2


def test_attempts_on_the_booking_belong_to_no_request_but_to_the_bookings_own_case() -> None:
    other = tried("confirm", "missing", subject="Y20261124-481")
    assert told(case(), [other]) == []
    assert len(told(case(request=None), [other])) == 1


@pytest.mark.parametrize("action", ["request.filed", "approval.approved"])
def test_what_was_done_is_never_gathered(action: str) -> None:
    done = replace(tried("approve", ""), action=action, ok=True)
    assert told(case(), [done, done]) == [done, done]
