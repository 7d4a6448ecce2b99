"""The page of 显示 in a real browser on a phone, with and without JavaScript: shown once, gone when one comes back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, async_playwright, expect

from models import Booking, Employee
from tests.scenarios.candidate_door import Door, closed, opened
from workflow import revealing
from workflow.acting import Act
from workflow.revealing import Kind

CHROMIUM = "/usr/bin/chromium"
MAIL = "zhang.wei.with.a.rather.long.address@mail.candidates.example.cn"


@pytest.fixture
async def door(sqlite_url: str, home: Path) -> AsyncIterator[Door]:
    running = await opened(sqlite_url, home)
    await running.new_booking("张伟", "13800008123", MAIL)
    yield running
    await closed(running)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


async def offered(door: Door) -> tuple[str, str]:
    """Let 王芳 ask for everything; returns the address and the code."""
    booking = (await Booking.get()).number
    act = Act(door.clock.now(), "dingtalk", "test", employee=await Employee.get(key="wangfang"))
    link = await door.app.store.transact(lambda: revealing.ask(act, booking, list(Kind), "核对来访登记"))
    assert link is not None
    return f"http://127.0.0.1:{door.app.port}/r/{revealing.token_of(link.id.hex)}", revealing.code_of(link)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_the_code_shows_the_data_once_and_fits_a_phone(door: Door, browser: Browser, scripts: bool) -> None:
    address, code = await offered(door)
    context = await browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(address)
    await expect(page.get_by_text("只能看一次")).to_be_visible()
    assert "张" not in await page.content()
    await page.get_by_label("验证码").fill("000000" if code != "000000" else "111111")
    await page.get_by_role("button", name="显示").click()
    await expect(page.get_by_role("alert")).to_contain_text("还可以试 4 次")
    assert [each for each in complaints if "403" not in each] == []
    await page.get_by_label("验证码").fill(code)
    await page.get_by_role("button", name="显示").click()
    for shown in ("张伟", "13800008123", MAIL):
        await expect(page.get_by_text(shown, exact=True)).to_be_visible()
    if scripts:
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.goto(address)
    await expect(page.get_by_text("这个链接已失效")).to_be_visible()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # nothing of it was kept
        await page.go_back()
