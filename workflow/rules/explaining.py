"""Why rules decide as they do: what was looked at, which scenes did not fit and why, and what follows (S48, S54)."""

from collections.abc import Mapping
from datetime import timedelta

from workflow.acting import SHANGHAI
from workflow.reasons import REASONS
from workflow.rules.deciding import Decision, facts_of
from workflow.rules.ruleset import RuleSet
from workflow.rules.words import ORIGINS, condition, proof, step


def explained(rules: RuleSet, decision: Decision) -> list[str]:
    """Return the whole explanation of a decision, line by line."""
    assert decision.trace is not None
    return [
        f"规则：{rules.title} 第 {rules.version} 版（摘要 {rules.digest[:16]}）",
        f"依据：{_facts(decision)}",
        *_tried(rules, decision.trace),
        *follows(decision),
    ]


def follows(decision: Decision) -> list[str]:
    """Say what a decision asks for."""
    if not decision.allowed:
        return [f"结果：不可以取消。{decision.because}"]
    drafted = "先交 HR 提交，" if decision.drafted_for_hr else ""
    asks = f"要 {len(decision.plans)} 步审批" if decision.plans else "不用审批"
    lines = [f"结果：可以取消，{drafted}{asks}，{proof(decision.proof)}。"]
    lines += [f"　第 {place} 步 {step(each)}" for place, each in enumerate(decision.plans, start=1)]
    lines += ["必须通知候选人。"] if decision.notice.always else []
    return lines + (["必须保留候选人的资格。"] if decision.consequence.keeps else [])


def _facts(decision: Decision) -> str:
    assert decision.trace is not None
    facts, derived = facts_of(decision.trace), decision.trace["derived"]
    assert isinstance(derived, Mapping)
    reason = REASONS[facts.reason].label if facts.reason in REASONS else "没有写"
    start = facts.starts_at.astimezone(SHANGHAI)
    parts = [
        "候选人本人提出" if facts.by_candidate else "公司提出",
        f"原因 {reason}（{ORIGINS[facts.origin]}）",
        f"面试 {start:%Y-%m-%d %H:%M}，距开始 {_span(facts.ahead)}",
        "通知期内" if derived["late"] else "通知期以前",
        f"岗位 {facts.position}{'（敏感）' if derived['sensitive'] else ''}",
        f"该候选人已取消过 {facts.earlier} 次",
    ]
    return "、".join(parts)


def _span(ahead: timedelta) -> str:
    if ahead < timedelta(0):
        return "已过"
    minutes = int(ahead.total_seconds() // 60)
    return f"{minutes // 60} 小时 {minutes % 60} 分"


def _tried(rules: RuleSet, trace: Mapping[str, object]) -> list[str]:
    scenes, tried = {each.id: each for each in rules.scenes}, trace["tried"]
    assert isinstance(tried, list)
    lines = []
    for place, each in enumerate(tried, start=1):
        scene = scenes[each["scene"]]
        failed = "、".join(condition(scene.when, key) for key in each["unmet"])
        lines.append(f"{place}. {scene.name}：{f'不符合（要求{failed}）' if failed else '符合，按这一条'}")
    return lines
