"""What is printed for an auditor: the timeline of one case, and a unit's log of a period, as documents and files."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cards import timeline as words
from cards.case_facts import result_of
from platforms.printing.document import Column, Document
from platforms.printing.signing import Signing
from workflow.acting import local
from workflow.moments import when_of
from workflow.sight import LONGEST_READ
from workflow.timeline import Case, Entry, reason_of

COLUMNS = (
    Column("记录", 0.62),
    Column("时间（北京）", 1.3),
    Column("人", 1.45),
    Column("途径", 0.95),
    Column("事项", 3.5),
    Column("结果", 1.3),
)
WARNING = "注意"
LOG_COLUMNS = (*COLUMNS[:4], Column("对象", 1.55), Column("事项", 2.6), Column("结果", 1.2))


@dataclass(frozen=True)
class Printed:
    """Who has this printed and when (aware); `pseudonym` is how the log names them, and the watermark."""

    who: str
    pseudonym: str
    at: datetime
    number: str = ""  # of the consent under which it left

    @property
    def mark(self) -> str:
        """Return the watermark: who, when, and under which number."""
        return "\n".join([self.pseudonym, f"{local(self.at):%Y-%m-%d %H:%M} {self.number}".rstrip()])


@dataclass(frozen=True)
class Proof:
    """What ties a print to the log: the digest of its lines, and a checkpoint (`size` lines, code) that covers them."""

    log: str
    digest: str
    size: int
    code: str


def timeline_document(
    case: Case, entries: Iterable[Entry], proof: Proof, printed: Printed, warnings: Sequence[str] = ()
) -> Document:
    """Return the printed timeline of a case; `warnings` are what makes it less than a proof."""
    rows = tuple(_cells(each) for each in entries)
    title = f"时间轴 · {case.number}"
    return Document(
        title=title,
        facts=(*_facts(case, printed), *((WARNING, each) for each in warnings)),
        columns=COLUMNS,
        rows=rows,
        notes=_notes(proof, len(rows)),
        footer=_footer(title, printed),
        watermark=printed.mark,
        made_at=local(printed.at),
        subject=f"{case.organisation.name}（{case.organisation.path}）",
    )


def _facts(case: Case, printed: Printed) -> tuple[tuple[str, str], ...]:
    booking = case.booking
    numbers = "、".join(case.subjects)
    found = [
        ("编号", numbers),
        ("单位", f"{case.organisation.name}（{case.organisation.path}）"),
        ("候选人", case.candidate),
        ("岗位", booking.position.name),
        ("面试时间", f"{when_of(booking)}（北京时间）"),
        ("面试官", str(booking.interviewer.name) if booking.interviewer else ""),
        ("结果", result_of(case)),
        ("原因", reason_of(case)),
        ("打印", f"{printed.who}，{local(printed.at):%Y-%m-%d %H:%M:%S}（北京时间）"),
        ("姓名显示", "按打印人的权限显示全名" if case.names else "按打印人的权限隐去候选人姓名，只留姓和电话尾号"),
    ]
    return tuple((label, text) for label, text in found if text)


def _cells(entry: Entry) -> tuple[str, ...]:
    role = words.role(entry)
    who = f"{words.who(entry)}（{role}）" if role else words.who(entry)
    return (
        str(entry.seq),
        f"{local(entry.at):%Y-%m-%d %H:%M:%S}",
        who,
        words.door(entry),
        words.what(entry, LONGEST_READ) + words.confirmation(entry),
        words.outcome(entry),
    )


def _notes(proof: Proof, count: int) -> tuple[str, ...]:
    return (
        f"以上共 {count} 条，是审计日志 {proof.log} 里与本案有关的全部记录，按记录号排列；「记录」一栏是日志里的位置。",
        f"这些记录的原文按记录号依次连接、每条后加一个换行，SHA-256 是 {proof.digest}。",
        f"检查点：日志前 {proof.size} 条，代码 {proof.code}。别处（例如审计人员）留存的同一检查点代码与此相同，"
        "就说明当时的日志与今天的一样。",
        "核对办法：导出本案的证据包，解开后用别处留存的公钥运行 python3 verify.py . 公钥文件；"
        "再用包里 records 文件夹的原文重算上面的 SHA-256。全程不需要本系统。",
        "本文件带数字签名（PAdES），改动任何一处，签名即失效；签名只证明文件出自本系统后未被改动。",
    )


def _footer(title: str, printed: Printed) -> str:
    return f"守约 · {title} · {printed.who} 打印于 {local(printed.at):%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class Listed:
    """A unit's log of a period as people write it: 2026-11-01 至 2026-11-30, or 全部."""

    unit: str
    period: str
    warnings: tuple[str, ...] = ()


def log_document(listed: Listed, entries: Iterable[Entry], proof: Proof, printed: Printed) -> Document:
    """Return the printed log of a unit."""
    rows = tuple((*_cells(each)[:4], each.subject, *_cells(each)[4:]) for each in entries)
    title = f"审计日志 · {listed.unit}"
    facts = (
        ("日志", proof.log),
        ("期间", listed.period),
        ("条数", str(len(rows))),
        ("打印", f"{printed.who}，{local(printed.at):%Y-%m-%d %H:%M:%S}（北京时间）"),
        ("姓名显示", "日志里没有候选人的姓名和联系方式"),
        *((WARNING, each) for each in listed.warnings),
    )
    notes = (
        f"以上记录的原文按记录号依次连接、每条后加一个换行，SHA-256 是 {proof.digest}。",
        f"检查点：日志前 {proof.size} 条，代码 {proof.code}。核对办法：导出整本日志的证据包，运行包里的 verify.py。",
        _notes(proof, len(rows))[-1],
    )
    return Document(
        title,
        facts,
        LOG_COLUMNS,
        rows,
        notes,
        _footer(title, printed),
        printed.mark,
        local(printed.at),
        subject=listed.unit,
    )


async def file_of(document: Document, signing: Signing) -> bytes:
    """Return the signed PDF file; drawing and signing take a second or two, in a thread of their own."""
    return await asyncio.to_thread(_made, document, signing)


def _made(document: Document, signing: Signing) -> bytes:
    from platforms.printing.pdf import render
    from platforms.printing.sign import sign

    return asyncio.run(sign(render(document), signing, document.made_at, document.title))
