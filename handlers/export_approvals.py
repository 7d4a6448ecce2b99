"""导出日志: asking to take many records out, and how it is spoken of by those who agree to it: X…."""

from dataclasses import dataclass
from datetime import datetime

from handlers.proposals import Talk
from handlers.reading.grammar import Command
from handlers.reading.periods import period_in
from handlers.routing import Context
from models import ExportRequest, ExportStatus
from workflow import access, export_requests, outbox
from workflow.acting import local
from workflow.errors import NotAllowed
from workflow.export_requests import Wanted
from workflow.export_words import FORMS, described
from workflow.log_periods import Period, days
from workflow.permissions import AUDIT_EXPORT
from workflow.rights_words import name_of

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
    asked = read(command.rest, local(context.act.now))
    if not await access.scopes(context.employee, AUDIT_EXPORT, context.act.now):
        raise NotAllowed(permission=AUDIT_EXPORT)
    if not asked.unit or not asked.form:
        text = f"没有提出：请写单位、形式和用途，{HOW}。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
        return
    unit = await access.unit_named(context.act, AUDIT_EXPORT, asked.unit)
    await ask_for(context, Wanted(unit, asked.form, asked.period, asked.purpose))


async def ask_for(context: Context, wanted: Wanted) -> None:
    """Lay an export before somebody else, and say so."""
    request = await export_requests.ask(context.act, wanted)
    text = f"已提出导出 {described(request)}，等另一位审计或安全管理员同意，结果会告诉你。编号 {request.number}"
    await outbox.say(context.act, context.account, text)


def read(text: str, now: datetime) -> Asked:
    """Read unit, form, period, and what stands behind 用途; `now` is on the clock of Asia/Shanghai."""
    before = text.partition("用途")[0]
    named = period_in(before, now)
    unit, form = "", ""
    for word in (named.rest if named else before).split():
        if word.lower() in SPOKEN:
            form = SPOKEN[word.lower()]
        else:
            unit = word
    period = days(named.first.isoformat(), named.last.isoformat()) if named else Period()
    return Asked(unit, form, period, purpose_in(text))


def purpose_in(text: str) -> str:
    """Return what stands behind 用途."""
    return text.partition("用途")[2].strip(" ：:，,")


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
    withdraw=export_requests.withdraw,
    described=lambda request: f"导出 {described(request)}",
    proposer=lambda request: name_of(request.requester),
    done=_done,
)
