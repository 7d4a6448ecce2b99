"""From a card's view to a neutral card: one place that knows which purpose is drawn by whom."""

from cards.approval import approval_card
from cards.booking import booking_card, candidate_card, confirm_card
from cards.card import Card
from cards.request import request_card
from models import CardPurpose
from workflow.views import CardView

DRAWN_BY = {
    CardPurpose.CONFIRM: confirm_card,
    CardPurpose.BOOKING: booking_card,
    CardPurpose.CANDIDATE: candidate_card,
    CardPurpose.REQUEST: request_card,
    CardPurpose.APPROVAL: approval_card,
}


def draw(view: CardView) -> Card:
    """Return the card as its holder sees it now."""
    return DRAWN_BY[view.purpose](view)
