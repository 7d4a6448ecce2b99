"""Reading a log back: its rows a page at a time, and what is wrong with one row beside the one before it."""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import AuditRecord
from workflow.canonical import canonical, stamp

M = TypeVar("M", bound=Model)
PAGE = 500


class NotWhole(LookupError):
    """A log is not what was signed over it, or cannot be signed: nothing can be proven by it."""


def digest_of(line: str) -> str:
    """Return what the next line names as `prev`."""
    return hashlib.sha256(line.encode()).hexdigest()


async def paged(rows: QuerySet[M], by: str) -> AsyncIterator[M]:
    """Yield rows in the order of one column, never more than a page in memory.

    Rows that share a value are all yielded: whoever took the unique index away must not hide one behind another.
    """
    page = await rows.order_by(by, "id").limit(PAGE)
    while page:
        for row in page:
            yield row
        if len(page) < PAGE:
            return
        last, number = getattr(page[-1], by), page[-1].pk
        rest = rows.filter(**{f"{by}__gte": last}).exclude(**{by: last, "id__lte": number})
        page = await rest.order_by(by, "id").limit(PAGE)


def rows_of(log: str, after: int | None = None) -> AsyncIterator[AuditRecord]:
    """Yield a log's rows in order, those behind record `after` when that is given."""
    rows = AuditRecord.filter(log=log)
    return paged(rows if after is None else rows.filter(seq__gt=after), "seq")


async def lines_of(log: str) -> AsyncIterator[bytes]:
    """Yield a log's lines in order, without their LF."""
    async for row in rows_of(log):
        yield row.line.encode()


def fault_of(row: AuditRecord, previous: str, expected: int) -> str:
    """Say what is wrong with a row that follows the line whose digest is `previous`; nothing when all is well."""
    line = read(row.line)
    if line is None:
        return f"record {row.seq}: not canonical JSON"
    if (line.get("seq"), line.get("log")) != (expected, row.log):
        return f"record {row.seq}: the line names another number or log"
    if line.get("prev") != previous:
        return f"record {row.seq}: prev does not match {expected - 1}"
    if not fits(row, line):
        return f"record {row.seq}: the columns beside the line say something else"
    return ""


MEMBERS: dict[str, type] = {
    "log": str, "seq": int, "at": str, "type": str, "actor": dict, "obj": dict, "data": dict, "ev": list, "pd": dict
}  # fmt: skip


def record_in(text: str) -> dict[str, Any] | None:
    """Return the members of a line that is a record (docs/audit/format.md §1), or None for any other text.

    Whether it is written exactly as it has to be is not asked here: that is the walk's, and takes longer.
    """
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(line, dict) or not all(isinstance(line.get(name), kind) for name, kind in MEMBERS.items()):
        return None
    named = isinstance(line["actor"].get("sub"), str) and isinstance(line["obj"].get("id"), str)
    return line if named and {"ok", "why"} <= line.keys() else None


def fits(row: AuditRecord, line: dict[str, Any]) -> bool:
    """Tell whether the columns beside a line repeat what it says."""
    return _beside(line) == (stamp(row.at), row.action, row.subject)


def _beside(line: dict[str, Any]) -> tuple[object, object, object]:
    """Return what the columns beside a line repeat."""
    matter = line.get("obj")
    return line.get("at"), line.get("type"), matter.get("id") if isinstance(matter, dict) else None


def read(text: str) -> dict[str, Any] | None:
    """Return the members of a line, or None when it is not exactly what `canonical` writes."""
    try:
        line = json.loads(text)
        return line if isinstance(line, dict) and canonical(line) == text else None
    except (ValueError, RecursionError):
        return None
