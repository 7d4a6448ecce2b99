"""审计记录: one line for each change, in the caller's transaction (reliability.md R1, R2).

A line is canonical JSON (RFC 8785 restricted to ASCII member names and integers), so that `json.dumps` with sorted
keys gives the canonical form. `prev` is the SHA-256 of the previous line; personal data appear only as commitments.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tortoise.connection import get_connection

from models import AuditHead, AuditRecord, Candidate, Organisation
from workflow.acting import Act

FIRST = "0" * 64
LARGEST_INTEGER = 2**53 - 1  # what every JSON reader keeps exactly
GROUP_LOG = "shouyue"  # attempts of people who belong to no unit


def canonical(value: object) -> str:
    """Return the canonical JSON text of a value, or raise ValueError when it lies outside the profile."""
    _require_profile(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _require_profile(value: object) -> None:
    """Refuse what two implementations may write differently: floats, large integers, other than ASCII names."""
    match value:
        case None | bool():
            return
        case str():
            value.encode()  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
        case int() if abs(value) <= LARGEST_INTEGER:
            return
        case list() | tuple():
            for item in value:
                _require_profile(item)
        case Mapping() if all(isinstance(key, str) and key.isascii() for key in value):
            for item in value.values():
                _require_profile(item)
        case _:
            raise ValueError(f"{type(value).__name__} outside the canonical profile")


def commitment(candidate: Candidate, label: str, value: object) -> str:
    """Return what stands in the log for a person's datum: unopenable once the person's key is destroyed (R6)."""
    secret = bytes.fromhex(str(candidate.secret))
    return hmac.new(secret, label.encode() + b"\0" + canonical(value).encode(), hashlib.sha256).hexdigest()


def stamp(moment: datetime) -> str:
    """Return a moment as it stands in the log: UTC with milliseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


async def record(
    act: Act,
    organisation: Organisation | None,
    action: str,
    subject: tuple[str, str, int],
    *,
    ok: bool = True,
    why: str = "",
    data: Mapping[str, object] | None = None,
    personal: Mapping[str, str] | None = None,
    evidence: list[dict[str, object]] | None = None,
) -> AuditRecord:
    """Add one line to the organisation's log.

    `subject` is (kind, number, revision); `data` holds integers, strings and lists of them, never personal data;
    `personal` maps labels to commitments.
    """
    log = organisation.origin if organisation else GROUP_LOG
    head = await _locked_head(log)
    line = canonical(
        {
            "v": 1,
            "log": log,
            "seq": head.seq + 1,
            "prev": head.digest,
            "at": stamp(act.now),
            "type": action,
            "actor": {"sub": act.subject, "via": act.via, "auth": act.auth, "org": log},
            "obj": {"kind": subject[0], "id": subject[1], "rev": subject[2]},
            "ok": ok,
            "why": why,
            "data": {**(data or {}), "in": act.source},
            "ev": evidence or [],
            "pd": dict(personal or {}),
        }
    )
    head.seq, head.digest = head.seq + 1, hashlib.sha256(line.encode()).hexdigest()
    await head.save(update_fields=["seq", "digest"])
    return await AuditRecord.create(log=log, seq=head.seq, at=act.now, action=action, subject=subject[1], line=line)


async def _locked_head(log: str) -> AuditHead:
    """Return the log's last line under a lock: SQLite's transaction holds the write lock, PostgreSQL locks the row."""
    await AuditHead.bulk_create([AuditHead(log=log, seq=0, digest=FIRST)], ignore_conflicts=True)
    heads = AuditHead.filter(log=log)
    if get_connection("default").capabilities.support_for_update:
        heads = heads.select_for_update()
    return await heads.get()


async def verify(log: str) -> tuple[int, int | None, str]:
    """Walk one log; return the number of records, the first bad one (or None) and what is wrong with it.

    Others may write meanwhile: what the head named before must be there, and nothing beyond what it names afterwards.
    """
    before = await _head(log)
    marked, previous, expected = FIRST, FIRST, 1
    async for row in AuditRecord.filter(log=log).order_by("seq"):
        if row.seq != expected:
            return expected, expected, f"record {expected} is missing: record {row.seq} comes next"
        fault = _fault(row, previous, expected)
        if fault:
            return expected, row.seq, fault
        previous, expected = hashlib.sha256(row.line.encode()).hexdigest(), expected + 1
        marked = previous if row.seq == before[0] else marked
    return expected - 1, *_fault_of_head(before, await _head(log), marked, expected - 1)


async def _head(log: str) -> tuple[int, str]:
    head = await AuditHead.get_or_none(log=log)
    return (head.seq, head.digest) if head else (0, FIRST)


def _fault_of_head(
    before: tuple[int, str], after: tuple[int, str], marked: str, records: int
) -> tuple[int | None, str]:
    """Compare the log with its head: what was cut off or put on is seen here only."""
    if before[0] > records:
        return records + 1, f"record {records + 1} is missing: the head names {before[0]} records"
    if after[0] < records:
        return after[0] + 1, f"record {after[0] + 1} is not covered by the head, which names {after[0]} records"
    if marked != before[1]:
        return max(before[0], 1), f"record {before[0]}: the head names another digest"
    return None, ""


def _fault(row: AuditRecord, previous: str, expected: int) -> str:
    line = _read(row.line)
    if line is None:
        return f"record {row.seq}: not canonical JSON"
    if (line.get("seq"), line.get("log")) != (expected, row.log):
        return f"record {row.seq}: the line names another number or log"
    if line.get("prev") != previous:
        return f"record {row.seq}: prev does not match {expected - 1}"
    matter = line.get("obj")
    subject = matter.get("id") if isinstance(matter, dict) else None
    if (line.get("at"), line.get("type"), subject) != (stamp(row.at), row.action, row.subject):
        return f"record {row.seq}: the columns beside the line say something else"
    return ""


def _read(text: str) -> dict[str, Any] | None:
    """Return the members of a line, or None when it is not exactly what `canonical` writes."""
    try:
        line = json.loads(text)
        return line if isinstance(line, dict) and canonical(line) == text else None
    except (ValueError, RecursionError):
        return None


async def logs() -> list[str]:
    """Name every log of which there is a record or a head: a head that was deleted must not hide its records."""
    heads = await AuditHead.all().values_list("log", flat=True)
    records = await AuditRecord.all().distinct().values_list("log", flat=True)
    return sorted({str(log) for log in (*heads, *records)})
