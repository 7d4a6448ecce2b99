"""Somebody types or presses through the door behind both platforms, and reads what is answered."""

import re
from datetime import datetime
from itertools import count

from cards.buttons import Press
from cards.card import Card as Drawn
from cards.drawing import draw
from cards.showing import showing
from handlers.receiving import Received, receive
from handlers.routing import Incoming
from models import Card, CardPurpose, OutboxMessage, OutboxStatus, Platform
from models.store import Store
from tests.database.office import NOW, by
from workflow.card_views import card_view
from workflow.shown import shown_view

NUMBERS = count()


async def deliver_cards(store: Store, now: datetime = NOW) -> None:
    """Let everybody see the cards of approvers as they are now, as the notifier would."""

    async def work() -> None:
        waiting = OutboxMessage.filter(kind__in=("card", "card_update"), status=OutboxStatus.WAITING)
        for row in await waiting.filter(card__purpose=CardPurpose.APPROVAL).order_by("posted_at"):
            card = await Card.get(id=row.card_id)
            await shown_view(card, by(now=now), showing)
            row.status = OutboxStatus.SENT
            await row.save(update_fields=["status"])
            card.delivered_at = now
            await card.save(update_fields=["delivered_at"])

    await store.transact(work)


async def says(store: Store, who: str, text: str, now: datetime = NOW) -> str:
    """Let an employee who has seen their cards type; returns everything that is said to them in answer."""
    await deliver_cards(store, now)
    before = set(await OutboxMessage.filter(kind="say").values_list("id", flat=True))
    incoming = Incoming(Platform.DINGTALK, f"text:{next(NUMBERS)}", "text", who, text=text)
    await store.transact(lambda: receive(incoming, now))
    rows = [each for each in await OutboxMessage.filter(kind="say").order_by("posted_at") if each.id not in before]
    said = "\n".join(str(each.payload) for each in rows).replace("\\n", "\n")
    return re.sub(r"E[0-9A-F]{6}", "E…", said)


async def presses(
    store: Store, who: str, action: str, handle: str, form: dict[str, str] | None = None, now: datetime = NOW
) -> Received:
    """Let an employee who has seen their cards press a button."""
    await deliver_cards(store, now)
    key = f"press:{next(NUMBERS)}"
    incoming = Incoming(Platform.DINGTALK, key, "press", who, press=Press(action, handle), form=form or {})
    found: list[Received] = []

    async def work() -> None:
        found.append(await receive(incoming, now))

    await store.transact(work)
    return found[0]


async def newest_card(who: str, purpose: CardPurpose = CardPurpose.CONFIRM) -> Card:
    """Return the newest card of a kind that somebody holds and can still press."""
    cards = await Card.filter(holder__key=who, purpose=purpose, closed=False).order_by("-created_at", "-id")
    assert len(cards) == 1, [each.purpose for each in cards]
    return cards[0]


async def seen(card: Card, now: datetime = NOW) -> Drawn:
    """Return a card as it looks now."""
    return draw(await card_view(await Card.get(id=card.id), by(now=now)))
