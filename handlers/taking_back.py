"""撤销, 撤回 and 算了: what was decided, asked for or only begun is taken back."""

from cards.showing import showing
from handlers import choosing, confirm_typed, lists, picking
from handlers.locating import fits, request_meant
from handlers.reading.grammar import Command
from handlers.routing import Answer, Context
from models import CancellationRequest, Card, CardPurpose, RequestStatus, Step
from workflow import access, approving, cancelling, chain, outbox, requests, shown
from workflow.errors import NotFound, NotNow
from workflow.moments import clock_after
from workflow.views import booking_seen, undoable

NOTHING = "现在没有等你回答的操作。"
ABOUT_CANCELLING = (choosing.KIND, confirm_typed.KIND, lists.KIND)


async def undo_pressed(context: Context, card: Card) -> Answer:
    """Answer 撤销 on a card: one's own request inside the grace, or one's own opinion while nothing followed."""
    if card.step_id is not None:
        await approving.take_back(context.act, await Step.get(id=card.step_id))
    else:
        await cancelling.undo(context.act, await access.request_for(context.act, card.request_id))
    return Answer(await shown.shown_view(await Card.get(id=card.id), context.act, showing))


async def undo(context: Context, command: Command) -> None:
    """Answer 撤销 [Q…]: take back the newest cancellation whose grace still runs."""
    request = await request_meant(context, command) or await _undoable(context, command)
    if request is None:
        raise NotNow(state="nothing-to-undo")
    await cancelling.undo(context.act, request)
    title = (await booking_seen(request.booking, context.act)).title
    await outbox.say(context.act, context.account, f"已撤销，没有通知任何人：{title} 的面试照常。")


async def _undoable(context: Context, command: Command) -> CancellationRequest | None:
    """Return the newest that can be undone; where somebody is named, only theirs."""
    for request in await cancelling.undoables(context.act):
        if fits(request.booking, command.who):
            return request
    return None


async def withdraw(context: Context, command: Command) -> None:
    """Answer 撤回 [Q…]: take back one's own undecided request."""
    request = await request_meant(context, command) or await _my_open(context)
    if request is None:
        raise NotFound(what="request")
    if request.requester_id == context.employee.id and undoable(request, context.act):
        assert request.effective_at is not None
        raise NotNow("in-grace", number=request.number, until=clock_after(request.effective_at))
    await cancelling.withdraw(context.act, request)
    title = (await booking_seen(request.booking, context.act)).title
    await outbox.say(context.act, context.account, f"已撤回申请 {request.number}：{title} 的面试照常。")


async def withdraw_pressed(context: Context, card: Card) -> Answer:
    """Answer 撤回 on the requester's card: what typing it does."""
    await cancelling.withdraw(context.act, await access.request_for(context.act, card.request_id))
    return Answer(await shown.shown_view(await Card.get(id=card.id), context.act, showing))


async def _my_open(context: Context) -> CancellationRequest | None:
    undecided = (RequestStatus.AWAITING_EVIDENCE, RequestStatus.AWAITING_APPROVAL, RequestStatus.SENT_BACK)
    mine = CancellationRequest.filter(requester=context.employee, status__in=undecided)
    found = await mine.order_by("-created_at").first()
    return await requests.reload(found.id) if found else None


async def put_down(context: Context) -> None:
    """Answer 算了: drop the open question and the open confirm cards of this person."""
    question = await picking.asked(context)
    dropped = await picking.drop(context)
    cards = await Card.filter(holder=context.employee, purpose=CardPurpose.CONFIRM, closed=False)
    for card in cards:
        await chain.close_card(context.act, card)
    done = _put_down(str(question["kind"]) if question else "", begun=bool(cards)) if dropped or cards else NOTHING
    running = await cancelling.last_undoable(context.act)
    if running is not None and running.effective_at is not None:
        seen = await booking_seen(running.booking, context.act)
        title, at = seen.title, clock_after(running.effective_at)
        done += f"另有一场已定：{title} 的面试将在 {at} 取消，要收回请发「撤销」。"
    await outbox.say(context.act, context.account, done)


def _put_down(kind: str, *, begun: bool) -> str:
    """Say that nothing was done, and of what: a question about something else is no cancellation that was begun."""
    if begun or kind in ABOUT_CANCELLING:
        return "好，放下了，这一步没有取消任何面试。"
    return "好，放下了，什么都没有变。"
