"""A card as it is shown: what somebody can decide on is noted first, under a handle of its own."""

from dataclasses import replace

from cards.drawing import draw
from cards.lines import COUNTDOWN, PROGRESS
from models import Card, CardPurpose
from workflow import showings
from workflow.acting import Act
from workflow.card_views import AnyView, CardView, card_view
from workflow.showings import Showing

MOVING = (COUNTDOWN, PROGRESS)


def showing(view: CardView) -> Showing:
    """Return what an approver's card says, whatever it may be pressed for."""
    drawn = draw(view)
    lines = tuple((each.label, each.value) for each in drawn.lines)
    return showings.showing_of(view, drawn.title, lines, MOVING)


def asks(view: AnyView) -> bool:
    """Tell whether somebody decides on this view of a case."""
    return isinstance(view, CardView) and view.purpose == CardPurpose.APPROVAL and "approve" in view.actions


async def shown_view(card: Card, act: Act) -> AnyView:
    """Return a card's view for showing it now, in a transaction: see `showings.keep`."""
    view = await card_view(card, act)
    if not isinstance(view, CardView) or not asks(view):
        return view
    await showings.keep(act, card, showing(view))
    return replace(view, handle=card.handle)
