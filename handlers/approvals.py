"""同意, 驳回, 退回 of one cancellation, by card or by text."""

from tortoise.transactions import in_transaction

from cards.showing import showing
from handlers import changed, picking
from handlers.locating import request_named
from handlers.reading.grammar import Command
from handlers.reading.verbs import Verb
from handlers.routing import Answer, Context
from models import CancellationRequest, Card, Role, Step, StepStatus, StillNeeded
from workflow import (
    approving,
    certified,
    chain,
    confirm_links,
    handing_on,
    outbox,
    places,
    requests,
    shown,
    signing_orders,
    standing_in,
)
from workflow.acting import Act
from workflow.card_views import CardView, card_view
from workflow.confirm_links import Wish
from workflow.errors import Invalid, NotFound, NotNow, PasskeyNeeded, SignatureNeeded, Stale
from workflow.moments import clock

NEEDED_WORDS = (
    ("不再", StillNeeded.NO),
    ("不需", StillNeeded.NO),
    ("暂停", StillNeeded.PAUSED),
    ("仍需", StillNeeded.YES),
    ("还需", StillNeeded.YES),
)


async def pressed(context: Context, card: Card, action: str) -> Answer:
    """Answer 同意, 驳回 or 退回补充 on an approver's card."""
    step = await Step.get(id=card.step_id)
    form = context.incoming.form
    keep = str(form["keep"]).lower() if "keep" in form and step.role == Role.HR else ""
    needed, comment = str(form.get("still_needed", "")), str(form.get("comment", ""))
    wish = Wish(action, comment) if action != "approve" else Wish(action, comment, needed, keep)
    await confirmed_or_given(context, step, await seen_on(context, card, step), wish, card)
    return Answer(await shown.shown_view(card, context.act, showing))


async def confirmed_or_given(
    context: Context, step: Step, seen: approving.Shown, wish: Wish, card: Card | None = None
) -> bool:
    """Give an answer; where it has to be confirmed or signed by the person, only say how, and return False."""
    try:
        async with in_transaction():
            await give(context.act, step, seen, wish)
    except SignatureNeeded as needed:
        await _have_signed(context, step, wish, card, str(needed.facts["number"]))
        return False
    except PasskeyNeeded as needed:
        mine = card or await _card_of(context, step)
        assert mine is not None  # who was shown nothing is refused before
        link = await confirm_links.offer(context.act, mine, wish)
        minutes = int(confirm_links.LASTS.total_seconds() // 60)
        text = (
            f"还没有生效：{needed.facts['number']} 这一级要用你的通行密钥确认。请在 {minutes} 分钟内打开下面的页面，"
            f"看清内容再确认。网页会问验证码：{confirm_links.code_of(link)}。链接和验证码请勿转给别人。"
        )
        await outbox.say(context.act, context.account, text, confirm=link)
        return False
    return True


async def _have_signed(context: Context, step: Step, wish: Wish, card: Card | None, number: str) -> None:
    """Ask the certification authority; its link comes as soon as it has answered."""
    mine = card or await _card_of(context, step)
    assert mine is not None  # who was shown nothing is refused before
    order = await signing_orders.offer(context.act, mine, wish)
    if card is None:
        await outbox.refresh_card(context.act, mine)
    name = certified.require_authority(number).name
    text = (
        f"还没有生效：{number} 这一级要用你本人的数字证书签署。正在向{name}取签署链接，取到马上发给你；"
        f"{clock(order.expires_at)} 前有效。"
    )
    await outbox.say(context.act, context.account, text)


async def give(act: Act, step: Step, seen: approving.Shown, wish: Wish) -> None:
    """Give an answer to a step, on what was shown."""
    if wish.action == "approve":
        if wish.keep:
            await approving.decide_consequence(act, step, keep=wish.keep == "true")
        needed = _chosen(wish.still_needed)
        await approving.approve(act, step, shown=seen, comment=wish.comment, still_needed=needed)
    elif wish.action == "reject":
        await approving.reject(act, step, shown=seen, comment=wish.comment)
    elif wish.action == "return":
        await handing_on.send_to_level(act, step, wish.level, shown=seen, comment=wish.comment)
    else:
        await approving.send_back(act, step, shown=seen, comment=wish.comment)


async def seen_on(context: Context, card: Card, step: Step) -> approving.Shown:
    """Return what stands on the card in somebody's hand; refuse where that is no longer how it is (I8)."""
    was = shown.under(card, card.handle)
    view = await card_view(card, context.act)
    if shown.asks(view) and isinstance(view, CardView) and (was is None or showing(view).voids(was)):
        raise Stale(changes=await changed.since(card, was, context), step=step.id)
    return approving.Shown(step.revision) if was is None else approving.Shown(was.revision, was.title, was.told, was)


def _chosen(value: str) -> StillNeeded | None:
    if value and value not in set(StillNeeded):
        raise Invalid(what="still_needed", value=value)
    return StillNeeded(value) if value else None


async def decide(context: Context, command: Command, step: Step) -> bool:
    """Agree or say no to one step with what was typed; False where it waits for a passkey."""
    comment = command.options.get("附言", command.reason_text or command.rest)
    seen = await shown_of(context, step)
    if command.verb == Verb.APPROVE:
        needed = needed_in(f"{command.reason_text} {command.rest} {comment}")
        wish = Wish("approve", comment, str(needed or ""))
    else:
        wish = Wish("reject", comment)
    return await confirmed_or_given(context, step, seen, wish)


async def shown_of(context: Context, step: Step) -> approving.Shown:
    """Return what the person's card of a step shows; shows it first to somebody who has not seen it as it is."""
    card = await _card_of(context, step)
    request = await requests.reload(step.request_id)
    theirs = await standing_in.may_answer(request, step, context.employee, context.act.now)
    if not theirs or step.status != StepStatus.OPEN:
        return approving.Shown(step.revision)  # refused for that, in its own words
    if card is None or not await shown.has_reached(card):
        raise await changed.unshown(step)
    if was := await shown.unseen(card):
        raise Stale(changes=await changed.since(card, was, context), step=step.id)
    return await seen_on(context, card, step)


async def _card_of(context: Context, step: Step) -> Card | None:
    """Return somebody's card of a step, rather the one on the phone that they write from."""
    cards = await Card.filter(step=step, holder=context.employee, closed=False).order_by("-created_at")
    here = [each for each in cards if each.account_id == context.account.id]
    return next(iter(here or cards), None)


def needed_in(comment: str) -> StillNeeded | None:
    """Read whether the position still needs people; who does not say so is asked, nothing is presumed."""
    return next((value for word, value in NEEDED_WORDS if word in comment), None)


async def meant(context: Context, command: Command) -> list[Step]:
    """Return the steps that a number of the list or of a request names; without any, the only one that waits."""
    if command.who.request:
        return [await _step_of(context, await request_named(context, command.who.request))]
    mine = await chain.open_steps_of(context.employee, context.act.now)
    if not mine:
        raise NotFound("nothing-to-approve")
    if command.picks:
        listed = await picking.asked(context)
        ids = [str(each) for each in listed["items"]] if listed and listed["kind"] == "todo" else []  # type: ignore[attr-defined]
        wanted = {ids[pick - 1] for pick in command.picks if 0 < pick <= len(ids)}
        mine = [each for each in mine if str(each.id) in wanted]
    if not mine or (len(mine) > 1 and not command.picks and not command.who.everything):
        raise NotFound("which-step")
    return mine


async def _step_of(context: Context, request: CancellationRequest) -> Step:
    steps = places.current(await chain.steps_of(request).prefetch_related("approver"), request.revision)
    open_ = [each for each in steps if each.status == StepStatus.OPEN]
    own = [each for each in steps if each.approver_id == context.employee.id]
    asked = [each for each in own if each.status == StepStatus.OPEN]
    theirs = [each for each in open_ if await standing_in.covering(request, each, context.employee, context.act.now)]
    found = next(iter([*asked, *theirs, *own, *open_]), None)
    if found is None:
        raise NotNow(state=str(request.status))
    return found
