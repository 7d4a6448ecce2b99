"""取消规则: which rules a unit follows, what they decide, and what a request keeps of it."""

from datetime import datetime, timedelta

from models import Organisation, Preset
from workflow import evidence_rules
from workflow.deadlines import OFFICE
from workflow.plans import as_kept
from workflow.rules.deciding import Decision, decide, is_late
from workflow.rules.overriding import overridden
from workflow.rules.presets import PRESETS
from workflow.rules.ruleset import Facts, RuleSet, WrongRules

__all__ = [
    "CONTACT",
    "NO_GRACE_WITHIN",
    "PRESETS",
    "Decision",
    "Facts",
    "RuleSet",
    "WrongRules",
    "decide",
    "entered",
    "grace",
    "is_late",
    "snapshot",
]

CONTACT = "contact"  # stands beside a unit's own rules and is none: whom candidates can ask
NO_GRACE_WITHIN = timedelta(minutes=30)  # so near the start every minute counts more than the chance to undo


def entered(organisation: Organisation) -> RuleSet:
    """Return the rules a unit was entered with: its preset, and what was changed of it; raises WrongRules."""
    changes = {key: value for key, value in organisation.policy.items() if key != CONTACT}
    return overridden(organisation.preset or Preset.STRICT, changes)


def grace(rules: RuleSet, starts_at: datetime, now: datetime) -> timedelta:
    """Return how long a company's cancellation can be undone before anybody is told."""
    return timedelta(0) if starts_at - now <= NO_GRACE_WITHIN else timedelta(seconds=rules.grace_s)


def snapshot(rules: RuleSet, decision: Decision) -> dict[str, object]:
    """Return what a request keeps of the rules it was decided by.

    `steps` is read by `plans_of`, `evidence` by `evidence_rules.rules_of`, the office hours of steps that have hours by
    `deadlines.deadline_of`.
    """
    return {
        "name": rules.name,
        "version": rules.version,
        "digest": rules.digest,
        "rule": decision.rule,
        "grace_s": rules.grace_s,
        "notice_period_h": rules.notice_period_h,
        "steps": as_kept(decision.plans),
        "evidence": evidence_rules.as_kept(decision.proof.rules),
        **({OFFICE: rules.office.kept} if any(each.hours for each in decision.plans) else {}),
    }
