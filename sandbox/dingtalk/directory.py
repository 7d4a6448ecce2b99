"""The organisation's address book: who is a member, under which department, and who leads them (old API)."""

import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.dingtalk.errors import OldApiError
from sandbox.people import ORGANISATIONS, PEOPLE, Organisation, Person, people_with, person_with_id, person_with_phone

if TYPE_CHECKING:
    from sandbox.dingtalk.door import Body
    from sandbox.dingtalk.hub import Hub

CODE_LIFE_S = 300
ROOT_DEPARTMENT = 1
LARGEST_PAGE = 100


class LoginCodes:
    """Codes a page gets inside DingTalk: five minutes, one use."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, tuple[str, float]] = {}

    def issue(self, person: str) -> str:
        """Give the page a code for whoever opened it."""
        code = uuid.uuid4().hex
        self._codes[code] = (person, self._clock.timestamp() + CODE_LIFE_S)
        return code

    def spend(self, code: str) -> str:
        """Tell whose code this is, once."""
        person, expires = self._codes.pop(code, ("", 0.0))
        if self._clock.timestamp() >= expires:
            raise OldApiError(40078, "不存在的临时授权码")
        return person


def member(user_id: object) -> Person | None:
    """Find a member of the organisation on DingTalk by user id; a candidate is none."""
    person = person_with_id(str(user_id))
    return person if person is not None and "dingtalk" in person.apps else None


def union_id(person: str) -> str:
    """Give a member's unionId, which is not their user id."""
    return f"u{person.capitalize()}HuachenSbx9Kd2Lm"[:20] + "iE"


def member_with_union_id(identifier: object) -> Person | None:
    """Find a member by unionId."""
    return next((person for person in people_with("dingtalk") if union_id(person.id) == identifier), None)


def department_manager(organisation: str) -> str | None:
    """Tell who leads a department on DingTalk."""
    heads = (person for person in people_with("dingtalk") if person.role == "department_head")
    return next((person.id for person in heads if person.organisation == organisation), None)


async def user_get(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/v2/user/get."""
    person = member(body.get("userid"))
    if person is None or person.id in hub.world.left:
        raise OldApiError(60121)
    return _ok(_profile(person))


async def user_list(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/v2/user/list: a department's own members, page by page."""
    unit, start = _department(body), int(body.get("cursor", 0))
    size = int(body.get("size", 0))
    if not 1 <= size <= LARGEST_PAGE:
        raise OldApiError(400002)
    there = [each for each in people_with("dingtalk") if _works_in(hub, each, unit)]
    page = there[start : start + size]
    more = len(there) > start + size
    found = {"has_more": more, "list": [_profile(each) | {"leader": _leads(each)} for each in page]}
    return _ok(found | ({"next_cursor": start + size} if more else {}))


def _works_in(hub: "Hub", person: Person, unit: Organisation) -> bool:
    return person.organisation == unit.id and person.id not in hub.world.left


def _leads(person: Person) -> bool:
    return department_manager(person.organisation) == person.id


async def user_by_mobile(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/v2/user/getbymobile."""
    person = person_with_phone(str(body.get("mobile", "")))
    if person is None or member(person.id) is None:
        raise OldApiError(60121)
    return _ok({"userid": person.id})


async def user_by_union_id(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/user/getbyunionid."""
    person = member_with_union_id(body.get("unionid"))
    if person is None:
        raise OldApiError(60121)
    return _ok({"contact_type": 0, "userid": person.id})


async def user_info(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/v2/user/getuserinfo: whose page is this."""
    person = member(hub.codes.spend(str(body.get("code", ""))))
    if person is None:
        raise OldApiError(60121)
    level = 1 if person.role == "administrator" else 0
    return _ok({"userid": person.id, "unionid": union_id(person.id), "name": person.name, "sys": level == 1,
                "sys_level": level, "device_id": "sandbox", "associated_unionid": ""})  # fmt: skip


async def user_ids(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/user/listid."""
    unit = _department(body)
    return _ok({"userid_list": [person.id for person in people_with("dingtalk") if person.organisation == unit.id]})


async def department_get(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/v2/department/get."""
    unit = _department(body)
    manager = department_manager(unit.id)
    return _ok(_unit(unit) | {"dept_manager_userid_list": [manager] if manager else []})


async def department_children(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/v2/department/listsub."""
    return _ok([_unit(unit) for unit in _children(body)])


async def department_child_ids(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/v2/department/listsubid."""
    return _ok({"dept_id_list": [unit.department_id for unit in _children(body)]})


async def department_parents(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/v2/department/listparentbydept."""
    return _ok({"parent_id_list": _line(_department(body))})


async def user_departments(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve /topapi/v2/department/listparentbyuser."""
    person = member(body.get("userid"))
    if person is None:
        raise OldApiError(60121)
    return _ok({"parent_list": [{"parent_dept_id_list": _line(_unit_of(person))}]})


def _profile(person: Person) -> dict[str, Any]:
    unit = _unit_of(person)
    manager = department_manager(person.organisation)
    profile = {
        "userid": person.id,
        "unionid": union_id(person.id),
        "name": person.name,
        "avatar": "",
        "title": person.title,
        "job_number": f"HC{PEOPLE.index(person) + 1:04d}",
        "mobile": person.phone,
        "email": person.email,
        "dept_id_list": [unit.department_id],
        "leader_in_dept": [{"dept_id": unit.department_id, "leader": manager == person.id}],
        "role_list": [],
        "admin": person.role == "administrator",
        "boss": False,
        "active": True,
    }
    return profile | {"manager_userid": manager} if manager and manager != person.id else profile


def _unit(unit: Organisation) -> dict[str, Any]:
    about: dict[str, Any] = {"dept_id": unit.department_id, "name": unit.name}
    return about if unit.department_id == ROOT_DEPARTMENT else about | {"parent_id": ROOT_DEPARTMENT}


def _unit_of(person: Person) -> Organisation:
    return next(unit for unit in ORGANISATIONS if unit.id == person.organisation)


def _line(unit: Organisation) -> list[int]:
    return list(dict.fromkeys((unit.department_id, ROOT_DEPARTMENT)))


def _department(body: "Body") -> Organisation:
    wanted = str(body.get("dept_id", ROOT_DEPARTMENT))
    for unit in ORGANISATIONS:
        if str(unit.department_id) == wanted:
            return unit
    raise OldApiError(60003)


def _children(body: "Body") -> tuple[Organisation, ...]:
    is_root = _department(body).department_id == ROOT_DEPARTMENT
    return tuple(unit for unit in ORGANISATIONS if is_root and unit.department_id != ROOT_DEPARTMENT)


def _ok(result: Any) -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", "result": result, "request_id": uuid.uuid4().hex[:12]}
