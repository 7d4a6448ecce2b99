"""导出 Q… and 证据包 Q… in a chat, and the page behind the link they answer: who takes a case home, with which code."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers import export_approvals
from handlers.export_approvals import TALK
from handlers.reading.grammar import Command
from handlers.routing import Context
from models import DownloadLink
from workflow import certifying, downloads, examining, exporting, outbox, timeline
from workflow.acting import Act
from workflow.certifying import TakenCertificate
from workflow.errors import Missing
from workflow.exporting import TakenCase, TakenLog


async def offer(context: Context, command: Command) -> None:
    """Answer 导出 Q… or Y…: a link in this chat, and the code for it."""
    if agreed := TALK.number_in(context.incoming.text):
        await _offer_log(context, agreed[0])
        return
    number = command.who.request or command.who.booking
    if not number:
        text = f"没有导出：请写申请号或预约号，例如「导出 Q…」。有哪些可发「列表 本周」。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
        return
    await _offer_case(context, number, downloads.PDF)


async def offer_pack(context: Context, command: Command) -> None:
    """Answer 证据包 Q… or Y…: a link to everything of one case that can be checked without us, and the code for it."""
    number = command.who.request or command.who.booking
    if not number:
        text = "没有导出：请写申请号或预约号，例如「证据包 Q…」。有哪些可发「列表 本周」。"
        await outbox.say(context.act, context.account, f"{text}编号 {context.reference}")
        return
    await _offer_case(context, number, downloads.PACK)


WHAT = {
    downloads.PDF: "时间轴（PDF）{minutes} 分钟内可以下载一次，下载会留下记录",
    downloads.PACK: (
        "证据包（zip）{minutes} 分钟内可以下载一次，下载会留下记录。里面是本案的审计记录和证明、签名的时间轴、"
        "你有权看的证明材料和核对程序 verify.py，怎么核对看里面的「说明.txt」"
    ),
}


async def _offer_case(context: Context, number: str, form: str) -> None:
    case = await timeline.case_of(context.act, number)
    try:
        await downloads.require_alone(context.act, case, form)
    except Missing:
        purpose = export_approvals.purpose_in(context.incoming.text)
        if purpose:
            await export_approvals.ask_for(context, exporting.of_case(case, form, purpose))
            return
        raise
    link = await downloads.offer(context.act, case, form)
    what = WHAT[form].format(minutes=int(downloads.LASTS.total_seconds() // 60))
    text = f"{case.number} 的{what}。网页会问验证码：{downloads.code_of(link)}。链接和验证码请勿转给别人。"
    await outbox.say(context.act, context.account, text, download=link)


async def _offer_log(context: Context, number: str) -> None:
    link = await downloads.offer_log(context.act, number)
    minutes = int(downloads.LASTS.total_seconds() // 60)
    text = (
        f"{link.number} 同意的导出 {minutes} 分钟内可以下载一次，下载会留下记录，文件上有你的代号和时间。"
        f"网页会问验证码：{downloads.code_of(link)}。链接和验证码请勿转给别人。"
    )
    await outbox.say(context.act, context.account, text, download=link)


class Ending(StrEnum):
    """How did sending the form end?"""

    TAKEN = "taken"
    UNPROVEN = "unproven"  # not the code
    FORGED = "forged"  # no form of that page
    GONE = "gone"


@dataclass(frozen=True)
class Outcome:
    """What came of it: the case or report with who takes it, or how many tries are left."""

    ending: Ending
    act: Act | None = None
    taken: TakenCase | TakenLog | None = None
    report: str = ""  # the unit whose examination is taken out instead of a case
    rules: str = ""  # the unit whose rules are taken out
    left: int = 0
    certificate: TakenCertificate | None = None


async def take(token: str, fields: Mapping[str, str], now: datetime) -> Outcome:
    """Take a case out with what was typed on the page; a Refusal when the right to it is gone."""
    link = await downloads.find(token, now, lock=True)
    if link is None:
        return Outcome(Ending.GONE)
    if not hmac.compare_digest(downloads.seal_of(link).encode(), fields.get("form", "").encode()):
        return Outcome(Ending.FORGED)
    act = _act(link, now)
    if not downloads.is_proven(link, fields.get("code", "")):
        left = await downloads.note_wrong_code(act, link)
        return Outcome(Ending.UNPROVEN if left else Ending.GONE, left=left)
    if link.number.startswith("L"):
        await downloads.end(act, link)
        return Outcome(Ending.TAKEN, act, certificate=await certifying.take(act, link.number))
    if link.number == downloads.RULES:
        await downloads.end(act, link)
        return Outcome(Ending.TAKEN, act, rules=link.report)
    if link.report:
        await downloads.end(act, link)
        return Outcome(Ending.TAKEN, act, report=(await examining.unit_named(act, link.report)).path)
    return Outcome(Ending.TAKEN, act, await downloads.take(act, link))


async def refused(token: str, why: str, now: datetime) -> None:
    """End a link whose owner may not take that case any more, and record the attempt."""
    link = await downloads.find(token, now, lock=True)
    if link is not None:
        act = _act(link, now)
        await downloads.end(act, link)
        await exporting.note_refused(act, why, "export")


def _act(link: DownloadLink, now: datetime) -> Act:
    return Act(now, "page", "link-and-code", employee=link.employee)
