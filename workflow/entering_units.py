"""单位: who installs enters the tree of units; one that is in use is not changed this way."""

import re
from dataclasses import dataclass

from models import Booking, Employee, Organisation, Preset
from workflow import administering
from workflow.acting import Act
from workflow.errors import Invalid, NotAllowed, NotFound, NotNow

PATH = re.compile(r"[a-z0-9][a-z0-9-]{0,29}(/[a-z0-9][a-z0-9-]{0,29}){0,3}")
LONGEST_NAME = 40


@dataclass(frozen=True)
class UnitView:
    """One unit as a list shows it; `preset` is empty where none was chosen, which counts as strict."""

    path: str
    name: str
    preset: str
    employees: int


async def enter(act: Act, path: str, name: str, preset: Preset) -> Organisation:
    """Enter a unit below one that is there, choose rules where none were chosen, or correct what nobody uses yet.

    Rules decide who has to agree to what, so a unit in use keeps those that were chosen: refused as NotNow.
    """
    if act.employee is not None:
        raise NotAllowed("desk-only")
    if not PATH.fullmatch(path) or not 0 < len(name) <= LONGEST_NAME:
        raise Invalid("unit-words")
    above = path.rpartition("/")[0]
    if above and not await Organisation.filter(path=above).exists():
        raise NotFound
    if not above and not await Organisation.filter(path=path).exists() and await Organisation.exists():
        raise NotNow("another-top")
    known = await Organisation.get_or_none(path=path)
    if known is not None and await _is_used(known):
        raise NotNow("in-use")
    return await administering.add_organisation(act, path, name, preset)


async def _is_used(unit: Organisation) -> bool:
    if await Booking.filter(organisation=unit).exists():
        return True
    if unit.preset is None:  # as `setup` leaves the topmost one
        return False
    below = await Organisation.filter(path__startswith=f"{unit.path}/").exists()
    return below or await Employee.filter(organisation=unit).exists()


async def listed() -> list[UnitView]:
    """Return every unit in the order of the tree."""
    return [
        UnitView(
            unit.path, unit.name, str(unit.preset or ""), await Employee.filter(organisation=unit, active=True).count()
        )
        for unit in await Organisation.all().order_by("path")
    ]
