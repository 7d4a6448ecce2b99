"""Having a unit examined: who may, the row that does it, and the record that it was done.

The examination itself reads every log and opens every piece of evidence, so it is done outside a transaction by an
outbox row of kind `examine`; the answer is said in the transaction that records it.
"""

import contextlib
from collections.abc import Mapping

from models import Account, AuditRecord, DownloadLink, Organisation
from models.vault import vault
from workflow import access, audit, checkpoints, downloads, outbox
from workflow.acting import Act
from workflow.errors import NotAllowed
from workflow.lines import NotWhole
from workflow.permissions import EXAMINE

KIND = "examine"
COMPLETENESS, CHECKUP = "completeness", "checkup"
RECORDED = {COMPLETENESS: "records.examined", CHECKUP: "unit.checked_up"}


async def units_for(act: Act) -> list[Organisation]:
    """Return the units that the acting person may have examined, by path; refuses who may none."""
    employee = await access.require_employee(act)
    scopes = await access.scopes(employee, EXAMINE, act.now)
    found = await Organisation.filter(access.within(scopes, "")).order_by("path")
    if not found:
        raise NotAllowed(permission=EXAMINE)
    return list(found)


async def unit_named(act: Act, path: str) -> Organisation:
    """Return the unit of this path if the acting person, or the operator, may have it examined."""
    return await access.unit_named(act, EXAMINE, path)


async def ask(act: Act, account: Account, report: str, unit: Organisation, year: int) -> None:
    """Have a unit examined and the answer sent to this account."""
    await access.require(act, EXAMINE, unit)
    await outbox.post(act, KIND, report, account=account, payload={"unit": unit.path, "year": year})


async def note(act: Act, unit: Organisation, report: str, found: Mapping[str, object]) -> AuditRecord:
    """Record that a unit was examined, and the numbers that were found."""
    return await audit.record(act, unit, RECORDED[report], ("unit", unit.path[-64:], 1), data=found)


async def offer(act: Act, unit: Organisation) -> DownloadLink:
    """Make a link of the acting person's to the printed 合规体检 of a unit; it is on record before anybody has it."""
    employee = await access.require(act, EXAMINE, unit)
    link = DownloadLink(
        employee=employee,
        number="合规体检",
        report=unit.path,
        created_at=act.now,
        expires_at=act.now + downloads.LASTS,
    )
    link.token_index = vault().index("download", downloads.token_of(link.id.hex))
    await link.save()
    data = {"until": audit.stamp(link.expires_at)}
    await audit.record(act, unit, "report.link_made", ("report", unit.path[-64:], 1), data=data)
    return link


async def take_report(act: Act, path: str, found: Mapping[str, object]) -> AuditRecord:
    """Record that the printed 合规体检 of a unit is taken out; a checkpoint covers the record unless the log is broken.

    A broken log is what such a print is there to show.
    """
    unit = await unit_named(act, path)
    export = await audit.record(act, unit, "report.exported", ("report", unit.path[-64:], 1), data=found)
    with contextlib.suppress(NotWhole):
        await checkpoints.cover(act, unit.origin, export.seq)
    return export
