"""The SMS gateway: signed calls, texts on phones, replies and receipts pushed out."""

import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.sandbox.wecom_bot import Rig, running, until

PHONE = "13800134410"
PARAMETERS = json.dumps({"name": "张伟", "url": "http://x.example/i/1"}, ensure_ascii=False)
SMS = {
    "PhoneNumbers": PHONE,
    "SignName": "华辰招聘",
    "TemplateCode": "SMS_1",
    "TemplateParam": PARAMETERS,
    "OutId": "o1",
}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


def signed(rig: Rig, action: str, query: dict[str, str], secret: str, **changes: str) -> dict[str, str]:
    """Sign a call as the official description says, written here a second time."""
    at = rig.world.clock.now().astimezone(UTC)
    headers = {
        "host": urlsplit(rig.world.base_url).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(8),
        "x-acs-version": "2017-05-25",
    } | changes
    text = "&".join(f"{quote(name, safe='~')}={quote(query[name], safe='~')}" for name in sorted(query))
    lines = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
    names = ";".join(sorted(headers))
    canonical = "\n".join(["POST", "/", text, lines, names, headers["x-acs-content-sha256"]])
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(secret.encode(), to_sign.encode(), "sha256").hexdigest()
    authorization = f"ACS3-HMAC-SHA256 Credential=ak,SignedHeaders={names},Signature={signature}"
    return headers | {"Authorization": authorization}


async def call(
    rig: Rig, query: dict[str, str], action: str = "SendSms", secret: str = "sk", **changes: str
) -> tuple[int, dict[str, Any]]:
    headers = signed(rig, action, query, secret, **changes)
    async with rig.http.post(f"{rig.world.base_url}/sms/", params=query, headers=headers) as response:
        return response.status, await response.json()


async def test_a_text_arrives_with_its_sign_and_is_reported(rig: Rig) -> None:
    status, answer = await call(rig, SMS)
    assert (status, answer["Code"]) == (200, "OK")
    message = await rig.last("zhangwei-4410")
    assert message["text"] == "【华辰招聘】张伟您好，面试已取消，详情 http://x.example/i/1 。"
    assert (message["app"], message["kind"], message["links"]) == ("sms", "sms", ["http://x.example/i/1"])
    await until(lambda: len(rig.bot.sms) == 1)
    path, (report,) = rig.bot.sms[0]
    assert path == "/sms/report"
    assert (report["success"], report["biz_id"], report["out_id"]) == (True, answer["BizId"], "o1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PhoneNumbers": "12345"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"SignName": "别人"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"TemplateCode": "SMS_9"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"TemplateParam": '{"name": "张伟"}'}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"TemplateParam": "name=张伟"}, "isv.INVALID_JSON_PARAM"),
    ],
)
async def test_a_business_error_is_a_code_under_http_200(rig: Rig, changes: dict[str, str], code: str) -> None:
    assert await code_of(rig, SMS | changes) == (200, code)
    assert await rig.screen("zhangwei-4410") == []


async def test_a_wrong_signature_is_refused(rig: Rig) -> None:
    assert await code_of(rig, SMS, secret="other") == (400, "SignatureDoesNotMatch")
    old = {"x-acs-date": "2020-01-01T00:00:00Z"}
    assert await code_of(rig, SMS, **old) == (400, "InvalidTimeStamp.Expired")
    once = {"x-acs-signature-nonce": "n1"}
    assert await code_of(rig, SMS, **once) == (200, "OK")
    assert await code_of(rig, SMS, **once) == (400, "SignatureNonceUsed")
    async with rig.http.post(f"{rig.world.base_url}/sms/", params=SMS) as response:
        assert (response.status, (await response.json())["Code"]) == (400, "MissingAuthorization")


async def test_the_fifty_first_text_of_a_day_is_refused(rig: Rig) -> None:
    codes = [(await code_of(rig, SMS))[1] for _ in range(51)]
    assert codes == ["OK"] * 50 + ["isv.BUSINESS_LIMIT_CONTROL"]
    await rig.advance(86400)
    assert await code_of(rig, SMS) == (200, "OK")


async def test_an_unreachable_number_is_accepted_and_reported_failed(rig: Rig) -> None:
    assert await code_of(rig, SMS | {"PhoneNumbers": "13900009999"}) == (200, "OK")
    await until(lambda: len(rig.bot.sms) == 1)
    (report,) = rig.bot.sms[0][1]
    assert (report["success"], report["err_code"]) == (False, "MOBILE_NOT_ON_SERVICE")


async def test_details_tell_what_became_of_a_text(rig: Rig) -> None:
    _, sent = await call(rig, SMS)
    day = rig.world.clock.now().strftime("%Y%m%d")
    query = {"PhoneNumber": PHONE, "SendDate": day, "PageSize": "10", "CurrentPage": "1", "BizId": sent["BizId"]}
    _, answer = await call(rig, query, "QuerySendDetails")
    (row,) = answer["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert (row["SendStatus"], row["OutId"], row["ErrCode"]) == (3, "o1", "DELIVERED")


async def test_an_answer_is_pushed_again_until_it_is_taken_and_can_be_redelivered(rig: Rig) -> None:
    rig.bot.statuses = [500]
    await rig.say("zhangwei-4410", "取消")
    await until(lambda: len(rig.bot.sms) == 2)
    assert rig.bot.sms[0] == rig.bot.sms[1]
    path, (up,) = rig.bot.sms[0]
    assert (path, up["phone_number"], up["content"]) == ("/sms/up", PHONE, "取消")
    rows = (await rig.control("GET", "/callbacks"))[1]["callbacks"]
    n = next(row["n"] for row in rows if row["platform"] == "sms")
    _, answer = await rig.control("POST", "/redeliver", {"n": n, "times": 1})
    assert answer["answers"][0]["status"] == 200


async def test_a_silent_gateway_says_ok_and_sends_nothing(rig: Rig) -> None:
    await rig.fault("/", "silent", platform="sms")
    assert await code_of(rig, SMS) == (200, "OK")
    assert await rig.screen("zhangwei-4410") == []


async def test_an_ordered_code_is_the_gateways_own(rig: Rig) -> None:
    await rig.fault("/", "errcode", "isv.AMOUNT_NOT_ENOUGH", platform="sms")
    assert await code_of(rig, SMS) == (200, "isv.AMOUNT_NOT_ENOUGH")


async def code_of(rig: Rig, query: dict[str, str], secret: str = "sk", **changes: str) -> tuple[int, str]:
    status, answer = await call(rig, query, secret=secret, **changes)
    return status, answer["Code"]
