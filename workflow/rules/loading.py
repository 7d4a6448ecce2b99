"""Document → RuleSet, or every mistake in it at once."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import yaml

from models import EvidenceKind, Origin, Preset
from workflow import authorities
from workflow.reasons import REASONS
from workflow.rules.ruleset import FILES, MOST_MB, Consequence, Notice, Proof, RuleSet, Scene, When, WrongRules
from workflow.rules.section import Section
from workflow.rules.steps import chains_in, through_an_authority
from workflow.strict_yaml import WithoutAliases
from workflow.working_hours import USUAL, Office, WrongOffice, office_of

MOST_SCENES = 40
OFFICE_HOURS = "office_hours"
LARGEST = 64 * 1024  # bytes of a file
BASE = "base"  # the key that names what a document is written on top of
MERGED = ("chains", "notices", "consequences")  # by name; everything else replaces
NO_SERVICE = (
    "g2 要用有资质机构的证书签署，本系统还没有配置签名服务，这样的节点谁也不能同意；"
    "请系统管理员先配好 settings.yaml 的 signatures（docs/settings.md），或写 g0、g1、不写"
)


def digest_of(document: Mapping[str, object]) -> str:
    """Return the SHA-256, in hexadecimal, of a document as JSON: UTF-8, keys sorted, no spaces."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def parsed(text: bytes) -> dict[str, object]:
    """Read a YAML file into a document; nothing of it is checked yet."""
    if len(text) > LARGEST:
        raise WrongRules(f"整份规则: 太大，最多 {LARGEST // 1024} KB")
    try:
        found = yaml.load(text, WithoutAliases)  # noqa: S506 - it is a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        raise WrongRules(f"整份规则: 不是能读的 YAML{f'，第 {mark.line + 1} 行' if mark else ''}") from None
    if not isinstance(found, dict):
        raise WrongRules("整份规则: 应为一组「名称: 值」")
    return found


def resolved(document: Mapping[str, object], bases: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Return a document with all it does not say itself filled in from what it names as `base`."""
    own = dict(document)
    if BASE not in own:
        return own
    named = own.pop(BASE)
    if not isinstance(named, str) or named not in bases:
        raise WrongRules(f"{BASE}: 没有这一种；有 {'、'.join(bases)}")
    whole = {**bases[named], **own}
    for key in MERGED:
        below, above = bases[named].get(key, {}), own.get(key, {})
        if isinstance(below, Mapping) and isinstance(above, Mapping) and (below or above):
            whole[key] = {**below, **above}
    return whole


def load(document: Mapping[str, object], version: int = 1, *, new: bool = False) -> RuleSet:
    """Return the rules that a whole document says, or raise WrongRules with every mistake in it.

    A `new` one is refused too where nobody here could ever sign what it asks for. One that was agreed to before always
    loads: a signing service that is gone stops the answers that need it, never a candidate's own word.
    """
    problems: list[str] = []
    whole = Section(document, "", problems)
    rules = _rules(whole)
    whole.end()
    if new:
        problems += [f"{path}: {NO_SERVICE}" for path in unsignable(rules)]
    if not any(each.startswith("scenes.") for each in problems):
        _require_a_way(whole, rules)
    if problems:
        raise WrongRules(*problems)
    return replace(rules, version=version, digest=digest_of(document), document=dict(document))


def unsignable(rules: RuleSet) -> list[str]:
    """Return the paths of the steps that nobody can sign, as this process knows no certification authority."""
    return [] if authorities.authority() else through_an_authority(rules.chains)


def _rules(whole: Section) -> RuleSet:
    if not whole.has("preset"):
        whole.wrong("preset", f"没有写；有 {'、'.join(Preset)}")
    chains, notices, consequences = chains_in(whole), _notices(whole), _consequences(whole)
    return RuleSet(
        preset=whole.choice("preset", Preset.STRICT, {}),
        title=whole.text("title", None),
        scenes=tuple(_scene(each, chains, notices, consequences) for each in whole.sections("scenes")),
        chains=chains,
        notices=notices,
        consequences=consequences,
        sensitive_positions=whole.words("sensitive_positions"),
        notice_period_h=whole.number("notice_period_h", 24),
        grace_s=whole.number("grace_s", 60),
        office=_office(whole),
        code=whole.flag("code", False),
        archive=whole.flag("archive", False),
    )


def _office(whole: Section) -> Office:
    try:
        return office_of(whole.words(OFFICE_HOURS))
    except WrongOffice as wrong:
        whole.wrong(OFFICE_HOURS, str(wrong))
        return USUAL


def _notices(whole: Section) -> dict[str, Notice]:
    found, part = {}, whole.section("notices")
    for name in part.names():
        one = part.section(name)
        found[name] = Notice(one.flag("always", False), one.text("says"))
        one.end()
    return found


def _consequences(whole: Section) -> dict[str, Consequence]:
    found, part = {}, whole.section("consequences")
    for name in part.names():
        one = part.section(name)
        if one.has("fee"):
            one.take("fee")
            one.wrong("fee", "不能向候选人收费（劳动合同法第九条）；请写非金钱的影响")
        found[name] = Consequence(one.flag("keeps", False), one.text("says"))
        one.end()
    return found


def _scene(
    one: Section, chains: Mapping[str, object], notices: Mapping[str, object], consequences: Mapping[str, object]
) -> Scene:
    scene = Scene(
        id=one.text("id", None),
        name=one.text("name", None),
        when=_when(one.section("when")),
        allow=one.flag("allow", True),
        because=one.text("because"),
        chain=one.named("chain", chains),
        proof=_proof(one.section("evidence")),
        notice=one.named("notice", notices),
        consequence=one.named("consequence", consequences),
        drafted=one.flag("drafted", False),
    )
    _require_sense(one, scene)
    one.end()
    return scene


def _when(part: Section) -> When:
    origins = part.words("origin", [str(each) for each in Origin])
    when = When(
        by_candidate=part.maybe_flag("by_candidate"),
        late=part.maybe_flag("late"),
        sensitive=part.maybe_flag("sensitive"),
        origin=tuple(Origin(each) for each in origins),
        reasons=part.words("reasons", REASONS),
        positions=part.words("positions"),
        hours_from=part.maybe_number("hours_from"),
        hours_below=part.maybe_number("hours_below"),
        earlier_from=part.maybe_number("earlier_from"),
    )
    if when.hours_from is not None and when.hours_below is not None and when.hours_from >= when.hours_below:
        part.wrong("hours_below", f"应大于 hours_from（{when.hours_from}），否则永远不会符合")
    part.end()
    return when


def _proof(part: Section) -> Proof:
    kinds = part.words("kinds", [str(each) for each in EvidenceKind]) if part.has("kinds") else ()
    least = part.number("least", 0, 20)
    proof = Proof(
        least,
        part.number("most", max(Proof.most, least), 20),
        tuple(EvidenceKind(each) for each in kinds) or Proof.kinds,
        part.words("files", FILES) or FILES,
        part.number("most_mb", MOST_MB, MOST_MB),
    )
    if proof.most_mb == 0:
        part.wrong("most_mb", f"应为 1 到 {MOST_MB} 的整数")
    if proof.least > proof.most:
        part.wrong("least", f"多于最多的 {proof.most} 份")
    part.end()
    return proof


def _require_sense(one: Section, scene: Scene) -> None:
    if scene.allow == bool(scene.because):
        one.wrong("because", "不允许的场景要写明原因；允许的不写")
    if scene.drafted and scene.when.by_candidate is not True:
        one.wrong("drafted", "只有候选人本人提出的（by_candidate: true）可以先交给 HR 提交")
    if scene.drafted and not scene.chain:
        one.wrong("drafted", "交给 HR 提交的要写 chain")


def _require_kindness(whole: Section, scenes: Sequence[Scene]) -> None:
    """Refuse rules by which a candidate's own wish could be refused, or would need more than their own word."""
    for index, each in enumerate(scenes, start=1):
        if each.when.may_be_a_candidates and not each.allow:
            whole.wrong(f"scenes.{index}.allow", "候选人本人说不来不能拒绝；请在 when 里写 by_candidate: false")
        word_is_enough = each.proof.least == 0 or (each.proof.least == 1 and EvidenceKind.REPLY in each.proof.kinds)
        if each.when.may_be_a_candidates and not word_is_enough:
            what = "候选人本人提出的也会用到这一条，只能要 1 份证明，并且其回复就算（kinds 里要有 reply）"
            whole.wrong(f"scenes.{index}.evidence", what)
        if each.when == When(by_candidate=True):
            return  # no candidate comes any further


def _require_a_way(whole: Section, rules: RuleSet) -> None:
    """Every case has to fit a scene, and each scene has a name of its own."""
    if not 0 < len(rules.scenes) <= MOST_SCENES:
        whole.wrong("scenes", f"应有 1 到 {MOST_SCENES} 个场景")
        return
    if not rules.scenes[-1].when.fits_everything:
        whole.wrong(f"scenes.{len(rules.scenes)}.when", "最后一个场景不能有条件：别的都不符合时用它")
    _require_kindness(whole, rules.scenes)
    for index, each in enumerate(rules.scenes[:-1], start=1):
        if each.when.fits_everything:
            whole.wrong(f"scenes.{index}.when", "没有条件，后面的场景永远轮不到")
    ids = [each.id for each in rules.scenes]
    for index, name in enumerate(ids, start=1):
        if name and ids.index(name) != index - 1:
            whole.wrong(f"scenes.{index}.id", f"「{name}」和前面的场景重名")
