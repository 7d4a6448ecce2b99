"""审计检索: which cases there were, over all the years that are kept, for those who may read the audit log (S45)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models import Booking, CancellationRequest, Employee, Organisation, Position, RequestStatus, Role, Step
from models.narrowing import only_within
from workflow import access, audit
from workflow.acting import Act
from workflow.errors import NotAllowed
from workflow.masking import tail_of
from workflow.permissions import AUDIT_READ
from workflow.sight import Sight, sights_of

MOST_SHOWN = 20
MOST_NEAR = 5  # units named where none is called as was typed


@dataclass(frozen=True)
class Wanted:
    """What is looked for; every part may be left out. `since` and `until` (aware, half open) are of the request's
    creation; `deciders` are names of people in the chain by role.
    """

    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    status: RequestStatus | None = None
    position: str = ""  # its name, `*` for anything
    unit: str = ""  # its name or path; units below it are meant too
    deciders: tuple[tuple[Role, str], ...] = ()


@dataclass(frozen=True)
class Hit:
    """One case that was found; the candidate is named as the reader may see it."""

    number: str
    candidate: str
    position: str
    unit: str
    starts_at: datetime
    created_at: datetime
    status: RequestStatus
    reason: str


@dataclass(frozen=True)
class Hits:
    """How many cases there are, and the newest of them."""

    count: int
    newest: tuple[Hit, ...]


async def search(act: Act, wanted: Wanted) -> Hits:
    """Return what is found in the units whose audit log the acting person may read; the search is recorded.

    The record holds codes and numbers, names of colleagues as pseudonyms.
    """
    employee, scopes = await _reader(act)
    people = [(role, await _named(role, name)) for role, name in wanted.deciders]
    found = await _query(wanted, await _units(scopes, wanted.unit), people)
    newest = found.order_by("-created_at").limit(MOST_SHOWN)
    async with only_within(scopes):
        count = await found.count()
        rows = await newest.prefetch_related("booking__candidate", "booking__position", "booking__organisation")
    await _note(act, wanted, people, count)
    sights = await sights_of(employee, [each.booking for each in rows], act.now)
    return Hits(count, tuple(_hit(each, sights[each.booking.id]) for each in rows))


async def _reader(act: Act) -> tuple[Employee, list[str]]:
    employee = await access.require_employee(act)
    scopes = await access.scopes(employee, AUDIT_READ, act.now)
    if not scopes:
        raise NotAllowed(permission=AUDIT_READ)
    return employee, scopes


async def nearest_units(act: Act, name: str) -> list[Organisation] | None:
    """Return the units whose names come nearest to one that no unit has; None where one has it, or none was named.

    Only the units that the acting person may search exist: another's name is answered like one that nobody has.
    """
    _, scopes = await _reader(act)
    inside = await Organisation.filter(access.within(scopes, prefix="")).order_by("path")
    if not name or any(name in (each.name, each.path) for each in inside):
        return None
    called = {word: each for each in inside for word in (each.path, each.name)}
    near = [word for word in called if name in word or word in name]
    near += get_close_matches(name, called, n=MOST_NEAR, cutoff=0.5)
    return list({called[word].path: called[word] for word in near}.values())[:MOST_NEAR] or list(inside[:MOST_NEAR])


async def nearest_positions(act: Act, wanted: Wanted) -> list[str] | None:
    """Return the positions whose names come nearest to one that none is called; None where one is, or none was named.

    Only those of the units that the acting person may search, or of the one that is named, exist.
    """
    if not wanted.position:
        return None
    _, scopes = await _reader(act)
    inside = await Position.filter(organisation_id__in=await _units(scopes, wanted.unit)).order_by("name")
    names = list(dict.fromkeys(str(each.name) for each in inside))
    if any(_is_called(each, wanted.position) for each in names):
        return None
    folded = {_folded(each): each for each in names}
    near = get_close_matches(_folded(wanted.position).replace("*", ""), folded, n=MOST_NEAR, cutoff=0.5)
    return [folded[each] for each in near] or names[:MOST_NEAR]


def _is_called(name: str, wanted: str) -> bool:
    """Tell whether a position is meant: spaces and capitals count for nothing, `*` stands for anything."""
    return fnmatchcase(_folded(name), _folded(wanted).replace("[", "[[]").replace("?", "[?]"))


def _folded(name: str) -> str:
    return "".join(name.casefold().split())


async def _named(role: Role, name: str) -> list[Employee]:
    """Return everybody of this name; names are sealed, so each is opened: first of those ever asked in this role.

    They are some dozens among thousands. Who was never asked decides nothing, but the record says who was looked for.
    """
    asked = Step.filter(role=role).distinct().values("approver_id")
    first, others = Employee.filter(id__in=Subquery(asked)), Employee.exclude(id__in=Subquery(asked))
    return [each for each in await first if str(each.name) == name] or [
        each for each in await others if str(each.name) == name
    ]


async def _units(scopes: Sequence[str], unit: str) -> list[object]:
    """Return the ids of the units in scope, or of those at and below the one that is named."""
    inside = await Organisation.filter(access.within(scopes, prefix=""))
    roots = [each.path for each in inside if unit in (each.name, each.path)] if unit else scopes
    return [each.id for each in inside if any(access.covers(root, each.path) for root in roots)]


async def _query(
    wanted: Wanted, units: list[object], people: Sequence[tuple[Role, list[Employee]]]
) -> QuerySet[CancellationRequest]:
    condition = Q(organisation_id__in=units)
    if wanted.since:
        condition &= Q(created_at__gte=wanted.since)
    if wanted.until:
        condition &= Q(created_at__lt=wanted.until)
    if wanted.reason:
        condition &= Q(reason_code=wanted.reason)
    if wanted.status:
        condition &= Q(status=wanted.status)
    if wanted.position:
        known = await Position.filter(organisation_id__in=units)
        positions = [each.id for each in known if _is_called(each.name, wanted.position)]
        condition &= Q(booking_id__in=Subquery(Booking.filter(position_id__in=positions).values("id")))
    for role, found in people:
        condition &= Q(id__in=Subquery(_steps(role, found).values("request_id")))
    return CancellationRequest.filter(condition)


def _steps(role: Role, people: Sequence[Employee]) -> QuerySet[Step]:
    return Step.filter(role=role, approver_id__in=[each.id for each in people])


async def _note(act: Act, wanted: Wanted, people: Sequence[tuple[Role, list[Employee]]], count: int) -> None:
    said = {
        "from": audit.stamp(wanted.since) if wanted.since else "",
        "to": audit.stamp(wanted.until) if wanted.until else "",
        "reason": wanted.reason,
        "status": str(wanted.status or ""),
        "deciders": [each.pseudonym for _, found in people for each in found],
    }
    employee = await access.require_employee(act)
    data = {"found": count, **{name: value for name, value in said.items() if value}}
    await audit.record(act, await employee.organisation, "audit.searched", ("search", "cases", 1), data=data)


def _hit(request: CancellationRequest, sight: Sight) -> Hit:
    booking = request.booking
    return Hit(
        request.number,
        f"{sight.name_of(booking.candidate)} · 尾号{tail_of(booking.candidate)}",
        booking.position.name,
        booking.organisation.name,
        booking.starts_at,
        request.created_at,
        request.status,
        request.reason_code,
    )
