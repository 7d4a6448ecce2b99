"""到期清理: a system administrator proposes what is due, a security administrator approves that list (S42, I15)."""

from collections.abc import Mapping
from datetime import datetime

from models import (
    CardPurpose,
    Employee,
    Organisation,
    Purge,
    PurgeItem,
    PurgeStatus,
    Role,
)
from workflow import access, audit, free_words, outbox, proposals, purge_words, purging, stepup
from workflow.acting import Act
from workflow.due import Due, due
from workflow.errors import NotAllowed, NotNow, Stale
from workflow.numbering import purge_number
from workflow.permissions import PURGE_APPROVE, PURGE_PROPOSE, RETENTION_READ
from workflow.purging import RELATIONS
from workflow.rights import PROPOSAL_LASTS

MOST_CASES = 5000  # of one purge: what is due beyond that waits for the next


async def _sees(employee: Employee, purge: Purge, now: datetime) -> bool:
    return await access.may_any(employee, RETENTION_READ, purge.organisation, now)


KIND = proposals.Kind(
    table=Purge,
    purpose=CardPurpose.PURGE,
    column="purge",
    timer="purge_expire",
    relations=RELATIONS,
    outcomes=purge_words.OUTCOMES,
    proposer="proposer",
    proposed=PurgeStatus.PROPOSED,
    withdrawn=PurgeStatus.WITHDRAWN,
    sees=_sees,
    nobody="no-purge-decider",
    late="purge-expired",
    absent="purge-not-found",
)


async def propose(act: Act, organisation: Organisation, year: int | None = None) -> Purge:
    """Lay the list of what is due before the security administrators; nothing is deleted yet."""
    proposer = await access.require(act, PURGE_PROPOSE, organisation)
    await _clear_the_way(act, organisation, year)
    found = await _list(organisation, act, year)
    if not found.cases:
        raise NotNow("nothing-due", held=found.held)
    purge = Purge(
        number=await purge_number(act.now),
        organisation=organisation,
        year=year,
        cases=len(found.cases),
        digest=found.digest,
        proposer=proposer,
        proposed_at=act.now,
        expires_at=act.now + PROPOSAL_LASTS,
    )
    await proposals.lay_before(act, KIND, purge, await deciders(purge, act.now))
    await _record(act, purge, "purge.proposed")
    return purge


async def _list(organisation: Organisation, act: Act, year: int | None) -> Due:
    found = await due([organisation.path], act.now, year)
    return Due(found.cases[:MOST_CASES], found.held)


async def _proposed_list(purge: Purge) -> Due:
    """Return the list as it would be proposed now, of what was due then: what fell due since is no change."""
    found = await due([purge.organisation.path], purge.proposed_at, purge.year)
    return Due(found.cases[:MOST_CASES], found.held)


async def _clear_the_way(act: Act, organisation: Organisation, year: int | None) -> None:
    """Refuse a second purge of units that one is under way for; one whose list is no longer true gives way."""
    running = Purge.filter(status__in=(PurgeStatus.PROPOSED, PurgeStatus.APPROVED)).prefetch_related(*RELATIONS)
    for each in await running:
        path, wanted = each.organisation.path, organisation.path
        if not (access.covers(path, wanted) or access.covers(wanted, path)):
            continue
        same = (path, each.year) == (wanted, year)
        if same and each.status == PurgeStatus.PROPOSED and (await _proposed_list(each)).digest != each.digest:
            await proposals.settle(act, KIND, each, None, PurgeStatus.EXPIRED)
            await _record(act, each, "purge.expired", ok=False, why="stale")
            continue
        raise NotNow("purge-under-way", number=each.number)


async def deciders(purge: Purge, now: datetime) -> list[Employee]:
    """Return who may decide: security administrators of the unit or the nearest above, never the proposer."""
    people = await access.holders(Role.SECURITY_ADMIN, purge.organisation, now)
    return [each for each in people if each.id != purge.proposer_id]


async def may_decide(employee: Employee, purge: Purge, now: datetime) -> bool:
    """Tell whether this person may answer this proposal now."""
    if not proposals.is_open(KIND, purge, now) or employee.id == purge.proposer_id:
        return False
    return await access.may(employee, PURGE_APPROVE, purge.organisation, now)


async def _checked(act: Act, purge: Purge) -> Employee:
    """Refuse unless this person may decide this proposal, now."""
    employee = await access.require_employee(act)
    if employee.id == purge.proposer_id:
        raise NotAllowed("own-purge")
    await access.require(act, PURGE_APPROVE, purge.organisation)
    proposals.require_open(KIND, purge, act.now)
    return employee


async def approve(act: Act, purge: Purge, *, comment: str = "") -> Purge:
    """Agree to the list as it was proposed; refused when it is another one by now (I15)."""
    employee = await _checked(act, purge)
    found = await _proposed_list(purge)
    if (len(found.cases), found.digest) != (purge.cases, purge.digest):
        raise Stale("purge-changed", number=purge.number, was=purge.cases, now=len(found.cases))
    proof = await stepup.require(act, stepup.Kind.PURGE, purge.organisation, purge.number)
    await proposals.settle(act, KIND, purge, employee, PurgeStatus.APPROVED, comment)
    await PurgeItem.bulk_create(
        PurgeItem(
            purge=purge,
            case_id=each.case_id,
            number=each.number,
            requests=list(each.requests),
            log=each.organisation.origin,
            ended_at=each.ended_at,
        )
        for each in found.cases
    )
    await _record(act, purge, "purge.approved", proof=proof)
    await purging.begin(act, purge)
    await _tell_proposer(act, purge)
    return purge


async def reject(act: Act, purge: Purge, *, comment: str = "") -> Purge:
    """Say no: nothing is deleted, and the proposer hears why."""
    employee = await _checked(act, purge)
    await proposals.settle(act, KIND, purge, employee, PurgeStatus.REJECTED, comment)
    await _record(act, purge, "purge.refused", ok=False)
    await _tell_proposer(act, purge)
    return purge


async def _tell_proposer(act: Act, purge: Purge) -> None:
    comment = await free_words.read_by(purge.proposer, purge.organisation, purge.comment, act.now)
    await outbox.tell(act, purge.proposer, purge_words.to_the_proposer(purge, comment))


async def withdraw(act: Act, purge: Purge) -> Purge:
    """Take back what one proposed oneself, while nobody decided; nothing follows."""
    await proposals.withdraw(act, KIND, purge)
    await _record(act, purge, "purge.recalled", ok=False)
    return purge


async def expire(act: Act, purge_id: object) -> bool:
    """Close a proposal that nobody answered in time (系统代办); False when it was settled before."""
    purge = await proposals.lapsed(act, KIND, purge_id)
    if purge is None:
        return False
    await proposals.settle(act, KIND, purge, None, PurgeStatus.EXPIRED)
    await _record(act, purge, "purge.expired", ok=False, why="clock")
    await outbox.tell(act, purge.proposer, purge_words.expired(purge))
    return True


async def awaiting(employee: Employee, now: datetime) -> list[Purge]:
    """Return the proposals that this person may decide now, oldest first."""
    units = access.within(await access.scopes(employee, PURGE_APPROVE, now))
    open_ = Purge.filter(units, status=PurgeStatus.PROPOSED, expires_at__gt=now)
    found = await open_.order_by("proposed_at").prefetch_related(*RELATIONS)
    return [each for each in found if await may_decide(employee, each, now)]


async def _record(
    act: Act, purge: Purge, action: str, *, ok: bool = True, why: str = "", proof: Mapping[str, object] | None = None
) -> None:
    data = {
        "unit": purge.organisation.path,
        "year": purge.year or 0,
        "cases": purge.cases,
        "list": purge.digest,
        **(proof or {}),
    }
    await audit.record(act, purge.organisation, action, ("purge", purge.number, 1), ok=ok, why=why, data=data)
