"""What a member does in WeCom: write, send a file, press a button of a card, hand a card on."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sandbox.errors import SandboxError
from sandbox.wecom.card_view import Card, buttons, inputs, menu_actions
from sandbox.wecom.cards import SentCard, View
from sandbox.wecom.corp import Corp
from sandbox.wecom.directory import member
from sandbox.wecom.errors import WecomError

FIRST_ANSWER_S = 6


class MemberPhone:
    """The WeCom app on the members' phones."""

    def __init__(self, corp: Corp) -> None:
        self.corp = corp
        self._inside: set[str] = set()

    async def say(self, person: str, text: str, *, group: str | None, voice: bool) -> int:
        """Write to the app; a voice message has no recognition here, only a media id (O:90239)."""
        if group:
            raise SandboxError(409, "the app is in no WeCom group", "leave out the group")
        self._open(person)
        row = self.corp.world.phones.add(person, app="wecom", sender="me", kind="text", text=text)
        if voice:
            medium = self.corp.media.add("voice", "voice.amr", "audio/amr", f"#!AMR\n{text}".encode())
            self.corp.push_message(person, "voice", {"MediaId": medium.media_id, "Format": "amr"})
        else:
            self.corp.push_message(person, "text", {"Content": text})
        return row.seq

    async def send_file(self, person: str, name: str, data: bytes, content_type: str) -> int:
        """Send a picture or a file to the app."""
        self._open(person)
        kind = "image" if content_type in ("image/jpeg", "image/png") else "file"
        try:
            medium = self.corp.media.add(kind, name, content_type, data)
        except WecomError as error:
            raise SandboxError(413, error.text, "WeCom takes 6 bytes to 20 MB") from error
        row = self.corp.world.phones.add(person, app="wecom", sender="me", kind="file", text=name)
        picture = {"PicUrl": f"{self.corp.world.base_url}/wecom/pic/{medium.media_id}", "MediaId": medium.media_id}
        plain = {"MediaId": medium.media_id, "FileName": name, "FileSize": len(data)}
        self.corp.push_message(person, kind, picture if kind == "image" else plain)
        return row.seq

    async def tap(self, person: str, card: str, button: str, inputs: dict[str, object], *, force: bool) -> str | None:
        """Press a button; WeCom shows no toast. The card stays as it is until the app updates it."""
        sent = self.corp.cards.find(card)
        if sent is None:
            raise SandboxError(404, f"no card {card}", "read the person's screen")
        view = _view(sent, person, force)
        if not force and not _may_press(view, button):
            raise SandboxError(409, f"button {button} is not on this card now", "read the screen, or use force")
        self._open(person)
        fields = self.corp.event(person, *self._click(sent, view, button, inputs))
        delivery = self.corp.world.spawn(self.corp.door.deliver("template_card_event", fields))
        await asyncio.wait({delivery}, timeout=FIRST_ANSWER_S)
        return None

    async def choose(self, person: str, menu: str, item: str) -> None:
        """Refuse: menu messages are WeChat's."""
        raise SandboxError(409, "WeCom has no menu messages", "tap a card")

    def card(self, person: str, card: str) -> dict[str, Any] | None:
        """Show a card as this person sees it now."""
        return self.corp.cards.shown(card, person)

    async def forward(self, card: str, sender: str, receiver: str) -> None:
        """Refuse: a template card cannot be forwarded to another chat."""
        raise SandboxError(409, "the bot did not allow this card to be forwarded", "WeCom cards stay where they are")

    def _open(self, person: str) -> None:
        """Let the person open the app; the first time the app hears of it."""
        if member(person) is None:
            raise SandboxError(409, f"{person} is no member of the corp", "use an app this person has")
        if person not in self._inside:
            self._inside.add(person)
            fields = self.corp.event(person, "enter_agent", {"EventKey": ""})
            self.corp.world.spawn(self.corp.door.deliver("event", fields))

    def _click(
        self, sent: SentCard, view: View, button: str, chosen: Mapping[str, object]
    ) -> tuple[str, dict[str, object]]:
        """Build the event of a click: its name and its fields."""
        fields: dict[str, object] = {"EventKey": button, "TaskId": sent.task_id}
        fields |= {"CardType": view.card["card_type"], "ResponseCode": self.corp.cards.issue_code(sent)}
        if any(action["key"] == button for action in menu_actions(view.card)):
            return "template_card_menu_event", fields
        items = [_selected_item(selector, chosen) for selector in inputs(view.card)]
        return "template_card_event", fields | ({"SelectedItems": {"SelectedItem": items}} if items else {})


def _view(sent: SentCard, person: str, force: bool) -> View:
    view = sent.views.get(person)
    if view is None and force:
        view = next(iter(sent.views.values()), None)
    if view is None:
        raise SandboxError(409, f"the card is not on the phone of {person}", "tap it where it is, or use force")
    return view


def _may_press(view: View, button: str) -> bool:
    dead = bool(view.replaced or view.card.get("replace_text"))
    return not dead and button in [shown["key"] for shown in buttons(view.card)]


def _selected_item(selector: Card, chosen: Mapping[str, object]) -> dict[str, object]:
    value = chosen.get(str(selector["name"]), selector["value"])
    ids = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return {"QuestionKey": selector["name"], "OptionIds": {"OptionId": ids}}
