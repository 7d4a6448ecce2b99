"""清理证明: what a purge removed and kept, tied to the log; the signed file is kept and given to who may know."""

import hashlib
from dataclasses import dataclass

from models import AuditRecord, Checkpoint, Purge, PurgeCertificate, PurgeItem, PurgeOutcome, PurgeStatus
from workflow import audit, checkpoints, outbox, proposals, purge_proposals, purge_words, purging, timeline
from workflow.acting import Act
from workflow.errors import NotNow


@dataclass(frozen=True)
class PurgeProof:
    """Everything that stands on a certificate: numbers, digests and counts, and no candidate."""

    purge: Purge
    items: tuple[PurgeItem, ...]
    counts: dict[PurgeOutcome, int]
    lines: str  # SHA-256 over the records of the purge itself
    checkpoint: Checkpoint


async def is_wanted(purge_id: object) -> bool:
    """Tell whether a purge is done and has no certificate yet."""
    done = await Purge.filter(id=purge_id, status=PurgeStatus.DONE).exists()
    return done and not await PurgeCertificate.filter(id=purge_id).exists()


async def prove(act: Act, purge_id: object) -> PurgeProof:
    """Return what is certified, with a checkpoint that covers the record of its end."""
    purge = await purging.reload(purge_id)
    items = await PurgeItem.filter(purge=purge).order_by("id")
    log = purge.organisation.origin
    records = list(await AuditRecord.filter(log=log, subject=purge.number).order_by("seq"))
    await checkpoints.cover(act, log, records[-1].seq)
    checkpoint = await checkpoints.latest(log)
    assert checkpoint is not None
    counts = await purging.outcomes(purge)
    return PurgeProof(purge, tuple(items), counts, timeline.digest_of(records), checkpoint)


async def keep(act: Act, purge_id: object, content: bytes) -> None:
    """Keep the signed file, record its digest, and tell both administrators; once, whoever comes second."""
    if not await is_wanted(purge_id):
        return
    purge, counts = await purging.reload(purge_id), await purging.outcomes(await purging.reload(purge_id))
    sha256 = hashlib.sha256(content).hexdigest()
    await PurgeCertificate.create(id=purge.id, sha256=sha256, content=content, made_at=act.now)
    data = {"sha256": sha256, "size": len(content)}
    await audit.record(act, purge.organisation, "purge.certified", ("purge", purge.number, 1), data=data)
    text = purge_words.finished(
        purge, counts[PurgeOutcome.PURGED], counts[PurgeOutcome.HELD], counts[PurgeOutcome.CHANGED]
    )
    for person in (purge.proposer, purge.decided_by):
        account = await outbox.account_of(person) if person else None
        if account is not None:
            await outbox.say(act, account, text)


async def require_certificate(purge: Purge) -> PurgeCertificate:
    """Return the certificate of a purge, or say why there is none yet."""
    if purge.status in (PurgeStatus.PROPOSED, PurgeStatus.REJECTED, PurgeStatus.EXPIRED):
        raise NotNow("purge-not-done", number=purge.number)
    found = await PurgeCertificate.get_or_none(id=purge.id)
    if found is None:
        raise NotNow("certificate-not-ready", number=purge.number)
    return found


@dataclass(frozen=True)
class TakenCertificate:
    """The signed file that somebody takes home."""

    number: str
    content: bytes


async def take(act: Act, number: str) -> TakenCertificate:
    """Record that the acting person takes a certificate home, and return it."""
    purge = await proposals.named(act, purge_proposals.KIND, number)
    found = await require_certificate(purge)
    data = {"sha256": found.sha256}
    subject = ("purge", purge.number, 1)
    await audit.record(act, purge.organisation, "purge.certificate_taken", subject, data=data)
    return TakenCertificate(purge.number, bytes(found.content))
