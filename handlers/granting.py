"""How administrators speak of a proposed authorisation: S…."""

from handlers.proposals import Talk
from models import GrantChange, GrantChangeStatus
from workflow import rights
from workflow.rights_words import described, name_of


def _done(change: GrantChange) -> str:
    return "，已生效" if change.status == GrantChangeStatus.APPROVED else "，没有任何变化"


TALK = Talk(
    kind=rights.KIND,
    letter="S",
    what="授权申请",
    awaiting=rights.awaiting,
    approve=rights.approve,
    reject=rights.reject,
    withdraw=rights.withdraw,
    described=described,
    proposer=lambda change: name_of(change.proposer),
    done=_done,
)
