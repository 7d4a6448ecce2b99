"""The only way to fetch a booking or a request on someone's behalf. Deny by default (S79, S80, I12)."""

from collections.abc import Iterable
from datetime import datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import Booking, CancellationRequest, Card, Employee, ErasureRequest, Grant, Organisation, Role, RulesVersion
from workflow.acting import Act
from workflow.errors import NotAllowed, NotFound
from workflow.permissions import (
    AUDIT_READ,
    CANCEL,
    ERASE_APPROVE,
    ERASE_PROPOSE,
    EXPORT_APPROVE,
    GRANT_READ,
    PERMISSIONS,
    READ,
    RETENTION_READ,
    RULES_READ,
)

__all__ = ["CANCEL", "PERMISSIONS", "READ", "covers"]


def covers(granted: str, path: str) -> bool:
    """Tell whether a grant on one unit reaches another: itself and everything below it."""
    return path == granted or path.startswith(granted + "/")


def current(now: datetime) -> QuerySet[Grant]:
    """Return the query of the grants that hold now: those that have ended are none, recorded or not."""
    return Grant.filter(Q(ends_at=None) | Q(ends_at__gt=now))


async def grants_of(employee: Employee, now: datetime) -> list[tuple[Role, str]]:
    """Return the employee's roles with the unit each is held in; none for somebody who left."""
    if not employee.active:
        return []
    return [
        (each.role, each.organisation.path)
        for each in await current(now).filter(employee=employee).prefetch_related("organisation")
    ]


async def scopes(employee: Employee, permission: str, now: datetime) -> list[str]:
    """Return the units in which the employee holds this permission."""
    return [path for role, path in await grants_of(employee, now) if permission in PERMISSIONS[role]]


async def may(employee: Employee, permission: str, organisation: Organisation, now: datetime) -> bool:
    """Tell whether the employee may do this in this unit."""
    return any(covers(path, organisation.path) for path in await scopes(employee, permission, now))


async def may_any(employee: Employee, permissions: Iterable[str], organisation: Organisation, now: datetime) -> bool:
    """Tell whether the employee may do one of these in this unit."""
    return any([await may(employee, each, organisation, now) for each in permissions])


async def holds(employee: Employee, role: Role, organisation: Organisation, now: datetime) -> bool:
    """Tell whether the employee holds this role in this unit now."""
    return any(held == role and covers(path, organisation.path) for held, path in await grants_of(employee, now))


async def holders(role: Role, organisation: Organisation, now: datetime) -> list[Employee]:
    """Return who holds a role in a unit; when nobody does, who holds it in the nearest unit above."""
    return next((each for each in await holders_upwards(role, organisation, now) if each), [])


async def holders_upwards(role: Role, organisation: Organisation, now: datetime) -> list[list[Employee]]:
    """Return who holds a role in a unit, in the unit above it, and so on; each group in the order of staff keys."""
    paths = upwards(organisation.path)
    grants = (
        await current(now)
        .filter(role=role, organisation__path__in=paths, employee__active=True)
        .prefetch_related("employee", "organisation")
    )
    return [
        sorted((each.employee for each in grants if each.organisation.path == path), key=lambda e: e.key)
        for path in paths
    ]


def upwards(path: str) -> list[str]:
    """Return the path of a unit and of every unit above it, the nearest first."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]


def within(paths: Iterable[str], prefix: str = "organisation__") -> Q:
    """Return the condition that a row belongs to one of these units or below."""
    condition = Q(pk__isnull=True)  # no unit: nothing
    for path in paths:
        condition |= Q(**{f"{prefix}path": path}) | Q(**{f"{prefix}path__startswith": path + "/"})
    return condition


async def require_employee(act: Act) -> Employee:
    """Return the acting employee, or refuse somebody who is none."""
    if act.employee is None:
        raise NotAllowed("no-role")
    return act.employee


async def require(act: Act, permission: str, organisation: Organisation) -> Employee:
    """Return the acting employee if they may do this in this unit, or refuse."""
    employee = await require_employee(act)
    if not await may(employee, permission, organisation, act.now):
        raise NotAllowed(permission=permission)
    return employee


async def unit_named(act: Act, permission: str, name: str) -> Organisation:
    """Fetch the unit of this path or name in which the acting person may do this, or whatever the operator names.

    Who may do it nowhere hears that, whatever they named; else a foreign unit is as absent as none (I12).
    """
    inside = Organisation.all()
    if act.employee is not None:
        if not (there := await scopes(act.employee, permission, act.now)):
            raise NotAllowed(permission=permission)
        inside = inside.filter(within(there, ""))
    found = await inside.filter(path=name) or await inside.filter(name=name)
    if len(found) != 1:
        raise NotFound(what="organisation")
    return found[0]


async def require_desk(act: Act, permission: str, organisation: Organisation) -> None:
    """Let the desk (command line, import, settings) enter things; an employee needs the permission for it."""
    if act.employee is not None:
        await require(act, permission, organisation)


def require_no_colleague(act: Act) -> None:
    """Refuse an employee where only a candidate's own word counts."""
    if act.employee is not None:
        raise NotAllowed("candidates-own")


async def booking_for(act: Act, booking_id: object, permission: str = READ) -> Booking:
    """Fetch a booking that the acting employee may see; a foreign one is as absent as none."""
    employee = await require_employee(act)
    booking = await Booking.get_or_none(id=booking_id).prefetch_related(
        "organisation", "candidate", "position", "interviewer"
    )
    if booking is None or not await may(employee, READ, booking.organisation, act.now):
        raise NotFound(what="booking")
    await require(act, permission, booking.organisation)
    return booking


async def request_for(act: Act, request_id: object) -> CancellationRequest:
    """Fetch a request that the acting employee may see: by right of a role, or because they were asked about it.

    That is its requester, an approver, and who was handed a card of it in an approver's place.
    """
    employee = await require_employee(act)
    request = await CancellationRequest.get_or_none(id=request_id).prefetch_related(*REQUEST_RELATIONS)
    if request is None:
        raise NotFound(what="request")
    involved = employee.id in {request.requester_id, *(step.approver_id for step in request.steps)}
    involved = involved or await Card.filter(request=request, holder=employee).exists()
    if not involved and not await may(employee, READ, request.organisation, act.now):
        raise NotFound(what="request")
    return request


async def sees_card(act: Act, card: Card) -> bool:
    """Tell whether the acting employee may know of a card: their own, or one about what they may read.

    Anybody else's handle must be answered like one that was never made (T7).
    """
    employee = await require_employee(act)
    if card.holder_id == employee.id:
        return True
    if card.purge_id is not None:
        await card.fetch_related("purge__organisation")
        assert card.purge is not None
        return await may_any(employee, RETENTION_READ, card.purge.organisation, act.now)
    if card.erasure_id is not None:
        erasure = await ErasureRequest.get(id=card.erasure_id).prefetch_related("organisation")
        return await may_see_erasure(employee, erasure, act.now)
    if card.rules_id is not None:
        version = await RulesVersion.get(id=card.rules_id).prefetch_related("organisation")
        return await may_any(employee, RULES_READ, version.organisation, act.now)
    await card.fetch_related("booking__organisation", "change__organisation", "export__organisation")
    matter = card.change or card.export or card.booking
    permission = GRANT_READ if card.change else EXPORT_APPROVE if card.export else READ
    return matter is not None and await may(employee, permission, matter.organisation, act.now)


async def may_see_erasure(employee: Employee, erasure: ErasureRequest, now: datetime) -> bool:
    """Tell whether somebody may know of an erasure: who may propose or decide one in its unit, or audits it."""
    wanted = (ERASE_PROPOSE, ERASE_APPROVE, AUDIT_READ)
    return any([await may(employee, each, erasure.organisation, now) for each in wanted])


REQUEST_RELATIONS = (
    "organisation",
    "requester",
    "candidate",
    "steps__approver",
    "steps__decided_by",
    "evidence",
    "booking__candidate",
    "booking__position",
    "booking__interviewer",
    "booking__organisation",
)
