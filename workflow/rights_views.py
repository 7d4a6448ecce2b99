"""What an administrator's card shows of a proposal, and what anybody is shown of somebody's rights (权限)."""

from dataclasses import dataclass
from datetime import datetime

from models import Card, CardPurpose, Employee, Grant, GrantChange, GrantChangeKind, GrantChangeStatus, Role
from workflow import access, free_words, rights
from workflow.acting import Act
from workflow.permissions import PERMISSIONS, SAID
from workflow.rights_words import LOST, RESETS, day, held_in, last_day, name_of, title, validity
from workflow.showing import plain
from workflow.views import ROLE_LABELS

MOST_NAMED = 2  # colleagues named as those who could do something


@dataclass(frozen=True)
class GrantView:
    """Everything the card of a proposed authorisation is drawn from, and what its holder may press now."""

    purpose: CardPurpose
    handle: str
    now: datetime
    number: str
    title: str
    gives: bool
    status: GrantChangeStatus
    person: str
    unit: str
    allows: tuple[str, ...]
    validity: str
    has: tuple[str, ...]
    proposer: str
    proposed_at: datetime
    expires_at: datetime
    reason: str
    decided_by: str
    decided_at: datetime | None
    comment: str
    closed: bool = False
    actions: tuple[str, ...] = ()


async def grant_view(card: Card, act: Act) -> GrantView:
    """Return what the card of a proposal shows now and which of its buttons its holder may press."""
    change = await GrantChange.get(id=card.change_id).prefetch_related(*rights.KIND.relations)
    holder = await Employee.get_or_none(id=card.holder_id)
    usable = holder is not None and not card.closed and await rights.may_decide(holder, change, act.now)
    person = change.employee
    return GrantView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        number=change.number,
        title=title(change),
        gives=change.kind == GrantChangeKind.GIVE,
        status=change.status,
        person=f"{name_of(person)}（{plain(person.organisation.name)}，工号 {plain(person.key)}）",
        unit=f"{plain(change.organisation.name)}及下属单位",
        allows=(f"用现在绑定的{LOST[change.kind]}",) if change.kind in RESETS else allowed_by(change.role),
        validity=validity(change.ends_at),
        has=tuple(held_in(each.role, each.organisation) for each in await _held_before(change, act.now)),
        proposer=f"{name_of(change.proposer)}（{ROLE_LABELS[change.proposer_role]}）",
        proposed_at=change.proposed_at,
        expires_at=change.expires_at,
        reason=await free_words.read_by(holder, change.organisation, change.reason, act.now),
        decided_by=name_of(change.decided_by) if change.decided_by else "",
        decided_at=change.decided_at,
        comment=await free_words.read_by(holder, change.organisation, change.comment, act.now),
        closed=card.closed,
        actions=("approve", "reject") if usable else (),
    )


async def _held_before(change: GrantChange, now: datetime) -> list[Grant]:
    """Return what somebody holds beside what this very change gave them."""
    given = (change.role, change.organisation_id) if change.status == GrantChangeStatus.APPROVED else None
    return [each for each in await _grants(change.employee, now) if (each.role, each.organisation_id) != given]


def allowed_by(role: Role) -> tuple[str, ...]:
    """Say what a role allows, as far as there are commands for it."""
    return tuple(said for permission, said in SAID.items() if permission in PERMISSIONS[role])


@dataclass(frozen=True)
class Held:
    """One role that somebody holds: where, what it allows, since when, until when, and why."""

    role: str
    unit: str
    path: str
    allows: tuple[str, ...]
    since: str
    until: str
    why: str


@dataclass(frozen=True)
class Lacking:
    """Something that somebody may not do, and who could."""

    what: str
    who: tuple[str, ...]


@dataclass(frozen=True)
class RightsView:
    """All that one employee may do, why, and what they may not."""

    name: str
    key: str
    unit: str
    active: bool
    held: tuple[Held, ...]
    lacking: tuple[Lacking, ...]


async def rights_of(employee: Employee, now: datetime) -> RightsView:
    """Return somebody's rights with the reason for each; the employee's unit must be loaded."""
    grants = await _grants(employee, now) if employee.active else []
    held = {permission for each in grants for permission in PERMISSIONS[each.role]}
    lacking = [await _lacking(employee, each, now) for each in SAID if each not in held]
    return RightsView(
        name=name_of(employee),
        key=plain(employee.key),
        unit=plain(employee.organisation.name),
        active=employee.active,
        held=tuple([await _held(each, now) for each in grants]),
        lacking=tuple(lacking),
    )


async def _grants(employee: Employee, now: datetime) -> list[Grant]:
    relations = ("organisation", "change__proposer", "change__decided_by")
    return list(await access.current(now).filter(employee=employee).order_by("role").prefetch_related(*relations))


async def _held(grant: Grant, now: datetime) -> Held:
    reason = await free_words.read_by(None, grant.organisation, grant.change.reason, now) if grant.change else ""
    return Held(
        role=ROLE_LABELS[grant.role],
        unit=plain(grant.organisation.name),
        path=grant.organisation.path,
        allows=allowed_by(grant.role),
        since=day(grant.given_at) if grant.given_at else "",
        until=last_day(grant.ends_at) if grant.ends_at else "",
        why=_why(grant.change, reason),
    )


def _why(change: GrantChange | None, reason: str) -> str:
    """Say who proposed and who agreed; what was entered when the installation was set up has no proposal."""
    if change is None:
        return "初始录入，没有审批记录"
    end = f"，原因：{reason}" if reason else ""
    return f"{name_of(change.proposer)} 提出、{name_of(change.decided_by)} 同意，编号 {change.number}{end}"


async def _lacking(employee: Employee, permission: str, now: datetime) -> Lacking:
    able = [role for role in Role if permission in PERMISSIONS[role]]
    who = [await _named(role, employee, now) for role in able]
    return Lacking(SAID[permission], tuple(each for each in who if each))


async def _named(role: Role, employee: Employee, now: datetime) -> str:
    people = [each for each in await access.holders(role, employee.organisation, now) if each.id != employee.id]
    names = "、".join(name_of(each) for each in people[:MOST_NAMED])
    return f"{ROLE_LABELS[role]} {names}" if names else ""
