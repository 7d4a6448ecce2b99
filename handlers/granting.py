"""同意 and 驳回 of a proposed authorisation, on its card and by text, and its place in 待我审批."""

import re

from handlers import picking
from handlers.reading.grammar import Command
from handlers.reading.text import as_written, plain
from handlers.reading.verbs import Verb
from handlers.rights_words import explained
from handlers.routing import Answer, Context
from models import Card, GrantChange
from workflow import outbox, rights
from workflow.card_views import card_view
from workflow.errors import AlreadyDecided, NotFound, NotNow
from workflow.rights_words import OUTCOMES, described, name_of

LISTED = "grants"  # the kind of the list that 同意 1 refers to
NUMBER = re.compile(r"(?<![a-z0-9])s[0-9]{8}-[0-9]{3,11}(?![0-9])")
ANSWERS = (Verb.APPROVE, Verb.REJECT, Verb.SEND_BACK, Verb.TODO)


async def takes(context: Context, command: Command) -> bool:
    """Answer what an administrator says about proposals; False where it is not about any."""
    if command.verb not in ANSWERS:
        return False
    if number := NUMBER.search(plain(context.incoming.text)):
        change = await rights.change_named(context.act, number[0])
        comment = as_written(context.incoming.text)[number.end() :].strip(" ，,：:")
        await _answer(context, command, [change], comment)
        return True
    waiting = await rights.awaiting(context.employee, context.act.now)
    if not waiting:
        return False
    if command.verb == Verb.TODO:
        await _list(context, waiting)
    else:
        comment = command.options.get("附言", command.reason_text or command.rest)
        await _answer(context, command, await _meant(context, command, waiting), comment)
    return True


async def _list(context: Context, waiting: list[GrantChange]) -> None:
    lines = [
        f"{place}　{each.number} {described(each)}（{name_of(each.proposer)} 提出）"
        for place, each in enumerate(waiting, start=1)
    ]
    await picking.ask(context, LISTED, [each.number for each in waiting])
    tail = "回复「同意 1」「驳回 1 原因」，或直接点卡片。"
    await outbox.say(context.act, context.account, "\n".join([f"待你审批 {len(lines)} 条：", *lines, tail]))


async def _meant(context: Context, command: Command, waiting: list[GrantChange]) -> list[GrantChange]:
    if command.picks:
        listed = await picking.asked(context)
        items = listed["items"] if listed and listed["kind"] == LISTED else []
        numbers = [str(each) for each in items] if isinstance(items, list) else []
        wanted = {numbers[pick - 1] for pick in command.picks if 0 < pick <= len(numbers)}
        waiting = [each for each in waiting if each.number in wanted]
    if not waiting or (len(waiting) > 1 and not command.picks):
        raise NotFound("which-step")
    return waiting


async def _answer(context: Context, command: Command, changes: list[GrantChange], comment: str) -> None:
    if command.verb not in (Verb.APPROVE, Verb.REJECT):
        text = f"授权申请只能同意或驳回。请回复「同意 {changes[0].number}」或「驳回 {changes[0].number} 原因」。"
        await outbox.say(context.act, context.account, explained(text, context.reference))
        return
    decide = rights.approve if command.verb == Verb.APPROVE else rights.reject
    for change in changes:
        await decide(context.act, change, comment=comment)
    done = "；".join(f"{described(each)}（{each.number}）" for each in changes)
    await outbox.say(context.act, context.account, f"已{command.verb} {len(changes)} 条：{done}。")


async def pressed(context: Context, card: Card, action: str) -> Answer:
    """Answer 同意 or 驳回 on the card."""
    change = await rights.change_of(context.act, card.change_id)
    decide = rights.approve if action == "approve" else rights.reject
    await decide(context.act, change, comment=str(context.incoming.form.get("comment", "")))
    return Answer(await card_view(card, context.act))


async def too_late(context: Context, card: Card) -> Answer:
    """Say why a button is no longer there: decided, expired, or the presser's role is gone."""
    change = await rights.change_of(context.act, card.change_id)
    if change.status in OUTCOMES:
        raise AlreadyDecided(OUTCOMES[change.status], name_of(change.decided_by), change.decided_at)
    if context.act.now >= change.expires_at:
        raise NotNow("grant-expired")
    raise NotNow(state="stale-button")
