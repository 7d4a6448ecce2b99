"""Interactive cards as DingTalk keeps them: public data, private data per person, and what one clicker was answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.clock import Clock
from sandbox.dingtalk.template import Face, Template
from sandbox.faults import silent

Data = dict[str, str]


@dataclass
class Overlay:
    """Public data of a callback's response: the clicker alone sees it, until the same keys are updated for all."""

    full: bool
    values: Data


@dataclass
class Card:
    """One card; `spaces` tells per space type whether forwarding is allowed, `viewers` when each person got it."""

    id: str
    template: Template
    callback_type: str
    route_key: str
    user_id_type: int
    public: Data
    private: dict[str, Data]
    spaces: dict[str, bool]
    updated_at: datetime
    overlays: dict[str, Overlay] = field(default_factory=dict)
    carriers: dict[tuple[str, str], str] = field(default_factory=dict)
    viewers: dict[str, datetime] = field(default_factory=dict)
    touched: dict[str, datetime] = field(default_factory=dict)

    def view(self, person: str) -> Data:
        """Compute what one person sees: private over answered over public."""
        overlay = self.overlays.get(person)
        base = {} if overlay is not None and overlay.full else self.public
        answered = overlay.values if overlay is not None else {}
        return {**base, **answered, **self.private.get(person, {})}

    def face(self, person: str) -> Face:
        """Render this card for one person."""
        return self.template.face(self.view(person))

    def shown(self, person: str) -> dict[str, Any]:
        """Show this card as the control API does."""
        face = self.face(person)
        updated = max(self.updated_at, self.touched.get(person, self.updated_at))
        buttons = [
            {"key": one.key, "text": one.text, "enabled": one.enabled, "danger": one.danger} for one in face.buttons
        ]
        return {
            "id": self.id,
            "kind": self.template.kind,
            "title": face.title,
            "status": face.status,
            "lines": face.lines,
            "inputs": [one.shown() for one in face.fields if not one.hidden],
            "buttons": buttons,
            "delivered_at": self.viewers[person].isoformat(timespec="milliseconds"),
            "updated_at": updated.isoformat(timespec="milliseconds"),
        }


class Cards:
    """Hold every card and the templates this app may use."""

    def __init__(self, clock: Clock, templates: Mapping[str, Template]) -> None:
        self._clock = clock
        self.templates = templates
        self._cards: dict[str, Card] = {}

    def get(self, card_id: str) -> Card | None:
        """Find a card by outTrackId."""
        return self._cards.get(card_id)

    def keep(self, card: Card) -> None:
        """Store a new card."""
        self._cards[card.id] = card

    def update(self, card: Card, public: Data | None, private: Mapping[str, Data], *, by_key: bool,
               private_by_key: bool) -> None:  # fmt: skip
        """Change a card for everybody; without the by-key option a data set is overwritten whole."""
        if silent.get():
            return
        if public is not None:
            card.public = card.public | public if by_key else dict(public)
            _uncover(card, set(public), by_key)
        for person, data in private.items():
            card.private[person] = card.private.get(person, {}) | data if private_by_key else dict(data)
        card.updated_at = self._clock.now()

    def answer(self, card: Card, person: str, public: Data | None, private: Data | None, *, by_key: bool,
               private_by_key: bool) -> None:  # fmt: skip
        """Apply a callback's response: public data for the clicker only, private data for the clicker."""
        if public is not None:
            before = card.overlays.get(person, Overlay(False, {})) if by_key else Overlay(True, {})
            card.overlays[person] = Overlay(before.full, before.values | public)
        if private is not None:
            card.private[person] = card.private.get(person, {}) | private if private_by_key else dict(private)
        if public is not None or private is not None:
            card.touched[person] = self._clock.now()


def _uncover(card: Card, keys: set[str], by_key: bool) -> None:
    if not by_key:
        card.overlays.clear()
        return
    for overlay in card.overlays.values():
        overlay.values = {name: value for name, value in overlay.values.items() if name not in keys}
        if overlay.full:
            overlay.values |= {name: card.public[name] for name in keys}
