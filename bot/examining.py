"""Examining units: for a chat through `examine` rows, for the command line, and as a print (S41, S46)."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import certificates, exporting, operator_checks, printouts
from bot.exporting import Asking, Exported
from bot.settings import Settings
from cards import examination as words
from models import Account, AuditRecord, Organisation, OutboxMessage, OutboxStatus
from models.store import Store
from notifier import claims
from platforms.printing.document import Column, Document
from workflow import checkpoints, checkup, completeness, downloads, examining, outbox
from workflow.acting import Act, local
from workflow.checkup import UNHEARD, WEIGHTS, Checkup, Seen
from workflow.completeness import DIFFERS, TODO, Completeness, Examined
from workflow.errors import Refusal
from workflow.exporting import note_written
from workflow.log_periods import days, said

Answer = Callable[[], Awaitable[None]]
MOST_SAID = 10
NOBODY_HEARS = (
    f"{UNHEARD}：每天的存证码没有人收。请系统管理员发「授权 姓名 审计 单位」，"
    "给一位有钉钉或企业微信账号的人，或设置审计群。"
)
MOST_UNLIKE = 3  # of one case, where rows and log differ
MOST_PRINTED = 300  # gaps of one item that are named on paper: a page and a half
COLUMNS = (
    Column("项目", 1.9),
    Column("权重", 0.5),
    Column("得分", 0.55),
    Column("看了", 0.55),
    Column("缺口", 0.55),
    Column("情况，以及怎么办", 5.0),
)


async def completeness_of(by: Asking, path: str, year: int = 0) -> Completeness:
    """Examine the strict cancellations of a unit and a year, this one unless named; that it was done is recorded."""
    found = await _complete(by, path, year or local(by.act.now).year)
    await by.store.transact(lambda: _note(by, found))
    return found


async def _complete(by: Asking, path: str, year: int) -> Completeness:
    unit = await examining.unit_named(by.act, path)
    return await completeness.examine(unit, days(f"{year}-01-01", f"{year}-12-31"), by.act.now)


async def _note(by: Asking, found: Completeness) -> None:
    data = {"year": year_of(found), "cases": len(found.cases), "gaps": len(found.gaps), "broken": len(found.broken)}
    await examining.note(by.act, found.unit, examining.COMPLETENESS, data)


async def checkup_of(by: Asking, path: str) -> Checkup:
    """Examine a unit over the last twelve months."""
    unit = await examining.unit_named(by.act, path)
    return await checkup.check_up(unit, by.act.now, await operator_checks.seen(by.settings, unit, by.act.now))


def numbers_of(found: Checkup) -> dict[str, object]:
    """Return what the log keeps of a checkup: the score and how many gaps each item has."""
    return {"score": found.score, "cases": found.cases, **{each.code: len(each.bad) for each in found.gaps}}


def year_of(found: Completeness) -> int:
    """Return the year that was examined."""
    assert found.period.since is not None
    return local(found.period.since).year


def completeness_lines(found: Completeness) -> list[str]:
    """Return the answer to 完整性检查 in words."""
    year = year_of(found)
    head = f"完整性检查 · {found.unit.name} · {year} 年：需审批的取消 {len(found.cases)} 件，"
    lines = [f"{head}{'没有缺口' if found.whole else f'有缺口 {len(found.gaps)} 件'}。"]
    lines += [f"审计日志 {each.log} 第 {each.first_bad} 条不对：保留现场，运行 audit verify" for each in found.broken]
    lines += [f"审计日志 {len(found.logs)} 本，逐条核对完好。"] if not found.broken else []
    lines += [] if found.heard else [NOBODY_HEARS]
    lines += [f"{each.number}：{gap_words(each)}" for each in found.gaps[:MOST_SAID]]
    left = len(found.gaps) - MOST_SAID
    lines += [f"另有 {left} 件，运行 python -m bot audit completeness --json 看全部。"] if left > 0 else []
    return lines + _purged(found)


def _purged(found: Completeness) -> list[str]:
    """Name what was purged with its records, so that a number of somebody's list is not looked for in vain."""
    if not found.purged:
        return []
    named = words.some([f"{number}（{purge}）" for number, purge in found.purged.items()], MOST_SAID)
    return [f"另有 {len(found.purged)} 件已到期清理，不在上面的件数里：{named}"]


def gap_words(case: Examined) -> str:
    """Say what a case lacks, where it is not what the log says, and what to do."""
    return "；".join(f"{_lack(case, each)}（{TODO[each][1]}）" for each in case.lacks)


def _lack(case: Examined, code: str) -> str:
    unlike = words.some([each.said for each in case.differs], MOST_UNLIKE)
    return f"{TODO[code][0]}：{unlike}" if code == DIFFERS else TODO[code][0]


def checkup_lines(found: Checkup) -> list[str]:
    """Return the answer to 合规体检 in words."""
    head = f"合规体检 · {found.unit.name} · 近 12 个月：{found.score} 分（满分 100）。"
    lines = [
        f"{words.ITEMS[each.code][0]}：{words.points(each.tenths)}/{WEIGHTS[each.code]} 分，"
        f"缺口 {len(set(each.bad))} 处：{words.some(each.bad, 3)}"
        for each in found.gaps
    ]
    return [head, *(lines or ["没有缺口。"]), words.DISCLAIMER]


async def checkup_pdf(by: Asking, path: str, out: Path) -> Exported:
    """Write the signed print of a checkup."""
    content, unit, export, found = await printed(by, path)
    await exporting.keep(by, out, content, unit, export)
    what = f"合规体检 {found.score} 分（满分 100），带数字签名，看了近 12 个月执行的取消 {found.cases} 件"
    return Exported(found.cases, False, hashlib.sha256(content).hexdigest(), what)


async def handed_out(by: Asking, path: str) -> bytes:
    """Return the signed print of a checkup for somebody's browser; its digest is on record before they have it."""
    content, unit, export, _ = await printed(by, path)
    sha256 = hashlib.sha256(content).hexdigest()
    await by.store.transact(lambda: note_written(by.act, unit, export, sha256, len(content)))
    return content


async def printed(by: Asking, path: str) -> tuple[bytes, Organisation, AuditRecord, Checkup]:
    """Examine a unit, record that the result is taken out, and print it."""
    found = await checkup_of(by, path)
    export = await by.store.transact(lambda: examining.take_report(by.act, path, numbers_of(found)))
    signing = await asyncio.to_thread(certificates.signing, by.settings, by.act.now)
    proof = await _proof(found.unit.origin, export.seq)
    return await printouts.file_of(document(found, by, proof), signing), found.unit, export, found


async def _proof(log: str, seq: int) -> str:
    newest = await checkpoints.latest(log)
    if newest is None or newest.size < seq:
        return f"这次打印是审计日志 {log} 第 {seq} 条记录。日志没有能签名，见「审计日志完好」一项。"
    return f"审计日志 {log} 前 {newest.size} 条的检查点代码是 {newest.code}；这次打印是第 {seq} 条记录。"


def document(found: Checkup, by: Asking, proof: str) -> Document:
    """Return the print of a checkup: the score, each item with its weight, what is missing and what to do."""
    who, unit = by.printed, f"{found.unit.name}（{found.unit.path}）"
    title = f"合规体检 · {found.unit.name}"
    facts = (
        ("单位", f"{unit}及其下级"),
        ("期间", f"{said(found.period)} 发起的取消，已执行 {found.cases} 件"),
        ("得分", f"{found.score} 分，满分 100 分"),
        ("打印", f"{who.who}，{local(who.at):%Y-%m-%d %H:%M:%S}（北京时间）"),
    )
    notes = (
        "怎么打分：每项的得分是权重乘以合格的比例，各项之和舍去小数。没有可看的，这一项给满分；看不到依据的，按不合格算。",
        proof,
        f"{words.DISCLAIMER}权重和每一项怎么看，写在 docs/archive/checkup.md 里。",
    )
    footer = f"守约 · {title} · {who.who} 打印于 {local(who.at):%Y-%m-%d %H:%M}"
    rows = tuple(_row(each) for each in found.items)
    return Document(title, facts, COLUMNS, rows, notes, footer, who.pseudonym, local(who.at), subject=unit)


def _row(item: Seen) -> tuple[str, ...]:
    name, todo = words.ITEMS[item.code]
    bad = words.some(item.bad, MOST_PRINTED)
    said = f"{bad}。怎么办：{todo}" if bad else item.said or ("合格" if item.of else "期内没有可看的")
    return (name, str(WEIGHTS[item.code]), words.points(item.tenths), str(item.of), str(len(item.bad)), said)


@dataclass(frozen=True)
class Examinations:
    """Delivers `examine` rows: examines outside a transaction, then answers in one."""

    settings: Settings
    store: Store
    now: Callable[[], datetime]

    async def deliver(self, row: OutboxMessage) -> None:
        """Examine what was asked for, and say what was found to who asked, if they still may know."""
        account = await Account.get(id=row.account_id).prefetch_related("employee")
        act = Act(self.now(), str(account.platform), "envelope", employee=account.employee)
        payload, by = json.loads(str(row.payload)), Asking(self.settings, self.store, act, "")
        try:
            answer = await (self._checkup if row.topic == examining.CHECKUP else self._completeness)(
                by, account, payload
            )
        except Refusal as refusal:
            why = refusal.code
            await self.store.transact(lambda: claims.settle(row, OutboxStatus.SUPPRESSED, act.now, why))
            return

        async def work() -> None:
            await answer()
            await claims.settle(row, OutboxStatus.SENT, act.now)

        await self.store.transact(work)

    async def _completeness(self, by: Asking, account: Account, payload: Mapping[str, object]) -> Answer:
        found = await _complete(by, str(payload["unit"]), int(str(payload["year"])))

        async def answer() -> None:
            await _note(by, found)
            await outbox.say(by.act, account, "\n".join(completeness_lines(found)))

        return answer

    async def _checkup(self, by: Asking, account: Account, payload: Mapping[str, object]) -> Answer:
        found = await checkup_of(by, str(payload["unit"]))

        async def answer() -> None:
            await examining.note(by.act, found.unit, examining.CHECKUP, numbers_of(found))
            link = await examining.offer(by.act, found.unit)
            minutes, code = int(downloads.LASTS.total_seconds() // 60), downloads.code_of(link)
            how = f"打印件（PDF）{minutes} 分钟内可以下载一次，网页会问验证码：{code}。链接和验证码请勿转给别人。"
            await outbox.say(by.act, account, "\n".join([*checkup_lines(found), how]), download=link)

        return answer
