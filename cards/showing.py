"""What an approver's card says, for whoever has to know later what was shown."""

from cards.drawing import draw
from cards.lines import COUNTDOWN, DEADLINE, OTHERS, PROGRESS
from workflow.card_views import CardView
from workflow.showings import Showing, showing_of

MOVING = (COUNTDOWN, DEADLINE, OTHERS, PROGRESS)


def showing(view: CardView) -> Showing:
    """Return what an approver's card says, whatever it may be pressed for."""
    drawn = draw(view)
    return showing_of(view, drawn.title, tuple((each.label, each.value) for each in drawn.lines), MOVING)
