"""The confirm cards of one booking: when it is being cancelled, those that were not pressed lose their buttons."""

from models import Booking, Card, CardPurpose
from workflow import chain
from workflow.acting import Act


async def retire(act: Act, booking: Booking) -> None:
    """Withdraw every open confirm card of this booking, whoever holds it. The pressed one is none any more.

    Each costs one counted update (design.md §6), and only where somebody had asked for a second card; one that has
    not been shown yet never is.
    """
    for card in await Card.filter(booking=booking, purpose=CardPurpose.CONFIRM, closed=False):
        await chain.close_card(act, card)
