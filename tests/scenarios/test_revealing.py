"""显示 in a chat: the link is one person's, once, for ten minutes, opens only with the code; all of it is on record."""

import json
import re
from dataclasses import dataclass

import aiohttp
import pytest
from tortoise.connection import get_connection

from models import AuditRecord, Booking, Employee, Grant, RevealLink
from sandbox.people import person_with_id
from tests.scenarios.company import Company
from tests.scenarios.steps import at_the_desk, heard, number_of, whole_logs
from workflow import limits

__all__ = ["whole_logs"]
ZHANG = person_with_id("zhangwei-8123")
assert ZHANG is not None
PHONE, REASON = ZHANG.phone, "核对来访登记"


@dataclass
class Offer:
    """What stands in the chat, and the page behind it."""

    company: Company
    number: str
    address: str
    code: str

    async def get(self) -> tuple[int, str]:
        async with self.company.http.get(self.address) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            return answer.status, await answer.text()

    async def post(self, **fields: str) -> tuple[int, str, aiohttp.ClientResponse]:
        async with self.company.http.post(self.address, data=fields) as answer:
            return answer.status, await answer.text(), answer

    async def sends(self, code: str) -> tuple[int, str, aiohttp.ClientResponse]:
        form = re.search(r'name="form" value="([a-z2-7]{26})"', (await self.get())[1])
        assert form is not None
        return await self.post(form=form[1], code=code)

    @property
    def wrong(self) -> str:
        return "000000" if self.code != "000000" else "111111"


async def offered(company: Company, kinds: str = "电话", person: str = "wangfang") -> Offer:
    number = await number_of("zhangwei-8123")
    seen = await company.says(person, f"显示 {number} {kinds} 原因 {REASON}")
    text = (await company.sees(person, number, "验证码", after=seen))["text"]
    assert PHONE not in text
    address, code = re.search(r"http://\S+/r/[a-z2-7]{26}", text), re.search(r"验证码：([0-9]{6})", text)
    assert address is not None
    assert code is not None
    return Offer(company, number, address[0], code[1])


@pytest.fixture
async def offer(company: Company) -> Offer:
    return await offered(company)


async def lines(action: str) -> list[dict[str, dict[str, object]]]:
    return [json.loads(each.line) for each in await AuditRecord.filter(action=action).order_by("id")]


async def test_hr_sees_the_phone_once_and_the_reason_stands_in_the_log_as_a_commitment(offer: Offer) -> None:
    status, page = await offer.get()
    assert (status, offer.number in page, offer.code in page, "张" in page, "8123" in page) == (
        200,
        True,
        False,
        False,
        False,
    )
    status, page, answer = await offer.sends(f" {offer.code} ")
    assert (status, PHONE in page, "张伟" in page) == (200, True, False)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert (await offer.get())[0] == 404
    assert (await offer.post(form="x", code=offer.code))[0] == 404
    (asked,), (shown,) = await lines("reveal.asked"), await lines("reveal.shown")
    person = await Employee.get(key="wangfang")
    assert asked["actor"]["sub"] == shown["actor"]["sub"] == f"u_{person.id.hex[:16]}"
    assert (shown["actor"]["via"], asked["data"]["kinds"], shown["data"]["kinds"]) == ("page", ["phone"], ["phone"])
    assert re.fullmatch("[0-9a-f]{64}", str(asked["pd"]["purpose"]))
    assert not [each for each in await AuditRecord.all() if REASON in each.line or PHONE in each.line]


async def test_everything_is_shown_when_everything_was_asked_for(company: Company) -> None:
    offer = await offered(company, "全部")
    status, page, _ = await offer.sends(offer.code)
    assert (status, "张伟" in page, PHONE in page, "邮箱" in page) == (200, True, True, True)


async def test_opening_the_link_writes_nothing(offer: Offer) -> None:
    before = await AuditRecord.all().count()
    for _ in range(3):
        assert (await offer.get())[0] == 200
    link = await RevealLink.get()
    assert (await AuditRecord.all().count(), link.tries, link.ended_at, link.shown_at) == (before, 0, None, None)


async def test_after_five_wrong_codes_the_right_one_shows_nothing(offer: Offer) -> None:
    for left in (4, 3, 2, 1):
        status, page, _ = await offer.sends(offer.wrong)
        assert (status, f"还可以试 {left} 次" in page, PHONE in page) == (403, True, False)
    form = re.search(r'name="form" value="([a-z2-7]{26})"', (await offer.get())[1])
    assert form is not None
    assert (await offer.post(form=form[1], code=offer.wrong))[0] == 404
    assert (await offer.post(form=form[1], code=offer.code))[0] == 404
    assert await lines("reveal.shown") == []
    assert [each["why"] for each in await lines("reveal.refused")] == ["wrong-code"] * 5


async def test_a_form_that_this_page_did_not_show_opens_nothing_and_costs_no_try(offer: Offer) -> None:
    for fields in ({"code": offer.code}, {"code": offer.code, "form": "a" * 26}):
        assert (await offer.post(**fields))[0] == 403
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with offer.company.http.post(offer.address, data={"code": offer.code}, headers=headers) as answer:
        assert answer.status == 403
    assert (await RevealLink.get()).tries == 0
    assert await lines("reveal.shown") == []


async def test_a_link_that_nobody_opened_ends_after_ten_minutes_and_that_is_on_record(offer: Offer) -> None:
    await offer.company.passes(10 * 60)
    assert (await offer.get())[0] == 404
    await offer.company.settled()
    (expired,) = await lines("reveal.expired")
    assert (expired["actor"]["sub"], expired["data"]["kinds"]) == ("system", ["phone"])


async def test_a_link_that_was_opened_does_not_expire_afterwards(offer: Offer) -> None:
    assert (await offer.sends(offer.code))[0] == 200
    await offer.company.passes(11 * 60)
    await offer.company.settled()
    assert await lines("reveal.expired") == []


async def test_a_right_that_is_gone_by_then_shows_nothing(offer: Offer) -> None:
    async def withdraw() -> None:
        await Grant.filter(employee=await Employee.get(key="wangfang")).delete()

    await at_the_desk(offer.company, withdraw)
    status, page, _ = await offer.sends(offer.code)
    assert (status, "没有查看这位候选人资料的权限" in page, PHONE in page) == (403, True, False)
    assert (await offer.get())[0] == 404
    assert await lines("reveal.shown") == []
    assert [each["why"] for each in await lines("reveal.refused")] == ["not-found"]


async def test_one_link_does_not_open_with_the_code_of_another(offer: Offer) -> None:
    other = await offered(offer.company, "姓名")
    assert other.address != offer.address
    if other.code != offer.code:
        assert (await offer.sends(other.code))[0] == 403


async def test_neither_token_nor_code_is_stored(offer: Offer) -> None:
    token = offer.address.rpartition("/")[2]
    (row,) = await get_connection("default").execute_query_dict("SELECT * FROM reveal_link")
    kept = " ".join(str(value) for value in row.values())
    assert token not in kept
    assert REASON not in kept
    assert offer.code not in [str(value) for value in row.values()]


@pytest.mark.parametrize(
    ("person", "words"),
    [("sunjing", "没有这个权限"), ("zhaoguoqiang", "没有找到"), ("liuyang", "没有找到"), ("lilei", "没有找到")],
)
async def test_who_may_not_reveal_is_refused_and_the_attempt_is_recorded(
    company: Company, person: str, words: str
) -> None:
    number = await number_of("zhangwei-8123")
    await company.says(person, f"显示 {number} 电话 原因 {REASON}")
    await company.sees(person, "没有办理", words, "编号 E")
    assert not await RevealLink.exists()
    assert len(await lines("attempt.refused")) == 1


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("显示 {number} 电话", "请写明为什么要看"),
        ("显示 {number} 电话 原因 想看", "请写明为什么要看"),
        ("显示 {number} 电话 原因 ……！！", "请写明为什么要看"),
        ("显示 {number} 原因 核对来访登记", "请写要看什么"),
        ("显示 电话 原因 核对来访登记", "请写预约号"),
        ("显示 {number} 地址 电话 原因 核对来访登记", "没看懂「地址」"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_is_shown(company: Company, typed: str, answer: str) -> None:
    number = await number_of("zhangwei-8123")
    await company.says("wangfang", typed.format(number=number))
    await company.sees("wangfang", answer, "编号 E")
    assert not await RevealLink.exists()


async def test_who_asks_too_often_is_refused_and_the_security_administrator_hears_of_it_once(company: Company) -> None:
    limits.install(limits.Limits(reveals=2))
    for kinds in ("电话", "邮箱"):
        await offered(company, kinds)
    number = await number_of("zhangwei-4410")
    for turn in range(2):
        seen = await company.says("wangfang", f"显示 {number} 电话 原因 {REASON}{turn}")
        await company.sees("wangfang", "没有显示", "今天已要求显示 2 次", "编号 E", after=seen)
    await company.settled()
    (told,) = [each for each in await heard(company, "hanxue") if "提醒" in each]
    assert ("王芳" in told, "2 次" in told, "张" in told) == (True, True, False)
    assert [each["why"] for each in await lines("reveal.refused")] == ["too-many"] * 2
    assert await RevealLink.all().count() == 2
    await company.passes(24 * 3600)
    await offered(company)


async def test_an_auditor_hears_each_morning_what_was_seen_and_taken_home_and_nothing_of_a_silent_day(
    company: Company,
) -> None:
    offer = await offered(company)
    await offer.sends(offer.code)
    await company.passes(24 * 3600)
    told = (await company.sees("sunjing", "11月24日 的查看与导出"))["text"]
    assert "申请 1 次，看了 1 次，被拒绝 0 次（王芳 1 次）" in told
    assert "\n导出：" not in told
    assert "张" not in told
    await company.passes(24 * 3600)
    await company.settled()
    assert len([each for each in await heard(company, "sunjing") if "查看与导出" in each]) == 1


async def test_the_timeline_tells_who_asked_why_and_who_saw(offer: Offer) -> None:
    await offer.sends(offer.code)
    booking = await Booking.get(number=offer.number)
    await offer.company.says("sunjing", f"时间轴 {booking.number}")
    told = await offer.company.sees("sunjing", "时间轴", "王芳 要求显示候选人资料", "王芳 看了候选人资料：电话")
    assert f"附言「{REASON}」" in told["text"]
