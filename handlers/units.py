"""Which unit an example names: the reader's own, so that what is shown can be typed as it stands."""

from datetime import datetime

from models import Employee, Organisation
from workflow import access
from workflow.showing import plain

NONE = "单位"  # where somebody has a role in none


async def example(employee: Employee, now: datetime) -> str:
    """Return the name of a unit in this person's reach, the lowest there is: of a group, one of its companies."""
    paths = [path for _, path in await access.grants_of(employee, now)]
    found = await Organisation.filter(access.within(paths, "")).order_by("-path").first() if paths else None
    return plain(found.name) if found else NONE
