"""What employees type and press: each verb and each button has its handler here, and nowhere else."""

from collections.abc import Awaitable, Callable

from cards.buttons import Press
from handlers import approvals, bookings, cancel, evidence, help, picking
from handlers.reading.grammar import Command, read_command
from handlers.reading.verbs import Verb
from handlers.routing import Answer, Context
from models import Booking, CancellationRequest, Card, CardPurpose, Step
from workflow import outbox
from workflow.acting import local
from workflow.errors import AlreadyDecided, NotNow, NotYours
from workflow.views import card_view

Typed = Callable[[Context, Command], Awaitable[None]]
Pressed = Callable[[Context, Card], Awaitable[Answer]]

TYPED: dict[Verb, Typed] = {
    Verb.CANCEL: cancel.cancel,
    Verb.SUBMIT: cancel.submit_typed,
    Verb.UNDO: cancel.undo,
    Verb.WITHDRAW: cancel.withdraw,
    Verb.APPROVE: approvals.typed,
    Verb.REJECT: approvals.typed,
    Verb.SEND_BACK: approvals.typed,
    Verb.FIND: bookings.find,
    Verb.LIST: bookings.listing,
    Verb.TIMELINE: bookings.timeline,
}


async def text(context: Context) -> None:
    """Read one message of an employee and do what it says; what is not understood is answered, never guessed."""
    command = read_command(context.incoming.text, local(context.act.now))
    if command is None:
        await help.unknown(context)
    elif command.verb == Verb.CHOOSE:
        await choose(context, command)
    elif command.verb == Verb.DROP:
        await cancel.put_down(context)
    elif command.verb == Verb.TODO:
        await approvals.todo(context)
    elif command.verb == Verb.HELP:
        await help.help_for(context)
    elif command.verb not in TYPED:
        await _not_yet(context, command)
    elif command.problems and command.verb != Verb.CANCEL:
        await outbox.say(context.act, context.account, f"先没有办。{command.problems[0]}编号 {context.reference}")
    else:
        await _carefully(context, command)


async def _carefully(context: Context, command: Command) -> None:
    if command.verb == Verb.CANCEL and not command.who.is_said:
        await cancel.nearest(context, command)
        return
    if command.problems:
        await outbox.say(context.act, context.account, f"没有取消：{command.problems[0]}编号 {context.reference}")
        return
    await TYPED[command.verb](context, command)


async def _not_yet(context: Context, command: Command) -> None:
    text = f"「{command.verb}」还不能在这里办，什么都没有做。发「帮助」看能做什么。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)


async def choose(context: Context, command: Command) -> None:
    """Answer the number of a list; it is valid for the person and the list it was shown to, until it expires."""
    question = await picking.asked(context)
    items = question["items"] if question else []
    pick = command.picks[0] if command.picks else 0
    if question is None or not isinstance(items, list) or not 0 < pick <= len(items):
        text = f"这个数字没有对应的选项（名单 2 分钟内有效），什么都没有做。请重新发指令。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
    elif question["kind"] == "cancel":
        wish = question["wish"]
        await cancel.chosen(context, str(items[pick - 1]), wish if isinstance(wish, dict) else {})
    else:
        text = f"请回复「同意 {pick}」「驳回 {pick} 原因」或「退回 {pick} 要补什么」。"
        await outbox.say(context.act, context.account, text)


async def file(context: Context) -> None:
    """Take a picture or a file as evidence."""
    await evidence.came(context)


async def press(context: Context, press: Press) -> Answer:
    """Do what a button says, if its card is the presser's and still offers it."""
    card = await Card.get_or_none(handle=press.handle).prefetch_related("holder")
    if card is None:
        raise NotNow(state="stale-button")
    if card.holder_id != context.employee.id:
        raise NotYours(approver=str(card.holder.name) if card.holder else "其他人")
    view = await card_view(card, context.act)
    if press.action not in view.actions:
        return await _too_late(context, card, press)
    return await _pressed(context, card, press.action)


async def _pressed(context: Context, card: Card, action: str) -> Answer:
    if card.purpose == CardPurpose.APPROVAL and action != "undo":
        return await approvals.pressed(context, card, action)
    handlers: dict[str, Pressed] = {
        "confirm": cancel.file,
        "submit": cancel.file if card.purpose == CardPurpose.CONFIRM else cancel.submit,
        "dismiss": cancel.dismiss,
        "undo": cancel.undo_pressed,
        "open": cancel.open_confirm,
    }
    return await handlers[action](context, card)


async def _too_late(context: Context, card: Card, press: Press) -> Answer:
    """Show the card as it is now: a second press is answered, not repeated (T5)."""
    if card.step_id is not None:
        step = await Step.get(id=card.step_id)
        if step.decided_at is not None:
            raise AlreadyDecided("已处理", "", step.decided_at)
    if press.action in ("confirm", "submit") and card.request_id is not None:
        request = await CancellationRequest.get(id=card.request_id)
        raise AlreadyDecided("已提交", "", request.filed_at)
    raise NotNow(state=await _state(card))


async def _state(card: Card) -> str:
    if card.request_id is not None:
        return str((await CancellationRequest.get(id=card.request_id)).status)
    return str((await Booking.get(id=card.booking_id)).status)
