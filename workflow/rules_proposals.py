"""规范的新版本: a system administrator proposes a document, a security administrator agrees; it holds from its date on.

No case that was filed before is touched: each keeps what decided it (S47).
"""

from collections.abc import Mapping
from datetime import datetime

from models import CardPurpose, Employee, Organisation, Role, RulesStatus, RulesVersion
from workflow import access, audit, outbox, proposals, rulebook, rules_words, trials
from workflow.acting import Act
from workflow.errors import NotAllowed, NotNow, Stale
from workflow.numbering import rules_number
from workflow.permissions import RULES_APPROVE, RULES_PROPOSE, RULES_READ
from workflow.policy import entered
from workflow.rights import PROPOSAL_LASTS
from workflow.rules.loading import digest_of, load, resolved, unsignable
from workflow.rules.presets import DOCUMENTS
from workflow.rules.ruleset import RuleSet

RELATIONS = ("organisation", "proposer", "decided_by")
NOW_IN_FORCE = "current"  # the base that stands for what a unit follows now


async def _sees(employee: Employee, version: RulesVersion, now: datetime) -> bool:
    return await access.may_any(employee, RULES_READ, version.organisation, now)


KIND = proposals.Kind(
    table=RulesVersion,
    purpose=CardPurpose.RULES,
    column="rules",
    timer="rules_expire",
    relations=RELATIONS,
    outcomes=rules_words.OUTCOMES,
    proposer="proposer",
    proposed=RulesStatus.PROPOSED,
    withdrawn=RulesStatus.WITHDRAWN,
    sees=_sees,
    nobody="no-rules-decider",
    late="rules-expired",
    absent="rules-not-found",
)


async def whole(organisation: Organisation, document: Mapping[str, object], now: datetime) -> RuleSet:
    """Return the rules a document makes for a unit, with all it leaves to its base; raises WrongRules."""
    bases: dict[str, Mapping[str, object]] = {str(preset): each for preset, each in DOCUMENTS.items()}
    bases[NOW_IN_FORCE] = (await rulebook.rules_of(organisation, now)).document
    return load(resolved(document, bases), await _next_version(organisation), new=True)


async def _next_version(organisation: Organisation) -> int:
    newest = await RulesVersion.filter(organisation=organisation).order_by("-version").first()
    return (newest.version if newest else entered(organisation).version) + 1


async def propose(
    act: Act, organisation: Organisation, document: Mapping[str, object], effective_from: datetime | None = None
) -> RulesVersion:
    """Lay a new version before the security administrators, with how every past case comes out under it."""
    proposer = await access.require(act, RULES_PROPOSE, organisation)
    running = RulesVersion.filter(organisation=organisation, status=RulesStatus.PROPOSED, expires_at__gt=act.now)
    if found := await running.first():
        raise NotNow("rules-under-way", number=found.number)
    rules, present = await whole(organisation, document, act.now), await rulebook.rules_of(organisation, act.now)
    if rules.digest == present.digest:
        raise NotNow("rules-same", version=present.version)
    await rulebook.keep_text(present)
    version = RulesVersion(
        number=await rules_number(act.now),
        organisation=organisation,
        version=rules.version,
        document=dict(rules.document),
        digest=rules.digest,
        replaces=present.digest,
        effective_from=max(effective_from or act.now, act.now),
        replayed=await _replayed(organisation, rules),
        proposer=proposer,
        proposed_at=act.now,
        expires_at=act.now + PROPOSAL_LASTS,
    )
    await proposals.lay_before(act, KIND, version, await deciders(version, act.now))
    await _record(act, version, "rules.proposed")
    return version


async def _replayed(organisation: Organisation, rules: RuleSet) -> dict[str, object]:
    found = await trials.replayed(organisation, rules)
    return {
        "digest": rules.digest,
        "cases": found.cases,
        "changed": len(found.changed),
        "untold": found.untold,
        "false": len(found.false),
    }


async def deciders(version: RulesVersion, now: datetime) -> list[Employee]:
    """Return who may decide: security administrators of the unit or the nearest above, never the proposer."""
    people = await access.holders(Role.SECURITY_ADMIN, version.organisation, now)
    return [each for each in people if each.id != version.proposer_id]


async def may_decide(employee: Employee, version: RulesVersion, now: datetime) -> bool:
    """Tell whether this person may answer this proposal now."""
    if not proposals.is_open(KIND, version, now) or employee.id == version.proposer_id:
        return False
    return await access.may(employee, RULES_APPROVE, version.organisation, now)


async def _checked(act: Act, version: RulesVersion) -> Employee:
    """Refuse unless this person may decide this proposal, now."""
    employee = await access.require_employee(act)
    if employee.id == version.proposer_id:
        raise NotAllowed("own-rules")
    await access.require(act, RULES_APPROVE, version.organisation)
    proposals.require_open(KIND, version, act.now)
    return employee


async def approve(act: Act, version: RulesVersion, *, comment: str = "") -> RulesVersion:
    """Agree: it holds from its date on, at the earliest from now.

    Refused when past cases were not replayed under this very document, other rules came into force meanwhile, or the
    signing service that it needs is gone.
    """
    employee = await _checked(act, version)
    if version.replayed.get("digest") != version.digest or digest_of(version.document) != version.digest:
        raise NotNow("rules-not-replayed", number=version.number)
    if (await rulebook.rules_of(version.organisation, act.now)).digest != version.replaces:
        raise Stale("rules-changed", number=version.number)
    if where := unsignable(load(version.document, version.version)):
        raise NotNow("rules-unsignable", number=version.number, where="、".join(where))
    version.effective_from = max(version.effective_from, act.now)
    await proposals.settle(act, KIND, version, employee, RulesStatus.APPROVED, comment)
    await _record(act, version, "rules.approved")
    await outbox.tell(act, version.proposer, rules_words.to_the_proposer(version))
    return version


async def reject(act: Act, version: RulesVersion, *, comment: str = "") -> RulesVersion:
    """Say no: nothing changes, and the proposer hears why."""
    employee = await _checked(act, version)
    await proposals.settle(act, KIND, version, employee, RulesStatus.REJECTED, comment)
    await _record(act, version, "rules.refused", ok=False)
    await outbox.tell(act, version.proposer, rules_words.to_the_proposer(version))
    return version


async def withdraw(act: Act, version: RulesVersion) -> RulesVersion:
    """Take back what one proposed oneself, while nobody decided; nothing follows."""
    await proposals.withdraw(act, KIND, version)
    await _record(act, version, "rules.recalled", ok=False)
    return version


async def expire(act: Act, version_id: object) -> bool:
    """Close a proposal that nobody answered in time (系统代办); False when it was settled before."""
    version = await proposals.lapsed(act, KIND, version_id)
    if version is None:
        return False
    await proposals.settle(act, KIND, version, None, RulesStatus.EXPIRED)
    await _record(act, version, "rules.expired", ok=False, why="clock")
    await outbox.tell(act, version.proposer, rules_words.expired(version))
    return True


async def awaiting(employee: Employee, now: datetime) -> list[RulesVersion]:
    """Return the proposals that this person may decide now, oldest first."""
    units = access.within(await access.scopes(employee, RULES_APPROVE, now))
    open_ = RulesVersion.filter(units, status=RulesStatus.PROPOSED, expires_at__gt=now)
    found = await open_.order_by("proposed_at").prefetch_related(*RELATIONS)
    return [each for each in found if await may_decide(employee, each, now)]


async def _record(act: Act, version: RulesVersion, action: str, *, ok: bool = True, why: str = "") -> None:
    data = {
        "unit": version.organisation.path,
        "version": version.version,
        "digest": version.digest,
        "replaces": version.replaces,
        "from": audit.stamp(version.effective_from),
        "cases": version.replayed.get("cases", 0),
        "changed": version.replayed.get("changed", 0),
    }
    await audit.record(act, version.organisation, action, ("rules", version.number, 1), ok=ok, why=why, data=data)
