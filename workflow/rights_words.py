"""How an authorisation is said: on cards, in answers, and to the one it concerns."""

from datetime import datetime, timedelta

from models import Employee, GrantChange, GrantChangeKind, GrantChangeStatus, Organisation, Role
from workflow.acting import local
from workflow.showing import LONGEST_NAME, plain
from workflow.views import ROLE_LABELS

OUTCOMES = {
    GrantChangeStatus.APPROVED: "已同意",
    GrantChangeStatus.REJECTED: "已驳回",
    GrantChangeStatus.EXPIRED: "已过期",
    GrantChangeStatus.WITHDRAWN: "已撤回",
}


LOST = {GrantChangeKind.RESET: "动态码", GrantChangeKind.RESET_KEY: "通行密钥"}
RESETS = frozenset(LOST)


def name_of(employee: Employee | None) -> str:
    """Return an employee's name, safe to show; the clock's when it is nobody's."""
    return plain(str(employee.name), LONGEST_NAME) if employee else "系统"


def held_in(role: Role, organisation: Organisation) -> str:
    """Name a role with its unit: HR · 华辰互联."""
    return f"{ROLE_LABELS[role]} · {plain(organisation.name)}"


def title(change: GrantChange) -> str:
    """Name what is asked for: 授权：李雷 · HR · 华辰互联."""
    if change.kind in RESETS:
        return f"重置{LOST[change.kind]}：{name_of(change.employee)}"
    verb = "授权" if change.kind == GrantChangeKind.GIVE else "收回授权"
    return f"{verb}：{name_of(change.employee)} · {held_in(change.role, change.organisation)}"


def described(change: GrantChange) -> str:
    """Say in one line what is asked for: 授权 李雷 HR · 华辰互联，长期有效."""
    if change.kind in RESETS:
        return f"重置 {name_of(change.employee)} 的{LOST[change.kind]}，旧的立即失效"
    verb = "授权" if change.kind == GrantChangeKind.GIVE else "收回授权"
    until = f"，{validity(change.ends_at)}" if change.kind == GrantChangeKind.GIVE else ""
    return f"{verb} {name_of(change.employee)} {held_in(change.role, change.organisation)}{until}"


def validity(ends_at: datetime | None) -> str:
    """Say until when, naming the last day: 有效至 2027年3月31日."""
    return f"有效至 {last_day(ends_at)}" if ends_at else "长期有效"


def last_day(ends_at: datetime) -> str:
    """Return the last day of something; what ends at a midnight still holds on the day before."""
    here = local(ends_at - timedelta(microseconds=1))
    return f"{here.year}年{here.month}月{here.day}日"


def day(moment: datetime) -> str:
    """Return a day with its year: 2026年11月24日."""
    here = local(moment)
    return f"{here.year}年{here.month}月{here.day}日"


def to_the_proposer(change: GrantChange, comment: str) -> str:
    """Tell the proposer what became of it; `comment` as they may read it."""
    nothing = "" if change.status == GrantChangeStatus.APPROVED else "，没有任何变化"
    said = f"意见：{comment}。" if comment else ""
    done = f"{name_of(change.decided_by)} {OUTCOMES[change.status]}"
    return f"{done}：{described(change)}{nothing}。{said}编号 {change.number}"


def to_the_one_concerned(change: GrantChange) -> str:
    """Tell an employee what they may do now, or no longer, and who decided it."""
    unit, role = plain(change.organisation.name), ROLE_LABELS[change.role]
    agreed = f"由 {name_of(change.proposer)} 提出、{name_of(change.decided_by)} 同意"
    if change.kind in RESETS:
        lost = LOST[change.kind]
        text = f"你的{lost}已重置，旧的失效，{agreed}。请发「绑定{lost}」重新绑定"
        return f"{text}；不是你要求的，请立即联系他们。编号 {change.number}"
    if change.kind == GrantChangeKind.GIVE:
        now = f"你在 {unit} 有了「{role}」权限，{validity(change.ends_at)}，{agreed}"
        return f"{now}。发「帮助」看能做什么，发「权限 我」看依据。编号 {change.number}"
    return f"你在 {unit} 的「{role}」权限已收回，{agreed}。有疑问请联系他们。编号 {change.number}"


def expired(change: GrantChange) -> str:
    """Tell the proposer that nobody answered."""
    days = (change.expires_at - change.proposed_at).days
    text = f"系统代办：{described(change)} 的申请 {days} 天没有人处理，已过期，没有任何变化"
    return f"{text}。要继续请重新提出。编号 {change.number}"


def ended(role: Role, organisation: Organisation, number: str) -> str:
    """Tell an employee that a grant came to its end."""
    text = f"系统代办：你在 {plain(organisation.name)} 的「{ROLE_LABELS[role]}」权限已到期，自动收回"
    return f"{text}。要继续请联系管理员。编号 {number}"
