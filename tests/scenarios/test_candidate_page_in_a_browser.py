"""The candidate's page in a real browser, on a phone and a laptop, with and without JavaScript."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from models import Booking, BookingStatus, OutboxMessage
from tests.scenarios.candidate_door import NOW, STARTS, Door, closed, opened

CHROMIUM = "/usr/bin/chromium"
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 768}


@pytest.fixture
async def room() -> AsyncIterator[str]:
    """Yield the address of an interview room on another origin."""

    async def welcome(_: web.Request) -> web.Response:
        return web.Response(text="interview room")

    application = web.Application()
    application.router.add_get("/room/1", welcome)
    async with TestServer(application) as server:
        yield str(server.make_url("/room/1"))


@pytest.fixture
async def door(sqlite_url: str, home: Path, room: str) -> AsyncIterator[Door]:
    running = await opened(sqlite_url, home)
    await running.new_booking("张伟", "13800008123", link=room)
    yield running
    await closed(running)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


async def page_of(context: BrowserContext, door: Door) -> tuple[Page, list[str]]:
    """Open the page; the list fills with what the browser complains of and what it fetches elsewhere."""
    page = await context.new_page()
    complaints: list[str] = []
    here = f"http://127.0.0.1:{door.app.port}/"
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(here) else complaints.append(request.url))
    await page.goto(door.address(door.tokens["张伟"]))
    return page, complaints


async def fill_and_cancel(page: Page) -> None:
    await page.get_by_text("取消预约", exact=True).click()
    await page.get_by_label("取消原因").select_option(label="身体不适")
    await page.get_by_label("补充说明").fill("发烧了，抱歉")
    await page.locator("#proof-cancel").fill("8123")
    await page.get_by_role("button", name="确认取消").click()


@pytest.mark.parametrize(
    ("viewport", "scripts"),
    [(PHONE, True), (PHONE, False), (LAPTOP, True)],
    ids=["phone", "phone-without-scripts", "laptop"],
)
async def test_a_candidate_asks_for_another_time_then_cancels(
    door: Door, browser: Browser, viewport: dict[str, int], scripts: bool
) -> None:
    context = await browser.new_context(viewport=viewport, java_script_enabled=scripts)  # type: ignore[arg-type]
    page, complaints = await page_of(context, door)
    await expect(page.get_by_role("status")).to_have_text("已预约")
    await expect(page.get_by_text("11月25日 周三 15:00", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="确认取消")).to_be_hidden()

    await page.get_by_text("想改期", exact=True).click()
    await page.get_by_label("您方便的时间").fill("周五上午")
    await page.locator("#proof-reschedule").fill("8123")
    await page.get_by_role("button", name="转给招聘负责人").click()
    await expect(page.get_by_text("您想换个时间的话已于")).to_be_visible()
    assert await OutboxMessage.filter(topic="hr_reschedule_asked").count() == 1

    await fill_and_cancel(page)
    await expect(page.get_by_role("status")).to_have_text("已取消")
    await expect(page.get_by_text("已由您于 11月23日 周一 09:30 取消")).to_be_visible()
    assert (await Booking.get()).status == BookingStatus.CANCELLED
    await page.reload()
    await expect(page.get_by_role("status")).to_have_text("已取消")
    await expect(page.get_by_text("取消预约", exact=True)).to_have_count(0)
    assert complaints == []
    if scripts:
        assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


async def test_a_wrong_tail_is_said_beside_the_form_and_nothing_typed_is_lost(door: Door, browser: Browser) -> None:
    page, _ = await page_of(await browser.new_context(viewport=PHONE), door)  # type: ignore[arg-type]
    await page.get_by_text("取消预约", exact=True).click()
    await page.get_by_label("取消原因").select_option(label="其他")
    await page.get_by_label("补充说明").fill("家里有急事")
    await page.locator("#proof-cancel").fill("0000")
    await page.get_by_role("button", name="确认取消").click()
    await expect(page.get_by_role("alert")).to_contain_text("还可以再试 4 次")
    await expect(page.get_by_label("补充说明")).to_have_value("家里有急事")
    await expect(page.get_by_label("取消原因")).to_have_value("other")
    await page.locator("#proof-cancel").fill("8123")
    await page.get_by_role("button", name="确认取消").click()
    await expect(page.get_by_role("status")).to_have_text("已取消")


async def test_the_entrance_appears_by_itself_and_leads_to_the_room(door: Door, browser: Browser, room: str) -> None:
    door.clock.at = STARTS - timedelta(minutes=10, seconds=1)
    page, _ = await page_of(await browser.new_context(viewport=PHONE), door)  # type: ignore[arg-type]
    await expect(page.get_by_text("14:50 起，可以在这个页面进入面试")).to_be_visible()
    door.clock.at = STARTS - timedelta(minutes=10)
    await page.get_by_role("button", name="进入面试").click(timeout=10_000)
    await page.wait_for_url(room)
    assert await page.text_content("body") == "interview room"


async def test_an_old_page_left_open_cannot_enter_a_cancelled_interview(door: Door, browser: Browser) -> None:
    door.clock.at = STARTS
    page, _ = await page_of(await browser.new_context(viewport=PHONE), door)  # type: ignore[arg-type]
    await expect(page.get_by_role("button", name="进入面试")).to_be_visible()
    door.clock.at = NOW
    assert (await door.cancel(door.tokens["张伟"])).status == 303
    door.clock.at = STARTS
    await page.get_by_role("button", name="进入面试").click()
    await expect(page.get_by_role("status")).to_have_text("已取消")
    await expect(page.get_by_role("button", name="进入面试")).to_have_count(0)
