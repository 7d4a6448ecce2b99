"""The app's API against a real server: what is sent, and what each refusal tells the caller to do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from platforms.errors import AlreadyDone, Misconfigured, PlatformError, Refused, Temporary, Unknown, Unreachable
from platforms.http import Http
from platforms.wecom.api import Department, Member, WeCom, WeComAccount, cut
from tests.unit.platforms.recorder import Call, Recorder, recording

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
TOKEN: dict[str, Any] = {**OK, "access_token": "tok-1", "expires_in": 7200}
CARD: dict[str, Any] = {"card_type": "button_interaction", "task_id": "q-1", "main_title": {"title": "取消"}}
SEND = "/cgi-bin/message/send"
UPDATE = "/cgi-bin/message/update_template_card"
TRAILER = ", hint: [1576065934_28_e0fae0], from ip: 9.30.0.138, more info at https://open.work.weixin.qq.com/x?e=1"


@pytest.fixture
async def server() -> AsyncIterator[Recorder]:
    async with recording() as recorder:
        recorder.on("/cgi-bin/gettoken", TOKEN)
        recorder.on(SEND, {**OK, "msgid": "m1", "response_code": "RC1"})
        recorder.on(UPDATE, {**OK, "invaliduser": ["u9"]})
        yield recorder


@pytest.fixture
async def wecom(server: Recorder) -> AsyncIterator[WeCom]:
    async with Http() as http:
        yield WeCom(WeComAccount("ww01", 1000002, "s3cret", server.base + "/cgi-bin"), http, lambda: 1000.0)


def error(errcode: int, errmsg: str = "no") -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": errmsg}


async def test_a_card_goes_to_all_its_receivers_in_one_call(server: Recorder, wecom: WeCom) -> None:
    sent = await wecom.send_card(["zhaoguoqiang", "lina"], CARD)
    assert (sent.msgid, sent.response_code, sent.invalid) == ("m1", "RC1", ())
    call = server.asked(SEND)[0]
    assert call.query == {"access_token": "tok-1"}
    assert call.body == {
        "touser": "zhaoguoqiang|lina",
        "agentid": 1000002,
        "msgtype": "template_card",
        "template_card": CARD,
    }


async def test_the_token_is_fetched_once_for_many_calls(server: Recorder, wecom: WeCom) -> None:
    await asyncio.gather(*(wecom.send_text(["lina"], str(n)) for n in range(20)))
    assert len(server.asked("/cgi-bin/gettoken")) == 1
    assert server.asked("/cgi-bin/gettoken")[0].query == {"corpid": "ww01", "corpsecret": "s3cret"}


@pytest.mark.parametrize("errcode", [40014, 42001, 40001])
async def test_a_refused_token_is_renewed_once(server: Recorder, wecom: WeCom, errcode: int) -> None:
    server.on("/cgi-bin/gettoken", TOKEN, {**TOKEN, "access_token": "tok-2"})
    server.on(SEND, error(errcode), {**OK, "msgid": "m2"})
    assert (await wecom.send_text(["lina"], "好")).msgid == "m2"
    assert [call.query["access_token"] for call in server.asked(SEND)] == ["tok-1", "tok-2"]


async def test_a_token_that_stays_refused_is_a_matter_for_an_administrator(server: Recorder, wecom: WeCom) -> None:
    server.on(SEND, error(40014))
    with pytest.raises(Misconfigured):
        await wecom.send_text(["lina"], "好")
    assert len(server.asked(SEND)) == 2


async def test_a_wrong_secret_is_not_tried_again_and_not_shown(server: Recorder, wecom: WeCom) -> None:
    server.on("/cgi-bin/gettoken", error(40001, "invalid credential" + TRAILER))
    for _ in range(3):
        with pytest.raises(Misconfigured) as caught:
            await wecom.send_text(["lina"], "好")
        assert "s3cret" not in str(caught.value)
    assert len(server.asked("/cgi-bin/gettoken")) == 1


async def test_a_long_text_is_cut_at_a_character_within_2048_bytes(server: Recorder, wecom: WeCom) -> None:
    await wecom.send_text(["lina"], "面" * 900)
    content = server.asked(SEND)[0].body["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content == "面" * 681 + "…"
    assert cut("面" * 682, 2048) == "面" * 682
    assert cut("😀" * 3, 11) == "😀😀…"


async def test_an_identical_text_can_be_made_to_arrive_once(server: Recorder, wecom: WeCom) -> None:
    await wecom.send_text(["lina"], "好", once_within_s=99_999)
    body = server.asked(SEND)[0].body
    assert (body["enable_duplicate_check"], body["duplicate_check_interval"]) == (1, 14_400)


async def test_a_partial_failure_names_who_was_left_out(server: Recorder, wecom: WeCom) -> None:
    server.on(SEND, {**OK, "msgid": "m1", "invaliduser": "lina|WuTong", "unlicenseduser": "x1"})
    assert (await wecom.send_text(["LiNa", "zhao"], "好")).invalid == ("lina", "wutong", "x1")


async def test_when_nobody_was_reached_it_is_an_error(server: Recorder, wecom: WeCom) -> None:
    server.on(SEND, {**OK, "msgid": "m1", "invaliduser": "lina"})
    with pytest.raises(Unreachable):
        await wecom.send_text(["LiNa"], "好")


@pytest.mark.parametrize("userids", [[], ["@all"], ["a|b"], [""], ["a b"], [f"u{n}" for n in range(1001)]])
async def test_receivers_are_members_and_never_everybody(server: Recorder, wecom: WeCom, userids: list[str]) -> None:
    with pytest.raises(Refused):
        await wecom.send_text(userids, "好")
    assert server.calls == []


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        (81013, Unreachable),
        (60111, Unreachable),
        (43012, Misconfigured),
        (48002, Misconfigured),
        (60020, Misconfigured),
        (301002, Misconfigured),
        (45009, Temporary),
        (-1, Temporary),
        (42045, Refused),
        (44004, Refused),
        (999999, Refused),
    ],
)
async def test_the_type_of_a_refusal_says_what_to_do(
    server: Recorder, wecom: WeCom, errcode: int, expected: type[PlatformError]
) -> None:
    server.on(SEND, error(errcode, "no" + TRAILER))
    with pytest.raises(PlatformError) as caught:
        await wecom.send_card(["lina"], CARD)
    assert type(caught.value) is expected
    assert (caught.value.code, caught.value.message) == (str(errcode), "no")
    if isinstance(caught.value, Temporary):
        assert caught.value.retry_after


async def test_a_card_sent_before_is_already_done(server: Recorder, wecom: WeCom) -> None:
    server.on(SEND, error(42014))
    with pytest.raises(AlreadyDone):
        await wecom.send_card(["lina"], CARD)


@pytest.mark.parametrize("task_id", ["", "取消", "a b", "x" * 129])
async def test_a_task_id_the_platform_would_refuse_is_refused_here(
    server: Recorder, wecom: WeCom, task_id: str
) -> None:
    with pytest.raises(Refused):
        await wecom.send_card(["lina"], {**CARD, "task_id": task_id})
    assert server.calls == []


async def test_everyones_card_is_replaced(server: Recorder, wecom: WeCom) -> None:
    assert await wecom.update_card("RC1", template_card=CARD) == ("u9",)
    assert server.asked(UPDATE)[0].body == {
        "atall": 1,
        "agentid": 1000002,
        "response_code": "RC1",
        "template_card": CARD,
    }


async def test_one_members_buttons_are_greyed(server: Recorder, wecom: WeCom) -> None:
    await wecom.update_card("RC1", userids=["lina"], replace_name="已批准")
    body = server.asked(UPDATE)[0].body
    assert (body["userids"], body["atall"], body["button"]) == (["lina"], 0, {"replace_name": "已批准"})


@pytest.mark.parametrize("errcode", [60140, 42022])
async def test_a_spent_code_is_told_apart(server: Recorder, wecom: WeCom, errcode: int) -> None:
    server.on(UPDATE, error(errcode))
    with pytest.raises(Refused) as caught:
        await wecom.update_card("RC1", replace_name="已批准")
    assert caught.value.code == "code-spent"


async def test_a_card_update_is_one_kind_of_change(wecom: WeCom) -> None:
    with pytest.raises(ValueError):
        await wecom.update_card("RC1", template_card=CARD, replace_name="x")
    with pytest.raises(ValueError):
        await wecom.update_card("RC1")


async def test_a_message_is_recalled(server: Recorder, wecom: WeCom) -> None:
    server.on("/cgi-bin/message/recall", OK, error(42052))
    await wecom.recall("m1")
    assert server.asked("/cgi-bin/message/recall")[0].body == {"msgid": "m1"}
    with pytest.raises(Refused):
        await wecom.recall("m1")


async def test_no_answer_to_a_message_is_unknown_and_to_a_question_temporary(server: Recorder, wecom: WeCom) -> None:
    server.on(SEND, None)
    server.on("/cgi-bin/user/get", None)
    server.on("/cgi-bin/media/get", None)
    with pytest.raises(Unknown):
        await wecom.send_text(["lina"], "好")
    with pytest.raises(Temporary):
        await wecom.user("lina")
    with pytest.raises(Temporary):
        await wecom.media("M1")


@pytest.mark.parametrize(("status", "expected"), [(502, Unknown), (504, Unknown), (503, Temporary), (429, Temporary)])
async def test_a_proxys_error_page_is_not_taken_for_an_answer(
    server: Recorder, wecom: WeCom, status: int, expected: type[PlatformError]
) -> None:
    server.on(SEND, lambda call: web.Response(status=status, text="<html>", content_type="text/html"))
    with pytest.raises(expected):
        await wecom.send_text(["lina"], "好")


def picture(call: Call) -> web.Response:
    disposition = "attachment; filename*=utf-8''..%2F..%2F%E8%AF%81%E6%98%8E.jpg"
    return web.Response(
        body=b'{"errcode":40014}', headers={"Content-Disposition": disposition}, content_type="image/jpeg"
    )


async def test_a_file_comes_with_its_name_without_a_path(server: Recorder, wecom: WeCom) -> None:
    server.on("/cgi-bin/media/get", picture)
    assert await wecom.media("M1") == (b'{"errcode":40014}', "证明.jpg", "image/jpeg")
    assert server.asked("/cgi-bin/media/get")[0].query["media_id"] == "M1"


async def test_an_expired_file_is_refused_and_a_page_in_its_place_is_temporary(server: Recorder, wecom: WeCom) -> None:
    server.on("/cgi-bin/media/get", error(40007), lambda call: web.Response(text="<html>"), OK)
    with pytest.raises(Refused):
        await wecom.media("M1")
    for _ in range(2):
        with pytest.raises(Temporary):
            await wecom.media("M1")


async def test_the_directory_is_read(server: Recorder, wecom: WeCom) -> None:
    server.on(
        "/cgi-bin/user/get",
        {
            **OK,
            "userid": "lina",
            "name": "李娜",
            "department": [2, 3],
            "is_leader_in_dept": [0, 1],
            "direct_leader": ["zhaoguoqiang"],
            "status": 1,
        },
        error(60111),
    )
    server.on(
        "/cgi-bin/department/list",
        {
            **OK,
            "department": [{"id": 2, "name": "重工", "parentid": 1, "department_leader": ["zhaoguoqiang"], "order": 1}],
        },
    )
    assert await wecom.user("lina") == Member("lina", "李娜", (2, 3), (3,), ("zhaoguoqiang",), True)
    assert await wecom.departments(2) == (Department(2, "重工", 1, ("zhaoguoqiang",)),)
    assert server.asked("/cgi-bin/department/list")[0].query["id"] == "2"
    with pytest.raises(Unreachable):
        await wecom.user("nobody")


def test_an_account_shows_its_secret_to_no_log() -> None:
    assert "s3cret" not in repr(WeComAccount("ww01", 1, "s3cret"))
