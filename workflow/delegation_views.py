"""What the card of a delegation shows, and whether its holder may answer it now."""

from dataclasses import dataclass
from datetime import datetime

from models import Card, CardPurpose, Delegation, DelegationStatus, Employee
from workflow import delegating
from workflow.acting import Act
from workflow.delegation_words import limits
from workflow.rights_words import name_of


@dataclass(frozen=True)
class DelegationView:
    """Everything the card of a delegation is drawn from, and what its holder may press now."""

    purpose: CardPurpose
    handle: str
    now: datetime
    number: str
    status: DelegationStatus
    principal: str
    delegate: str
    limits: str
    decided_at: datetime | None
    ended_at: datetime | None
    actions: tuple[str, ...] = ()


async def delegation_view(card: Card, act: Act) -> DelegationView:
    """Return what the card of a delegation shows now and which of its buttons its holder may press."""
    delegation = await Delegation.get(id=card.delegation_id).prefetch_related(*delegating.KIND.relations)
    holder = await Employee.get_or_none(id=card.holder_id)
    usable = holder is not None and not card.closed and delegating.may_decide(holder, delegation, act.now)
    return DelegationView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        number=delegation.number,
        status=delegation.status,
        principal=name_of(delegation.principal),
        delegate=name_of(delegation.delegate),
        limits=limits(delegation),
        decided_at=delegation.decided_at,
        ended_at=delegation.ended_at,
        actions=("approve", "reject") if usable else (),
    )
