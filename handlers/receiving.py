"""One inbound thing, one transaction: the inbox row, what follows from it, and what a refusal leaves behind."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from handlers import replies, staff
from handlers.refusals import sentence
from handlers.routing import Answer, Context, Incoming, known
from models import Booking, CancellationRequest, Card, InboundMessage, InboundStatus, Platform, SeenCipher
from workflow import administering, audit, outbox
from workflow.acting import Act
from workflow.errors import NotYours, Refusal
from workflow.views import card_view

UNBOUND = {
    Platform.KF: "您好，还不知道您是哪位候选人。请从面试通知里您自己的链接进来，或联系招聘负责人。编号 {reference}"
}
UNBOUND_COLLEAGUE = "你好，这个账号还没有绑定，什么都不能办。请联系公司的系统管理员。编号 {reference}"


@dataclass(frozen=True)
class Received:
    """What became of it: `repeat` when it was here before."""

    answer: Answer
    repeat: bool = False
    reference: str = ""


async def receive(incoming: Incoming, now: datetime) -> Received:
    """Handle one inbound thing inside the caller's transaction; a repeat only counts and shows the present state."""
    if not await first_time(incoming.cipher, now):
        return Received(Answer(), True)
    earlier = await InboundMessage.get_or_none(key=incoming.key)
    if earlier is not None:
        earlier.repeats += 1
        await earlier.save(update_fields=["repeats"])
        return Received(await _present(incoming, now), True, earlier.reference)
    row = await _note(incoming, now, InboundStatus.HANDLED)
    context = await known(incoming, now, row.reference)
    if context is None:
        return Received(await _unbound(incoming, now, row.reference), reference=row.reference)
    return Received(await _carefully(context), reference=row.reference)


async def first_time(cipher: str, now: datetime) -> bool:
    """Remember a ciphertext for ever, in the caller's transaction: a timestamp alone can be replayed (L1)."""
    if not cipher:
        return True
    if await SeenCipher.exists(digest=cipher):
        return False
    await SeenCipher.create(digest=cipher, received_at=now)
    return True


async def bury(incoming: Incoming, now: datetime) -> str:
    """Keep what our own fault stopped, and tell the sender so; nothing is silently swallowed."""
    await first_time(incoming.cipher, now)
    row = await _note(incoming, now, InboundStatus.DEAD)
    context = await known(incoming, now, row.reference)
    if context is not None:
        text = f"没有办成：系统出错，已记录并会有人处理，你不需要重复操作。编号 {row.reference}"
        await outbox.say(context.act, context.account, text)
    return row.reference


async def _note(incoming: Incoming, now: datetime, status: InboundStatus) -> InboundMessage:
    row = InboundMessage(
        id=uuid.uuid4(),
        key=incoming.key,
        platform=str(incoming.platform),
        kind=incoming.kind,
        status=status,
        received_at=now,
        content=incoming.text or None,
    )
    row.reference = f"E{row.id.hex[:6].upper()}"
    await row.save()
    return row


async def _carefully(context: Context) -> Answer:
    """Let the handler work in a savepoint: what it refuses leaves no change behind but the record of the attempt."""
    try:
        async with in_transaction():
            return await _handle(context)
    except Refusal as refusal:
        return await _refused(context, refusal)


async def _handle(context: Context) -> Answer:
    incoming = context.incoming
    is_staff = context.act.employee is not None
    if incoming.kind == "press" and incoming.press is not None:
        await _keep_update_code(context)
        if is_staff:
            return await staff.press(context, incoming.press)
        return await replies.pressed(context, incoming.press.action, incoming.press.handle)
    handlers: dict[tuple[str, bool], Callable[[Context], Awaitable[None]]] = {
        ("text", True): staff.text,
        ("text", False): replies.text,
        ("file", True): staff.file,
        ("file", False): replies.text,
    }
    await handlers[incoming.kind, is_staff](context)
    return Answer()


async def _keep_update_code(context: Context) -> None:
    """Keep the code that a WeCom click brings: the card, which WeCom leaves as it was, is drawn anew with it."""
    card = await _card(context.incoming)
    if card is None or not context.incoming.update_code or card.account_id != context.account.id:
        return
    card.update_codes = [*card.update_codes, context.incoming.update_code]
    await card.save(update_fields=["update_codes"])
    await outbox.refresh_card(context.act, card)


async def _refused(context: Context, refusal: Refusal) -> Answer:
    """Record the attempt and tell the person; a press is answered on the card it came from, if it is theirs."""
    said = sentence(refusal, context.reference)
    card = await _card(context.incoming)
    await _keep_update_code(context)
    await _record_attempt(context, refusal, card)
    own = card is not None and not isinstance(refusal, NotYours)
    if own and card is not None and context.account.platform == Platform.DINGTALK:
        return Answer(await card_view(card, context.act), said)
    await outbox.say(context.act, context.account, said)
    return Answer()


async def _record_attempt(context: Context, refusal: Refusal, card: Card | None) -> None:
    matter = await _matter(card) if card else None
    person = context.act.employee or context.act.candidate
    organisation = matter.organisation if matter else (await person.organisation if person else None)
    subject = ("attempt", matter.number if matter else context.reference, 1)
    data = {"action": context.incoming.press.action if context.incoming.press else context.incoming.kind}
    await audit.record(context.act, organisation, "attempt.refused", subject, ok=False, why=refusal.code, data=data)


async def _matter(card: Card) -> CancellationRequest | Booking:
    if card.request_id is not None:
        return await CancellationRequest.get(id=card.request_id).prefetch_related("organisation")
    return await Booking.get(id=card.booking_id).prefetch_related("organisation")


async def _card(incoming: Incoming) -> Card | None:
    return await Card.get_or_none(handle=incoming.press.handle) if incoming.press else None


async def _present(incoming: Incoming, now: datetime) -> Answer:
    """Answer a repeated press with the card as it is now."""
    card = await _card(incoming)
    context = await known(incoming, now, "")
    if card is None or context is None or card.account_id != context.account.id:
        return Answer()
    return Answer(await card_view(card, context.act))


async def _unbound(incoming: Incoming, now: datetime, reference: str) -> Answer:
    """Give somebody we do not know one helpful sentence (S2); they can do nothing."""
    if incoming.platform in (Platform.SMS, Platform.EMAIL):
        return Answer()
    account = await administering.add_account(incoming.platform, incoming.address)
    text = UNBOUND.get(incoming.platform, UNBOUND_COLLEAGUE)
    await outbox.say(Act(now, str(incoming.platform)), account, text.format(reference=reference))
    return Answer()
