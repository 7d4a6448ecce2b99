"""How the Stream client connects, reconnects and stops, against a gateway on loopback."""

import asyncio
import logging
import time

import pytest
from aiohttp import web

from platforms.dingtalk.account import DingTalkAccount
from platforms.dingtalk.stream import StreamClient, StreamOptions
from platforms.http import Http
from tests.unit.platforms.servers import FRAMES, Gateway
from tests.unit.platforms.stream_desk import SECRET, Desk, connected, frame, soon


async def test_a_gateway_that_never_answers_does_not_freeze_the_loop() -> None:
    asked = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.sleep(5)
        return web.Response()

    async with Gateway() as gateway:
        gateway.before_open = silent
        options = StreamOptions(open_timeout=3.0)
        async with connected(gateway, Desk(), options, wait=False) as client:
            await asyncio.wait_for(asked.wait(), 60)
            worst, last = 0.0, time.monotonic()
            while not client.counters.get("opens_failed"):
                await asyncio.sleep(0.005)
                worst, last = max(worst, time.monotonic() - last), time.monotonic()
            assert worst < 2.5
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


async def test_after_a_tcp_reset_the_next_frame_is_handled_at_once() -> None:
    async def greet(found: web.WebSocketResponse) -> None:
        await found.send_str(FRAMES["robot_message"]["frame"])

    async with Gateway() as gateway, connected(gateway, Desk()) as client:
        gateway.greet = greet
        began = time.monotonic()
        gateway.reset()
        assert await gateway.acked() == [(1, FRAMES["robot_message"]["ack"])]
        assert time.monotonic() - began < 5
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


async def test_a_socket_that_nothing_was_read_from_for_too_long_is_connected_and_does_not_hear() -> None:
    desk = Desk()
    desk.gate.clear()
    narrow = StreamOptions(concurrency=1, waiting=0, silence=0.5)
    async with Gateway() as gateway, connected(gateway, desk, narrow) as client:
        assert client.hears
        await gateway.push(FRAMES["robot_message"]["frame"])
        await soon(lambda: desk.running)
        await gateway.push(FRAMES["robot_message_again"]["frame"])  # read, and waits for room: reading stops
        await soon(lambda: client.last_frame_age() > 0.5)
        assert client.connected
        assert not client.hears
        desk.gate.set()
        await soon(lambda: len(desk.messages) == 2)


async def test_pings_keep_a_quiet_socket() -> None:
    async with Gateway() as gateway, connected(gateway, Desk(), StreamOptions(silence=2.0)) as client:
        for number in range(6):
            await asyncio.sleep(0.5)
            await gateway.push(frame("ping", f"p{number}"))
        await gateway.acked(6)
        assert client.last_frame_age() < 2.0
        assert client.hears
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
        await asyncio.wait_for(stopping, 60)
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
        assert time.monotonic() - began < 8
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
