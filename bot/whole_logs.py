"""A unit's log taken out byte for byte: as lines, or as a pack that is checked without us.

The export is recorded before anything is written, and once more with the file's digest before the file gets its name.
"""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot import soundness
from bot.exporting import Asking, Exported, NotExported
from bot.packing import write_pack
from models import AuditRecord, Organisation
from workflow import access, audit, checkpoints, export_requests, exporting
from workflow.errors import NotFound
from workflow.export_requests import Wanted
from workflow.lines import lines_of
from workflow.log_periods import Period
from workflow.permissions import AUDIT_EXPORT

Write = Callable[[Path, str], Awaitable[int]]


async def log_lines(by: Asking, path: str, out: Path) -> Exported:
    """Write a unit's log, a line each; `shouyue` is the log of no unit."""
    return await _taken_out(by, path, out, "jsonl", _write_lines)


async def log_pack(by: Asking, path: str, out: Path) -> Exported:
    """Write a unit's log as a pack; it is signed first."""
    return await _taken_out(by, path, out, "pack", write_pack)


async def _taken_out(by: Asking, path: str, out: Path, form: str, write: Write) -> Exported:
    organisation = await _of(by, path)

    async def note() -> AuditRecord:
        data = {"format": form, **(await _agreed(by, organisation, form))}
        row = await audit.record(by.act, organisation, "log.exported", ("log", path, 1), data=data)
        if form == "pack":
            await checkpoints.sign_log(by.act, row.log)
        return row

    export = await by.store.transact(note)
    unfinished = out.with_name(f".{out.name}.part")
    unfinished.touch(mode=0o600)
    count = await write(unfinished, export.log)
    with unfinished.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = unfinished.stat().st_size
    await by.store.transact(lambda: exporting.note_written(by.act, organisation, export, sha256, size))
    unfinished.replace(out)
    return Exported(count, False, sha256, warnings=await soundness.of_log(export.log))


async def _agreed(by: Asking, organisation: Organisation | None, form: str) -> dict[str, object]:
    """Spend the consent that an employee needs for many records, and say under which number they leave."""
    if organisation is None:
        return {}
    number = await export_requests.use(by.act, Wanted(organisation, form, Period(), ""), by.approval)
    return {"approval": number} if number else {}


async def _of(by: Asking, path: str) -> Organisation | None:
    """Return the unit of that path if its log may be taken out; None is the log of no unit, the operator's alone."""
    organisation = await Organisation.get_or_none(path=path)
    if by.act.employee is not None:
        if organisation is None:
            raise NotFound(what="organisation")
        await access.require(by.act, AUDIT_EXPORT, organisation)
    elif organisation is None and path != audit.GROUP_LOG:
        raise NotExported(f"没有这个单位：{path}")
    return organisation


async def _write_lines(out: Path, log: str) -> int:
    count = 0
    with out.open("wb") as file:
        async for line in lines_of(log):
            file.write(line + b"\n")
            count += 1
    return count
