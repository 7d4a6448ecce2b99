"""委托 李娜 至 周五17:00 [至多 3 级], 委托, 委托 取消; and how a delegation is answered: W…."""

import re

from handlers import colleagues
from handlers.proposals import Talk
from handlers.reading.grammar import Command
from handlers.reading.text import plain
from handlers.rights_words import explained
from handlers.routing import Context
from models import Delegation, DelegationStatus, Employee
from workflow import delegating, outbox, standing_in
from workflow.delegation_words import described
from workflow.rights_words import name_of

HOW = "请发「委托 李娜 至 周五17:00」，可加「至多 3 级」；结束请发「委托 取消」。"
_VERB = r"(?:审批委托|委托给|委托|代理给)"
_CANCELS = re.compile(rf"{_VERB}\s*(?:取消|结束|收回)|(?:取消|结束|收回)(?:我的)?委托")
_MOST = re.compile(r"(?:至多|最多|不超过)\s*(?P<n>[0-9]{1,2})\s*[级个次]")


async def typed(context: Context, command: Command) -> None:
    """Ask a colleague, end what is there, or say what there is."""
    said = plain(context.incoming.text)
    if _CANCELS.search(said):
        ended = await delegating.cancel(context.act)
        text = "；".join(described(each) for each in ended)
        await outbox.say(context.act, context.account, f"已取消：{text}。从现在起只由你自己审批。")
    elif command.problems:
        there = await lines_of(context, context.employee)
        text = f"{command.problems[0]}{HOW}{''.join(there)}"
        await outbox.say(context.act, context.account, explained(text, context.reference))
    else:
        await _propose(context, command, said)


async def _propose(context: Context, command: Command, said: str) -> None:
    delegate = await colleagues.named(context, command.colleague or command.who.latin or "")
    if delegate is None or command.to is None:
        return
    until = command.to.end if command.to.end > command.to.start else command.to.start
    most = _MOST.search(said)
    delegation = await delegating.propose(context.act, delegate, until, int(most["n"]) if most else 0)
    text = f"已请 {name_of(delegate)} 答复：{described(delegation)}。其同意后才开始，结果会告诉你。"
    await outbox.say(context.act, context.account, text)


async def lines_of(context: Context, employee: Employee) -> list[str]:
    """Return a line for each delegation that somebody has given or holds."""
    given = await standing_in.given_by(employee, context.act.now)
    held = await standing_in.held_by(employee, context.act.now)
    return [f"\n{described(each)}{await _how_far(each)}" for each in [*given, *held]]


async def _how_far(delegation: Delegation) -> str:
    if await standing_in.is_used_up(delegation):
        return "（已满，不再代审）"
    return "（等对方同意）" if delegation.status == DelegationStatus.PROPOSED else ""


def _done(delegation: Delegation) -> str:
    accepted = delegation.status == DelegationStatus.APPROVED
    return "，卡片从现在起你也会收到，到期自动结束" if accepted else "，没有任何变化"


TALK = Talk(
    kind=delegating.KIND,
    letter="W",
    what="委托",
    awaiting=delegating.awaiting,
    approve=delegating.accept,
    reject=delegating.decline,
    withdraw=delegating.withdraw,
    described=described,
    proposer=lambda delegation: name_of(delegation.principal),
    done=_done,
)
