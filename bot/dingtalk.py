"""What arrives over DingTalk's Stream connection → Incoming → the inbox → what is acknowledged."""

import hashlib
from dataclasses import replace

import structlog

from bot.clock import Clock
from bot.directory import ask, dingtalk_asks
from bot.inbox import Inbox
from cards.buttons import read_press
from cards.card import Line
from cards.dingtalk import card_params
from cards.drawing import draw
from handlers.receiving import Received
from handlers.routing import File, Incoming, ReplyAddress
from models import Platform
from models.store import Store
from platforms.dingtalk.dispatch import Delivery, Kind
from platforms.dingtalk.messages import CardClick, Event, RobotMessage, card_response

log = structlog.get_logger(__name__)


def digest(raw: str) -> str:
    """Return what the audit record keeps of a raw message."""
    return hashlib.sha256(raw.encode()).hexdigest()


class DingTalkDoor:
    """Implements the Stream client's handler."""

    def __init__(self, inbox: Inbox, corp_id: str, store: Store, clock: Clock) -> None:
        self._inbox = inbox
        self._store = store
        self._clock = clock
        self._corp_id = corp_id
        self.counters = {"malformed": 0, "foreign": 0, "over_quota": 0}

    async def robot_message(self, message: RobotMessage, delivery: Delivery) -> None:
        """Take what somebody typed or sent; returning is the acknowledgement."""
        if message.over_quota:
            self.counters["over_quota"] += 1
            log.error("dingtalk quota is used up: messages arrive without text")
            return
        if message.sender_staff_id is None or message.corp_id != self._corp_id:
            self.counters["foreign"] += 1
            log.warning("message from outside the organisation", message=message.msg_id)
            return
        for incoming in _incoming(message, digest(delivery.raw)):
            await self._inbox.take(incoming)

    async def card_click(self, click: CardClick, delivery: Delivery) -> dict[str, object]:
        """Decide a click and answer with the card as it is now; a click has two seconds."""
        press = read_press(click.action)
        if press is None or click.corp_id != self._corp_id:
            self.counters["foreign"] += 1
            return {}
        incoming = Incoming(
            Platform.DINGTALK,
            f"dingtalk:click:{delivery.message_id}",
            "press",
            click.user_id,
            press=press,
            card_id=click.out_track_id,
            form={name: _text(value) for name, value in click.form.items()},
            source=digest(delivery.raw),
        )
        return _response(await self._inbox.take(incoming))

    async def event(self, event: Event, delivery: Delivery) -> bool:
        """Take an event. One about the directory has what it names read anew; what it says is not believed."""
        log.info("dingtalk event", kind=event.kind, id=event.event_id)
        if event.corp_id != self._corp_id:
            self.counters["foreign"] += 1
            return True
        asked = dingtalk_asks(event.kind, event.data)
        if asked is not None:
            key = f"directory:dingtalk:{event.event_id}"
            now = self._clock.now()
            await self._store.transact(lambda: ask(now, Platform.DINGTALK, asked, key))
        return True

    async def malformed(self, kind: Kind, raw: str, reason: str) -> None:
        """Count what could not be read; what it was stands in the log by its digest."""
        self.counters["malformed"] += 1
        log.warning("malformed frame", kind=kind, reason=reason, digest=digest(raw))


def _incoming(message: RobotMessage, source: str) -> list[Incoming]:
    """Return what one message holds: words, files, or both."""
    text = Incoming(
        Platform.DINGTALK,
        f"dingtalk:{message.msg_id}",
        _kind(message),
        message.sender_staff_id or "",
        text=message.text,
        in_group=message.in_group,
        source=source,
        reply_to=ReplyAddress(message.session_webhook, message.webhook_expires_ms),
    )
    files = tuple(File(each.download_code, each.name or "证明图片") for each in message.files if each.kind != "audio")
    found = [text] if message.text or not files else []
    if files:
        reply_to = None if found else text.reply_to  # the group is answered once
        found.append(replace(text, key=f"{text.key}:files", kind="file", text="", files=files, reply_to=reply_to))
    return found


def _kind(message: RobotMessage) -> str:
    """Name what has no words: a voice message that was not recognised, or something else."""
    if message.text or message.kind == "text":
        return "text"
    return "voice" if any(each.kind == "audio" for each in message.files) else "other"


def _text(value: str | bool | list[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, list) else value


def _response(received: Received) -> dict[str, object]:
    """Return the callback response: the card for who pressed; a refusal's sentence stands below what is true.

    An answer has no words of its own to pop up (dingtalk.md §5.6), and where the matter stands is never written over.
    """
    view = received.answer.view
    if view is None:
        return {}
    drawn = draw(view)
    if received.answer.sentence:
        drawn = replace(drawn, lines=(*drawn.lines, Line("", received.answer.sentence)))
    return card_response(card_params(drawn))
