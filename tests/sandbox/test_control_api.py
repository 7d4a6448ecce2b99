"""The control API as the contract words it: phones, traffic, faults, links and the clock."""

import asyncio
import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.server import start
from tests.sandbox.dingtalk_bot import CLIENT_ID, SECRET, Sandbox, card_body, config

TOKEN = "/v1.0/oauth2/accessToken"
ORDER = {"appKey": CLIENT_ID, "appSecret": SECRET}
SEND = "/v1.0/card/instances/createAndDeliver"
BATCH = "/v1.0/robot/oToMessages/batchSend"


def text(content: str = "你好") -> dict[str, Any]:
    return {"robotCode": CLIENT_ID, "userIds": ["wangfang"], "msgKey": "sampleText",
            "msgParam": json.dumps({"content": content})}  # fmt: skip


async def fault(sandbox: Sandbox, match: str, kind: str, value: Any = None, times: int = 1) -> int:
    body = {"platform": "dingtalk", "match": match, "kind": kind, "value": value, "times": times}
    number: int = (await sandbox.control("POST", "/faults", body))["fault"]
    return number


async def test_every_person_has_a_phone(sandbox: Sandbox) -> None:
    phones = {one["id"]: one for one in (await sandbox.control("GET", "/phones"))["phones"]}
    assert len(phones) == 18
    assert (phones["wangfang"]["apps"], phones["wangfang"]["owner"]) == (["dingtalk"], "王芳")
    assert phones["zhenghao"]["apps"] == ["dingtalk", "wecom"]
    assert phones["zhangwei-0092"]["apps"] == ["email", "sms"]


async def test_unknown_things_are_refused_with_a_hint(sandbox: Sandbox) -> None:
    for method, path, body, status in (
        ("GET", "/phones/nobody/screen", None, 404),
        ("POST", "/phones/nobody/say", {"text": "x"}, 404),
        ("POST", "/phones/wangfang/say", {}, 400),
        ("POST", "/phones/wangfang/say", {"text": "x", "app": "wecom"}, 409),
        ("POST", "/phones/wangfang/tap", {"card": "none", "button": "x"}, 404),
        ("POST", "/phones/wangfang/choose", {"menu": "none", "item": "x"}, 404),
        ("POST", "/phones/wangfang/open-link", {"seq": 7}, 404),
        ("POST", "/faults", {"platform": "mars", "kind": "http"}, 400),
        ("POST", "/faults", {"platform": "dingtalk", "kind": "reset"}, 400),
        ("POST", "/redeliver", {"n": 999}, 404),
        ("POST", "/clock", {"advance_s": -1}, 400),
        ("GET", "/nothing", None, 404),
    ):
        answer = await sandbox.control(method, path, body, status)
        assert set(answer) == {"error", "hint"}


async def test_seq_rises_from_one_and_after_is_strict(sandbox: Sandbox) -> None:
    assert [await sandbox.say("wangfang", str(n)) for n in range(3)] == [1, 2, 3]
    rows = await sandbox.screen("wangfang", after=1)
    assert [(row["seq"], row["from"], row["text"], row["kind"]) for row in rows] == [
        (2, "me", "1", "text"), (3, "me", "2", "text")]  # fmt: skip
    assert set(rows[0]) >= {"seq", "at", "app", "from", "kind", "text", "links", "card", "menu", "ics"}


async def test_an_update_does_not_move_a_card(sandbox: Sandbox) -> None:
    await sandbox.api("POST", SEND, card_body())
    await sandbox.api("POST", BATCH, text())
    before = await sandbox.screen("wangfang")
    update = {"outTrackId": "cxl-1", "cardData": {"cardParamMap": {"status": "已取消"}},
              "cardUpdateOptions": {"updateCardDataByKey": True}}  # fmt: skip
    await sandbox.api("PUT", "/v1.0/card/instances", update)
    after = await sandbox.screen("wangfang")
    assert [row["seq"] for row in before] == [row["seq"] for row in after] == [1, 2]
    assert after[0]["card"]["status"] == "已取消"
    assert after[0]["card"]["updated_at"] > after[0]["card"]["delivered_at"]


async def test_traffic_shows_each_call_without_its_secrets(sandbox: Sandbox) -> None:
    _, body = await sandbox.api("POST", TOKEN, ORDER)
    await sandbox.api("POST", SEND, card_body())
    await sandbox.old("/topapi/v2/user/get", {"userid": "wangfang"})
    rows = await sandbox.calls()
    assert [(row["n"], row["method"], row["path"], row["status"], row["counted"]) for row in rows] == [
        (1, "POST", TOKEN, 200, False),
        (2, "POST", SEND, 200, True),
        (3, "POST", "/topapi/v2/user/get", 200, False),
    ]
    assert rows[0]["request"]["appSecret"] == rows[0]["response"]["accessToken"] == "***"
    assert rows[1]["request"]["outTrackId"] == "cxl-1"
    everything = json.dumps(rows)
    assert SECRET not in everything
    assert body["accessToken"] not in everything
    assert [row["n"] for row in (await sandbox.control("GET", "/traffic?after=2"))["calls"]] == [3]


async def test_a_webhook_reply_is_counted_and_its_session_hidden(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.say("wangfang", "你好")
    await bot.wait_for(1)
    webhook = bot.data(0)["sessionWebhook"]
    await sandbox.http.post(webhook, json={"msgtype": "text", "text": {"content": "收到"}})
    row = (await sandbox.calls())[-1]
    assert (row["path"], row["counted"], row["query"]) == ("/robot/sendBySession", True, {"session": "***"})


async def test_an_http_fault_has_the_platforms_body_and_is_counted_down(sandbox: Sandbox) -> None:
    await fault(sandbox, "/v1.0/card/instances", "http", 403, times=2)
    for _ in range(2):
        status, body = await sandbox.api("POST", SEND, card_body())
        assert (status, body["code"]) == (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi")
    assert (await sandbox.api("POST", SEND, card_body()))[0] == 200
    assert [row["counted"] for row in await sandbox.calls()] == [False, False, True]


async def test_an_errcode_fault_speaks_both_dialects(sandbox: Sandbox) -> None:
    await fault(sandbox, "/v1.0/robot", "errcode", "send.too.fast")
    assert (await sandbox.api("POST", BATCH, text()))[1]["code"] == "send.too.fast"
    await fault(sandbox, "/topapi", "errcode", 90018)
    assert (await sandbox.old("/topapi/v2/user/get", {"userid": "wangfang"}))["errcode"] == 90018


async def test_drop_acts_and_drop_before_does_not(sandbox: Sandbox) -> None:
    for kind, arrived in (("drop-before", 0), ("drop", 1)):
        await fault(sandbox, BATCH, kind)
        with pytest.raises(aiohttp.ClientError):
            await sandbox.api("POST", BATCH, text())
        assert len(await sandbox.screen("wangfang")) == arrived


async def test_silent_answers_success_and_delivers_nothing(sandbox: Sandbox) -> None:
    await fault(sandbox, BATCH, "silent")
    status, body = await sandbox.api("POST", BATCH, text("一"))
    assert (status, body["invalidStaffIdList"]) == (200, [])
    await sandbox.api("POST", BATCH, text("二"))
    assert [row["text"] for row in await sandbox.screen("wangfang")] == ["二"]
    await fault(sandbox, SEND, "silent")
    assert (await sandbox.api("POST", SEND, card_body()))[1]["result"]["deliverResults"][0]["success"] is True
    assert len(await sandbox.screen("wangfang")) == 1


async def test_a_silent_update_changes_no_card(sandbox: Sandbox) -> None:
    await sandbox.api("POST", SEND, card_body())
    await fault(sandbox, "/v1.0/card/instances", "silent")
    update = {"outTrackId": "cxl-1", "cardData": {"cardParamMap": {"status": "已取消"}}}
    assert (await sandbox.api("PUT", "/v1.0/card/instances", update))[1] == {"success": True, "result": True}
    assert (await sandbox.card("wangfang", "cxl-1"))["status"] == "待确认"


async def test_delay_timeout_and_garbage(sandbox: Sandbox) -> None:
    await fault(sandbox, BATCH, "delay", 0.3)
    started = time.monotonic()
    assert (await sandbox.api("POST", BATCH, text()))[0] == 200
    assert time.monotonic() - started >= 0.3
    await fault(sandbox, BATCH, "timeout", 30)
    with pytest.raises(TimeoutError):
        await sandbox.api("POST", BATCH, text(), timeout=aiohttp.ClientTimeout(total=0.3))
    await fault(sandbox, BATCH, "garbage")
    with pytest.raises(json.JSONDecodeError):
        await sandbox.api("POST", BATCH, text())
    assert len(await sandbox.screen("wangfang")) == 1


async def test_faults_can_all_be_taken_back(sandbox: Sandbox) -> None:
    first = await fault(sandbox, "/", "http", 500, times=9)
    assert await fault(sandbox, "/", "http", 500) == first + 1
    await sandbox.control("DELETE", "/faults")
    assert (await sandbox.api("POST", BATCH, text()))[0] == 200


async def test_a_link_is_opened_as_a_browser_would(sandbox: Sandbox) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(
            text="<html><head><title>取消预约</title></head></html>", content_type="text/html", status=410
        )

    app = web.Application()
    app.router.add_get("/i/abc", page)
    async with TestServer(app) as server:
        address = str(server.make_url("/i/abc"))
        await sandbox.api("POST", BATCH, text(f"详情：{address}。"))
        answer = await sandbox.control("POST", "/phones/wangfang/open-link", {"seq": 1})
    assert answer == {"url": address, "status": 410, "title": "取消预约"}
    await sandbox.say("wangfang", "没有链接")
    await sandbox.control("POST", "/phones/wangfang/open-link", {"seq": 2}, 409)
    await sandbox.control("POST", "/phones/wangfang/open-link", {"seq": 1}, 424)


async def test_the_clock_starts_where_it_was_told_and_moves_forward(sandbox: Sandbox) -> None:
    before = datetime.fromisoformat((await sandbox.control("GET", "/clock"))["now"])
    assert before.isoformat().startswith("2026-11-23T09:30:")
    after = await sandbox.control("POST", "/clock", {"advance_s": 3600})
    assert 3600 <= (datetime.fromisoformat(after["now"]) - before).total_seconds() < 3605


async def test_the_clock_answers_when_the_bot_has_followed(tmp_path: Path) -> None:
    told: list[Any] = []

    async def follow(request: web.Request) -> web.Response:
        told.append((await request.json(), request.headers["Authorization"]))
        await asyncio.sleep(0.2)
        return web.json_response({}, status=503 if len(told) == 1 else 200)

    app = web.Application()
    app.router.add_post("/demo/clock", follow)
    clock_file = tmp_path / "clock.json"
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        bot = {"clock_url": str(server.make_url("/demo/clock")), "secret": "demo-secret"}
        world, close = await start(config(tmp_path, bot=bot, clock_file=str(clock_file)))
        first = json.loads(clock_file.read_text())["offset_s"]
        await Sandbox(world, http).control("POST", "/clock", {"advance_s": 60})
        await close()
    assert [one[1] for one in told] == ["Bearer demo-secret"] * 2
    assert told[1][0]["offset_s"] == pytest.approx(first + 60)
    assert json.loads(clock_file.read_text())["offset_s"] == pytest.approx(first + 60)


async def test_the_phones_page_is_served(sandbox: Sandbox) -> None:
    async with sandbox.http.get(sandbox.world.base_url + "/") as answer:
        assert answer.status == 200
        assert "text/html" in answer.headers["Content-Type"]


async def test_a_delayed_call_is_acted_on_even_if_nobody_waits(sandbox: Sandbox) -> None:
    await fault(sandbox, BATCH, "delay", 0.4)
    with pytest.raises(TimeoutError):
        await sandbox.api("POST", BATCH, text(), timeout=aiohttp.ClientTimeout(total=0.1))
    assert await sandbox.screen("wangfang") == []
    await asyncio.sleep(0.6)
    assert len(await sandbox.screen("wangfang")) == 1


@pytest.mark.parametrize("text", [5, ["a"], None, "", {"a": 1}, True])
async def test_nobody_types_what_is_no_text(sandbox: Sandbox, text: object) -> None:
    answer = await sandbox.control("POST", "/phones/wangfang/say", {"text": text}, status=400)
    assert answer["hint"]
    assert await sandbox.screen("wangfang") == []
