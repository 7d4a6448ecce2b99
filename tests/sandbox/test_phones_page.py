"""The phones page in a real browser: it shows what the control API says and posts what people do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from sandbox.people import PEOPLE

STATIC = Path(__file__).parents[2] / "sandbox" / "static"
CHROMIUM = "/usr/bin/chromium"
START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
WAITING_CARD: dict[str, Any] = {
    "id": "card-1",
    "kind": "confirm",
    "title": "取消面试：张伟 · 尾号8123 · 周二 15:00",
    "status": "待你确认",
    "lines": ["岗位：Java后端", "证明：短信截图 ×1"],
    "inputs": [
        {
            "name": "reason",
            "label": "取消原因",
            "type": "select",
            "options": [{"value": "conflict", "text": "行程冲突"}, {"value": "paused", "text": "岗位暂停"}],
            "value": None,
        },
        {"name": "keep", "label": "保留面试资格", "type": "switch", "options": [], "value": True},
    ],
    "buttons": [
        {"key": "confirm.h1", "text": "确认取消", "enabled": True},
        {"key": "reject.h2", "text": "驳回", "enabled": True},
    ],
    "delivered_at": START.isoformat(),
    "updated_at": START.isoformat(),
}


@dataclass
class Contract:
    """The control API with screens the tests decide; keeps what the page posted."""

    screens: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    posts: list[tuple[str, Any]] = field(default_factory=list)
    peeks: list[tuple[str, bool]] = field(default_factory=list)
    refusal: dict[str, str] | None = None
    advanced: timedelta = timedelta()

    def put(self, phone: str, app: str, kind: str, text: str = "", **more: Any) -> dict[str, Any]:
        screen = self.screens.setdefault(phone, [])
        empty = {"links": [], "card": None, "menu": None, "ics": None, "from": "bot"}
        message = {"seq": len(screen) + 1, "at": START.isoformat(), "app": app, "kind": kind, "text": text}
        screen.append(message | empty | more)
        return screen[-1]

    def posted(self, path: str) -> list[Any]:
        return [body for posted, body in self.posts if posted == path]

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self.index)
        app.router.add_static("/static", STATIC)
        app.router.add_get("/sandbox/health", self.health)
        app.router.add_get("/sandbox/phones", self.phones)
        app.router.add_get("/sandbox/phones/{id}/screen", self.screen)
        app.router.add_get("/sandbox/clock", self.clock)
        app.router.add_get("/sandbox/traffic", self.traffic)
        app.router.add_get("/sandbox/callbacks", self.callbacks)
        app.router.add_post("/sandbox/{rest:.*}", self.take)
        return app

    async def index(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def health(self, _: web.Request) -> web.Response:
        return web.json_response({"ready": True})

    async def phones(self, _: web.Request) -> web.Response:
        rows = [{"id": person.id, "apps": list(person.apps), "owner": person.name} for person in PEOPLE]
        return web.json_response({"phones": rows})

    async def screen(self, request: web.Request) -> web.Response:
        self.peeks.append((request.match_info["id"], "peek" in request.query))
        rows = self.screens.get(request.match_info["id"], [])
        return web.json_response({"messages": rows[int(request.query["after"]) :]})

    async def clock(self, _: web.Request) -> web.Response:
        return web.json_response({"now": (START + self.advanced).isoformat()})

    async def traffic(self, request: web.Request) -> web.Response:
        call = {"n": 1, "at": START.isoformat(), "platform": "dingtalk", "path": "/v1.0/card/instances"}
        sent = {"method": "PUT", "query": {}, "headers": {}, "request": {}}
        answered = {"status": 503, "response": {}, "counted": True}
        return web.json_response({"calls": [call | sent | answered] if request.query["after"] == "0" else []})

    async def callbacks(self, _: web.Request) -> web.Response:
        return web.json_response({"callbacks": []})

    async def take(self, request: web.Request) -> web.Response:
        multipart = request.content_type == "multipart/form-data"
        body = (await request.post())["file"].filename if multipart else await request.json()  # type: ignore[union-attr]
        self.posts.append((request.path.removeprefix("/sandbox"), body))
        if self.refusal:
            return web.json_response(self.refusal, status=409)
        if request.path == "/sandbox/clock":
            self.advanced += timedelta(seconds=body["advance_s"])
        return web.json_response({"seq": 1, "delivered": True, "toast": None, "fault": 1})


@pytest.fixture
def contract() -> Contract:
    return Contract()


@pytest.fixture
async def address(contract: Contract) -> AsyncIterator[str]:
    async with TestServer(contract.app()) as server:
        yield str(server.make_url("/"))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass
class Opened:
    page: Page
    complaints: list[str]

    def phone(self, person: str) -> Any:
        return self.page.locator(f'[data-phone="{person}"]')


async def opened(context: BrowserContext, address: str) -> Opened:
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(address)
    await expect(page.locator("#now-time")).to_contain_text("09:30")
    return Opened(page, complaints)


@pytest.fixture
async def desk(browser: Browser, address: str) -> AsyncIterator[Opened]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    yield await opened(context, address)
    await context.close()


async def until(held: Callable[[], bool]) -> None:
    for _ in range(160):
        if held():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the page did not post")


async def test_the_page_loads_without_a_complaint_and_shows_the_fast_scene(desk: Opened) -> None:
    for person in ("wangfang", "lilei", "zhangwei-8123"):
        await expect(desk.phone(person)).to_be_in_viewport()
    await expect(desk.page.locator("#light")).to_have_text("机器人在线")
    await desk.page.get_by_role("button", name="全部", exact=True).click()
    await expect(desk.page.locator(".phone")).to_have_count(18)
    assert desk.complaints == []


async def test_enter_sends_what_was_typed(desk: Opened, contract: Contract) -> None:
    await desk.phone("wangfang").get_by_role("button", name="取消 张伟 明天下午三点 原因 行程冲突").click()
    await desk.page.keyboard.press("Enter")
    await until(lambda: bool(contract.posted("/phones/wangfang/say")))
    said = {"text": "取消 张伟 明天下午三点 原因 行程冲突", "app": "dingtalk"}
    assert contract.posted("/phones/wangfang/say") == [said]
    await expect(desk.phone("wangfang").get_by_role("textbox")).to_have_value("")


async def test_group_and_voice_are_said_as_such_and_never_together(desk: Opened, contract: Contract) -> None:
    phone = desk.phone("wangfang")
    for button in ("语音", "招聘群", "语音"):
        await phone.get_by_role("button", name=button).click()
        await phone.get_by_role("textbox").fill("列表")
        await phone.get_by_role("button", name="发送", exact=True).click()
        await expect(phone.get_by_role("textbox")).to_have_value("")
    said = {"text": "列表", "app": "dingtalk"}
    voice, group = said | {"as": "voice"}, said | {"group": "招聘群"}
    assert contract.posted("/phones/wangfang/say") == [voice, group, voice]


async def test_a_tap_carries_the_inputs_and_the_card_changes_in_place(desk: Opened, contract: Contract) -> None:
    message = contract.put("wangfang", "dingtalk", "card", card=deepcopy(WAITING_CARD))
    card = desk.phone("wangfang").locator('[data-card="card-1"]')
    await card.get_by_label("取消原因").select_option("paused")
    await card.get_by_label("保留面试资格").uncheck()
    await card.get_by_role("button", name="确认取消").click()
    await until(lambda: bool(contract.posts))
    tap = {"card": "card-1", "button": "confirm.h1", "inputs": {"reason": "paused", "keep": False}}
    assert contract.posted("/phones/wangfang/tap") == [tap]
    message["card"] |= {"status": "已取消", "inputs": [], "buttons": []}
    await expect(card.locator(".pill.done")).to_have_text("已取消")
    await expect(desk.phone("wangfang").locator(".card")).to_have_count(1)


async def test_half_done_work_survives_an_update_from_elsewhere(desk: Opened, contract: Contract) -> None:
    message = contract.put("wangfang", "dingtalk", "card", card=deepcopy(WAITING_CARD))
    phone = desk.phone("wangfang")
    await phone.get_by_label("取消原因").select_option("paused")
    await phone.locator("textarea").fill("取消 张")
    message["card"]["lines"] = ["进度：李雷已读"]
    await expect(phone.locator(".lines")).to_contain_text("李雷已读")
    await expect(phone.get_by_label("取消原因")).to_have_value("paused")
    await expect(phone.locator("textarea")).to_have_value("取消 张")


async def test_a_menu_item_a_file_and_a_link_are_posted(desk: Opened, contract: Contract, address: str) -> None:
    menu = {"id": "m1", "items": [{"id": "confirm_1", "text": "是，取消面试"}]}
    contract.put("zhangwei-8123", "wechat", "menu", "您想取消面试吗？", menu=menu)
    link = f"{address}sandbox/health"
    contract.put("zhangwei-8123", "wechat", "text", f"您的面试：{link}", links=[link])
    phone = desk.phone("zhangwei-8123")
    await phone.get_by_role("button", name="是，取消面试").click()
    await phone.get_by_role("link").click()
    await phone.locator("input[type=file]").set_input_files(
        {"name": "病假条.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
    )
    await until(lambda: len(contract.posts) == 3)
    assert contract.posted("/phones/zhangwei-8123/choose") == [{"menu": "m1", "item": "confirm_1"}]
    assert contract.posted("/phones/zhangwei-8123/open-link") == [{"seq": 2}]
    assert contract.posted("/phones/zhangwei-8123/send-file") == ["病假条.png"]


async def test_what_a_message_says_is_never_markup_or_script(desk: Opened, contract: Contract) -> None:
    words = '<img src=x onerror="document.title=1"> javascript:alert(1)'
    contract.put("lilei", "dingtalk", "markdown", words, links=["javascript:alert(1)"])
    await expect(desk.phone("lilei").locator(".bubble")).to_have_text(words)
    await expect(desk.phone("lilei").locator(".chat a, .chat img")).to_have_count(0)


async def test_the_clock_moves_for_everybody(desk: Opened, contract: Contract) -> None:
    await desk.page.get_by_role("button", name="+1 小时").click()
    await expect(desk.page.locator("#now-time")).to_contain_text("10:30")
    await expect(desk.phone("lilei").locator(".phone-time")).to_have_text("10:30")
    assert contract.posted("/clock") == [{"advance_s": 3600}]


async def test_the_clock_moves_to_a_moment_and_never_back(desk: Opened, contract: Contract) -> None:
    await desk.page.get_by_role("button", name="自定义").click()
    await desk.page.get_by_label("或者拨到").fill("2026-11-23T09:00")
    await desk.page.get_by_role("button", name="拨过去").click()
    await expect(desk.page.get_by_role("alert")).to_contain_text("只能向前")
    await desk.page.get_by_label("或者拨到").fill("2026-11-24T14:00")
    await desk.page.get_by_role("button", name="拨过去").click()
    await expect(desk.page.locator("#now-date")).to_have_text("2026年11月24日 周二")
    (moved,) = contract.posted("/clock")
    assert abs(moved["advance_s"] - timedelta(hours=28, minutes=30).total_seconds()) < 10


async def test_a_phone_put_away_is_not_read_but_counts_what_came(desk: Opened, contract: Contract) -> None:
    await desk.phone("lilei").get_by_role("button", name="收起").click()
    await expect(desk.phone("lilei")).to_have_count(0)
    contract.peeks.clear()
    contract.put("lilei", "dingtalk", "text", "张伟的面试已取消。")
    await expect(desk.page.locator('[data-person="lilei"] .badge')).to_have_text("1")
    assert {peek for person, peek in contract.peeks if person == "lilei"} == {True}
    assert False in {peek for person, peek in contract.peeks if person == "wangfang"}


async def test_a_refusal_is_shown_with_its_hint(desk: Opened, contract: Contract) -> None:
    contract.refusal = {"error": "这个人不在群里", "hint": "王芳、刘洋、周凯在招聘群。"}
    await desk.phone("lilei").get_by_role("textbox").fill("帮助")
    await desk.page.keyboard.press("Enter")
    alert = desk.page.get_by_role("alert")
    await expect(alert).to_contain_text("这个人不在群里")
    await expect(alert).to_contain_text("王芳、刘洋、周凯在招聘群。")
    await expect(desk.phone("lilei").get_by_role("textbox")).to_have_value("帮助")


async def test_the_drawers_show_traffic_and_order_faults(desk: Opened, contract: Contract) -> None:
    await desk.page.get_by_role("button", name="线路").click()
    await expect(desk.page.locator("#wire")).to_contain_text("/v1.0/card/instances")
    await expect(desk.page.locator("#wire .code.bad")).to_have_text("503")
    await desk.page.get_by_role("button", name="故障").click()
    await expect(desk.page.locator("#wire")).to_be_hidden()
    await desk.page.get_by_label("哪里").select_option("wecom")
    await desk.page.get_by_label("怎么坏").select_option("delay")
    await desk.page.get_by_role("button", name="放一个故障").click()
    await until(lambda: bool(contract.posts))
    fault = {"platform": "wecom", "match": "/", "kind": "delay", "times": 1, "value": 3}
    assert contract.posted("/faults") == [fault]


async def test_a_small_screen_shows_one_phone_at_a_time(browser: Browser, address: str) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    small = await opened(context, address)
    await expect(small.phone("wangfang")).to_be_in_viewport(ratio=0.9)
    await expect(small.phone("zhangwei-8123")).not_to_be_in_viewport()
    await small.page.locator('[data-tab="zhangwei-8123"]').tap()
    await expect(small.phone("zhangwei-8123")).to_be_in_viewport(ratio=0.9)
    width = await small.page.evaluate("document.documentElement.scrollWidth")
    assert (width, small.complaints) == (390, [])
    await context.close()
