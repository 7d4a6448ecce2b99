"""解封: what opens the commitments of one case, for a reader who may see the data (format.md §2, R6)."""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tortoise.exceptions import DoesNotExist

from models import AuditRecord, CancellationRequest, Candidate, Comment, Evidence, EvidenceKind, RevealLink
from models.vault import Unsealable
from workflow import audit, evidence
from workflow.timeline import Case

SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "message/rfc822": "eml",
    "text/plain": "txt",
}


@dataclass
class Openings:
    """`lines` are the members of openings.jsonl, `files` the evidence they name.

    `closed` counts what stays closed because no value fits it, `damaged` the evidence that is not what was kept.
    """

    lines: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    closed: int = 0
    damaged: int = 0


async def openings_of(case: Case, records: Iterable[AuditRecord]) -> Openings:
    """Open what this reader may see: names and words with the right to them, evidence with the right to that.

    Each opening is tried before it is given: one that does not fit its record (the candidate's name has been corrected
    since, say) is left out and counted, as is everything once the candidate's key is destroyed.
    """
    candidate = case.booking.candidate
    if candidate.secret is None:  # erased: nothing about this person opens any more
        return Openings(closed=sum(_sealed_parts(record) for record in records))
    found = Openings()
    pieces = {each.cipher_digest: each for each in await Evidence.filter(request__number__in=await _numbers(case))}
    values = await _values(case, pieces.values()) if case.names else {}
    for record in records:
        line = json.loads(record.line)
        if case.names:
            _open_words(found, candidate, line, values)
        if case.evidence:
            await _open_files(found, candidate, line, pieces)
    return found


def _sealed_parts(record: AuditRecord) -> int:
    line = json.loads(record.line)
    return len(line["pd"]) + len(line["ev"])


async def _numbers(case: Case) -> list[str]:
    requests = CancellationRequest.filter(booking=case.booking)
    return [str(each) for each in await requests.values_list("number", flat=True) if str(each) in case.subjects]


async def _values(case: Case, pieces: Iterable[Evidence]) -> Mapping[str, list[str]]:
    """Return for each label what its commitments in this case may be of."""
    requests = await CancellationRequest.filter(number__in=await _numbers(case))
    replies = [each for each in pieces if each.kind == EvidenceKind.REPLY]
    comments = [str(each.words) for each in await Comment.filter(request__number__in=await _numbers(case))]
    return {
        "name": [str(case.booking.candidate.name)],
        "purpose": [str(each.reason) for each in await RevealLink.filter(booking=case.booking)],
        "reason": [str(each.reason_text) for each in requests if each.reason_text],
        "words": [words for each in replies if (words := await _words_of(each)) is not None] + comments,
    }


async def _words_of(reply: Evidence) -> str | None:
    try:
        return (await evidence.open_piece(reply)).decode()
    except (Unsealable, DoesNotExist):
        return None


def _open_words(
    found: Openings, candidate: Candidate, line: Mapping[str, dict[str, str]], values: Mapping[str, list[str]]
) -> None:
    for label, commitment in line["pd"].items():
        fitting = [
            each
            for each in values.get(label, [])
            if hmac.compare_digest(audit.commitment(candidate, label, each), commitment)
        ]
        if fitting:
            opening: dict[str, object] = {
                "seq": line["seq"],
                "label": label,
                "value": fitting[0],
                "key": audit.commitment_key(candidate, label).hex(),
            }
            found.lines.append(opening)
        else:
            found.closed += 1


async def _open_files(
    found: Openings, candidate: Candidate, line: Mapping[str, list[dict[str, str]]], pieces: Mapping[str, Evidence]
) -> None:
    for place, kept in enumerate(line["ev"]):
        piece = pieces.get(kept["ct"])
        if piece is None or audit.commitment(candidate, "evidence", piece.digest) != kept["pt"]:
            found.closed += 1
            continue
        try:
            content = await evidence.open_piece(piece)
        except (Unsealable, DoesNotExist):
            found.damaged += 1
            continue
        name = f"evidence/{len(found.files) + 1}.{SUFFIXES.get(piece.media_type, 'bin')}"
        found.files[name] = content
        opening: dict[str, object] = {
            "seq": line["seq"],
            "evidence": place,
            "file": name,
            "key": audit.commitment_key(candidate, "evidence").hex(),
        }
        found.lines.append(opening)
