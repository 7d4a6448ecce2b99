"""Whatever reaches the bot's public addresses without coming from a platform: no effect, no 5xx, a counted refusal."""

import asyncio
import gzip
import io
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tortoise import connections
from yarl import URL

from bot import addresses, logs
from models import Card, InboundMessage, OutboxMessage, SeenCipher
from sandbox.wecom.cipher import Cipher
from tests.scenarios.bot_endpoint import (
    AES_KEY,
    AGENT,
    CIPHER,
    CORP,
    PUSH_SECRET,
    TOKEN,
    Endpoint,
    enveloped,
    everything,
    running,
    typed,
    until,
)

COMMAND = typed("取消 高原 原因 行程冲突", "7700000000000000001")
LARGEST = 64 * 1024
BOMB = '<!ENTITY a0 "haha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
SHAPES = {
    "nothing": b"",
    "not xml": b"hello",
    "json": b'{"encrypt":"a"}',
    "form": b"Encrypt=a",
    "no ciphertext": b"<xml/>",
    "two ciphertexts": b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
    "ciphertext too deep": b"<xml><a><Encrypt>a</Encrypt></a></xml>",
    "cut off": b"<xml><Encrypt>a</Encrypt>",
    "two roots": b"<xml><Encrypt>a</Encrypt></xml><xml/>",
    "zero byte": b"<xml><Encrypt>a\0</Encrypt></xml>",
    "not utf-8": b"<xml><Encrypt>\xff\xfe</Encrypt></xml>",
    "utf-16": "<xml><Encrypt>a</Encrypt></xml>".encode("utf-16"),
    "utf-7 hides a dtd": b"<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE a+AD4-<xml><Encrypt>a</Encrypt></xml>",
    "dtd": b"<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>",
    "billion laughs": f"<!DOCTYPE xml [{BOMB}]><xml><Encrypt>&a9;</Encrypt></xml>".encode(),
    "blow-up in an attribute": f'<!DOCTYPE xml [{BOMB}]><xml a="&a9;"><Encrypt>a</Encrypt></xml>'.encode(),
    "reads a file": b'<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><Encrypt>&f;</Encrypt></xml>',
    "fetches a dtd": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd"><xml><Encrypt>a</Encrypt></xml>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9"> %p;]><xml><Encrypt>a</Encrypt></xml>',
    "deep": b"<xml>" + b"<a>" * 30 + b"</a>" * 30 + b"<Encrypt>a</Encrypt></xml>",
    "very deep": b"<xml>" + b"<a>" * 8000 + b"</a>" * 8000 + b"<Encrypt>a</Encrypt></xml>",
    "wide": b"<xml>" + b"<a/>" * 16_000 + b"</xml>",
}


@pytest.fixture
async def bot(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Endpoint]:
    """Yield a bot that takes callbacks and sends nothing."""
    async with running(tmp_path, sqlite_url) as endpoint:
        yield endpoint


@asynccontextmanager
async def no_effect(bot: Endpoint, **refusals: int) -> AsyncIterator[None]:
    """Assert that the block changes nothing in the store and is counted as exactly these refusals."""
    before, counted = await everything(), bot.refused
    yield
    assert await everything() == before
    now = bot.refused
    assert {name: now[name] - counted[name] for name in now if now[name] != counted[name]} == refusals


async def test_a_callback_without_our_token_key_or_corp_is_forged(bot: Endpoint) -> None:
    others = [Cipher("another", AES_KEY, CORP), Cipher(TOKEN, "A" * 43, CORP), Cipher(TOKEN, AES_KEY, "ww2")]
    others += [Cipher(TOKEN, AES_KEY, wrong) for wrong in ("", CORP + "x", CORP[:-1], CORP.upper())]
    async with no_effect(bot, forged=len(others)):
        assert {await bot.push(COMMAND, other) for other in others} == {403}


async def test_a_signature_for_something_else_is_forged(bot: Endpoint) -> None:
    encrypted = CIPHER.encrypt(COMMAND)
    good = bot.signed(encrypted)
    wrong = ["", "0" * 40, good["msg_signature"].upper(), good["msg_signature"][:-1], "é" * 40, "0" * 5000]
    wrong += [bot.signed(CIPHER.encrypt(COMMAND))["msg_signature"]]
    async with no_effect(bot, forged=len(wrong)):
        assert {await bot.post({**good, "msg_signature": each}, enveloped(encrypted)) for each in wrong} == {403}


async def test_a_callback_from_another_time_is_forged(bot: Endpoint) -> None:
    encrypted = CIPHER.encrypt(COMMAND)
    recorded = bot.signed(encrypted)
    async with no_effect(bot, forged=2):
        bot.pass_time(-400)
        assert await bot.post(recorded, enveloped(encrypted)) == 403
        bot.pass_time(800)
        assert await bot.post(recorded, enveloped(encrypted)) == 403


async def test_a_recorded_callback_has_no_second_effect(bot: Endpoint) -> None:
    encrypted = CIPHER.encrypt(COMMAND)
    recorded = bot.signed(encrypted)
    assert await bot.post(recorded, enveloped(encrypted)) == 200
    assert await Card.all().count() == 1
    async with no_effect(bot, replayed=20):
        again = [bot.post(recorded, enveloped(encrypted)) for _ in range(20)]
        assert set(await asyncio.gather(*again)) == {200}


async def test_a_recorded_callback_with_fresh_looking_stamps_has_no_second_effect(bot: Endpoint) -> None:
    """The signature joins its parts without separators: swapped or re-split stamps sign alike (reliability.md L1)."""
    encrypted = next(each for each in iter(lambda: CIPHER.encrypt(COMMAND), None) if each[0].isalpha())
    first, later = bot.stamp(), bot.stamp(200)
    recorded = {"timestamp": first, "nonce": f"9{later}"}
    swapped = {"timestamp": later, "nonce": first}
    resplit = {"timestamp": later, "nonce": f"{first}9"}
    signature = CIPHER.signature(first, f"9{later}", encrypted)
    assert CIPHER.signature(later, f"{first}9", encrypted) == signature
    assert await bot.post({**recorded, "msg_signature": signature}, enveloped(encrypted)) == 200
    bot.pass_time(400)  # the recorded stamp is stale by now, the other one is not
    async with no_effect(bot, forged=1, replayed=2):
        assert await bot.post({**recorded, "msg_signature": signature}, enveloped(encrypted)) == 403
        assert await bot.post({**resplit, "msg_signature": signature}, enveloped(encrypted)) == 200
        both = CIPHER.signature(later, first, encrypted)
        assert await bot.post({**swapped, "msg_signature": both}, enveloped(encrypted)) == 200


async def test_a_recorded_message_cannot_be_read_through_the_address_check(bot: Endpoint) -> None:
    encrypted = CIPHER.encrypt(COMMAND)
    async with (
        no_effect(bot, forged=1),
        bot.http.get(bot.callback, params={**bot.signed(encrypted), "echostr": encrypted}) as answer,
    ):
        assert (answer.status, await answer.read()) == (403, b"")


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
async def test_a_parameter_that_is_missing_or_stands_twice_is_malformed(bot: Endpoint, name: str) -> None:
    encrypted = CIPHER.encrypt(COMMAND)
    good = bot.signed(encrypted)
    queries: list[Any] = [{key: value for key, value in good.items() if key != name}]
    queries += [[*good.items(), (name, good[name])], [(name, "1"), *good.items()], [*good.items(), (name, "")]]
    queries += [{**{key: value for key, value in good.items() if key != name}, f"{name}[]": good[name]}]
    async with no_effect(bot, malformed=len(queries)):
        assert {await bot.post(query, enveloped(encrypted)) for query in queries} == {400}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("timestamp", each)
            for each in ("", "0", "1e9", "-179539740", "１７９５３９７４００", "9" * 400, " 1795397400")
        ),
        *(("nonce", each) for each in ("", "a" * 65, "<x>", "中", "a b", "\x00")),
    ],
)
async def test_a_stamp_of_another_shape_is_malformed_even_when_signed(bot: Endpoint, name: str, value: str) -> None:
    encrypted = CIPHER.encrypt(COMMAND)
    stamps = {"timestamp": bot.stamp(), "nonce": "1", name: value}
    signature = CIPHER.signature(stamps["timestamp"], stamps["nonce"], encrypted)
    async with no_effect(bot, malformed=1):
        assert await bot.post({**stamps, "msg_signature": signature}, enveloped(encrypted)) == 400


async def test_a_body_of_another_shape_is_malformed_signed_or_not(bot: Endpoint) -> None:
    async with no_effect(bot, malformed=2 * len(SHAPES)):
        for name, body in SHAPES.items():
            for query in (bot.signed("a"), {**bot.signed("a"), "msg_signature": "0" * 40}):
                assert await bot.post(query, body) == 400, name


async def test_a_hostile_message_inside_an_authentic_callback_is_malformed(bot: Endpoint) -> None:
    inside = [f"<!DOCTYPE xml [{BOMB}]>" + COMMAND.replace("取消", "&a9;"), "<a>" * 100 + "</a>" * 100, "{}", ""]
    inside += [COMMAND.replace("helin", ""), COMMAND.replace("<MsgType>", "<MsgType>x</MsgType><MsgType>")]
    inside += [COMMAND.replace("1795397400", each) for each in ("", "-1", "1e9", "9" * 40)]
    async with no_effect(bot, malformed=len(inside)):
        assert [await bot.push(xml) for xml in inside] == [400] * len(inside)


async def test_an_oversized_callback_is_refused_however_it_is_sent(bot: Endpoint) -> None:
    encrypted = CIPHER.encrypt(COMMAND)
    query, padded = bot.signed(encrypted), enveloped(encrypted).ljust(LARGEST + 1)

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"<xml>" + b"<a/>" * 4000

    packed = gzip.compress(b"<xml>" + b"\0" * 50_000_000)
    async with no_effect(bot, too_large=4):
        assert await bot.post(query, padded) == 413
        assert await bot.post(query, b"<" * 10_000_000) == 413
        assert await bot.post(query, drip()) == 413
        assert await bot.post(query, packed, headers={"Content-Encoding": "gzip"}) == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_is_not_packed_as_it_says_is_malformed(bot: Endpoint, encoding: str) -> None:
    async with no_effect(bot, malformed=1):
        assert await bot.post(bot.signed("a"), b"\x1f\x8bnot packed", headers={"Content-Encoding": encoding}) == 400


async def test_two_thousand_mutated_callbacks_change_nothing(bot: Endpoint) -> None:
    rng = random.Random(20261123)
    encrypted = CIPHER.encrypt(COMMAND)
    query, body = bot.signed(encrypted), enveloped(encrypted)
    assert await bot.post(query, body) == 200
    before, statuses = await everything(), []
    for number in range(2000):
        changed = dict(query)
        if number % 4 == 0:
            name = rng.choice(list(query))
            changed[name] = mutated(rng, query[name].encode()).decode("utf-8", "replace")
        statuses.append(await bot.post(changed, mutated(rng, body)))
    assert await everything() == before
    assert set(statuses) == {200, 400, 403}  # 200: the change left the ciphertext alone, so it is a replay
    counted = {"forged": 403, "malformed": 400, "replayed": 200, "too_large": 413}
    at_wecom = bot.app.refused.by_door()["wecom"]
    assert at_wecom == {name: times for name, status in counted.items() if (times := statuses.count(status))}
    assert statuses.count(200) < 600


async def test_authentic_callbacks_with_mutated_messages_never_fail_us(bot: Endpoint) -> None:
    rng = random.Random(7)
    messages = [mutated(rng, COMMAND.encode()).decode("utf-8", "replace") for _ in range(400)]
    messages += [COMMAND.replace("7700000000000000001", "9" * length) for length in (64, 190, 4000)]
    messages += [typed("取消 高原", str(n), sender) for n, sender in enumerate(("x" * 3000, "何琳", "a'b\"c", "%s"))]
    statuses = [await bot.push(message) for message in messages]
    assert set(statuses) <= {200, 400}
    assert await InboundMessage.filter(status="dead").count() == 0
    assert bot.app.inbox.counters["dead"] == 0
    assert bot.refused["malformed"] == statuses.count(400)


async def test_broken_http_is_answered_without_a_server_error(bot: Endpoint) -> None:
    path = addresses.WECOM_CALLBACK.encode()
    post, end = b"POST " + path, b" HTTP/1.1\r\nHost: bot\r\n"
    requests = [
        post + b"?nonce=\xff\xfe&timestamp=%ff%fe&msg_signature=%00" + end + b"Content-Length: 0\r\n\r\n",
        post + b"?" + b"a" * 20_000 + end + b"Content-Length: 0\r\n\r\n",
        post + end + b"Content-Length: -1\r\n\r\n",
        post + end + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        post + end + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        post + end + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        b"PUT " + path + end + b"Content-Length: 0\r\n\r\n",
        b"GET " + path + b"?echostr=\xff" + end + b"\r\n",
        b"POST /sms/uplink/\xff\xfe" + end + b"Content-Length: 2\r\n\r\n[]",
        b"POST /sms/uplink/%ED%A0%80" + end + b"Content-Length: 2\r\n\r\n[]",
        b"GET /i/\xff\xfe%00" + end + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\r\n\r\n\r\n",
    ]
    before = await everything()
    statuses = [await raw(bot, request) for request in requests]
    assert [status for status in statuses if not 400 <= status < 500] == []
    assert await everything() == before
    assert await bot.push(COMMAND) == 200


async def test_a_sender_that_hangs_up_in_the_middle_leaves_nothing_behind(bot: Endpoint) -> None:
    request = b"POST %s HTTP/1.1\r\nHost: bot\r\nContent-Length: 5000\r\n\r\n<xml>" % addresses.WECOM_CALLBACK.encode()
    async with no_effect(bot):
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", bot.app.port)
            writer.write(request)
            await writer.drain()
            writer.transport.abort()
        await asyncio.sleep(0.2)
    assert await bot.push(COMMAND) == 200


async def test_one_message_sent_again_twenty_times_at_once_has_one_effect(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url, role="all") as bot:
        statuses = await asyncio.gather(*(bot.push(COMMAND) for _ in range(20)))
        assert set(statuses) == {200}
        assert (await InboundMessage.get()).repeats == 19
        assert await SeenCipher.all().count() == 20
        assert await Card.all().count() == 1
        await until(lambda: OutboxMessage.filter(kind="card", status="sent").exists())
        await asyncio.sleep(0.5)
        assert [message["kind"] for message in await bot.screen("helin") if message["from"] == "bot"] == ["card"]


async def test_what_could_not_be_kept_is_welcome_when_the_same_delivery_comes_again(
    tmp_path: Path, database_url: str
) -> None:
    async with running(tmp_path, database_url) as bot:
        encrypted = CIPHER.encrypt(COMMAND)
        query, database = bot.signed(encrypted), connections.get("default")
        await database.execute_script("ALTER TABLE inbound_message RENAME TO lost")
        assert await bot.post(query, enveloped(encrypted)) == 503
        await database.execute_script("ALTER TABLE lost RENAME TO inbound_message")
        assert await bot.post(query, enveloped(encrypted)) == 200
        assert bot.refused["replayed"] == 0
        assert (await InboundMessage.get()).content == "取消 高原 原因 行程冲突"
        assert await Card.all().count() == 1


@pytest.mark.parametrize("address", [addresses.SMS_UPLINK, addresses.SMS_RECEIPT])
async def test_an_sms_push_without_the_secret_is_forbidden(bot: Endpoint, address: str) -> None:
    wrong = ["x", PUSH_SECRET + "x", PUSH_SECRET[:-1], PUSH_SECRET.upper(), "中文", "%", "a" * 4000]
    async with no_effect(bot, forged=len(wrong)):
        for secret in wrong:
            url = URL(bot.base).with_path(address + secret)
            async with bot.http.post(url, json=[sms_reply()]) as answer:
                assert answer.status == 403, secret


@pytest.mark.parametrize("address", [addresses.SMS_UPLINK, addresses.SMS_RECEIPT])
async def test_garbage_on_an_sms_address_is_refused(bot: Endpoint, address: str) -> None:
    url = URL(bot.base).with_path(address + PUSH_SECRET)
    garbage: list[bytes] = [b"", b"{}", b"null", b"[1]", b"[[]]", b"\xff", b"[" * 5000, b"[NaN]", b'[{"a":1,"a":2}]']
    strange: list[dict[str, Any]] = [
        {"phone_number": {}},
        {"content": 1.5},
        {"send_time": "yesterday"},
        {"sequence_id": True},
    ]
    strange += [{"success": "yes", "send_time": None, "report_time": "later"}]
    garbage += [json.dumps([{**sms_reply(), **each}]).encode() for each in strange]
    garbage += [json.dumps([sms_reply()] * 1001).encode()[:60_000]]
    async with no_effect(bot, malformed=len(garbage) + 1, too_large=1):
        for body in garbage:
            async with bot.http.post(url, data=body) as answer:
                assert answer.status == 400, body[:80]
        packed = {"Content-Encoding": "gzip", "Connection": "close"}
        async with bot.http.post(url, data=b"not packed", headers=packed) as answer:
            assert answer.status == 400
        async with bot.http.post(url, data=b" " * (LARGEST + 1)) as answer:
            assert answer.status == 413
    async with bot.http.get(bot.base + addresses.HEALTH) as answer:
        assert (await answer.json())["refused"] == bot.refused


async def test_an_sms_with_characters_no_store_can_keep_never_fails_us(bot: Endpoint) -> None:
    url = URL(bot.base).with_path(addresses.SMS_UPLINK + PUSH_SECRET)
    phones = {"13800133344": "1", "1" * 300: "1" * 300, "\ud800": "\ud800", "": ""}
    for number, text in enumerate(["取消\x00", "取消\ud800", "\x1b[2J", "🙂" * 900, "x" * 20_000, ""]):
        for phone, key in phones.items():
            row = {**sms_reply(), "content": text, "phone_number": phone, "sequence_id": f"{number}\x00{key}"}
            async with bot.http.post(url, data=json.dumps([row])) as answer:
                assert answer.status in (200, 400), (text[:9], phone[:9])
    assert bot.app.inbox.counters["dead"] == 0


def sms_reply() -> dict[str, Any]:
    """Write one row of an SmsUp push."""
    return {"phone_number": "13800133344", "content": "取消", "send_time": "2026-11-23 09:30:00", "sequence_id": 1}


async def raw(bot: Endpoint, request: bytes) -> int:
    """Send bytes that no HTTP client would send; return the status, 400 when there was only a closed connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bot.app.port)
    writer.write(request)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    return int(answer.split(b" ", 2)[1]) if answer else 400


def mutated(rng: random.Random, original: bytes) -> bytes:
    """Change some bytes: flip, insert, cut out, repeat."""
    changed = bytearray(original)
    inserts = (b"<", b">", b"]]>", b"&lt;", b"&x;", b"<Encrypt>", b"</xml>", b"\0", b"\xff", b"A", b"<!DOCTYPE")
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        at, length = rng.randrange(len(changed) or 1), rng.randrange(1, 40)
        match rng.randrange(4):
            case 0:
                changed[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                changed[at:at] = rng.choice(inserts)
            case 2:
                del changed[at : at + length]
            case _:
                changed[at:at] = changed[at : at + length]
    return bytes(changed)


async def test_an_authentic_message_that_is_not_for_us_is_taken_and_nothing_follows(bot: Endpoint) -> None:
    ours, app = f"<ToUserName><![CDATA[{CORP}]]>", f"<AgentID>{AGENT}</AgentID>"
    others = [COMMAND.replace(ours, f"<ToUserName><![CDATA[{other}]]>") for other in ("ww2", "", CORP + "x")]
    others += [COMMAND.replace(app, f"<AgentID>{other}</AgentID>") for other in ("1000003", "0", "x", f"{AGENT}0")]
    numbers = ("abc", "-1", "7e18", "7700000000000000001; DROP", "9" * 21)
    others += [COMMAND.replace("7700000000000000001", other) for other in numbers]
    assert len(set(others)) == len(others)
    async with no_effect(bot, foreign=len(others)):
        assert [await bot.push(xml) for xml in others] == [200] * len(others)
    assert bot.app.refused.by_door()["wecom"] == {"foreign": len(others)}
    assert await bot.push(COMMAND) == 200
    assert await Card.all().count() == 1


async def test_refusals_are_told_by_door_and_cause(bot: Endpoint) -> None:
    assert await bot.push(COMMAND, Cipher("another", AES_KEY, CORP)) == 403
    async with bot.http.post(URL(bot.base).with_path(addresses.SMS_UPLINK + "x"), json=[sms_reply()]) as answer:
        assert answer.status == 403
    unknown = bot.base + addresses.INTERVIEW_LINK + "a" * 26
    async with bot.http.get(unknown) as answer:
        assert answer.status == 404
    async with bot.http.post(unknown, json={}) as answer:
        assert answer.status == 403
    async with bot.http.get(bot.base + addresses.HEALTH) as answer:
        health = await answer.json()
    told = {"wecom": {"forged": 1}, "sms": {"forged": 1}, "page": {"forged": 1, "gone": 1}, "signature": {}}
    assert (health["refused_at"], health["refused"]["forged"]) == (told, 3)
    async with bot.http.get(bot.base + addresses.METRICS) as answer:
        gauges = (await answer.text()).splitlines()
    for door, causes in told.items():
        for cause, count in causes.items():
            assert f'shouyue_refused_total{{door="{door}",cause="{cause}"}} {count}' in gauges


async def test_what_nobody_can_read_leaves_one_line_in_the_log_and_no_stack_trace(bot: Endpoint) -> None:
    written = io.StringIO()
    logs.configure("info", "json", written)
    end = b" HTTP/1.1\r\nHost: bot\r\n"
    requests = [
        b"POST "
        + addresses.WECOM_CALLBACK.encode()
        + end
        + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde",
        b"POST /nowhere" + end + b"Content-Encoding: deflate\r\nContent-Length: 5\r\n\r\n\xff\xff\xff\xff\xff",
        b"GET /" + b"a" * 20_000 + end + b"\r\n",
        b"GET /" + end + b"A: " + b"a" * 20_000 + b"\r\n\r\n",
        b"POST /" + end + b"Content-Length: -1\r\n\r\n",
        b"POST /" + end + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ]
    for request in requests:
        assert 400 <= await raw(bot, request) < 500
    await asyncio.sleep(0.1)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    told = [line for line in lines if line["logger"] == "aiohttp.server"]
    assert "Traceback" not in written.getvalue()
    assert not [line for line in lines if line["level"] == "error"]
    assert [line["event"].split(":")[0] for line in told] == ["unreadable request"] * len(told)
    assert 4 <= len(told) <= len(requests)  # what a handler has refused itself is drained without a word
