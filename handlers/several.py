"""同意 1 3 4 and 同意 全部低风险: several cancellations answered at once, each in a savepoint of its own (D9).

What stands out is never agreed to along with others: whoever decides looks at it, and answers it by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tortoise.transactions import in_transaction

from handlers import approvals, changed, portions
from handlers.reading.grammar import Command
from handlers.reading.verbs import Verb
from handlers.reading.wholesale import Wholesale, read_wholesale
from handlers.refusals import why
from handlers.routing import Context
from handlers.todo import Row, row_of, rows_of
from models import Step
from workflow import audit, outbox, places, stepup
from workflow.errors import Missing, NotNow, ProofNeeded, Refusal
from workflow.plans import Grade

MOST_AT_ONCE = 20
OWN = {Grade.G1: "passkey-one-by-one", Grade.G2: "signature-one-by-one"}  # each is confirmed by itself
UNCLEAR = "先没有办，一条也没有同意。要留下几条不办时，请写要同意的序号，例如「同意 1 3 4」；序号发「待我审批」看。"


@dataclass
class Outcome:
    """What came of several: the rows that were answered, and those that were not, with why and what to do."""

    done: list[Row] = field(default_factory=list)
    left: list[tuple[Row, str]] = field(default_factory=list)


async def typed(context: Context, command: Command) -> None:
    """Answer 同意 / 驳回, with numbers of the list just shown or a request's number."""
    await answer(context, command, await approvals.meant(context, command))


async def answer(context: Context, command: Command, steps: Sequence[Step], *, along: bool = False) -> None:
    """Decide these steps: one as it is, several each by itself; what is refused is said, the others stay.

    One step that is answered `along` with something else, say a colleague's proposal, is one of several.
    """
    if len(steps) == 1 and not along:
        if await approvals.decide(context, command, steps[0]):
            await outbox.say(context.act, context.account, f"已{command.verb} 1 条。")
        return
    rows = sorted([await row_of(context.act, each) for each in steps], key=lambda row: row.risk.place)
    await _say(context, command.verb, await _each(context, command, rows))


async def takes(context: Context) -> bool:
    """Answer 同意 全部 and 同意 全部低风险: agree to what is low-risk, name the others; False for anything else."""
    asked = read_wholesale(context.incoming.text)
    if asked is None:
        return False
    if asked.unclear:
        await outbox.say(context.act, context.account, f"{UNCLEAR}编号 {context.reference}")
    else:
        await _all_low(context, asked)
    return True


async def _all_low(context: Context, asked: Wholesale) -> None:
    rows, count = await rows_of(context)
    if not rows:
        await outbox.say(context.act, context.account, "没有待你审批的取消申请。")
        return
    low = [row for row in rows if not row.risk.alone]
    outcome = await _each(context, Command(Verb.APPROVE, reason_text=asked.comment), low[:MOST_AT_ONCE])
    outcome.left += [(row, _look(row)) for row in rows if row.risk.alone]
    more = len(low[MOST_AT_ONCE:]) + count - len(rows)
    await _say(context, Verb.APPROVE, outcome, f"还有 {more} 条这次没有办，请再发一次。" if more else "")


async def _each(context: Context, command: Command, rows: Sequence[Row]) -> Outcome:
    outcome = Outcome()
    for row in rows:
        refused = await _by_itself(context, command, row)
        if refused is None:
            outcome.done.append(row)
        else:
            outcome.left.append((row, refused))
    return outcome


async def _by_itself(context: Context, command: Command, row: Row) -> str | None:
    """Answer one of several in its savepoint; where it is refused, record the attempt and return why."""
    try:
        async with in_transaction():
            _require_fit(command, row)
            await approvals.decide(context, command, row.step)
    except Refusal as refusal:
        if isinstance(refusal, ProofNeeded):
            await stepup.ask(context.act, refusal)
        await changed.show_again(context, refusal)
        subject, data = ("attempt", row.view.number, 1), {"action": context.incoming.kind}
        unit = row.request.organisation
        await audit.record(context.act, unit, "attempt.refused", subject, ok=False, why=refusal.code, data=data)
        return _look(row) if refusal.code == "look-alone" else why(refusal)
    return None


def _require_fit(command: Command, row: Row) -> None:
    """Refuse to agree along with others to what stands out, and without the answer that a step asks for.

    Nor is anything answered along with others that is confirmed with a passkey or signed with an authority: each has a
    page of its own.
    """
    grade = places.plan_of(row.request, row.step).grade
    if grade in OWN:
        raise NotNow(OWN[grade], number=row.view.number)
    if command.verb != Verb.APPROVE:
        return
    if row.risk.alone:
        raise NotNow("look-alone", number=row.view.number)
    said = f"{command.reason_text} {command.rest} {command.options.get('附言', '')}"
    if row.asks_still_needed and approvals.needed_in(said) is None:
        raise Missing(what="still-needed", number=row.view.number)


def _look(row: Row) -> str:
    return f"{row.risk.said}，请看过卡片再单独回复「同意 {row.view.number}{' 仍需' if row.asks_still_needed else ''}」"


async def _say(context: Context, verb: Verb, outcome: Outcome, tail: str = "") -> None:
    """Say which were answered, which were not and why."""
    done, left = outcome.done, outcome.left
    lines = [f"已{verb} {len(done)} 条{'：' if done else '。'}", *(row.short for row in done)]
    if left:
        lines.append(f"没有{verb} {len(left)} 条：")
        lines += [f"{row.short}：{reason}。" for row, reason in left]
    if tail:
        lines.append(tail)
    if left:
        lines.append(f"编号 {context.reference}")
    for part in portions.of(lines, context.account.platform):
        await outbox.say(context.act, context.account, part)
