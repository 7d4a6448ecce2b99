"""What the bot is told: verification, messages, clicks, retries, and what its passive replies do."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.sandbox.wecom_bot import AGENT, CORP, Rig, approval, card_reply, option_ids, running, until


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        await until(rig.world.links["wecom"].connected)
        yield rig


async def callbacks(rig: Rig, kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await rig.control("GET", "/callbacks"))[1]["callbacks"]
    return [row for row in rows if row["platform"] == "wecom" and row["kind"] == kind]


async def test_the_link_is_up_once_the_url_is_verified_and_down_while_the_bot_is_away(rig: Rig) -> None:
    verified = (await callbacks(rig, "url_verification"))[-1]
    assert verified["answer"] == verified["payload"]["echostr"]
    rig.bot.away = True
    await until(lambda: not rig.world.links["wecom"].connected(), 8)
    rig.bot.away = False
    await until(rig.world.links["wecom"].connected)


async def test_a_members_words_arrive_encrypted_with_everything_the_platform_sends(rig: Rig) -> None:
    await rig.say("helin", " 取消 马超 ")
    (push,) = await rig.bot.told("text")
    assert push["Content"] == " 取消 马超 "
    assert (push["FromUserName"], push["ToUserName"], push["AgentID"]) == ("helin", CORP, str(AGENT))
    assert 0 < int(push["MsgId"]) < 2**63
    assert int(push["CreateTime"]) == pytest.approx(rig.world.clock.timestamp(), abs=5)


async def test_opening_the_app_is_told_once(rig: Rig) -> None:
    await rig.say("helin", "一")
    await rig.say("helin", "二")
    await rig.bot.told("text", 2)
    assert len(rig.bot.of("enter_agent")) == 1


async def test_a_voice_message_is_only_a_media_id(rig: Rig) -> None:
    await rig.say("helin", "取消马超", **{"as": "voice"})
    (push,) = await rig.bot.told("voice")
    assert push["Format"] == "amr"
    assert await rig.world.http.get(media_url(rig, push["MediaId"]))
    assert "Content" not in push


async def test_a_picture_and_a_file_can_be_fetched_by_their_media_id(rig: Rig) -> None:
    for name, kind, data in (("病历.png", "image/png", b"\x89PNG....."), ("证明.pdf", "application/pdf", b"%PDF-1.7")):
        form = aiohttp.FormData()
        form.add_field("file", data, filename=name, content_type=kind)
        url = f"{rig.world.base_url}/sandbox/phones/helin/send-file"
        async with rig.http.post(url, data=form) as response:
            assert response.status == 200
        (push,) = await rig.bot.told("image" if kind == "image/png" else "file")
        async with rig.http.get(media_url(rig, push["MediaId"])) as response:
            assert await response.read() == data


async def test_an_unanswered_push_is_sent_three_more_times_with_the_same_id_and_fresh_ciphertext(rig: Rig) -> None:
    rig.bot.statuses = [200, 500, 500, 500]
    await rig.say("helin", "在吗")
    pushes = await rig.bot.told("text", 3)
    assert len({push["MsgId"] for push in pushes}) == 1
    assert len(set(rig.bot.stamps)) == len(rig.bot.stamps)
    rows = await callbacks(rig, "message")
    assert [row["attempt"] for row in rows][:3] == [1, 2, 3]
    assert rows[0]["raw"]["url"].startswith("http://127.0.0.1:")
    assert "<Encrypt>" in rows[0]["raw"]["body"]


async def test_a_redelivered_push_has_the_same_business_id_and_is_answered(rig: Rig) -> None:
    await rig.say("helin", "在吗")
    await rig.bot.told("text")
    await until(lambda: rig.world.callbacks.rows(0)[-1]["status"] == 200)
    n = (await callbacks(rig, "message"))[0]["n"]
    _, answer = await rig.control("POST", "/redeliver", {"n": n, "times": 2, "concurrently": True})
    assert [one["status"] for one in answer["answers"]] == [200, 200]
    assert len({push["MsgId"] for push in rig.bot.of("text")}) == 1
    assert len(rig.bot.of("text")) == 3


async def test_a_passive_text_reply_is_on_the_phone(rig: Rig) -> None:
    rig.bot.reply = card_reply("helin", {"MsgType": "text", "Content": "收到 <a href='http://x.example'>详情</a>"})
    await rig.say("helin", "在吗")
    await rig.bot.told("text")
    await until(lambda: rig.world.callbacks.rows(0)[-1]["status"] == 200)
    message = await rig.last("helin")
    assert (message["from"], message["text"], message["links"]) == ("bot", "收到 详情", ["http://x.example"])


async def test_a_click_tells_key_task_kind_and_a_code_that_updates_the_card(rig: Rig) -> None:
    await rig.send_card(approval())
    card = (await rig.last("lina"))["card"]["id"]
    assert await rig.tap("lina", card, "approve.h1") == 200
    (push,) = await rig.bot.told("template_card_event")
    assert (push["EventKey"], push["TaskId"], push["CardType"]) == ("approve.h1", "t-1", "button_interaction")
    assert "MsgId" not in push
    assert "SelectedItems" not in push
    body = {"atall": 1, "agentid": AGENT, "response_code": push["ResponseCode"], "button": {"replace_name": "已同意"}}
    assert await rig.refused("message/update_template_card", body) == 0
    assert (await rig.last("zhaoguoqiang"))["card"]["status"] == "已同意"


async def test_a_card_stays_clickable_until_it_is_updated_and_each_click_has_its_own_code(rig: Rig) -> None:
    await rig.send_card(approval())
    card = (await rig.last("lina"))["card"]["id"]
    assert [await rig.tap("lina", card, "approve.h1") for _ in range(2)] == [200, 200]
    codes = {push["ResponseCode"] for push in await rig.bot.told("template_card_event", 2)}
    assert len(codes) == 2


async def test_a_button_that_is_gone_cannot_be_pressed_unless_forced(rig: Rig) -> None:
    code = (await rig.send_card(approval()))["response_code"]
    body = {"atall": 1, "agentid": AGENT, "response_code": code, "button": {"replace_name": "已同意"}}
    await rig.api("message/update_template_card", body)
    assert await rig.tap("lina", "wc-t-1", "approve.h1") == 409
    assert await rig.tap("wutong", "wc-t-1", "approve.h1") == 409
    assert await rig.tap("lina", "wc-t-1", "approve.h1", force=True) == 200
    assert await rig.tap("wutong", "wc-t-1", "approve.h1", force=True) == 200
    assert [push["FromUserName"] for push in await rig.bot.told("template_card_event", 2)] == ["lina", "wutong"]


async def test_a_selector_sends_what_was_picked_or_what_it_started_with(rig: Rig) -> None:
    listed = [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]
    selects = [
        {"question_key": key, "title": key, "selected_id": "b", "option_list": listed} for key in ("day", "slot")
    ]
    card = {"card_type": "multiple_interaction", "main_title": {"title": "改期"}, "task_id": "m-1",
            "select_list": selects, "submit_button": {"text": "提交", "key": "submit.h"}}  # fmt: skip
    await rig.send_card(card)
    await rig.tap("lina", "wc-m-1", "submit.h", inputs={"day": "a"})
    (push,) = await rig.bot.told("template_card_event")
    assert option_ids(push["xml"]) == {"day": ["a"], "slot": ["b"]}


async def test_an_item_of_the_corner_menu_is_an_event_of_its_own(rig: Rig) -> None:
    await rig.send_card(approval(action_menu={"desc": "更多", "action_list": [{"text": "提醒", "key": "remind.h"}]}))
    await rig.tap("lina", "wc-t-1", "remind.h")
    (push,) = await rig.bot.told("template_card_menu_event")
    assert push["EventKey"] == "remind.h"


@pytest.mark.parametrize(("setting", "status"), [("ignore", "待你审批"), ("honour", "已同意")])
async def test_a_passive_card_reply_changes_the_clickers_card_only_when_honoured(
    rig: Rig, setting: str, status: str
) -> None:
    await rig.control("POST", "/wecom/settings", {"passive_card_reply": setting})
    await rig.send_card(approval())
    rig.bot.reply = card_reply("lina", {"MsgType": "update_button", "Button": {"ReplaceName": "已同意"}})
    await rig.tap("lina", "wc-t-1", "approve.h1")
    assert (await rig.last("lina"))["card"]["status"] == status
    assert (await rig.last("zhaoguoqiang"))["card"]["status"] == "待你审批"


async def test_a_card_cannot_be_forwarded(rig: Rig) -> None:
    await rig.send_card(approval())
    status, _ = await rig.control("POST", "/cards/wc-t-1/forward", {"from": "lina", "to": "wutong"})
    assert status == 409


def media_url(rig: Rig, media_id: str) -> str:
    return f"{rig.world.base_url}/wecom/cgi-bin/media/get?access_token={rig.token}&media_id={media_id}"
