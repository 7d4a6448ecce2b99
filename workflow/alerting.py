"""Telling everybody who holds one of some roles, wherever in the tree, of what concerns the installation."""

from collections.abc import Callable, Collection

from models import Role
from workflow import access, outbox
from workflow.acting import Act


async def tell_holders(
    act: Act, roles: Collection[Role], text: str, concerns: Callable[[str], bool] = lambda path: True
) -> None:
    """Tell whoever holds one of these roles in a unit whose path it `concerns`; once each."""
    grants = access.current(act.now).filter(role__in=list(roles), employee__active=True)
    people = {
        each.employee.id: each.employee
        for each in await grants.order_by("employee_id").prefetch_related("employee", "organisation")
        if concerns(each.organisation.path)
    }
    for employee in people.values():
        await outbox.tell(act, employee, text)
