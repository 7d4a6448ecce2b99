"""What an approver's card showed under each of its handles, kept with the card, sealed for the candidate (I8).

A drawing with other content gets another handle, as `Showing.voids` says; the newest few are kept.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace

from models import Card, CardPurpose, OutboxMessage, OutboxStatus
from models.vault import vault
from workflow.acting import Act
from workflow.card_views import AnyView, CardView, card_view
from workflow.showings import Showing, digest_of

KEPT = "shown"  # in the state of an approver's card: [handle, what it stands for], the oldest first
ASKED = frozenset({"approve", "hand_over"})
MOST = 8
UNDER_WAY = (OutboxStatus.WAITING, OutboxStatus.CLAIMED, OutboxStatus.SENDING)


def asks(view: AnyView) -> bool:
    """Tell whether somebody decides on this view of a case, or names who does."""
    return (
        isinstance(view, CardView) and view.purpose == CardPurpose.APPROVAL and bool(ASKED.intersection(view.actions))
    )


async def shown_view(card: Card, act: Act, drawn: Callable[[CardView], Showing]) -> AnyView:
    """Return a card's view for showing it now, under a handle that stands for exactly that; in a transaction."""
    view = await card_view(card, act)
    if not isinstance(view, CardView) or not asks(view):
        return view
    await keep(act, card, drawn(view))
    return replace(view, handle=card.handle)


def under(card: Card, handle: str) -> Showing | None:
    """Return what a handle of this card stands for; None when nothing was drawn with it, or too long ago."""
    return next((Showing.read(kept) for at, kept in reversed(_kept(card)) if at == handle), None)


def _kept(card: Card) -> list[tuple[str, dict[str, object]]]:
    return [(str(at), dict(kept)) for at, kept in json.loads(card.state).get(KEPT, [])] if card.state else []


async def keep(act: Act, card: Card, now: Showing) -> None:
    """Note what is about to be shown; where it voids what the handle stood for, the card gets another handle."""
    kept, before = _kept(card), under(card, card.handle)
    if before is not None and not now.voids(before):
        return
    if before is not None:
        card.handle = vault().token("card", card.id.hex, act.now.isoformat(), str(len(kept)), digest_of(asdict(now)))
    card.revision = now.revision
    rest = json.loads(card.state) if card.state else {}
    card.state = json.dumps({**rest, KEPT: [*kept, (card.handle, asdict(now))][-MOST:]}, ensure_ascii=False)
    await card.save(update_fields=["handle", "revision", "sealed_state"])


async def has_reached(card: Card) -> bool:
    """Tell whether a card was shown at all, as far as we know: handed out, and not given up."""
    if card.delivered_at is not None:
        return True
    gone_out = (OutboxStatus.SENDING, OutboxStatus.SENT)
    return await OutboxMessage.filter(card=card, kind="card", status__in=gone_out).exists()


async def unseen(card: Card) -> Showing | None:
    """Return what a card showed before the drawing that is still on its way; None when its holder has the newest."""
    kept = _kept(card)
    updates = OutboxMessage.filter(card=card, kind="card_update", status__in=UNDER_WAY)
    return Showing.read(kept[-2][1]) if len(kept) > 1 and await updates.exists() else None
