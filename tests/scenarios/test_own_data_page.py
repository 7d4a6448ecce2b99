"""What is kept of a candidate, on their own page: shown to who knows the second fact, and to nobody else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models import AuditRecord
from tests.scenarios.candidate_door import Door, closed, opened, text_of

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
