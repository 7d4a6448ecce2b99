"""授权: one administrator proposes, one of the other kind decides, nobody for themselves; what ends, ends by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import (
    CardPurpose,
    Employee,
    Grant,
    GrantChange,
    GrantChangeKind,
    GrantChangeStatus,
    Organisation,
    Role,
)
from workflow import access, audit, factors, free_words, outbox, passkeys, proposals, rights_words, stepup
from workflow.acting import Act
from workflow.errors import NotAllowed, NotNow
from workflow.numbering import change_number
from workflow.permissions import ADMINISTRATORS, GRANT_APPROVE, GRANT_PROPOSE, GRANT_READ, OTHER_KIND, conflicts
from workflow.rights_words import OUTCOMES, RESETS, held_in, name_of
from workflow.views import ROLE_LABELS

PROPOSAL_LASTS = timedelta(days=7)
MOST_LISTED = 20  # proposals shown to one administrator at once


async def _sees(employee: Employee, change: GrantChange, now: datetime) -> bool:
    return await access.may(employee, GRANT_READ, change.organisation, now)


KIND = proposals.Kind(
    table=GrantChange,
    purpose=CardPurpose.GRANT,
    column="change",
    timer="grant_expire",
    relations=("employee__organisation", "organisation", "proposer", "decided_by"),
    outcomes=OUTCOMES,
    proposer="proposer",
    proposed=GrantChangeStatus.PROPOSED,
    withdrawn=GrantChangeStatus.WITHDRAWN,
    sees=_sees,
    nobody="no-decider",
    late="grant-expired",
    absent="change-not-found",
)


@dataclass(frozen=True)
class Wanted:
    """What an administrator asks for; `ends_at` is the first moment at which it no longer holds.

    A reset of somebody's 动态码 or 通行密钥 is asked for in the same way; it has no role of its own.
    """

    kind: GrantChangeKind
    employee: Employee
    role: Role
    organisation: Organisation
    ends_at: datetime | None = None
    reason: str = ""


async def propose(act: Act, wanted: Wanted) -> GrantChange:
    """Lay an authorisation before the administrators of the other kind; nothing is given yet."""
    proposer = await access.require(act, GRANT_PROPOSE, wanted.organisation)
    if proposer.id == wanted.employee.id:
        raise NotAllowed("own-grant")
    await _require_sense(act, wanted)
    role = await _administers(proposer, wanted.organisation, act.now)
    change = GrantChange(
        number=await change_number(act.now),
        kind=wanted.kind,
        employee=wanted.employee,
        organisation=wanted.organisation,
        role=role if wanted.kind in RESETS else wanted.role,
        ends_at=wanted.ends_at,
        reason=wanted.reason or None,
        proposer=proposer,
        proposer_role=role,
        proposed_at=act.now,
        expires_at=act.now + PROPOSAL_LASTS,
    )
    lacking = ROLE_LABELS[OTHER_KIND[change.proposer_role]]
    await proposals.lay_before(act, KIND, change, await deciders(change, act.now), role=lacking)
    await _record(act, change, "grant.proposed")
    return change


async def _administers(employee: Employee, organisation: Organisation, now: datetime) -> Role:
    """Return as which kind of administrator somebody acts in a unit; nobody holds two (see `conflicts`)."""
    for role in OTHER_KIND:
        if await access.holds(employee, role, organisation, now):
            return role
    raise NotAllowed(permission=GRANT_PROPOSE)


async def _require_sense(act: Act, wanted: Wanted) -> None:
    """Refuse what would change nothing, is asked for already, ends before it begins or mixes what must be separate."""
    if wanted.kind in RESETS:
        await _require_lost(act, wanted)
        return
    held = await access.current(act.now).get_or_none(
        employee=wanted.employee, organisation=wanted.organisation, role=wanted.role
    )
    same = {"employee": wanted.employee, "organisation": wanted.organisation, "role": wanted.role}
    open_ = GrantChange.filter(**same, status=GrantChangeStatus.PROPOSED, expires_at__gt=act.now)
    if running := await open_.first():
        raise NotNow("grant-proposed", number=running.number)
    if wanted.kind == GrantChangeKind.WITHDRAW:
        if held is None:
            raise NotNow("grant-not-held", who=name_of(wanted.employee), what=held_in(wanted.role, wanted.organisation))
        return
    if held is not None and held.ends_at == wanted.ends_at:
        raise NotNow("grant-held", who=name_of(wanted.employee), what=held_in(wanted.role, wanted.organisation))
    if wanted.ends_at is not None and wanted.ends_at <= act.now:
        raise NotNow("grant-over")
    if not wanted.employee.active:
        raise NotNow("grant-left", who=name_of(wanted.employee))
    await require_separation(wanted.employee, wanted.role, wanted.organisation, act.now)


async def _require_lost(act: Act, wanted: Wanted) -> None:
    """Refuse to reset what nobody has, or what is asked for already."""
    same = GrantChange.filter(employee=wanted.employee, kind=wanted.kind)
    if running := await same.filter(status=GrantChangeStatus.PROPOSED, expires_at__gt=act.now).first():
        raise NotNow("grant-proposed", number=running.number)
    if wanted.kind == GrantChangeKind.RESET_KEY and await passkeys.held(wanted.employee) is None:
        raise NotNow("passkey-none", who=name_of(wanted.employee))
    if wanted.kind == GrantChangeKind.RESET and await factors.current(wanted.employee) is None:
        raise NotNow("factor-none", who=name_of(wanted.employee))


async def require_separation(employee: Employee, role: Role, organisation: Organisation, now: datetime) -> None:
    """Refuse a role beside one that must be another person's in a unit above, below or the same."""
    grants = await access.current(now).filter(employee=employee).prefetch_related("organisation")
    for each in grants:
        path = each.organisation.path
        overlaps = access.covers(path, organisation.path) or access.covers(organisation.path, path)
        if overlaps and conflicts(each.role, role):
            has = held_in(each.role, each.organisation)
            raise NotAllowed("separated", who=name_of(employee), has=has, wanted=ROLE_LABELS[role])


async def deciders(change: GrantChange, now: datetime) -> list[Employee]:
    """Return who may decide: administrators of the other kind, in the unit or the nearest above, not concerned."""
    people = await access.holders(OTHER_KIND[change.proposer_role], change.organisation, now)
    return [each for each in people if each.id not in (change.proposer_id, change.employee_id)]


async def may_decide(employee: Employee, change: GrantChange, now: datetime) -> bool:
    """Tell whether this person may answer this proposal now."""
    if not proposals.is_open(KIND, change, now) or employee.id in (change.proposer_id, change.employee_id):
        return False
    return await access.holds(employee, OTHER_KIND[change.proposer_role], change.organisation, now)


async def _checked(act: Act, change: GrantChange) -> Employee:
    """Refuse unless this person may decide this proposal, now."""
    employee = await access.require(act, GRANT_APPROVE, change.organisation)
    proposals.require_open(KIND, change, act.now)
    if employee.id == change.proposer_id:
        raise NotAllowed("own-proposal", role=ROLE_LABELS[OTHER_KIND[change.proposer_role]])
    if employee.id == change.employee_id:
        raise NotAllowed("own-grant")
    if not await may_decide(employee, change, act.now):
        raise NotAllowed("other-kind", role=ROLE_LABELS[OTHER_KIND[change.proposer_role]])
    return employee


async def approve(act: Act, change: GrantChange, *, comment: str = "") -> GrantChange:
    """Agree: the role is given or withdrawn at once. The rules of separation are asked again."""
    employee = await _checked(act, change)
    if change.kind == GrantChangeKind.GIVE:
        await _require_still_sensible(act, change)
    if change.kind in RESETS or change.role in ADMINISTRATORS:
        await stepup.require(act, stepup.Kind.ADMIN_GRANT, change.organisation, change.number)
    await proposals.settle(act, KIND, change, employee, GrantChangeStatus.APPROVED, comment)
    if change.kind == GrantChangeKind.GIVE:
        await _give(act, change)
    elif change.kind == GrantChangeKind.RESET:
        await stepup.lose(act, change.employee)
        await _record(act, change, "factor.reset")
    elif change.kind == GrantChangeKind.RESET_KEY:
        await passkeys.lose(act, change.employee)
        await _record(act, change, "passkey.reset")
    else:
        same = Grant.filter(employee=change.employee, organisation=change.organisation, role=change.role)
        await same.delete()
        await _record(act, change, "grant.withdrawn")
    await outbox.tell(act, change.employee, rights_words.to_the_one_concerned(change))
    await _tell_proposer(act, change)
    return change


async def _require_still_sensible(act: Act, change: GrantChange) -> None:
    if not change.employee.active:
        raise NotNow("grant-left", who=name_of(change.employee))
    if change.ends_at is not None and change.ends_at <= act.now:
        raise NotNow("grant-over")
    await require_separation(change.employee, change.role, change.organisation, act.now)


async def _give(act: Act, change: GrantChange) -> None:
    values = {"given_at": act.now, "ends_at": change.ends_at, "change": change}
    grant, _ = await Grant.update_or_create(
        values, employee=change.employee, organisation=change.organisation, role=change.role
    )
    if change.ends_at is not None:
        payload = {"grant": str(grant.id)}
        await outbox.post(act, "timer", "grant_end", not_before=change.ends_at, payload=payload)
    await _record(act, change, "grant.given")


async def reject(act: Act, change: GrantChange, *, comment: str = "") -> GrantChange:
    """Say no: nothing changes, and the proposer hears why."""
    employee = await _checked(act, change)
    await proposals.settle(act, KIND, change, employee, GrantChangeStatus.REJECTED, comment)
    await _record(act, change, "grant.refused", ok=False)
    await _tell_proposer(act, change)
    return change


async def _tell_proposer(act: Act, change: GrantChange) -> None:
    comment = await free_words.read_by(change.proposer, change.organisation, change.comment, act.now)
    await outbox.tell(act, change.proposer, rights_words.to_the_proposer(change, comment))


async def withdraw(act: Act, change: GrantChange) -> GrantChange:
    """Take back what one proposed oneself, while nobody decided; nothing follows."""
    await proposals.withdraw(act, KIND, change)
    await _record(act, change, "grant.recalled", ok=False)
    return change


async def expire(act: Act, change_id: object) -> bool:
    """Close a proposal that nobody answered in time (系统代办); False when it was settled before."""
    change = await proposals.lapsed(act, KIND, change_id)
    if change is None:
        return False
    await proposals.settle(act, KIND, change, None, GrantChangeStatus.EXPIRED)
    await _record(act, change, "grant.expired", ok=False)
    await outbox.tell(act, change.proposer, rights_words.expired(change))
    return True


async def end(act: Act, grant_id: object) -> bool:
    """Take away a grant whose end has come (系统代办); it gave no right since. False when it was renewed or is gone."""
    grant = await Grant.get_or_none(id=grant_id).prefetch_related("employee", "organisation", "change")
    if grant is None or grant.ends_at is None or act.now < grant.ends_at:
        return False
    number = grant.change.number if grant.change else str(grant.id)
    data = _data(grant.employee, grant.role, grant.organisation, grant.ends_at)
    await grant.delete()
    await audit.record(act, grant.organisation, "grant.ended", ("grant", number, 1), why="clock", data=data)
    await outbox.tell(act, grant.employee, rights_words.ended(grant.role, grant.organisation, number))
    return True


async def awaiting(employee: Employee, now: datetime) -> list[GrantChange]:
    """Return the proposals that this person may decide now, oldest first."""
    open_ = GrantChange.filter(status=GrantChangeStatus.PROPOSED, expires_at__gt=now)
    mine = open_.filter(access.within(await access.scopes(employee, GRANT_APPROVE, now)))
    found = await mine.order_by("proposed_at").limit(MOST_LISTED).prefetch_related(*KIND.relations)
    return [each for each in found if await may_decide(employee, each, now)]


async def _record(act: Act, change: GrantChange, action: str, *, ok: bool = True) -> None:
    data = _data(change.employee, change.role, change.organisation, change.ends_at)
    data |= {"kind": str(change.kind), "proposer": pseudonym(change.proposer)}
    why = "clock" if action == "grant.expired" else ""
    await audit.record(act, change.organisation, action, ("grant", change.number, 1), ok=ok, why=why, data=data)


def _data(employee: Employee, role: Role, organisation: Organisation, ends_at: datetime | None) -> dict[str, object]:
    until = audit.stamp(ends_at) if ends_at else ""
    return {"person": pseudonym(employee), "role": str(role), "unit": organisation.path, "until": until}


def pseudonym(employee: Employee) -> str:
    """Return how the audit log names an employee."""
    return employee.pseudonym
