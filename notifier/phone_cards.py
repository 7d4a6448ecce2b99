"""Cards in people's phones: sent once under an id that follows from the card, updated in place, else said in text."""

from dataclasses import dataclass, replace
from typing import Protocol

from cards.card import Card as Drawn
from cards.card import Line
from cards.dingtalk import card_params
from cards.wecom import template_card, updated_card
from models import Card, Platform
from platforms.dingtalk.api import DingTalk
from platforms.errors import Refused
from platforms.wecom.api import WeCom


def out_id(card: Card) -> str:
    """Return the card's id on its platform: DingTalk's outTrackId, WeCom's task_id."""
    return f"sy-{card.id.hex}"


class CardChannel(Protocol):
    """How cards get onto one platform."""

    async def send(self, card: Card, drawn: Drawn, address: str) -> str:
        """Send a card, return an update code where the platform gives one; raises a PlatformError."""

    async def update(self, card: Card, drawn: Drawn, address: str) -> None:
        """Show the card as it is now; raises a PlatformError."""


@dataclass(frozen=True)
class DingTalkCards:
    """The one template; without an id configured, every card is refused and goes out as text."""

    api: DingTalk
    template_id: str | None

    async def send(self, card: Card, drawn: Drawn, address: str) -> str:
        if not self.template_id:
            raise Refused("no-template", "dingtalk.card_template_id is not set")
        delivered = await self.api.create_and_deliver_card(
            out_id(card), self.template_id, [address], card_params(drawn), last_message=drawn.summary
        )
        if delivered.failed:
            raise Refused("not-delivered", "; ".join(delivered.failed.values()))
        return ""

    async def update(self, card: Card, drawn: Drawn, address: str) -> None:
        await self.api.update_card(out_id(card), card_params(drawn))


@dataclass(frozen=True)
class WeComCards:
    """Template cards; each update spends one of the codes that sending and clicking gave us."""

    api: WeCom

    async def send(self, card: Card, drawn: Drawn, address: str) -> str:
        sent = await self.api.send_card([address], template_card(drawn, out_id(card)))
        return sent.response_code or ""

    async def update(self, card: Card, drawn: Drawn, address: str) -> None:
        if not card.update_codes:
            raise Refused("no-code", "every update code is spent")
        await self.api.update_card(
            card.update_codes[-1], userids=[address], template_card=updated_card(drawn, out_id(card))
        )


CardChannels = dict[Platform, CardChannel]


def superseded(drawn: Drawn) -> Drawn:
    """Return a card for where the old one can no longer be changed: it says that it replaces it."""
    return replace(drawn, lines=(*drawn.lines, Line("", "此前的卡片已作废，以这条为准。")))
