"""What is on each person's screen: one numbered list per phone, whatever app it came through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import SandboxError
from sandbox.faults import silent
from sandbox.people import PEOPLE, person_with_id

CardView = Callable[[str, str, str], dict[str, Any] | None]


@dataclass
class Message:
    """One thing on a screen; `seq` rises per phone and never changes, 0 means it never arrived."""

    seq: int
    at: datetime
    app: str
    sender: str
    kind: str
    text: str
    links: tuple[str, ...]
    card: str | None
    menu: dict[str, Any] | None
    ics: str | None
    group: str | None
    read_at: datetime | None = None
    recalled: bool = False


class Phones:
    """Keep every screen; cards are rendered when they are looked at, as that person sees them then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._screens: dict[str, list[Message]] = {person.id: [] for person in PEOPLE}

    def add(
        self,
        person: str,
        *,
        app: str,
        sender: str,
        kind: str,
        text: str = "",
        links: Sequence[str] = (),
        card: str | None = None,
        menu: dict[str, Any] | None = None,
        ics: str | None = None,
        at: datetime | None = None,
        group: str | None = None,
    ) -> Message:
        """Put a message on a person's screen; under a `silent` fault it is made but never arrives."""
        screen = self._screen(person)
        muted = silent.get() and sender != "me"
        moment = at or self._clock.now()
        seq = 0 if muted else len(screen) + 1
        message = Message(seq, moment, app, sender, kind, text, tuple(links), card, menu, ics, group)
        if not muted:
            screen.append(message)
        return message

    def screen(self, person: str, after: int, card_view: CardView, *, peek: bool = False) -> list[dict[str, Any]]:
        """Show a screen, oldest first; whoever looks has read what the bot sent, unless it is only a peek."""
        rows = [message for message in self._screen(person) if message.seq > after and not message.recalled]
        for message in rows if not peek else ():
            message.read_at = message.read_at or self._clock.now()
        return [_row(message, card_view(message.app, person, message.card or "")) for message in rows]

    def message(self, person: str, seq: int) -> Message:
        """Find one message on a person's screen."""
        for message in self._screen(person):
            if message.seq == seq and not message.recalled:
                return message
        raise SandboxError(404, f"no message {seq} on the phone of {person}", "read /sandbox/phones/{id}/screen")

    def app_of_card(self, card: str) -> str | None:
        """Tell which app a card was shown in, on any phone."""
        messages = (message for screen in self._screens.values() for message in screen)
        return next((message.app for message in messages if message.card == card), None)

    def app_of_menu(self, person: str, menu: str) -> str | None:
        """Tell which app a menu on this phone was shown in."""
        menus = (message for message in self._screen(person) if message.menu is not None)
        return next((message.app for message in menus if message.menu and message.menu["id"] == menu), None)

    def has_card(self, person: str, card: str) -> bool:
        """Tell whether a card is on this person's screen."""
        return any(message.card == card and not message.recalled for message in self._screen(person))

    def _screen(self, person: str) -> list[Message]:
        if person_with_id(person) is None:
            raise SandboxError(404, f"no phone {person}", "GET /sandbox/phones lists them")
        return self._screens[person]


def _row(message: Message, card: dict[str, Any] | None) -> dict[str, Any]:
    text = _card_text(card) if card else message.text
    return {
        "seq": message.seq,
        "at": message.at.isoformat(timespec="milliseconds"),
        "app": message.app,
        "from": message.sender,
        "kind": message.kind,
        "text": text,
        "links": list(message.links),
        "card": card,
        "menu": message.menu,
        "ics": message.ics,
        "group": message.group,
    }


def _card_text(card: dict[str, Any]) -> str:
    return "\n".join(line for line in (card["title"], card["status"], *card["lines"]) if line)
