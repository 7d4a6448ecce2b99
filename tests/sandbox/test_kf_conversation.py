"""WeChat customer service as a bot meets it: seed, pull, window, menus, links, welcome and session state."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.people import external_userid
from sandbox.wecom.errors import WecomError
from sandbox.wecom.kf_codes import Codes
from sandbox.wecom.kf_phone import WechatPhone
from sandbox.wecom.kf_state import POOL, Customer
from tests.sandbox.wecom_bot import KFID, Rig, running

ZHANG = external_userid("zhangwei-8123")
WINDOW_S = 48 * 3600


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


async def pull(rig: Rig, cursor: str = "", **more: Any) -> dict[str, Any]:
    return await rig.api("kf/sync_msg", {"cursor": cursor, "open_kfid": KFID, **more})


async def send(rig: Rig, content: str = "收到", **more: Any) -> int:
    body = {"touser": ZHANG, "open_kfid": KFID, "msgtype": "text", "text": {"content": content}, **more}
    return await rig.refused("kf/send_msg", body)


def menu(*rows: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": "您的面试：", "list": list(rows), **more}}


def click(item: str, content: str) -> dict[str, Any]:
    return {"type": "click", "click": {"id": item, "content": content}}


async def open_chat(rig: Rig, person: str, scene_param: str) -> None:
    url = (await rig.api("kf/add_contact_way", {"open_kfid": KFID, "scene": "itv"}))["url"]
    phone = rig.world.apps["wechat"]
    assert isinstance(phone, WechatPhone)
    assert phone.open_link(person, f"{url}&scene_param={quote(scene_param)}")


async def state(rig: Rig, external: str = ZHANG) -> int:
    body = {"open_kfid": KFID, "external_userid": external}
    return int((await rig.api("kf/service_state/get", body))["service_state"])


async def test_the_seeded_candidates_entered_and_wrote_a_minute_ago(rig: Rig) -> None:
    page = await pull(rig)
    events = [item["event"] for item in page["msg_list"] if item["msgtype"] == "event"]
    assert [event["scene_param"] for event in events] == ["tokA", "tokB"]
    texts = [item for item in page["msg_list"] if item["msgtype"] == "text"]
    assert [item["text"]["content"] for item in texts] == ["你好", "你好"]
    assert texts[0]["external_userid"] == ZHANG
    assert "external_userid" not in page["msg_list"][0]
    assert texts[0]["send_time"] == pytest.approx(rig.world.clock.timestamp() - 60, abs=5)
    assert (await rig.last("zhangwei-8123"))["text"] == "你好"
    assert rig.bot.of("kf_msg_or_event") == []


async def test_the_welcome_of_a_seeded_entry_is_over(rig: Rig) -> None:
    code = (await pull(rig))["msg_list"][0]["event"]["welcome_code"]
    body = {"code": code, "msgtype": "text", "text": {"content": "您好"}}
    assert await rig.refused("kf/send_msg_on_event", body) == 41050


async def test_the_seed_cursor_means_after_the_seed(rig: Rig) -> None:
    page = await pull(rig, "cseed1")
    assert (page["msg_list"], page["has_more"]) == ([], 0)
    await rig.say("zhangwei-8123", "取消")
    assert [item["text"]["content"] for item in (await pull(rig, page["next_cursor"]))["msg_list"]] == ["取消"]


async def test_a_nudge_tells_nothing_but_a_token_to_pull_with(rig: Rig) -> None:
    await rig.say("zhangwei-8123", "来不了了")
    (push,) = await rig.bot.told("kf_msg_or_event")
    assert push["OpenKfId"] == KFID
    assert not {"FromUserName", "MsgId", "AgentID"} & set(push)
    assert (await pull(rig, "cseed1", token=push["Token"]))["msg_list"][0]["text"] == {"content": "来不了了"}
    await rig.advance(601)
    assert (await pull(rig, "cseed1", token=push["Token"]))["errcode"] == 95007


async def test_pages_are_cut_at_the_limit(rig: Rig) -> None:
    first = await pull(rig, limit=3)
    assert (len(first["msg_list"]), first["has_more"]) == (3, 1)
    second = await pull(rig, first["next_cursor"], limit=3)
    assert (len(second["msg_list"]), second["has_more"]) == (1, 0)


async def test_pulling_is_refused_by_its_own_number(rig: Rig) -> None:
    assert await rig.refused("kf/sync_msg", {"cursor": ""}) == 60251
    assert await rig.refused("kf/sync_msg", {"open_kfid": "wkOther"}) == 95000
    assert (await pull(rig, "never-issued"))["errcode"] == 50100
    assert (await pull(rig, limit=1001))["errcode"] == 40058
    assert [(await pull(rig))["errcode"] for _ in range(30)][-1] == 45009


async def test_what_is_older_than_three_days_is_gone(rig: Rig) -> None:
    await rig.advance(3 * 86400)
    await rig.login()
    assert (await pull(rig))["msg_list"] == []


async def test_five_messages_then_the_customer_must_speak_again(rig: Rig) -> None:
    assert [await send(rig) for _ in range(6)] == [0, 0, 0, 0, 0, 95001]
    await rig.say("zhangwei-8123", "好")
    assert await send(rig) == 0


async def test_the_window_closes_after_48_hours(rig: Rig) -> None:
    await rig.advance(WINDOW_S)
    await rig.login()
    assert await send(rig) == 95002


async def test_a_msgid_works_once(rig: Rig) -> None:
    assert await send(rig, msgid="outbox-1") == 0
    assert await send(rig, msgid="outbox-1") == 95033
    assert await send(rig, msgid="x" * 33) == 40058
    assert len([one for one in await rig.screen("zhangwei-8123") if one["from"] == "bot"]) == 1


async def test_a_refused_message_neither_counts_nor_uses_up_its_msgid(rig: Rig) -> None:
    assert await send(rig, "长" * 683, msgid="m1") == 45002
    assert await send(rig, "", msgid="m1") == 44004
    assert [await send(rig, msgid=f"m{n}") for n in range(1, 6)] == [0] * 5


async def test_a_stranger_and_a_card_are_refused(rig: Rig) -> None:
    assert await send(rig, touser="wmNobody") == 40096
    assert await send(rig, msgtype="template_card") == 40008
    assert await send(rig, msgtype="link", link={"title": "t", "url": "http://x"}) == 40007


async def test_a_menu_is_tapped_by_its_item_and_stays_tappable(rig: Rig) -> None:
    view = {"type": "view", "view": {"url": "http://x.example/r", "content": "改期"}}
    await send(rig, **menu(click("cancel_1", "取消面试"), click("keep_1", "保持不变"), view, tail_content="回复T退订"))
    message = await rig.last("zhangwei-8123")
    assert message["kind"] == "menu"
    assert message["text"] == "您的面试：\n改期\n回复T退订"
    assert message["links"] == ["http://x.example/r"]
    assert message["menu"]["items"] == [{"id": "cancel_1", "text": "取消面试"}, {"id": "keep_1", "text": "保持不变"}]
    for _ in range(2):
        body = {"menu": message["menu"]["id"], "item": "cancel_1"}
        assert (await rig.control("POST", "/phones/zhangwei-8123/choose", body))[0] == 200
    texts = [item["text"] for item in (await pull(rig, "cseed1"))["msg_list"]]
    assert texts == [{"content": "取消面试", "menu_id": "cancel_1"}] * 2
    body = {"menu": message["menu"]["id"], "item": "other"}
    assert (await rig.control("POST", "/phones/zhangwei-8123/choose", body))[0] == 409


@pytest.mark.parametrize(
    ("errcode", "more"),
    [
        (95008, menu(*[click(f"i{n}", "项") for n in range(11)])),
        (95008, menu(*[{"type": "text", "text": {"content": "行"}} for _ in range(51)])),
        (95009, menu({"type": "poster"})),
        (40058, menu(click("", "项"))),
        (40058, menu(click("a#b", "项"))),
        (40058, menu(click("a", "长" * 43))),
        (40058, menu(click("a", "项"), tail_content="长" * 342)),
    ],
)
async def test_a_menu_keeps_its_limits(rig: Rig, errcode: int, more: dict[str, Any]) -> None:
    assert await send(rig, **more) == errcode


async def test_a_message_that_is_lost_comes_back_as_an_event(rig: Rig) -> None:
    await rig.fault("/cgi-bin/kf/send_msg", "silent")
    assert await send(rig, msgid="lost-1") == 0
    assert (await rig.last("zhangwei-8123"))["from"] == "me"
    await rig.bot.told("kf_msg_or_event")
    (item,) = (await pull(rig, "cseed1"))["msg_list"]
    assert item["event"]["event_type"] == "msg_send_fail"
    assert (item["event"]["fail_msgid"], item["event"]["external_userid"]) == ("lost-1", ZHANG)


async def test_a_personal_link_brings_the_token_back_and_one_welcome(rig: Rig) -> None:
    person = "linxiao-7788"
    await open_chat(rig, person, "tok 林/1")
    (item,) = (await pull(rig, "cseed1"))["msg_list"]
    event = item["event"]
    assert (event["scene"], event["scene_param"]) == ("itv", "tok 林/1")
    assert await state(rig, external_userid(person)) == 4
    assert await send(rig, touser=external_userid(person)) == 95018
    body = {"code": event["welcome_code"], **menu(click("cancel_1", "取消面试"))}
    assert await rig.refused("kf/send_msg_on_event", body) == 0
    assert await rig.refused("kf/send_msg_on_event", body) == 41050
    assert (await rig.last(person))["menu"]["items"][0]["text"] == "取消面试"
    await open_chat(rig, person, "again")
    assert "welcome_code" not in (await pull(rig, "cseed1"))["msg_list"][-1]["event"]


async def test_a_welcome_code_outlives_a_jump_of_business_time(rig: Rig) -> None:
    await open_chat(rig, "linxiao-7788", "t")
    code = (await pull(rig, "cseed1"))["msg_list"][0]["event"]["welcome_code"]
    await rig.advance(3600)
    body = {"code": code, "msgtype": "text", "text": {"content": "您好"}}
    assert await rig.refused("kf/send_msg_on_event", body) == 0


def test_a_welcome_code_lives_twenty_real_seconds_and_a_pool_code_48_hours_of_business_time() -> None:
    business, real = [0.0], [0.0]
    codes = Codes(lambda: business[0], lambda: real[0])
    customer = Customer("zhangwei-8123", ZHANG, "张伟", state=POOL)
    welcome, pool = codes.issue("welcome", customer), codes.issue("pool", customer)
    real[0] = 20
    assert codes.find(welcome).customer is customer
    real[0] = 21
    with pytest.raises(WecomError, match="41050"):
        codes.find(welcome)
    assert codes.find(pool)
    business[0] = WINDOW_S + 1
    with pytest.raises(WecomError, match="41050"):
        codes.find(pool)


async def test_a_link_in_a_text_message_opens_in_wechat(rig: Rig) -> None:
    url = (await rig.api("kf/add_contact_way", {"open_kfid": KFID, "scene": "itv"}))["url"] + "&scene_param=tokC"
    row = rig.world.phones.add("machao-5566", app="sms", sender="bot", kind="sms", text=url, links=(url,))
    status, answer = await rig.control("POST", "/phones/machao-5566/open-link", {"seq": row.seq})
    assert (status, answer["status"], answer["title"]) == (200, 200, "微信客服 · 华辰招聘")
    assert (await pull(rig, "cseed1"))["msg_list"][0]["event"]["scene_param"] == "tokC"


async def test_an_altered_link_brings_no_entry(rig: Rig) -> None:
    url = (await rig.api("kf/add_contact_way", {"open_kfid": KFID, "scene": "itv"}))["url"]
    phone = rig.world.apps["wechat"]
    assert isinstance(phone, WechatPhone)
    assert phone.open_link("linxiao-7788", url.replace("enc_scene=ENC", "enc_scene=ENCx") + "&scene_param=t")
    assert (await pull(rig, "cseed1"))["msg_list"] == []
    assert phone.open_link("linxiao-7788", "http://other.example/kf/1") is None


async def test_whoever_never_opened_the_link_cannot_write(rig: Rig) -> None:
    status, answer = await rig.control("POST", "/phones/zhangwei-8123/say", {"text": "好", "app": "wechat"})
    assert status == 200, answer
    phone = rig.world.apps["wechat"]
    with pytest.raises(Exception, match="no chat"):
        await phone.say("linxiao-7788", "好", group=None, voice=False)


async def test_a_session_moves_only_as_the_platform_allows(rig: Rig) -> None:
    body = {"open_kfid": KFID, "external_userid": ZHANG}
    assert await state(rig) == 0
    assert await rig.refused("kf/service_state/trans", body | {"service_state": 4}) == 95016
    assert await rig.refused("kf/service_state/trans", body | {"service_state": 3, "servicer_userid": "u9"}) == 95014
    moved = await rig.api("kf/service_state/trans", body | {"service_state": 3, "servicer_userid": "helin"})
    assert moved["msg_code"]
    assert (await rig.api("kf/service_state/get", body))["servicer_userid"] == "helin"
    assert await send(rig) == 95018
    ended = await rig.api("kf/service_state/trans", body | {"service_state": 4})
    code = {"code": ended["msg_code"], "msgtype": "text", "text": {"content": "再见"}}
    assert await rig.refused("kf/send_msg_on_event", code) == 0
    await rig.say("zhangwei-8123", "还在吗")
    assert await state(rig) == 0


async def test_customer_data_is_shown_for_48_hours(rig: Rig) -> None:
    body = {"external_userid_list": [ZHANG, "wmNobody"], "need_enter_session_context": 1}
    answer = await rig.api("kf/customer/batchget", body)
    (customer,) = answer["customer_list"]
    assert customer["enter_session_context"] == {"scene": "itv", "scene_param": "tokA"}
    assert answer["invalid_external_userid"] == ["wmNobody"]
    await rig.advance(WINDOW_S)
    await rig.login()
    assert (await rig.api("kf/customer/batchget", body))["customer_list"] == []


async def test_the_account_is_listed_and_its_scene_is_checked(rig: Rig) -> None:
    assert (await rig.api("kf/account/list", {}))["account_list"][0]["open_kfid"] == KFID
    assert await rig.refused("kf/add_contact_way", {"open_kfid": KFID, "scene": "中文"}) == 40058


async def test_a_picture_and_a_voice_are_media(rig: Rig) -> None:
    await rig.say("machao-5566", "取消", **{"as": "voice"})
    (item,) = (await pull(rig, "cseed1"))["msg_list"]
    assert item["msgtype"] == "voice"
    assert set(item["voice"]) == {"media_id"}
