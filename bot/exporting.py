"""What an auditor takes home: one case as a pack, a PDF or text; a unit's log as PDF or XLSX.

Each export is recorded before anything is written, and once more with the file's digest before the file gets its name.
"""

import asyncio
import hashlib
import io
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot import certificates, printouts, soundness
from bot.auditing import with_store
from bot.clock import Clock
from bot.printouts import Listed, Printed, Proof
from bot.settings import Settings
from cards import case_facts
from cards import timeline as words
from models import AuditRecord, Employee, Organisation
from models.store import Store
from platforms.printing.document import Document
from platforms.printing.signing import NotSigned
from workflow import access, attempts, exporting, timeline
from workflow.acting import Act, local
from workflow.canonical import canonical
from workflow.errors import Refusal
from workflow.export_requests import MOST_PRINTED
from workflow.export_words import REFUSED as OF_EXPORTS
from workflow.exporting import TakenCase, TakenLog
from workflow.lines import NotWhole
from workflow.log_periods import Period, said
from workflow.timeline import Case
from workflow.views import ROLE_LABELS

T = TypeVar("T")


class NotExported(Exception):
    """Nothing was exported; the text says why and what to do."""


@dataclass(frozen=True)
class Exported:
    """What was written: how many records, whether names are in full, and the file's digest.

    `what` names it where it is more than a list of records; `warnings` is what people have to know before they rely
    on it.
    """

    records: int
    names: bool
    sha256: str
    what: str = ""
    warnings: tuple[str, ...] = ()

    def said(self, out: Path) -> str:
        """Say what was written where, whether it names candidates, and its digest."""
        names = "候选人姓名为全名" if self.names else "候选人姓名已隐去"
        done = f"{self.what}，已写到 {out}" if self.what else f"已导出 {self.records} 条到 {out}"
        return f"{done}，{names}，SHA-256 {self.sha256}"


@dataclass(frozen=True)
class Asking:
    """Who takes something out, and whose settings, store and clock it is."""

    settings: Settings
    store: Store
    act: Act
    role: str
    approval: str = ""  # the number of the consent to a bulk export, where there is one

    @property
    def printed(self) -> Printed:
        """Return who stands on a print."""
        if self.act.employee is None:
            return Printed("操作员（命令行）", "operator", self.act.now)
        who = f"{self.act.employee.name}（{self.role}）"
        borrowed = f"操作员（按 {who} 的权限）" if self.act.auth == timeline.OPERATOR else who
        return Printed(borrowed, self.act.subject, self.act.now, self.approval)


async def asking(
    settings: Settings, person: str | None, work: Callable[[Asking], Awaitable[T]], approval: str = ""
) -> T:
    """Open the store and do something as this person (their id), or as the operator when none is named.

    What is refused is recorded and raised as NotExported.
    """

    async def with_it(store: Store) -> T:
        now = Clock.of(settings).now()
        employee = await Employee.get_or_none(key=person) if person else None
        if person and employee is None:
            raise NotExported(f"没有这个人：{person}。写人员编号，例如 sunjing")
        act = Act(now, "cli", "operator", employee=employee)
        try:
            return await work(Asking(settings, store, act, await roles_of(act), approval))
        except Refusal as refusal:
            why = refusal.code
            await store.transact(lambda: exporting.note_refused(act, why, "export"))
            raise NotExported(REFUSED.get(why, REFUSED["not-allowed"]).format(**refusal.facts)) from refusal
        except NotSigned as wrong:
            raise NotExported(f"PDF 没有签上名，请看 audit.pdf_certificate_file：{wrong}") from wrong
        except NotWhole as wrong:
            raise NotExported(f"日志不完好，不能出具证明：先运行 python -m bot audit verify（{wrong}）") from wrong

    return await with_store(settings, with_it)


REFUSED = {
    **OF_EXPORTS,
    "case-purged": "{number} 已清理（{purge}，{day}），只有审计日志还在：用 export audit 导出",
    "not-found": "没有找到，或不在这个人的范围内。这次尝试已记录",
    "not-allowed": "这个人没有这项权限；谁可以办，看 python -m bot rights 姓名或工号。这次尝试已记录",
}


async def roles_of(act: Act) -> str:
    """Name the roles of who acts, as they stand on a print."""
    grants = await access.grants_of(act.employee, act.now) if act.employee else []
    return "、".join(dict.fromkeys(ROLE_LABELS[role] for role, _ in grants)) or "没有角色"


async def case_text(by: Asking, number: str) -> list[str]:
    """Return the timeline as a chat shows it, below what is wrong with its log; reading it is recorded."""

    async def look() -> tuple[Case, list[str]]:
        case = await timeline.case_of(by.act, number)
        await timeline.note_viewed(by.act, case)
        entries = attempts.told(case, await timeline.entries_of(case))
        return case, [*case_facts.heading(case)[1:], *(words.line(each, by.act.now) for each in entries)]

    case, lines = await by.store.transact(look)
    warnings = [f"注意：{each}" for each in await soundness.of_log(case.organisation.origin)]
    return [f"时间轴 · {case.title}", *warnings, *lines]


async def case_pdf(by: Asking, number: str, out: Path) -> Exported:
    """Write the signed PDF of one case's timeline."""
    taken = await by.store.transact(lambda: exporting.take_case(by.act, number, "pdf", by.approval))
    warnings = await soundness.of_case(taken)
    content = await _signed(by, timeline_of(taken, by.printed, warnings))
    await keep(by, out, content, taken.case.organisation, taken.export)
    sha256 = hashlib.sha256(content).hexdigest()
    return Exported(len(taken.records), taken.case.names, sha256, warnings=warnings)


async def printed_case(by: Asking, taken: TakenCase) -> bytes:
    """Return the signed PDF of a case that is taken out."""
    return await _signed(by, timeline_of(taken, by.printed, await soundness.of_case(taken)))


def timeline_of(taken: TakenCase, printed: Printed, warnings: Sequence[str]) -> Document:
    """Return the printed timeline of a case that is taken out; the warnings stand above it."""
    log, point = taken.case.organisation.origin, taken.checkpoint
    proof = Proof(log, taken.digest, point.size, point.code)
    return printouts.timeline_document(taken.case, taken.entries, proof, printed, warnings)


async def _signed(by: Asking, document: Document) -> bytes:
    signing = await asyncio.to_thread(certificates.signing, by.settings, by.act.now)  # it may have to make a key
    return await printouts.file_of(document, signing)


async def keep(by: Asking, out: Path, content: bytes, organisation: Organisation, export: AuditRecord) -> None:
    """Record the file's digest, then let it appear under its name, for its owner alone."""
    sha256 = hashlib.sha256(content).hexdigest()
    unfinished = out.with_name(f".{out.name}.part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    await by.store.transact(lambda: exporting.note_written(by.act, organisation, export, sha256, len(content)))
    unfinished.replace(out)


async def log_pdf(by: Asking, path: str, period: Period, out: Path) -> Exported:
    """Write the signed PDF of a unit's log of a period."""
    taken = await by.store.transact(lambda: exporting.take_log(by.act, path, "pdf", period, by.approval))
    warnings = await soundness.of_log(taken.organisation.origin)
    return await _written(by, out, await _printed_log(by, taken, warnings), taken, warnings)


async def _written(by: Asking, out: Path, content: bytes, taken: TakenLog, warnings: tuple[str, ...]) -> Exported:
    await keep(by, out, content, taken.organisation, taken.export)
    return Exported(taken.count, False, hashlib.sha256(content).hexdigest(), warnings=warnings)


async def printed_log(by: Asking, taken: TakenLog) -> bytes:
    """Return the signed PDF of a log that is taken out; what is wrong with the log stands above it."""
    return await _printed_log(by, taken, await soundness.of_log(taken.organisation.origin))


async def _printed_log(by: Asking, taken: TakenLog, warnings: tuple[str, ...]) -> bytes:
    if taken.count > MOST_PRINTED:
        raise NotExported(f"有 {taken.count} 条，一份 PDF 最多 {MOST_PRINTED} 条：缩短期间，或用 --format xlsx")
    records = [each async for page in taken.pages() for each in page]
    point = taken.checkpoint
    proof = Proof(taken.organisation.origin, timeline.digest_of(records), point.size, point.code)
    listed = Listed(f"{taken.organisation.name}（{taken.organisation.path}）", said(taken.period), warnings)
    return await _signed(by, printouts.log_document(listed, await timeline.read(records), proof, by.printed))


TITLES = ("记录", "时间（北京）", "人", "代号", "途径", "对象", "事项", "结果", "类型", "数据")


async def log_xlsx(by: Asking, path: str, period: Period, out: Path) -> Exported:
    """Write a unit's log of a period as a table of texts."""
    taken = await by.store.transact(lambda: exporting.take_log(by.act, path, "xlsx", period, by.approval))
    warnings = await soundness.of_log(taken.organisation.origin)
    return await _written(by, out, await log_table(by, taken), taken, warnings)


async def log_table(by: Asking, taken: TakenLog) -> bytes:
    """Return the table of a log that is taken out; its last row says who took it, when and under which number."""
    from platforms.printing.xlsx import MOST_ROWS, Table

    if taken.count >= MOST_ROWS:
        raise NotExported(f"有 {taken.count} 条，一张表最多 {MOST_ROWS - 1} 条：请缩短期间")
    out = io.BytesIO()
    with Table(out, taken.organisation.name, TITLES, local(by.act.now)) as table:
        async for page in taken.pages():
            for each in await timeline.read(page):
                table.add(_row(each))
        table.add(_mark(by.printed))
    return out.getvalue()


def _mark(printed: Printed) -> tuple[str, ...]:
    at = f"{local(printed.at):%Y-%m-%d %H:%M:%S}"
    return ("导出", at, printed.who, printed.pseudonym, "", printed.number, "本表由此人此时导出", "", "", "")


def _row(entry: timeline.Entry) -> tuple[str, ...]:
    return (
        str(entry.seq),
        f"{local(entry.at):%Y-%m-%d %H:%M:%S}",
        words.who(entry),
        entry.person,
        words.door(entry),
        entry.subject,
        words.what(entry),
        words.outcome(entry),
        entry.action,
        canonical(entry.data),
    )
