"""导出日志: asking to take many records out, and how it is spoken of by those who agree to it: X…."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.proposals import Talk
from handlers.reading.grammar import Command
from handlers.routing import Context
from models import ExportRequest, ExportStatus, Organisation
from workflow import export_requests, outbox
from workflow.errors import NotFound
from workflow.export_requests import Wanted
from workflow.export_words import FORMS, described
from workflow.log_periods import Period, days
from workflow.rights_words import name_of

MONTH = re.compile(r"(?P<year>[0-9]{4})(?:年|-|/)?(?:(?P<month>[0-9]{1,2})月?)?")
SPOKEN = {**{each: each for each in FORMS}, "表格": "xlsx", "excel": "xlsx", "审计包": "pack"}
HOW = "例如「导出日志 huachen/net xlsx 2026-11 用途 季度审计」，形式可写 xlsx、pack、pdf、jsonl"


@dataclass(frozen=True)
class Asked:
    """What was written behind 导出日志."""

    unit: str
    form: str
    period: Period
    purpose: str


async def ask(context: Context, command: Command) -> None:
    """Answer 导出日志 单位 形式 [期间] 用途 …: it goes to somebody else, and nothing leaves yet."""
    asked = read(command.rest)
    unit = await Organisation.get_or_none(path=asked.unit) or await Organisation.filter(name=asked.unit).first()
    if not asked.unit or not asked.form:
        text = f"没有提出：请写单位、形式和用途，{HOW}。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
        return
    if unit is None:
        raise NotFound(what="organisation")
    request = await export_requests.ask(context.act, Wanted(unit, asked.form, asked.period, asked.purpose))
    text = f"已提出导出 {described(request)}，等另一位审计或安全管理员同意，结果会告诉你。编号 {request.number}"
    await outbox.say(context.act, context.account, text)


def read(text: str) -> Asked:
    """Read unit, form, month or year, and what stands behind 用途."""
    before, _, purpose = text.partition("用途")
    unit, form, period = "", "", Period()
    for word in before.split():
        if found := MONTH.fullmatch(word):
            period = _period(int(found["year"]), int(found["month"] or 0))
        elif word.lower() in SPOKEN:
            form = SPOKEN[word.lower()]
        else:
            unit = word
    return Asked(unit, form, period, purpose.strip(" ：:，,"))


def _period(year: int, month: int) -> Period:
    if not 1 <= month <= 12:
        return days(f"{year:04d}-01-01", f"{year:04d}-12-31")
    last = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return days(f"{year:04d}-{month:02d}-01", last.isoformat())


def _done(request: ExportRequest) -> str:
    if request.status != ExportStatus.APPROVED:
        return "，什么都没有导出"
    return f"，{name_of(request.requester)} 24 小时内可以下载一次"


TALK = Talk(
    kind=export_requests.KIND,
    letter="X",
    what="导出申请",
    awaiting=export_requests.awaiting,
    approve=export_requests.approve,
    reject=export_requests.reject,
    described=lambda request: f"导出 {described(request)}",
    proposer=lambda request: name_of(request.requester),
    done=_done,
)
