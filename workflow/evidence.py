"""证明材料: kept sealed under its digest; a request that waits for it moves on when there is enough (S37)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from models import (
    Booking,
    BookingStatus,
    CancellationRequest,
    Evidence,
    EvidenceBlob,
    EvidenceKind,
    PersonKey,
    RequestStatus,
)
from models.vault import Unsealable, vault
from workflow import access, audit, pictures, revising
from workflow.acting import Act
from workflow.errors import Invalid
from workflow.states import OPEN_REQUESTS

LARGEST = 10 * 1024 * 1024
PROOF_FOLLOWS = timedelta(days=7)  # after a candidate's cancellation
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}


@dataclass(frozen=True)
class Material:
    """A file as it came; `source` is the platform's own id of the message that brought it."""

    content: bytes
    name: str
    source: str


def media_type(content: bytes) -> str:
    """Return the type that the bytes themselves show, or refuse what is neither a picture nor a PDF."""
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            return kind
    raise Invalid("evidence-type", allowed="PNG、JPG 图片或 PDF")


async def keep_file(act: Act, request: CancellationRequest, material: Material) -> Evidence:
    """Keep a file; the same bytes twice are one piece."""
    await access.require_desk(act, access.CANCEL, request.organisation)
    if len(material.content) > LARGEST:
        raise Invalid("evidence-size", most_mb=LARGEST // 2**20)
    kind = media_type(material.content)
    if pictures.pixels(material.content) > pictures.MOST_PIXELS:
        raise Invalid("evidence-pixels", most=pictures.MOST_PIXELS // 10_000)
    return await _keep(act, request, EvidenceKind.FILE, kind, material)


async def keep_reply(act: Act, request: CancellationRequest, words: str, source: str) -> Evidence:
    """Keep the candidate's own words: they are the proof, nobody has to take a screenshot of them."""
    access.require_no_colleague(act)
    material = Material(words.encode(), "候选人回复", source)
    return await _keep(act, request, EvidenceKind.REPLY, "text/plain", material)


async def _keep(act: Act, request: CancellationRequest, kind: EvidenceKind, media: str, material: Material) -> Evidence:
    digest = hashlib.sha256(material.content).hexdigest()
    known = await Evidence.get_or_none(request=request, digest=digest)
    if known:
        return known
    booking = await Booking.get(id=request.booking_id).prefetch_related("candidate", "organisation")
    piece = Evidence(
        person_id=booking.candidate_id,
        request=request,
        kind=kind,
        media_type=media,
        size=len(material.content),
        digest=digest,
        name=material.name,
        uploader=act.employee,
        source=material.source[:160],
        created_at=act.now,
    )
    sealed = vault().seal(material.content, f"evidence_blob.sealed.{piece.id}", booking.candidate.secret)
    piece.cipher_digest = hashlib.sha256(sealed).hexdigest()
    await piece.save()
    await EvidenceBlob.create(id=piece.id, sealed=sealed)
    await revising.new_evidence(act, request)
    line = {
        "ct": piece.cipher_digest,
        "pt": audit.commitment(booking.candidate, "evidence", digest),
        "size": piece.size,
        "type": media,
    }
    subject = ("cancel_request", request.number, request.revision)
    await audit.record(act, booking.organisation, "evidence.kept", subject, evidence=[line], data={"kind": str(kind)})
    return piece


async def open_piece(piece: Evidence) -> bytes:
    """Return the bytes of a piece, or raise `Unsealable` when they are not what was kept, or were erased."""
    blob = await EvidenceBlob.get(id=piece.id)
    if not blob.sealed:
        raise Unsealable("evidence_blob: emptied")
    return vault().unseal(bytes(blob.sealed), f"evidence_blob.sealed.{piece.id}", piece.secret)


async def is_erased(piece: Evidence) -> bool:
    """Tell whether a piece cannot be opened because its person was erased: that is no damage."""
    return await PersonKey.filter(id=piece.person_id, erased_at__isnull=False).exists()


async def of_candidates(candidate_ids: list[object], now: datetime) -> CancellationRequest | None:
    """Return the newest request that rests on the candidate's own word: what they send is its proof.

    Also one that was carried out lately, as a note from the doctor comes after the word. A company's own request is
    none of these, and its existence is not told to the candidate by a thank-you.
    """
    theirs = Booking.filter(
        candidate_id__in=candidate_ids, status__in=(BookingStatus.DECLINED, BookingStatus.CANCELLED)
    )
    ids = await theirs.values_list("id", flat=True)
    undecided = [status for status in OPEN_REQUESTS if status != RequestStatus.APPROVED]
    found = CancellationRequest.filter(booking_id__in=ids).filter(
        Q(status__in=undecided, booking__status=BookingStatus.DECLINED)
        | Q(status=RequestStatus.CARRIED_OUT, candidate_id__isnull=False, ended_at__gt=now - PROOF_FOLLOWS)
    )
    return await found.order_by("-created_at").first()


async def awaiting(act: Act) -> CancellationRequest | None:
    """Return the newest request of this employee that waits for evidence, or may still get more."""
    waiting = (RequestStatus.AWAITING_EVIDENCE, RequestStatus.SENT_BACK, RequestStatus.DRAFT)
    mine = CancellationRequest.filter(requester=act.employee, status__in=waiting)
    return await mine.order_by("-created_at").first()
