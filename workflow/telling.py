"""Checkpoints of units against the `checkpoint.signed` records in the log of the topmost unit above them."""

import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from models import AuditRecord, Checkpoint
from workflow.checkpoints import top_of
from workflow.lines import PAGE, paged, read


@dataclass(frozen=True)
class Claim:
    """Somebody's word that the first `size` lines of a log have this root (hex); `what` names whose, in a sentence.

    `fault` says what is wrong with the claim itself; one that `is_lost` should be in the store and is not. One from
    `outside` counts for more than everything in the store, which whoever holds our key can write anew.
    """

    log: str
    size: int
    root: str
    what: str
    fault: str = ""
    is_lost: bool = False
    outside: bool = False

    @property
    def said(self) -> tuple[str, int, str]:
        """Return what is claimed."""
        return self.log, self.size, self.root


async def unmatched() -> AsyncIterator[Claim]:
    """Yield what a topmost log says was signed, where no such checkpoint is in the store.

    Normally there is none. Each is held against the unit's lines like a checkpoint that was kept outside.
    """
    async for rows in _pages():
        codes = {row.subject for row in rows}
        stored = {(each.log, each.size, each.root) for each in await Checkpoint.filter(code__in=codes)}
        for claim in map(_claim, rows):
            if claim and claim.said not in stored:
                yield claim


async def untold(log: str, largest: int) -> tuple[int, str] | None:
    """Return the size before, and a sentence about, the first checkpoint of a unit that the topmost log does not name.

    Those that are larger than `largest` were made during the walk.
    """
    top = top_of(log)
    if top is None:
        return None
    before, page = 0, list[Checkpoint]()
    async for row in paged(Checkpoint.filter(log=log, size__lte=largest), "size"):
        page.append(row)
        if len(page) == PAGE:
            if bad := await _first_untold(top, before, page):
                return bad
            before, page = row.size, []
    return await _first_untold(top, before, page)


async def _first_untold(top: str, before: int, page: Sequence[Checkpoint]) -> tuple[int, str] | None:
    codes = {row.code for row in page}
    records = await AuditRecord.filter(log=top, action="checkpoint.signed", subject__in=codes)
    told = {claim.said for claim in map(_claim, records) if claim}
    for row in page:
        if (row.log, row.size, row.root) not in told:
            return before, f"the checkpoint of {row.size} records is not in the log {top}"
        before = row.size
    return None


async def _pages() -> AsyncIterator[list[AuditRecord]]:
    page: list[AuditRecord] = []
    async for row in paged(AuditRecord.filter(action="checkpoint.signed"), "id"):
        page.append(row)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _claim(row: AuditRecord) -> Claim | None:
    """Read a `checkpoint.signed` record; None when it is none, which the walk of its own log says."""
    data = (read(row.line) or {}).get("data")
    if not isinstance(data, dict):
        return None
    try:
        root = base64.b64decode(data["root"], validate=True).hex()
        return Claim(str(data["origin"]), int(data["size"]), root, f"record {row.seq} of {row.log}", is_lost=True)
    except (KeyError, TypeError, ValueError):
        return None
