"""一人提、一人批: what one colleague proposes and another decides, once; the clock closes what nobody answered.

Authorisations, purges, exports, erasures and versions of the rules are proposals; each says by its `Kind` what differs,
and keeps its own rules of who may propose, who may decide and what a decision does.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from models import (
    Card,
    CardPurpose,
    Delegation,
    Employee,
    ErasureRequest,
    ExportRequest,
    GrantChange,
    Purge,
    RulesVersion,
)
from workflow import access, outbox
from workflow.acting import Act
from workflow.errors import AlreadyDecided, Missing, NotAllowed, NotFound, NotNow
from workflow.rights_words import name_of

MOST_OWN = 9  # proposals of one kind shown to their proposer at once
Proposal = TypeVar("Proposal", GrantChange, Purge, ExportRequest, ErasureRequest, Delegation, RulesVersion)


@dataclass(frozen=True)
class Kind(Generic[Proposal]):
    """What one kind of proposal is.

    `column` points to it from its cards and from the timer `timer`, `proposer` to who made it. `outcomes` names the
    statuses in which it is decided; in any other it is open, and in `proposed` its proposer may withdraw it. `sees`
    tells who may know that it exists. The codes are those of refusals: nobody could decide it, its time is over, there
    is none of that number.
    """

    table: type[Proposal]
    purpose: CardPurpose
    column: str
    timer: str
    relations: tuple[str, ...]
    outcomes: Mapping[Any, str]
    proposer: str
    proposed: Any
    withdrawn: Any
    sees: Callable[[Employee, Proposal, datetime], Awaitable[bool]]
    nobody: str
    late: str
    absent: str

    def id_on(self, card: Card) -> object:
        """Return which proposal a card is about."""
        return getattr(card, f"{self.column}_id")


async def lay_before(
    act: Act, kind: Kind[Proposal], proposal: Proposal, people: Sequence[Employee], **facts: object
) -> None:
    """Save a proposal, give each decider their card and set its clock; refuse what nobody could decide."""
    await proposal.save()
    if not await hand_out(act, kind, proposal, people):
        raise Missing(kind.nobody, **facts)
    payload = {kind.column: str(proposal.id)}
    await outbox.post(act, "timer", kind.timer, not_before=proposal.expires_at, payload=payload)


async def hand_out(act: Act, kind: Kind[Proposal], proposal: Proposal, people: Sequence[Employee]) -> int:
    """Give each of these people a card on every phone they have; returns how many people are reached.

    Whichever they press, the others show the answer (design.md §5).
    """
    reached = 0
    for person in people:
        phones = await outbox.phones_of(person)
        for account in phones:
            about: dict[str, Any] = {kind.column: proposal}
            await outbox.hand_card(act, kind.purpose, account, holder=person, **about)
        reached += bool(phones)
    return reached


def _is_over(proposal: Proposal, now: datetime) -> bool:
    return proposal.expires_at is not None and now >= proposal.expires_at


def is_open(kind: Kind[Proposal], proposal: Proposal, now: datetime) -> bool:
    """Tell whether a proposal can still be decided."""
    return proposal.status not in kind.outcomes and not _is_over(proposal, now)


def require_open(kind: Kind[Proposal], proposal: Proposal, now: datetime) -> None:
    """Refuse what is decided, and say by whom and when, and what nobody answered in time."""
    if proposal.status in kind.outcomes:
        raise AlreadyDecided(kind.outcomes[proposal.status], name_of(proposal.decided_by), proposal.decided_at)
    if _is_over(proposal, now):
        raise NotNow(kind.late, number=proposal.number)


async def settle(
    act: Act, kind: Kind[Proposal], proposal: Proposal, employee: Employee | None, status: Any, comment: str = ""
) -> None:
    """Settle a proposal once and only once: of two answers at the same time the second finds it settled (I11)."""
    still = kind.table.filter(id=proposal.id, status=proposal.status)
    if not await still.update(status=status, decided_at=act.now):
        require_open(kind, await reload(kind, proposal.id), act.now)
        raise NotNow(state="stale-button")
    proposal.status, proposal.decided_at, proposal.decided_by = status, act.now, employee
    proposal.comment = comment or None
    await proposal.save()
    await redraw(act, kind, proposal)


async def withdraw(act: Act, kind: Kind[Proposal], proposal: Proposal) -> None:
    """Let who proposed it take it back while nobody decided: every card says so, and nothing follows."""
    employee = await access.require_employee(act)
    if employee.id != getattr(proposal, f"{kind.proposer}_id"):
        raise NotAllowed(what="not-proposer", number=proposal.number)
    require_open(kind, proposal, act.now)
    await settle(act, kind, proposal, employee, kind.withdrawn)


async def proposed_by(employee: Employee, kind: Kind[Proposal], now: datetime) -> list[Proposal]:
    """Return what this person proposed and may still withdraw, oldest first."""
    mine = kind.table.filter(**{kind.proposer: employee, "status": kind.proposed}).order_by("number")
    found = await mine.limit(MOST_OWN).prefetch_related(*kind.relations)
    return [each for each in found if is_open(kind, each, now)]


async def redraw(act: Act, kind: Kind[Proposal], proposal: Proposal) -> None:
    """Let every card of a proposal show what has become of it."""
    for card in await Card.filter(**{kind.column: proposal, "closed": False}).order_by("created_at"):
        await outbox.refresh_card(act, card)


async def lapsed(act: Act, kind: Kind[Proposal], proposal_id: object) -> Proposal | None:
    """Return a proposal that nobody answered in time; None when it is settled or gone, or it is too early."""
    proposal = await kind.table.get_or_none(id=proposal_id).prefetch_related(*kind.relations)
    if proposal is None or proposal.status in kind.outcomes or not _is_over(proposal, act.now):
        return None
    return proposal


async def named(act: Act, kind: Kind[Proposal], number: str) -> Proposal:
    """Fetch a proposal by the number that was typed; a foreign one is as absent as none (I12)."""
    found = await kind.table.get_or_none(number=number.upper()).prefetch_related(*kind.relations)
    return await _visible(act, kind, found)


async def on_card(act: Act, kind: Kind[Proposal], card: Card) -> Proposal:
    """Fetch the proposal of a card; a foreign one is as absent as none."""
    found = await kind.table.get_or_none(id=kind.id_on(card)).prefetch_related(*kind.relations)
    return await _visible(act, kind, found)


async def _visible(act: Act, kind: Kind[Proposal], proposal: Proposal | None) -> Proposal:
    employee = await access.require_employee(act)
    if proposal is None or not await kind.sees(employee, proposal, act.now):
        raise NotFound(kind.absent)
    return proposal


async def reload(kind: Kind[Proposal], proposal_id: object) -> Proposal:
    """Read a proposal and all it belongs to, as it is in this transaction."""
    return await kind.table.get(id=proposal_id).prefetch_related(*kind.relations)
