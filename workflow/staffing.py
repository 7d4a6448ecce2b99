"""Who is asked at each level: by role of the unit or by name, never the requester, one person one level (S38, S40)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models import Employee, Organisation, Role
from workflow import access
from workflow.errors import Missing
from workflow.permissions import DECIDE, PERMISSIONS
from workflow.plans import PERSON, Otherwise, Signing, StepPlan


@dataclass(frozen=True)
class Asked:
    """One person at one level, as the holder of which role; `turn` counts where they answer one after the other."""

    employee: Employee
    role: Role
    turn: int = 0


async def staffed(
    plans: Iterable[StepPlan], organisation: Organisation, now: datetime, requester_id: object = None
) -> list[list[Asked]]:
    """Return who would be asked at each level; asked before anything is filed, so that nobody waits in vain.

    A level that nobody can answer is refused, or skipped where its rules say so: such a level is empty (S40).
    """
    taken, found = {requester_id}, []
    for plan in plans:
        people = await _asked(plan, organisation, now, {requester_id} if plan.repeats else taken)
        if not people:
            people = await _instead(plan, organisation, now, requester_id)
        else:
            taken |= {each.employee.id for each in people}
        found.append(people)
    return found


async def _asked(plan: StepPlan, organisation: Organisation, now: datetime, taken: set[object]) -> list[Asked]:
    found: dict[object, Asked] = {}
    for who in plan.who:
        for person, role in await _named(who, plan, organisation, now, taken):
            found.setdefault(person.id, Asked(person, role, len(found)))
    people = list(found.values())
    if people and plan.sign == Signing.VOTES and len(people) < plan.votes:
        raise Missing(what="votes", step=plan.name, have=len(people), need=plan.votes)
    return people[:1] if plan.sign == Signing.ONE else people


async def _named(
    who: str, plan: StepPlan, organisation: Organisation, now: datetime, taken: set[object]
) -> list[tuple[Employee, Role]]:
    kind, _, name = who.partition(":")
    if kind == PERSON:
        person = await Employee.get_or_none(key=name, active=True)
        free = person is not None and person.id not in taken
        return [(person, await _role_of(person, organisation, now))] if person is not None and free else []
    groups = await access.holders_upwards(Role(name), organisation, now)
    if plan.otherwise != Otherwise.PARENT:
        groups = groups[:1]
    people = [[each for each in group if each.id not in taken] for group in groups]
    return [(each, Role(name)) for each in next((group for group in people if group), [])]


async def _role_of(person: Employee, organisation: Organisation, now: datetime) -> Role:
    """Return as what somebody named by the rules stands in the records: by a role that decides, if they hold one."""
    roles = [role for role, path in await access.grants_of(person, now) if access.covers(path, organisation.path)]
    return next((each for each in roles if DECIDE in PERMISSIONS[each]), Role.LEADER)


async def _instead(plan: StepPlan, organisation: Organisation, now: datetime, requester_id: object) -> list[Asked]:
    """Return whom to ask for a level that nobody can answer; nobody where the rules skip it.

    An administrator decides nothing: they may be asked at several levels, and name one person at each. Where 票签 wants
    more than one, that can never be enough.
    """
    if plan.otherwise == Otherwise.SKIP:
        return []
    if plan.otherwise == Otherwise.ADMINISTRATOR:
        if plan.votes > 1:
            raise Missing(what="votes-named", step=plan.name, need=plan.votes)
        people = await access.holders(Role.SYSTEM_ADMIN, organisation, now)
        if found := next((each for each in people if each.id != requester_id), None):
            return [Asked(found, Role.SYSTEM_ADMIN)]
    roles = plan.roles
    raise Missing(what="approver", role=str(roles[0]) if roles else "", step=plan.name)
