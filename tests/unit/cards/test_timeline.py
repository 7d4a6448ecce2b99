"""The words of a timeline: who, through which door, what and how it ended, whatever the record is."""

from datetime import UTC, datetime

import pytest

from cards import timeline as words
from workflow.timeline import Entry

NOW = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)


def entry(**given: object) -> Entry:
    values: dict[str, object] = {
        "log": "shouyue/huachen/net",
        "seq": 7,
        "at": datetime(2026, 11, 24, 1, 30, 5, tzinfo=UTC),
        "person": "u_0123456789abcdef",
        "by": "employee",
        "who": "陈敏",
        "via": "dingtalk",
        "action": "approval.approved",
        "subject": "Q20261124-001",
        "ok": True,
        "why": "",
        "data": {"role": "department_head", "level": 1, "still_needed": "yes"},
    }
    return Entry(**{**values, **given})  # type: ignore[arg-type]


def test_a_decision_names_person_role_and_remark() -> None:
    found = entry(remark="情况属实")
    assert (words.who(found), words.role(found), words.door(found)) == ("陈敏", "用人部门", "钉钉")
    assert words.what(found) == "同意：仍需招聘，附言「情况属实」"
    assert words.line(found, NOW) == "11-24 09:30:05 陈敏 同意：仍需招聘，附言「情况属实」 · 钉钉 · 完成"


def test_a_line_of_another_year_says_which() -> None:
    later = NOW.replace(year=2029)
    assert words.line(entry(), later).startswith("2026-11-24 09:30:05 陈敏")


def test_a_line_says_the_door_and_how_it_ended() -> None:
    assert words.line(entry(via="wecom", ok=False, why="not-yours"), NOW).endswith(" · 企业微信 · 未完成（不是其经办）")
    refused = entry(action="attempt.refused", ok=False, why="not-yours", data={"action": "approve"})
    assert words.line(refused, NOW).endswith("被拒绝的操作：同意（不是其经办） · 钉钉 · 未完成")


def test_a_long_remark_is_cut_in_a_chat_and_whole_where_it_is_asked_for_whole() -> None:
    remark = "情况属实" * 76
    found = entry(remark=remark)
    assert remark not in words.line(found, NOW)
    assert remark in words.what(found, 5000)


@pytest.mark.parametrize(
    ("by", "via", "name"),
    [
        ("candidate", "kf", "候选人"),
        ("system", "clock", "系统"),
        ("system", "cli", "操作员"),
        ("employee", "cli", "操作员（按 陈敏 的权限）"),
    ],
)
def test_what_the_clock_and_the_operator_do_is_never_a_persons(by: str, via: str, name: str) -> None:
    auth = "operator" if via == "cli" else "stream-envelope"
    assert words.who(entry(by=by, via=via, auth=auth, who="陈敏" if by == "employee" else "")) == name


def test_a_grant_is_not_a_decision_in_the_granted_role() -> None:
    assert words.role(entry(action="grant.given", data={"role": "hr"})) == ""


def test_what_was_not_done_says_in_chinese_what_was_in_the_way() -> None:
    assert words.outcome(entry(ok=False, why="not-yours")) == "未完成（不是其经办）"
    assert words.outcome(entry(ok=False, why="missing")) == "未完成（缺少必填内容）"
    assert words.outcome(entry(ok=False, why="live,held")) == "未完成（还有没结束的面试、有留存冻结）"
    assert words.outcome(entry(ok=False, why="43004")) == "未完成（平台答复 43004）"
    assert words.outcome(entry()) == "完成"


def test_an_export_says_as_what_and_its_file_says_its_digest() -> None:
    assert words.what(entry(action="case.exported", data={"format": "pack"})) == "导出：证据包"
    assert words.what(entry(action="case.written", data={"sha256": "ab"})) == "导出文件写成：SHA-256 ab"


def test_a_record_of_a_type_nobody_named_is_shown_by_its_code() -> None:
    assert words.what(entry(action="thing.done", data={})) == "thing.done"
