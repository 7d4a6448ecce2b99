"""看到的内容: what one drawing of an approver's card says, as plain values; they decide on that and nothing else."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self

from models import BookingStatus
from workflow.canonical import canonical, stamp
from workflow.card_views import CardView


@dataclass(frozen=True)
class Showing:
    """What one drawing of a card says, as lists of plain values.

    `evidence` holds the SHA-256 of each stored ciphertext, `before` the answers given at lower levels, `moving` the
    labels of lines that change by themselves and void nothing: the countdown, where the chain is, who else is seen.
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
    below = [each for each in request.steps if each.level < (step.beside_from or step.level)]
    return Showing(
        revision=request.revision,
        level=step.level,
        levels=max(request.levels, step.level),
        policy=view.policy_digest,
        starts=stamp(booking.starts_at),
        when=booking.when,
        booking=str(booking.status),
        word=stamp(view.wish_at) if view.wish_at else "",
        notify=request.notify,
        keep=request.keep,
        title=title,
        lines=lines,
        evidence=request.evidence_digests,
        before=tuple(f"{each.level} {each.label} {each.who} {each.status} {each.comment}" for each in below),
        moving=moving,
    )


def digest_of(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
