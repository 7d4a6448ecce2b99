"""简报: what waits and starts today, whenever it is asked for; and whether one is told each morning."""

import re
from typing import Final

from handlers.reading.grammar import Command
from handlers.reading.text import plain
from handlers.routing import Context
from workflow import briefing, outbox

ON: Final = frozenset({"开", "开启", "打开", "要", "恢复", "on"})
OFF: Final = frozenset({"关", "关闭", "关掉", "不要", "停", "停掉", "off"})
STAYS = "等你审批的卡片、提醒、催办照常发给你。"


async def typed(context: Context, command: Command) -> None:
    """Answer 简报 with how it stands and today's; 简报 开 and 简报 关 switch one's own."""
    said = re.sub(r"[\s,.!:~]+|吧|了|一下", "", plain(command.rest))
    if said in ON | OFF:
        await _switch(context, said in ON)
    elif said:
        text = f"没有办理：没看懂「{command.rest[:20]}」。发「简报 开」「简报 关」，或只发「简报」看今天的。"
        await outbox.say(context.act, context.account, f"{text}编号 {context.reference}")
    else:
        today = await briefing.brief_of(context.employee, context.act.now)
        told = briefing.nothing(today) if today.is_silent else briefing.said(today, context.act.now, "今天是 ")
        await outbox.say(context.act, context.account, f"{await _state(context)}\n{told}")


async def _switch(context: Context, wanted: bool) -> None:
    changed = await briefing.switch(context.act, wanted)
    done = ("已" if changed else "本来就") + ("打开" if wanted else "关闭")
    more = await _state(context) if wanted else f"{STAYS}要看随时发「简报」，再打开发「简报 开」。"
    await outbox.say(context.act, context.account, f"早上的简报{done}。{more}")


async def _state(context: Context) -> str:
    """Say whether this person is told each morning, and if not, who decided so."""
    at = f"{briefing.hours().at:%H:%M}"
    match await briefing.standing(context.employee):
        case briefing.Standing.NOBODYS:
            return "这里没有开早上的简报（系统设置），要看随时发「简报」。"
        case briefing.Standing.NOT_IN_UNIT:
            return "你的单位不发早上的简报（系统设置），要看随时发「简报」。"
        case briefing.Standing.OFF:
            return f"你关了早上的简报。{STAYS}再打开发「简报 开」。"
        case _:
            return f"工作日 {at} 发给你，没有事就不发。不要了发「简报 关」。"
