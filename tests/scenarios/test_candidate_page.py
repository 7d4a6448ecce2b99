"""The candidate's own page: shows without changing, acts once, and tells a stranger nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from models import (
    AuditRecord,
    Booking,
    BookingStatus,
    CancellationRequest,
    EntryLink,
    InboundMessage,
    OutboxMessage,
)
from tests.scenarios.candidate_door import ROOM, STARTS, Door, closed, count, everything, forms_in, opened, text_of
from workflow import requests, verifying

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@pytest.fixture
async def door(database_url: str, home: Path) -> AsyncIterator[Door]:
    running = await opened(database_url, home)
    await running.new_booking("张伟", "13800008123")
    yield running
    await closed(running)


@pytest.fixture
def token(door: Door) -> str:
    return door.tokens["张伟"]


async def booking() -> Booking:
    return await Booking.get()


async def test_it_says_when_where_and_for_what_and_masks_the_name(door: Door, token: str) -> None:
    status, html = await door.get(token)
    assert status == 200
    for words in ("11月25日 周三 15:00", "北京时间", "Java后端", "华辰互联", "45 分钟", "已预约", "张*，您好"):
        assert words in text_of(html)
    assert "11月25日 周三 14:50 起" in text_of(html)
    assert "张伟" not in html
    assert "8123" not in html
    assert "rooms.example" not in html


async def test_a_thousand_visits_of_a_scanner_change_nothing(door: Door, token: str) -> None:
    before = await everything()
    for _ in range(20):
        answers = await asyncio.gather(*(door.get(token, ("GET", "HEAD")[i % 2]) for i in range(50)))
        assert {status for status, _ in answers} == {200}
    assert await everything() == before


async def test_every_answer_forbids_storing_framing_referring_and_foreign_resources(door: Door, token: str) -> None:
    form = await door.form(token, "cancel")
    wrong = {**form, "reason": "conflict", "proof": "0000"}
    answers = [
        await door.http.get(door.address(token)),
        await door.http.head(door.address(token)),
        await door.http.get(door.address("a" * 26)),
        await door.post(token, wrong),
        await door.post(token, {"action": "cancel"}),
        await door.cancel(token),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for answer in answers[:-1]:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy


async def test_a_token_with_one_letter_changed_opens_nothing(door: Door, token: str) -> None:
    form = {**await door.form(token, "cancel"), "reason": "conflict", "proof": "8123"}
    before = await everything()
    unknown = (await door.get("a" * 26))[1]
    for place in range(26):
        other = ALPHABET[ALPHABET.index(token[place]) ^ 1]
        changed = token[:place] + other + token[place + 1 :]
        assert await door.get(changed) == (404, unknown)
        assert (await door.post(changed, form)).status == 404
    for odd in (token.upper(), token[:-1], token + "a", "%00", "..%2f..", "张" * 26):
        assert (await door.get(odd))[0] == 404
    assert "链接已失效，请联系招聘负责人" in unknown
    assert await everything() == before


async def test_cancelling_in_time_cancels_at_once_and_the_room_is_gone(door: Door, token: str) -> None:
    answer = await door.cancel(token, reason="illness", words="发烧了")
    assert (answer.status, answer.headers["Location"]) == (303, f"/i/{token}")
    assert (await booking()).status == BookingStatus.CANCELLED
    request = await requests.reload((await CancellationRequest.get()).id)
    assert (request.reason_code, request.reason_text) == ("illness", "取消面试，身体不适：发烧了")
    door.clock.at = STARTS
    html = (await door.get(token))[1]
    assert "已由您于 11月23日 周一 09:30 取消" in text_of(html)
    assert "enter" not in forms_in(html)
    assert "cancel" not in forms_in(html)
    line = json.loads((await AuditRecord.get(action="booking.declined")).line)
    assert (line["actor"]["via"], line["actor"]["auth"]) == ("page", "link+tail")
    assert (await verifying.verify("shouyue/huachen/net"))[1] is None


async def test_the_same_form_twenty_times_at_once_is_one_cancellation(door: Door, token: str) -> None:
    form = {**await door.form(token, "cancel"), "reason": "conflict", "proof": "8123"}
    answers = await asyncio.gather(*(door.post(token, form) for _ in range(20)))
    assert {answer.status for answer in answers} == {303}
    assert await count("booking.declined") == await count("booking.cancelled") == 1
    assert await CancellationRequest.all().count() == 1
    assert await OutboxMessage.filter(topic="cancelled").count() == 1
    assert (await InboundMessage.get()).repeats == 19


async def test_a_late_candidate_is_told_that_nobody_waits_for_them(door: Door, token: str) -> None:
    door.clock.at = STARTS - timedelta(hours=3)
    assert "您确认后就不必再来" in text_of((await door.get(token))[1])
    assert (await door.cancel(token)).status == 303
    assert (await booking()).status == BookingStatus.DECLINED
    door.clock.at = STARTS
    html = (await door.get(token))[1]
    assert "已登记您不来" in text_of(html)
    assert (await CancellationRequest.get()).number in html
    assert forms_in(html).keys() == {"copy", "correct", "erase"}


async def test_a_second_word_through_another_door_finds_it_done(door: Door, token: str) -> None:
    form = {**await door.form(token, "cancel"), "reason": "conflict", "proof": "8123"}
    door.clock.at = STARTS - timedelta(hours=3)
    assert (await door.cancel(token)).status == 303
    assert (await door.post(token, form)).status == 303
    assert await count("booking.declined") == 1


async def test_five_wrong_tails_end_it_even_for_the_right_one(door: Door, token: str) -> None:
    form = {**await door.form(token, "cancel"), "reason": "conflict"}
    pages = [await door.post(token, {**form, "proof": "0000"}) for _ in range(5)]
    assert [page.status for page in pages] == [403] * 5
    assert "还可以再试 4 次" in await pages[0].text()
    assert "请直接联系招聘负责人" in await pages[4].text()
    assert "8123" not in await pages[4].text()
    assert (await door.post(token, {**form, "proof": "8123"})).status == 403
    html = (await door.get(token))[1]
    assert forms_in(html) == {}
    assert "请直接联系招聘负责人" in html
    assert (await booking()).status == BookingStatus.SCHEDULED
    assert await count("attempt.refused") == 5


async def test_wrong_tails_sent_at_once_are_all_counted(door: Door, token: str) -> None:
    form = {**await door.form(token, "cancel"), "reason": "conflict"}
    await asyncio.gather(*(door.post(token, {**form, "proof": f"{guess:04}"}) for guess in range(30)))
    assert (await EntryLink.get()).tries == 5


async def test_a_locked_page_still_lets_the_candidate_enter(door: Door, token: str) -> None:
    form = {**await door.form(token, "cancel"), "reason": "conflict", "proof": "0000"}
    for _ in range(5):
        await door.post(token, form)
    door.clock.at = STARTS
    answer = await door.post(token, await door.form(token, "enter"))
    assert (answer.status, answer.headers["Location"]) == (303, ROOM)


async def test_more_links_give_a_guesser_no_more_than_ten_tries_a_day(door: Door) -> None:
    for number in range(3):
        await door.new_booking("李四", "13900001111", starts_at=STARTS + timedelta(days=number))
        token = door.tokens["李四"]
        form = {**(forms_in((await door.get(token))[1]).get("cancel") or {}), "reason": "conflict", "proof": "0000"}
        for _ in range(5):
            await door.post(token, form)
    assert [link.tries for link in await EntryLink.filter(tries__gt=0)] == [5, 5]
    door.clock.at += timedelta(days=1, seconds=1)
    assert "cancel" in forms_in((await door.get(token))[1])


async def test_a_slip_is_forgiven_once_the_right_tail_comes(door: Door, token: str) -> None:
    await door.cancel(token, proof="0000")
    assert (await EntryLink.get()).tries == 1
    assert (await door.cancel(token, proof="８１２３")).status == 303
    assert (await EntryLink.get()).tries == 0


async def test_what_cannot_be_a_tail_is_asked_again_and_costs_no_try(door: Door, token: str) -> None:
    for odd in ("", "812", "13800008123", "abcd"):
        answer = await door.cancel(token, proof=odd)
        assert answer.status == 422
        assert "后四位" in await answer.text()
    assert (await EntryLink.get()).tries == 0


async def test_without_a_phone_the_mail_address_proves_it(door: Door) -> None:
    made = await door.new_booking("张玮", "", "zhang.wei@example.cn")
    token = door.tokens["张玮"]
    assert "邮箱 @ 前面的部分" in (await door.get(token))[1]
    assert (await door.cancel(token, proof="zhang")).status == 403
    assert (await door.cancel(token, proof="Zhang.Wei@example.cn")).status == 303
    assert (await Booking.get(id=made.id)).status == BookingStatus.CANCELLED


async def test_a_form_of_another_booking_does_nothing_here(door: Door, token: str) -> None:
    await door.new_booking("王五", "13700008123")
    foreign = {**await door.form(door.tokens["王五"], "cancel"), "reason": "conflict", "proof": "8123"}
    before = await everything()
    assert (await door.post(token, foreign)).status == 403
    own = {**await door.form(token, "cancel"), "reason": "conflict", "proof": "8123"}
    for name, value in {"revision": "2", "turn": "1", "form": "a" * 26, "action": "reschedule"}.items():
        assert (await door.post(token, {**own, name: value, "words": "周五上午"})).status == 403
    assert await everything() == before


async def test_a_form_sent_from_another_site_does_nothing(door: Door, token: str) -> None:
    own = {**await door.form(token, "cancel"), "reason": "conflict", "proof": "8123"}
    for site in ("cross-site", "same-site"):
        assert (await door.post(token, own, Sec_Fetch_Site=site)).status == 403
    assert (await door.post(token, own, Content_Type="text/plain")).status == 403
    assert (await booking()).status == BookingStatus.SCHEDULED
    assert (await door.post(token, own, Sec_Fetch_Site="same-origin")).status == 303


async def test_a_form_from_before_a_change_shows_the_change_instead(door: Door, token: str) -> None:
    old = {**await door.form(token, "cancel"), "reason": "conflict", "proof": "8123"}
    row = await booking()
    row.starts_at, row.revision = STARTS + timedelta(days=1), row.revision + 1
    await door.app.store.transact(row.save)
    answer = await door.post(token, old)
    assert answer.status == 409
    assert "11月26日 周四 15:00" in text_of(await answer.text())
    assert (await booking()).status == BookingStatus.SCHEDULED
    assert await count("attempt.refused") == 1
    assert (await door.cancel(token)).status == 303


async def test_an_expired_or_revoked_link_looks_like_an_unknown_one(door: Door, token: str) -> None:
    form = {**await door.form(token, "cancel"), "reason": "conflict", "proof": "8123"}
    unknown = await door.get("a" * 26)
    door.clock.at = STARTS + timedelta(minutes=45)
    assert "已结束" in text_of((await door.get(token))[1])
    door.clock.at += timedelta(days=7, seconds=1)
    assert await door.get(token) == unknown
    assert (await door.post(token, form)).status == 404
    door.clock.at = STARTS - timedelta(days=1)
    await door.app.store.transact(lambda: EntryLink.all().update(revoked_at=door.clock.at))
    assert await door.get(token) == unknown
    assert (await door.post(token, form)).status == 404
    assert (await booking()).status == BookingStatus.SCHEDULED


async def test_the_room_opens_ten_minutes_before_and_closes_at_the_end(door: Door, token: str) -> None:
    minutes = {-11: False, -10: True, 0: True, 44: True, 45: False}
    for minute, is_open in minutes.items():
        door.clock.at = STARTS + timedelta(minutes=minute)
        html = (await door.get(token))[1]
        assert ("enter" in forms_in(html), "进入面试</button>" in html) == (is_open, is_open)
        assert "rooms.example" not in html
    door.clock.at = STARTS
    form = await door.form(token, "enter")
    assert (await door.post(token, form)).headers["Location"] == ROOM
    door.clock.at = STARTS + timedelta(hours=1)
    assert (await door.post(token, form)).headers["Location"] == f"/i/{token}"


async def test_a_room_that_is_no_web_address_leads_nowhere(door: Door) -> None:
    await door.new_booking("赵六", "13600001234", link="javascript:alert(1)")
    door.clock.at = STARTS
    html = (await door.get(door.tokens["赵六"]))[1]
    assert "enter" not in forms_in(html)
    assert "javascript:" not in html


async def test_words_after_the_start_go_to_hr_and_are_not_lost(door: Door, token: str) -> None:
    form = {**await door.form(token, "cancel"), "reason": "other", "words": "路上堵车来不了", "proof": "8123"}
    door.clock.at = STARTS + timedelta(minutes=1)
    assert (await door.post(token, form)).status == 303
    assert "您的话已于 11月25日 周三 15:01 转给招聘负责人" in text_of((await door.get(token))[1])
    assert await OutboxMessage.filter(topic="hr_question").count() == 1
    assert (await booking()).status == BookingStatus.SCHEDULED


async def test_a_wish_for_another_time_reaches_hr_and_the_booking_stands(door: Door, token: str) -> None:
    form = {**await door.form(token, "reschedule"), "words": "周五上午", "proof": "8123"}
    answers = await asyncio.gather(*(door.post(token, form) for _ in range(5)))
    assert {answer.status for answer in answers} == {303}
    notice = await OutboxMessage.get(topic="hr_reschedule_asked")
    assert json.loads(notice.payload) == {"words": "周五上午"}
    assert (await booking()).status == BookingStatus.SCHEDULED
    text = text_of((await door.get(token))[1])
    assert "您想换个时间的话已于 11月23日 周一 09:30 转给招聘负责人" in text


async def test_a_candidate_may_correct_a_wish_twice(door: Door, token: str) -> None:
    for words in ("周五上午", "还是周四下午", "周四三点以后"):
        form = {**await door.form(token, "reschedule"), "words": words, "proof": "8123"}
        assert (await door.post(token, form)).status == 303
    assert "reschedule" not in forms_in((await door.get(token))[1])
    assert await OutboxMessage.filter(topic="hr_reschedule_asked").count() == 3


async def test_whoever_keeps_eligibility_can_ask_for_a_new_time_after_cancelling(door: Door, token: str) -> None:
    await door.cancel(token)
    html = (await door.get(token))[1]
    assert "重新预约" in text_of(html)
    form = {**forms_in(html)["reschedule"], "words": "下周一", "proof": "8123"}
    assert (await door.post(token, form)).status == 303
    await door.app.store.transact(lambda: Booking.all().update(keeps_eligibility=False))
    assert forms_in((await door.get(token))[1]).keys() == {"copy", "correct", "erase"}


async def test_other_needs_a_few_words_and_what_was_written_stays(door: Door, token: str) -> None:
    answer = await door.cancel(token, reason="other", words="呃")
    assert answer.status == 422
    assert "至少 4 个字" in await answer.text()
    assert ">呃</textarea>" in await answer.text()
    assert (await door.cancel(token, reason="")).status == 422
    assert (await door.cancel(token, reason="plan_changed")).status == 422
    assert (await booking()).status == BookingStatus.SCHEDULED


async def test_markup_in_names_and_words_is_text(door: Door) -> None:
    evil = "<script>alert(1)</script>"
    await door.new_booking(evil, "13500009999", position="'\"><img src=x onerror=alert(1)><script>alert(2)</script>")
    token = door.tokens[evil]
    assert "<script>alert" not in (await door.get(token))[1]
    assert "<img" not in (await door.get(token))[1]
    answer = await door.cancel(token, proof="9999", reason="", words="</textarea><script>alert(3)</script>")
    html = await answer.text()
    assert "<script>alert" not in html
    assert "&lt;/textarea&gt;" in html


async def test_our_own_fault_keeps_the_words_and_says_so(door: Door, token: str) -> None:
    form = {**await door.form(token, "cancel"), "reason": "conflict", "words": "来不了", "proof": "8123"}
    row = await (await booking()).organisation
    row.policy = {"notice_period_h": "never"}
    await door.app.store.transact(row.save)
    answer = await door.post(token, form)
    assert answer.status == 500
    kept = await InboundMessage.get()
    assert (kept.status, kept.content) == ("dead", "来不了")
    assert kept.reference in await answer.text()
    assert token not in await answer.text()
