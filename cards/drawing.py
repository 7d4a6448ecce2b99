"""From a card's view to a neutral card: one place that knows which purpose is drawn by whom."""

from cards.approval import approval_card
from cards.booking import booking_card, candidate_card, confirm_card
from cards.card import Card
from cards.delegation import delegation_card
from cards.erasure import erasure_card
from cards.export import export_card
from cards.grant import grant_card
from cards.purge import purge_card
from cards.request import request_card
from cards.rules import rules_card
from models import CardPurpose
from workflow.card_views import AnyView
from workflow.delegation_views import DelegationView
from workflow.erasure_views import ErasureView
from workflow.export_views import ExportView
from workflow.purge_views import PurgeView
from workflow.rights_views import GrantView
from workflow.rules_views import RulesView

DRAWN_BY = {
    CardPurpose.CONFIRM: confirm_card,
    CardPurpose.BOOKING: booking_card,
    CardPurpose.CANDIDATE: candidate_card,
    CardPurpose.REQUEST: request_card,
    CardPurpose.APPROVAL: approval_card,
}


def draw(view: AnyView) -> Card:
    """Return the card as its holder sees it now."""
    if isinstance(view, GrantView):
        return grant_card(view)
    if isinstance(view, PurgeView):
        return purge_card(view)
    if isinstance(view, ExportView):
        return export_card(view)
    if isinstance(view, DelegationView):
        return delegation_card(view)
    if isinstance(view, ErasureView):
        return erasure_card(view)
    if isinstance(view, RulesView):
        return rules_card(view)
    return DRAWN_BY[view.purpose](view)
