"""What a security administrator's card shows of a proposed purge, and what its holder may press."""

from dataclasses import dataclass
from datetime import datetime

from models import Card, CardPurpose, Employee, PurgeOutcome, PurgeStatus
from workflow import free_words, purge_proposals, purging
from workflow.acting import Act
from workflow.periods import periods
from workflow.purge_words import ended_in
from workflow.rights_words import name_of
from workflow.showing import plain


@dataclass(frozen=True)
class PurgeView:
    """Everything the card of a purge is drawn from; no candidate is on it, administrators see none."""

    purpose: CardPurpose
    handle: str
    now: datetime
    number: str
    status: PurgeStatus
    unit: str
    ended: str
    cases: int
    digest: str
    years: int
    proposer: str
    proposed_at: datetime
    expires_at: datetime
    decided_by: str
    decided_at: datetime | None
    comment: str
    purged: int = 0
    kept: int = 0
    closed: bool = False
    actions: tuple[str, ...] = ()


async def purge_view(card: Card, act: Act) -> PurgeView:
    """Return what the card of a purge shows now and which of its buttons its holder may press."""
    purge = await purging.reload(card.purge_id)
    holder = await Employee.get_or_none(id=card.holder_id)
    usable = holder is not None and not card.closed and await purge_proposals.may_decide(holder, purge, act.now)
    counts = await purging.outcomes(purge)
    return PurgeView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        number=purge.number,
        status=purge.status,
        unit=f"{plain(purge.organisation.name)}及下属单位",
        ended=ended_in(purge.year),
        cases=purge.cases,
        digest=purge.digest,
        years=periods().records_years,
        proposer=name_of(purge.proposer),
        proposed_at=purge.proposed_at,
        expires_at=purge.expires_at,
        decided_by=name_of(purge.decided_by) if purge.decided_by else "",
        decided_at=purge.decided_at,
        comment=await free_words.read_by(holder, purge.organisation, purge.comment, act.now),
        purged=counts[PurgeOutcome.PURGED],
        kept=counts[PurgeOutcome.HELD] + counts[PurgeOutcome.CHANGED],
        closed=card.closed,
        actions=("approve", "reject") if usable else (),
    )
