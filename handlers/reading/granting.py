"""授权 王芳 HR 华辰互联 至 2027-03-31: the parts of an authorisation, in any order, as far as they were said."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.reading.dates import DateError, When, read_when
from handlers.reading.text import as_written, plain

ROLE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "hr": ("hr", "招聘专员", "招聘hr", "人事", "招聘"),
    "department_head": ("用人部门负责人", "用人部门", "部门负责人", "用人经理"),
    "leader": ("分管领导", "主管领导", "领导"),
    "interviewer": ("面试官",),
    "auditor": ("审计员", "集团审计", "审计"),
    "system_admin": ("系统管理员",),
    "security_admin": ("安全管理员", "安全员"),
}
"""What people call a role; the code is the one that is stored."""

_VERB: Final = re.compile(
    r"^.{0,12}?(?:收回授权|撤销授权|取消授权|回收授权|收回权限|授权给|授权|授予|查看权限|我的权限|查权限|权限)"
)
_REASON: Final = re.compile(r"\s*(?:原因|理由|因为)\s?[=:]?\s?(?P<value>\S.*)$")
_UNTIL: Final = re.compile(r"(?:有效期)?(?:截止到?|截至|到期日?|至|到|有效期)[:=]?\s?(?P<when>[0-9].*)$")
_ROLE: Final = "|".join(
    sorted((re.escape(word) for words in ROLE_WORDS.values() for word in words), key=len, reverse=True)
)
_GLUED: Final = re.compile(rf"^(?P<who>[^\s]{{2,20}}?)(?:的|为|当|做)?(?P<role>{_ROLE})(?P<unit>[^\s]*)$")
_LONGEST_REASON: Final = 80


@dataclass(frozen=True, slots=True)
class GrantWords:
    """What was said: a role's code, the words left for person and unit, the end; `problem` is what has to be asked."""

    role: str = ""
    words: tuple[str, ...] = ()
    until: datetime | None = None
    reason: str = ""
    problem: str = ""


def read_grant(text: str, now: datetime) -> GrantWords:
    """Read the parts of 授权 and 收回授权; nothing is guessed, what is missing stays empty."""
    said, written = plain(text), as_written(text)
    start = match.end() if (match := _VERB.match(said)) else 0
    said, written = said[start:], written[start:]
    reason = ""
    if match := _REASON.search(said):
        reason = written[match.start("value") :].strip()[:_LONGEST_REASON]
        said, written = said[: match.start()], written[: match.start()]
    until, problem, length = take_until(said, now)
    said, written = said[:length], written[:length]
    role, words = _role_and_words(said, written)
    return GrantWords(role, words, until, reason, problem)


def take_until(said: str, now: datetime) -> tuple[datetime | None, str, int]:
    """Read 至 2027-03-31 off the end of a plain text: the end, what has to be asked, and where it stands."""
    if match := _UNTIL.search(said):
        return *_end(match["when"], now), match.start()
    return None, "", len(said)


def _end(said: str, now: datetime) -> tuple[datetime | None, str]:
    """Return the first moment after the last day that was named."""
    found = read_when(said, now)
    if not isinstance(found, When):
        message = found.message if isinstance(found, DateError) else f"没看懂「{said[:20]}」"
        return None, f"{message}，截止日期请写成「至 2027-03-31」。"
    if found.end <= now:
        return None, f"「{found.phrase}」已经过去，截止日期要在今天以后。"
    return found.end, ""


def _role_and_words(said: str, written: str) -> tuple[str, tuple[str, ...]]:
    """Tell the role from the other words, also where all is written together: 李雷HR华辰互联."""
    role, words = "", []
    for match in re.finditer(r"[^\s,;]+", said):
        code = role_of(match[0])
        glued = _GLUED.match(match[0]) if not code and not role else None
        if code and not role:
            role = code
        elif glued:
            role = role_of(glued["role"])
            words += [written[match.start() :][slice(*glued.span(part))] for part in ("who", "unit") if glued[part]]
        else:
            words.append(written[slice(*match.span())])
    return role, tuple(word for word in words if word not in ("给", "为", "的"))


def role_of(word: str) -> str:
    """Return the code of the role that a whole word names, or nothing."""
    return next((code for code, words in ROLE_WORDS.items() if word in words), "")


def named_after_verb(text: str) -> str:
    """Return the name that stands behind 权限; 我 and nothing are oneself."""
    said, written = plain(text), as_written(text)
    match = _VERB.match(said)
    name = written[match.end() :].strip(" ：:。！？的") if match else ""
    return "" if name in ("我", "我的", "自己", "我自己", "本人") else name
