"""Cards: what is accepted, what each person sees, and what a tap sends and shows."""

import asyncio
import json
import time
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.dingtalk.clicks import signature
from sandbox.dingtalk.stream import Timing
from tests.sandbox.dingtalk_bot import CLIENT_ID, Sandbox, card_body

SEND = "/v1.0/card/instances/createAndDeliver"
CARD = "/v1.0/card/instances"
FAILED = "操作失败，请稍后再试"


async def test_a_delivered_card_looks_as_its_template_says(sandbox: Sandbox) -> None:
    status, body = await sandbox.api("POST", SEND, card_body())
    result = body["result"]["deliverResults"][0]
    assert (status, result["success"], result["spaceId"], result["errorMsg"]) == (200, True, "wangfang", "")
    card = await sandbox.card("wangfang", "cxl-1")
    assert card["title"] == "张伟 · 尾号8123 · 周二 15:00"
    assert card["lines"] == ["岗位 Java后端", "原因：行程冲突"]
    assert card["buttons"] == [{"key": "confirm.h1", "text": "确认取消", "enabled": True, "danger": True}]
    assert [(one["name"], one["type"], one["value"]) for one in card["inputs"]] == [
        ("reason", "select", "plan"),
        ("keep", "switch", True),
        ("note", "text_area", ""),
    ]
    assert card["inputs"][0]["options"][1] == {"value": "ill", "text": "身体不适"}


async def test_variables_the_template_does_not_declare_are_not_shown(sandbox: Sandbox) -> None:
    body = card_body()
    body["cardData"]["cardParamMap"] |= {"b3_text": "多余", "b3_id": "approve.x", "b3_shown": "true"}
    await sandbox.api("POST", SEND, body)
    card = await sandbox.card("wangfang", "cxl-1")
    assert [button["key"] for button in card["buttons"]] == ["confirm.h1"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cardTemplateId": "other.schema"}, "param.templateNotExist"),
        ({"cardTemplateId": None}, "param.cardTemplateIdEmpty"),
        ({"outTrackId": ""}, "param.outTrackIdEmpty"),
        ({"outTrackId": "x" * 101}, "param.invalid"),
        ({"cardData": None}, "param.cardPublicDataEmpty"),
        ({"cardData": {"cardParamMap": {"count": 3}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"body": "字" * 342}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"k" * 101: "v"}}}, "param.invalid"),
        ({"privateData": {"zhangwei-8123": {"cardParamMap": {}}}}, "param.userIdNotExist"),
        ({"openSpaceId": ""}, "param.openSpaceIdEmpty"),
        ({"openSpaceId": "IM_ROBOT.wangfang"}, "param.openSpaceIdInvalid"),
        ({"imRobotOpenDeliverModel": None}, "param.spaceDeliverModelEmpty"),
        ({"imRobotOpenDeliverModel": {}}, "param.openDeliverModelError"),
        ({"imRobotOpenSpaceModel": {}}, "param.openSpaceModelInvalid"),
    ],
)
async def test_a_bad_card_is_refused_and_not_made(sandbox: Sandbox, change: dict[str, Any], code: str) -> None:
    status, body = await sandbox.api("POST", SEND, card_body(**change))
    assert (status, body["code"]) == (400, code)
    assert await sandbox.screen("wangfang") == []
    assert (await sandbox.api("POST", SEND, card_body()))[0] == 200


async def test_a_card_id_is_used_once(sandbox: Sandbox) -> None:
    await sandbox.api("POST", SEND, card_body())
    status, body = await sandbox.api("POST", SEND, card_body())
    assert (status, body["code"]) == (400, "param.cardAlreadyExist")
    assert len(await sandbox.screen("wangfang")) == 1


async def test_without_a_space_model_the_failure_hides_in_a_200(sandbox: Sandbox) -> None:
    body = card_body()
    del body["imRobotOpenSpaceModel"]
    status, answer = await sandbox.api("POST", SEND, body)
    result = answer["result"]["deliverResults"]
    assert (status, answer["success"]) == (200, True)
    assert result == [{"spaceType": "IM", "spaceId": "IM_ALL", "success": False, "errorMsg": "spaces of card is empty"}]
    assert await sandbox.screen("wangfang") == []


async def test_a_candidate_cannot_be_sent_a_card(sandbox: Sandbox) -> None:
    status, answer = await sandbox.api("POST", SEND, card_body(person="zhangwei-8123"))
    assert (status, answer["result"]["deliverResults"][0]["success"]) == (200, False)


async def test_one_card_goes_to_several_people_and_a_group(sandbox: Sandbox) -> None:
    spaces = "dtv1.card//IM_ROBOT.wangfang;im_robot.chenmin;"
    await sandbox.api("POST", SEND, card_body(openSpaceId=spaces))
    assert [row["card"]["id"] for row in await sandbox.screen("chenmin")] == ["cxl-1"]
    group = card_body("grp-1", openSpaceId="dtv1.card//IM_GROUP.cidHuachenRecruit0001==",
                      imGroupOpenSpaceModel={"supportForward": False},
                      imGroupOpenDeliverModel={"robotCode": CLIENT_ID, "recipients": ["liuyang"]})  # fmt: skip
    await sandbox.api("POST", SEND, group)
    assert [row["card"]["id"] for row in await sandbox.screen("liuyang")] == ["grp-1"]
    assert await sandbox.screen("zhoukai") == []


async def test_create_and_deliver_may_be_two_calls(sandbox: Sandbox) -> None:
    made = card_body()
    space, model = made.pop("openSpaceId"), made.pop("imRobotOpenDeliverModel")
    assert (await sandbox.api("POST", CARD, made))[1] == {"success": True, "result": "cxl-1"}
    assert await sandbox.screen("wangfang") == []
    delivery = {"outTrackId": "cxl-1", "openSpaceId": space, "imRobotOpenDeliverModel": model}
    status, body = await sandbox.api("POST", CARD + "/deliver", delivery)
    assert (status, body["result"][0]["success"]) == (200, True)
    assert len(await sandbox.screen("wangfang")) == 1


async def test_private_data_wins_for_its_person_only(sandbox: Sandbox) -> None:
    private = {"chenmin": {"cardParamMap": {"b1_shown": "false"}}}
    spaces = "dtv1.card//IM_ROBOT.wangfang;IM_ROBOT.chenmin"
    await sandbox.api("POST", SEND, card_body(openSpaceId=spaces, privateData=private))
    assert (await sandbox.card("chenmin", "cxl-1"))["buttons"] == []
    assert len((await sandbox.card("wangfang", "cxl-1"))["buttons"]) == 1


async def test_an_update_without_by_key_blanks_the_rest(sandbox: Sandbox) -> None:
    await sandbox.api("POST", SEND, card_body())
    by_key = {"outTrackId": "cxl-1", "cardData": {"cardParamMap": {"status": "已取消"}},
              "cardUpdateOptions": {"updateCardDataByKey": True}}  # fmt: skip
    assert (await sandbox.api("PUT", CARD, by_key))[1] == {"success": True, "result": True}
    card = await sandbox.card("wangfang", "cxl-1")
    assert (card["status"], bool(card["title"])) == ("已取消", True)
    await sandbox.api("PUT", CARD, {"outTrackId": "cxl-1", "cardData": {"cardParamMap": {"status": "已恢复"}}})
    card = await sandbox.card("wangfang", "cxl-1")
    assert (card["status"], card["title"], card["buttons"]) == ("已恢复", "", [])
    assert len(await sandbox.screen("wangfang")) == 1


async def test_a_tap_sends_the_callback_the_platform_documents(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.api("POST", SEND, card_body())
    answer = await sandbox.tap("wangfang", "cxl-1", "confirm.h1", inputs={"reason": "ill", "keep": False})
    assert answer == {"delivered": True, "toast": None}
    data = bot.data(0)
    assert bot.frames[0]["headers"]["topic"] == "/v1.0/card/instances/callback"
    assert (data["userId"], data["outTrackId"], data["type"], data["spaceType"], data["userIdType"]) == (
        "wangfang", "cxl-1", "actionCallback", "im", 1)  # fmt: skip
    assert data["content"] == data["value"]
    assert json.loads(data["content"]) == {
        "cardPrivateData": {
            "actionIds": ["confirm.h1"],
            "params": {"form": {"reason": {"index": 1, "value": "ill"}, "keep": False, "note": ""}},
        }
    }


async def test_a_tap_without_inputs_sends_the_defaults(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.api("POST", SEND, card_body())
    await sandbox.tap("wangfang", "cxl-1", "confirm.h1")
    form = json.loads(bot.data(0)["content"])["cardPrivateData"]["params"]["form"]
    assert form == {"reason": {"index": 0, "value": "plan"}, "keep": True, "note": ""}


async def test_the_answer_to_a_tap_is_seen_by_the_clicker_until_all_are_updated(sandbox: Sandbox) -> None:
    response = {
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
        "cardData": {"cardParamMap": {"status": "已由王芳取消"}},
        "userPrivateData": {"cardParamMap": {"b1_shown": "false", "b2_shown": "true"}},
    }
    await sandbox.connect(lambda frame: {"response": response})
    await sandbox.api("POST", SEND, card_body(openSpaceId="dtv1.card//IM_ROBOT.wangfang;IM_ROBOT.chenmin"))
    await sandbox.tap("wangfang", "cxl-1", "confirm.h1")
    clicker, other = await sandbox.card("wangfang", "cxl-1"), await sandbox.card("chenmin", "cxl-1")
    assert (clicker["status"], [one["key"] for one in clicker["buttons"]]) == ("已由王芳取消", ["undo.h2"])
    assert (other["status"], [one["key"] for one in other["buttons"]]) == ("待确认", ["confirm.h1"])
    update = {"outTrackId": "cxl-1", "cardData": {"cardParamMap": {"status": "已取消"}},
              "cardUpdateOptions": {"updateCardDataByKey": True}}  # fmt: skip
    await sandbox.api("PUT", CARD, update)
    assert (await sandbox.card("wangfang", "cxl-1"))["status"] == "已取消"
    assert (await sandbox.card("chenmin", "cxl-1"))["status"] == "已取消"


async def test_an_answer_that_comes_too_late_is_not_shown(sandbox: Sandbox) -> None:
    sandbox.hub.gateway.timing = Timing(card_s=0.2)
    bot = await sandbox.connect(lambda frame: None)
    await sandbox.api("POST", SEND, card_body())
    assert (await sandbox.tap("wangfang", "cxl-1", "confirm.h1"))["toast"] == FAILED
    late = {"response": {"cardData": {"cardParamMap": {"status": "太晚"}}}}
    headers = {"messageId": bot.frames[0]["headers"]["messageId"]}
    await bot.socket.send_json({"code": 200, "headers": headers, "message": "", "data": json.dumps(late)})
    await asyncio.sleep(0.1)
    assert (await sandbox.card("wangfang", "cxl-1"))["status"] == "待确认"
    assert (await sandbox.callbacks())[0]["ms"] > 200


async def test_the_deadline_of_a_tap_is_two_seconds(sandbox: Sandbox) -> None:
    await sandbox.connect(lambda frame: None)
    await sandbox.api("POST", SEND, card_body())
    started = time.monotonic()
    assert (await sandbox.tap("wangfang", "cxl-1", "confirm.h1"))["toast"] == FAILED
    assert 1.9 < time.monotonic() - started < 10


async def test_a_button_that_is_not_there_needs_force(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.api("POST", SEND, card_body())
    refused = await sandbox.tap("wangfang", "cxl-1", "undo.h2", 409)
    assert "confirm.h1" in refused["hint"]
    await sandbox.tap("chenmin", "cxl-1", "confirm.h1", 409)
    assert bot.frames == []
    assert (await sandbox.tap("wangfang", "cxl-1", "undo.h2", force=True))["delivered"] is True
    await sandbox.tap("chenmin", "cxl-1", "confirm.h1", force=True)
    assert [bot.data(n)["userId"] for n in (0, 1)] == ["wangfang", "chenmin"]


async def test_an_input_the_card_does_not_have_is_refused(sandbox: Sandbox) -> None:
    await sandbox.connect()
    await sandbox.api("POST", SEND, card_body())
    await sandbox.tap("wangfang", "cxl-1", "confirm.h1", 400, inputs={"other": "x"})
    await sandbox.tap("wangfang", "cxl-1", "confirm.h1", 400, inputs={"reason": "nonsense"})


async def test_a_card_is_forwarded_only_where_the_bot_allowed_it(sandbox: Sandbox) -> None:
    await sandbox.api("POST", SEND, card_body())
    await sandbox.api("POST", SEND, card_body("cxl-2", imRobotOpenSpaceModel={"supportForward": True}))
    to = {"from": "wangfang", "to": "lilei"}
    await sandbox.control("POST", "/cards/cxl-1/forward", to, 409)
    await sandbox.control("POST", "/cards/cxl-2/forward", to)
    assert [row["card"]["id"] for row in await sandbox.screen("lilei")] == ["cxl-2"]


async def test_a_card_without_callback_type_calls_nobody(sandbox: Sandbox) -> None:
    bot = await sandbox.connect()
    await sandbox.api("POST", SEND, card_body(callbackType=None))
    assert (await sandbox.tap("wangfang", "cxl-1", "confirm.h1"))["toast"] == FAILED
    assert bot.frames == []


async def test_an_http_callback_is_signed_and_answered(sandbox: Sandbox) -> None:
    seen: list[Any] = []

    async def route(request: web.Request) -> web.Response:
        stamp = request.headers["x-ddpaas-signature-timestamp"]
        seen.append((await request.json(), request.headers["x-ddpaas-signature"] == signature("route-secret-1", stamp)))
        return web.json_response({"cardUpdateOptions": {"updateCardDataByKey": True},
                                  "cardData": {"cardParamMap": {"status": "收到"}}})  # fmt: skip

    app = web.Application()
    app.router.add_post("/dt/card", route)
    async with TestServer(app) as server:
        known = {
            "callbackRouteKey": "cxl",
            "callbackUrl": str(server.make_url("/dt/card")),
            "apiSecret": "route-secret-1",
        }
        await sandbox.api("POST", "/v1.0/card/callbacks/register", known)
        again = await sandbox.api("POST", "/v1.0/card/callbacks/register", known | {"apiSecret": "other"})
        assert again[1]["result"]["apiSecret"] == "route-secret-1"
        await sandbox.api("POST", SEND, card_body(callbackType="HTTP", callbackRouteKey="cxl"))
        assert (await sandbox.tap("wangfang", "cxl-1", "confirm.h1"))["toast"] is None
    assert seen[0][1] is True
    assert "value" not in seen[0][0]
    assert (await sandbox.card("wangfang", "cxl-1"))["status"] == "收到"


def test_the_http_signature_fits_the_known_vector() -> None:
    assert signature("route-secret-1", "1767225600000") == "cOjE/FNTS5dViqoIQniR68vtO4DALVVinMSKl0KrMAo="
