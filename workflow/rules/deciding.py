"""Facts in, decision and trace out. Pure: the same facts and rules give the same answer at any time (S54)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from models import Origin, Role
from workflow.plans import StepPlan
from workflow.rules.ruleset import Consequence, Facts, Notice, Proof, RuleSet, When


@dataclass(frozen=True)
class Decision:
    """判定结果: carried out at once when `plans` is empty, else after these steps agreed; `rule` is the scene's id."""

    rule: str
    scene: str
    plans: tuple[StepPlan, ...]
    proof: Proof
    late: bool
    notice: Notice
    consequence: Consequence
    allowed: bool = True
    because: str = ""
    drafted_for_hr: bool = False
    trace: Mapping[str, object] | None = None

    @property
    def steps(self) -> tuple[Role, ...]:
        """Return the role of each step, in order; of one that names persons alone there is none."""
        return tuple(role for each in self.plans for role in each.roles[:1])

    @property
    def evidence(self) -> int:
        """Return how many pieces are needed before anybody is asked."""
        return self.proof.least


class OtherRules(ValueError):
    """A trace was made by other rules than those it is to be replayed with."""


def is_late(facts: Facts, rules: RuleSet) -> bool:
    """Tell whether the notice period has begun; the boundary itself is in time."""
    return facts.ahead < rules.notice_period


def is_sensitive(facts: Facts, rules: RuleSet) -> bool:
    """Tell whether the position is a sensitive one: by its own mark, or because the rules name it (S11)."""
    return facts.sensitive or _is_named(facts.position, rules.sensitive_positions)


def _is_named(position: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(position.casefold(), each.casefold()) for each in patterns)


CONDITIONS: Mapping[str, Callable[[When, Facts, RuleSet], bool]] = {
    "by_candidate": lambda when, facts, _: when.by_candidate in (None, facts.by_candidate),
    "late": lambda when, facts, rules: when.late in (None, is_late(facts, rules)),
    "sensitive": lambda when, facts, rules: when.sensitive in (None, is_sensitive(facts, rules)),
    "origin": lambda when, facts, _: not when.origin or facts.origin in when.origin,
    "reasons": lambda when, facts, _: not when.reasons or facts.reason in when.reasons,
    "positions": lambda when, facts, _: not when.positions or _is_named(facts.position, when.positions),
    "hours_from": lambda when, facts, _: when.hours_from is None or facts.ahead >= timedelta(hours=when.hours_from),
    "hours_below": lambda when, facts, _: when.hours_below is None or facts.ahead < timedelta(hours=when.hours_below),
    "earlier_from": lambda when, facts, _: when.earlier_from is None or facts.earlier >= when.earlier_from,
}
"""Each condition of a scene by its key in a document; all of them have to hold."""


def unmet(when: When, facts: Facts, rules: RuleSet) -> list[str]:
    """Return the keys of the conditions that do not hold."""
    return [key for key, holds in CONDITIONS.items() if not holds(when, facts, rules)]


def decide(facts: Facts, rules: RuleSet) -> Decision:
    """Decide what this cancellation needs: the first scene that fits says it, and the last one fits everything."""
    tried: list[dict[str, object]] = []
    for scene in rules.scenes:
        failed = unmet(scene.when, facts, rules)
        tried.append({"scene": scene.id, "unmet": failed})
        if not failed:
            break
    late = is_late(facts, rules)
    trace = {
        "facts": as_kept(facts),
        "derived": {"late": late, "sensitive": is_sensitive(facts, rules)},
        "tried": tried,
        "fired": scene.id,
        "version": rules.version,
        "digest": rules.digest,
    }
    return Decision(
        rule=scene.id,
        scene=scene.name,
        plans=rules.plans(scene),
        proof=scene.proof,
        late=late,
        notice=rules.notices.get(scene.notice, Notice()),
        consequence=rules.consequences.get(scene.consequence, Consequence()),
        allowed=scene.allow,
        because=scene.because,
        drafted_for_hr=scene.drafted,
        trace=trace,
    )


def as_kept(facts: Facts) -> dict[str, object]:
    """Return the form in which a trace keeps its facts: JSON that `facts_of` reads back, to the microsecond."""
    return {
        "origin": str(facts.origin),
        "by_candidate": facts.by_candidate,
        "starts_at": facts.starts_at.isoformat(),
        "now": facts.now.isoformat(),
        "sensitive": facts.sensitive,
        "reason": facts.reason,
        "position": facts.position,
        "earlier": facts.earlier,
    }


def facts_of(trace: Mapping[str, object]) -> Facts:
    """Return the facts that a trace was made from."""
    kept = trace["facts"]
    assert isinstance(kept, Mapping)
    return Facts(
        origin=Origin(kept["origin"]),
        by_candidate=bool(kept["by_candidate"]),
        starts_at=datetime.fromisoformat(kept["starts_at"]),
        now=datetime.fromisoformat(kept["now"]),
        sensitive=bool(kept["sensitive"]),
        reason=str(kept["reason"]),
        position=str(kept["position"]),
        earlier=int(kept["earlier"]),
    )


def replay(trace: Mapping[str, object], rules: RuleSet) -> Decision:
    """Decide a kept case again by the rules that decided it; raises OtherRules for any others."""
    if trace.get("digest") != rules.digest:
        raise OtherRules(str(trace.get("digest")))
    return decide(facts_of(trace), rules)
