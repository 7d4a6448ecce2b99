"""What the other API calls give and take, as plain records; no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from platforms.dingtalk.frames import items, text
from platforms.errors import Temporary

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True)
class Sent:
    """A batch the platform took: `invalid` and `throttled` users did not get it, although the call succeeded."""

    process_query_key: str
    invalid: tuple[str, ...] = ()
    throttled: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadStatus:
    """What became of a batch: SUCCESS, RECALLED or PROCESSING, and who has read it."""

    status: str
    read: tuple[str, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True)
class User:
    """One member of the organisation; calendars use `union_id`, everything else `user_id`."""

    user_id: str
    union_id: str
    name: str = field(repr=False)
    manager_id: str | None
    department_ids: tuple[int, ...]
    title: str
    mobile: str = field(repr=False)
    email: str = field(repr=False)
    active: bool
    staff_number: str = field(default="", repr=False)
    led_department_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Listed:
    """A member as a department's list shows one; `staff_number` is the 工号, empty where the app may not see it."""

    user_id: str
    name: str = field(repr=False)
    staff_number: str = field(repr=False)
    department_ids: tuple[int, ...]
    leads: bool


@dataclass(frozen=True)
class Page:
    """A page of a department's members; `cursor` is where the next one begins, None after the last."""

    people: tuple[Listed, ...]
    cursor: int | None


@dataclass(frozen=True)
class Department:
    """One department; the root is 1 and has no parent."""

    department_id: int
    name: str
    parent_id: int | None
    manager_ids: tuple[str, ...]


@dataclass(frozen=True)
class Meeting:
    """An event in an organiser's primary calendar; `start` and `end` are aware, attendees are union ids."""

    summary: str = field(repr=False)
    start: datetime
    end: datetime
    description: str = field(default="", repr=False)
    location: str = ""
    attendees: tuple[str, ...] = ()

    def body(self) -> dict[str, object]:
        """Return the event as the calendar takes it, in China's time and without an extra chat message."""
        return {
            "summary": self.summary,
            "description": self.description,
            "start": _moment(self.start),
            "end": _moment(self.end),
            "isAllDay": False,
            "attendees": [{"id": union_id} for union_id in self.attendees],
            "location": {"displayName": self.location},
            "extra": {"noChatNotification": "true"},
        }


def sent(found: Mapping[str, Any]) -> Sent:
    """Read the answer to a batch send."""
    return Sent(
        text(found, "processQueryKey"),
        invalid=texts(found.get("invalidStaffIdList")) + texts(found.get("filteredStaffIdList")),
        throttled=texts(found.get("flowControlledStaffIdList")),
    )


def read_status(found: Mapping[str, Any]) -> ReadStatus:
    """Read a read status; the platform's own sample misspells SUCCESS."""
    people = items(found, "messageReadInfoList")
    status = text(found, "sendStatus")
    return ReadStatus(
        "SUCCESS" if status == "SUCESS" else status,
        read=tuple(text(each, "userId") for each in people if text(each, "readStatus") == "READ"),
        unread=tuple(text(each, "userId") for each in people if text(each, "readStatus") != "READ"),
    )


def user(found: Mapping[str, Any]) -> User:
    """Read a member; scalars may be written as text."""
    led = items(found, "leader_in_dept")
    return User(
        user_id=text(found, "userid"),
        union_id=text(found, "unionid"),
        name=text(found, "name"),
        manager_id=text(found, "manager_userid") or None,
        department_ids=numbers(found.get("dept_id_list")),
        title=text(found, "title"),
        mobile=text(found, "mobile"),
        email=text(found, "email"),
        active=_is_true(found.get("active", True)),
        staff_number=text(found, "job_number"),
        led_department_ids=numbers([each.get("dept_id") for each in led if _is_true(each.get("leader"))]),
    )


def page(found: Mapping[str, Any]) -> Page:
    """Read a page of a department's members; a next page without a cursor is an answer that cannot be believed."""
    people = tuple(
        Listed(
            text(each, "userid"),
            text(each, "name"),
            text(each, "job_number"),
            numbers(each.get("dept_id_list")),
            _is_true(each.get("leader")),
        )
        for each in items(found, "list")
    )
    following = numbers([found.get("next_cursor")])
    if _is_true(found.get("has_more", False)):
        if not following:
            raise Temporary("no-cursor", "there is more, and no cursor")
        return Page(people, following[0])
    return Page(people, None)


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def department(found: Mapping[str, Any]) -> Department:
    """Read a department; scalars may be written as text."""
    own, parent = numbers([found.get("dept_id")]), numbers([found.get("parent_id")])
    return Department(
        department_id=own[0] if own else 0,
        name=text(found, "name"),
        parent_id=parent[0] if parent else None,
        manager_ids=texts(found.get("dept_manager_userid_list")),
    )


def texts(value: object) -> tuple[str, ...]:
    """Return the texts in a list, nothing for anything else."""
    return tuple(str(each) for each in value if each) if isinstance(value, list) else ()


def numbers(value: object) -> tuple[int, ...]:
    """Return the whole numbers in a list, also those written as text."""
    return tuple(int(each) for each in texts(value) if each.isascii() and each.isdigit())


def _moment(at: datetime) -> dict[str, str]:
    if at.tzinfo is None:
        raise ValueError("a calendar moment needs a time zone")
    return {"dateTime": at.astimezone(SHANGHAI).isoformat(timespec="seconds"), "timeZone": "Asia/Shanghai"}
