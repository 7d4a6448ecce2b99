"""Conversations with the robot: single chats and groups, their reply webhooks, and what was sent into them."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.dingtalk.messages import Shown
from sandbox.people import GROUPS, Group
from sandbox.phones import Message
from sandbox.world import World

WEBHOOK_LIFE_S = 90 * 60
RECALL_S = 24 * 3600


@dataclass
class Sent:
    """One send that can be asked about and taken back: a processQueryKey, and the message each receiver got."""

    key: str
    conversation_id: str | None
    messages: dict[str, Message]
    at: float
    recalled: bool = False


@dataclass(frozen=True)
class Webhook:
    """A reply address: for one conversation, for 90 minutes of business time."""

    session: str
    conversation_id: str
    people: tuple[str, ...]
    expires_ms: int


class Chats:
    """Know who reads what is said in a conversation."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._webhooks: dict[str, Webhook] = {}
        self._sent: dict[str, Sent] = {}

    def webhook(self, conversation_id: str, people: Sequence[str]) -> Webhook:
        """Open a reply address for a conversation."""
        expires = self._world.clock.ms() + WEBHOOK_LIFE_S * 1000
        webhook = Webhook(secrets.token_hex(16), conversation_id, tuple(people), expires)
        self._webhooks[webhook.session] = webhook
        return webhook

    def open_webhook(self, session: str) -> Webhook | None:
        """Find a reply address that is still good."""
        webhook = self._webhooks.get(session)
        return webhook if webhook is not None and self._world.clock.ms() < webhook.expires_ms else None

    def show(self, people: Sequence[str], message: Shown, group: str | None = None) -> dict[str, Message]:
        """Put a message of the robot on each person's screen."""
        add = self._world.phones.add
        return {
            person: add(person, app="dingtalk", sender="bot", kind=message.kind, text=message.text, links=message.links,
                        group=group)
            for person in people
        }  # fmt: skip

    def keep(self, messages: dict[str, Message], conversation_id: str | None = None, key: str | None = None) -> Sent:
        """Remember a send under its processQueryKey."""
        sent = Sent(key or query_key(), conversation_id, messages, self._world.clock.timestamp())
        self._sent[sent.key] = sent
        return sent

    def sent(self, key: str) -> Sent | None:
        """Find a send of the last 24 hours."""
        sent = self._sent.get(key)
        return sent if sent is not None and self._world.clock.timestamp() - sent.at < RECALL_S else None


def query_key() -> str:
    """Make a processQueryKey, whose base64 needs escaping in an address."""
    return base64.b64encode(b"\xfb\xff" + secrets.token_bytes(16)).decode()


def single_chat(person: str) -> str:
    """Give the conversation of one person with the robot."""
    digest = hashlib.sha256(f"single:{person}".encode()).digest()[:16]
    return f"cid{base64.b64encode(digest).decode()}"


def group_with_id(conversation_id: object) -> Group | None:
    """Find a DingTalk group by its conversation."""
    groups = (group for group in GROUPS if group.app == "dingtalk")
    return next((group for group in groups if group.conversation_id == conversation_id), None)
