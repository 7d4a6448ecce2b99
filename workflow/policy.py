"""取消规则: facts in, decision out. Pure; the values of each preset stand here and a company may override them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from models import Organisation, Origin, Preset, Role

APPROVING = (Role.HR, Role.DEPARTMENT_HEAD, Role.LEADER)  # who can be asked to agree
CONTACT = "contact"  # stands beside a unit's own rules and is none: whom candidates can ask
MOST = 100_000  # of any number in the rules; more is a slip of the finger
NO_GRACE_WITHIN = timedelta(minutes=30)  # so near the start every minute counts more than the chance to undo


@dataclass(frozen=True)
class Policy:
    """One unit's rules as they stand. `version` names them in every request that was decided by them."""

    name: str
    version: int = 1
    notice_period_h: int = 24  # S50: exactly 24 hours before the start is still in time
    grace_s: int = 60
    evidence: int = 0  # pieces a company's request needs before anybody is asked
    company_steps: tuple[Role, ...] = ()
    late_steps: tuple[Role, ...] = (Role.HR,)  # a candidate said no after the notice period
    sensitive_steps: tuple[Role, ...] = ()
    candidate_needs_approval: bool = False  # strict: even in time, closing takes the whole chain
    code: bool = False  # 存证码 on its cards and in its notices: whoever keeps one is a witness
    archive: bool = False  # 归档: a package of each case that is over goes to the archive system

    @property
    def notice_period(self) -> timedelta:
        return timedelta(hours=self.notice_period_h)


PRESETS = {
    Preset.FAST: Policy("fast"),
    Preset.STRICT: Policy(
        "strict",
        evidence=1,
        company_steps=(Role.DEPARTMENT_HEAD, Role.LEADER),
        late_steps=(Role.DEPARTMENT_HEAD, Role.LEADER),
        sensitive_steps=(Role.DEPARTMENT_HEAD, Role.LEADER),
        candidate_needs_approval=True,
        code=True,
        archive=True,
    ),
    Preset.TRANSITION: Policy(
        "transition", late_steps=(Role.DEPARTMENT_HEAD,), sensitive_steps=(Role.DEPARTMENT_HEAD,)
    ),
}


@dataclass(frozen=True)
class Facts:
    """判定依据: everything a decision may depend on. Moments are aware UTC."""

    origin: Origin
    by_candidate: bool
    starts_at: datetime
    now: datetime
    sensitive: bool = False


@dataclass(frozen=True)
class Decision:
    """判定结果: carried out at once when `steps` is empty, else after these people agreed; `rule` names what fired."""

    steps: tuple[Role, ...]
    evidence: int
    late: bool
    rule: str
    drafted_for_hr: bool = False


class WrongRules(ValueError):
    """A unit's own rules name something that does not exist: an administrator has to act, nobody's wish is refused."""


def policy_of(organisation: Organisation) -> Policy:
    """Return the unit's rules: its preset, overridden by what the unit changed; raises WrongRules."""
    changes = {key: value for key, value in organisation.policy.items() if key != CONTACT}
    return overridden(PRESETS[organisation.preset or Preset.STRICT], changes)


def overridden(base: Policy, changes: Mapping[str, object]) -> Policy:
    """Return the rules with these values changed, or raise WrongRules: a mistyped rule must not pass in silence."""
    known = {each.name: getattr(base, each.name) for each in fields(base) if each.name != "name"}
    for key in changes:
        if key not in known:
            raise WrongRules(f"{key}: no such rule; there are {', '.join(known)}")
    return replace(base, **{key: _of_kind(key, known[key], value) for key, value in changes.items()})


def _of_kind(key: str, example: object, value: object) -> Any:
    if isinstance(example, tuple):
        return _roles(key, value)
    if type(value) is not type(example):
        raise WrongRules(f"{key}: {value!r} is no {type(example).__name__}")
    if isinstance(value, int) and not 0 <= value <= MOST:
        raise WrongRules(f"{key}: {value} is not between 0 and {MOST}")
    return value


def _roles(key: str, value: object) -> tuple[Role, ...]:
    roles = {str(role): role for role in APPROVING}
    if not isinstance(value, list | tuple) or any(str(each) not in roles for each in value):
        raise WrongRules(f"{key}: {value!r} is no list of {', '.join(roles)}")
    return tuple(roles[str(each)] for each in value)


def is_late(facts: Facts, policy: Policy) -> bool:
    """Tell whether the notice period has begun; the boundary itself is in time."""
    return facts.starts_at - facts.now < policy.notice_period


def decision_for(facts: Facts, policy: Policy) -> Decision:
    """Decide what this cancellation needs. It is never refused here: a candidate is never made to come."""
    late = is_late(facts, policy)
    if facts.by_candidate:
        return _candidates(facts, policy, late)
    if facts.sensitive and policy.sensitive_steps:
        return Decision(policy.sensitive_steps, policy.evidence, late, "sensitive-position")
    steps = policy.company_steps or (policy.late_steps if late and policy.name == "transition" else ())
    return Decision(steps, policy.evidence, late, "company-late" if late else "company")


def _candidates(facts: Facts, policy: Policy, late: bool) -> Decision:
    if policy.candidate_needs_approval:
        return Decision(policy.company_steps, policy.evidence, late, "candidate-strict", drafted_for_hr=True)
    if late:
        return Decision(policy.late_steps, 0, late, "candidate-late")
    if facts.sensitive and policy.sensitive_steps:
        return Decision(policy.sensitive_steps, 0, late, "candidate-sensitive")
    return Decision((), 0, late, "candidate-in-time")


def grace(policy: Policy, starts_at: datetime, now: datetime) -> timedelta:
    """Return how long a company's cancellation can be undone before anybody is told."""
    return timedelta(0) if starts_at - now <= NO_GRACE_WITHIN else timedelta(seconds=policy.grace_s)


def snapshot(policy: Policy, decision: Decision) -> dict[str, object]:
    """Return what a request keeps of the rules it was decided by."""
    return {
        "name": policy.name,
        "version": policy.version,
        "rule": decision.rule,
        "grace_s": policy.grace_s,
        "notice_period_h": policy.notice_period_h,
        "steps": [str(role) for role in decision.steps],
        "evidence": decision.evidence,
    }
