"""审计记录: one line for each change, in the caller's transaction (docs/audit/format.md).

`prev` is the SHA-256 of the previous line; personal data appear only as commitments.
"""

import hashlib
import hmac
from collections.abc import Mapping

from tortoise.connection import get_connection

from models import AuditHead, AuditRecord, Candidate, Organisation
from models.vault import Unsealable
from workflow import clocking, outbox, signing
from workflow.acting import Act
from workflow.canonical import canonical, stamp
from workflow.lines import digest_of

__all__ = [
    "FIRST",
    "GROUP_LOG",
    "canonical",
    "commitment",
    "commitment_key",
    "locked_head",
    "logs",
    "record",
    "sign_later",
    "stamp",
]

FIRST = "0" * 64
GROUP_LOG = "shouyue"  # what belongs to no unit: the program itself, attempts of people nobody knows


def commitment(candidate: Candidate, label: str, value: object) -> str:
    """Return what stands in the log for a person's datum: unopenable once the person's key is destroyed (R6)."""
    said = label.encode() + b"\0" + canonical(value).encode()
    return hmac.new(commitment_key(candidate, label), said, hashlib.sha256).hexdigest()


def commitment_key(candidate: Candidate, label: str) -> bytes:
    """Return the key of a person's commitments of one label, which an opening hands out.

    It follows from the person's secret one way: who is given it can try values under this label alone, and opens
    nothing that is sealed (R6).
    """
    if candidate.secret is None:
        raise Unsealable("the key of this person was destroyed")
    return hmac.new(candidate.secret, b"commitments\0" + label.encode(), hashlib.sha256).digest()


async def record(
    act: Act,
    organisation: Organisation | str | None,
    action: str,
    subject: tuple[str, str, int],
    *,
    ok: bool = True,
    why: str = "",
    data: Mapping[str, object] | None = None,
    personal: Mapping[str, str] | None = None,
    evidence: list[dict[str, object]] | None = None,
) -> AuditRecord:
    """Add one line to the log of an organisation, or to the log of that name.

    `subject` is (kind, number, revision); `data` holds integers, strings and lists of them, never personal data;
    `personal` maps labels to commitments.
    """
    log = organisation.origin if isinstance(organisation, Organisation) else organisation or GROUP_LOG
    head = await locked_head(log)
    line = canonical(
        {
            "v": 1,
            "log": log,
            "seq": head.seq + 1,
            "prev": head.digest,
            "at": stamp(act.now),
            "clk": clocking.state.member(),
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
    head.seq, head.digest = head.seq + 1, digest_of(line)
    await head.save(update_fields=["seq", "digest"])
    await _arrange_checkpoint(act, head)
    return await AuditRecord.create(log=log, seq=head.seq, at=act.now, action=action, subject=subject[1], line=line)


async def locked_head(log: str) -> AuditHead:
    """Return the log's last line under a lock: SQLite's transaction holds the write lock, PostgreSQL locks the row."""
    await AuditHead.bulk_create([AuditHead(log=log, seq=0, digest=FIRST)], ignore_conflicts=True)
    heads = AuditHead.filter(log=log)
    if get_connection("default").capabilities.support_for_update:
        heads = heads.select_for_update()
    return await heads.get()


async def _arrange_checkpoint(act: Act, head: AuditHead) -> None:
    """Have the log signed a while after the first record that no checkpoint covers, and at once when many wait.

    "Many" again and again: a log that could not be signed, or was older than its first checkpoint, gets another try.
    """
    waiting, pace = head.seq - head.signed, signing.pace()
    if waiting % pace.records == 0:
        await sign_later(act, head.log)
    elif waiting == 1:
        await outbox.post(act, "timer", "sign", not_before=act.now + pace.every, payload={"log": head.log})


async def sign_later(act: Act, log: str) -> None:
    """Have a log signed in a transaction of its own, soon."""
    await outbox.post(act, "timer", "sign", payload={"log": log})


async def logs() -> list[str]:
    """Name every log of which there is a record or a head: a head that was deleted must not hide its records."""
    heads = await AuditHead.all().values_list("log", flat=True)
    records = await AuditRecord.all().distinct().values_list("log", flat=True)
    return sorted({str(log) for log in (*heads, *records)})
