"""A leader binds a passkey and confirms with it in a real browser, and what they signed is checked without us (G1)."""

import copy
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from models import ApprovalStatement, Employee, Organisation, Preset
from tests.audit.test_statements import program
from tests.scenarios.company import Company
from tests.scenarios.steps import at_the_desk, recorded, whole_logs
from tests.scenarios.test_statements import a_pack
from tests.scenarios.test_true_cards import at_the_leader
from workflow import rules_proposals
from workflow.acting import Act
from workflow.rules.presets import DOCUMENTS

__all__ = ["whole_logs"]
CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


async def leaders_sign(company: Company) -> None:
    """Let two administrators bring rules into force under which the leader confirms with a passkey."""
    document: dict[str, Any] = copy.deepcopy(dict(DOCUMENTS[Preset.STRICT]))
    document["chains"]["三级"][1]["grade"] = "g1"
    assert company.app is not None
    now = company.app.clock.now()

    async def work() -> None:
        unit = await Organisation.get(path="huachen/heavy")
        system, security = await Employee.get(key="zhoukai"), await Employee.get(key="hanxue")
        proposed = await rules_proposals.propose(Act(now, "test", "test", employee=system), unit, document)
        await rules_proposals.approve(Act(now, "test", "test", employee=security), proposed)

    await at_the_desk(company, work)


async def given(company: Company, person: str, path: str, *words: str, after: int = 0) -> tuple[str, str]:
    """Return the address and the code that a person was sent."""
    said = (await company.sees(person, path, *words, after=after))["text"]
    address, code = (
        re.search(rf"http://localhost:\S+{path}[a-z2-7]{{26}}", said),
        re.search(r"验证码：([0-9]{6})", said),
    )
    assert address is not None, said
    assert code is not None, said
    return address[0], code[1]


async def phone_with_passkeys(browser: Browser, *, verifies: bool = True) -> tuple[BrowserContext, list[str]]:
    """Return a phone's browser with an authenticator, and the list that fills with what the browser complains of."""
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page, complaints = await context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return context, complaints


async def opened(page: Page, address: str, code: str, button: str) -> None:
    await page.goto(address)
    assert "马超" not in await page.content()
    await page.get_by_label("验证码").fill(code)
    await page.get_by_role("button", name=button).click()


async def bound(company: Company, page: Page) -> None:
    await company.says("zhaoguoqiang", "绑定通行密钥")
    await opened(page, *await given(company, "zhaoguoqiang", "/k/"), "下一步")
    await page.get_by_role("button", name="创建通行密钥").click()
    await expect(page.get_by_text("通行密钥已绑定")).to_be_visible()


async def test_a_leader_binds_once_confirms_what_the_card_shows_and_it_verifies_offline(
    company: Company, browser: Browser, tmp_path: Path
) -> None:
    await leaders_sign(company)
    _, card = await at_the_leader(company)
    await company.taps("zhaoguoqiang", card, "approve")
    await company.sees("zhaoguoqiang", "你还没有绑定通行密钥", "编号 E")
    phone, complaints = await phone_with_passkeys(browser)
    page = phone.pages[0]
    await bound(company, page)

    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve", force=True)
    address, code = await given(company, "zhaoguoqiang", "/c/", "还没有生效")
    assert await ApprovalStatement.all().count() == 1  # the department's
    await opened(page, address, code, "看内容")
    for each in ("马超", "岗位暂停招聘", "证明图片 · 1 份", "你的意见"):
        await expect(page.get_by_text(each).first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_role("button", name="用通行密钥确认").click()
    await expect(page.get_by_text("已确认")).to_be_visible()
    await company.card("zhaoguoqiang", "已同意")
    await page.goto(address)
    await expect(page.get_by_text("这个链接已失效")).to_be_visible()
    assert [each for each in complaints if "404" not in each] == []

    statement = await ApprovalStatement.all().order_by("-place").first()
    assert statement is not None
    assert json.loads(statement.text)["grade"] == "g1"
    answer = program.check(str(await a_pack(company, tmp_path / "pack", shown=True)))
    assert (answer["ok"], answer["statements"]) == (True, 2), answer
    told = await recorded()
    assert [told[each] for each in ("passkey.bound", "passkey.asked", "passkey.shown", "approval.approved")] == [
        1,
        1,
        1,
        2,
    ]
    await phone.close()


async def test_whom_the_device_did_not_verify_confirms_nothing_and_reads_why(
    company: Company, browser: Browser
) -> None:
    await leaders_sign(company)
    await at_the_leader(company)
    phone, _ = await phone_with_passkeys(browser)
    page = phone.pages[0]
    await bound(company, page)
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve")
    address, code = await given(company, "zhaoguoqiang", "/c/", "还没有生效")
    stranger, _ = await phone_with_passkeys(browser, verifies=False)  # neither their key nor their finger
    other = stranger.pages[0]
    await opened(other, address, code, "看内容")
    await other.get_by_role("button", name="用通行密钥确认").click()
    await expect(other.get_by_role("alert")).to_contain_text("没有完成")
    assert await ApprovalStatement.all().count() == 1
    await company.says("zhaoguoqiang", "停用通行密钥")
    await company.sees("zhaoguoqiang", "已停用")
    await opened(page, address, code, "看内容")
    await expect(page.get_by_text("你的通行密钥已停用")).to_be_visible()
    await stranger.close()
    await phone.close()
