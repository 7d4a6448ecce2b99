"""DingTalk as a person uses it: typing, speaking, sending files, pressing buttons, forwarding cards."""

from collections.abc import Mapping
from typing import Any

from sandbox.dingtalk.cards import Card
from sandbox.dingtalk.chats import single_chat
from sandbox.dingtalk.clicks import click_card
from sandbox.dingtalk.directory import member
from sandbox.dingtalk.form import filled
from sandbox.dingtalk.frames import ROBOT_TOPIC, Push
from sandbox.dingtalk.hub import Hub
from sandbox.dingtalk.inbound import OVER_QUOTA, envelope
from sandbox.errors import SandboxError
from sandbox.people import Group, Person, group_named

Content = Mapping[str, Any]


class DingTalkPhone:
    """The DingTalk app on everybody's phone."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def say(self, person: str, text: str, *, group: str | None, voice: bool) -> int:
        """Type to the robot, or speak in a single chat; in a group the robot is mentioned."""
        sender, room = _sender(person), _room(person, group)
        if voice and room is not None:
            raise SandboxError(409, "nobody can speak to the robot in a group", "leave out group or as")
        if voice:
            seq = self._own(sender, None, f"[语音] {text}")
            self._push(sender, None, self._spoken(text))
            return seq
        seq = self._own(sender, room, f"@守约 {text}" if room else text)
        content = f" {text}" if room else text
        self._push(sender, room, {"text": {"content": content}, "msgtype": "text"})
        return seq

    async def send_file(self, person: str, name: str, data: bytes, content_type: str) -> int:
        """Send a picture or a file in the single chat."""
        sender = _sender(person)
        code = self._hub.files.keep(name, content_type, data)
        seq = self._own(sender, None, name, kind="file")
        if content_type.startswith("image/"):
            content = {"downloadCode": code, "pictureDownloadCode": code}
            self._push(sender, None, {"content": content, "msgtype": "picture"})
        else:
            content = {"downloadCode": code, "fileName": name, "fileId": "182500001", "spaceId": "2500001"}
            self._push(sender, None, {"content": content, "msgtype": "file"})
        return seq

    def send_rich(self, person: str, parts: list[Any], group: str | None) -> int:
        """Send text and pictures in one message; a part is {"text"} or {"picture": text of the file}."""
        sender, room = _sender(person), _room(person, group)
        text = "".join(str(part.get("text", "[图片]")) for part in parts)
        seq = self._own(sender, room, text)
        rich = [self._rich_part(part) for part in parts]
        self._push(sender, room, {"content": {"richText": rich}, "msgtype": "richText"})
        return seq

    async def tap(self, person: str, card: str, button: str, inputs: dict[str, object], *, force: bool) -> str | None:
        """Press a button; forced, the click is sent even where this person's card does not show it."""
        _sender(person)
        known = self._card(card)
        face = known.face(person)
        seen = face.buttons if self._hub.world.phones.has_card(person, card) and person in known.viewers else []
        chosen = next((one for one in seen if one.key == button and one.enabled), None)
        if chosen is None and not force:
            keys = " ".join(one.key for one in seen) or "none"
            raise SandboxError(409, f"no button {button} on the card of {person} now", f"buttons there: {keys}")
        params = chosen.params if chosen else known.template.params()
        view = known.view(person)
        form = filled(face.fields, inputs, force=force)
        forms = {name for name, kind in known.template.variables.items() if kind == "form"}
        values = {name: form if source in forms else view.get(source, "") for name, source in params.items()}
        return await click_card(self._hub, known, person, button, values)

    async def choose(self, person: str, menu: str, item: str) -> None:
        """Refuse: DingTalk has no menu messages."""
        raise SandboxError(409, "DingTalk has no menus", "menus come in WeChat")

    def card(self, person: str, card: str) -> dict[str, Any] | None:
        """Show a card as this person sees it now."""
        known = self._hub.cards.get(card)
        return known.shown(person) if known is not None and person in known.viewers else None

    async def forward(self, card: str, sender: str, receiver: str) -> None:
        """Hand a card on, if every place it was made for allows forwarding."""
        known = self._card(card)
        _sender(receiver)
        if sender not in known.viewers:
            raise SandboxError(409, f"{sender} does not have card {card}", "")
        if not known.spaces or not all(known.spaces.values()):
            raise SandboxError(409, f"card {card} may not be forwarded", "the bot did not allow it")
        if receiver not in known.viewers:
            known.viewers[receiver] = self._hub.world.clock.now()
            self._hub.world.phones.add(receiver, app="dingtalk", sender="system", kind="card", card=card)

    def _card(self, card: str) -> Card:
        known = self._hub.cards.get(card)
        if known is None:
            raise SandboxError(404, f"no card {card}", "read a phone's screen")
        return known

    def _own(self, person: Person, room: Group | None, text: str, kind: str = "text") -> int:
        phones, name = self._hub.world.phones, room.name if room else None
        own = phones.add(person.id, app="dingtalk", sender="me", kind=kind, text=text, group=name)
        for other in room.members if room else ():
            if other != person.id:
                phones.add(other, app="dingtalk", sender="system", kind=kind, text=f"{person.name}：{text}", group=name)
        return own.seq

    def _spoken(self, text: str) -> Content:
        code = self._hub.files.keep("voice.amr", "audio/amr", text.encode())
        content = {"duration": 600 + 250 * len(text), "downloadCode": code, "recognition": text}
        return {"content": content, "msgtype": "audio"}

    def _rich_part(self, part: Any) -> dict[str, Any]:
        if "picture" not in part:
            return {"text": str(part["text"])}
        code = self._hub.files.keep("picture.png", "image/png", str(part["picture"]).encode())
        return {"type": "picture", "downloadCode": code, "pictureDownloadCode": code}

    def _push(self, person: Person, room: Group | None, content: Content) -> None:
        hub = self._hub
        conversation = room.conversation_id if room else single_chat(person.id)
        webhook = hub.chats.webhook(conversation, room.members if room else (person.id,))
        said = content if hub.limits.stream() else {"msgtype": content["msgtype"], **OVER_QUOTA}
        now_ms, base = hub.world.clock.ms(), hub.world.base_url
        data = envelope(person, room, webhook, base, hub.config.corp_id, hub.config.robot_code, now_ms, said)
        push = Push("robot_message", "CALLBACK", ROBOT_TOPIC, data, hub.gateway.timing.redelivery_s)
        hub.world.spawn(hub.gateway.robot(push))


def _sender(person: str) -> Person:
    known = member(person)
    if known is None:
        raise SandboxError(409, f"{person} does not have DingTalk", "GET /sandbox/phones lists each phone's apps")
    return known


def _room(person: str, group: str | None) -> Group | None:
    if group is None:
        return None
    room = group_named(group)
    if room is None or person not in room.members:
        raise SandboxError(409, f"{person} is not in a group {group}", "the group is 招聘群")
    return room
