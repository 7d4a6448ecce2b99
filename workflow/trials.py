"""试算 and 重放: what the rules say of a case without filing it, and what others would have said (S48, S54)."""

from dataclasses import dataclass
from datetime import datetime

from models import Booking, CancellationRequest, Organisation, Origin, RulesStatus, RulesVersion
from workflow import access, cancelling, rulebook
from workflow.acting import Act
from workflow.evidence_rules import rules_of
from workflow.plans import as_kept
from workflow.reasons import REASONS
from workflow.rules.deciding import Decision, decide, facts_of
from workflow.rules.ruleset import RuleSet

MOST_CASES = 20_000  # of one replay: the newest


@dataclass(frozen=True)
class Trial:
    """What the rules say of one booking now: to the company with this reason, and to the candidate's own word."""

    rules: RuleSet
    company: Decision
    own: Decision


async def trial(act: Act, booking_id: object, reason: str) -> Trial:
    """Decide a case as it is now and change nothing."""
    booking = await access.booking_for(act, booking_id)
    origin = REASONS[reason].origin if reason in REASONS else Origin.COMPANY
    return await _tried(booking, origin, act, reason)


async def _tried(booking: Booking, origin: Origin, act: Act, reason: str) -> Trial:
    rules, company = await cancelling.preview(booking, origin, act, reason)
    candidate = Act(act.now, act.via, candidate=booking.candidate)
    _, own = await cancelling.preview(booking, Origin.CANDIDATE, candidate, reason)
    return Trial(rules, company, own)


async def at_the_desk(act: Act, number: str, reason: str) -> Trial | None:
    """Decide a case for the operator, who names it by its number; None where there is none."""
    relations = ("organisation", "candidate", "position")
    booking = await Booking.get_or_none(number=number.upper()).prefetch_related(*relations)
    if booking is None:
        return None
    await access.require_desk(act, access.READ, booking.organisation)
    origin = REASONS[reason].origin if reason in REASONS else Origin.COMPANY
    return await _tried(booking, origin, act, reason)


@dataclass(frozen=True)
class Otherwise:
    """One past case that other rules would have decided otherwise; the answers are one line each."""

    number: str
    was: Decision
    now: Decision


@dataclass(frozen=True)
class Replayed:
    """How past cases of a unit come out under other rules.

    `untold` have no trace (they are older than traces are) or are beyond what one replay looks at. `false` are those
    whose kept decision is not what its own trace gives: somebody wrote into the store.
    """

    cases: int
    changed: tuple[Otherwise, ...]
    untold: int
    false: tuple[str, ...]


async def replayed(
    organisation: Organisation, rules: RuleSet, since: datetime | None = None, until: datetime | None = None
) -> Replayed:
    """Decide again every case of a unit, and of those below that follow it, which was filed in this time."""
    filed = CancellationRequest.filter(organisation_id__in=await followers(organisation))
    filed = filed.filter(created_at__gte=since) if since else filed
    filed = filed.filter(created_at__lt=until) if until else filed
    count = await filed.count()
    newest = filed.exclude(trace__isnull=True).order_by("-created_at", "id").limit(MOST_CASES)
    seen, changed, false = 0, [], []
    texts: dict[str, RuleSet | None] = {}
    for row in await newest.values("number", "policy", "trace"):
        was = await _was(row["trace"], texts)
        if was is None:
            continue
        seen += 1
        if not is_kept(was, row["policy"]):
            false.append(str(row["number"]))
        now = decide(facts_of(row["trace"]), rules)
        if essence(now) != essence(was):
            changed.append(Otherwise(str(row["number"]), was, now))
    return Replayed(seen, tuple(changed), count - seen, tuple(false))


async def _was(trace: dict[str, object], texts: dict[str, RuleSet | None]) -> Decision | None:
    digest = str(trace.get("digest"))
    if digest not in texts:
        texts[digest] = await rulebook.by_digest(digest)
    rules = texts[digest]
    return decide(facts_of(trace), rules) if rules else None


def is_kept(decision: Decision, policy: dict[str, object]) -> bool:
    """Tell whether what a request keeps is what its own trace gives."""
    kept = (policy.get("rule"), policy.get("steps"), rules_of(policy))
    return kept == (decision.rule, as_kept(decision.plans), decision.proof.rules)


def essence(decision: Decision) -> tuple[object, ...]:
    """Return what makes two decisions the same for the people they concern; names of scenes do not."""
    return (
        decision.allowed,
        tuple(_unnamed(decision)),
        decision.proof,
        decision.notice.always,
        decision.consequence.keeps,
        decision.drafted_for_hr,
    )


def _unnamed(decision: Decision) -> list[dict[str, object]]:
    return [{**each, "name": ""} for each in as_kept(decision.plans)]


async def followers(organisation: Organisation) -> list[object]:
    """Return the ids of the units that follow the rules of this one: itself, and those below without their own."""
    below = await Organisation.filter(path__startswith=organisation.path + "/")
    approved = RulesVersion.filter(status=RulesStatus.APPROVED).distinct()
    own = {str(path) for path in await approved.values_list("organisation__path", flat=True)}
    own |= {each.path for each in below if rulebook.has_own(each)}

    def follows(path: str) -> bool:
        between = [each for each in access.upwards(path) if len(each) > len(organisation.path)]
        return not own.intersection(between)

    return [organisation.id, *(each.id for each in below if follows(each.path))]
