"""The phones page on the sandbox itself: what is typed and tapped in the browser arrives at the platforms."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, async_playwright, expect

from sandbox.config import parse
from sandbox.server import start

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
FORM = {"fields": [{"name": "reason", "label": "取消原因", "type": "SELECT", "options": [
    {"value": "conflict", "text": "行程冲突"}, {"value": "paused", "text": "岗位暂停"}]}]}  # fmt: skip
WAITING = {
    "title": "取消面试：张伟 · 尾号8123 · 周二 15:00",
    "status": "待你确认",
    "body": "岗位：Java后端",
    "form": json.dumps(FORM),
    "b1_text": "确认取消",
    "b1_id": "confirm.h1",
    "b1_shown": "true",
}
DONE = {"status": "已取消", "form": "", "b1_shown": "false"}


def configuration(templates: Path) -> dict[str, Any]:
    nowhere = "http://127.0.0.1:9"
    return {
        "port": 0,
        "smtp_port": 0,
        "now": "2026-11-23T09:30:00+08:00",
        "dingtalk": {
            "client_id": "dingpage",
            "client_secret": "page-secret",
            "corp_id": "dingcorp",
            "robot_code": "dingpage",
            "template_id": "page.schema",
            "template_file": str(ROOT / "cards" / "dingtalk_template.json"),
        },
        "wecom": {
            "corp_id": "ww0000000000000001",
            "agent_id": 1000002,
            "secret": "page-secret",
            "token": "page",
            "encoding_aes_key": "a" * 43,
            "callback_url": f"{nowhere}/wecom",
            "open_kfid": "wkPage",
        },
        "sms": {
            "access_key_id": "page",
            "access_key_secret": "page-secret",
            "sign_name": "华辰集团",
            "templates_file": str(templates),
            "uplink_url": f"{nowhere}/uplink",
            "receipt_url": f"{nowhere}/receipt",
        },
        "interviews": {"api_key": "page"},
    }


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[str]:
    templates = tmp_path / "sms_templates.json"
    templates.write_text(json.dumps({"templates": []}), "utf-8")
    world, close = await start(parse(configuration(templates)))
    yield world.base_url
    await close()


@pytest.fixture
async def http(sandbox: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox) as session:
        yield session


@pytest.fixture
async def page(sandbox: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(sandbox)
        yield page
        await browser.close()


@pytest.fixture
async def clicks() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    seen: list[dict[str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(await request.json())
        options = {"updateCardDataByKey": True, "updatePrivateDataByKey": True}
        return web.json_response({"cardUpdateOptions": options, "cardData": {"cardParamMap": DONE}})

    app = web.Application()
    app.router.add_post("/click", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/click")), seen


async def deliver_card(http: aiohttp.ClientSession, callback: str) -> None:
    async with http.post(
        "/dingtalk/v1.0/oauth2/accessToken", json={"appKey": "dingpage", "appSecret": "page-secret"}
    ) as answer:
        headers = {"x-acs-dingtalk-access-token": (await answer.json())["accessToken"]}
    route = {"callbackRouteKey": "page", "callbackUrl": callback, "apiSecret": "route-secret"}
    async with http.post("/dingtalk/v1.0/card/callbacks/register", json=route, headers=headers) as answer:
        assert answer.status == 200
    card = {
        "cardTemplateId": "page.schema",
        "outTrackId": "card-1",
        "callbackType": "HTTP",
        "callbackRouteKey": "page",
        "cardData": {"cardParamMap": WAITING},
        "openSpaceId": "dtv1.card//IM_ROBOT.wangfang",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": "dingpage"},
        "userIdType": 1,
    }
    async with http.post("/dingtalk/v1.0/card/instances/createAndDeliver", json=card, headers=headers) as answer:
        assert (await answer.json())["result"]["deliverResults"][0]["success"]


async def test_every_phone_of_the_company_is_there_and_the_browser_has_no_complaint(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.reload()
    await page.get_by_role("button", name="全部", exact=True).click()
    await expect(page.locator(".phone")).to_have_count(18)
    await expect(page.locator("#now-date")).to_have_text("2026年11月23日 周一")
    assert complaints == []


async def test_what_is_typed_in_the_group_is_on_every_member_s_phone(page: Page) -> None:
    phone = page.locator('[data-phone="wangfang"]')
    await phone.get_by_role("button", name="招聘群").click()
    await phone.get_by_role("textbox").fill("列表")
    await page.keyboard.press("Enter")
    await expect(phone.locator(".msg.me")).to_contain_text("列表")
    await expect(page.locator('[data-person="liuyang"] .badge')).to_have_text("1", timeout=10_000)


async def test_a_tap_reaches_the_bot_and_its_answer_changes_the_card_in_place(
    page: Page, http: aiohttp.ClientSession, clicks: tuple[str, list[dict[str, Any]]]
) -> None:
    address, seen = clicks
    await deliver_card(http, address)
    card = page.locator('[data-phone="wangfang"] [data-card="card-1"]')
    await card.get_by_label("取消原因").select_option("paused")
    await card.get_by_role("button", name="确认取消").click()
    await expect(card.locator(".pill.done")).to_have_text("已取消")
    await expect(card.locator(".buttons, .inputs")).to_have_count(0)
    pressed = json.loads(seen[0]["content"])["cardPrivateData"]
    assert (seen[0]["userId"], pressed["actionIds"]) == ("wangfang", ["confirm.h1"])
    assert pressed["params"]["form"]["reason"]["value"] == "paused"


async def test_moving_the_clock_moves_the_sandbox_s_own(page: Page, http: aiohttp.ClientSession) -> None:
    await page.get_by_role("button", name="+1 天").click()
    await expect(page.locator("#now-date")).to_have_text("2026年11月24日 周二")
    async with http.get("/sandbox/clock") as answer:
        assert (await answer.json())["now"].startswith("2026-11-24T09:3")
