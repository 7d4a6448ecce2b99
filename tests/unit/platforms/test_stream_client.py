"""Frames, handlers and acknowledgements of the Stream client against a gateway on loopback."""

import asyncio
import json

import pytest

from platforms.dingtalk.stream import StreamOptions
from tests.unit.platforms.servers import FRAMES, Gateway
from tests.unit.platforms.stream_desk import Desk, connected, frame, soon


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
