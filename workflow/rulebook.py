"""Which rules are in force in a unit at a moment, and every document that ever decided a case."""

from datetime import datetime

from models import Employee, Organisation, RulesStatus, RulesText, RulesVersion
from workflow import access, audit
from workflow.acting import Act
from workflow.errors import NotFound
from workflow.policy import CONTACT, entered
from workflow.rules.loading import load
from workflow.rules.presets import PRESETS
from workflow.rules.ruleset import RuleSet


async def rules_of(organisation: Organisation, now: datetime) -> RuleSet:
    """Return a unit's rules in force; raises WrongRules where what was entered for it cannot be read.

    They are the newest approved version that has begun, or what the unit was entered with; where it has neither, those
    of the nearest unit above that has; and the strict preset where none has (S11).
    """
    paths = access.upwards(organisation.path)
    begun = RulesVersion.filter(
        organisation__path__in=paths, status=RulesStatus.APPROVED, effective_from__lte=now
    ).order_by("-effective_from", "-version")
    rows = await begun.prefetch_related("organisation")
    above = [] if has_own(organisation) else await Organisation.filter(path__in=paths[1:])
    units = {each.path: each for each in [organisation, *above]}
    for path in paths:
        if found := next((each for each in rows if each.organisation.path == path), None):
            return load(found.document, found.version)
        if path in units and has_own(units[path]):
            return entered(units[path])
    return entered(organisation)


def has_own(organisation: Organisation) -> bool:
    """Tell whether a unit was entered with rules of its own."""
    return organisation.preset is not None or bool(set(organisation.policy) - {CONTACT})


async def take(act: Act, path: str) -> tuple[Organisation, RuleSet]:
    """Take the rules of a unit out as a print; that somebody did is on record before they have it."""
    unit = await unit_seen_by(await access.require_employee(act), path, act.now)
    if unit is None:
        raise NotFound("rules-unit-not-found")
    rules = await rules_of(unit, act.now)
    data = {"version": rules.version, "digest": rules.digest}
    await audit.record(act, unit, "rules.taken", ("rules", unit.path[-64:], 1), data=data)
    return unit, rules


async def keep_text(rules: RuleSet) -> None:
    """Keep a document that decides a case, once."""
    row = RulesText(digest=rules.digest, document=dict(rules.document))
    await RulesText.bulk_create([row], ignore_conflicts=True)


async def by_digest(digest: str) -> RuleSet | None:
    """Return the rules that once decided a case, by the digest in its trace."""
    for each in PRESETS.values():
        if each.digest == digest:
            return each
    found = await RulesText.get_or_none(digest=digest)
    return load(found.document) if found else None


async def version_of(organisation: Organisation, version: int) -> RuleSet | None:
    """Return one version of a unit's rules, approved or not; the first is what it was entered with."""
    found = await RulesVersion.get_or_none(organisation=organisation, version=version)
    if found is not None:
        return load(found.document, found.version)
    base = entered(organisation)
    return base if base.version == version else None


async def unit_seen_by(employee: Employee, named: str, now: datetime) -> Organisation | None:
    """Return the unit of this name or path whose rules somebody may read; their own where none is named.

    They are read by whoever works there, above, below, or holds a role there; any other unit is as absent as none.
    """
    own = await employee.organisation
    if not named:
        return own
    paths = [own.path, *(path for _, path in await access.grants_of(employee, now))]
    for each in [*await Organisation.filter(path=named), *await Organisation.filter(name=named)]:
        if any(access.covers(path, each.path) or access.covers(each.path, path) for path in paths):
            return each
    return None
