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
from workflow import access, audit, pictures, revising, twins
from workflow.acting import Act
from workflow.errors import Invalid, NotNow, Refusal
from workflow.evidence_rules import DOCUMENT, KINDS, PICTURE, SAID, EvidenceRules, rules_of
from workflow.states import OPEN_REQUESTS

WAITING = (RequestStatus.AWAITING_EVIDENCE, RequestStatus.SENT_BACK, RequestStatus.DRAFT)
MOST_OFFERED = 9  # requests in approval named to who sends a file
PROOF_FOLLOWS = timedelta(days=7)  # after a candidate's cancellation
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}


@dataclass(frozen=True)
class Findings:
    """What was found when the file was opened where it can do no harm (`bot.inspection`); nothing of its words.

    `refused` and `seen` say why it is not taken. A file that the desk enters has none: its head alone is looked at.
    """

    refused: str = ""
    seen: str = ""
    media_type: str = ""
    look: str = ""
    shape: int = 0
    facts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Material:
    """A file as it came; `source` is the platform's own id of the message that brought it."""

    content: bytes
    name: str
    source: str
    found: Findings = Findings()


def media_type(content: bytes) -> str:
    """Return the type that the bytes themselves show, or refuse what is neither a picture nor a PDF."""
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            return kind
    raise Invalid("evidence-type", allowed=f"{SAID[PICTURE]}、{SAID[DOCUMENT]}")


async def keep_file(act: Act, request: CancellationRequest, material: Material) -> Evidence:
    """Keep a file as it came, bit for bit; the same bytes twice are one piece."""
    await access.require_desk(act, access.CANCEL, request.organisation)
    rules = rules_of(request.policy)
    kind = _checked(material, rules)
    known = await Evidence.get_or_none(request=request, digest=hashlib.sha256(material.content).hexdigest())
    if known:
        return known
    if await Evidence.filter(request=request, kind=EvidenceKind.FILE).count() >= rules.most:
        raise Invalid("evidence-most", most=rules.most, number=request.number)
    return await _keep(act, request, EvidenceKind.FILE, kind, material)


def _checked(material: Material, rules: EvidenceRules) -> str:
    """Return the media type of a file that the rules take, or refuse."""
    found = material.found
    if len(material.content) > rules.max_bytes:
        raise Invalid("evidence-size", most_mb=f"{rules.max_bytes / 2**20:.3g}")
    if pictures.pixels(material.content) > pictures.MOST_PIXELS:  # said first: a bomb may be a torn one as well
        raise Invalid("evidence-pixels", seen="", allowed=rules.said)
    if found.refused:
        raise Invalid(f"evidence-{found.refused}", seen=found.seen, allowed=rules.said)
    kind = found.media_type or media_type(material.content)
    if KINDS[kind] not in rules.kinds:
        raise Invalid("evidence-kind", seen=KINDS[kind], allowed=rules.said)
    return kind


async def note_refused(act: Act, request: CancellationRequest, material: Material, refusal: Refusal) -> None:
    """Record that a file was not kept: why, how large it was, and a commitment by which the very file can be told."""
    booking = await Booking.get(id=request.booking_id).prefetch_related("candidate", "organisation")
    digest = hashlib.sha256(material.content).hexdigest()
    data = {"size": len(material.content), "seen": str(refusal.facts.get("seen", ""))}
    personal = {"file": audit.commitment(booking.candidate, "file", digest)}
    subject = ("cancel_request", request.number, request.revision)
    await audit.record(
        act,
        booking.organisation,
        "evidence.refused",
        subject,
        ok=False,
        why=refusal.code,
        data=data,
        personal=personal,
    )


async def keep_reply(act: Act, request: CancellationRequest, words: str, source: str) -> Evidence:
    """Keep the candidate's own words: they are the proof, nobody has to take a screenshot of them.

    `source` is the message's id on its platform; the digest of what it came in stands beside it.
    """
    access.require_no_colleague(act)
    material = Material(words.encode(), "候选人回复", source)
    digest = hashlib.sha256(material.content).hexdigest()
    known = await Evidence.get_or_none(request=request, digest=digest)
    return known or await _keep(act, request, EvidenceKind.REPLY, "text/plain", material)


async def _keep(act: Act, request: CancellationRequest, kind: EvidenceKind, media: str, material: Material) -> Evidence:
    digest = hashlib.sha256(material.content).hexdigest()
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
        raw_digest=act.source,
        look=material.found.look,
        shape=material.found.shape,
        facts=dict(material.found.facts),
        created_at=act.now,
    )
    if kind == EvidenceKind.FILE:
        piece.twins = [[each.number, each.difference] for each in await twins.find(piece, booking)]
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
    data = {"kind": str(kind), "message": _id_of(piece), **_said(piece)}
    await audit.record(act, booking.organisation, "evidence.kept", subject, evidence=[line], data=data)
    return piece


def _id_of(piece: Evidence) -> str:
    """Return the message's id as the log has it: hashed, as some platforms make their ids of an address."""
    return hashlib.sha256(piece.source.encode()).hexdigest() if piece.source else ""


def _said(piece: Evidence) -> dict[str, object]:
    """Return what the log says of a file: its counts, and the numbers of the requests that use the same picture."""
    facts = {name: count for name, count in (piece.facts or {}).items() if count}
    used = [number for number, _ in piece.twins or []]
    return {**({"facts": facts} if facts else {}), **({"twins": used} if used else {})}


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


async def under_approval(act: Act) -> list[CancellationRequest]:
    """Return this employee's requests that others decide now, to which they may still add proof, newest first."""
    mine = CancellationRequest.filter(requester=act.employee, status=RequestStatus.AWAITING_APPROVAL)
    return list(await mine.order_by("-created_at").limit(MOST_OFFERED))


async def count_of(request: CancellationRequest) -> int:
    """Return how many pieces of proof a request has, the candidate's own words among them."""
    return await Evidence.filter(request=request).count()


def require_taking(request: CancellationRequest) -> None:
    """Refuse proof for a request that is decided or over."""
    if request.status not in (*WAITING, RequestStatus.AWAITING_APPROVAL):
        raise NotNow(state=str(request.status))


async def awaiting(act: Act) -> CancellationRequest | None:
    """Return the newest request of this employee that waits for evidence, or may still get more."""
    mine = CancellationRequest.filter(requester=act.employee, status__in=WAITING)
    return await mine.order_by("-created_at").first()
