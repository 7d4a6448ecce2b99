"""退回: to whoever asked, or to an earlier level; what is not understood is asked about, and nothing is done."""

from collections.abc import Iterable
from dataclasses import dataclass

from handlers import approvals, picking
from handlers.reading.back import NOWHERE, START, Back, where_to
from handlers.reading.grammar import Command
from handlers.reading.text import plain as said
from handlers.rights_words import explained
from handlers.routing import Context
from models import CancellationRequest, Step
from workflow import approving, handing_on, outbox, places, requests
from workflow.approving import Shown
from workflow.confirm_links import Wish
from workflow.plans import plans_of
from workflow.rights_words import name_of
from workflow.showing import plain

KIND = "back"
WHO_ASKED = ("发起人", "申请人", "提交人", "经办人", "hr", "开头", "起点", "最开始")
LEVEL_BEFORE = ("上一级", "前一级", "上一步", "前一步", "上一节点", "上个节点", "上一个节点", "前一节点", "前一个节点")
LONGEST_SHOWN = 20


@dataclass(frozen=True)
class Way:
    """A place that a request can be returned to from a step: its level, START for whoever asked, and how it is said."""

    level: int
    name: str
    people: str


@dataclass(frozen=True)
class Asked:
    """One step that is to be returned, as its approver was shown it, with what was understood."""

    step: Step
    request: CancellationRequest
    shown: Shown
    ways: tuple[Way, ...]
    back: Back


async def typed(context: Context, command: Command) -> None:
    """Answer 退回 with a number of the list just shown, or of a request."""
    await answer(context, command, await approvals.meant(context, command))


async def answer(context: Context, command: Command, steps: list[Step]) -> None:
    """Return these steps, all or none: where one level is unclear, a question is all that happens."""
    found = [await _asked(context, command, each) for each in steps]
    unclear = [each for each in found if each.back.unclear]
    if unclear:
        await _ask(context, command, unclear[0], alone=len(found) == 1)
        return
    remark = command.options.get("附言", "")
    done = [await _do(context, each, each.back.level, _comment(each.back.words, remark)) for each in found]
    started = done.count("")
    lines = [*([f"已退回 {started} 条。"] if started else []), *(each for each in done if each)]
    if lines:
        await outbox.say(context.act, context.account, "\n".join(lines))


def _comment(words: str, remark: str) -> str:
    return "；".join(each for each in (words, remark) if each)


async def _asked(context: Context, command: Command, step: Step) -> Asked:
    seen = await approvals.shown_of(context, step)
    request = await approving.answerable(context.act, step, seen)
    ways = _ways(request, step)
    return Asked(step, request, seen, ways, where_to(command.reason_text, _names(request, step, ways)))


def _ways(request: CancellationRequest, step: Step) -> tuple[Way, ...]:
    """Return the levels before this one that were asked, nearest last, and whoever asked."""
    live = places.live(request.steps, request.revision)
    found = []
    for level, plan in handing_on.levels_before(request, step):
        people = [name_of(each.approver) for each in live if each.level == level]
        if people:
            found.append(Way(level, plain(plan.name), "、".join(dict.fromkeys(people))))
    who = name_of(request.requester) if request.requester else ""
    return (*found, Way(START, "发起人", who))


def _names(request: CancellationRequest, step: Step, ways: tuple[Way, ...]) -> dict[str, int]:
    """Return every name that can stand for a level, in plain spelling; NOWHERE where it is none to return to."""
    levels = {each.level for each in ways if each.level != START}
    pairs = [(each, START) for each in WHO_ASKED]
    pairs += [(name_of(request.requester), START)] if request.requester else []
    if levels:
        numbered = enumerate(plans_of(request.policy), start=1)
        pairs += [(plan.name, level if level in levels else NOWHERE) for level, plan in numbered]
        live = places.live(request.steps, request.revision)
        pairs += [(name_of(each.approver), each.level if each.level in levels else NOWHERE) for each in live]
        pairs += [(each, _before(request, levels)) for each in LEVEL_BEFORE]
    return _once(pairs)


def _before(request: CancellationRequest, levels: set[int]) -> int:
    """Return the level before; NOWHERE where two are asked together there."""
    last = max(levels)
    return last if places.first_beside(request, last) == last else NOWHERE


def _once(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, level in pairs:
        key = said(name)
        found[key] = level if found.get(key, level) == level else NOWHERE
    return {name: level for name, level in found.items() if name}


async def _ask(context: Context, command: Command, asked: Asked, *, alone: bool) -> None:
    """Ask where to; where one request is meant, its number answers."""
    number, ways = asked.request.number, asked.ways
    head = f"没有退回：没看出要把 {number} 退回到哪里（「{plain(asked.back.unclear, LONGEST_SHOWN)}」）。"
    typed_as = "、".join(f"「退回 {number} 到 {each.name}」" for each in ways)
    rows = [f"{place}　{each.name} {each.people}{_then(each)}" for place, each in enumerate(ways, start=1)]
    if alone:
        words = {"step": str(asked.step.id), "words": command.options.get("附言", "")}
        await picking.ask(context, KIND, [str(each.level) for each in ways], dict(words))
        how = f"请回复 {picking.up_to(len(ways))}（2 分钟内有效），或发{typed_as}，后面可带「附言=…」。"
    else:
        how = f"请一条一条发：{typed_as}，后面可带「附言=…」。"
    several = "要一次退回几条，请写成「退回 1-3」或「退回 1 3」。" if command.picks else ""
    text = explained("\n".join([head, *rows, f"{how}{several}"]), context.reference)
    await outbox.say(context.act, context.account, text)


def _then(way: Way) -> str:
    return "（补充后重新提交，各级重新审批）" if way.level == START else "（从这一级起重新审批）"


async def chosen(context: Context, level: str, question: dict[str, object]) -> None:
    """Return the step to where the number of the question says."""
    await picking.drop(context)
    step = await Step.get(id=str(question["step"]))
    seen = await approvals.shown_of(context, step)
    request = await approving.answerable(context.act, step, seen)
    asked = Asked(step, request, seen, _ways(request, step), Back())
    done = await _do(context, asked, int(level), str(question["words"]))
    if done is not None:
        await outbox.say(context.act, context.account, done or "已退回 1 条。")


async def _do(context: Context, asked: Asked, level: int, comment: str) -> str | None:
    """Return one step; says where to and who decides there, nothing where it went to whoever asked.

    None where it waits for a passkey.
    """
    wish = Wish("send_back", comment) if level == START else Wish("return", comment, level=level)
    if not await approvals.confirmed_or_given(context, asked.step, asked.shown, wish):
        return None
    if level == START:
        return ""
    request = await requests.reload(asked.request.id)
    way = next(each for each in asked.ways if each.level == level)
    return f"已把 {request.number} 退回到 {way.name}，由 {way.people} 重新审批，之后各级重新审批。"
