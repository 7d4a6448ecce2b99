"""看证据 in a real browser on a phone: every piece small beside the others, large at a touch, without scripts too."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests import pictures
from tests.scenarios.company import Company
from tests.scenarios.steps import asked_for_evidence, noted, request_number
from tests.scenarios.test_seeing_evidence import asks
from tests.threats import hostile_files

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


async def shown(company: Company, browser: Browser, number: str, *, scripts: bool = True) -> Page:
    """Let 陈敏 open the page behind 看证据 on a phone and give the code."""
    link = await asks(company, "chenmin", number)
    context = await browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    page = await context.new_page()
    await page.goto(link.address)
    await page.get_by_label("验证码").fill(link.code)
    await page.get_by_role("button").click()
    await expect(page.get_by_role("heading", name=f"{number} 的证明")).to_be_visible()
    return page


async def width_of(page: Page) -> float:
    box = await page.locator(".piece img").first.bounding_box()
    assert box is not None
    return box["width"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_two_pieces_lie_small_beside_each_other_and_a_touch_makes_one_large(
    company: Company, browser: Browser, scripts: bool
) -> None:
    number = request_number(await asked_for_evidence(company))
    await company.sends_file("liuyang", "病假条.jpg", hostile_files.located(), "image/jpeg")
    card = await company.card("chenmin", "待你审批", "1 份 ✓")
    await company.taps("chenmin", card, "send_back")
    await company.card("liuyang", "已退回，待你补充")
    await company.sends_file("liuyang", "邮件.eml", pictures.MAIL, "message/rfc822")
    await company.until(lambda: noted("evidence.kept", 2), "the second piece is kept")
    page = await shown(company, browser, number, scripts=scripts)
    photograph, mail = page.locator(".piece").nth(0), page.locator(".piece").nth(1)
    boxes = [await each.bounding_box() for each in (photograph, mail)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] == boxes[1]["y"]
    assert await width_of(page) < 180
    await expect(page.get_by_text("SHA-256").first).to_be_hidden()
    await photograph.locator("summary").click()
    await expect(photograph.get_by_text("SHA-256").first).to_be_visible()
    assert await width_of(page) > 280
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True
    await photograph.locator("summary").press("Enter")
    assert await width_of(page) < 180
    await mail.locator("summary").click()
    await expect(mail.locator("pre")).to_contain_text("我来不了了")


async def test_a_single_piece_is_large_at_once(company: Company, browser: Browser) -> None:
    number = request_number(await asked_for_evidence(company))
    await company.sends_file("liuyang", "病假条.jpg", hostile_files.located(), "image/jpeg")
    await company.card("chenmin", "待你审批", "1 份 ✓")
    page = await shown(company, browser, number)
    assert await width_of(page) > 280
    await expect(page.get_by_text("SHA-256").first).to_be_visible()
