"""已电话告知: a person has called the candidate whom no channel reached; the call is the last attempt."""

from handlers.locating import request_meant
from handlers.reading.grammar import Command
from handlers.routing import Context
from workflow import delivering, outbox
from workflow.errors import NotFound
from workflow.views import booking_seen


async def phoned(context: Context, command: Command) -> None:
    """Answer 已电话告知 Q… and close the task."""
    request = await request_meant(context, command)
    if request is None:
        raise NotFound(what="request")
    await delivering.told_by_phone(context.act, request)
    title = (await booking_seen(request.booking, context.act)).title
    text = f"已记下：{title}，已电话告知候选人。申请 {request.number} 没有遗留的事了。"
    await outbox.say(context.act, context.account, text)
