"""签署单: asked for at a press, laid with the certification authority, ended by what it answers (G2).

An order decides nothing. What somebody wants to answer is kept with their card, as at G1 (`confirm_links.Wish`).
"""

from datetime import datetime, timedelta
from uuid import UUID

from tortoise.connection import get_connection

from models import CancellationRequest, Card, OrderState, SigningOrder
from workflow import access, audit, certified, confirm_links, outbox, requests
from workflow.acting import Act
from workflow.cms import Certificate, Sound
from workflow.confirm_links import Wish

LASTS = timedelta(minutes=60)
KIND = "signature"  # of the outbox row that goes on with an order
REPLACED = "replaced"  # by a newer order for the same card
RUNNING = (OrderState.WANTED, OrderState.OPEN)


async def offer(act: Act, card: Card, wish: Wish) -> SigningOrder:
    """Ask for a signature of the acting person's; an order for the same card from before is void."""
    employee = await access.require_employee(act)
    request = await requests.reload(card.request_id)
    certified.require_authority(request.number)
    for older in await SigningOrder.filter(card_id=card.id, ended_at=None):
        await end(act, older, REPLACED)
    order = await SigningOrder.create(
        request=request,
        card_id=card.id,
        employee=employee,
        state=OrderState.WANTED,
        made_at=act.now,
        expires_at=act.now + LASTS,
    )
    await confirm_links.keep(card, wish)
    await outbox.post(act, KIND, request=request, payload={"order": order.id.hex})
    await _record(act, order, "signature.wanted")
    return order


async def find(order_id: str, *, lock: bool = False) -> SigningOrder | None:
    """Return an order by its id (hex); None for anything else. `lock` holds its row until the transaction ends."""
    try:
        found = SigningOrder.filter(id=UUID(hex=order_id))
    except ValueError:
        return None
    if lock and get_connection("default").capabilities.support_for_update:
        found = found.select_for_update()
    order = await found.first()
    if order is not None:
        await order.fetch_related("employee__organisation", "request")
    return order


async def runs_on(card: Card, now: datetime) -> bool:
    """Tell whether a card waits for its holder's signature."""
    return await SigningOrder.filter(card_id=card.id, ended_at=None, expires_at__gt=now).exists()


async def has_newer(order: SigningOrder, now: datetime) -> bool:
    """Tell whether another order for the same card waits for its owner."""
    others = SigningOrder.filter(card_id=order.card_id, ended_at=None, expires_at__gt=now)
    return await others.exclude(id=order.id).exists()


async def laid(act: Act, order: SigningOrder, certificate: Certificate, digest: str) -> None:
    """Note which statement (SHA-256 in hex) is to be signed, with which certificate."""
    order.certificate, order.digest = certificate.digest, digest
    await order.save(update_fields=["certificate", "digest"])
    await _record(act, order, "signature.asked")


async def opened(order: SigningOrder, remote: str) -> None:
    """Note that the authority waits for the person; `remote` is its own id."""
    order.remote, order.state = remote, OrderState.OPEN
    await order.save(update_fields=["remote", "state"])


async def signed(act: Act, order: SigningOrder, signature: bytes, sound: Sound) -> None:
    """Keep a signature whose answer was given."""
    order.state, order.ended_at = OrderState.SIGNED, act.now
    order.signature = certified.as_kept(signature, sound)
    await order.save(update_fields=["state", "ended_at", "sealed_signature"])


async def end(act: Act, order: SigningOrder, why: str) -> None:
    """End an order that decided nothing; its card says again that it waits."""
    order.state, order.ended_at, order.why = OrderState.ENDED, act.now, why[:40]
    await order.save(update_fields=["state", "ended_at", "why"])
    await _record(act, order, "signature.ended", order.why)


async def _record(act: Act, order: SigningOrder, action: str, why: str = "") -> None:
    """Record what became of an order; with `certificate` its statement can be told to be this person's."""
    request = await CancellationRequest.get(id=order.request_id).prefetch_related("organisation")
    employee = await order.employee
    data: dict[str, object] = {"person": employee.pseudonym, "order": order.id.hex}
    if order.certificate:
        data |= {"certificate": order.certificate, "digest": order.digest}
    subject = ("case", request.number, 1)
    await audit.record(act, request.organisation, action, subject, ok=not why, why=why, data=data)
