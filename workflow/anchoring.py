"""锚定: who outside keeps a checkpoint. Each is asked by an outbox row; what they gave for it is an `Anchor` row.

A checkpoint alone does not stop whoever holds the key: others have to hold it too (reliability.md R4).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from models import Account, Anchor, AuditRecord, Checkpoint, Organisation, OutboxMessage, OutboxStatus, Role
from workflow import alerting, anchor_listeners, audit, outbox, signing
from workflow.acting import Act, local
from workflow.lines import read
from workflow.policy import WrongRules
from workflow.rulebook import rules_of

KIND = "anchor"  # of the outbox row; its topic is the kind of the anchor
POST, CODE, WITNESS, TSA = "post", "code", "witness", "tsa"
REFUSED = "refused"  # how the reason of a dead row begins when somebody outside holds something else
ALARMED = (Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)  # each can do something the others cannot
PRINTED = "cards-and-notices"  # the name of the anchor that everybody who keeps a card or notice is


async def latest(log: str) -> Checkpoint | None:
    """Return the largest checkpoint of a log."""
    return await Checkpoint.filter(log=log).order_by("-size").first()


async def arrange(act: Act, made: Checkpoint) -> None:
    """Have a new checkpoint cosigned by every witness, and the newest ones posted and stamped when it is time."""
    outside = signing.outside()
    for witness in outside.witnesses:
        await ask(act, WITNESS, witness.name, [made], dedupe=f"witness:{made.id}:{witness.key_id.hex()}")
    if outside.anybody or await anchor_listeners.anybody(act.now):
        await _set_rounds(act, made)


async def _set_rounds(act: Act, made: Checkpoint) -> None:
    """Set the next round; and the one that its oldest new record should have had, if that is over already."""
    before = await Checkpoint.filter(log=made.log, size__lt=made.size).order_by("-size").first()
    oldest = await AuditRecord.get(log=made.log, seq=before.size + 1 if before else 1)
    for at in sorted({next_round(oldest.at), next_round(act.now)}):
        await outbox.post(act, "timer", KIND, not_before=at, dedupe=f"anchor-round:{local(at):%Y-%m-%d}")


async def ask(
    act: Act, kind: str, name: str, checkpoints: Sequence[Checkpoint], dedupe: str, account: Account | None = None
) -> OutboxMessage:
    """Post the row that asks one of those outside to keep checkpoints; with `account`, a person in private."""
    payload = {"name": name, "checkpoints": [each.id for each in checkpoints]}
    return await outbox.post(act, KIND, kind, payload=payload, dedupe=dedupe, account=account)


def next_round(now: datetime) -> datetime:
    """Return when the group or the auditors, and the authority, are next told, on the clock of Asia/Shanghai."""
    here, at = local(now), signing.outside().at
    today = here.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > here else today + timedelta(days=1)


async def keep(act: Act, kind: str, name: str, receipts: Mapping[int, str]) -> None:
    """Note that somebody outside keeps these checkpoints (by id), each with what they gave for it; once for each.

    A log that did not grow is shown again with the others; what was given for it the first time stays.
    """
    kept = {each.checkpoint_id for each in await Anchor.filter(kind=kind, name=name, checkpoint_id__in=list(receipts))}
    rows = [
        Anchor(checkpoint_id=checkpoint, kind=kind, name=name, at=act.now, receipt=receipt)
        for checkpoint, receipt in receipts.items()
        if checkpoint not in kept
    ]
    await Anchor.bulk_create(rows, ignore_conflicts=True)


async def refuse(act: Act, row: OutboxMessage, checkpoint: Checkpoint, why: str) -> None:
    """Record that somebody outside does not agree with our log, and tell who has to look: once a log and reason."""
    name = str(json.loads(row.payload)["name"])
    same = AuditRecord.filter(log=audit.GROUP_LOG, action="anchor.refused", subject=name[:64])
    told = [line for each in await same if (line := read(each.line)) is not None]
    if any((line["why"], line["data"].get("origin")) == (why, checkpoint.log) for line in told):
        return
    data = {"origin": checkpoint.log, "size": checkpoint.size, "kind": row.topic}
    await audit.record(act, None, "anchor.refused", (KIND, name[:64], 1), ok=False, why=why, data=data)
    concerns = partial(anchor_listeners.reaches, log=checkpoint.log)
    await alerting.tell_holders(act, ALARMED, _alarm(name, checkpoint), concerns)


def _alarm(name: str, checkpoint: Checkpoint) -> str:
    return (
        f"审计日志对不上：日志 {checkpoint.log} 的前 {checkpoint.size} 条，和 {name} 留着的不一样。"
        "可能是日志或数据库被改过、退回过，也可能是对方出了错。请保留现状，不要恢复备份；审计员用自己留着的检查点运行 "
        "python -m bot audit verify --checkpoint 文件，看从第几条起不一样（docs/audit/anchors.md）。"
    )


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


async def was_printed(log: str, seq: int) -> bool:
    """Tell whether anybody was given the code of a checkpoint over record `seq` of a log."""
    return await Anchor.filter(kind=CODE, checkpoint__log=log, checkpoint__size__gte=seq).exists()


async def printed(act: Act, organisation: Organisation, code: str, receipt: str) -> None:
    """Note that somebody was shown a code; the first one who was makes the anchor."""
    if not code:
        return
    checkpoint = await Checkpoint.filter(log=organisation.origin, code=code).order_by("-size").first()
    if checkpoint and not await Anchor.filter(checkpoint=checkpoint, kind=CODE).exists():
        await keep(act, CODE, PRINTED, {checkpoint.id: receipt})
