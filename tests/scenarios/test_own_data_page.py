"""What is kept of a candidate, on their own page: shown to who knows the second fact, and to nobody else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models import AuditRecord, Basis, CorrectionRequest, ErasureRequest, ErasureStatus
from tests.scenarios.candidate_door import Door, closed, forms_in, opened, text_of

PHONE = "13800008123"


@pytest.fixture
async def door(sqlite_url: str, home: Path) -> AsyncIterator[Door]:
    running = await opened(sqlite_url, home)
    await running.new_booking("张伟", PHONE)
    yield running
    await closed(running)


async def test_the_second_fact_opens_it_in_full_and_leaves_a_record(door: Door) -> None:
    token = door.tokens["张伟"]
    form = await door.form(token, "copy")
    answer = await door.post(token, {**form, "proof": "8123", "as": "page"})
    shown = text_of(await answer.text())
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    for words in ("张伟", PHONE, "面试 1 场", "删除我的信息"):
        assert words in shown.replace("\n", " ")
    record = await AuditRecord.get(action="privacy.copied")
    assert PHONE not in record.line
    assert await AuditRecord.filter(action="privacy.shown").count() == 1


async def test_it_can_be_taken_home_as_json(door: Door) -> None:
    token = door.tokens["张伟"]
    answer = await door.post(token, {**await door.form(token, "copy"), "proof": "8123", "as": "json"})
    assert "attachment" in answer.headers["Content-Disposition"]
    kept = json.loads(await answer.text())["kept"]
    assert [(each["name"], each["phone"], each["interviews"]) for each in kept] == [("张伟", PHONE, 1)]


async def test_a_wrong_second_fact_shows_nothing(door: Door) -> None:
    token = door.tokens["张伟"]
    answer = await door.post(token, {**await door.form(token, "copy"), "proof": "0000", "as": "json"})
    assert answer.status == 403
    assert PHONE not in await answer.text()
    assert not await AuditRecord.filter(action="privacy.copied").exists()


async def test_the_rules_are_a_page_that_every_candidates_page_leads_to(door: Door) -> None:
    assert 'href="/privacy"' in (await door.get(door.tokens["张伟"]))[1]
    async with door.http.get(f"http://127.0.0.1:{door.app.port}/privacy") as answer:
        assert answer.status == 200
        shown = text_of(await answer.text())
    for words in ("保存 3 年", "安排面试", "更正", "版本"):
        assert words in shown


async def test_who_has_only_a_mail_address_corrects_and_deletes_on_the_page(door: Door) -> None:
    await door.new_booking("李娜", "", "lina@example.cn")
    token = door.tokens["李娜"]
    form = {**await door.form(token, "correct"), "field": "email", "words": "na.li@example.cn"}
    assert (await door.post(token, {**form, "proof": "zhang"})).status == 403
    assert not await CorrectionRequest.all().exists()
    for _ in range(2):
        assert (await door.post(token, {**form, "proof": "lina"})).status == 303
    wish = await CorrectionRequest.get()
    assert (str(wish.field), wish.value) == ("email", "na.li@example.cn")
    form = await door.form(token, "erase")
    unsure = await door.post(token, {**form, "proof": "lina"})
    assert unsure.status == 422
    assert "请勾选" in await unsure.text()
    assert (await door.post(token, {**form, "proof": "lina", "sure": "yes"})).status == 303
    erasure = await ErasureRequest.get()
    assert (erasure.basis, erasure.by_candidate, erasure.status) == (Basis.ASKED, True, ErasureStatus.EXPIRED)
    html = (await door.get(token))[1]
    assert f"您要求更正邮箱，已转招聘负责人核对，最晚 2026年12月14日 答复您，更正后会告诉您。编号 {wish.number}" in html
    assert "您还有没结束的面试" in html
    assert erasure.number in html
    assert "erase" not in forms_in(html)


async def test_what_cannot_be_a_phone_number_is_asked_for_again_and_stays_written(door: Door) -> None:
    token = door.tokens["张伟"]
    form = {**await door.form(token, "correct"), "field": "phone", "words": "一三八", "proof": "8123"}
    answer = await door.post(token, form)
    assert answer.status == 422
    assert "请写正确的手机号" in await answer.text()
    assert 'value="一三八"' in await answer.text()
    assert not await CorrectionRequest.all().exists()


async def test_a_day_years_ahead_is_shown_with_its_year(door: Door) -> None:
    from bot.linked_pages import templates
    from tests.scenarios.candidate_door import NOW
    from workflow import privacy
    from workflow.own_data import OwnCopy

    kept = OwnCopy("华辰互联", "张伟", PHONE, "", ("短信",), 1, 1, 0, NOW.replace(year=2032), False)
    values = {"copies": [kept], "rules": privacy.rules()}
    assert "2032年11月23日" in templates().get_template("own_data.html").render(values)
