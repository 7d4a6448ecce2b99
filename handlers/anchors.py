"""锚定: the auditor or a system administrator has the codes of all logs posted to the audit group now."""

from handlers.reading.grammar import Command
from handlers.routing import Context
from workflow import anchor_rounds, outbox, signing


async def now(context: Context, command: Command) -> None:
    """Answer 锚定: what will be posted where; the post itself is a row of its own."""
    logs = await anchor_rounds.asked_for(context.act)
    text = f"正在把 {logs} 本审计日志的存证码发到「{signing.outside().group}」，请到群里看。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)
