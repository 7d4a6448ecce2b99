"""What becomes of a signing order: it is laid with the authority, and ends with the answer or without one (G2).

The answer is given for real and undone twice before, as with a passkey (`confirm_page`): at the press, and when it is
laid, which leaves the statement to sign. With the signature it is given once more, and stays. All of it happens in
the caller's transaction; no network call does.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tortoise.transactions import in_transaction

from cards.buttons import Press
from handlers import approvals, changed
from handlers.confirm_page import answer_on
from handlers.refusals import why
from handlers.routing import Context, Incoming
from handlers.signature_words import ENDED, OLDER, OVER
from models import Card, OrderState, RequestStatus, SigningOrder, Step, StepStatus
from workflow import (
    audit,
    authorities,
    certified,
    confirm_links,
    outbox,
    requests,
    signing_orders,
    standing_in,
    statements,
)
from workflow.acting import Act
from workflow.certified import Certified
from workflow.confirm_links import Wish
from workflow.errors import NotNow, Refusal, SignatureNeeded
from workflow.moments import clock

VIA = "signature"


class Answer(StrEnum):
    """What the authority says of an order."""

    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"


class Ending(StrEnum):
    """What came of it?"""

    GONE = "gone"  # no such order, or it has ended: nothing changed
    ENDED = "ended"  # the order ended and nothing was decided
    DONE = "done"


@dataclass(frozen=True)
class Laid:
    """What the authority is to have signed: `digest` is the SHA-256 of the statement in hex."""

    digest: str
    title: str


async def lay(order_id: str, chain: Sequence[bytes], now: datetime) -> Laid | None:
    """Find out what its owner would sign, with the certificate (DER chain) that the authority has of them.

    None where the order has ended, also just now. What was laid before stays as it was: the authority may have it.
    """
    order = await signing_orders.find(order_id, lock=True)
    if order is None or order.state != OrderState.WANTED:
        return None
    act = Act(now, VIA, "order", employee=order.employee)
    if now >= order.expires_at:  # after a standstill: the time that the link would name is over
        await _end(act, order, "expired")
        return None
    card, wish = await _asked(order)
    if card is None or wish is None:
        await _end(act, order, "moved")
        return None
    if not order.digest and not await _lay(act, order, card, wish, chain):
        return None
    return Laid(order.digest, f"{order.request.number} 取消申请：{await answer_on(card, wish)}")


async def _lay(act: Act, order: SigningOrder, card: Card, wish: Wish, chain: Sequence[bytes]) -> bool:
    context = _context(act, order, card)
    try:
        authority = certified.require_authority(order.request.number)
        own = certified.belonging(chain, order.employee, authority, act.now)
        step = await Step.get(id=card.step_id)
        seen = await approvals.seen_on(context, card, step)
        asked = Certified(own.digest, order.made_at)
        async with in_transaction():
            await approvals.give(act, step, replace(seen, signed=asked), wish)
            raise NotNow("grade-missing", number=order.request.number)  # it wants no signature any more: undone
    except SignatureNeeded as needed:
        await confirm_links.keep(card, replace(wish, text=needed.text))
        await signing_orders.laid(act, order, own, statements.digest_of(needed.text))
        return True
    except Refusal as refusal:
        await _refused(context, order, card, refusal)
        return False


async def open_with(order_id: str, remote: str, page: str, now: datetime) -> bool:
    """Give its owner the address of the authority's page; `remote` is the authority's id of the order."""
    order = await signing_orders.find(order_id, lock=True)
    if order is None or order.state != OrderState.WANTED:
        return False
    await signing_orders.opened(order, remote)
    act = Act(now, VIA, "order", employee=order.employee)
    text = (
        f"请在 {clock(order.expires_at)} 前打开下面{_name()}的页面签署 {order.request.number}。"
        f"签的是你卡片上看到的内容，页面上的摘要应以 {order.digest[:8]} 开头，不一样就不要签。"
        "不签就关掉页面，什么都不会发生。链接请勿转给别人。"
    )
    card, _ = await _asked(order)
    account = card.account if card else await outbox.account_of(order.employee)
    if account is not None:
        await outbox.say(act, account, text, signature=page)
    return True


async def settle(order_id: str, remote: str, answer: str, signature: bytes, source: str, now: datetime) -> Ending:
    """Take what the authority says of an order; once it has ended, or under another id, it changes nothing.

    `source` is the SHA-256 of what was received.
    """
    order = await signing_orders.find(order_id, lock=True)
    if order is None or not order.remote or order.remote != remote:
        return Ending.GONE
    act = Act(now, VIA, "certificate", employee=order.employee, source=source)
    if order.why == signing_orders.REPLACED and answer == Answer.SIGNED:
        await _tell_older(act, order)
    if order.state != OrderState.OPEN:
        return Ending.GONE
    if answer == Answer.SIGNED:
        return await _answered(act, order, signature)
    await _end(act, order, "declined" if answer == Answer.DECLINED else "expired")
    return Ending.ENDED


async def _answered(act: Act, order: SigningOrder, signature: bytes) -> Ending:
    """Give the answer, in one go with the signature; one that does not hold leaves nothing but the record of it."""
    card, wish = await _asked(order)
    if card is None or wish is None:
        await _end(act, order, "late")
        return Ending.ENDED
    context = _context(act, order, card)
    signed = Certified(order.certificate, order.made_at, wish.text, signature)
    try:
        async with in_transaction():
            step = await Step.get(id=card.step_id)
            seen = await approvals.seen_on(context, card, step)
            await approvals.give(act, step, replace(seen, signed=signed), wish)
            sound = certified.proven(signed, act.now, order.request.number)
            await signing_orders.signed(act, order, signature, sound)
            await confirm_links.keep(card, None)
    except SignatureNeeded:
        await _refused(context, order, card, NotNow("signature-refused"))
        return Ending.ENDED
    except Refusal as refusal:
        await _refused(context, order, card, refusal)
        return Ending.ENDED
    await outbox.say(act, card.account, f"签名已核对，{order.request.number} 的答复已生效。卡片随后更新。")
    return Ending.DONE


async def give_up(order_id: str, reason: str, now: datetime) -> Ending:
    """End an order that cannot go on: expired, down, refused, unknown or removed."""
    order = await signing_orders.find(order_id, lock=True)
    if order is None or order.ended_at is not None:
        return Ending.GONE
    await _end(Act(now, VIA, "order", employee=order.employee), order, reason)
    return Ending.ENDED


async def _asked(order: SigningOrder) -> tuple[Card | None, Wish | None]:
    """Return the card an order is for and what its holder wants to answer; None once either is another."""
    card = await Card.get_or_none(id=order.card_id, closed=False).prefetch_related("account", "holder")
    wish = confirm_links.wish_on(card) if card else None
    same = wish is not None and (not order.digest or statements.digest_of(wish.text) == order.digest)
    return card, wish if same else None


async def _end(act: Act, order: SigningOrder, reason: str) -> None:
    """End an order and let its card show that it waits again; say why, or that its owner is not asked any more."""
    await signing_orders.end(act, order, f"signature-{reason}")
    step = await _step_of(order)
    if await _waits(act, order, step):
        await _tell(act, order, _worded(ENDED["moved" if reason == "late" else reason], order))
    else:
        await _tell_over(act, order, reason, step)


async def _tell_over(act: Act, order: SigningOrder, reason: str, step: Step | None) -> None:
    """Tell who is not asked any more; who answered already only where they could think that this changed it."""
    own = step is not None and step.decided_by_id == order.employee_id
    kind = "answered" if own and reason == "declined" else "late" if reason == "late" else ""
    if order.employee.active and (kind or not own):
        # two phones are two orders
        once = f"signature-over:{kind}:{step.id.hex}:{order.employee.id.hex}" if step else None
        await _tell(act, order, _worded(OVER[kind], order), once)


async def _tell_older(act: Act, order: SigningOrder) -> None:
    """Tell who signed through a link that a newer one replaced which of them counts."""
    step, kind = await _step_of(order), ""
    if await _waits(act, order, step):
        kind = "runs" if await signing_orders.has_newer(order, act.now) else "waits"
    await _tell(act, order, _worded(OLDER[kind], order), f"signature-older:{order.id.hex}")


async def _step_of(order: SigningOrder) -> Step | None:
    card = await Card.get_or_none(id=order.card_id)
    return await Step.get_or_none(id=card.step_id) if card else None


async def _waits(act: Act, order: SigningOrder, step: Step | None) -> bool:
    """Tell whether the owner of an order is still asked: a colleague may have answered, or the case moved on."""
    request = await requests.reload(order.request_id)
    if step is None or step.status != StepStatus.OPEN or step.revision != request.revision:
        return False
    if request.status != RequestStatus.AWAITING_APPROVAL or not order.employee.active:
        return False
    return await standing_in.may_answer(request, step, order.employee, act.now)


async def _refused(context: Context, order: SigningOrder, card: Card, refusal: Refusal) -> None:
    """End the order, record the attempt, and show the card anew where what was shown has changed."""
    act, number = context.act, order.request.number
    await confirm_links.keep(card, None)
    await signing_orders.end(act, order, refusal.code)
    request = await requests.reload(order.request_id)
    subject, data = ("attempt", number, 1), {"action": "sign"}
    await audit.record(act, request.organisation, "attempt.refused", subject, ok=False, why=refusal.code, data=data)
    await changed.show_again(context, refusal)
    await _tell(act, order, f"{number} 没有生效：{why(refusal)}。编号 {number}")


async def _tell(act: Act, order: SigningOrder, text: str, once: str | None = None) -> None:
    card = await Card.get_or_none(id=order.card_id).prefetch_related("account")
    if card is not None and not card.closed:
        await outbox.refresh_card(act, card)
    account = card.account if card else await outbox.account_of(order.employee)
    if account is not None:
        await outbox.say(act, account, text, once=once)


def _worded(text: str, order: SigningOrder) -> str:
    return text.format(number=order.request.number, name=_name())


def _name() -> str:
    authority = authorities.authority()
    return authority.name if authority else "签名机构"


def _context(act: Act, order: SigningOrder, card: Card) -> Context:
    """Return the context of an answer that comes from an authority and is about a card in a chat."""
    key = f"signature:{order.id.hex}"
    incoming = Incoming(card.account.platform, key, "press", "", press=Press("sign", card.handle))
    return Context(act, incoming, card.account, order.request.number)


def source_of(signature: bytes) -> str:
    """Return the digest of a signature that was fetched, as the source of the answer."""
    return hashlib.sha256(signature).hexdigest()
