"""What a security administrator's card shows of a proposed version of the rules, and what its holder may press."""

from dataclasses import dataclass
from datetime import datetime

from models import Card, CardPurpose, Employee, RulesStatus
from workflow import proposals, rulebook, rules_proposals
from workflow.acting import Act
from workflow.rights_words import name_of
from workflow.rules.loading import load
from workflow.rules.words import changes
from workflow.rules_words import counts, described, since
from workflow.showing import LONGEST_COMMENT, plain

MOST_CHANGES = 6  # lines on a card; 规范 对比 shows all


@dataclass(frozen=True)
class RulesView:
    """Everything the card of a proposed version is drawn from."""

    purpose: CardPurpose
    handle: str
    now: datetime
    number: str
    status: RulesStatus
    title: str
    unit: str
    version: int
    digest: str
    since: str
    replayed: str
    changes: tuple[str, ...]
    more: int
    proposer: str
    proposed_at: datetime
    expires_at: datetime
    decided_by: str
    decided_at: datetime | None
    comment: str
    closed: bool = False
    actions: tuple[str, ...] = ()


async def rules_view(card: Card, act: Act) -> RulesView:
    """Return what the card shows now and which of its buttons its holder may press."""
    version = await proposals.reload(rules_proposals.KIND, card.rules_id)
    holder = await Employee.get_or_none(id=card.holder_id)
    usable = holder is not None and not card.closed and await rules_proposals.may_decide(holder, version, act.now)
    before = await rulebook.by_digest(version.replaces)
    lines = changes(before, load(version.document, version.version)) if before else []
    changed = [each for each in lines if each[0] in "－＋"]
    return RulesView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        number=version.number,
        status=version.status,
        title=described(version),
        unit=plain(version.organisation.name),
        version=version.version,
        digest=version.digest,
        since=since(version),
        replayed=counts(version.replayed),
        changes=tuple(changed[:MOST_CHANGES]),
        more=max(0, len(changed) - MOST_CHANGES),
        proposer=name_of(version.proposer),
        proposed_at=version.proposed_at,
        expires_at=version.expires_at,
        decided_by=name_of(version.decided_by) if version.decided_by else "",
        decided_at=version.decided_at,
        comment=plain(str(version.comment or ""), LONGEST_COMMENT),
        closed=card.closed,
        actions=("approve", "reject") if usable else (),
    )
