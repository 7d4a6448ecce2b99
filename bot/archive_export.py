"""An archive package taken out by hand: the same files as the archive gets, recorded as an export."""

import hashlib
from pathlib import Path

from bot.archive_pack import Packer
from bot.exporting import Asking, Exported, NotExported, keep
from models import ArchivePackage, AuditRecord, CancellationRequest
from workflow import access, archive_words, audit, export_requests, exporting, timeline, viewing
from workflow.errors import NotFound
from workflow.permissions import ARCHIVE_SEND
from workflow.states import OPEN_REQUESTS


async def archive_zip(by: Asking, number: str, out: Path) -> Exported:
    """Write the package of a case that is over; who may send it to the archive may take it home."""
    request = await _request(by, number)
    package = ArchivePackage(request=request, round=0, number=f"GD-{request.number}-0", created_at=by.act.now)
    made = await Packer(by.settings, by.store).pack(by.act, package)
    if made.faults:
        lacks = "、".join(map(archive_words.why, made.faults))
        raise NotExported("\n".join([f"{request.number} 的归档包不合格：{lacks}", *made.why]))
    export = await by.store.transact(lambda: _note(by, request, made.records))
    await keep(by, out, made.content, request.organisation, export)
    what = f"{request.number} 的归档包，和送给档案系统的一样，带审计记录 {made.records} 条"
    return Exported(made.records, by.settings.archive.full_names, hashlib.sha256(made.content).hexdigest(), what)


async def _request(by: Asking, number: str) -> CancellationRequest:
    found = await CancellationRequest.get_or_none(number=number.upper()).prefetch_related("organisation")
    if found is None:
        raise NotFound(what="request")
    if by.act.employee is not None:
        found = await access.request_for(by.act, found.id)
        await access.require(by.act, ARCHIVE_SEND, found.organisation)
    if found.status in OPEN_REQUESTS:
        raise NotExported(f"{found.number} 还没有办结，没有归档包")
    return found


async def _note(by: Asking, request: CancellationRequest, records: int) -> AuditRecord:
    agreed = await _agreed(by, request)
    data = {"records": records, "names": by.settings.archive.full_names, **({"approval": agreed} if agreed else {})}
    export = await audit.record(
        by.act, request.organisation, "archive.exported", ("archive_package", request.number, 1), data=data
    )
    await viewing.arrange(by.act)
    return export


async def _agreed(by: Asking, request: CancellationRequest) -> str:
    """Count the package towards what this person took, or spend the consent to the 证据包 of the case, which it is."""
    if by.act.employee is None:
        return ""
    case = await timeline.case_of(by.act, request.number)
    return await export_requests.use(by.act, exporting.of_case(case, "pack"), by.approval)
