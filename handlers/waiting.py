"""待我审批: one numbered list of whatever waits for somebody, and 同意, 驳回, 退回 of what it shows."""

from handlers import (
    approvals,
    delegations,
    erasing,
    export_approvals,
    granting,
    picking,
    proposals,
    purges,
    rules_proposals,
)
from handlers.proposals import AnyTalk, Waiting
from handlers.reading.grammar import Command
from handlers.reading.verbs import Verb
from handlers.routing import Context
from models import Card, Role, Step
from workflow import chain, outbox
from workflow.errors import NotFound

TALKS: tuple[AnyTalk, ...] = (
    delegations.TALK,
    erasing.TALK,
    export_approvals.TALK,
    purges.TALK,
    granting.TALK,
    rules_proposals.TALK,
)
OF_PURPOSE = {talk.kind.purpose: talk for talk in TALKS}
ANSWERS = (Verb.APPROVE, Verb.REJECT, Verb.SEND_BACK)
LISTED = "todo"  # the kind of the list that 同意 1 refers to


def talk_of(card: Card) -> AnyTalk | None:
    """Return how people speak of what a card proposes; None when it proposes nothing."""
    return OF_PURPOSE.get(card.purpose)


async def todo(context: Context) -> None:
    """Answer 待我审批: cancellations first, the one nearest to its start first, then what colleagues proposed."""
    steps = await approvals.lines_of(context)
    others = await proposals.waiting(context, TALKS)
    if not steps and not others:
        await outbox.say(context.act, context.account, "没有待你审批的申请。")
        return
    lines = [*(line for _, line in steps), *(each.line for each in others)]
    items = [*(str(step.id) for step, _ in steps), *(str(each.proposal.number) for each in others)]
    await picking.ask(context, LISTED, items)
    numbered = [f"{place}　{line}" for place, line in enumerate(lines, start=1)]
    text = "\n".join([f"待你审批 {len(lines)} 条：", *numbered, _how([step for step, _ in steps])])
    await outbox.say(context.act, context.account, text)


def _how(steps: list[Step]) -> str:
    if not steps:
        return "回复「同意 1」「驳回 1 原因」，或直接点卡片。"
    heads = any(step.role == Role.DEPARTMENT_HEAD for step in steps)
    agree = "同意 1 仍需」（岗位仍需、暂停或不再）" if heads else "同意 1」"
    return f"回复「{agree}「驳回 1 原因」「退回 1 要补什么」，或直接点卡片。"


async def takes(context: Context, command: Command) -> bool:
    """Answer what is about a proposal, by its number or by the list; False where it is about cancellations alone."""
    if command.verb not in ANSWERS:
        return False
    for talk in TALKS:
        if await talk.by_number(context, command):
            return True
    others = [] if command.who.request else await proposals.waiting(context, TALKS)
    if not others:
        return False
    steps, others = await _meant(context, command, others)
    comment = command.options.get("附言", command.reason_text or command.rest)
    for each in others:
        await each.talk.answer(context, command, each.proposal, comment)
    if steps:
        await approvals.answer(context, command, steps)
    return True


async def _meant(context: Context, command: Command, others: list[Waiting]) -> tuple[list[Step], list[Waiting]]:
    """Return what the numbers name; without any, the only one that waits."""
    steps = await chain.open_steps_of(context.employee, context.act.now)
    if command.picks:
        listed = await picking.asked(context)
        items = listed["items"] if listed and listed["kind"] == LISTED else []
        names = [str(each) for each in items] if isinstance(items, list) else []
        wanted = {names[pick - 1] for pick in command.picks if 0 < pick <= len(names)}
        steps = [each for each in steps if str(each.id) in wanted]
        others = [each for each in others if str(each.proposal.number) in wanted]
    found = len(steps) + len(others)
    if not found or (found > 1 and not command.picks):
        raise NotFound("which-step")
    return steps, others
