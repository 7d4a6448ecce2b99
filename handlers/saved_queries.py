"""保存查询, 查询 and 删除查询: an auditor's own searches, kept under a name and asked again by it."""

import re
from datetime import timedelta

from handlers import picking, searching
from handlers.reading.grammar import Command
from handlers.reading.text import as_written, plain
from handlers.routing import Context
from workflow import access, outbox, saved_queries
from workflow.permissions import AUDIT_READ
from workflow.showing import plain as shown

KIND = "search"
REMEMBERED = timedelta(hours=24)  # how long the last search of a chat can still be saved
ASKED = re.compile(r"/?查询(?:[ :]+(?P<name>.+))?")
HOW = "先发一次「审计检索 …」，再发「保存查询 名称」"


async def search(context: Context, command: Command) -> None:
    """Answer 审计检索 …, and remember what was searched, so that it can be saved."""
    if await searching.search_cases(context, as_written(context.incoming.text)):
        await picking.keep(context, KIND, {"words": as_written(context.incoming.text)}, REMEMBERED)


async def save(context: Context, command: Command) -> None:
    """Answer 保存查询 名称: keep the last search of this chat under that name."""
    await saved_queries.auditor_of(context.act)
    name, last = _name(command), await picking.kept(context, KIND)
    if not name:
        example = f"请写名称，最多 {saved_queries.LONGEST} 个字，例如「保存查询 暂停的岗位」"
        text = f"没有保存：{example}。编号 {context.reference}"
    elif last is None:
        text = f"没有保存：这里 24 小时内没有检索过。{HOW}。编号 {context.reference}"
    else:
        again = await saved_queries.save(context.act, name, str(last["words"]))
        done = "已更新，原来的检索已换掉" if again else "已保存"
        text = f"{done}。以后发「查询 {shown(name)}」就按「{shown(str(last['words']))}」再查一次。"
    await outbox.say(context.act, context.account, text)


async def forget(context: Context, command: Command) -> None:
    """Answer 删除查询 名称."""
    name = _name(command)
    if name and await saved_queries.forget(context.act, name):
        text = f"已删除查询「{shown(name)}」。检索过的记录不受影响。"
    else:
        which = f"没有叫「{shown(name)}」的查询" if name else "请写名称，例如「删除查询 暂停的岗位」"
        text = f"没有删除：{which}。有哪些可发「查询」。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)


async def takes(context: Context) -> bool:
    """Answer 查询, and 查询 名称 where that is the name of a saved query; 查询 张伟 still looks for a person."""
    asked = ASKED.fullmatch(plain(context.incoming.text))
    if asked is None or not await access.scopes(context.employee, AUDIT_READ, context.act.now):
        return False
    if not asked["name"]:
        await _list(context)
        return True
    name = _bare(as_written(context.incoming.text)[slice(*asked.span("name"))])
    found = await saved_queries.named(context.act, name)
    if found is None:
        return False
    await searching.search_cases(context, found.words)
    return True


async def _list(context: Context) -> None:
    found = await saved_queries.saved_by(context.act)
    lines = [f"「{shown(each.name)}」　{shown(each.words)}" for each in found]
    head = f"保存的查询 {len(found)} 个：" if found else f"还没有保存的查询。{HOW}。"
    tail = ["发「查询 名称」再查一次，「删除查询 名称」删除。"] if found else []
    await outbox.say(context.act, context.account, "\n".join([head, *lines, *tail]))


def _name(command: Command) -> str:
    """Return the name that was written, or nothing when there is none or it is too long to be one."""
    name = _bare(command.rest)
    return name if len(name) <= saved_queries.LONGEST else ""


def _bare(name: str) -> str:
    return name.strip("「」 :：")
