"""已清理的案: whoever may know what was purged is told under which number a case went; for others it never was."""

import json

from models import AuditRecord, Organisation
from workflow import access
from workflow.acting import Act, local
from workflow.errors import NotFound
from workflow.permissions import RETENTION_READ
from workflow.testimony import FILED, PURGED


async def require_not_purged(act: Act, number: str) -> None:
    """Refuse with the number of the purge where this case went with its records (NotFound, `case-purged`).

    The operator at the command line may know, as may whoever holds one of `RETENTION_READ` in the unit.
    """
    record = await _record(number)
    if record is None or not await _may_know(act, record.log):
        return
    purge = str(json.loads(record.line)["data"]["purge"])
    raise NotFound("case-purged", number=number, purge=purge, day=f"{local(record.at):%Y-%m-%d}")


async def _record(number: str) -> AuditRecord | None:
    """Return the record of a purge by the number of the booking, or of one of its requests."""
    filed = await AuditRecord.filter(subject=number, action=FILED).first()
    booking = json.loads(filed.line)["data"]["booking"] if filed else number
    return await AuditRecord.filter(subject=booking, action=PURGED).first()


async def _may_know(act: Act, log: str) -> bool:
    unit = await Organisation.get_or_none(path=log.removeprefix("shouyue/"))
    if act.employee is None or unit is None:
        return act.employee is None
    return await access.may_any(act.employee, RETENTION_READ, unit, act.now)
