"""One inbound thing, one transaction: the inbox row, what follows from it, and what a refusal leaves behind."""

import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from cards.showing import showing
from handlers import answering, attempts, candidate_files, changed, groups, presses, replies, staff, unbound, waiting
from handlers.reading.numbered import number_words
from handlers.reading.text import plain
from handlers.refusals import sentence, to_candidate
from handlers.routing import Answer, Context, Incoming, known
from models import (
    Booking,
    CancellationRequest,
    Card,
    Delegation,
    ErasureRequest,
    ExportRequest,
    GrantChange,
    InboundMessage,
    InboundStatus,
    OutboxMessage,
    Platform,
    Purge,
    RulesVersion,
    SeenCipher,
)
from workflow import finding, outbox, proposals, shown, stepup
from workflow.acting import Act, local
from workflow.card_views import AnyView
from workflow.errors import AlreadyDecided, NotAllowed, NotNow, NotYours, ProofNeeded, Refusal

MINUTE = timedelta(minutes=1)


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
    identifier = uuid.uuid4()
    context = await known(incoming, now, _reference(identifier))
    row = await _note(identifier, incoming, now, InboundStatus.HANDLED, context)
    if context is None:
        await unbound.answer(Act(now, str(incoming.platform), "unbound"), incoming, row.reference)
        return Received(Answer(), reference=row.reference)
    answer = await _carefully(context)
    await groups.answer_in(context)
    return Received(answer, reference=row.reference)


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
    row = await _note(uuid.uuid4(), incoming, now, InboundStatus.DEAD)
    context = await known(incoming, now, row.reference)
    if context is not None:
        text = f"没有办成：系统出错，已记录并会有人处理，你不需要重复操作。编号 {row.reference}"
        await outbox.say(context.act, context.account, text)
        await groups.answer_in(context)
    return row.reference


def _reference(identifier: uuid.UUID) -> str:
    return f"E{identifier.hex[:6].upper()}"


async def _note(
    identifier: uuid.UUID, incoming: Incoming, now: datetime, status: InboundStatus, context: Context | None = None
) -> InboundMessage:
    return await InboundMessage.create(
        id=identifier,
        person_id=context.account.candidate_id if context else None,
        key=incoming.key,
        platform=str(incoming.platform),
        kind=incoming.kind,
        status=status,
        received_at=now,
        content=incoming.text or None,
        reference=_reference(identifier),
    )


async def _carefully(context: Context) -> Answer:
    """Let the handler work in a savepoint: what it refuses leaves no change behind but the record of the attempt."""
    try:
        async with in_transaction():
            return await _handle(context)
    except ProofNeeded as needed:
        await stepup.ask(context.act, needed)  # what it interrupted is undone; the question stays
        return await _refused(context, needed)
    except Refusal as refusal:
        return await _refused(context, refusal)


async def _handle(context: Context) -> Answer:
    incoming = context.incoming
    is_staff = context.act.employee is not None
    if is_staff and not context.employee.active:
        raise NotAllowed("left")
    if incoming.kind == "press" and incoming.press is not None:
        await _keep_update_code(context)
        if is_staff:
            return await staff.press(context, incoming.press)
        return await answering.pressed(context, incoming.press.action, incoming.press.handle)
    handlers: dict[tuple[str, bool], Callable[[Context], Awaitable[None]]] = {
        ("text", True): staff.text,
        ("text", False): replies.text,
        ("file", True): staff.file,
        ("file", False): candidate_files.came,
        ("voice", True): staff.text,
        ("voice", False): candidate_files.voice,
        ("other", True): staff.text,
        ("other", False): candidate_files.other,
    }
    await handlers[incoming.kind, is_staff](context)
    return Answer()


async def _keep_update_code(context: Context) -> None:
    """Keep the code that a WeCom click brings: the card, which WeCom leaves as it was, is drawn anew with it."""
    card = await presses.card_of(context.incoming)
    if card is None or not context.incoming.update_code or card.account_id != context.account.id:
        return
    card.update_codes = [*card.update_codes, context.incoming.update_code]
    await card.save(update_fields=["update_codes"])
    await outbox.refresh_card(context.act, card)


async def _refused(context: Context, refusal: Refusal) -> Answer:
    """Record the attempt and tell the person; a press is answered on the card it came from, if it is theirs."""
    said = (sentence if context.act.employee else to_candidate)(refusal, context.reference)
    card = await presses.card_of(context.incoming)
    await _keep_update_code(context)
    await _record_attempt(context, refusal, card)
    await changed.show_again(context, refusal)
    own = card is not None and card.account_id == context.account.id and not isinstance(refusal, NotYours)
    if own and card is not None and context.account.platform == Platform.DINGTALK:
        return Answer(await _anew(context, card), said)
    await _say_once_a_minute(context, refusal, said, card if own else None)
    return Answer()


async def _anew(context: Context, card: Card) -> AnyView:
    """Return the card for the answer to a press that was refused; an update that says the same need not go out."""
    view = await shown.shown_view(card, context.act, showing)
    await outbox.shown_at_once(context.act, card)
    return view


async def _say_once_a_minute(context: Context, refusal: Refusal, said: str, card: Card | None) -> None:
    """Answer in words; where a press was only repeated, once for each person, matter and minute.

    What is still missing is said each time it is another thing: nobody presses in vain without hearing why.
    """
    press = context.incoming.press
    if press is None:
        await outbox.say(context.act, context.account, said)
        return
    repeated = isinstance(refusal, AlreadyDecided | NotNow)
    cause = "" if repeated else f"{refusal.code}{refusal.facts.get('what', '')}"[:30]
    matter: object = press.handle
    if card:
        talk = waiting.talk_of(card)
        matter = talk.kind.id_on(card) if talk else card.request_id or card.booking_id
    now = context.act.now
    this, last = (f"pressed:{context.account.id}:{matter}:{at:%y%m%d%H%M}:{cause}" for at in (now, now - MINUTE))
    if not await OutboxMessage.filter(dedupe=last, posted_at__gt=now - MINUTE).exists():
        payload = {"text": said, "choices": []}
        await outbox.post(context.act, "say", account=context.account, payload=payload, dedupe=this)


async def _record_attempt(context: Context, refusal: Refusal, card: Card | None) -> None:
    matter = await _matter(card) if card else await _named(context)
    person = context.act.employee or context.act.candidate
    organisation = matter.organisation if matter else (await person.organisation if person else None)
    number = matter.number if matter else context.reference
    action = context.incoming.press.action if context.incoming.press else context.incoming.kind
    await attempts.note(context.act, organisation, number, action, refusal)


OfCases = CancellationRequest | Booking | ErasureRequest | ExportRequest | Purge
Matter = OfCases | Delegation | GrantChange | RulesVersion
NUMBER = re.compile(r"(?<![a-z0-9])([qydxslwr])[0-9]{8}-[0-9]{3,11}(?![0-9])")
NUMBERED: dict[str, type[Matter]] = {
    "q": CancellationRequest,
    "y": Booking,
    "d": ErasureRequest,
    "x": ExportRequest,
    "s": GrantChange,
    "l": Purge,
    "w": Delegation,
    "r": RulesVersion,
}


async def _matter(card: Card) -> Matter:
    if talk := waiting.talk_of(card):
        return await proposals.reload(talk.kind, talk.kind.id_on(card))  # type: ignore[no-any-return]
    if card.request_id is not None:
        return await CancellationRequest.get(id=card.request_id).prefetch_related("organisation")
    return await Booking.get(id=card.booking_id).prefetch_related("organisation")


async def _named(context: Context) -> Matter | None:
    """Return what a colleague named by its number: an auditor can ask who tried something on a case (T4)."""
    found = NUMBER.search(plain(context.incoming.text)) if context.act.employee else None
    if found is None:
        return await _named_elsewhere(context)
    return await NUMBERED[found[1]].get_or_none(number=found[0].upper()).prefetch_related("organisation")


async def _named_elsewhere(context: Context) -> Booking | None:
    """Return the booking that was named by the number it has in another system."""
    words = number_words(context.incoming.text, local(context.act.now)) if context.act.employee else []
    for each in words:
        if not each.doubtful and (booking := await finding.with_number(each.text)):
            return await Booking.get(id=booking.id).prefetch_related("organisation")
    return None


async def _present(incoming: Incoming, now: datetime) -> Answer:
    """Answer a repeated press with the card as it is now."""
    card = await presses.card_of(incoming)
    context = await known(incoming, now, "")
    if card is None or context is None or card.account_id != context.account.id:
        return Answer()
    return Answer(await shown.shown_view(card, context.act, showing))
