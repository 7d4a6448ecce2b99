"""What people send the robot and what the robot sends: texts, files, groups, webhooks, batches, read status, recall."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.dingtalk_bot import CLIENT_ID, Bot, Sandbox

GROUP = "cidHuachenRecruit0001=="
BATCH = "/v1.0/robot/oToMessages/batchSend"


async def heard(
    sandbox: Sandbox, person: str = "wangfang", text: str = "你好", **more: Any
) -> tuple[Bot, dict[str, Any]]:
    bot = await sandbox.connect()
    await sandbox.say(person, text, **more)
    await bot.wait_for(1)
    return bot, bot.data(0)


async def reply(sandbox: Sandbox, webhook: str, body: Any) -> dict[str, Any]:
    async with sandbox.http.post(webhook, json=body) as answer:
        assert answer.status == 200
        return dict(await answer.json())


def batch(**changes: Any) -> dict[str, Any]:
    param = json.dumps({"title": "通知", "text": "#### 已取消  \n张伟 [详情](http://127.0.0.1:8000/i/x)"})
    whole = {"robotCode": CLIENT_ID, "userIds": ["wangfang"], "msgKey": "sampleMarkdown", "msgParam": param}
    return whole | changes


async def test_a_group_message_loses_the_mention_and_keeps_the_space(sandbox: Sandbox) -> None:
    _, data = await heard(sandbox, text="取消 张伟", group="招聘群")
    assert (data["conversationType"], data["conversationTitle"], data["isInAtList"]) == ("2", "招聘群", True)
    assert data["text"]["content"] == " 取消 张伟"
    assert data["atUsers"][0]["dingtalkId"] == data["chatbotUserId"]
    assert data["conversationId"] == GROUP


async def test_only_members_speak_in_a_group(sandbox: Sandbox) -> None:
    body = {"text": "你好", "group": "招聘群"}
    await sandbox.control("POST", "/phones/lilei/say", body, 409)
    await sandbox.control("POST", "/phones/wangfang/say", body | {"as": "voice"}, 409)


async def test_a_voice_message_brings_its_recognition(sandbox: Sandbox) -> None:
    _, data = await heard(sandbox, **{"text": "取消张伟的面试", "as": "voice"})
    assert data["msgtype"] == "audio"
    assert data["content"]["recognition"] == "取消张伟的面试"
    assert "text" not in data


async def test_a_picture_is_downloaded_for_two_hours(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    form = aiohttp.FormData()
    form.add_field("file", b"\x89PNG-picture", filename="proof.png", content_type="image/png")
    async with sandbox.http.post(f"{sandbox.world.base_url}/sandbox/phones/wangfang/send-file", data=form) as answer:
        assert (await answer.json())["seq"] == 1
    await bot.wait_for(1)
    data = bot.data(0)
    assert data["msgtype"] == "picture"
    order = {"downloadCode": data["content"]["downloadCode"], "robotCode": CLIENT_ID}
    status, body = await sandbox.api("POST", "/v1.0/robot/messageFiles/download", order)
    assert (status, body["downloadUrl"].endswith(".file")) == (200, True)
    async with sandbox.http.get(body["downloadUrl"]) as answer:
        assert await answer.read() == b"\x89PNG-picture"
    await sandbox.control("POST", "/clock", {"advance_s": 7201})
    status, body = await sandbox.api("POST", "/v1.0/robot/messageFiles/download", order)
    assert (status, body["code"]) == (400, "invalidParameter.robotCode.downloadCode")


async def test_a_document_arrives_as_a_file(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    form = aiohttp.FormData()
    form.add_field("file", b"%PDF", filename="证明.pdf", content_type="application/pdf")
    await sandbox.http.post(f"{sandbox.world.base_url}/sandbox/phones/liuyang/send-file", data=form)
    await bot.wait_for(1)
    assert bot.data(0)["msgtype"] == "file"
    assert bot.data(0)["content"]["fileName"] == "证明.pdf"


async def test_rich_text_carries_words_and_pictures(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    parts = [{"text": "取消 张伟"}, {"picture": "png"}]
    await sandbox.control("POST", "/dingtalk/rich", {"person": "wangfang", "parts": parts})
    await bot.wait_for(1)
    rich = bot.data(0)["content"]["richText"]
    assert rich[0] == {"text": "取消 张伟"}
    assert rich[1]["type"] == "picture"


async def test_a_reply_reaches_the_person_for_ninety_minutes(sandbox: Sandbox) -> None:
    _, data = await heard(sandbox)
    markdown = {"msgtype": "markdown", "markdown": {"title": "结果", "text": "#### 已取消  \n> **张伟** 周二 15:00"}}
    assert await reply(sandbox, data["sessionWebhook"], markdown) == {"errcode": 0, "errmsg": "ok"}
    message = (await sandbox.screen("wangfang"))[-1]
    assert (message["from"], message["kind"], message["text"]) == ("bot", "markdown", "已取消\n张伟 周二 15:00")
    await sandbox.control("POST", "/clock", {"advance_s": 5401})
    assert (await reply(sandbox, data["sessionWebhook"], markdown))["errcode"] == 300001
    assert len(await sandbox.screen("wangfang")) == 2


async def test_a_reply_in_a_group_reaches_every_member(sandbox: Sandbox) -> None:
    _, data = await heard(sandbox, group="招聘群")
    await reply(sandbox, data["sessionWebhook"], {"msgtype": "text", "text": {"content": "收到"}})
    for person in ("wangfang", "liuyang", "zhoukai"):
        last = (await sandbox.screen(person))[-1]
        assert (last["from"], last["text"], last["group"]) == ("bot", "收到", "招聘群")


async def test_bad_replies_get_an_errcode_in_a_200(sandbox: Sandbox) -> None:
    _, data = await heard(sandbox)
    assert (await reply(sandbox, data["sessionWebhook"], {"msgtype": "image"}))["errcode"] == 400105
    assert (await reply(sandbox, data["sessionWebhook"], {"msgtype": "text", "text": {}}))["errcode"] == 40035
    assert (await reply(sandbox, data["sessionWebhook"] + "x", {"msgtype": "empty"}))["errcode"] == 300001


async def test_a_batch_tells_whom_it_did_not_reach(sandbox: Sandbox) -> None:
    await sandbox.control("POST", "/dingtalk/unreachable", {"person": "liuyang", "how": "flow"})
    ids = ["wangfang", "zhangwei-8123", "nobody", "liuyang"]
    status, body = await sandbox.api("POST", BATCH, batch(userIds=ids))
    assert (status, body["invalidStaffIdList"]) == (200, ["zhangwei-8123", "nobody"])
    assert body["flowControlledStaffIdList"] == ["liuyang"]
    assert (await sandbox.screen("wangfang"))[0]["links"] == ["http://127.0.0.1:8000/i/x"]
    assert await sandbox.screen("liuyang") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"userIds": ["zhangwei-8123"]}, "staffId.notExisted"),
        ({"userIds": []}, "invalidParameter.userIds.empty"),
        ({"userIds": [f"u{n}" for n in range(21)]}, "invalidParameter.userIds.overMax"),
        ({"msgKey": "sampleNothing"}, "invalidParameter.msgKey.invalid"),
        ({"msgParam": {"title": "t", "text": "x"}}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": "{"}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": '{"title": "t"}'}, "invalidParameter.param.invalid"),
        ({"msgParam": json.dumps({"title": "t", "text": "x" * 15_000})}, "invalidParameter.msgParam.tooLong"),
        ({"robotCode": "other"}, "invalidParameter.robotCode.notExsit"),
    ],
)
async def test_a_bad_batch_is_refused(sandbox: Sandbox, change: dict[str, Any], code: str) -> None:
    status, body = await sandbox.api("POST", BATCH, batch(**change))
    assert (status, body["code"]) == (400, code)
    assert await sandbox.screen("wangfang") == []


async def test_reading_the_screen_is_read_status_and_peeking_is_not(sandbox: Sandbox) -> None:
    key = (await sandbox.api("POST", BATCH, batch()))[1]["processQueryKey"]
    query = {"robotCode": CLIENT_ID, "processQueryKey": key}
    await sandbox.control("GET", "/phones/wangfang/screen?peek=1")
    _, body = await sandbox.api("GET", "/v1.0/robot/oToMessages/readStatus", params=query)
    assert body["messageReadInfoList"][0]["readStatus"] == "UNREAD"
    await sandbox.screen("wangfang")
    _, body = await sandbox.api("GET", "/v1.0/robot/oToMessages/readStatus", params=query)
    assert body["messageReadInfoList"][0]["readStatus"] == "READ"
    assert body["messageReadInfoList"][0]["readTimestamp"] > 0


async def test_a_recalled_message_is_gone_and_cannot_be_recalled_after_a_day(sandbox: Sandbox) -> None:
    first = (await sandbox.api("POST", BATCH, batch()))[1]["processQueryKey"]
    order = {"robotCode": CLIENT_ID, "processQueryKeys": [first, "unknown"]}
    _, body = await sandbox.api("POST", "/v1.0/robot/otoMessages/batchRecall", order)
    assert (body["successResult"], list(body["failedResult"])) == ([first], ["unknown"])
    assert await sandbox.screen("wangfang") == []
    second = (await sandbox.api("POST", BATCH, batch()))[1]["processQueryKey"]
    await sandbox.control("POST", "/clock", {"advance_s": 86_401})
    order = {"robotCode": CLIENT_ID, "processQueryKeys": [second]}
    status, body = await sandbox.api("POST", "/v1.0/robot/otoMessages/batchRecall", order)
    assert (status, body["code"]) == (400, "robot.processQueryKey.expired")


async def test_a_group_message_is_sent_asked_about_and_recalled(sandbox: Sandbox) -> None:
    order = {"robotCode": CLIENT_ID, "openConversationId": GROUP, "msgKey": "sampleText",
             "msgParam": '{"content": "大家好"}'}  # fmt: skip
    key = (await sandbox.api("POST", "/v1.0/robot/groupMessages/send", order))[1]["processQueryKey"]
    assert [row["text"] for row in await sandbox.screen("zhoukai")] == ["大家好"]
    place = {"robotCode": CLIENT_ID, "openConversationId": GROUP}
    _, body = await sandbox.api("POST", "/v1.0/robot/groupMessages/query", place | {"processQueryKey": key})
    assert body["readUserIds"] == ["zhoukai"]
    _, body = await sandbox.api("POST", "/v1.0/robot/groupMessages/recall", place | {"processQueryKeys": [key]})
    assert body["successResult"] == [key]
    assert await sandbox.screen("zhoukai") == []
    status, body = await sandbox.api("POST", "/v1.0/robot/groupMessages/send", order | {"openConversationId": "cid=="})
    assert (status, body["code"]) == (400, "invalid.openConversationId")


async def test_more_than_twenty_calls_a_second_are_refused_and_not_counted(sandbox: Sandbox) -> None:
    token = sandbox.hub.tokens.issue()
    answers = await asyncio.gather(*(sandbox.api("POST", BATCH, batch(), token=token) for _ in range(30)))
    refused = [body for status, body in answers if status == 403]
    assert 5 <= len(refused) <= 10
    assert {body["code"] for body in refused} == {"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"}
    rows = await sandbox.calls()
    assert sum(row["counted"] for row in rows) == 30 - len(refused)
    await asyncio.sleep(1)
    assert (await sandbox.api("POST", BATCH, batch()))[0] == 200


async def test_link_buttons_are_shown_with_their_addresses(sandbox: Sandbox) -> None:
    _, data = await heard(sandbox)
    buttons = [{"title": "查看", "actionURL": "http://a/1"}, {"title": "同意", "actionURL": "http://a/2"}]
    card = {"title": "待审批", "text": "**张伟**", "btns": buttons}
    await reply(sandbox, data["sessionWebhook"], {"msgtype": "actionCard", "actionCard": card})
    param = {"title": "标题", "text": "正文", "buttonTitle1": "甲", "buttonUrl1": "http://b/1",
             "buttonTitle2": "乙", "buttonUrl2": "http://b/2"}  # fmt: skip
    await sandbox.api("POST", BATCH, batch(msgKey="sampleActionCard6", msgParam=json.dumps(param)))
    first, second = (await sandbox.screen("wangfang"))[-2:]
    assert (first["text"], first["links"]) == ("待审批\n张伟\n查看\n同意", ["http://a/1", "http://a/2"])
    assert (second["text"], second["links"]) == ("标题\n正文\n甲\n乙", ["http://b/1", "http://b/2"])
