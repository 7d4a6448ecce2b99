"""Cards that lie on phones: who has which, how it looks to each, and the one-time codes that update it."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.wecom import card_view
from sandbox.wecom.errors import WecomError

CODE_LIFETIME_S = 72 * 3600


@dataclass
class View:
    """One card as one person sees it now."""

    card: Mapping[str, object]
    delivered_at: datetime
    updated_at: datetime
    replaced: str = ""


@dataclass
class SentCard:
    """A card that was sent: its task, and a view for each receiver by person id."""

    id: str
    task_id: str
    views: dict[str, View]

    def change(self, people: Iterable[str], card: Mapping[str, object] | None, replaced: str, at: datetime) -> None:
        """Show another card, or a grey button instead of the buttons, to some of the receivers."""
        for person in people:
            view = self.views[person]
            view.card, view.replaced, view.updated_at = card or view.card, replaced, at


@dataclass
class Code:
    """A response_code: good for one update within 72 hours of the business clock."""

    sent: SentCard
    at: float
    used: bool = False


@dataclass
class CardTable:
    """All cards of the app, their tasks and codes."""

    now: Callable[[], float]
    _cards: dict[str, SentCard] = field(default_factory=dict)
    _codes: dict[str, Code] = field(default_factory=dict)
    _tasks: set[str] = field(default_factory=set)

    def claim_task(self, task_id: str) -> None:
        """Take a task_id for good; a second use is refused (its number is not documented, 42014 is likely)."""
        if task_id and task_id in self._tasks:
            raise WecomError(42014, "task_id repeated")
        self._tasks.add(task_id)

    def add(self, card: Mapping[str, object], people: Iterable[str], msgid: str, at: datetime) -> SentCard:
        """Lay a card before its receivers."""
        task_id = str(card.get("task_id") or "")
        views = {person: View(card, at, at) for person in people}
        sent = SentCard(f"wc-{task_id or msgid}", task_id, views)
        self._cards[sent.id] = sent
        return sent

    def find(self, card_id: str) -> SentCard | None:
        """Return a card by its id on the phones."""
        return self._cards.get(card_id)

    def withdraw(self, card_id: str) -> None:
        """Take a recalled card from every phone."""
        self._cards.pop(card_id, None)

    def issue_code(self, sent: SentCard) -> str:
        """Give out a response_code for a card, at sending or at a click."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = Code(sent, self.now())
        return code

    def code(self, code: object) -> Code:
        """Return a code that can still be used, else raise 60140."""
        found = self._codes.get(str(code))
        if found is None or found.used or self.now() - found.at > CODE_LIFETIME_S:
            raise WecomError(60140)
        return found

    def shown(self, card_id: str, person: str) -> dict[str, object] | None:
        """Show a card as this person sees it, or None when it is not on that phone."""
        sent = self._cards.get(card_id)
        view = sent.views.get(person) if sent else None
        if view is None:
            return None
        moments = {"delivered_at": view.delivered_at.isoformat(), "updated_at": view.updated_at.isoformat()}
        return {"id": card_id, **card_view.shown_card(view.card, view.replaced), **moments}
