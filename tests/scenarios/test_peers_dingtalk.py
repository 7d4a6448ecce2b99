"""DingTalk's own Node SDK, unchanged, lives on our sandbox: it connects, hears a message and a card click, and answers.

What the SDK accepts as a gateway is what the real one says; so the sandbox is not merely what our bot expects.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.dingtalk.stream import Timing
from sandbox.server import start
from tests.peers.program import Peer, require, running
from tests.sandbox.dingtalk_bot import CLIENT_ID, SECRET, Sandbox, card_body, config

REDELIVERED_AFTER_S = 0.4


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """Yield a sandbox that pings often and is impatient for answers."""
    world, close = await start(config(tmp_path))
    async with aiohttp.ClientSession() as http:
        sandbox = Sandbox(world, http)
        sandbox.hub.gateway.timing = Timing(redelivery_s=REDELIVERED_AFTER_S, ping_s=0.1)
        yield sandbox
    await close()


@asynccontextmanager
async def robot(sandbox: Sandbox, secret: str = SECRET) -> AsyncIterator[Peer]:
    """Run a robot on the SDK against this sandbox."""
    base = f"{sandbox.world.base_url}/dingtalk"
    async with running("dingtalk_robot.mjs", base, CLIENT_ID, secret) as peer:
        yield peer


async def test_their_sdk_gets_a_token_and_a_connection_at_the_addresses_it_knows(sandbox: Sandbox) -> None:
    async with robot(sandbox) as peer:
        token = (await peer.told("connected"))["token"]
        assert sandbox.hub.gateway.connected()
    assert sandbox.hub.tokens.valid(token)
    assert [(row["host"], row["path"]) for row in peer.of("call")] == [
        ("oapi.dingtalk.com", "/gettoken"),
        ("api.dingtalk.com", "/v1.0/gateway/connections/open"),
    ]


async def test_what_a_person_types_reaches_their_sdk_and_its_answer_counts(sandbox: Sandbox) -> None:
    async with robot(sandbox) as peer:
        await peer.told("connected")
        await sandbox.say("wangfang", "取消 张伟 明天下午三点 原因 行程冲突")
        heard = await peer.told("message")
        await asyncio.sleep(3 * REDELIVERED_AFTER_S)
    assert (heard["from"], heard["text"]) == ("wangfang", "取消 张伟 明天下午三点 原因 行程冲突")
    assert peer.of("message") == [heard]
    (row,) = await sandbox.callbacks()
    assert (row["kind"], row["attempt"], row["payload"]["msgId"]) == ("robot_message", 1, heard["msgId"])
    assert row["answer"]["data"] == {"response": {"heard": heard["msgId"]}}
    assert row["ms"] < REDELIVERED_AFTER_S * 1000


async def test_a_burst_of_messages_reaches_their_sdk_once_each(sandbox: Sandbox) -> None:
    async with robot(sandbox) as peer:
        await peer.told("connected")
        texts = [f"第 {number} 条" for number in range(30)]
        for text in texts:
            await sandbox.say("wangfang", text)
        for _ in texts:
            await peer.told("message")
    assert sorted(row["text"] for row in peer.of("message")) == sorted(texts)
    assert len({row["delivery"] for row in peer.of("message")}) == len(texts)


async def test_a_tap_reaches_their_sdk_and_its_answer_changes_the_card(sandbox: Sandbox) -> None:
    async with robot(sandbox) as peer:
        token = (await peer.told("connected"))["token"]
        path = "/v1.0/card/instances/createAndDeliver"
        status, made = await sandbox.api("POST", path, card_body("cxl-peer"), token=token)
        assert (status, made["result"]["deliverResults"][0]["success"]) == (200, True)
        before = await sandbox.card("wangfang", "cxl-peer")
        inputs = {"reason": "ill", "note": "发烧了"}
        tapped = await sandbox.tap("wangfang", "cxl-peer", "confirm.h1", inputs=inputs)
        click = await peer.told("click")
    assert tapped == {"delivered": True, "toast": None}
    assert (click["card"], click["from"], click["actionIds"]) == ("cxl-peer", "wangfang", ["confirm.h1"])
    assert click["params"]["form"] == {"reason": {"index": 1, "value": "ill"}, "keep": True, "note": "发烧了"}
    after = await sandbox.card("wangfang", "cxl-peer")
    assert (before["status"], after["status"]) == ("待确认", "收到 confirm.h1")
    assert after["lines"] == before["lines"]
    (row,) = await sandbox.callbacks()
    assert row["kind"] == "card_action"
    assert row["answer"]["data"]["response"]["cardData"] == {"cardParamMap": {"status": "收到 confirm.h1"}}


async def test_without_its_packages_a_peer_test_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"dingtalk-stream.*make develop"):
        require(tmp_path)
