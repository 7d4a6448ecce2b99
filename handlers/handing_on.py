"""转交 and 加签 by text, and the question that their buttons ask: to whom."""

from cards.showing import showing
from handlers import approvals, colleagues, picking
from handlers.reading.grammar import Command
from handlers.reading.verbs import Verb
from handlers.rights_words import explained
from handlers.routing import Answer, Context
from models import Added, CancellationRequest, Card, Employee, Step
from workflow import access, approving, chain, handing_on, outbox, places, shown
from workflow.errors import Refusal
from workflow.rights_words import name_of

KIND = "hand_on"
HOW = "add_how"  # the kind of the question when somebody is asked as well
MOST = 9
WAYS = {"前": Added.BEFORE, "后": Added.AFTER, "并": Added.BESIDE}
SAID = {
    Added.BEFORE: "先由对方审批，再轮到你",
    Added.AFTER: "你同意之后再由对方审批",
    Added.BESIDE: "对方与你同时审批",
}
WHICH = "「前加签」先由对方审批再轮到你，「后加签」你同意之后由对方审批，「并加签」同时审批"


async def typed(context: Context, command: Command) -> None:
    """Answer 转交 Q… 姓名 and 前加签 / 后加签 / 并加签 Q… 姓名; several rows of a list at once are possible."""
    steps = await approvals.meant(context, command)
    name, how = await _split(context, command)
    who = await colleagues.named(context, name)
    if who is None:
        return
    comment = "；".join(each for each in (command.reason_text, command.options.get("附言", "")) if each)
    if command.verb == Verb.ADD and how is None:
        await _ask_how(context, steps, who, comment)
        return
    for step in steps:
        await _do(context, step, who, how if command.verb == Verb.ADD else None, comment)


async def _split(context: Context, command: Command) -> tuple[str, Added | None]:
    """Return the name and when they are asked: 李娜前 is 李娜, before, where nobody is called so."""
    name, how = command.colleague or command.who.latin or "", command.options.get("位置", "")
    if how or command.verb != Verb.ADD or name[-1:] not in WAYS or await colleagues.called(context, name):
        return name, WAYS.get(how)
    return name[:-1], WAYS[name[-1]]


async def _ask_how(context: Context, steps: list[Step], who: Employee, comment: str) -> None:
    """Ask when; where one request is meant, the number of the way answers."""
    name, number = name_of(who), (await steps[0].request).number
    rows = [f"{place}　{places.ADDED_LABELS[how]}：{said}" for place, (how, said) in enumerate(SAID.items(), start=1)]
    typed_as = f"发「前加签 {number} {name}」（或后加签、并加签）"
    if len(steps) == 1:
        state: dict[str, object] = {"step": str(steps[0].id), "who": str(who.id), "words": comment}
        await picking.ask(context, HOW, [str(each) for each in SAID], state)
        typed_as = f"回复 {picking.up_to(len(SAID))}（2 分钟内有效），或{typed_as}"
    head = f"没有加签：请说明什么时候由 {name} 审批 {number}。"
    await outbox.say(
        context.act, context.account, explained("\n".join([head, *rows, f"请{typed_as}。"]), context.reference)
    )


async def how_chosen(context: Context, how: str, question: dict[str, object]) -> None:
    """Add the one who was asked about, when the number of the question says."""
    await picking.drop(context)
    step, who = await Step.get(id=str(question["step"])), await Employee.get(id=str(question["who"]))
    await _do(context, step, who, Added(how), str(question["words"]))


async def _do(context: Context, step: Step, who: Employee, how: Added | None, comment: str) -> None:
    seen = await approvals.shown_of(context, step)
    if how is None:
        request = await handing_on.hand_on(context.act, step, who, shown=seen, comment=comment)
        text = f"已把 {request.number} 转交 {name_of(who)}，由其审批，你不用再办。"
    else:
        request = await handing_on.add(context.act, step, who, how, shown=seen, comment=comment)
        text = f"已{places.ADDED_LABELS[how]} {name_of(who)}：{request.number} {SAID[how]}。"
    await outbox.say(context.act, context.account, text)


async def pressed(context: Context, card: Card, action: str) -> Answer:
    """Ask to whom: a card has no room for a name, and the answer is typed."""
    step = await Step.get(id=card.step_id)
    seen = await approvals.seen_on(context, card, step)
    request = await approving.checked(context.act, step, seen.revision)
    people = await _likely(context, request)
    lines = [f"{place}　{name_of(each)}" for place, each in enumerate(people, start=1)]
    number = request.number
    if action == "add":
        who = name_of(people[0]) if people else "姓名"
        text = f"请谁加签 {number}？{WHICH}。请回复「前加签 {number} {who}」（或后加签、并加签）。"
    else:
        await picking.ask(context, KIND, [str(each.id) for each in people], {"step": str(step.id)})
        pick = f"回复 {picking.up_to(len(people))}（2 分钟内有效），或" if people else "请"
        text = "\n".join([f"{number} 转交给谁？", *lines, f"{pick}发「转交 {number} 姓名」，可带「附言=…」。"])
    await outbox.say(context.act, context.account, text)
    return Answer(await shown.shown_view(card, context.act, showing))


async def _likely(context: Context, request: CancellationRequest) -> list[Employee]:
    """Return who holds a role of the chain here or above, and could be asked."""
    roles = {each.role for each in await chain.steps_of(request)}
    groups = [
        group
        for role in sorted(roles)
        for group in await access.holders_upwards(role, request.organisation, context.act.now)
    ]
    people = {each.id: each for group in groups for each in group}
    return [each for each in people.values() if await _fits(context, request, each)][:MOST]


async def _fits(context: Context, request: CancellationRequest, who: Employee) -> bool:
    try:
        await handing_on.require_fit(context.act, request, who)
    except Refusal:
        return False
    return True


async def chosen(context: Context, employee_id: str, question: dict[str, object]) -> None:
    """Hand on to the one who was chosen by number."""
    await picking.drop(context)
    step = await Step.get(id=str(question["step"]))
    await _do(context, step, await Employee.get(id=employee_id), None, "")
