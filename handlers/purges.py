"""清理 and 清理证明, and 同意 or 驳回 of a purge on its card and by text."""

from handlers.reading.grammar import Command
from handlers.reading.retention import purge_number, read_purge
from handlers.reading.text import as_written, plain
from handlers.reading.verbs import Verb
from handlers.retention_words import proposed
from handlers.rights_words import explained
from handlers.routing import Answer, Context
from models import Card, Organisation, Purge, PurgeStatus
from workflow import access, certifying, downloads, outbox, purge_proposals, rights
from workflow.card_views import card_view
from workflow.errors import AlreadyDecided, NotAllowed, NotNow
from workflow.permissions import PURGE_PROPOSE
from workflow.purge_words import OUTCOMES, described
from workflow.rights_words import name_of
from workflow.showing import plain as safe

ANSWERS = (Verb.APPROVE, Verb.REJECT, Verb.SEND_BACK, Verb.TODO)
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
    asked = [name_of(each) for each in await purge_proposals.deciders(purge, context.act)]
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
    purge = await purge_proposals.purge_named(context.act, number)
    await certifying.require_certificate(purge)
    link = await downloads.offer_certificate(context.act, purge)
    minutes = int(downloads.LASTS.total_seconds() // 60)
    text = (
        f"{purge.number} 的清理证明（PDF）{minutes} 分钟内可以下载一次，下载会留下记录。"
        f"网页会问验证码：{downloads.code_of(link)}。链接和验证码请勿转给别人。"
    )
    await outbox.say(context.act, context.account, text, download=link)


async def takes(context: Context, command: Command) -> bool:
    """Answer what a security administrator says about purges; False where it is not about any."""
    if command.verb not in ANSWERS:
        return False
    if number := purge_number(context.incoming.text):
        purge = await purge_proposals.purge_named(context.act, number)
        said = plain(context.incoming.text)
        comment = as_written(context.incoming.text)[said.index(number.lower()) + len(number) :]
        await _answer(context, command, purge, comment.strip(" ，,：:"))
        return True
    waiting = await purge_proposals.awaiting(context.act)
    others = bool(await rights.awaiting(context.employee, context.act.now))
    if not waiting or (others and command.verb != Verb.TODO):
        return False
    if command.verb == Verb.TODO or len(waiting) > 1:
        await _list(context, waiting)
        return not others
    await _answer(context, command, waiting[0], command.reason_text or command.rest)
    return True


async def _list(context: Context, waiting: list[Purge]) -> None:
    lines = [f"　{each.number} {described(each)}（{name_of(each.proposer)} 提出）" for each in waiting]
    tail = f"回复「同意 {waiting[0].number}」「驳回 {waiting[0].number} 原因」，或直接点卡片。"
    await outbox.say(context.act, context.account, "\n".join([f"待你审批的清理 {len(lines)} 条：", *lines, tail]))


async def _answer(context: Context, command: Command, purge: Purge, comment: str) -> None:
    if command.verb not in (Verb.APPROVE, Verb.REJECT):
        text = f"清理申请只能同意或驳回。请回复「同意 {purge.number}」或「驳回 {purge.number} 原因」。"
        await outbox.say(context.act, context.account, explained(text, context.reference))
        return
    decide = purge_proposals.approve if command.verb == Verb.APPROVE else purge_proposals.reject
    await decide(context.act, purge, comment=comment)
    follows = "现在开始逐件清理，完成后告诉你" if command.verb == Verb.APPROVE else "没有任何变化"
    await outbox.say(
        context.act, context.account, f"已{command.verb}：{described(purge)}（{purge.number}），{follows}。"
    )


async def pressed(context: Context, card: Card, action: str) -> Answer:
    """Answer 同意 or 驳回 on the card."""
    purge = await purge_proposals.purge_of(context.act, card.purge_id)
    decide = purge_proposals.approve if action == "approve" else purge_proposals.reject
    await decide(context.act, purge, comment=str(context.incoming.form.get("comment", "")))
    return Answer(await card_view(card, context.act))


async def too_late(context: Context, card: Card) -> Answer:
    """Say why a button is no longer there: decided, expired, or the presser's role is gone."""
    purge = await purge_proposals.purge_of(context.act, card.purge_id)
    if purge.status != PurgeStatus.PROPOSED:
        raise AlreadyDecided(OUTCOMES[purge.status], name_of(purge.decided_by), purge.decided_at)
    if context.act.now >= purge.expires_at:
        raise NotNow("purge-expired", number=purge.number)
    raise NotNow(state="stale-button")
