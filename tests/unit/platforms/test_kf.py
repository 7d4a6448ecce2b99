"""Customer service against a real server: pages, limits, menus and links."""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from platforms.errors import AlreadyDone, Misconfigured, PlatformError, Refused, Temporary, Unknown, Unreachable
from platforms.http import Http
from platforms.wecom.api import WeCom, WeComAccount
from platforms.wecom.kf import FROM_CUSTOMER, FROM_SYSTEM, Customer, CustomerService, KfMessage
from tests.unit.platforms.recorder import Recorder, recording

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
SYNC = "/cgi-bin/kf/sync_msg"
SEND = "/cgi-bin/kf/send_msg"
EVENT = "/cgi-bin/kf/send_msg_on_event"
TAP = {
    "msgid": "m1", "open_kfid": "wk1", "external_userid": "wm1", "send_time": 1700000002, "origin": 3,
    "msgtype": "text", "text": {"content": "取消面试 ", "menu_id": "cancel_101"},
}  # fmt: skip
ENTER = {
    "msgid": "m0", "send_time": 1700000000, "origin": 4, "msgtype": "event",
    "event": {"event_type": "enter_session", "open_kfid": "wk1", "external_userid": "wm1", "scene": "itv",
              "scene_param": "tok_9f", "welcome_code": "WC1"},
}  # fmt: skip
VOICE = {
    "msgid": "m2", "open_kfid": "wk1", "external_userid": "wm1", "send_time": 1700000003, "origin": 3,
    "msgtype": "voice", "voice": {"media_id": "MEDIA1"},
}  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[Recorder]:
    async with recording() as recorder:
        recorder.on("/cgi-bin/gettoken", {**OK, "access_token": "tok-1", "expires_in": 7200})
        recorder.on(SEND, {**OK, "msgid": "n1"})
        recorder.on(EVENT, {**OK, "msgid": "n2"})
        yield recorder


@pytest.fixture
async def kf(server: Recorder) -> AsyncIterator[CustomerService]:
    async with Http() as http:
        wecom = WeCom(WeComAccount("ww01", 1000002, "s", server.base + "/cgi-bin"), http, lambda: 1000.0)
        yield CustomerService(wecom, "wk1")


async def test_a_page_holds_taps_events_and_media_each_with_its_customer(server: Recorder, kf: CustomerService) -> None:
    server.on(SYNC, {**OK, "next_cursor": "c2", "has_more": 1, "msg_list": [ENTER, TAP, VOICE]})
    page = await kf.pull("c1", "ENCtoken")
    assert (page.next_cursor, page.has_more) == ("c2", True)
    entered, tapped, spoken = page.messages
    raw = json.dumps(TAP, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    known = ("m1", "text", "取消面试 ", "cancel_101", "", "wm1", 1700000002.0, FROM_CUSTOMER, None)
    assert tapped == KfMessage(*known, hashlib.sha256(raw).hexdigest())
    assert (entered.external_userid, entered.origin, entered.kind) == ("wm1", FROM_SYSTEM, "event")
    assert entered.event is not None
    assert entered.event["scene_param"] == "tok_9f"
    assert (spoken.kind, spoken.media_id, spoken.text) == ("voice", "MEDIA1", "")
    assert server.asked(SYNC)[0].body == {
        "cursor": "c1", "token": "ENCtoken", "limit": 1000, "voice_format": 0, "open_kfid": "wk1",
    }  # fmt: skip


async def test_an_empty_page_keeps_the_cursor_and_may_go_on(server: Recorder, kf: CustomerService) -> None:
    server.on(SYNC, {**OK, "has_more": 1, "msg_list": []}, {**OK, "next_cursor": "", "has_more": 0})
    assert (await kf.pull("c1")).has_more
    last = await kf.pull("c1")
    assert (last.messages, last.next_cursor, last.has_more) == ((), "c1", False)
    assert "token" not in server.asked(SYNC)[0].body


async def test_a_stale_token_does_not_stop_the_reading(server: Recorder, kf: CustomerService) -> None:
    server.on(SYNC, {"errcode": 95007, "errmsg": "invalid msg token"}, {**OK, "next_cursor": "c2", "has_more": 0})
    assert (await kf.pull("c1", "stale")).next_cursor == "c2"
    assert [call.body.get("token") for call in server.asked(SYNC)] == ["stale", None]


async def test_reading_again_is_harmless_so_no_answer_is_temporary(server: Recorder, kf: CustomerService) -> None:
    server.on(SYNC, None)
    with pytest.raises(Temporary):
        await kf.pull("c1")


async def test_a_text_carries_our_id_and_fits(server: Recorder, kf: CustomerService) -> None:
    assert await kf.send_text("wm1", "面" * 900, "n-1") == "n1"
    body = server.asked(SEND)[0].body
    assert {name: body[name] for name in ("touser", "open_kfid", "msgid", "msgtype")} == {
        "touser": "wm1", "open_kfid": "wk1", "msgid": "n-1", "msgtype": "text",
    }  # fmt: skip
    assert len(body["text"]["content"].encode()) <= 2048


async def test_a_menu_has_choices_then_links(server: Recorder, kf: CustomerService) -> None:
    await kf.send_menu(
        "wm1", "您好，" * 300, [("cancel_1", "取消面试"), ("keep_1", "保持不变")], [("详情", "https://x.cn/i/1")],
        "回复即可",
        msgid="n2",
    )  # fmt: skip
    menu = server.asked(SEND)[0].body["msgmenu"]
    assert menu["list"] == [
        {"type": "click", "click": {"id": "cancel_1", "content": "取消面试"}},
        {"type": "click", "click": {"id": "keep_1", "content": "保持不变"}},
        {"type": "view", "view": {"url": "https://x.cn/i/1", "content": "详情"}},
    ]
    assert len(menu["head_content"].encode()) <= 1024
    assert menu["tail_content"] == "回复即可"


@pytest.mark.parametrize(
    ("items", "links"),
    [
        ([], []),
        ([(f"i{n}", "x") for n in range(11)], []),
        ([(f"i{n}", "x") for n in range(6)], [("x", "https://x.cn")] * 5),
        ([("a#b", "x")], []),
        ([("取消", "x")], []),
        ([("", "x")], []),
        ([("a", "")], []),
        ([], [("x", "https://x.cn/" + "a" * 2048)]),
    ],
)
async def test_a_menu_the_platform_would_refuse_is_refused_here(
    server: Recorder, kf: CustomerService, items: list[tuple[str, str]], links: list[tuple[str, str]]
) -> None:
    with pytest.raises(Refused):
        await kf.send_menu("wm1", "h", items, links, msgid="n1")
    assert server.calls == []


@pytest.mark.parametrize("msgid", ["", "x" * 33, "a b", "号"])
async def test_an_id_the_platform_would_refuse_is_refused_here(
    server: Recorder, kf: CustomerService, msgid: str
) -> None:
    with pytest.raises(Refused):
        await kf.send_text("wm1", "x", msgid)
    assert server.calls == []


async def test_a_welcome_is_a_menu_or_plain_text(server: Recorder, kf: CustomerService) -> None:
    await kf.send_on_event("WC1", "您好", [("cancel_1", "取消面试")], msgid="w1")
    await kf.send_on_event("WC2", "您好", tail="请直接回复", msgid="w2")
    menu, text = (call.body for call in server.asked(EVENT))
    assert (menu["code"], menu["msgtype"], "touser" in menu, "open_kfid" in menu) == ("WC1", "msgmenu", False, False)
    assert text == {"code": "WC2", "msgid": "w2", "msgtype": "text", "text": {"content": "您好\n请直接回复"}}


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        (95033, AlreadyDone),
        (95001, Unreachable),
        (95002, Unreachable),
        (95018, Unreachable),
        (95031, Unreachable),
        (95013, Unreachable),
        (40096, Unreachable),
        (95003, Misconfigured),
        (48007, Misconfigured),
        (60030, Misconfigured),
        (95017, Misconfigured),
        (95008, Refused),
        (45009, Temporary),
    ],
)
async def test_the_type_of_a_refusal_says_what_to_do(
    server: Recorder, kf: CustomerService, errcode: int, expected: type[PlatformError]
) -> None:
    server.on(SEND, {"errcode": errcode, "errmsg": "send msg session status invalid, hint: [1]"})
    with pytest.raises(PlatformError) as caught:
        await kf.send_text("wm1", "x", "n1")
    assert type(caught.value) is expected
    assert caught.value.message == "send msg session status invalid"


async def test_a_message_without_an_answer_is_unknown_and_its_repeat_already_done(
    server: Recorder, kf: CustomerService
) -> None:
    server.on(SEND, None, {"errcode": 95033, "errmsg": "msgid重复"})
    with pytest.raises(Unknown):
        await kf.send_text("wm1", "x", "n1")
    with pytest.raises(AlreadyDone):
        await kf.send_text("wm1", "x", "n1")


async def test_a_link_carries_its_parameter_word_for_word_and_the_address_is_asked_for_once(
    server: Recorder, kf: CustomerService
) -> None:
    server.on("/cgi-bin/kf/add_contact_way", {**OK, "url": "https://work.weixin.qq.com/kf/kfc1?enc_scene=EN%2FC"})
    link = await kf.link("itv", "a/b&c=令")
    await kf.link("itv", "other")
    assert link == "https://work.weixin.qq.com/kf/kfc1?enc_scene=EN%2FC&scene_param=a%2Fb%26c%3D%E4%BB%A4"
    assert [call.body for call in server.calls if "contact" in call.path] == [{"open_kfid": "wk1", "scene": "itv"}]
    with pytest.raises(Refused):
        await kf.link("itv", "x" * 129)
    with pytest.raises(Refused):
        await kf.link("", "x")


async def test_customers_are_asked_for_a_hundred_at_a_time(server: Recorder, kf: CustomerService) -> None:
    path = "/cgi-bin/kf/customer/batchget"
    context = {"scene": "itv", "scene_param": "tok_9f"}
    server.on(
        path,
        {**OK, "customer_list": [{"external_userid": "wm1", "nickname": "小王", "enter_session_context": context}]},
        {**OK, "customer_list": [{"external_userid": "wm2"}], "invalid_external_userid": ["wm3"]},
    )
    found = await kf.customers([f"wm{n}" for n in range(150)] + ["wm0"])
    assert found == (Customer("wm1", "小王", "itv", "tok_9f"), Customer("wm2", "", "", ""))
    assert [len(call.body["external_userid_list"]) for call in server.asked(path)] == [100, 50]
    assert "小王" not in repr(found)
