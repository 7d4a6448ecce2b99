"""The members of the corp that the app can see, by userid, department or mobile number."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sandbox.people import ORGANISATIONS, PEOPLE, Organisation, Person
from sandbox.wecom.errors import WecomError


@dataclass(frozen=True)
class Receivers:
    """Whom a message reaches, and what in its address does not exist; userids come back in lower case."""

    people: tuple[str, ...]
    invalid_users: tuple[str, ...] = ()
    invalid_parties: tuple[str, ...] = ()
    invalid_tags: tuple[str, ...] = ()


MEMBERS = {person.id.lower(): person for person in PEOPLE if "wecom" in person.apps}


def member(userid: object) -> Person | None:
    """Find a member; userids do not mind upper or lower case."""
    return MEMBERS.get(str(userid).lower())


def receivers(users: Iterable[str], parties: Iterable[str], tags: Iterable[str]) -> Receivers:
    """Resolve an address; the corp has departments and no tags."""
    named, departed, tagged = list(users), list(parties), tuple(tags)
    if "@all" in named:
        return Receivers(tuple(person.id for person in MEMBERS.values()))
    known = [person for person in map(member, named) if person]
    departments = {str(unit.department_id): unit for unit in ORGANISATIONS}
    inside = [person for number in departed if number in departments for person in _members_of(departments[number])]
    return Receivers(
        tuple(dict.fromkeys(person.id for person in known + inside)),
        tuple(name.lower() for name in named if member(name) is None),
        tuple(number for number in departed if number not in departments),
        tagged,
    )


def members_of(number: str, left: Collection[str]) -> list[dict[str, object]]:
    """Answer user/list: who is in this very department."""
    unit = next((each for each in ORGANISATIONS if str(each.department_id) == number), None)
    if unit is None:
        raise WecomError(60123)
    there = [each for each in MEMBERS.values() if each.organisation == unit.id and each.id not in left]
    return [profile(each.id, left) for each in there]


def profile(userid: object, left: Collection[str] = ()) -> dict[str, object]:
    """Answer user/get: for an app made after June 2022 without mobile, mail or picture (O:90196)."""
    person = member(userid)
    if person is None or person.id in left:
        raise WecomError(60111)
    unit = next(unit for unit in ORGANISATIONS if unit.id == person.organisation)
    leads = person.role in ("leader", "department_head")
    return {
        "userid": person.id,
        "name": person.name,
        "department": [unit.department_id],
        "main_department": unit.department_id,
        "position": person.title,
        "status": 1,
        "is_leader_in_dept": [int(leads)],
        "direct_leader": [],
        "extattr": {"attrs": [_staff_number(person)]},
    }


def _staff_number(person: Person) -> dict[str, object]:
    number = f"HC{PEOPLE.index(person) + 1:04d}"
    return {"type": 0, "name": "工号", "text": {"value": number}, "value": number}


def userid_of_mobile(mobile: object) -> str:
    """Answer user/getuserid."""
    for person in MEMBERS.values():
        if person.phone == str(mobile):
            return person.id
    raise WecomError(46004)


def departments(root: str) -> list[dict[str, object]]:
    """Answer department/list: the department asked for and everything below it."""
    if root and root not in {str(unit.department_id) for unit in ORGANISATIONS}:
        raise WecomError(60123)
    return [_department(unit, n) for n, unit in enumerate(ORGANISATIONS) if not root or _is_under(unit, root)]


def _department(unit: Organisation, order: int) -> dict[str, object]:
    leaders = [person.id for person in MEMBERS.values() if person.organisation == unit.id and person.role == "leader"]
    above = ORGANISATIONS[0].department_id if "/" in unit.id else 0
    named: dict[str, object] = {"id": unit.department_id, "name": unit.name, "name_en": unit.id}
    return named | {"department_leader": leaders, "parentid": above, "order": order}


def _is_under(unit: Organisation, root: str) -> bool:
    return str(unit.department_id) == root or root == str(ORGANISATIONS[0].department_id)


def _members_of(unit: Organisation) -> list[Person]:
    return [person for person in MEMBERS.values() if f"{person.organisation}/".startswith(f"{unit.id}/")]
