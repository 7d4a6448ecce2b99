"""锚定: who outside keeps a checkpoint. Each is asked by an outbox row; what they gave for it is an `Anchor` row.

A checkpoint alone does not stop whoever holds the key: others have to hold it too (reliability.md R4).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from models import Anchor, AuditRecord, Checkpoint, Organisation, OutboxMessage, OutboxStatus
from workflow import audit, outbox, signing
from workflow.acting import Act, local
from workflow.lines import read
from workflow.policy import WrongRules
from workflow.rulebook import rules_of

KIND = "anchor"  # of the outbox row; its topic is the kind of the anchor
POST, CODE, WITNESS, TSA = "post", "code", "witness", "tsa"
REFUSED = "refused"  # how the reason of a dead row begins when somebody outside holds something else
PRINTED = "cards-and-notices"  # the name of the anchor that everybody who keeps a card or notice is


async def latest(log: str) -> Checkpoint | None:
    """Return the largest checkpoint of a log."""
    return await Checkpoint.filter(log=log).order_by("-size").first()


async def arrange(act: Act, made: Checkpoint) -> None:
    """Have a new checkpoint cosigned by every witness, and the newest ones posted and stamped when it is time."""
    outside = signing.outside()
    for witness in outside.witnesses:
        await ask(act, WITNESS, witness.name, [made], dedupe=f"witness:{made.id}:{witness.key_id.hex()}")
    if outside.anybody:
        await _set_rounds(act, made)


async def _set_rounds(act: Act, made: Checkpoint) -> None:
    """Set the next round; and the one that its oldest new record should have had, if that is over already."""
    before = await Checkpoint.filter(log=made.log, size__lt=made.size).order_by("-size").first()
    oldest = await AuditRecord.get(log=made.log, seq=before.size + 1 if before else 1)
    for at in sorted({next_round(oldest.at), next_round(act.now)}):
        await outbox.post(act, "timer", KIND, not_before=at, dedupe=f"anchor-round:{local(at):%Y-%m-%d}")


async def ask(act: Act, kind: str, name: str, checkpoints: Sequence[Checkpoint], dedupe: str) -> OutboxMessage:
    """Post the row that asks one of those outside to keep checkpoints."""
    payload = {"name": name, "checkpoints": [each.id for each in checkpoints]}
    return await outbox.post(act, KIND, kind, payload=payload, dedupe=dedupe)


def next_round(now: datetime) -> datetime:
    """Return when the group and the authority are next told, on the clock of Asia/Shanghai."""
    here, at = local(now), signing.outside().at
    today = here.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > here else today + timedelta(days=1)


async def keep(act: Act, kind: str, name: str, receipts: Mapping[int, str]) -> None:
    """Note that somebody outside keeps these checkpoints (by id), each with what they gave for it; once for each."""
    rows = [
        Anchor(checkpoint_id=checkpoint, kind=kind, name=name, at=act.now, receipt=receipt)
        for checkpoint, receipt in receipts.items()
    ]
    await Anchor.bulk_create(rows, ignore_conflicts=True)


async def refuse(act: Act, row: OutboxMessage, checkpoint: Checkpoint, why: str) -> None:
    """Record that somebody outside does not agree with our log: an alarm, raised once for each log and reason."""
    name = str(json.loads(row.payload)["name"])
    same = AuditRecord.filter(log=audit.GROUP_LOG, action="anchor.refused", subject=name[:64])
    told = [line for each in await same if (line := read(each.line)) is not None]
    if any((line["why"], line["data"].get("origin")) == (why, checkpoint.log) for line in told):
        return
    data = {"origin": checkpoint.log, "size": checkpoint.size, "kind": row.topic}
    await audit.record(act, None, "anchor.refused", (KIND, name[:64], 1), ok=False, why=why, data=data)


async def refusals() -> int:
    """Count the rows that ended because somebody outside does not agree with our log."""
    dead = OutboxMessage.filter(status=OutboxStatus.DEAD, kind=KIND, reason__startswith=REFUSED)
    return await dead.count()


async def code_of(organisation: Organisation, now: datetime) -> str:
    """Return the code that cards and notices of a unit carry now; nothing where its rules want none."""
    newest = await latest(organisation.origin) if await wants_code(organisation, now) else None
    return newest.code if newest else ""


async def wants_code(organisation: Organisation, now: datetime) -> bool:
    """Tell whether the rules of a unit want a code on its cards and notices."""
    try:
        return (await rules_of(organisation, now)).code
    except WrongRules:
        return False


async def printed(act: Act, organisation: Organisation, code: str, receipt: str) -> None:
    """Note that somebody was shown a code; the first one who was makes the anchor."""
    if not code:
        return
    checkpoint = await Checkpoint.filter(log=organisation.origin, code=code).order_by("-size").first()
    if checkpoint and not await Anchor.filter(checkpoint=checkpoint, kind=CODE).exists():
        await keep(act, CODE, PRINTED, {checkpoint.id: receipt})
