"""导出 in a chat: the link is one person's, once, for minutes, and opens only with the code; all of it is on record."""

import hashlib
import io
import json
import re
from dataclasses import dataclass

import aiohttp
import pytest
from pypdf import PdfReader
from tortoise.connection import get_connection

from models import AuditRecord, DownloadLink, Employee, Grant
from tests.scenarios.company import Company
from tests.scenarios.steps import whole_logs
from tests.scenarios.test_auditor import cancelled

__all__ = ["whole_logs"]


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

    async def post(self, **fields: str) -> tuple[int, bytes, aiohttp.ClientResponse]:
        async with self.company.http.post(self.address, data=fields) as answer:
            return answer.status, await answer.read(), answer

    async def sends(self, code: str) -> tuple[int, bytes, aiohttp.ClientResponse]:
        form = re.search(r'name="form" value="([a-z2-7]{26})"', (await self.get())[1])
        assert form is not None
        return await self.post(form=form[1], code=code)

    @property
    def wrong(self) -> str:
        return "000000" if self.code != "000000" else "111111"


async def offered(company: Company, person: str, number: str, verb: str = "导出") -> Offer:
    typed = await company.says(person, f"{verb} {number}")
    text = (await company.sees(person, number, "验证码", after=typed))["text"]
    address, code = re.search(r"http://\S+/d/[a-z2-7]{26}", text), re.search(r"验证码：([0-9]{6})", text)
    assert address is not None
    assert code is not None
    return Offer(company, number, address[0], code[1])


@pytest.fixture
async def offer(company: Company) -> Offer:
    return await offered(company, "sunjing", (await cancelled(company)).number)


async def lines(action: str) -> list[dict[str, dict[str, object]]]:
    return [json.loads(each.line) for each in await AuditRecord.filter(action=action).order_by("id")]


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


async def test_an_auditor_downloads_the_signed_timeline_once_and_the_name_is_masked(offer: Offer) -> None:
    status, page = await offer.get()
    assert (status, offer.number in page, offer.code in page, "张" in page) == (200, True, False, False)
    status, pdf, answer = await offer.sends(f" {offer.code} ")
    assert (status, answer.content_type) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{offer.number}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"/ETSI.CAdES.detached" in pdf
    assert "张*" in text_of(pdf)
    assert "张伟" not in text_of(pdf)
    assert "孙静（审计）" in text_of(pdf)
    assert (await offer.get())[0] == 404
    assert (await offer.post(form="x", code=offer.code))[0] == 404
    (exported,), (written,) = await lines("case.exported"), await lines("case.written")
    auditor = await Employee.get(key="sunjing")
    assert exported["actor"] == {**exported["actor"], "sub": f"u_{auditor.id.hex[:16]}", "via": "page"}
    assert (exported["data"]["format"], exported["data"]["names"]) == ("pdf", False)
    assert (written["data"]["of"], written["data"]["sha256"]) == (exported["seq"], hashlib.sha256(pdf).hexdigest())


async def test_hr_of_the_unit_gets_the_name(company: Company) -> None:
    offer = await offered(company, "wangfang", (await cancelled(company)).number)
    status, pdf, _ = await offer.sends(offer.code)
    assert (status, "张伟" in text_of(pdf)) == (200, True)


async def test_opening_the_link_writes_nothing(offer: Offer) -> None:
    before = await AuditRecord.all().count()
    for _ in range(3):
        assert (await offer.get())[0] == 200
    link = await DownloadLink.get()
    assert (await AuditRecord.all().count(), link.tries, link.ended_at) == (before, 0, None)


async def test_after_five_wrong_codes_the_right_one_opens_nothing(offer: Offer) -> None:
    for left in (4, 3, 2, 1):
        status, page, _ = await offer.sends(offer.wrong)
        assert (status, f"还可以试 {left} 次" in page.decode()) == (403, True)
    form = re.search(r'name="form" value="([a-z2-7]{26})"', (await offer.get())[1])
    assert form is not None
    assert (await offer.post(form=form[1], code=offer.wrong))[0] == 404
    assert (await offer.post(form=form[1], code=offer.code))[0] == 404
    assert await lines("case.exported") == []
    assert [each["why"] for each in await lines("attempt.refused")] == ["wrong-code"] * 5


async def test_a_form_that_this_page_did_not_show_opens_nothing_and_costs_no_try(offer: Offer) -> None:
    for fields in ({"code": offer.code}, {"code": offer.code, "form": "a" * 26}):
        assert (await offer.post(**fields))[0] == 403
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with offer.company.http.post(offer.address, data={"code": offer.code}, headers=headers) as answer:
        assert answer.status == 403
    assert (await DownloadLink.get()).tries == 0
    assert await lines("case.exported") == []


async def test_a_link_ends_after_a_quarter_of_an_hour(offer: Offer) -> None:
    await offer.company.passes(15 * 60)
    assert (await offer.get())[0] == 404


async def test_a_right_that_is_gone_by_then_downloads_nothing(offer: Offer) -> None:
    async def withdraw() -> None:
        await Grant.filter(employee=await Employee.get(key="sunjing")).delete()

    app = offer.company.app
    assert app is not None
    await app.store.transact(withdraw)
    status, page, _ = await offer.sends(offer.code)
    assert (status, "没有导出它的权限" in page.decode()) == (403, True)
    assert (await offer.get())[0] == 404
    assert await lines("case.exported") == []
    assert [each["why"] for each in await lines("attempt.refused")] == ["not-found"]


async def test_one_link_does_not_open_with_the_code_of_another(offer: Offer) -> None:
    other = await offered(offer.company, "wangfang", offer.number)
    assert other.address != offer.address
    if other.code != offer.code:
        assert (await offer.sends(other.code))[0] == 403


async def test_neither_token_nor_code_is_stored(offer: Offer) -> None:
    token = offer.address.rpartition("/")[2]
    (row,) = await get_connection("default").execute_query_dict("SELECT * FROM download_link")
    kept = " ".join(str(value) for value in row.values()) + " ".join(
        each.line for each in await AuditRecord.all() if each.action != "notice.sent"
    )
    assert token not in kept
    assert offer.code not in [str(value) for value in row.values()]


@pytest.mark.parametrize(("person", "words"), [("zhaoguoqiang", "没有"), ("liuyang", "没有")])
async def test_who_may_not_export_gets_no_link(company: Company, person: str, words: str) -> None:
    request = await cancelled(company)
    await company.says(person, f"导出 {request.number}")
    await company.sees(person, "没有办理", words, "编号 E")
    assert not await DownloadLink.all().exists()


async def test_an_export_of_nothing_says_what_to_write(company: Company) -> None:
    await company.says("sunjing", "导出 张伟")
    await company.sees("sunjing", "没有导出", "请写申请号", "编号 E")
