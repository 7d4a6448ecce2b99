"""留存冻结, 解除冻结 and 留存清单: what must stay, and what could go."""

from dataclasses import replace

from handlers.reading.grammar import Command
from handlers.reading.retention import HoldWords, read_hold
from handlers.retention_words import overview as told
from handlers.retention_words import placed
from handlers.rights_words import explained
from handlers.routing import Context
from models import Hold, Purge, PurgeStatus
from workflow import access, free_words, holds, outbox, retention
from workflow.errors import NotAllowed
from workflow.periods import periods
from workflow.permissions import HOLD_SET, RETENTION_READ

MOST_LISTED = 20  # holds and purges shown at once
EXAMPLE = "例如「{verb} Q20261124-007{rest}」，或用预约号 Y…；要冻结一位候选人的全部，在号前加「候选人」。"


async def hold(context: Context, command: Command) -> None:
    """Answer 留存冻结 Q… 原因 …: this case stays, whatever is due."""
    said = _said(context, command)
    if await _unnumbered(context, command, said, " 原因 合同纠纷在诉"):
        return
    made = await holds.place(context.act, said.number, said.reason, whole_person=said.whole_person)
    await outbox.say(context.act, context.account, f"{placed(made)}。")


async def release(context: Context, command: Command) -> None:
    """Answer 解除冻结 Q…: from now on it goes when it is due, as any other."""
    said = _said(context, command)
    if await _unnumbered(context, command, said, ""):
        return
    await holds.release(context.act, said.number, whole_person=said.whole_person)
    whose = "这位候选人的记录" if said.whole_person else said.number
    text = f"已解除冻结：{whose}。到期以后可以清理，清理要两位管理员同意。"
    await outbox.say(context.act, context.account, text)


def _said(context: Context, command: Command) -> HoldWords:
    said = read_hold(context.incoming.text)
    return replace(said, number=said.number or command.who.booking or "")


async def _unnumbered(context: Context, command: Command, said: HoldWords, rest: str) -> bool:
    """Say how it is written where no number stands; who has not the right hears that first."""
    if said.number:
        return False
    if not await access.scopes(context.employee, HOLD_SET, context.act.now):
        raise NotAllowed(permission=HOLD_SET)
    text = f"请写申请号或预约号，{EXAMPLE.format(verb=command.verb, rest=rest)}"
    await outbox.say(context.act, context.account, explained(text, context.reference))
    return True


async def overview(context: Context, command: Command) -> None:
    """Answer 留存清单: what is held, what is due, and which purges are under way."""
    now = context.act.now
    units = {path for each in RETENTION_READ for path in await access.scopes(context.employee, each, now)}
    if not units:
        raise NotAllowed(permission=HOLD_SET)
    held = [(each, await _reason(context, each)) for each in await holds.listed(units, MOST_LISTED)]
    counts = await retention.due_by_unit(sorted(units), now)
    running = Purge.filter(access.within(units), status__in=(PurgeStatus.PROPOSED, PurgeStatus.APPROVED))
    purges = await running.order_by("proposed_at").limit(MOST_LISTED).prefetch_related("organisation")
    await outbox.say(context.act, context.account, told(held, counts, purges, periods().records_years))


async def _reason(context: Context, hold: Hold) -> str:
    """Return why something is held, as the reader may see it: administrators see no candidate."""
    me, now = context.employee, context.act.now
    return await free_words.read_by(me, hold.organisation, hold.reason, now, about=hold.candidate)
