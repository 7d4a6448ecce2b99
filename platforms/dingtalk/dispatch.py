"""One frame to one handler call to one acknowledgement."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from dingtalk_stream import AckMessage, CallbackHandler, ChatbotMessage

from platforms.dingtalk.frames import Frame, Malformed, write_ack
from platforms.dingtalk.messages import CardClick, Event, RobotMessage, card_click, event, robot_message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROBOT_TOPIC: str = ChatbotMessage.TOPIC
CARD_TOPIC: str = CallbackHandler.TOPIC_CARD_CALLBACK

Kind = Literal["robot_message", "card_click", "event"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """This one push; a repeated delivery has another `message_id` and the same `raw`."""

    message_id: str
    connection_id: str
    raw: str = field(repr=False)


class Handler(Protocol):
    """What the program does with what arrives; each call returns when its result is durable."""

    async def robot_message(self, message: RobotMessage, delivery: Delivery) -> None:
        """Take a message; an exception leaves it unacknowledged, so that it is delivered again."""

    async def card_click(self, click: CardClick, delivery: Delivery) -> dict[str, object]:
        """Decide a click and return the callback response, within two seconds."""

    async def event(self, event: Event, delivery: Delivery) -> bool:
        """Take an event; False asks for it again later."""

    async def malformed(self, kind: Kind, raw: str, reason: str) -> None:
        """Keep what could not be read."""


class Acknowledgement:
    """The single answer to a frame, on the socket it came from; a second one is dropped."""

    def __init__(self, send: Callable[[str], Awaitable[None]], message_id: str) -> None:
        self._send = send
        self._message_id = message_id
        self.sent = False

    async def send(self, data: dict[str, object], *, code: int = AckMessage.STATUS_OK, message: str = "OK") -> None:
        """Send the answer unless one has gone."""
        if not self.sent:
            self.sent = True
            await self._send(write_ack(self._message_id, data, code=code, message=message))


class Dispatcher:
    """Hand frames to the handler.

    A failing handler leaves a robot message unacknowledged, answers a click with 500 and an event with LATER. A
    click that takes longer than `click_deadline` seconds is answered as "nothing changes": the platform drops later
    answers, and the card is updated by call once the decision stands.
    """

    def __init__(self, handler: Handler, counters: Counter[str], click_deadline: float) -> None:
        self._handler = handler
        self._counters = counters
        self._click_deadline = click_deadline

    async def handle(self, frame: Frame, acknowledgement: Acknowledgement) -> None:
        """Handle one EVENT or CALLBACK frame to its end."""
        delivery = Delivery(frame.message_id, str(frame.headers.get("connectionId", "")), frame.data)
        if frame.kind == "EVENT":
            await self._event(frame, delivery, acknowledgement)
        elif frame.topic == ROBOT_TOPIC:
            await self._robot_message(frame, delivery, acknowledgement)
        elif frame.topic == CARD_TOPIC:
            await self._card_click(frame, delivery, acknowledgement)
        else:
            self._counters["unknown_topics"] += 1
            await acknowledgement.send({}, code=AckMessage.STATUS_NOT_IMPLEMENT, message="topic not supported")

    async def _robot_message(self, frame: Frame, delivery: Delivery, acknowledgement: Acknowledgement) -> None:
        try:
            await self._take_message(frame, delivery)
        except Exception:
            self._failed("robot_message", frame)
        else:
            await acknowledgement.send({"response": None})

    async def _take_message(self, frame: Frame, delivery: Delivery) -> None:
        try:
            message = robot_message(frame.data)
        except Malformed as error:
            await self._malformed("robot_message", frame, error)
        else:
            await self._handler.robot_message(message, delivery)

    async def _event(self, frame: Frame, delivery: Delivery, acknowledgement: Acknowledgement) -> None:
        try:
            taken = await self._take_event(frame, delivery)
        except Exception:
            self._failed("event", frame)
            taken = False
        status = {"status": "SUCCESS", "message": "ok"} if taken else {"status": "LATER", "message": "not taken"}
        await acknowledgement.send({**status})

    async def _take_event(self, frame: Frame, delivery: Delivery) -> bool:
        try:
            happened = event(frame)
        except Malformed as error:
            await self._malformed("event", frame, error)
            return True
        return await self._handler.event(happened, delivery)

    async def _card_click(self, frame: Frame, delivery: Delivery, acknowledgement: Acknowledgement) -> None:
        try:
            click = card_click(frame.data)
        except Malformed as error:
            await acknowledgement.send({}, code=AckMessage.STATUS_BAD_REQUEST, message="malformed")
            await self._keep_malformed_click(frame, error)
            return
        try:
            async with self._in_time(acknowledgement):
                response = await self._handler.card_click(click, delivery)
        except Exception:
            self._failed("card_click", frame)
            await acknowledgement.send({}, code=AckMessage.STATUS_SYSTEM_EXCEPTION, message=frame.message_id)
        else:
            await acknowledgement.send({"response": response})

    @asynccontextmanager
    async def _in_time(self, acknowledgement: Acknowledgement) -> "AsyncIterator[None]":
        waiting = asyncio.create_task(self._answer_late(acknowledgement))
        try:
            yield
        finally:
            waiting.cancel()

    async def _answer_late(self, acknowledgement: Acknowledgement) -> None:
        await asyncio.sleep(self._click_deadline)
        self._counters["late_clicks"] += 1
        await acknowledgement.send({"response": {}})

    async def _keep_malformed_click(self, frame: Frame, error: Malformed) -> None:
        try:
            await self._malformed("card_click", frame, error)
        except Exception:
            self._failed("card_click", frame)

    async def _malformed(self, kind: Kind, frame: Frame, error: Malformed) -> None:
        self._counters["malformed"] += 1
        log.warning("%s not readable: %s, reference %s", kind, error.reason, frame.message_id)
        await self._handler.malformed(kind, frame.data, error.reason)

    def _failed(self, kind: Kind, frame: Frame) -> None:
        self._counters["handler_errors"] += 1
        log.exception("%s not handled, reference %s", kind, frame.message_id)
