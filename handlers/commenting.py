"""评论 Q… 文字: something is said beside a request, and nothing about it changes."""

from dataclasses import replace

from handlers import approvals
from handlers.locating import request_named
from handlers.reading.comments import read_comment
from handlers.reading.grammar import Command
from handlers.routing import Context
from models import CancellationRequest
from workflow import commenting, outbox, requests
from workflow.rights_words import name_of

WHICH = (
    "没有评论：没看出是哪一条。请写申请号，例如「评论 Q20261124-001 文字」；或先发「待我审批」，再发「评论 1 文字」。"
)


async def typed(context: Context, command: Command) -> None:
    """Answer 评论 Q… 文字 and 评论 1 文字."""
    number, row, words = read_comment(command.rest)
    if number is None and row is None:
        number = read_comment(context.incoming.text)[0]  # Q… 评论 文字
    if number is None and row is None:
        await outbox.say(context.act, context.account, f"{WHICH}编号 {context.reference}")
        return
    request = await _meant(context, command, number, row)
    told = await commenting.comment(context.act, request, words)
    names = "、".join(name_of(each) for each in told)
    heard = f"已告诉 {names}" if names else "现在没有别人在办这件事，没有人需要告知"
    text = f"已评论 {request.number}：{heard}。审批没有变化，评论记在时间轴里。"
    await outbox.say(context.act, context.account, text)


async def _meant(context: Context, command: Command, number: str | None, row: int | None) -> CancellationRequest:
    if number is not None:
        return await request_named(context, number)
    [step] = await approvals.meant(context, replace(command, picks=(row or 0,)))
    return await requests.reload(step.request_id)
