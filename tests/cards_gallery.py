"""Pictures of every state of the cards of a cancellation, on both platforms, taken from the sandbox's phones.

`make cards-gallery` plays the strict chain twice, once with everybody in DingTalk and once in WeCom, and photographs
each card as its holder sees it. Single pictures go into `.gallery/`, one sheet for each platform into
`docs/evidence/cards/`. It judges nothing: people look at them.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Page, ViewportSize, async_playwright, expect

from models import Booking, Role
from models.migrating import migrate
from tests import pictures
from tests.scenarios import test_passkeys_in_a_browser as passkeys
from tests.scenarios import test_signing_with_an_authority as authority
from tests.scenarios.company import START, Company
from tests.scenarios.steps import booked, given_role, left_the_company, request_number

CHROMIUM = "/usr/bin/chromium"
ROOT = Path(__file__).parents[1]
SINGLE, SHEETS = ROOT / ".gallery", ROOT / "docs" / "evidence" / "cards"
COLUMNS, GAP, COLOURS = 5, 16, 48
WALL: ViewportSize = {"width": 1600, "height": 1200}
COPIED = """card => {  // a copy before everything, as a phone cuts off what is longer than its screen
  document.getElementById("stand")?.remove();
  const stand = document.createElement("div"), copy = card.cloneNode(true);
  stand.id = "stand";
  stand.style.cssText = "position: fixed; inset: 0 auto auto 0; width: 330px; z-index: 99999; background: #eef1f7";
  card.querySelectorAll("select").forEach((select, place) => {
    copy.querySelectorAll("select")[place].selectedIndex = select.selectedIndex;
  });
  stand.append(copy);
  document.body.append(stand);
}"""
NEEDED = {"still_needed": "no"}
Card = dict[str, Any]


@dataclass
class Cast:
    """Who plays on one platform; the leader and the candidate are the same on both."""

    app: str
    hr: str
    head: str
    colleague: str
    colleagues_name: str
    taker: str
    hrs_name: str


CASTS = (
    Cast("dingtalk", "liuyang", "chenmin", "lilei", "李雷", "李娜", "刘洋"),
    Cast("wecom", "lina", "wutong", "zhenghao", "郑好", "李雷", "李娜"),
)


@dataclass
class Set:
    """One company, one browser before its phones, and the pictures taken so far."""

    company: Company
    page: Page
    cast: Cast
    taken: list[Path] = field(default_factory=list)
    days: int = 2

    async def shot(self, person: str, name: str, *words: str) -> Card:
        """Photograph somebody's newest card with these words, when the browser shows it so.

        In WeCom, where every code to change a card is spent, the words come as a message; then that is the picture.
        """
        await self.company.sees(person, *words)
        await self.company.settled()
        phone = self.page.locator(f'[data-phone="{person}"]')
        cards = [each["card"] for each in await self.company.screen(person) if each["card"]]
        card: Card = next((each for each in reversed(cards) if _has(each, *words)), {})
        spoken = phone.locator(".msg:not(.me)").filter(has_text=words[0]).last
        seen = phone.locator(f'[data-card="{card["id"]}"]') if card else spoken
        for text in (card["status"], *card["lines"]) if card else words:
            await expect(seen).to_contain_text(text.replace("**", ""), timeout=20_000)
        file = SINGLE / f"{self.cast.app}-{len(self.taken) + 1:02}-{name}.png"
        await seen.evaluate(COPIED)
        await self.page.locator("#stand > *").screenshot(path=file, animations="disabled")
        self.taken.append(file)
        return card

    async def filed(self) -> str:
        """Let HR ask for the cancellation of a new interview; returns the booking's number."""
        booking = await self.new_booking()
        await self.company.says(self.cast.hr, f"取消 {booking} 原因 岗位暂停")
        card = await self.company.card(self.cast.hr, "待你确认", app=self.cast.app)
        await self.company.taps(self.cast.hr, card, "submit")
        await self.company.card(self.cast.hr, "待补证明", app=self.cast.app)
        seen = len(await self.company.screen(self.cast.head))
        await self.company.sends_file(self.cast.hr, "邮件截图.png", pictures.png(self.days))
        await self.company.card(self.cast.head, "待你审批", app=self.cast.app, after=seen)
        return booking

    async def new_booking(self) -> str:
        """Enter one more interview of 马超, a day after the one before."""
        self.days += 1
        starts = START.replace(hour=10, minute=0) + timedelta(days=self.days)
        booking: Booking = await booked("machao-5566", starts, self.company)
        return booking.number

    async def at_the_leader(self) -> tuple[str, Card]:
        """Take a new request to the leader; returns its number and the leader's card."""
        await self.filed()
        card = await self.company.card(self.cast.head, "待你审批", app=self.cast.app)
        await self.company.taps(self.cast.head, card, "approve", NEEDED)
        return request_number(card), await self.company.card("zhaoguoqiang", "待你审批", request_number(card))


def _has(card: Card, *words: str) -> bool:
    shown = "\n".join((card["title"], card["status"], *card["lines"]))
    return all(word in shown for word in words)


async def the_whole_way(on: Set) -> None:
    """From the confirm card to the end, everybody agreeing."""
    company, cast = on.company, on.cast
    await company.says(cast.hr, f"取消 {await on.new_booking()}")
    card = await on.shot(cast.hr, "confirm", "待你确认")
    await company.taps(cast.hr, card, "submit")
    await company.says(cast.hr, "算了")
    await company.says(cast.hr, f"取消 {await on.new_booking()} 原因 岗位暂停 不通知 不保留")
    card = await company.card(cast.hr, "待你确认", "要确认两次", app=cast.app)
    await company.taps(cast.hr, card, "submit")
    card = await on.shot(cast.hr, "confirm-again", "再确认一次")
    await company.taps(cast.hr, card, "submit")
    await on.shot(cast.hr, "awaits-evidence", "待补证明")
    await company.sends_file(cast.hr, "邮件截图.png", pictures.png(100))
    await on.shot(cast.hr, "in-approval", "审批中")
    card = await on.shot(cast.head, "asked", "待你审批")
    await company.taps(cast.head, card, "approve")
    if cast.app == "dingtalk":
        await on.shot(cast.head, "asked-still-needed", "请先选岗位是否仍需招聘")
    await company.taps(cast.head, await company.card(cast.head, "待你审批", app=cast.app), "approve", NEEDED)
    await on.shot(cast.head, "agreed", "已同意")
    await company.taps("zhaoguoqiang", await company.card("zhaoguoqiang", "待你审批"), "approve")
    await on.shot(cast.hr, "grace", "前可撤销")
    await company.passes(61)
    await on.shot(cast.hr, "carried-out", "已取消")


async def undone(on: Set) -> None:
    """Undone inside the grace."""
    _, leaders = await on.at_the_leader()
    await on.company.taps("zhaoguoqiang", leaders, "approve")
    await on.company.sees(on.cast.hr, "前可撤销")
    await on.company.says(on.cast.hr, "撤销")
    await on.shot(on.cast.hr, "undone", "已撤销，面试照常")


async def rejected_and_withdrawn(on: Set) -> None:
    """A rejection, and a request that HR takes back."""
    company, cast = on.company, on.cast
    await on.filed()
    card = await company.card(cast.head, "待你审批", app=cast.app)
    await company.says(cast.head, f"驳回 {request_number(card)} 岗位仍缺人")
    await on.shot(cast.head, "rejected", "已驳回")
    await on.shot(cast.hr, "rejected-hr", "已驳回")
    await on.filed()
    card = await company.card(cast.head, "待你审批", app=cast.app)
    await company.says(cast.hr, f"撤回 {request_number(card)}")
    await on.shot(cast.head, "withdrawn", "申请已撤回")
    await on.shot(cast.hr, "withdrawn-hr", "已撤回")


async def sent_back(on: Set) -> None:
    """Returned for more."""
    company, cast = on.company, on.cast
    await on.filed()
    card = await company.card(cast.head, "待你审批", app=cast.app)
    await company.says(cast.head, f"退回 {request_number(card)} 请补候选人的邮件")
    await on.shot(cast.head, "sent-back", "已退回补充")
    await on.shot(cast.hr, "sent-back-hr", "已退回，待你补充")


async def passed_around(on: Set) -> None:
    """Somebody added before, the step handed on, and a return to an earlier level."""
    company, cast = on.company, on.cast
    await on.filed()
    number = request_number(await company.card(cast.head, "待你审批", app=cast.app))
    await company.says(cast.head, f"前加签 {number} {cast.colleagues_name}")
    await on.shot(cast.head, "waits-for-added", "已前加签")
    card = await on.shot(cast.colleague, "added", "待你审批", "前加签")
    await company.taps(cast.colleague, card, "approve")
    await on.shot(cast.head, "asked-after-added", "待你审批", number)
    await company.says(cast.head, f"转交 {number} {cast.taker}")
    await on.shot(cast.head, "handed-on", "已转交")
    number, _ = await on.at_the_leader()
    await company.says("zhaoguoqiang", f"退回 {number} 到 用人部门 请再核编制")
    await on.shot(cast.head, "asked-again", "待你审批", number)


async def changed_meanwhile(on: Set) -> None:
    """The candidate speaks after the card was shown: the tap is refused with what changed, the fresh card decides."""
    company, cast = on.company, on.cast
    await on.filed()
    stale = await company.card(cast.head, "待你审批", app=cast.app)
    asked = await company.says("machao-5566", "我来不了了")
    menu = (await company.sees("machao-5566", "请问是哪一场", after=asked))["menu"]
    newest = menu["items"][-1]["id"]
    await company.post("/phones/machao-5566/choose", {"menu": menu["id"], "item": newest})
    fresh = await company.card(cast.head, "待你审批", "候选人不来", app=cast.app)
    await company.settled()
    await company.taps(cast.head, stale, "approve", NEEDED, force=True)
    await on.shot(cast.head, "stale-tap-refused", "你看过以后")
    await on.shot(cast.head, "asked-anew", "候选人不来", request_number(fresh))


async def too_late(on: Set) -> None:
    """A tap on a card whose request was taken back in between."""
    company, cast = on.company, on.cast
    await on.filed()
    card = await company.card(cast.head, "待你审批", app=cast.app)
    await company.says(cast.hr, f"撤回 {request_number(card)}")
    await company.card(cast.head, "申请已撤回", app=cast.app)
    await company.settled()
    await company.taps(cast.head, card, "approve", NEEDED, force=True)
    await on.shot(cast.head, "late-tap-refused", "没有办理", "申请已撤回", "编号 E")


async def delegated(on: Set) -> None:
    """The card of a delegation, before and after the answer."""
    company, cast = on.company, on.cast
    await company.says(cast.head, f"委托 {cast.hrs_name} 至 周五17:00 至多 3 级")
    card = await on.shot(cast.hr, "delegation", "待你答复")
    await company.taps(cast.hr, card, "approve")
    await on.shot(cast.hr, "delegation-accepted", "代办中")


async def signed(on: Set) -> None:
    """What waits for a signature through an authority (G2) or for a passkey (G1), and what was signed."""
    company, head, leader = on.company, on.cast.head, "zhaoguoqiang"
    await authority.signing(company, 0)
    await on.filed()
    card = await company.card(head, "待你审批", app=on.cast.app)
    await company.taps(head, card, "approve", NEEDED)
    await on.shot(head, "waits-for-signature", "待你本人签名")
    await authority.decides(company, head, "confirm")
    await on.shot(head, "signed", "已同意", card["title"])
    if on.cast.app == "wecom":
        return  # the leader is on both, and was photographed in DingTalk
    await passkeys.leaders_sign(company)
    number, card = await on.at_the_leader()
    browser = on.page.context.browser
    assert browser is not None
    phone, _ = await passkeys.phone_with_passkeys(browser)
    await passkeys.bound(company, phone.pages[0])
    await company.taps(leader, card, "approve")
    await on.shot(leader, "waits-for-passkey", "待你审批", number)
    address, code = await passkeys.given(company, leader, "/c/", "还没有生效")
    await passkeys.opened(phone.pages[0], address, code, "看内容")
    await phone.pages[0].get_by_role("button", name="用通行密钥确认").click()
    await on.shot(leader, "confirmed", "已同意", card["title"])
    await phone.close()


async def expired(on: Set) -> None:
    """Nobody decided until the interview began."""
    await on.filed()
    await on.company.card(on.cast.head, "待你审批", app=on.cast.app)
    await on.company.passes(timedelta(days=on.days).total_seconds() + 3600)
    await on.shot(on.cast.head, "expired", "系统代办关闭")
    await on.shot(on.cast.hr, "expired-hr", "系统代办关闭")


SCENES: tuple[Callable[[Set], Awaitable[None]], ...] = (
    changed_meanwhile,  # first, while the candidate has few interviews to choose from
    the_whole_way,
    undone,
    rejected_and_withdrawn,
    sent_back,
    passed_around,
    too_late,
    delegated,
    signed,
    expired,
)


async def play(cast: Cast, home: Path) -> list[Path]:
    """Play every scene on one platform and return the pictures."""
    database = f"sqlite://{home}/gallery.db"
    await migrate(database, home, reporter=str)
    company = Company(home, database)
    await company.open()
    try:
        if cast.app == "wecom":
            await given_role(company, cast.hr, Role.HR)
            await given_role(company, cast.head, Role.DEPARTMENT_HEAD)
            await left_the_company(company, "chenmin")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page(viewport=WALL, device_scale_factor=1.5)
            await page.goto(f"{company.base}/#all")
            on = Set(company, page, cast)
            for scene in SCENES:
                await scene(on)
            await browser.close()
            return on.taken
    finally:
        await company.close()


def sheet(taken: list[Path], file: Path) -> None:
    """Lay pictures out in columns on one picture of few colours."""
    opened = [Image.open(each).convert("RGB") for each in taken]
    columns: list[list[Image.Image]] = [[] for _ in range(COLUMNS)]
    for each in opened:
        min(columns, key=lambda column: sum(picture.height + GAP for picture in column)).append(each)
    width = max(each.width for each in opened)
    height = max(sum(each.height + GAP for each in column) for column in columns) + GAP
    drawn = Image.new("RGB", (COLUMNS * (width + GAP) + GAP, height), "#dfe4ec")
    for place, column in enumerate(columns):
        top = GAP
        for each in column:
            drawn.paste(each, (GAP + place * (width + GAP), top))
            top += each.height + GAP
    drawn.quantize(COLOURS).save(file, optimize=True)


async def main(apps: list[str]) -> int:
    """Take every picture, or those of the named apps; returns the exit code."""
    SINGLE.mkdir(exist_ok=True)
    SHEETS.mkdir(parents=True, exist_ok=True)
    for cast in [each for each in CASTS if not apps or each.app in apps]:
        with tempfile.TemporaryDirectory() as home:
            taken = await play(cast, Path(home))
        sheet(taken, SHEETS / f"{cast.app}.png")
        sys.stdout.write(f"{cast.app}: {len(taken)} cards, {SHEETS / cast.app}.png\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
