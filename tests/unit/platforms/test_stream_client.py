"""The Stream connection against a gateway on loopback."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from platforms.dingtalk.account import DingTalkAccount
from platforms.dingtalk.messages import CardClick, Event, RobotMessage, card_response
from platforms.dingtalk.stream import Delivery, StreamClient, StreamOptions
from platforms.http import Http
from tests.unit.platforms.servers import FRAMES, Gateway

SECRET = "app-secret-0001"


@dataclass
class Desk:
    """A handler that keeps what it gets, and can be slow or fail."""

    messages: list[tuple[RobotMessage, Delivery]] = field(default_factory=list)
    clicks: list[CardClick] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    failure: Exception | None = None
    take_events: bool = True
    running: int = 0
    most: int = 0
    finished: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def robot_message(self, message: RobotMessage, delivery: Delivery) -> None:
        self.messages.append((message, delivery))
        await self._work()

    async def card_click(self, click: CardClick, delivery: Delivery) -> dict[str, object]:
        self.clicks.append(click)
        await self._work()
        return card_response({"status": "approved"}, {"isFinished": "true"})

    async def event(self, event: Event, delivery: Delivery) -> bool:
        self.events.append(event)
        await self._work()
        return self.take_events

    async def malformed(self, kind: str, raw: str, reason: str) -> None:
        self.unread.append((kind, reason))

    async def _work(self) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            if self.failure is not None:
                raise self.failure
        finally:
            self.running -= 1
        self.finished += 1


@asynccontextmanager
async def connected(
    gateway: Gateway, desk: Desk, options: StreamOptions | None = None, *, wait: bool = True
) -> AsyncIterator[StreamClient]:
    async def token() -> str:
        return "token"

    async with Http() as http:
        account = DingTalkAccount("dingsbx0a1b2c3d4e5", SECRET, "dingsbx0a1b2c3d4e5", "dingcorp", gateway.server.base)
        client = StreamClient(account, desk, http, access_token=token, options=options)
        task = asyncio.create_task(client.start())
        try:
            if wait:
                await gateway.until(lambda: bool(gateway.sockets))
                await soon(lambda: client.connected)
            yield client
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=5)


async def soon(ready: object, timeout: float = 5.0) -> None:
    assert callable(ready)
    async with asyncio.timeout(timeout):
        while not ready():  # noqa: ASYNC110 - the state has no event to wait on
            await asyncio.sleep(0.005)


def frame(name: str, message_id: str) -> str:
    found = json.loads(FRAMES[name]["frame"])
    found["headers"]["messageId"] = message_id
    return json.dumps(found)


async def test_the_connection_is_opened_as_the_platform_asks() -> None:
    async with Gateway() as gateway, connected(gateway, Desk()):
        (body,) = gateway.opens
    assert body["clientId"] == "dingsbx0a1b2c3d4e5"
    assert body["subscriptions"] == [
        {"type": "EVENT", "topic": "*"},
        {"type": "CALLBACK", "topic": "/v1.0/im/bot/messages/get"},
        {"type": "CALLBACK", "topic": "/v1.0/card/instances/callback"},
    ]
    assert gateway.open_headers[0]["Accept"] == "application/json"


async def test_an_endpoint_with_a_query_keeps_it() -> None:
    async with Gateway() as gateway:
        gateway.query_in_endpoint = True
        async with connected(gateway, Desk()) as client:
            assert client.connected


@pytest.mark.parametrize("name", ["robot_message", "robot_message_again", "card_click", "event", "over_quota", "ping"])
async def test_a_recorded_frame_gets_its_recorded_acknowledgement(name: str) -> None:
    async with Gateway() as gateway, connected(gateway, Desk()):
        await gateway.push(FRAMES[name]["frame"])
        assert await gateway.acked() == [(0, FRAMES[name]["ack"])]


async def test_a_message_delivered_again_has_another_delivery_and_the_same_id() -> None:
    desk = Desk()
    async with Gateway() as gateway, connected(gateway, desk):
        await gateway.push(FRAMES["robot_message"]["frame"])
        await gateway.push(FRAMES["robot_message_again"]["frame"])
        await gateway.acked(2)
    (first, delivery), (second, again) = desk.messages
    assert first == second
    assert delivery.message_id != again.message_id
    assert delivery.raw == again.raw


async def test_a_message_is_acknowledged_only_when_the_handler_is_done() -> None:
    desk = Desk()
    desk.gate.clear()
    async with Gateway() as gateway, connected(gateway, desk):
        await gateway.push(FRAMES["robot_message"]["frame"])
        await soon(lambda: desk.running)
        assert gateway.acks == []
        desk.gate.set()
        await gateway.acked()


async def test_a_failing_handler_leaves_a_message_unacknowledged(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(failure=RuntimeError("no database"))
    async with Gateway() as gateway, connected(gateway, desk) as client:
        await gateway.push(FRAMES["robot_message"]["frame"])
        await soon(lambda: client.counters.get("handler_errors"))
        await gateway.push(FRAMES["ping"]["frame"])
        assert await gateway.acked() == [(0, FRAMES["ping"]["ack"])]
    assert "212b9d7c_165f_19bfa1a500a_1461def" in caplog.text


async def test_a_failing_handler_answers_a_click_with_500_and_an_event_with_later() -> None:
    desk = Desk(failure=RuntimeError("no database"))
    async with Gateway() as gateway, connected(gateway, desk):
        await gateway.push(FRAMES["card_click"]["frame"])
        await gateway.acked()
        await gateway.push(FRAMES["event"]["frame"])
        click, event = (json.loads(text) for _, text in await gateway.acked(2))
    assert click["code"] == 500
    assert (event["code"], json.loads(event["data"])["status"]) == (200, "LATER")


async def test_an_event_that_is_not_taken_is_asked_for_again() -> None:
    async with Gateway() as gateway, connected(gateway, Desk(take_events=False)):
        await gateway.push(FRAMES["event"]["frame"])
        ((_, text),) = await gateway.acked()
    assert json.loads(json.loads(text)["data"])["status"] == "LATER"


async def test_a_slow_click_is_answered_in_time_and_still_decided_once() -> None:
    desk = Desk()
    desk.gate.clear()
    async with Gateway() as gateway, connected(gateway, desk, StreamOptions(click_deadline=0.1)) as client:
        await gateway.push(FRAMES["card_click"]["frame"])
        ((_, text),) = await gateway.acked()
        desk.gate.set()
        await soon(lambda: desk.finished)
        await gateway.push(FRAMES["ping"]["frame"])
        await gateway.until(lambda: (0, FRAMES["ping"]["ack"]) in gateway.acks)
        assert len(gateway.acks) == 2
    assert json.loads(text)["data"] == '{"response":{}}'
    assert client.counters["late_clicks"] == 1


async def test_what_cannot_be_read_is_kept_and_not_asked_for_again() -> None:
    desk = Desk()
    async with Gateway() as gateway, connected(gateway, desk):
        for number, name in enumerate(["robot_message", "card_click"]):
            found = json.loads(FRAMES[name]["frame"])
            await gateway.push(json.dumps({**found, "data": '{"msgId":1,"msgId":2}'}))
            await gateway.acked(number + 1)
        codes = [json.loads(text)["code"] for _, text in gateway.acks]
    assert codes == [200, 400]
    assert desk.unread == [("robot_message", "repeated key"), ("card_click", "repeated key")]


async def test_an_unknown_topic_is_answered_and_unknown_system_frames_are_harmless() -> None:
    async with Gateway() as gateway, connected(gateway, Desk()) as client:
        unknown = json.loads(FRAMES["robot_message"]["frame"])
        unknown["headers"]["topic"] = "/v1.0/graph/api/invoke"
        await gateway.push(json.dumps(unknown))
        await gateway.acked()
        await gateway.push('{"type":"SYSTEM","headers":{"topic":"CONNECTED"}}')
        await gateway.push('{"type":"SYSTEM","headers":{"topic":"KEEPALIVE","messageId":"k1"},"data":""}')
        first, second = (json.loads(text) for _, text in await gateway.acked(2))
        assert client.connected
    assert first["code"] == 404
    assert (second["code"], second["headers"]["messageId"]) == (200, "k1")


async def test_junk_frames_are_skipped_and_counted() -> None:
    junk = ["not json", "[]", '{"type":"CALLBACK"}', '{"type":"ODD","headers":{}}', "[" * 100_000, '{"a":NaN}', ""]
    async with Gateway() as gateway, connected(gateway, Desk()) as client:
        for each in junk:
            await gateway.push(each)
        await gateway.sockets[0].send_bytes(b"\x00\x01")
        await gateway.push(FRAMES["robot_message"]["frame"])
        assert await gateway.acked() == [(0, FRAMES["robot_message"]["ack"])]
        assert client.counters["junk"] == len(junk) + 1
        assert "reconnects" not in client.counters


async def test_a_frame_of_one_mebibyte_is_read_and_a_larger_one_does_not_close_the_socket() -> None:
    desk = Desk()
    found = json.loads(FRAMES["robot_message"]["frame"])
    inner = json.loads(found["data"])

    def sized(size: int) -> str:
        bare = json.dumps({**found, "data": json.dumps({**inner, "text": {"content": ""}})})
        filled = {**inner, "text": {"content": "x" * (size - len(bare))}}
        return json.dumps({**found, "data": json.dumps(filled)})

    async with Gateway() as gateway, connected(gateway, desk) as client:
        await gateway.push(sized((1 << 20) + 1))
        await gateway.push(sized(1 << 20))
        await gateway.acked()
        assert client.counters["junk"] == 1
        assert "reconnects" not in client.counters
    assert len(desk.messages) == 1


async def test_handlers_in_flight_are_bounded_and_none_is_lost() -> None:
    desk = Desk()
    desk.gate.clear()
    async with Gateway() as gateway, connected(gateway, desk):
        for number in range(500):
            await gateway.push(frame("robot_message", f"m{number}"))
        await soon(lambda: desk.running == 64)
        await asyncio.sleep(0.1)
        desk.gate.set()
        acks = await gateway.acked(500)
    assert desk.most == 64
    assert {json.loads(text)["headers"]["messageId"] for _, text in acks} == {f"m{n}" for n in range(500)}


async def test_a_click_does_not_queue_behind_slow_messages() -> None:
    desk = Desk()
    desk.gate.clear()
    async with Gateway() as gateway, connected(gateway, desk):
        for number in range(100):
            await gateway.push(frame("robot_message", f"m{number}"))
        await soon(lambda: desk.running == 64)
        await gateway.push(FRAMES["card_click"]["frame"])
        await soon(lambda: desk.clicks)
        desk.gate.set()
        await gateway.acked(101)


async def test_a_gateway_that_never_answers_does_not_freeze_the_loop() -> None:
    asked = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.sleep(5)
        return web.Response()

    async with Gateway() as gateway:
        gateway.before_open = silent
        options = StreamOptions(open_timeout=0.5)
        async with connected(gateway, Desk(), options, wait=False) as client:
            await asyncio.wait_for(asked.wait(), 2)
            worst, last = 0.0, time.monotonic()
            while not client.counters.get("opens_failed"):
                await asyncio.sleep(0.005)
                worst, last = max(worst, time.monotonic() - last), time.monotonic()
            assert worst < 0.2
            gateway.before_open = None
            await soon(lambda: client.connected)


async def test_a_gateway_that_closes_at_once_is_not_hammered() -> None:
    async def close(found: web.WebSocketResponse) -> None:
        await found.close()

    async with Gateway() as gateway:
        gateway.greet = close
        async with connected(gateway, Desk(), wait=False):
            await asyncio.sleep(2.0)
            assert 2 <= len(gateway.opens) <= 8


async def test_a_refused_secret_is_said_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.json_response({"requestid": "r", "code": "authFailed", "message": "鉴权失败"}, status=401)

    async with Gateway() as gateway:
        gateway.before_open = refuse
        async with connected(gateway, Desk(), wait=False) as client:
            await soon(lambda: client.counters.get("opens_failed", 0) >= 2)
            assert "authFailed" in caplog.text
            gateway.before_open = None
            await soon(lambda: client.connected)


async def test_after_a_tcp_reset_the_next_frame_is_handled_within_half_a_second() -> None:
    async def greet(found: web.WebSocketResponse) -> None:
        await found.send_str(FRAMES["robot_message"]["frame"])

    async with Gateway() as gateway, connected(gateway, Desk()) as client:
        gateway.greet = greet
        began = time.monotonic()
        gateway.reset()
        assert await gateway.acked() == [(1, FRAMES["robot_message"]["ack"])]
        assert time.monotonic() - began < 0.5
        assert client.counters["reconnects"] == 1


async def test_on_a_disconnect_frame_the_new_socket_is_open_before_the_old_one_closes() -> None:
    async with Gateway() as gateway, connected(gateway, Desk()) as client:
        await gateway.push(FRAMES["disconnect"]["frame"])
        await gateway.until(lambda: "closed 0" in gateway.log)
        assert gateway.log.index("connected 1") < gateway.log.index("closed 0")
        assert gateway.acks == []
        assert client.connected


async def test_an_answer_goes_to_the_socket_the_frame_came_from() -> None:
    desk = Desk()
    desk.gate.clear()
    async with Gateway() as gateway, connected(gateway, desk):
        await gateway.push(FRAMES["robot_message"]["frame"])
        await soon(lambda: desk.running)
        await gateway.push(FRAMES["disconnect"]["frame"])
        await gateway.until(lambda: len(gateway.sockets) == 2)
        await gateway.push(FRAMES["robot_message_again"]["frame"], to=0)
        await gateway.push(FRAMES["event"]["frame"], to=1)
        await soon(lambda: desk.running == 3)
        assert "closed 0" not in gateway.log
        desk.gate.set()
        acks = await gateway.acked(3)
        await gateway.until(lambda: "closed 0" in gateway.log)
    assert set(acks) == {
        (0, FRAMES["robot_message"]["ack"]),
        (0, FRAMES["robot_message_again"]["ack"]),
        (1, FRAMES["event"]["ack"]),
    }


async def test_an_answer_for_a_socket_that_is_gone_is_counted_and_goes_nowhere_else() -> None:
    desk = Desk()
    desk.gate.clear()
    async with Gateway() as gateway, connected(gateway, desk) as client:
        await gateway.push(FRAMES["robot_message"]["frame"])
        await soon(lambda: desk.running)
        gateway.reset()
        await gateway.until(lambda: len(gateway.sockets) == 2)
        desk.gate.set()
        await soon(lambda: client.counters.get("acks_lost"))
        assert gateway.acks == []


async def test_a_silent_socket_is_replaced() -> None:
    async with Gateway() as gateway, connected(gateway, Desk(), StreamOptions(silence=0.3)) as client:
        await gateway.until(lambda: len(gateway.sockets) == 2)
        assert client.counters["silences"] == 1


async def test_pings_keep_a_quiet_socket() -> None:
    async with Gateway() as gateway, connected(gateway, Desk(), StreamOptions(silence=0.4)) as client:
        for number in range(6):
            await asyncio.sleep(0.15)
            await gateway.push(frame("ping", f"p{number}"))
        await gateway.acked(6)
        assert client.last_frame_age() < 0.4
        assert len(gateway.sockets) == 1


async def test_stop_lets_running_work_finish_and_answer() -> None:
    desk = Desk()
    desk.gate.clear()
    async with Gateway() as gateway, connected(gateway, desk) as client:
        await gateway.push(FRAMES["robot_message"]["frame"])
        await soon(lambda: desk.running)
        stopping = asyncio.create_task(client.stop())
        await asyncio.sleep(0.1)
        assert not stopping.done()
        desk.gate.set()
        await asyncio.wait_for(stopping, 3)
        assert gateway.acks == [(0, FRAMES["robot_message"]["ack"])]
        assert not client.connected


async def test_stop_waits_no_longer_than_the_drain_period() -> None:
    desk = Desk()
    desk.gate.clear()
    async with Gateway() as gateway, connected(gateway, desk, StreamOptions(drain_period=0.2)) as client:
        await gateway.push(FRAMES["robot_message"]["frame"])
        await soon(lambda: desk.running)
        began = time.monotonic()
        await client.stop()
        assert time.monotonic() - began < 2.5
        assert (desk.running, gateway.acks) == (0, [])


async def test_stop_requested_before_start_is_not_lost() -> None:
    async with Gateway() as gateway, Http() as http:
        account = DingTalkAccount("c", SECRET, "r", "corp", gateway.server.base)
        client = StreamClient(account, Desk(), http, access_token=asyncio.Event().wait)  # type: ignore[arg-type]
        await client.stop()
        await asyncio.wait_for(client.start(), 2)
        assert gateway.sockets == []


async def test_one_cancel_ends_it() -> None:
    before = asyncio.all_tasks()
    desk = Desk()
    desk.gate.clear()
    async with Gateway() as gateway, Http() as http:
        account = DingTalkAccount("c", SECRET, "r", "corp", gateway.server.base)
        client = StreamClient(account, desk, http, access_token=asyncio.Event().wait)  # type: ignore[arg-type]
        task = asyncio.create_task(client.start())
        await gateway.until(lambda: bool(gateway.sockets))
        await gateway.push(FRAMES["robot_message"]["frame"])
        await soon(lambda: desk.running)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 3)
        assert desk.running == 0
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before


async def test_secrets_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Gateway() as gateway, connected(gateway, Desk()) as client:
        await gateway.push(FRAMES["robot_message"]["frame"])
        await gateway.acked()
        gateway.reset()
        await gateway.until(lambda: len(gateway.sockets) == 2)
        await client.stop()
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("platforms"))
    assert "connected" in logged
    for secret in (SECRET, "t+1", "t%2B1", "session=s-0001", "张三"):
        assert secret not in logged
