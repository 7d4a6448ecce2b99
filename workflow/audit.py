"""审计记录: one line for each change, in the caller's transaction (reliability.md R1, R2).

A line is canonical JSON (RFC 8785 restricted to ASCII member names and integers), so that `json.dumps` with sorted
keys gives the canonical form. `prev` is the SHA-256 of the previous line; personal data appear only as commitments.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from tortoise.connection import get_connection

from models import AuditHead, AuditRecord, Candidate, Organisation
from workflow.acting import Act

FIRST = "0" * 64
GROUP_LOG = "shouyue"  # attempts of people who belong to no unit


def canonical(value: object) -> str:
    """Return the canonical JSON text of a value made of strings, integers, booleans, lists and mappings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


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
    """Walk one log; return the number of records, the first bad one (or None) and what is wrong with it."""
    previous, expected = FIRST, 1
    async for row in AuditRecord.filter(log=log).order_by("seq"):
        fault = _fault(row, previous, expected)
        if fault:
            return expected, row.seq, fault
        previous, expected = hashlib.sha256(row.line.encode()).hexdigest(), expected + 1
    head = await AuditHead.get_or_none(log=log)
    if head and (head.seq, head.digest) != (expected - 1, previous):
        return expected - 1, expected, f"record {expected} is missing: the head names {head.seq} records"
    return expected - 1, None, ""


def _fault(row: AuditRecord, previous: str, expected: int) -> str:
    try:
        line = json.loads(row.line)
    except ValueError:
        return f"record {row.seq}: not JSON"
    if (row.seq, line.get("seq"), line.get("log")) != (expected, expected, row.log):
        return f"record {row.seq}: expected number {expected}"
    if line.get("prev") != previous:
        return f"record {row.seq}: prev does not match {expected - 1}"
    if canonical(line) != row.line:
        return f"record {row.seq}: not canonical"
    return ""
