"""How administrators speak of a proposed version of the rules: R…."""

from handlers.proposals import Talk
from models import RulesStatus, RulesVersion
from workflow import rules_proposals
from workflow.rights_words import name_of
from workflow.rules_words import described, since


def _done(version: RulesVersion) -> str:
    return f"，{since(version)}生效" if version.status == RulesStatus.APPROVED else "，没有任何变化"


TALK = Talk(
    kind=rules_proposals.KIND,
    letter="R",
    what="规范的新版本",
    awaiting=rules_proposals.awaiting,
    approve=rules_proposals.approve,
    reject=rules_proposals.reject,
    withdraw=rules_proposals.withdraw,
    described=described,
    proposer=lambda version: name_of(version.proposer),
    done=_done,
)
