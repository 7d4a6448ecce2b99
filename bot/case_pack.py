"""证据包: one case as a zip that can be checked without us: records with proofs, the print, and what opens them."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

from bot import certificates, packing, printouts, soundness
from bot.exporting import Asking, Exported, keep, timeline_of
from workflow import exporting, timeline
from workflow.acting import local
from workflow.canonical import canonical
from workflow.exporting import TakenCase
from workflow.openings import Openings, openings_of
from workflow.packing import CODES

GUIDE = "说明.txt"
_PASSKEYS = (
    "passkeys/ 里每个文件夹是一份摘录，说明本人确认用的通行密钥何时、怎样绑定给这个人：python3 verify.py passkeys/1；"
    "verify_statements.py 也会核对。",
)
_CODES = (
    "codes.txt 里是办理期间本单位用过的每一个存证码的证明；手里有本案旧卡片、旧通知的，用上面的存证码核对："
    "python3 verify_codes.py . --code 7F3K-Q2MD（换成手里的码，最好再写上自己留的公钥文件）。",
)


async def case_pack(by: Asking, number: str, out: Path) -> Exported:
    """Write the pack of one case, with what this person may see."""
    taken = await by.store.transact(lambda: exporting.take_case(by.act, number, "pack", by.approval))
    content = await packed_case(by, taken)
    await keep(by, out, content, taken.case.organisation, taken.export)
    sha256, warnings = hashlib.sha256(content).hexdigest(), soundness.of_rows(taken)
    return Exported(len(taken.records), taken.case.names, sha256, warnings=warnings)


async def packed_case(by: Asking, taken: TakenCase) -> bytes:
    """Return the pack of a case that is taken out; NotWhole when its log is broken."""
    files = await _files(by, taken)
    return await asyncio.to_thread(packing.zipped, files, by.act.now)  # evidence may be megabytes


async def _files(by: Asking, taken: TakenCase) -> dict[str, bytes]:
    seqs = [each.seq for each in taken.records]
    _, files = await packing.excerpt(by.store, by.act, taken.case.organisation, seqs)
    await timeline.require_all(taken.case, taken.records)
    signing = certificates.signing(by.settings, by.act.now)
    document = timeline_of(taken, by.printed, soundness.of_rows(taken))
    files["timeline.pdf"] = await printouts.file_of(document, signing)
    opened = await openings_of(taken.case, taken.records)
    if opened.lines:
        files["openings.jsonl"] = "".join(f"{canonical(each)}\n" for each in opened.lines).encode()
    files |= opened.files
    files |= await packing.stated(by.store, by.act, taken.case, taken.records)
    has_passkeys = any(each.startswith(f"{packing.OF_PASSKEYS}/") for each in files)
    enclosed = _Enclosed(opened, by.printed.who, signing.fingerprint(), CODES in files, has_passkeys)
    guide = _guide(taken, enclosed, by)
    files[GUIDE] = guide.encode() + files.get(GUIDE, b"")
    return files


@dataclass(frozen=True)
class _Enclosed:
    opened: Openings
    who: str
    fingerprint: str
    codes: bool  # 存证码 of this case are proved
    passkeys: bool  # somebody confirmed with one


def _guide(taken: TakenCase, enclosed: _Enclosed, by: Asking) -> str:
    case, opened = taken.case, enclosed.opened
    lines = [
        f"证据包 {case.number}",
        f"导出：{enclosed.who}，{local(by.act.now):%Y-%m-%d %H:%M:%S}（北京时间），日志记录号 {taken.export.seq}",
        f"records/ 里是审计日志 {case.organisation.origin} 与本案有关的 {len(taken.records)} 条记录原文，"
        f"proofs/ 里是它们各自的包含证明，检查点代码 {taken.checkpoint.code}。",
        f"timeline.pdf 是同样这些记录的打印件，带数字签名；签名证书的 SHA-256 指纹：{enclosed.fingerprint}。",
        "statements/ 里是每一次审批的审批确认记录（不是电子签名），核对：python3 verify_statements.py。",
        *(_PASSKEYS if enclosed.passkeys else ()),
        *(_CODES if enclosed.codes else ()),
        _what_is_open(taken, opened),
        *(f"注意：{each}。" for each in soundness.of_rows(taken)),
    ]
    if not case.names and opened.lines:
        lines.append("导出人的权限看不到候选人姓名，姓名没有打开；证明材料里可能出现姓名，请妥善保管。")
    if opened.closed:
        lines.append(f"另有 {opened.closed} 处没有打开：数据已更正或已按规定删除。记录本身不受影响。")
    if opened.damaged:
        lines.append(f"有 {opened.damaged} 份证明材料打不开：存放的内容和当时收到的不一样，或已不在。请先查明原因。")
    return "\n".join([*lines, "", ""])


def _what_is_open(taken: TakenCase, opened: Openings) -> str:
    words = len(opened.lines) - len(opened.files)
    if opened.lines:
        return f"openings.jsonl 打开了 {words} 处姓名或文字，evidence/ 里有 {len(opened.files)} 份证明材料。"
    if taken.case.names or taken.case.evidence:
        return "本案没有导出人可以打开的数据，所以没有 openings.jsonl 和 evidence/。"
    return "导出人的权限看不到候选人的姓名、原话和证明材料，所以没有 openings.jsonl 和 evidence/。"
