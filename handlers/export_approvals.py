"""导出日志: asking to take many records out; and 同意 or 驳回 of it, on the card and by text."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.reading.grammar import Command
from handlers.reading.text import as_written, plain
from handlers.reading.verbs import Verb
from handlers.routing import Answer, Context
from models import Card, Organisation
from workflow import export_requests, outbox
from workflow.card_views import card_view
from workflow.errors import AlreadyDecided, NotFound, NotNow
from workflow.export_requests import Wanted
from workflow.export_words import FORMS, OUTCOMES, described
from workflow.log_periods import Period, days
from workflow.rights_words import name_of

NUMBER = re.compile(r"(?<![a-z0-9])x[0-9]{8}-[0-9]{3,11}(?![0-9])")
MONTH = re.compile(r"(?P<year>[0-9]{4})(?:年|-|/)?(?:(?P<month>[0-9]{1,2})月?)?")
SPOKEN = {**{each: each for each in FORMS}, "表格": "xlsx", "excel": "xlsx", "审计包": "pack"}
HOW = "例如「导出日志 huachen/net xlsx 2026-11 用途 季度审计」，形式可写 xlsx、pack、pdf、jsonl"
ANSWERS = (Verb.APPROVE, Verb.REJECT, Verb.SEND_BACK)


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


async def takes(context: Context, command: Command) -> bool:
    """Answer what is said about the number of an export, and list those that wait; False where it is about none."""
    if command.verb == Verb.TODO:
        return await _listed(context)
    number = NUMBER.search(plain(context.incoming.text)) if command.verb in ANSWERS else None
    if number is None:
        return False
    request = await export_requests.export_named(context.act, number[0])
    comment = as_written(context.incoming.text)[number.end() :].strip(" ，,：:")
    if command.verb == Verb.SEND_BACK:
        text = f"导出申请只能同意或驳回。请回复「同意 {request.number}」或「驳回 {request.number} 原因」。"
        await outbox.say(context.act, context.account, f"没有办理：{text}编号 {context.reference}")
        return True
    decide = export_requests.approve if command.verb == Verb.APPROVE else export_requests.reject
    await decide(context.act, request, comment=comment)
    await outbox.say(context.act, context.account, f"已{command.verb}导出：{described(request)}（{request.number}）。")
    return True


async def _listed(context: Context) -> bool:
    waiting = await export_requests.awaiting(context.employee, context.act.now)
    if not waiting:
        return False
    lines = [f"{each.number} {described(each)}（{name_of(each.requester)} 提出）" for each in waiting]
    tail = f"回复「同意 {waiting[0].number}」「驳回 {waiting[0].number} 原因」，或直接点卡片。"
    await outbox.say(context.act, context.account, "\n".join([f"待你审批的导出 {len(lines)} 条：", *lines, tail]))
    return False


async def pressed(context: Context, card: Card, action: str) -> Answer:
    """Answer 同意 or 驳回 on the card."""
    request = await export_requests.export_of(context.act, card.export_id)
    decide = export_requests.approve if action == "approve" else export_requests.reject
    await decide(context.act, request, comment=str(context.incoming.form.get("comment", "")))
    return Answer(await card_view(card, context.act))


async def too_late(context: Context, card: Card) -> Answer:
    """Say why a button is no longer there: decided, expired, or the presser's role is gone."""
    request = await export_requests.export_of(context.act, card.export_id)
    if request.status in OUTCOMES:
        raise AlreadyDecided(OUTCOMES[request.status], name_of(request.decided_by), request.decided_at)
    if context.act.now >= request.expires_at:
        raise NotNow("export-expired")
    raise NotNow(state="stale-button")
