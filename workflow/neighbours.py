"""Whether the records that a timeline shows are as they were written, by the lines beside each of them in the log.

A walk of the whole log says more (`workflow.verifying`) and takes long; this one is quick enough for a chat.
"""

from collections.abc import Sequence

from models import AuditHead, AuditRecord
from workflow.audit import FIRST
from workflow.lines import digest_of, fault_of, read

PORTION = 200  # records whose neighbours are read in one query


async def first_bad(records: Sequence[AuditRecord]) -> int | None:
    """Return the number of the first of these records, all of one log, that does not fit the line before or after."""
    for start in range(0, len(records), PORTION):
        portion = records[start : start + PORTION]
        head = await AuditHead.get_or_none(log=portion[0].log)  # before the lines: what it names must be there
        beside = {seq for each in portion for seq in (each.seq - 1, each.seq + 1)}
        rows = AuditRecord.filter(log=portion[0].log, seq__in=list(beside))
        lines = {int(seq): str(line) for seq, line in await rows.values_list("seq", "line")}
        bad = next((each for each in portion if not _fits(each, lines, head)), None)
        if bad is not None:
            return int(bad.seq)
    return None


def _fits(record: AuditRecord, lines: dict[int, str], head: AuditHead | None) -> bool:
    before = lines.get(record.seq - 1)
    previous = FIRST if record.seq == 1 else digest_of(before) if before is not None else ""
    return not fault_of(record, previous, record.seq) and _is_followed(record, lines.get(record.seq + 1), head)


def _is_followed(record: AuditRecord, after: str | None, head: AuditHead | None) -> bool:
    """Tell whether the next line names this one; the last line is named by the head."""
    digest = digest_of(record.line)
    if after is not None:
        line = read(after)
        return line is not None and line.get("prev") == digest
    if head is None or head.seq > record.seq:
        return False
    return head.seq < record.seq or head.digest == digest  # a head read before this record was written names less
