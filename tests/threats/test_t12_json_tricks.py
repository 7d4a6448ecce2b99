"""T12: JSON that two readers may read differently is read by none: repeated keys, NaN, infinities, wrong types.

Single members: tests/unit/platforms/test_dingtalk_messages.py.
"""

import json
import random

import pytest
from yarl import URL

from bot import addresses
from platforms.dingtalk.frames import Malformed, read_object
from platforms.dingtalk.messages import card_click, robot_message
from tests.scenarios.bot_endpoint import PUSH_SECRET, Endpoint, everything

TRICKS = {
    "a key twice": '{"senderStaffId":"lilei","senderStaffId":"wangfang"}',
    "a key twice, escaped": '{"senderStaffId":"lilei","sender\\u0053taffId":"wangfang"}',
    "a key twice, inside": '{"a":{"b":1,"b":2}}',
    "not a number": '{"a":NaN}',
    "infinity": '{"a":Infinity}',
    "minus infinity": '{"a":-Infinity}',
    "comment": '{"a":1/*x*/}',
    "comma at the end": '{"a":1,}',
    "single quotes": "{'a':1}",
    "two documents": '{"a":1}{"a":2}',
    "no object": '["a"]',
    "an array around it": '[{"a":1}]',
    "a gigantic number": '{"a":' + "9" * 5000 + "}",
    "endless nesting": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "a mark in front": '\ufeff{"a":1}',
    "control character": '{"a":"\n"}',
    "octal": '{"a":017}',
    "hexadecimal": '{"a":0x1f}',
}
VALUES = ["x", "", 0, -1, 10**30, True, None, [], ["x"], {}, {"value": "x"}, {"$ne": ""}, "1e999", "\ud800", "\0"]


@pytest.mark.parametrize("trick", TRICKS)
def test_what_may_be_read_in_two_ways_is_read_in_none(trick: str) -> None:
    with pytest.raises(Malformed):
        read_object(TRICKS[trick], "message")


def test_a_number_too_large_for_a_float_stays_what_was_typed() -> None:
    assert read_object('{"a":1e999,"b":0.10}', "message") == {"a": "1e999", "b": "0.10"}


def test_members_of_any_type_are_read_or_malformed_and_nothing_else() -> None:
    rng = random.Random(12)
    names = [
        "msgId",
        "msgtype",
        "text",
        "content",
        "senderStaffId",
        "senderCorpId",
        "conversationType",
        "atUsers",
        "createAt",
        "userId",
    ]
    names += ["sessionWebhookExpiredTime", "outTrackId", "corpId", "value", "userIdType"]
    read = 0
    for _ in range(3000):
        data = json.dumps({name: rng.choice(VALUES) for name in rng.sample(names, rng.randrange(len(names)))})
        for reader, plain in ((robot_message, ("msg_id", "text", "corp_id")), (card_click, ("user_id", "action"))):
            try:
                found = reader(data)
            except Malformed:
                continue
            read += 1
            assert {type(getattr(found, name)) for name in plain} == {str}
    assert read > 50


@pytest.mark.parametrize("address", [addresses.SMS_UPLINK, addresses.SMS_RECEIPT])
async def test_the_sms_addresses_refuse_the_same_tricks(bot: Endpoint, address: str) -> None:
    before, url = await everything(), URL(bot.base).with_path(address + PUSH_SECRET)
    for name, trick in TRICKS.items():
        for body in (trick, f"[{trick}]"):
            async with bot.http.post(url, data=body.encode()) as answer:
                assert answer.status in (400, 413), name
    assert await everything() == before
