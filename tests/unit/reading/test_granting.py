"""授权 and 收回授权 are read whatever the order, spacing and role word; what is missing stays empty."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handlers.reading.grammar import read_command
from handlers.reading.granting import ROLE_WORDS, GrantWords, named_after_verb, read_grant
from handlers.reading.verbs import Verb
from models import Role

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=SHANGHAI)
APRIL = datetime(2027, 4, 1, tzinfo=SHANGHAI)


def test_every_role_has_its_words() -> None:
    assert set(ROLE_WORDS) == {str(role) for role in Role}
    words = [word for group in ROLE_WORDS.values() for word in group]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("text", "role", "words", "until", "reason"),
    [
        ("授权 王芳 HR 华辰互联", "hr", ("王芳", "华辰互联"), None, ""),
        ("授权　王芳　ＨＲ　华辰互联", "hr", ("王芳", "华辰互联"), None, ""),
        ("授权 王芳 HR 华辰互联 至 2027-03-31", "hr", ("王芳", "华辰互联"), APRIL, ""),
        ("授权 王芳 HR 华辰互联 至2027年3月31日", "hr", ("王芳", "华辰互联"), APRIL, ""),
        ("授权 王芳 HR 华辰互联 到 2027-03-31 原因 顶替产假", "hr", ("王芳", "华辰互联"), APRIL, "顶替产假"),
        ("授权 HR 王芳 华辰互联", "hr", ("王芳", "华辰互联"), None, ""),
        ("授权 华辰互联 王芳 招聘专员", "hr", ("华辰互联", "王芳"), None, ""),
        ("授权王芳HR华辰互联", "hr", ("王芳", "华辰互联"), None, ""),
        ("授权给 王芳 分管领导 huachen/net", "leader", ("王芳", "huachen/net"), None, ""),
        ("授权 王芳 用人部门负责人 华辰重工", "department_head", ("王芳", "华辰重工"), None, ""),
        ("请授权 王芳 审计 华辰集团", "auditor", ("王芳", "华辰集团"), None, ""),
        ("授权 王芳 安全管理员 华辰集团", "security_admin", ("王芳", "华辰集团"), None, ""),
        ("收回授权 王芳 HR 华辰互联", "hr", ("王芳", "华辰互联"), None, ""),
        ("取消授权 王芳 HR 华辰互联 原因 调岗", "hr", ("王芳", "华辰互联"), None, "调岗"),
        ("授权 王芳 店长 华辰互联", "", ("王芳", "店长", "华辰互联"), None, ""),
        ("授权 王芳", "", ("王芳",), None, ""),
        ("授权", "", (), None, ""),
    ],
)
def test_the_parts_are_told_apart(
    text: str, role: str, words: tuple[str, ...], until: datetime | None, reason: str
) -> None:
    assert read_grant(text, NOW) == GrantWords(role, words, until, reason)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("授权 王芳 HR 华辰互联 至 2026-11-01", "已经过去"),
        ("授权 王芳 HR 华辰互联 至 2027-02-30", "2027-03-31"),
    ],
)
def test_an_end_that_cannot_be_is_asked_and_never_dropped(text: str, asks: str) -> None:
    said = read_grant(text, NOW)
    assert asks in said.problem
    assert said.until is None


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("权限 我", Verb.PERMISSIONS),
        ("权限", Verb.PERMISSIONS),
        ("我的权限", Verb.PERMISSIONS),
        ("权限 王芳", Verb.PERMISSIONS),
        ("授权 王芳 HR 华辰互联", Verb.GRANT),
        ("收回授权 王芳 HR 华辰互联", Verb.REVOKE),
        ("撤销授权 王芳 HR 华辰互联", Verb.REVOKE),
        ("取消授权 王芳 HR 华辰互联", Verb.REVOKE),
        ("授权书怎么写", None),
        ("取消 张伟 明天", Verb.CANCEL),
    ],
)
def test_the_verbs_of_rights_are_neither_cancelling_nor_undoing(text: str, verb: Verb | None) -> None:
    command = read_command(text, NOW)
    assert (command.verb if command else None) == verb


@pytest.mark.parametrize(
    ("text", "name"),
    [("权限 我", ""), ("权限", ""), ("我的权限", ""), ("权限 王芳", "王芳"), ("查权限 lilei", "lilei")],
)
def test_whose_rights_are_asked_for(text: str, name: str) -> None:
    assert named_after_verb(text) == name
