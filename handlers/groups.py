"""A command in a group is answered in private; the group hears only that it was, and nothing about anybody."""

from handlers.routing import Context, Incoming
from models import Account
from workflow import outbox
from workflow.acting import Act

ANSWERED = "已在单聊回复你。"


async def answer(act: Act, incoming: Incoming, account: Account | None) -> None:
    """Post the group's one line behind what is said in private: rows of one account are delivered in their order."""
    where = incoming.reply_to
    if not incoming.in_group or where is None or not where.url:
        return
    payload = {"url": where.url, "until_ms": where.until_ms, "text": ANSWERED}
    await outbox.post(act, "group_reply", account=account, payload=payload, dedupe=f"group:{incoming.key}"[:120])


async def answer_in(context: Context) -> None:
    """Answer the group that this message came from, if it came from one."""
    await answer(context.act, context.incoming, context.account)
