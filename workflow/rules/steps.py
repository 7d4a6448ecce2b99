"""Reading the chains of a document: who is asked at each step, and how they agree."""

from collections.abc import Mapping, Sequence

from models import Role
from workflow.plans import PERSON, ROLE, STILL_NEEDED, Grade, Otherwise, Signing, StepPlan
from workflow.rules.ruleset import APPROVING
from workflow.rules.section import Section

SIGNING = {"一人": Signing.ONE, "或签": Signing.ANY, "会签": Signing.ALL, "票签": Signing.VOTES}
OTHERWISE = {"上级单位": Otherwise.PARENT, "管理员指定": Otherwise.ADMINISTRATOR, "跳过": Otherwise.SKIP}
MOST_STEPS = 12
MOST_HOURS = 24 * 30


def chains_in(document: Section) -> dict[str, tuple[StepPlan, ...]]:
    """Read every chain by its name."""
    chains = document.section("chains")
    return {name: _chain(chains, name) for name in chains.names()}


def through_an_authority(chains: Mapping[str, Sequence[StepPlan]]) -> list[str]:
    """Return the paths of the steps that are signed through a certification authority (g2)."""
    return [
        f"chains.{name}.{index}.grade"
        for name, steps in chains.items()
        for index, each in enumerate(steps, start=1)
        if each.grade == Grade.G2
    ]


def _chain(chains: Section, name: str) -> tuple[StepPlan, ...]:
    steps = chains.sections(name)
    if not 0 < len(steps) <= MOST_STEPS:
        chains.wrong(name, f"应有 1 到 {MOST_STEPS} 步；不需要审批的场景不写 chain")
    return tuple(_step(each, is_first=index == 0) for index, each in enumerate(steps))


def _step(step: Section, *, is_first: bool) -> StepPlan:
    plan = StepPlan(
        name=step.text("name", None),
        who=_people(step, "who"),
        sign=step.choice("sign", Signing.ONE, SIGNING),
        votes=step.number("votes", 0, 99),
        in_turn=step.flag("in_turn", False),
        beside=step.flag("beside", False),
        hours=step.number("hours", 0, MOST_HOURS),
        asks=step.words("asks", [STILL_NEEDED]),
        otherwise=step.choice("otherwise", Otherwise.PARENT, OTHERWISE),
        repeats=step.flag("repeats", False),
        grade=step.choice("grade", Grade.G0, {}),
        copies=_people(step, "copies"),
    )
    _require_sense(step, plan, is_first)
    step.end()
    return plan


def _people(step: Section, key: str) -> tuple[str, ...]:
    known = [str(each) for each in (APPROVING if key == "who" else Role)]
    found = step.words(key)
    for each in found:
        kind, _, name = each.partition(":")
        if kind not in (ROLE, PERSON) or not name:
            step.wrong(key, f"{each} 应写成 {ROLE}:{known[0]} 或 {PERSON}:工号")
        elif kind == ROLE and name not in known:
            step.wrong(key, f"没有角色 {name}；有 {'、'.join(known)}")
    return found


def _require_sense(step: Section, plan: StepPlan, is_first: bool) -> None:
    persons_only = all(each.startswith(f"{PERSON}:") for each in plan.who)
    if not plan.who:
        step.wrong("who", "没有写由谁审批")
    if len(set(plan.who)) < len(plan.who):
        step.wrong("who", "同一个人或角色写了两遍")
    if (plan.sign == Signing.VOTES) != (plan.votes > 0):
        step.wrong("votes", "票签要写几票通过；别的方式不写")
    if persons_only and plan.votes > len(plan.who) > 0:
        step.wrong("votes", f"只有 {len(plan.who)} 人，到不了 {plan.votes} 票")
    if plan.in_turn and plan.sign in (Signing.ONE, Signing.ANY):
        step.wrong("in_turn", "只有会签、票签可以依次进行")
    if plan.beside and is_first:
        step.wrong("beside", "第一步前面没有可以并行的步骤")
