"""Single values that a unit changed before rules were documents: they become a document of the same meaning.

New rules are documents (docs/rules.md); this reads what stands in `organisation.policy` since before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from models import Preset, Role
from workflow.plans import OF_ROLE, as_kept
from workflow.rules.loading import load
from workflow.rules.presets import DOCUMENTS, PRESETS
from workflow.rules.ruleset import APPROVING, MOST, RuleSet, WrongRules

WHOLE = (Role.DEPARTMENT_HEAD, Role.LEADER)
NUMBERS = ("notice_period_h", "grace_s", "code", "archive")  # the same in a document
MOST_EVIDENCE = 20


@dataclass(frozen=True)
class Values:
    """The values there were, as the fast preset had them; who has to agree is named by roles."""

    version: int = 1
    notice_period_h: int = 24
    grace_s: int = 60
    evidence: int = 0
    company_steps: tuple[Role, ...] = ()
    late_steps: tuple[Role, ...] = (Role.HR,)  # a candidate said no after the notice period
    sensitive_steps: tuple[Role, ...] = ()
    candidate_needs_approval: bool = False
    code: bool = False
    archive: bool = False


OF_PRESET = {
    Preset.FAST: Values(),
    Preset.STRICT: Values(
        evidence=1,
        company_steps=WHOLE,
        late_steps=WHOLE,
        sensitive_steps=WHOLE,
        candidate_needs_approval=True,
        code=True,
        archive=True,
    ),
    Preset.TRANSITION: Values(late_steps=(Role.DEPARTMENT_HEAD,), sensitive_steps=(Role.DEPARTMENT_HEAD,)),
}


def overridden(preset: Preset, changes: Mapping[str, object]) -> RuleSet:
    """Return a preset with these values changed, or raise WrongRules: a mistyped rule must not pass in silence."""
    if not changes:
        return PRESETS[preset]
    values = _changed(OF_PRESET[preset], changes)
    return load(document_of(preset, values), values.version)


def document_of(preset: Preset, values: Values) -> dict[str, object]:
    """Return the document that says what these values say."""
    chains = {
        "公司取消": values.company_steps,
        "候选人在通知期内": values.late_steps,
        "敏感岗位": values.sensitive_steps,
    }
    return {
        "preset": str(preset),
        "title": DOCUMENTS[preset]["title"],
        **{key: getattr(values, key) for key in NUMBERS},
        "scenes": [*_candidates(values), *_companys(preset, values)],
        "chains": {name: as_kept(tuple(OF_ROLE[role] for role in roles)) for name, roles in chains.items() if roles},
    }


def _candidates(values: Values) -> list[dict[str, object]]:
    by, evidence = {"by_candidate": True}, min(values.evidence, 1)  # their own reply is that one piece
    if values.candidate_needs_approval:
        drafted = _scene("candidate-strict", "候选人本人提出", by, "公司取消", values.company_steps, evidence)
        return [{**drafted, "drafted": bool(values.company_steps)}]
    found = [
        _scene("candidate-late", "候选人在通知期内提出", {**by, "late": True}, "候选人在通知期内", values.late_steps),
        _scene(
            "candidate-sensitive",
            "候选人提前提出，敏感岗位",
            {**by, "sensitive": True},
            "敏感岗位",
            values.sensitive_steps,
        ),
        _scene("candidate-in-time", "候选人提前提出", by, "", ()),
    ]
    return [each for each in found if each["id"] != "candidate-sensitive" or values.sensitive_steps]


def _companys(preset: Preset, values: Values) -> list[dict[str, object]]:
    late_name, late_steps = "公司取消", values.company_steps
    if preset == Preset.TRANSITION and not late_steps:
        late_name, late_steps = "候选人在通知期内", values.late_steps
    sensitive = _scene(
        "sensitive-position",
        "公司取消敏感岗位的面试",
        {"sensitive": True},
        "敏感岗位",
        values.sensitive_steps,
        values.evidence,
    )
    late = _scene("company-late", "公司在通知期内取消", {"late": True}, late_name, late_steps, values.evidence)
    company = _scene("company", "公司取消", {}, "公司取消", values.company_steps, values.evidence)
    return [*([sensitive] if values.sensitive_steps else []), late, company]


def _scene(
    key: str, name: str, when: dict[str, bool], chain: str, steps: tuple[Role, ...], evidence: int = 0
) -> dict[str, object]:
    scene: dict[str, object] = {"id": key, "name": name, "when": when, "evidence": {"least": evidence}}
    return {**scene, "chain": chain} if steps else scene


def _changed(base: Values, changes: Mapping[str, object]) -> Values:
    known = {each.name: getattr(base, each.name) for each in fields(base)}
    wrong = [f"{key}: 没有这一项；有 {'、'.join(known)}" for key in changes if key not in known]
    wrong += [f"{key}: {said}" for key in changes if key in known and (said := _mistake(key, known[key], changes[key]))]
    if wrong:
        raise WrongRules(*wrong)
    return replace(base, **{key: _read(known[key], value) for key, value in changes.items()})


def _mistake(key: str, example: object, value: object) -> str:
    most = MOST_EVIDENCE if key == "evidence" else MOST
    if isinstance(example, tuple):
        known = [str(role) for role in APPROVING]
        is_list = isinstance(value, list | tuple) and all(str(each) in known for each in value)
        return "" if is_list else f"应是列表，每个是 {'、'.join(known)} 之一"
    if type(value) is not type(example):
        return f"应为 {'true 或 false' if isinstance(example, bool) else '整数'}，写的是 {value!r}"
    return f"应为 0 到 {most} 的整数" if isinstance(value, int) and not 0 <= value <= most else ""


def _read(example: object, value: Any) -> Any:
    return tuple(Role(str(each)) for each in value) if isinstance(example, tuple) else value
