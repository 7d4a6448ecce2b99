"""The first two administrators: they are entered by who installs, because nobody is there yet who could agree."""

from dataclasses import dataclass

from models import Employee, Organisation, Platform, Role
from workflow import access, administering
from workflow.acting import Act
from workflow.errors import NotAllowed, NotNow
from workflow.permissions import OTHER_KIND


@dataclass(frozen=True)
class Founder:
    """One person as the platform knows them: `key` is their userid."""

    key: str
    name: str


async def found(act: Act, unit: Founder, platform: Platform, people: dict[Role, Founder]) -> list[Employee]:
    """Enter the first system and the first security administrator of a unit (its path and name), two people.

    Refused once there is an administrator: from then on two of them agree (see `workflow.rights`).
    """
    if act.employee is not None:
        raise NotAllowed("desk-only")
    if await access.current(act.now).filter(role__in=list(OTHER_KIND), employee__active=True).exists():
        raise NotNow("founded")
    if len({each.key.casefold() for each in people.values()}) != len(OTHER_KIND):
        raise NotAllowed("separated")
    top = await Organisation.get_or_none(path=unit.key)
    top = top or await administering.add_organisation(act, unit.key, unit.name, None)
    return [
        await administering.add_employee(act, each.key, each.name, top, [role], [platform])
        for role, each in people.items()
    ]
