"""《AI面试取消管理规范》: rules in Chinese: which scenes, which approvals, how people are told (S47)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from models import EvidenceKind, Origin, Role
from workflow.evidence_rules import SAID
from workflow.plans import PERSON, STILL_NEEDED, Grade, Otherwise, Signing, StepPlan
from workflow.reasons import REASONS
from workflow.rules.ruleset import FILES, MOST_MB, Proof, RuleSet, Scene, When

TITLE = "AI面试取消管理规范"
ROLES = {
    Role.HR: "HR",
    Role.DEPARTMENT_HEAD: "用人部门",
    Role.LEADER: "分管领导",
    Role.INTERVIEWER: "面试官",
    Role.AUDITOR: "审计",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
}
ORIGINS = {Origin.CANDIDATE: "候选人", Origin.COMPANY: "公司", Origin.SYSTEM: "系统"}
KINDS = {EvidenceKind.FILE: "图片或文件", EvidenceKind.REPLY: "候选人本人的回复"}
BOTH_KINDS = "图片、文件或候选人本人的回复"
OTHERS = "其余情况"
OTHERWISE = {
    Otherwise.PARENT: "无人可审时由上级单位审批",
    Otherwise.ADMINISTRATOR: "无人可审时由系统管理员指定",
    Otherwise.SKIP: "无人可审时跳过，并注明",
}
GRADES = {Grade.G0: "", Grade.G1: "用本人的通行密钥确认", Grade.G2: "用有资质机构的证书签署"}
NO_GRACE_MIN = 30  # as workflow.policy has it
HOURS = "工作小时按工作日 {} 计，工作日依国务院公布的放假和调休安排；没有公布安排的年份按周一至周五算，卡片上注明。"
CLOCK = (
    "时限过半提醒审批人；到时限还没有答复，请其代理人、受托人一并审批；再过一半时间，告知上级单位的同一角色或系统管理员。"
    "面试开始得更早的，按剩下的时间四等分。这些都是系统代办，时限到了不等于同意，也不等于驳回。"
)


@dataclass(frozen=True)
class Part:
    """One section: its heading and its lines."""

    heading: str
    lines: tuple[str, ...]


def document(rules: RuleSet) -> tuple[Part, ...]:
    """Return the three sections."""
    return (
        Part("一、哪些场景可以取消", tuple(_scenes(rules))),
        Part("二、需要哪些审批", tuple(_approvals(rules))),
        Part("三、如何通知候选人", tuple(_told(rules))),
    )


def heading(rules: RuleSet, unit: str) -> str:
    """Return the title, whose rules they are, and which version."""
    return f"《{TITLE}》\n{unit} · {rules.title} · 第 {rules.version} 版 · 摘要 {rules.digest[:16]}"


def _scenes(rules: RuleSet) -> list[str]:
    first = "从上到下看，第一条符合的算数；候选人本人说不来，任何时候都算数，不会被拒绝。"
    late = f"「通知期内」指距面试开始不足 {rules.notice_period_h} 小时，正好 {rules.notice_period_h} 小时不算。"
    named = f"岗位标为敏感的，或名称为{'、'.join(rules.sensitive_positions)}的" if rules.sensitive_positions else ""
    sensitive = f"「敏感岗位」指{named or '岗位标为敏感的'}。"
    return [first, late, sensitive, *_together(rules)]


def _together(rules: RuleSet) -> list[str]:
    """Say scenes that follow each other with the same answer on one line: 2–4."""
    lines, places = [], enumerate(rules.scenes, start=1)
    for answer, group in groupby(places, key=lambda each: _answer(each[1])):
        same = list(group)
        first, last = same[0][0], same[-1][0]
        numbers = str(first) if first == last else f"{first}–{last}"
        lines.append(f"{numbers}. {'；'.join(_named_with(scene) for _, scene in same)}：{answer}。")
    return lines


def _named_with(scene: Scene) -> str:
    """Name a scene, with those of its conditions that the name does not say itself."""
    asked = [condition(scene.when, key) for key in LABELS]
    unsaid = [each for each in asked if each and not _says(scene.name, each)]
    if not any(asked):
        unsaid = [OTHERS]
    return f"{scene.name}（{'、'.join(unsaid)}）" if unsaid else scene.name


def _says(name: str, asked: str) -> bool:
    """Tell whether a name holds the very words of a condition, neither denied nor as one of several."""
    return re.search(rf"(?<!不是)(?<![非不]){re.escape(asked)}", name) is not None and not re.search("[或除]", name)


def _answer(scene: Scene) -> str:
    said = "可以取消" if scene.allow else f"不可以取消：{scene.because}"
    drafted = "，先交 HR 提交" if scene.drafted else ""
    chain = f"，审批按「{scene.chain}」" if scene.chain else "，不用审批"
    needs = f"{drafted}{chain}，{proof(scene.proof)}" if scene.allow else ""
    after = [name for name in (scene.notice, scene.consequence) if name]
    more = f"，按「{'」「'.join(after)}」" if after and scene.allow else ""
    return f"{said}{needs}{more}"


def proof(wanted: Proof) -> str:
    """Say how much evidence is needed before anybody is asked."""
    kinds = BOTH_KINDS if len(wanted.kinds) > 1 else "".join(KINDS[each] for each in wanted.kinds)
    needs = f"至少 {wanted.least} 份证明（{kinds}），最多 {wanted.most} 份" if wanted.least else "不用证明"
    files = f"，文件只收{'、'.join(SAID[each] for each in wanted.files)}" if wanted.files != FILES else ""
    size = f"，每份不超过 {wanted.most_mb} MB" if wanted.most_mb != MOST_MB else ""
    return f"{needs}{files}{size}"


def condition(when: When, key: str) -> str:
    """Say one condition; nothing where it asks nothing."""
    value = getattr(when, key)
    if value is None or value == ():
        return ""
    yes, no = LABELS[key]
    if isinstance(value, bool):
        return yes if value else no
    if isinstance(value, tuple):
        return yes.format("、".join(_named(key, each) for each in value))
    return yes.format(value)


LABELS = {
    "by_candidate": ("候选人本人提出", "不是候选人本人提出"),
    "late": ("通知期内", "通知期以前"),
    "sensitive": ("敏感岗位", "不是敏感岗位"),
    "origin": ("原因在{}", ""),
    "reasons": ("原因是{}", ""),
    "positions": ("岗位是{}", ""),
    "hours_from": ("距开始 {} 小时及以上", ""),
    "hours_below": ("距开始不足 {} 小时", ""),
    "earlier_from": ("该候选人已取消过 {} 次及以上", ""),
}
"""How each condition is said where it asks for yes (or a value), and where it asks for no."""


def _named(key: str, value: str) -> str:
    if key == "origin":
        return ORIGINS[Origin(value)]
    return REASONS[value].label if key == "reasons" else value


def _approvals(rules: RuleSet) -> list[str]:
    used = {scene.chain for scene in rules.scenes}
    lines = ["不能审批自己提出的；一个人在一件里只审批一级。没有审批完，从任何入口都不能取消。"]
    for name, plans in rules.chains.items():
        if name in used:
            lines += [f"「{name}」：", *(f"　第 {place} 步 {step(each)}" for place, each in enumerate(plans, start=1))]
    if any(plan.hours for name, plans in rules.chains.items() if name in used for plan in plans):
        lines += [HOURS.format(rules.office.said), CLOCK]
    return lines if len(lines) > 1 else [*lines, "没有场景需要审批。"]


def step(plan: StepPlan) -> str:
    """Say one step of a chain."""
    parts = [
        f"{plan.name}：{'、'.join(_who(each) for each in plan.who)}，{_signing(plan)}",
        "和上一步同时进行" if plan.beside else "",
        f"{plan.hours} 个工作小时内" if plan.hours else "",
        "要回答岗位是否仍需招聘" if STILL_NEEDED in plan.asks else "",
        "前面已同意的人在这里跳过，并注明" if plan.repeats else "",
        GRADES[plan.grade],
        OTHERWISE[plan.otherwise],
        f"抄送{'、'.join(_who(each) for each in plan.copies)}" if plan.copies else "",
    ]
    return f"{'；'.join(each for each in parts if each)}。"


def _signing(plan: StepPlan) -> str:
    turns = "，依次" if plan.in_turn else ""
    said = {
        Signing.ONE: "一人同意",
        Signing.ANY: "或签，先答的算数",
        Signing.ALL: "会签，全部同意",
        Signing.VOTES: f"票签，{plan.votes} 票通过",
    }
    return f"{said[plan.sign]}{turns}"


def _who(each: str) -> str:
    kind, _, name = each.partition(":")
    return f"指定的人（{name}）" if kind == PERSON else ROLES[Role(name)]


def _told(rules: RuleSet) -> list[str]:
    grace = (
        f"公司取消的，审批完成后 {rules.grace_s} 秒内可以撤销，之后才通知；距开始 {NO_GRACE_MIN} 分钟内没有这段时间。"
        if rules.grace_s
        else "公司取消的，审批完成后立即通知，不能撤销。"
    )
    lines = [
        "取消生效才通知：候选人收到通知，写明面试、原因的对外说法和是否保留资格；面试官同时收到。",
        "候选人本人说不来的，面试官和 HR 立即知道，不等审批。",
        grace,
        *_choices(rules),
        "没有送达的换下一个渠道，都不行就请 HR 打电话；每一次都留记录。",
    ]
    extra = ["卡片和通知上印存证码。"] if rules.code else []
    return [*lines, *extra, *(["办结后归档。"] if rules.archive else [])]


def _choices(rules: RuleSet) -> list[str]:
    scenes = [each for each in rules.scenes if each.allow and not each.when.by_candidate]
    always = _of({name for name, each in rules.notices.items() if each.always}, scenes, "notice")
    keeps = _of({name for name, each in rules.consequences.items() if each.keeps}, scenes, "consequence")
    may = "公司取消的，HR 可以选不通知候选人（会一直提醒补通知），也可以选不保留资格。"
    lines = [may] if len(always) < len(scenes) or len(keeps) < len(scenes) else []
    lines += [f"必须通知候选人：{'、'.join(always)}。"] if always else []
    lines += [f"必须保留资格：{'、'.join(keeps)}。"] if keeps else []
    used = {scene.notice for scene in scenes} | {scene.consequence for scene in scenes}
    said = [(name, each.says) for name, each in rules.notices.items()]
    said += [(name, each.says) for name, each in rules.consequences.items()]
    return lines + [f"「{name}」：{says}" for name, says in said if name in used and says]


def _of(names: set[str], scenes: Sequence[Scene], key: str) -> list[str]:
    return [each.name for each in scenes if getattr(each, key) in names]


def changes(before: RuleSet, after: RuleSet) -> list[str]:
    """Return what another version says otherwise: － a line that goes, ＋ one that comes."""
    lines: list[str] = [] if before.title == after.title else [f"－ {before.title}", f"＋ {after.title}"]
    for old, new in zip(document(before), document(after), strict=True):
        gone = [f"－ {each.strip()}" for each in old.lines if each not in new.lines]
        come = [f"＋ {each.strip()}" for each in new.lines if each not in old.lines]
        lines += [new.heading, *gone, *come] if gone or come else []
    return lines
