"""规范 and 试算: the rules in force as a document, two versions beside each other, and a case tried."""

import re
from collections.abc import Iterable

from handlers.cancel import wish_of
from handlers.locating import asked_for, locate
from handlers.reading.grammar import Command
from handlers.reading.text import as_written
from handlers.routing import Context
from models import Organisation
from workflow import access, downloads, outbox, rulebook, trials
from workflow.errors import NotFound
from workflow.rules.explaining import explained, follows
from workflow.rules.words import changes, document, heading
from workflow.showing import plain
from workflow.views import bookings_seen

MOST_BYTES = 1800  # of one message: WeCom takes 2048
COMPARED = re.compile(r"(?:对比|比较)\s*v?(?P<old>[0-9]{1,4})\s*(?:和|与|、|,)?\s*v?(?P<new>[0-9]{1,4})", re.IGNORECASE)


async def show(context: Context, command: Command) -> None:
    """Answer 规范 [单位], and 规范 [单位] 对比 v1 v2."""
    rest = as_written(command.rest)
    compared = COMPARED.search(rest)
    unit = await _unit(context, COMPARED.sub(" ", rest).strip())
    if compared:
        await _compare(context, unit, int(compared["old"]), int(compared["new"]))
        return
    rules = await rulebook.rules_of(unit, context.act.now)
    parts = [f"{part.heading}\n" + "\n".join(part.lines) for part in document(rules)]
    for text in messages("\n".join([heading(rules, plain(unit.name)), *parts]).split("\n")):
        await outbox.say(context.act, context.account, text)
    link = await downloads.offer_rules(context.act, unit)
    minutes, code = int(downloads.LASTS.total_seconds() // 60), downloads.code_of(link)
    how = f"打印件（PDF）{minutes} 分钟内可以下载一次，网页会问验证码：{code}。链接和验证码请勿转给别人。"
    await outbox.say(context.act, context.account, how, download=link)


async def _unit(context: Context, named: str) -> Organisation:
    unit = await rulebook.unit_seen_by(context.employee, named, context.act.now)
    if unit is None:
        raise NotFound("rules-unit-not-found")
    return unit


async def _compare(context: Context, unit: Organisation, old: int, new: int) -> None:
    before, after = await rulebook.version_of(unit, old), await rulebook.version_of(unit, new)
    if before is None or after is None:
        raise NotFound("rules-version-not-found", version=old if before is None else new)
    lines = changes(before, after) or ["两版的内容相同。"]
    for text in messages([f"{plain(unit.name)} 第 {old} 版 → 第 {new} 版：", *lines]):
        await outbox.say(context.act, context.account, text)


def messages(lines: Iterable[str]) -> list[str]:
    """Put lines into messages that every platform takes whole."""
    found: list[list[str]] = [[]]
    for line in lines:
        if found[-1] and len("\n".join([*found[-1], line]).encode()) > MOST_BYTES:
            found.append([])
        found[-1].append(line)
    return ["\n".join(each) for each in found]


async def trial(context: Context, command: Command) -> None:
    """Answer 试算 张伟 明天下午三点 原因 岗位暂停: what the rules would ask for, and why; nothing is filed."""
    asked = await asked_for(context, command, access.READ)
    found = await locate(context, asked, command.when, access.READ)
    if len(found.bookings) != 1:
        views = await bookings_seen(found.bookings[:9], context.act)
        named = "".join(f"\n{each.number} {each.title}" for each in views)
        several = f"有 {len(found.bookings)} 场，请写清楚是哪一场：{named}"
        how = several if named else "没有找到这场面试，或不在你的范围内"
        text = f"没有试算：{how}\n例如「试算 Y… 原因 岗位暂停」。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
        return
    tried = await trials.trial(context.act, found.bookings[0].id, str(wish_of(command, asked)["reason"]))
    title = (await bookings_seen(found.bookings, context.act))[0].title
    lines = [f"试算（没有提交，什么都没有变）：{title}", *explained(tried.rules, tried.company)]
    lines += ["如果是候选人本人说不来：", *follows(tried.own)]
    for text in messages(lines):
        await outbox.say(context.act, context.account, text)
