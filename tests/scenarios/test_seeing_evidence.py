"""看证据 in a chat: who decides sees what a request rests on, once, drawn anew, with a code, on record (S37, S85)."""

import base64
import hashlib
import io
import json
import re

import aiohttp
import pytest
from PIL import Image

from models import AuditRecord, Evidence
from tests import pictures
from tests.scenarios.company import Company
from tests.scenarios.steps import asked_for_evidence, noted, request_number, whole_logs
from tests.threats import hostile_files

__all__ = ["whole_logs"]


class Page:
    """The page behind what somebody was answered."""

    def __init__(self, company: Company, text: str) -> None:
        address, code = re.search(r"http://\S+/e/[a-z2-7]{26}", text), re.search(r"验证码：([0-9]{6})", text)
        assert address is not None
        assert code is not None
        self.company, self.address, self.code = company, address[0], code[1]

    async def get(self) -> tuple[int, str]:
        async with self.company.http.get(self.address) as answer:
            return answer.status, await answer.text()

    async def sends(self, code: str) -> tuple[aiohttp.ClientResponse, bytes]:
        form = re.search(r'name="form" value="([a-z2-7]{26})"', (await self.get())[1])
        fields = {"form": form[1] if form else "x", "code": code}
        async with self.company.http.post(self.address, data=fields) as answer:
            return answer, await answer.read()


async def asks(company: Company, person: str, number: str, more: str = "") -> Page:
    seen = await company.says(person, f"看证据 {number}{more}")
    return Page(company, (await company.sees(person, number, "验证码", after=seen))["text"])


async def lines(action: str) -> list[dict[str, dict[str, object]]]:
    return [json.loads(each.line) for each in await AuditRecord.filter(action=action).order_by("id")]


@pytest.fixture
async def number(company: Company) -> str:
    """Return the number of a request that waits for the department head, with a photograph as its evidence."""
    card = await asked_for_evidence(company)
    await company.sends_file("liuyang", "病假条.jpg", hostile_files.located(), "image/jpeg")
    await company.card("chenmin", "待你审批")
    return request_number(card)


async def test_who_decides_sees_the_picture_drawn_anew_once_and_it_is_on_record(company: Company, number: str) -> None:
    page = await asks(company, "chenmin", number)
    status, form = await page.get()
    assert (status, "病假条" in form, "data:" in form) == (200, False, False)
    answer, body = await page.sends(page.code)
    shown = body.decode()
    picture = re.search(r'src="data:image/jpeg;base64,([^"]+)"', shown)
    assert picture is not None
    drawn = base64.b64decode(picture[1])
    original = hostile_files.located()
    assert Image.open(io.BytesIO(drawn)).size == (300, 400)
    assert b"Exif" not in drawn
    assert hashlib.sha256(original).hexdigest() in shown
    assert "原图里有，这里不显示" in shown
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await page.get())[0] == 404
    (made,), (viewed,) = await lines("evidence.link_made"), await lines("evidence.viewed")
    assert made["actor"]["sub"] == viewed["actor"]["sub"]
    assert viewed["data"]["pieces"] == [1]
    assert (await Evidence.get()).digest == hashlib.sha256(original).hexdigest()


async def test_a_wrong_code_shows_nothing_and_five_of_them_end_the_link(company: Company, number: str) -> None:
    page = await asks(company, "chenmin", number)
    wrong = "000000" if page.code != "000000" else "111111"
    for _ in range(5):
        _, body = await page.sends(wrong)
        assert b"data:" not in body
    answer, _ = await page.sends(page.code)
    assert answer.status == 404
    assert [each["why"] for each in await lines("evidence.view_refused")] == ["wrong-code"] * 5


async def test_who_does_not_decide_about_it_gets_no_link(company: Company, number: str) -> None:
    seen = await company.says("wangfang", f"看证据 {number}")
    await company.sees("wangfang", "没有找到", after=seen)
    assert await lines("evidence.link_made") == []
    assert [each["why"] for each in await lines("attempt.refused")] == ["not-found"]


async def test_without_a_number_and_without_that_piece_the_way_is_said(company: Company, number: str) -> None:
    seen = await company.says("chenmin", "看证据")
    await company.sees("chenmin", "请写申请号", after=seen)
    seen = await company.says("chenmin", f"看证据 {number} 7")
    await company.sees("chenmin", "证明共 1 份", after=seen)


async def test_a_mail_is_text_and_a_pdf_is_handed_out_to_be_saved(company: Company) -> None:
    number = request_number(await asked_for_evidence(company))
    await company.sends_file("liuyang", "邮件.eml", pictures.MAIL, "message/rfc822")
    await company.card("chenmin", "待你审批", "1 份 ✓")
    page = await asks(company, "chenmin", number)
    _, body = await page.sends(page.code)
    shown = body.decode()
    assert "我来不了了" in shown
    assert "没有联网验证" in shown
    assert "tracker.example" not in shown
    assert "steal()" not in shown
    await company.taps("chenmin", await company.card("chenmin", "待你审批"), "send_back")
    await company.card("liuyang", "已退回，待你补充")
    sent = hostile_files.pdf()  # it says when it was made
    await company.sends_file("liuyang", "证明.pdf", sent, "application/pdf")
    await company.until(lambda: noted("evidence.kept", 2), "the second piece is kept")
    page = await asks(company, "chenmin", number, " 2")
    answer, body = await page.sends(page.code)
    assert body == sent
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{number}-2.pdf"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_button_does_what_the_word_does_on_both_platforms_and_decides_nothing(
    company: Company, number: str
) -> None:
    for person in ("chenmin", "zhaoguoqiang"):
        card = await company.card(person, "待你审批", number)
        seen = len(await company.screen(person))
        await company.taps(person, card, "see")
        page = Page(company, (await company.sees(person, number, "证明共 1 份", "验证码", after=seen))["text"])
        _, body = await page.sends(page.code)
        assert b"data:image/jpeg" in body
        still = await company.card(person, "待你审批", number)
        assert [each["key"].split(".")[0] for each in still["buttons"]].count("see") == 1
        await company.taps(person, still, "approve", {"still_needed": "no"} if person == "chenmin" else {})
        await company.card(person, "已同意")
    assert [len(each["data"]["pieces"]) for each in await lines("evidence.viewed")] == [1, 1]
