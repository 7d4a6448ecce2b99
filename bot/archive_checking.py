"""The four checks of a package's files: what they say is recomputed, nothing of them is taken on trust."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot import archive_proving, archive_xml
from bot.archive_checks import AUTHENTIC, COMPLETE, SAFE, USABLE, Check, Weight
from models import CancellationRequest, Evidence, RequestStatus
from platforms.files import kinds
from platforms.printing.opening import intact, opened
from platforms.printing.signing import Signing
from workflow import audit, comparing, delivering, evidence_rules, merkle, notes, places, requests, signing
from workflow.archive_words import DIFFERS
from workflow.evidence_rules import rules_of
from workflow.lines import record_in
from workflow.openings import SUFFIXES
from workflow.views import Delivery

METADATA = "元数据.xml"
LARGEST = 200 * 1024 * 1024  # of a whole package
ACTIVE = "active-content"
TYPES = {suffix: media for media, suffix in SUFFIXES.items()}
PROOF = re.compile(r"^proofs/([0-9]+)\.tlog-proof$")  # not those below passkeys/, which verify_statements.py reads
PRINT = "timeline.pdf"


@dataclass(frozen=True)
class Facts:
    """What the store says of the case, beside which the files are laid."""

    number: str
    pieces: list[Evidence]
    commitments: frozenset[str]
    wanted: int  # pieces of evidence that the rules asked for
    levels: int  # answers that the rules asked for
    cancelled: bool
    told: bool
    differs: str  # where the rows are not what the log says, in words


async def checked(number: str, files: Mapping[str, bytes], signed: Signing) -> list[Check]:
    """Check the files of one package."""
    facts = await _facts(number)
    return await asyncio.to_thread(_checked, facts, files, signed)


async def _facts(number: str) -> Facts:
    found = await CancellationRequest.get(number=number)
    request = await requests.reload(found.id)
    pieces = list(request.evidence)
    candidate = request.booking.candidate
    told = await delivering.told(request)
    return Facts(
        number=number,
        pieces=pieces,
        commitments=frozenset(audit.commitment(candidate, "evidence", each.digest) for each in pieces),
        wanted=rules_of(request.policy).least,
        levels=places.fewest_answers(request),
        cancelled=request.status == RequestStatus.CARRIED_OUT,
        told=not request.notify or told.how != Delivery.UNDER_WAY,
        differs=comparing.said(await comparing.differences(number)),
    )


def _checked(facts: Facts, files: Mapping[str, bytes], signed: Signing) -> list[Check]:
    lines = [record_in(content.decode()) for path, content in files.items() if path.startswith("records/")]
    told = [line for line in lines if line is not None]
    return [
        *_records(files, len(lines)),
        Check(AUTHENTIC, "signature", PRINT, intact(files[PRINT], signed), "数字签名盖住整个文件，没有改动"),
        *archive_proving.proven(facts.number, files[METADATA], told),
        Check(AUTHENTIC, DIFFERS, "数据库", not facts.differs, facts.differs or "这件申请的各行和审计日志的记录相同"),
        *_evidence(facts, files),
        *_complete(facts, files, [str(line["type"]) for line in told]),
        *_usable(files),
    ]


def _records(files: Mapping[str, bytes], count: int) -> Iterator[Check]:
    """Recompute the tree's root from every record by its own proof, and ask whether we signed it."""
    good = sum(_proven(files, seq, content) for path, content in files.items() for seq in PROOF.findall(path))
    said = f"{count} 条记录，{good} 条的包含证明与签名的检查点相符"
    yield Check(AUTHENTIC, "records", "records/、proofs/", good == count > 0, said)


def _proven(files: Mapping[str, bytes], seq: str, proof: bytes) -> bool:
    line = files.get(f"records/{seq}.json")
    head, _, note = proof.decode().partition("\n\n")
    rows = head.splitlines()
    try:
        origin, size, root = notes.parse_checkpoint(notes.parse_note(note.encode()).text)
        hashes = [base64.b64decode(row, validate=True) for row in rows[2:]]
        found = merkle.root_by_inclusion(merkle.leaf(line or b""), int(seq) - 1, size, hashes)
    except ValueError:
        return False
    return line is not None and found == root and signing.verified(origin, note)


def _evidence(facts: Facts, files: Mapping[str, bytes]) -> Iterator[Check]:
    kept = {each.digest: each for each in facts.pieces}
    there = {path: hashlib.sha256(content).hexdigest() for path, content in files.items() if _is_evidence(path)}
    for path, digest in there.items():
        yield Check(AUTHENTIC, "evidence-damaged", path, digest in kept, f"SHA-256 {digest}，与收到时登记的相同")
    named = {each["pt"] for each in _named(files)}
    said = f"{len(facts.commitments & named)}/{len(facts.pieces)} 份在审计日志里有收到的记录"
    yield Check(AUTHENTIC, "evidence-damaged", "evidence/", facts.commitments <= named, said)
    missing = len(set(kept) - set(there.values()))
    yield Check(
        COMPLETE, "evidence-damaged", "evidence/", missing == 0, f"登记 {len(kept)} 份，打不开或缺失 {missing} 份"
    )
    enough = not facts.cancelled or len(there) >= facts.wanted
    yield Check(COMPLETE, "evidence-count", "evidence/", enough, f"规则要求 {facts.wanted} 份，有 {len(there)} 份")


def _named(files: Mapping[str, bytes]) -> Iterator[dict[str, str]]:
    for path, content in files.items():
        if path.startswith("records/"):
            yield from json.loads(content)["ev"]


def _is_evidence(path: str) -> bool:
    return path.startswith("evidence/")


def _complete(facts: Facts, files: Mapping[str, bytes], types: list[str]) -> Iterator[Check]:
    for path in (name for name in files if name.endswith(".xml")):
        wrong = archive_xml.faults_of(files[path])
        said = f"四个必填项和其余各项都在，符合 {archive_xml.SCHEMA.name}" if not wrong else wrong[0]
        yield Check(COMPLETE, "metadata", path, not wrong, said)
    yield Check(COMPLETE, "filed", "取消申请单", "request.filed" in types, "审计日志里有发起的记录")
    if not facts.cancelled:
        return
    answers = types.count("approval.approved")
    said = f"规则要求 {facts.levels} 级，同意的记录 {answers} 条"
    yield Check(COMPLETE, "approvals", "审批记录", answers >= facts.levels, said)
    yield Check(
        COMPLETE, "notices", "候选人通知记录", facts.told, "通知的经过在时间轴里" if facts.told else "还没有通知的结果"
    )


def _usable(files: Mapping[str, bytes]) -> Iterator[Check]:
    yield from _opens(PRINT, files[PRINT], "application/pdf", Weight.STOPS)
    for path, content in files.items():
        if _is_evidence(path):
            yield from _opens(path, content, TYPES.get(path.rpartition(".")[2], ""), Weight.NOTED)


def _opens(path: str, content: bytes, media: str, weight: Weight) -> Iterator[Check]:
    seen = opened(content, media)
    yield Check(USABLE, "print" if path == PRINT else "opens", path, seen.usable, seen.said, weight)
    if path == PRINT:
        return
    said = f"含有会自己运行或带出内容的部分：{'、'.join(seen.acting)}" if seen.acting else "没有脚本、宏和内嵌文件"
    yield Check(SAFE, ACTIVE, path, not seen.acting, said, Weight.NOTED)
    fits = media == "text/plain" or kinds.media_type(content) == media
    small = len(content) <= evidence_rules.LARGEST
    yield Check(SAFE, "type", path, fits and small, f"类型与内容相符，{len(content)} 字节", Weight.NOTED)
