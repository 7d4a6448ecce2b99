"""归档包: one case that is over as a zip for the archive: metadata, print, evidence, records with proofs, four checks.

It is made for no reader but the archive: names stand in it as the settings say, and the keys that open the log's
commitments only where names do, because whoever holds them can try names out.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import archive_checking, archive_xml, certificates, packing, printouts
from bot.archive_checking import METADATA
from bot.archive_checks import BAD, Check, faults_of, verdict_of
from bot.archive_xml import Fonds, LogPart
from bot.printouts import Printed, Proof
from bot.settings import Settings
from models import ArchivePackage, AuditRecord, CancellationRequest, Checkpoint
from models.store import Store
from platforms.printing.signing import Signing
from workflow import archive_metadata, timeline
from workflow.acting import Act, local
from workflow.archive_metadata import Metadata
from workflow.canonical import canonical
from workflow.lines import NotWhole
from workflow.openings import Openings, openings_of
from workflow.timeline import Case

REPORT, MANIFEST, GUIDE = "四性检测.xml", "清单.sha256", "说明.txt"


@dataclass(frozen=True)
class Packed:
    """A package: its bytes, how many records it holds, what was checked, and what stops it."""

    content: bytes
    records: int
    checks: tuple[Check, ...]
    faults: tuple[str, ...]

    @property
    def why(self) -> list[str]:
        """Return what stops it as the report says it: each field that does not fit, with its record."""
        return [f"{each.about}：{each.said}" for each in self.checks if each.verdict == BAD]


@dataclass(frozen=True)
class Packer:
    """Makes packages, with what this installation has."""

    settings: Settings
    store: Store

    async def pack(self, act: Act, package: ArchivePackage) -> Packed:
        """Make a package; one that lacks something has faults and is not to be sent."""
        request = await CancellationRequest.get(id=package.request_id)
        shown = await timeline.case_of(replace(act, employee=None), request.number)
        case = replace(shown, names=self.settings.archive.full_names, evidence=True)
        metadata = await archive_metadata.metadata_of(package, case)
        records = await timeline.records_of(case)
        if metadata.missing or not records:
            return Packed(b"", len(records), (), tuple(metadata.missing) or ("filed",))
        try:
            seqs = [each.seq for each in records]
            point, files = await packing.excerpt(self.store, act, case.organisation, seqs)
            await timeline.require_all(case, records)
        except NotWhole:
            return Packed(b"", len(records), (), ("log",))
        return await self._whole(act, _Parts(case, metadata, records, files, point))

    async def _whole(self, act: Act, parts: "_Parts") -> Packed:
        case, files = parts.case, parts.files
        point, digest = parts.point, timeline.digest_of(parts.records)
        log = LogPart(point.log, len(parts.records), digest, point.size, point.code)
        files[METADATA] = archive_xml.metadata_file(parts.metadata, self._fonds(), log)
        files[archive_xml.SCHEMA.name] = await asyncio.to_thread(archive_xml.SCHEMA.read_bytes)
        await self._print(act, parts, Proof(point.log, digest, point.size, point.code))
        opened = await openings_of(case, parts.records)
        files |= opened.files | await packing.stated(self.store, act, case, parts.records)
        if case.names and opened.lines:
            files["openings.jsonl"] = "".join(f"{canonical(each)}\n" for each in opened.lines).encode()
        checks = await archive_checking.checked(parts.metadata.request, files, await self._signing(act))
        set_aside(files, checks)
        files[REPORT] = archive_xml.report_file(parts.metadata.number, act.now, checks)
        files[GUIDE] = _guide(parts.metadata, act, checks, opened).encode() + files[GUIDE]
        files[MANIFEST] = manifest_of(files)
        return await self._zipped(act, parts, checks)

    async def _zipped(self, act: Act, parts: "_Parts", checks: Sequence[Check]) -> Packed:
        content = await asyncio.to_thread(packing.zipped, parts.files, act.now)
        faults = faults_of(checks)
        if len(content) > archive_checking.LARGEST:
            faults.append("size")
        return Packed(content, len(parts.records), tuple(checks), tuple(faults))

    async def _print(self, act: Act, parts: "_Parts", proof: Proof) -> None:
        entries = await timeline.entries_of(parts.case)
        printed = Printed("系统（归档）", "archive", act.now)
        document = printouts.timeline_document(parts.case, entries, proof, printed)
        parts.files["timeline.pdf"] = await printouts.file_of(document, await self._signing(act))

    async def _signing(self, act: Act) -> Signing:
        return await asyncio.to_thread(certificates.signing, self.settings, act.now)

    def _fonds(self) -> Fonds:
        archive = self.settings.archive
        return Fonds(archive.fonds, f"{self.settings.retention.records_years} 年", archive.secrecy)


@dataclass(frozen=True)
class _Parts:
    case: Case
    metadata: Metadata
    records: list[AuditRecord]
    files: dict[str, bytes]
    point: Checkpoint  # to which the proofs in the package lead


def set_aside(files: dict[str, bytes], checks: Sequence[Check]) -> None:
    """Take out of the package what acts by itself; a note says what stood there."""
    for each in checks:
        if each.code == archive_checking.ACTIVE and not each.good:
            content = files.pop(each.about)
            digest = hashlib.sha256(content).hexdigest()
            kept = f"原件 {len(content)} 字节，SHA-256 {digest}，存放在守约里"
            note = f"{each.about} 没有放进归档包：{each.said}。{kept}。\n"
            files[f"{each.about}.隔离.txt"] = note.encode()


def manifest_of(files: dict[str, bytes]) -> bytes:
    """Return a line for each file as `sha256sum -c` reads it."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items())
    ).encode()


def _guide(found: Metadata, act: Act, checks: Sequence[Check], opened: Openings) -> str:
    lines = [
        f"归档包 {found.number}：{found.title}",
        f"制作：守约，{local(act.now):%Y-%m-%d %H:%M:%S}（北京时间）。办理结果：{found.result}。",
        f"{METADATA} 是元数据，格式见 {archive_xml.SCHEMA.name}；timeline.pdf 是带数字签名的时间轴；"
        f"evidence/ 里有证明材料 {len(opened.files)} 份；records/ 和 proofs/ 是审计日志原文和证明；"
        "statements/ 是每一次审批的审批确认记录（不是电子签名）。",
        f"{MANIFEST} 是每个文件的 SHA-256，用 sha256sum -c {MANIFEST} 核对。",
        f"{REPORT} 是四性检测的结果：{verdict_of(checks)}，共 {len(checks)} 项。这是制作时的自查。",
    ]
    return "\n".join([*lines, "", ""])
