"""代理人: who takes over somebody's open steps when they leave, and may answer too once a step's deadline is over.

Named by themselves or by a system administrator.
"""

from datetime import datetime

from models import Employee
from workflow import access, audit, deputies, outbox, rights
from workflow.acting import Act
from workflow.errors import NotAllowed, NotNow
from workflow.permissions import DIRECTORY_MANAGE
from workflow.rights_words import last_day, name_of


async def set_deputy(act: Act, employee: Employee, deputy: Employee | None, until: datetime | None = None) -> None:
    """Name who takes over somebody's open steps, or nobody; for others only who manages the directory may.

    Not oneself, nobody who left, and no administrator or auditor: they decide no business (GB/T 22239). Nobody of
    another branch either: a subsidiary's candidates are not shown to a sibling's people (S80, I12).
    """
    acting = await access.require_employee(act)
    unit = await employee.organisation
    if acting.id != employee.id:
        await access.require(act, DIRECTORY_MANAGE, unit)
    if deputy is not None:
        await _require_sense(act, employee, deputy, until)
    employee.deputy, employee.deputy_until = deputy, until if deputy else None
    await employee.save(update_fields=["deputy_id", "deputy_until"])
    data = {
        "person": rights.pseudonym(employee),
        "deputy": rights.pseudonym(deputy) if deputy else "",
        "until": audit.stamp(until) if until and deputy else "",
    }
    await audit.record(act, unit, "deputy.set", ("employee", rights.pseudonym(employee), 1), data=data)
    if acting.id != employee.id:
        await _tell_both(act, acting, employee, deputy)


async def _tell_both(act: Act, acting: Employee, employee: Employee, deputy: Employee | None) -> None:
    """Tell somebody for whom another chose, and the one who was chosen."""
    until = f"，有效至 {last_day(employee.deputy_until)}" if employee.deputy_until else ""
    change = "不对请发「代理人 我 姓名」改，或联系管理员。"
    if deputy is None:
        await outbox.tell(act, employee, f"{name_of(acting)}（管理员）取消了你的代理人，你现在没有代理人。{change}")
        return
    text = (
        f"{name_of(acting)}（管理员）指定 {name_of(deputy)} 作你的代理人{until}：你离职时等你审批的会转给其处理，"
        "到时限你还没有答复时也请其一并审批。"
    )
    await outbox.tell(act, employee, f"{text}{change}")
    text = (
        f"{name_of(acting)}（管理员）指定你作 {name_of(employee)} 的代理人{until}：其离职时等其审批的会转给你，"
        "到时限其还没有答复时也请你一并审批。"
    )
    await outbox.tell(act, deputy, f"{text}有疑问请联系 {name_of(acting)}。")


async def _require_sense(act: Act, employee: Employee, deputy: Employee, until: datetime | None) -> None:
    if deputy.id == employee.id:
        raise NotAllowed("own-deputy")
    if not deputy.active:
        raise NotNow("deputy-left", who=name_of(deputy))
    if until is not None and until <= act.now:
        raise NotNow("grant-over")
    if await deputies.administers(deputy, act.now):
        raise NotAllowed("deputy-administers", who=name_of(deputy))
    if not await deputies.on_one_line(employee, deputy):
        raise NotAllowed("deputy-elsewhere")
