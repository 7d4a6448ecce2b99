"""Who stands in for somebody, as it was named; `workflow.deputising` names them."""

from datetime import datetime

from models import Employee, Grant
from workflow import access
from workflow.permissions import ADMINISTRATORS


async def on_one_line(one: Employee, other: Employee) -> bool:
    """Tell whether two people belong to one unit, or one of them to a unit above the other's."""
    mine, theirs = (await one.organisation).path, (await other.organisation).path
    return access.covers(mine, theirs) or access.covers(theirs, mine)


async def administers(employee: Employee, now: datetime) -> bool:
    """Tell whether somebody is an administrator or an auditor: they decide no business (GB/T 22239)."""
    held: list[Grant] = await access.current(now).filter(employee=employee, role__in=list(ADMINISTRATORS))
    return bool(held)


async def deputy_of(employee: Employee, now: datetime) -> Employee | None:
    """Return who stands in for somebody now; nobody when the deputy left, administers, or the time is over."""
    if employee.deputy_id is None or (employee.deputy_until is not None and now >= employee.deputy_until):
        return None
    deputy = await Employee.get(id=employee.deputy_id)
    fits = deputy.active and await on_one_line(employee, deputy) and not await administers(deputy, now)
    return deputy if fits else None
