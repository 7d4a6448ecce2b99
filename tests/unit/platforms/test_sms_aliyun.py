"""Alibaba Cloud SMS: signatures as published, requests as a server sees them, pushes as they come."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown, Unreachable
from platforms.http import Http
from platforms.sms.aliyun import AliyunAccount, AliyunSms
from platforms.sms.protocol import SmsGateway, SmsReply, SmsReport, SmsStatus
from platforms.sms.pushes import BadPush, domestic, parse_reports, parse_uplink
from platforms.sms.signing import canonical_query, signed_headers
from tests.unit.platforms.recorder import Call, Recorder, recording

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC).timestamp()
SENT = {"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0", "RequestId": "R1"}
DAY = date(2026, 11, 24)


@pytest.fixture
async def server() -> AsyncIterator[Recorder]:
    async with recording() as recorder:
        recorder.on("/sms/", SENT)
        yield recorder


@pytest.fixture
async def sms(server: Recorder) -> AsyncIterator[SmsGateway]:
    async with Http() as http:
        yield AliyunSms(AliyunAccount("AKID", "s3cret", "守约面试", server.base + "/sms"), http, lambda: NOW)


def details(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"Code": "OK", "TotalCount": str(len(rows)), "SmsSendDetailDTOs": {"SmsSendDetailDTO": list(rows)}}


def test_the_signature_is_the_one_in_the_published_example() -> None:
    headers = signed_headers(
        "YourAccessKeyId",
        "YourAccessKeySecret",
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        params={"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"},
        nonce="3156853299f313e23d1673dc12e1703d",
        at="2023-10-26T10:22:32Z",
    )
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
        "x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_query_is_encoded_as_rfc_3986_has_it() -> None:
    assert canonical_query({"b": "a b*+~/", "A": "守约"}) == "A=%E5%AE%88%E7%BA%A6&b=a%20b%2A%2B~%2F"


async def test_a_message_arrives_as_it_was_signed(server: Recorder, sms: SmsGateway) -> None:
    params = {"name": "高原", "link": "https://x.cn/i/a+b c&d=1"}
    assert await sms.send("+86 133-0000-3344", "SMS_CANCELLED", params, "n-1") == "900619746936498440^0"
    call = server.calls[0]
    assert (call.method, call.path) == ("POST", "/sms/")
    assert call.body["PhoneNumbers"] == "13300003344"
    assert (call.body["SignName"], call.body["TemplateCode"], call.body["OutId"]) == (
        "守约面试", "SMS_CANCELLED", "n-1",
    )  # fmt: skip
    assert json.loads(call.body["TemplateParam"]) == params
    headers = {name.lower(): value for name, value in call.headers.items()}
    again = signed_headers(
        "AKID",
        "s3cret",
        host=urlsplit(server.base).netloc,
        action="SendSms",
        version="2017-05-25",
        form=canonical_query(call.body).encode(),
        nonce=headers["x-acs-signature-nonce"],
        at="2026-11-24T01:30:00Z",
    )
    assert headers["authorization"] == again["Authorization"]
    assert headers["host"] == again["host"]
    assert headers["x-acs-content-sha256"] == again["x-acs-content-sha256"]
    assert "SignedHeaders=content-type;host;" in again["Authorization"]


async def test_no_number_and_no_word_of_a_message_stands_in_an_address(server: Recorder, sms: SmsGateway) -> None:
    server.on("/sms/", SENT, details({"SendStatus": 3, "OutId": "n-1"}))
    await sms.send("13300003344", "SMS_CANCELLED", {"name": "高原", "link": "https://x.cn/i/token"}, "n-1")
    await sms.sent("13300003344", DAY, "n-1")
    assert [(call.path, call.query) for call in server.calls] == [("/sms/", {}), ("/sms/", {})]
    assert [call.body.get("PhoneNumbers") or call.body.get("PhoneNumber") for call in server.calls] == [
        "13300003344"
    ] * 2


async def test_no_nonce_is_used_twice(server: Recorder, sms: SmsGateway) -> None:
    for _ in range(5):
        await sms.send("13300003344", "SMS_ASK", {}, "n")
    assert len({call.headers["x-acs-signature-nonce"] for call in server.calls}) == 5


@pytest.mark.parametrize(
    ("code", "message", "status", "expected"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", "", 200, Unreachable),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", 200, Unreachable),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", 200, Temporary),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", 200, Temporary),
        ("isp.SYSTEM_ERROR", "", 200, Temporary),
        ("Throttling.User", "", 400, Temporary),
        ("isv.BLACK_KEY_CONTROL_LIMIT", "", 200, Refused),
        ("isv.PARAM_LENGTH_LIMIT", "", 200, Refused),
        ("isv.AMOUNT_NOT_ENOUGH", "", 200, Misconfigured),
        ("isv.SMS_SIGNATURE_ILLEGAL", "", 200, Misconfigured),
        ("SignatureDoesNotMatch", "", 400, Misconfigured),
        ("InvalidAccessKeyId.NotFound", "", 404, Misconfigured),
    ],
)
async def test_the_type_of_a_refusal_says_what_to_do(
    server: Recorder, sms: SmsGateway, code: str, message: str, status: int, expected: type[PlatformError]
) -> None:
    server.on("/sms/", lambda call: web.json_response({"Code": code, "Message": message}, status=status))
    with pytest.raises(PlatformError) as caught:
        await sms.send("13300003344", "SMS_ASK", {"text": "x"}, "n")
    assert type(caught.value) is expected
    assert caught.value.code == code


async def test_a_minute_limit_waits_a_minute_and_an_hour_limit_an_hour(server: Recorder, sms: SmsGateway) -> None:
    waits = []
    for message in ("触发分钟级流控Permits:1", "触发小时级流控Permits:5"):
        server.on("/sms/", {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": message})
        with pytest.raises(Temporary) as caught:
            await sms.send("13300003344", "SMS_ASK", {}, "n")
        waits.append(caught.value.retry_after)
    assert waits == [60.0, 3600.0]


async def test_a_lost_answer_is_unknown_when_sending_and_temporary_when_asking(
    server: Recorder, sms: SmsGateway
) -> None:
    server.on("/sms/", None)
    with pytest.raises(Unknown):
        await sms.send("13300003344", "SMS_ASK", {}, "n")
    with pytest.raises(Temporary):
        await sms.sent("13300003344", DAY, "n")


async def test_a_gateways_error_page_after_sending_is_unknown(server: Recorder, sms: SmsGateway) -> None:
    server.on("/sms/", lambda call: web.Response(status=504, text="<html>"))
    with pytest.raises(Unknown):
        await sms.send("13300003344", "SMS_ASK", {}, "n")


@pytest.mark.parametrize("phone", ["", "12", "+1 650 555 0100", "138000000000", "１３３００００３３４４"])
async def test_a_number_that_cannot_be_reached_costs_no_call(server: Recorder, sms: SmsGateway, phone: str) -> None:
    with pytest.raises(Unreachable):
        await sms.send(phone, "SMS_ASK", {}, "n")
    assert server.calls == []


@pytest.mark.parametrize(
    ("status", "expected"), [(1, SmsStatus.WAITING), (2, SmsStatus.FAILED), (3, SmsStatus.DELIVERED)]
)
async def test_what_became_of_a_message_is_asked_by_its_biz_id(
    server: Recorder, sms: SmsGateway, status: int, expected: SmsStatus
) -> None:
    server.on("/sms/", details({"SendStatus": status, "OutId": "n-1", "ErrCode": "DELIVERED"}))
    assert await sms.sent("13300003344", DAY, "9006^0") is expected
    call = server.calls[0]
    assert call.headers["x-acs-action"] == "QuerySendDetails"
    assert (call.body["BizId"], call.body["SendDate"], call.body["CurrentPage"]) == ("9006^0", "20261124", "1")


async def test_a_message_is_found_by_our_own_id_on_a_later_page(server: Recorder, sms: SmsGateway) -> None:
    def page(call: Call) -> web.Response:
        if call.body["CurrentPage"] == "1":
            return web.json_response(details(*({"SendStatus": 3, "OutId": f"o{n}"} for n in range(50))))
        return web.json_response(details({"SendStatus": 2, "OutId": "n-1"}))

    server.on("/sms/", page)
    assert await sms.sent("13300003344", DAY, "n-1") is SmsStatus.FAILED
    assert await sms.sent("13300003344", DAY, "n-2") is SmsStatus.NOT_FOUND
    assert all("BizId" not in call.body for call in server.calls)


def push(**changes: Any) -> bytes:
    row = {
        "phone_number": "8618612345678", "send_time": "2026-11-24 15:00:00", "content": " 取消 ",
        "sign_name": "守约面试", "dest_code": "1234", "sequence_id": 1234567890,
    }  # fmt: skip
    return json.dumps([{**row, **changes}], ensure_ascii=False).encode()


def test_a_reply_is_read_with_its_number_its_words_and_its_time() -> None:
    expected = SmsReply("18612345678", " 取消 ", datetime(2026, 11, 24, 7, tzinfo=UTC), "sms:1234567890")
    assert parse_uplink(push()) == [expected]
    assert parse_uplink(push(send_time="20261124150000", sequence_id="1234567890")) == [expected]
    assert "18612345678" not in repr(expected)


def test_a_reply_without_a_number_of_its_own_is_still_the_same_when_repeated() -> None:
    keys = [parse_uplink(push(sequence_id=None, content=text))[0].key for text in ("取消", "取消", "不取消")]
    assert keys[0] == keys[1] != keys[2]


def test_a_receipt_is_read_with_both_ids() -> None:
    rows = [
        {"phone_number": "18612345678", "send_time": "2026-11-24 15:00:00", "report_time": "2026-11-24 15:00:05",
         "success": success, "err_code": code, "err_msg": "", "sms_size": "1", "biz_id": "9006^0", "out_id": "n-1"}
        for success, code in ((True, "DELIVERED"), (False, "MOBILE_NOT_ON_SERVICE"))
    ]  # fmt: skip
    at = datetime(2026, 11, 24, 7, 0, 5, tzinfo=UTC)
    assert parse_reports(json.dumps(rows).encode()) == [
        SmsReport("9006^0", "n-1", "18612345678", SmsStatus.DELIVERED, "DELIVERED", at),
        SmsReport("9006^0", "n-1", "18612345678", SmsStatus.FAILED, "MOBILE_NOT_ON_SERVICE", at),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff",
        b"[" * 100_000,
        b"[NaN]",
        push(send_time="soon"),
        push(content=["取消"]),
        push(phone_number=True),
        push()[:-2] + b', "content": "twice"}]',
        b"[" + b" " * 300_000 + b"]",
        b"[" + b",".join([b"{}"] * 1001) + b"]",
    ],
)
def test_a_push_of_another_shape_is_refused_with_one_error(body: bytes) -> None:
    with pytest.raises(BadPush):
        parse_uplink(body)


def test_a_receipt_says_yes_or_no() -> None:
    with pytest.raises(BadPush):
        parse_reports(b'[{"success": "false", "report_time": "2026-11-24 15:00:05"}]')


@pytest.mark.parametrize(
    ("phone", "digits"),
    [("13300003344", "13300003344"), ("+86 133 0000 3344", "13300003344"), ("008613300003344", "13300003344"),
     ("0755-12345678", ""), ("1330000334x", "")],
)  # fmt: skip
def test_a_number_is_known_however_it_is_written(phone: str, digits: str) -> None:
    assert domestic(phone) == digits
