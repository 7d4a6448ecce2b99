"""锚定: an auditor or a system administrator has the codes posted now, to the audit group or to each auditor."""

from handlers.reading.grammar import Command
from handlers.routing import Context
from workflow import anchor_rounds, outbox


async def now(context: Context, command: Command) -> None:
    """Answer 锚定: what will be posted where; the post itself is a row of its own."""
    asked = await anchor_rounds.asked_for(context.act)
    where = f"发到「{asked.group}」，请到群里看" if asked.group else f"单独发给 {asked.auditors} 位审计，请留着那条消息"
    text = f"正在把 {asked.logs} 本审计日志的存证码{where}。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)
