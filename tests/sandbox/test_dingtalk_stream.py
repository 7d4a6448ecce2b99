"""The Stream gateway: tickets, one random connection per push, redelivery, and connections that go wrong."""

import asyncio
import time

import aiohttp
import pytest

from sandbox.dingtalk.stream import Timing
from tests.sandbox.dingtalk_bot import CARDS, EVENTS, ROBOT, Frame, Sandbox, card_body


async def test_a_ticket_works_once(sandbox: Sandbox) -> None:
    status, opened = await sandbox.open()
    address = f"{opened['endpoint']}?ticket={opened['ticket']}"
    assert status == 200
    first = await sandbox.http.ws_connect(address)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await sandbox.http.ws_connect(address)
    assert 400 <= refused.value.status < 500
    await first.close()


async def test_a_ticket_is_worth_nothing_after_its_time(sandbox: Sandbox) -> None:
    sandbox.hub.gateway.timing = Timing(ticket_s=0.05)
    _, opened = await sandbox.open()
    await asyncio.sleep(0.1)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await sandbox.http.ws_connect(f"{opened['endpoint']}?ticket={opened['ticket']}")


async def test_a_wrong_secret_opens_nothing(sandbox: Sandbox) -> None:
    status, body = await sandbox.open(clientSecret="wrong")
    assert (status, body["code"]) == (401, "authFailed")
    assert "requestid" in body


async def test_a_message_arrives_as_the_platform_writes_it(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.say("wangfang", "取消 张伟")
    await bot.wait_for(1)
    frame, data = bot.frames[0], bot.data(0)
    assert frame["specVersion"] == "1.0"
    assert frame["headers"]["topic"] == ROBOT["topic"]
    assert isinstance(frame["headers"]["time"], str)
    assert isinstance(frame["data"], str)
    assert (data["conversationType"], data["senderStaffId"], data["msgtype"]) == ("1", "wangfang", "text")
    assert data["text"] == {"content": "取消 张伟"}
    assert data["sessionWebhookExpiredTime"] - data["createAt"] == pytest.approx(5_400_000, abs=100)
    assert data["sessionWebhook"].startswith(sandbox.world.base_url + "/dingtalk/robot/sendBySession?session=")


async def test_a_push_goes_to_one_connection_and_each_gets_some(sandbox: Sandbox) -> None:
    bots = [await sandbox.connect(), await sandbox.connect()]
    for n in range(40):
        await sandbox.say("wangfang", f"第 {n} 条")
    await asyncio.sleep(0.5)
    assert sum(len(bot.frames) for bot in bots) == 40
    assert all(bot.frames for bot in bots)


async def test_a_connection_hears_only_what_it_subscribed_to(sandbox: Sandbox) -> None:
    deaf, robot = await sandbox.connect(subscriptions=[CARDS]), await sandbox.connect(subscriptions=[ROBOT])
    for _ in range(10):
        await sandbox.say("wangfang", "你好")
    await robot.wait_for(10)
    assert deaf.frames == []


async def test_an_unanswered_message_comes_again_with_a_new_delivery_id(sandbox: Sandbox) -> None:
    sandbox.hub.gateway.timing = Timing(redelivery_s=0.2, redeliveries=2)
    bot = await sandbox.connect(answer=lambda frame: None)
    await sandbox.say("wangfang", "取消 张伟")
    await bot.wait_for(3)
    await asyncio.sleep(0.4)
    assert len(bot.frames) == 3
    assert len({frame["headers"]["messageId"] for frame in bot.frames}) == 3
    assert len({bot.data(n)["msgId"] for n in range(3)}) == 1
    assert [row["attempt"] for row in await sandbox.callbacks()] == [1, 2, 3]


async def test_an_answered_message_does_not_come_again(sandbox: Sandbox) -> None:
    sandbox.hub.gateway.timing = Timing(redelivery_s=0.2)
    bot = await sandbox.connect()
    await sandbox.say("wangfang", "取消 张伟")
    await asyncio.sleep(0.6)
    assert len(bot.frames) == 1
    row = (await sandbox.callbacks())[0]
    assert (row["kind"], row["status"], row["attempt"]) == ("robot_message", 200, 1)
    assert row["answer"]["data"] == {"response": None}
    assert row["ms"] >= 0


async def test_a_message_waits_for_a_bot_that_is_away(sandbox: Sandbox) -> None:
    await sandbox.say("wangfang", "有人吗")
    assert await sandbox.callbacks() == []
    bot = await sandbox.connect()
    await bot.wait_for(1)
    assert bot.data(0)["text"]["content"] == "有人吗"


async def test_a_disconnect_is_followed_by_silence_and_the_end_of_tcp(sandbox: Sandbox) -> None:
    sandbox.hub.gateway.timing = Timing(drain_s=0.6)
    old = await sandbox.connect()
    await sandbox.control("POST", "/faults", {"platform": "stream", "match": "/", "kind": "disconnect"})
    await old.wait_for(1)
    assert old.frames[0]["headers"]["topic"] == "disconnect"
    assert "messageId" not in old.frames[0]["headers"]
    started = time.monotonic()
    new = await sandbox.connect()
    await sandbox.say("wangfang", "还在吗")
    await new.wait_for(1)
    await old.ended()
    assert time.monotonic() - started > 0.3
    assert len(old.frames) == 1


async def test_a_reset_ends_the_connection_without_a_close_frame(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.control("POST", "/faults", {"platform": "stream", "match": "/", "kind": "reset"})
    await bot.ended()
    assert bot.socket.close_code == 1006
    assert not sandbox.hub.gateway.connected()


async def test_a_half_open_connection_swallows_what_is_pushed_to_it(sandbox: Sandbox) -> None:
    sandbox.hub.gateway.timing = Timing(redelivery_s=0.5)
    dead = await sandbox.connect()
    await sandbox.control("POST", "/faults", {"platform": "stream", "match": "/", "kind": "half-open", "value": 0.3})
    await asyncio.sleep(0.05)
    await sandbox.say("wangfang", "听得到吗")
    await asyncio.sleep(0.1)
    assert [row["ms"] for row in await sandbox.callbacks()] == [None]
    alive = await sandbox.connect()
    await alive.wait_for(1)
    assert dead.frames == []


def half_open(for_s: float) -> dict[str, object]:
    return {"platform": "stream", "match": "/", "kind": "half-open", "value": for_s}


async def test_a_half_open_connection_ends_when_the_bot_hangs_up(sandbox: Sandbox) -> None:
    dead = await sandbox.connect()
    await sandbox.control("POST", "/faults", half_open(60))
    await asyncio.sleep(0.05)
    assert not sandbox.hub.gateway.connected()
    await dead.socket.close()
    alive = await sandbox.connect()
    await asyncio.sleep(0.3)
    for n in range(8):
        await sandbox.say("wangfang", f"第 {n} 条")
    await alive.wait_for(8)
    assert sandbox.hub.gateway.connected()


async def test_the_end_of_the_faults_ends_a_half_open_connection(sandbox: Sandbox) -> None:
    dead = await sandbox.connect()
    await sandbox.control("POST", "/faults", half_open(60))
    await asyncio.sleep(0.05)
    await sandbox.control("DELETE", "/faults")
    await dead.ended()
    assert not sandbox.hub.gateway.connected()


async def test_what_a_half_open_connection_swallowed_comes_again_on_a_live_one(sandbox: Sandbox) -> None:
    sandbox.hub.gateway.timing = Timing(redelivery_s=0.3)
    await sandbox.connect()
    await sandbox.control("POST", "/faults", half_open(60))
    await asyncio.sleep(0.05)
    alive = await sandbox.connect()
    for n in range(12):
        await sandbox.say("wangfang", f"第 {n} 条")
    await alive.wait_for(12)
    assert len({alive.data(n)["msgId"] for n in range(12)}) == 12


async def test_a_connection_that_is_half_open_may_close_in_any_order(sandbox: Sandbox) -> None:
    """What the gateway resets may be gone already: it must forget it all the same."""
    dead = await sandbox.connect()
    await sandbox.control("POST", "/faults", half_open(0.4))
    await asyncio.sleep(0.05)
    await dead.close()
    await asyncio.sleep(0.6)
    alive = await sandbox.connect()
    await sandbox.say("wangfang", "还在吗")
    await alive.wait_for(1)


async def test_a_junk_frame_leaves_the_connection_open(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.control("POST", "/faults", {"platform": "stream", "match": "/", "kind": "junk-frame"})
    await sandbox.say("wangfang", "你好")
    await bot.wait_for(1)
    assert len(bot.junk) == 1


async def test_a_duplicate_carries_the_same_message_twice(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.control("POST", "/faults", {"platform": "stream", "match": "/", "kind": "duplicate"})
    await sandbox.say("wangfang", "取消 张伟")
    await bot.wait_for(2)
    assert bot.data(0)["msgId"] == bot.data(1)["msgId"]
    assert bot.frames[0]["headers"]["messageId"] != bot.frames[1]["headers"]["messageId"]


async def test_a_reordered_message_comes_after_the_next(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.control("POST", "/faults", {"platform": "stream", "match": "/", "kind": "reorder"})
    await sandbox.say("wangfang", "一")
    await sandbox.say("wangfang", "二")
    await bot.wait_for(2)
    assert [bot.data(n)["text"]["content"] for n in (0, 1)] == ["二", "一"]


async def test_opening_can_be_slow_or_refused(sandbox: Sandbox) -> None:
    await sandbox.control("POST", "/faults", {"platform": "stream", "match": "/", "kind": "refuse-open", "value": 504})
    assert (await sandbox.open())[0] == 504
    await sandbox.control("POST", "/faults", {"platform": "stream", "match": "/", "kind": "slow-open", "value": 0.3})
    started = time.monotonic()
    assert (await sandbox.open())[0] == 200
    assert time.monotonic() - started >= 0.3


async def test_an_event_that_is_put_off_comes_again(sandbox: Sandbox) -> None:
    sandbox.hub.gateway.timing = Timing(event_s=0.3, event_retries_s=(0.1, 0.1))
    statuses = iter(("LATER", "LATER", "SUCCESS"))
    bot = await sandbox.connect(lambda frame: {"status": next(statuses)}, [ROBOT, CARDS, EVENTS])
    await sandbox.control("POST", "/dingtalk/events", {"type": "user_leave_org", "data": {"userId": ["lilei"]}})
    await bot.wait_for(3)
    await asyncio.sleep(0.3)
    assert len(bot.frames) == 3
    assert len({frame["headers"]["eventId"] for frame in bot.frames}) == 1
    assert bot.frames[0]["type"] == "EVENT"
    assert bot.frames[0]["headers"]["eventType"] == "user_leave_org"


async def test_pings_come_and_may_be_answered(sandbox: Sandbox) -> None:
    sandbox.hub.gateway.timing = Timing(ping_s=0.1)
    bot = await sandbox.connect(lambda frame: {"opaque": "x"})
    await bot.wait_for(2)
    assert bot.frames[0]["type"] == "SYSTEM"
    assert "specVersion" not in bot.frames[0]
    assert "opaque" in bot.data(0)


async def test_a_past_message_is_redelivered_on_request(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.say("wangfang", "取消 张伟")
    await bot.wait_for(1)
    first = (await sandbox.callbacks())[0]["n"]
    answer = await sandbox.control("POST", "/redeliver", {"n": first, "times": 3, "concurrently": True})
    assert [one["status"] for one in answer["answers"]] == [200, 200, 200]
    assert len({bot.data(n)["msgId"] for n in range(4)}) == 1
    assert len({frame["headers"]["messageId"] for frame in bot.frames}) == 4
    assert [row["attempt"] for row in await sandbox.callbacks()] == [1, 2, 3, 4]


async def test_a_past_click_is_redelivered_on_request(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.api("POST", "/v1.0/card/instances/createAndDeliver", card_body())
    await sandbox.tap("wangfang", "cxl-1", "confirm.h1")
    first = (await sandbox.callbacks())[0]["n"]
    answer = await sandbox.control("POST", "/redeliver", {"n": first, "times": 2, "concurrently": False})
    assert [one["status"] for one in answer["answers"]] == [200, 200]
    assert bot.frames[0]["data"] == bot.frames[2]["data"]


async def test_health_follows_the_connection(sandbox: Sandbox) -> None:
    assert (await sandbox.control("GET", "/health"))["links"]["dingtalk"] is False
    bot = await sandbox.connect()
    assert (await sandbox.control("GET", "/health"))["links"]["dingtalk"] is True
    await bot.close()
    await asyncio.sleep(0.3)
    assert (await sandbox.control("GET", "/health"))["links"]["dingtalk"] is False


async def test_over_the_stream_quota_a_message_comes_without_its_text(sandbox: Sandbox) -> None:
    await sandbox.control("POST", "/dingtalk/quota", {"stream": 1})
    bot = await sandbox.connect()
    await sandbox.say("wangfang", "一")
    await sandbox.say("wangfang", "二")
    await bot.wait_for(2)
    poor = next(bot.data(n) for n in (0, 1) if "errorCode" in bot.data(n))
    assert "text" not in poor
    assert poor["errorCode"] == 20001


async def test_only_the_message_id_of_an_answer_is_checked(sandbox: Sandbox) -> None:
    def late(frame: Frame) -> None:
        return None

    sandbox.hub.gateway.timing = Timing(redelivery_s=0.4)
    bot = await sandbox.connect(late)
    await sandbox.say("wangfang", "你好")
    await bot.wait_for(1)
    await bot.socket.send_json({"headers": {"messageId": bot.frames[0]["headers"]["messageId"]}})
    await asyncio.sleep(0.7)
    assert len(bot.frames) == 1
