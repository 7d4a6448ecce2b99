"""看到的内容: what an approver's card showed under each of its handles; they decide on that and nothing else (I8).

A drawing with other content gets another handle, as `voids` says; the newest few are kept with the card, sealed under
the candidate's key.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Self

from models import BookingStatus, Card, OutboxMessage, OutboxStatus
from models.vault import vault
from workflow.acting import Act
from workflow.canonical import canonical, stamp
from workflow.card_views import CardView

KEPT = "shown"  # in the state of an approver's card: [handle, what it stands for], the oldest first
MOST = 8
UNDER_WAY = (OutboxStatus.WAITING, OutboxStatus.CLAIMED, OutboxStatus.SENDING)


@dataclass(frozen=True)
class Showing:
    """What one drawing of a card says, as lists of plain values.

    `evidence` holds the SHA-256 of each stored ciphertext, `before` the answers given at lower levels, `moving` the
    labels of lines that change by themselves and void nothing: the countdown, and where the chain is.
    """

    revision: int
    level: int
    levels: int
    policy: str
    starts: str = ""
    when: str = ""
    booking: str = ""
    word: str = ""
    notify: bool = True
    keep: bool = True
    title: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """Return the lines that stay as they are while nothing changes."""
        return tuple(f"{label}：{text}" for label, text in self.lines if label not in self.moving)

    @property
    def declined(self) -> bool:
        """Tell whether the candidate had said that they do not come."""
        return self.booking == BookingStatus.DECLINED

    def voids(self, earlier: Self) -> bool:
        """Tell whether somebody who saw the earlier one has to look again."""
        return replace(self, lines=(), moving=()) != replace(earlier, lines=(), moving=()) or self.told != earlier.told

    @classmethod
    def read(cls, kept: Mapping[str, object]) -> Self:
        """Return what `kept` has written."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: _frozen(value) for name, value in kept.items() if name in known})  # type: ignore[arg-type]


def _frozen(value: object) -> object:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value


def showing_of(view: CardView, title: str, lines: tuple[tuple[str, str], ...], moving: tuple[str, ...]) -> Showing:
    """Return what a card says that is drawn from this view with these lines."""
    request, step, booking = view.request, view.step, view.booking
    assert request is not None
    assert step is not None
    below = [each for each in request.steps if each.level < step.level]
    return Showing(
        revision=request.revision,
        level=step.level,
        levels=max(each.level for each in request.steps) if request.steps else step.level,
        policy=request.policy_digest,
        starts=stamp(booking.starts_at),
        when=booking.when,
        booking=str(booking.status),
        word=stamp(view.wish_at) if view.wish_at else "",
        notify=request.notify,
        keep=request.keep,
        title=title,
        lines=lines,
        evidence=request.evidence_digests,
        before=tuple(f"{each.level} {each.label} {each.approver} {each.status} {each.comment}" for each in below),
        moving=moving,
    )


def digest_of(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


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
    card.state = json.dumps({KEPT: [*kept, (card.handle, asdict(now))][-MOST:]}, ensure_ascii=False)
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
