"""Delivering cards: sent, updated in place, and said as text where no card can be shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cards.card import Card as Drawn
from cards.drawing import draw
from cards.showing import showing
from cards.text import card_text
from models import Account, Card, CardPurpose, OutboxMessage, OutboxStatus
from models.store import Store
from notifier import claims, codes
from notifier.attempts import Tried, Trier
from notifier.channels import Parcel
from notifier.phone_cards import CardChannels, superseded
from notifier.plain_channels import Channels
from notifier.words import Words
from platforms.errors import Misconfigured, PlatformError, Refused, Unreachable
from workflow.acting import Act
from workflow.card_views import AnyView, card_view
from workflow.shown import shown_view


@dataclass(frozen=True)
class CardDelivery:
    """Delivers `card` and `card_update` rows."""

    store: Store
    cards: CardChannels
    channels: Channels
    trier: Trier
    now: Callable[[], datetime]

    async def deliver(self, row: OutboxMessage) -> None:
        """Show a card as it is now and settle the row."""
        card = await Card.get(id=row.card_id)
        account = await Account.get(id=card.account_id)
        view = await self._shown(card)
        drawn = draw(view)
        number = view.number
        if row.kind == "card":
            await self._send(row, card, account, drawn, number)
        else:
            await self._update(row, card, account, drawn, number)

    async def _shown(self, card: Card) -> AnyView:
        act = Act(self.now(), "clock", "system")
        if card.purpose != CardPurpose.APPROVAL:
            return await card_view(card, act)
        return await self.store.transact(lambda: shown_view(card, act, showing))

    async def _send(self, row: OutboxMessage, card: Card, account: Account, drawn: Drawn, number: str) -> None:
        tried = await self.trier.attempt(
            row,
            account.platform,
            card_text(drawn, number),
            lambda _: self.cards[account.platform].send(card, drawn, str(account.address)),
        )
        if isinstance(tried.error, Refused | Misconfigured):
            await self._as_text(row, card, account, card_text(drawn, number))
        elif tried.error is not None:
            await self._failed(row, tried.error)
        else:
            await self.store.transact(lambda: self._sent(row, card, drawn, tried))

    async def _sent(self, row: OutboxMessage, card: Card, drawn: Drawn, tried: Tried) -> None:
        fresh = await Card.get(id=card.id)
        fresh.delivered_at = self.now()
        if tried.provider_id not in ("", "already-done"):
            fresh.update_codes = [*fresh.update_codes, tried.provider_id]
        await fresh.save(update_fields=["delivered_at", "update_codes"])
        await codes.on_card(self.now(), row, card, drawn.code)
        await claims.settle(row, OutboxStatus.SENT, self.now())

    async def _update(self, row: OutboxMessage, card: Card, account: Account, drawn: Drawn, number: str) -> None:
        if card.as_text:
            await self._as_text(row, card, account, card_text(drawn, number))
            return
        if card.delivered_at is None:
            await self.store.transact(lambda: claims.settle(row, OutboxStatus.SUPPRESSED, self.now(), "not-shown-yet"))
            return
        tried = await self.trier.attempt(
            row, account.platform, card_text(drawn, number), lambda _: self._updated(card, account, drawn)
        )
        if isinstance(tried.error, Refused):
            await self._as_text(row, card, account, card_text(superseded(drawn), number))
        elif tried.error is not None:
            await self._failed(row, tried.error)
        else:
            await self.store.transact(lambda: self._spent(row, card, drawn))

    async def _updated(self, card: Card, account: Account, drawn: Drawn) -> str:
        await self.cards[account.platform].update(card, drawn, str(account.address))
        return ""

    async def _spent(self, row: OutboxMessage, card: Card, drawn: Drawn) -> None:
        if card.update_codes:
            fresh = await Card.get(id=card.id)
            fresh.update_codes = [code for code in fresh.update_codes if code != card.update_codes[-1]]
            await fresh.save(update_fields=["update_codes"])
        await codes.on_card(self.now(), row, card, drawn.code)
        await claims.settle(row, OutboxStatus.SENT, self.now())

    async def _as_text(self, row: OutboxMessage, card: Card, account: Account, text: str) -> None:
        """Say what the card would have shown, with what to type instead of pressing (P6)."""
        channel = self.channels.get(account.platform)
        if channel is None:
            await self._failed(row, Unreachable("no-channel", account.platform))
            return
        parcel = Parcel(row.id.hex, str(account.address), Words(text), row.posted_at)
        tried = await self.trier.attempt(row, account.platform, text, lambda _: channel.send(parcel))
        if tried.error is not None:
            await self._failed(row, tried.error)
        else:
            await self.store.transact(lambda: self._said(row, card))

    async def _said(self, row: OutboxMessage, card: Card) -> None:
        await Card.filter(id=card.id).update(as_text=True, delivered_at=self.now())
        await claims.settle(row, OutboxStatus.SENT, self.now())

    async def _failed(self, row: OutboxMessage, error: PlatformError) -> None:
        await self.store.transact(lambda: claims.failed(row, error, self.now()))
