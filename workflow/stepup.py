"""二次验证: some actions want a second proof beside the platform's word for who it is (T8).

Which, is configured for a unit and everything below it; where nothing is, nothing is asked and nothing changes. A proof
is good for one action on one matter, within minutes. It shows that whoever acts has the authenticator as well: the
record stays an 审批确认记录, level G0 of reliability.md R7.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum

from models import Employee, Factor, Organisation, Proof
from workflow import access, audit, factors
from workflow.acting import Act
from workflow.errors import Missing, NotNow, ProofNeeded

ASKED_LASTS = timedelta(minutes=5)
PASSED_LASTS = timedelta(minutes=3)


class Kind(StrEnum):
    """Which actions may want a second proof?"""

    SENSITIVE_APPROVAL = "sensitive_approval"  # 分管领导同意敏感岗位的取消
    ADMIN_GRANT = "admin_grant"  # 同意授予或收回管理员、审计
    BULK_EXPORT = "bulk_export"  # 同意大批导出
    PURGE = "purge"  # 同意到期清理


SAID = {
    Kind.SENSITIVE_APPROVAL: "同意敏感岗位的取消",
    Kind.ADMIN_GRANT: "同意管理员的授权",
    Kind.BULK_EXPORT: "同意大批导出",
    Kind.PURGE: "同意到期清理",
}
Rules = Mapping[str, Collection[Kind]]
_installed: list[Rules] = [{}]


def install(rules: Rules) -> None:
    """Make these the process's rules: path of a unit → what wants a second proof there and below."""
    _installed[:] = [rules]


def asked_for(kind: Kind, path: str) -> bool:
    """Tell whether an action wants a second proof in this unit."""
    return any(kind in kinds and access.covers(top, path) for top, kinds in _installed[0].items())


async def require(act: Act, kind: Kind, organisation: Organisation, subject: str) -> dict[str, object]:
    """Spend the proof that was given for this action, or refuse with ProofNeeded.

    Returns what belongs into the record of the action: nothing where no proof is wanted.
    """
    if not asked_for(kind, organisation.path):
        return {}
    employee = await access.require_employee(act)
    same = Proof.filter(employee=employee, action=str(kind), subject=subject, used_at=None)
    passed = await same.filter(passed_at__isnull=False, expires_at__gt=act.now).first()
    if passed is not None and await Proof.filter(id=passed.id, used_at=None).update(used_at=act.now):
        return {"proof": "totp"}
    if await factors.current(employee) is None:
        raise Missing("factor-missing", what=SAID[kind])
    raise ProofNeeded(kind=str(kind), subject=subject, what=SAID[kind])


async def ask(act: Act, needed: ProofNeeded) -> Proof:
    """Open the question that a refused action leaves; it replaces the one that was open."""
    employee = await access.require_employee(act)
    await Proof.filter(employee=employee, passed_at=None, expires_at__gt=act.now).update(expires_at=act.now)
    return await Proof.create(
        employee=employee,
        action=str(needed.facts["kind"]),
        subject=str(needed.facts["subject"]),
        asked_at=act.now,
        expires_at=act.now + ASKED_LASTS,
    )


async def answer(act: Act, code: str) -> tuple[Proof, factors.Verdict]:
    """Take a code for the question that is open; a wrong one is counted and recorded, so nothing is raised for it."""
    employee = await access.require_employee(act)
    open_ = Proof.filter(employee=employee, passed_at=None, used_at=None, expires_at__gt=act.now)
    proof = await open_.order_by("-asked_at").first()
    factor = await factors.current(employee)
    if factor is None:
        raise Missing("factor-missing", what="这一步")
    if proof is None:
        raise NotNow("nothing-to-prove")
    verdict = await factors.check(act, factor, code)
    if verdict == factors.Verdict.RIGHT:
        proof.passed_at, proof.expires_at = act.now, act.now + PASSED_LASTS
        await proof.save(update_fields=["passed_at", "expires_at"])
    await _record(act, employee, proof, verdict)
    return proof, verdict


async def _record(act: Act, employee: Employee, proof: Proof, verdict: factors.Verdict) -> None:
    ok = verdict == factors.Verdict.RIGHT
    action, why = ("stepup.passed", "") if ok else ("stepup.refused", str(verdict))
    subject = ("proof", proof.subject, 1)
    data = {"action": proof.action}
    await audit.record(act, await employee.organisation, action, subject, ok=ok, why=why, data=data)


async def lose(act: Act, employee: Employee) -> int:
    """End everything by which somebody proves themselves, and what they had proven; returns how many factors ended."""
    ended: int = await Factor.filter(employee=employee, ended_at=None).update(ended_at=act.now)
    await Proof.filter(employee=employee, used_at=None, expires_at__gt=act.now).update(expires_at=act.now)
    return ended
