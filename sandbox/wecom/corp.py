"""One corp with one self-built app and one customer-service account: everything the calls of the app act on."""

import itertools
import secrets
from collections import deque
from dataclasses import dataclass, field

from lxml import etree

from sandbox.phones import Message
from sandbox.text import links_in
from sandbox.wecom.cards import CardTable
from sandbox.wecom.cipher import Cipher
from sandbox.wecom.directory import MEMBERS
from sandbox.wecom.door import Door, Fields
from sandbox.wecom.kf_account import KfAccount
from sandbox.wecom.media import MediaStore
from sandbox.wecom.tokens import Tokens
from sandbox.wecom.wording import cut, without_anchors
from sandbox.wecom.xml import card_of
from sandbox.world import World

PER_MINUTE, PER_HOUR = 30, 1000
TEXT_BYTES = 2048


@dataclass
class SentMessage:
    """An app message that lies on phones, for its recall."""

    at: float
    rows: list[Message]
    card: str = ""


class Corp:
    """Hold the state; `passive_card_reply` is honour or ignore: may a passive reply change a card (wecom.md §4.7)."""

    def __init__(self, world: World) -> None:
        config, now = world.config.wecom, world.clock.timestamp
        self.world = world
        self.tokens = Tokens(config.corp_id, config.secret, now)
        self.media = MediaStore(now)
        self.cards = CardTable(now)
        self.door = Door(world, Cipher(config.token, config.encoding_aes_key, config.corp_id), self._honour)
        self.kf = KfAccount(world, self.door, self.media)
        self.pace = Pace()
        self.sent: dict[str, SentMessage] = {}
        self.repeats: dict[str, tuple[float, str]] = {}
        self.passive_card_reply = "ignore"
        self._msgids = itertools.count(7 * 10**18 + secrets.randbits(60))

    def now(self) -> float:
        """Tell business time in seconds."""
        return self.world.clock.timestamp()

    def common_fields(self, person: str) -> dict[str, object]:
        """Begin a callback that comes from a member."""
        config = self.world.config.wecom
        moment = int(self.now())
        return {"ToUserName": config.corp_id, "FromUserName": person, "CreateTime": moment}

    def push_message(self, person: str, kind: str, content: Fields) -> None:
        """Tell the app in the background what a member wrote."""
        tail = {"MsgId": next(self._msgids), "AgentID": self.world.config.wecom.agent_id}
        fields = self.common_fields(person) | {"MsgType": kind} | dict(content) | tail
        self.world.spawn(self.door.deliver("message", fields))

    def event(self, person: str, name: str, content: Fields) -> dict[str, object]:
        """Build an event of a member; it has no MsgId."""
        head = self.common_fields(person) | {"MsgType": "event", "Event": name}
        return head | dict(content) | {"AgentID": self.world.config.wecom.agent_id}

    async def tell_departure(self, person: str) -> None:
        """Push the event of a member who was removed (O:90970); it comes from `sys`."""
        if person not in {each.id for each in MEMBERS.values()}:
            return
        fields = self.event("sys", "change_contact", {"ChangeType": "delete_user", "UserID": person})
        self.world.spawn(self.door.deliver("event", fields))

    def _honour(self, fields: Fields, reply: etree._Element) -> None:
        person, kind = str(fields.get("FromUserName", "")), reply.findtext("MsgType")
        if kind == "text" and fields.get("Event") != "template_card_event":
            text = cut(reply.findtext("Content") or "", TEXT_BYTES)
            shown, links = without_anchors(text), links_in(text)
            self.world.phones.add(person, app="wecom", sender="bot", kind="text", text=shown, links=links)
        elif self.passive_card_reply == "honour" and fields.get("TaskId"):
            self._honour_card(person, str(fields["TaskId"]), reply)

    def _honour_card(self, person: str, task_id: str, reply: etree._Element) -> None:
        sent, whole = self.cards.find(f"wc-{task_id}"), reply.find("TemplateCard")
        if sent is None or person not in sent.views:
            return
        card = None if whole is None else card_of(whole)
        sent.change([person], card, reply.findtext("Button/ReplaceName") or "", self.world.clock.now())


@dataclass
class Pace:
    """How often one member is written to; what is too much is dropped without an error (O:90236)."""

    _times: dict[str, deque[float]] = field(default_factory=dict)

    def allows(self, person: str, now: float) -> bool:
        """Count one message, unless it is the 31st in a minute or the 1001st in an hour."""
        times = self._times.setdefault(person, deque(maxlen=PER_HOUR))
        recent = sum(1 for at in times if now - at < 60)
        full = len(times) == PER_HOUR and now - times[0] < 3600
        if recent >= PER_MINUTE or full:
            return False
        times.append(now)
        return True
