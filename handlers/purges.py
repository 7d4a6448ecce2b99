"""清理 and 清理证明, and how administrators speak of a proposed purge: L…."""

from handlers.proposals import Talk
from handlers.reading.grammar import Command
from handlers.reading.retention import purge_number, read_purge
from handlers.retention_words import proposed
from handlers.rights_words import explained
from handlers.routing import Context
from models import Organisation, Purge, PurgeStatus
from workflow import access, certifying, downloads, outbox, proposals, purge_proposals
from workflow.errors import NotAllowed
from workflow.permissions import PURGE_PROPOSE
from workflow.purge_words import described
from workflow.rights_words import name_of
from workflow.showing import plain as safe

MOST_UNITS = 20


async def propose(context: Context, command: Command) -> None:
    """Answer 清理 华辰互联 2023 and 清理 华辰互联 全部到期: the list goes to a security administrator."""
    scopes = await access.scopes(context.employee, PURGE_PROPOSE, context.act.now)
    if not scopes:
        raise NotAllowed(permission=PURGE_PROPOSE)
    said = read_purge(context.incoming.text)
    unit = await _unit(said.unit, scopes)
    if unit is None or (said.year is None and not said.everything):
        await outbox.say(context.act, context.account, explained(await _missing(unit, scopes), context.reference))
        return
    purge = await purge_proposals.propose(context.act, unit, said.year)
    asked = [name_of(each) for each in await purge_proposals.deciders(purge, context.act.now)]
    await outbox.say(context.act, context.account, proposed(purge, asked, purge.expires_at))


async def _unit(word: str, scopes: list[str]) -> Organisation | None:
    named = Organisation.filter(access.within(scopes, ""))
    found = await named.filter(path=word) or await named.filter(name=word)
    return found[0] if len(found) == 1 else None


async def _missing(unit: Organisation | None, scopes: list[str]) -> str:
    """Say what has to be written yet, with the units to choose from."""
    units = await Organisation.filter(access.within(scopes, "")).order_by("path").limit(MOST_UNITS)
    if unit is not None:
        name = safe(unit.name)
        return f"请写明清理哪一年办结的，或全部到期的：「清理 {name} 2023」「清理 {name} 全部到期」。"
    named = "、".join(f"{safe(each.name)}（{each.path}）" for each in units)
    return f"没看懂是哪个单位，你能办的有：{named}。例如「清理 {safe(units[-1].name)} 全部到期」。"


async def certificate(context: Context, command: Command) -> None:
    """Answer 清理证明 L…: a link in this chat, and the code for it."""
    number = purge_number(context.incoming.text)
    if not number:
        text = "请写清理的编号，例如「清理证明 L20261124-007」。编号在「留存清单」和清理的通知里。"
        await outbox.say(context.act, context.account, explained(text, context.reference))
        return
    purge = await proposals.named(context.act, purge_proposals.KIND, number)
    await certifying.require_certificate(purge)
    link = await downloads.offer_certificate(context.act, purge)
    minutes = int(downloads.LASTS.total_seconds() // 60)
    text = (
        f"{purge.number} 的清理证明（PDF）{minutes} 分钟内可以下载一次，下载会留下记录。"
        f"网页会问验证码：{downloads.code_of(link)}。链接和验证码请勿转给别人。"
    )
    await outbox.say(context.act, context.account, text, download=link)


def _done(purge: Purge) -> str:
    return "，现在开始逐件清理，完成后告诉你" if purge.status == PurgeStatus.APPROVED else "，没有任何变化"


TALK = Talk(
    kind=purge_proposals.KIND,
    letter="L",
    what="清理申请",
    awaiting=purge_proposals.awaiting,
    approve=purge_proposals.approve,
    reject=purge_proposals.reject,
    withdraw=purge_proposals.withdraw,
    described=described,
    proposer=lambda purge: name_of(purge.proposer),
    done=_done,
)
