"""待我审批: one numbered list of whatever waits for somebody, and 同意, 驳回, 退回 of what it shows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from tortoise.transactions import in_transaction

from handlers import (
    delegations,
    erasing,
    export_approvals,
    granting,
    picking,
    portions,
    proposals,
    purges,
    recent,
    rules_proposals,
    sending_back,
    several,
)
from handlers import todo as todo_list
from handlers.proposals import AnyTalk, Waiting
from handlers.reading.grammar import Command
from handlers.reading.verbs import Verb
from handlers.refusals import why
from handlers.routing import Context
from models import Card, Organisation, Step
from workflow import audit, chain, outbox, stepup
from workflow.errors import NotFound, ProofNeeded, Refusal

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
LASTS = timedelta(minutes=10)  # who goes from one meeting into the next reads it later than at once
LISTED = "todo"  # the kind of the list that 同意 1 refers to


def talk_of(card: Card) -> AnyTalk | None:
    """Return how people speak of what a card proposes; None when it proposes nothing."""
    return OF_PURPOSE.get(card.purpose)


async def todo(context: Context) -> None:
    """Answer 待我审批: cancellations in the order of risk, then what colleagues proposed."""
    weighed, steps = await todo_list.rows_of(context)
    rows, others = weighed[: todo_list.MOST_LISTED], await proposals.waiting(context, TALKS)
    if not rows and not others:
        await outbox.say(context.act, context.account, "没有待你审批的申请。")
        return
    items = [*(str(row.step.id) for row in rows), *(str(each.proposal.number) for each in others)]
    await picking.ask(context, LISTED, items, lasts=LASTS)
    lines = todo_list.sections(rows, [each.line for each in others])
    head = f"待你审批 {steps + len(others)} 条："
    for part in portions.of([head, *lines, todo_list.how(rows, steps - len(rows))], context.account.platform):
        await outbox.say(context.act, context.account, part)


async def takes(context: Context, command: Command) -> bool:
    """Answer what is about a proposal, by its number or by the list; False where it is about cancellations alone."""
    if command.verb not in (*ANSWERS, Verb.WITHDRAW):
        return False
    for talk in TALKS:
        if await talk.by_number(context, command):
            return True
    if command.verb == Verb.WITHDRAW:
        return await _own_listed(context, command)
    others = [] if command.who.request else await proposals.waiting(context, TALKS)
    if not others:
        return False
    steps, others = await _meant(context, command, others)
    tasks = await _tasks(context, command, steps, others)
    if len(tasks) == 1:
        await tasks[0].do()
    else:
        for each in tasks:
            await _by_itself(context, command, each)
    return True


@dataclass(frozen=True)
class Task:
    """One of several things that an answer decides: how it is said, and where a refusal of it is recorded."""

    line: str
    number: str
    organisation: Organisation
    do: Callable[[], Awaitable[None]]


async def _tasks(context: Context, command: Command, steps: list[Step], others: list[Waiting]) -> list[Task]:
    """Return what is to be done: each proposal by itself, the cancellations together, all or none."""
    comment = command.options.get("附言", command.reason_text or command.rest)
    found = [
        Task(
            each.line,
            str(each.proposal.number),
            each.proposal.organisation,
            partial(each.talk.answer, context, command, each.proposal, comment),
        )
        for each in others
    ]
    if steps:
        together = partial(several.answer, along=bool(others))
        answer = sending_back.answer if command.verb == Verb.SEND_BACK else together
        do = partial(answer, context, command, steps)
        unit = await context.employee.organisation
        found.append(Task(f"{len(steps)} 条取消申请", context.reference, unit, do))
    return found


async def _by_itself(context: Context, command: Command, task: Task) -> None:
    """Do one of several in a savepoint of its own: what is refused is said and recorded, the others stay done."""
    try:
        async with in_transaction():
            await task.do()
    except Refusal as refusal:
        if isinstance(refusal, ProofNeeded):
            await stepup.ask(context.act, refusal)
        others = "一起发的其他各条不受影响，办了的另有回答"
        text = f"没有{command.verb} {task.line}：{why(refusal)}。{others}。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
        subject, data = ("attempt", task.number, 1), {"action": context.incoming.kind}
        await audit.record(
            context.act, task.organisation, "attempt.refused", subject, ok=False, why=refusal.code, data=data
        )


async def _own_listed(context: Context, command: Command) -> bool:
    """Answer a bare 撤回 of somebody whose only open matters are proposals; False where a request may be meant."""
    mine = await proposals.own(context, TALKS) if recent.is_bare(command) else []
    if not mine or await recent.has_some(context, command.verb):
        return False
    lines = [each.talk.line(each.proposal) for each in mine]
    tail = f"没有撤回任何一条，请写编号，例如「撤回 {mine[0].proposal.number}」。"
    await outbox.say(context.act, context.account, "\n".join(["你提出的、还没有决定的：", *lines, tail]))
    return True


async def _meant(context: Context, command: Command, others: list[Waiting]) -> tuple[list[Step], list[Waiting]]:
    """Return what the numbers name; without any, the only one that waits."""
    steps = await chain.open_steps_of(context.employee, context.act.now)
    example = {} if steps else _example(others)
    if command.picks:
        listed = await picking.asked(context)
        items = listed["items"] if listed and listed["kind"] == LISTED else []
        names = [str(each) for each in items] if isinstance(items, list) else []
        wanted = {names[pick - 1] for pick in command.picks if 0 < pick <= len(names)}
        steps = [each for each in steps if str(each.id) in wanted]
        others = [each for each in others if str(each.proposal.number) in wanted]
    found = len(steps) + len(others)
    if not found or (found > 1 and not command.picks):
        raise NotFound("which-step", **example)
    return steps, others


def _example(others: list[Waiting]) -> dict[str, object]:
    """Return a number of what waits, for somebody who decides no cancellations."""
    return {"number": str(others[0].proposal.number)}
