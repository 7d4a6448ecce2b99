"""WeCom's callback: what is authentic gets in, nothing else does, and nothing else comes out than three errors."""

import base64
import hashlib
import json
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest
from multidict import MultiDict
from wechatpy.work.crypto import WeChatCrypto

from platforms.wecom.callback import Callback, Forged, Malformed, TooLarge
from platforms.wecom.strict_xml import cdata

VECTORS: list[dict[str, Any]] = json.loads(Path("tests/data/wecom-crypto-vectors.json").read_text("utf-8"))
GOOD = [vector for vector in VECTORS if vector["expect"] == "ok"]
BAD = [vector for vector in VECTORS if vector["expect"] != "ok"]
MESSAGE = next(vector for vector in VECTORS if vector["name"] == "official_message")
CORP = MESSAGE["receiveid"]
NOW = float(MESSAGE["timestamp"])


def callback_for(vector: dict[str, Any]) -> Callback:
    return Callback(vector["token"], vector["encoding_aes_key"], vector["receiveid"])


def query_of(vector: dict[str, Any]) -> dict[str, str]:
    return {
        "msg_signature": vector["msg_signature"],
        "timestamp": vector["timestamp"],
        "nonce": vector["nonce"],
    }


def body_of(vector: dict[str, Any]) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{vector['receiveid']}]]></ToUserName>"
        f"<AgentID><![CDATA[1000002]]></AgentID><Encrypt><![CDATA[{vector['encrypt']}]]></Encrypt></xml>"
    ).encode()


def sign(token: str, timestamp: str, nonce: str, encrypt: str) -> str:
    return hashlib.sha1("".join(sorted((token, timestamp, nonce, encrypt))).encode()).hexdigest()


def opened(vector: dict[str, Any], **changes: str) -> Any:
    changed = {**vector, **changes}
    return callback_for(vector).open(query_of(changed), body_of(changed), float(vector["timestamp"]))


def ids(vector: dict[str, Any]) -> str:
    return str(vector["name"])


@pytest.mark.parametrize("vector", GOOD, ids=ids)
def test_an_authentic_callback_is_opened_to_the_byte(vector: dict[str, Any]) -> None:
    found = opened(vector)
    assert found.xml == vector["plain"].encode()
    assert found.digest == hashlib.sha256(vector["encrypt"].encode()).hexdigest()
    assert found.timestamp == int(vector["timestamp"])


@pytest.mark.parametrize("vector", BAD, ids=ids)
def test_a_wrong_callback_is_forged_whatever_is_wrong_with_it(vector: dict[str, Any]) -> None:
    with pytest.raises(Forged) as caught:
        opened(vector)
    assert str(caught.value) == ""


def test_the_address_check_is_answered_with_the_exact_bytes() -> None:
    vector = next(vector for vector in VECTORS if vector["name"] == "official_verify_url")
    query = {**query_of(vector), "echostr": vector["encrypt"]}
    assert callback_for(vector).verify_url(query) == b"1616140317555161061"
    assert callback_for(vector).verify_url(query, float(vector["timestamp"])) == b"1616140317555161061"
    with pytest.raises(Forged):
        callback_for(vector).verify_url(query, float(vector["timestamp"]) + 301)


def test_a_recorded_message_cannot_be_decrypted_through_the_address_check() -> None:
    with pytest.raises(Forged):
        callback_for(MESSAGE).verify_url({**query_of(MESSAGE), "echostr": MESSAGE["encrypt"]})


@pytest.mark.parametrize("offset", [-300.0, 0.0, 300.0])
def test_five_minutes_of_clock_difference_are_tolerated(offset: float) -> None:
    assert callback_for(MESSAGE).open(query_of(MESSAGE), body_of(MESSAGE), NOW + offset).xml


@pytest.mark.parametrize("offset", [-301.0, 301.0, 3 * 365 * 86400.0])
def test_an_old_callback_is_forged(offset: float) -> None:
    with pytest.raises(Forged):
        callback_for(MESSAGE).open(query_of(MESSAGE), body_of(MESSAGE), NOW + offset)


def test_swapping_timestamp_and_nonce_does_not_change_the_digest() -> None:
    swapped = {**query_of(MESSAGE), "timestamp": MESSAGE["nonce"], "nonce": MESSAGE["timestamp"]}
    found = callback_for(MESSAGE).open(swapped, body_of(MESSAGE), float(MESSAGE["nonce"]))
    assert found.digest == opened(MESSAGE).digest


@pytest.mark.parametrize(
    "timestamp", ["140965981", "14096598131", "１４０９６５９８１３", "1409659813 ", "-409659813", ""]
)
def test_a_timestamp_has_ten_digits(timestamp: str) -> None:
    with pytest.raises(Malformed):
        opened(MESSAGE, timestamp=timestamp, msg_signature=sign("QDG6eK", timestamp, MESSAGE["nonce"], "x"))


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
def test_a_repeated_or_missing_parameter_is_malformed(name: str) -> None:
    callback, query, body = callback_for(MESSAGE), query_of(MESSAGE), body_of(MESSAGE)
    twice = MultiDict(query)
    twice.add(name, query[name])
    lists = {key: [value] for key, value in query.items()}
    assert callback.open(MultiDict(query), body, NOW).xml == callback.open(lists, body, NOW).xml
    without = {key: value for key, value in query.items() if key != name}
    for wrong in (twice, {**lists, name: [query[name]] * 2}, {**lists, name: []}, without):
        with pytest.raises(Malformed):
            callback.open(wrong, body, NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml/>",
        b"not xml",
        b"<xml><Encrypt>a</Encrypt><Encrypt>a</Encrypt></xml>",
        b"<xml><Deep><Encrypt>a</Encrypt></Deep></xml>",
        b"<xml><Encrypt><b>a</b></Encrypt></xml>",
        b"<other><Encrypt>a</Encrypt></other>",
        b"<xml xmlns='urn:x'><Encrypt>a</Encrypt></xml>",
        b"<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>",
        b'<!doctype xml [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
        b"<xml><Encrypt>&nbsp;</Encrypt></xml>",
        b"<xml><Encrypt>\xff</Encrypt></xml>",
        "<xml><Encrypt>a</Encrypt></xml>".encode("utf-16"),
        b"<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE xml+AD4-<xml><Encrypt>a</Encrypt></xml>",
        b"<xml>" + b"<a>" * 20 + b"</a>" * 20 + b"<Encrypt>a</Encrypt></xml>",
        b"<xml>" + b"<a>" * 8000 + b"</a>" * 8000 + b"<Encrypt>a</Encrypt></xml>",
    ],
)
def test_a_body_of_another_shape_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        callback_for(MESSAGE).open(query_of(MESSAGE), body, NOW)


def test_a_large_body_is_refused_before_it_is_parsed() -> None:
    started = time.process_time()
    with pytest.raises(TooLarge):
        callback_for(MESSAGE).open(query_of(MESSAGE), b"<xml>" + b"<a>" * 500_000, NOW)
    assert time.process_time() - started < 0.1


def test_the_worst_body_of_the_permitted_size_costs_little() -> None:
    flat = b"<xml>" + b"<a/>" * 16_000 + b"</xml>"
    deep = b"<xml>" + b"<a>" * 18 + b"<b/>" * 16_000 + b"</a>" * 18 + b"</xml>"
    started = time.process_time()
    for body in (flat, deep):
        with pytest.raises(Malformed):
            callback_for(MESSAGE).open(query_of(MESSAGE), body, NOW)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize("cut", [1, 4, 16, 22, 24, 64])
def test_a_shortened_ciphertext_with_a_right_signature_is_forged(cut: int) -> None:
    encrypt = MESSAGE["encrypt"][:-cut]
    signature = sign("QDG6eK", MESSAGE["timestamp"], MESSAGE["nonce"], encrypt)
    with pytest.raises(Forged):
        opened(MESSAGE, encrypt=encrypt, msg_signature=signature)


@pytest.mark.parametrize("change", ["{}\n", " {}", "{}=", "{}!", "-{}"])
def test_base64_that_is_not_canonical_is_forged_even_when_signed(change: str) -> None:
    encrypt = change.format(MESSAGE["encrypt"])
    signature = sign("QDG6eK", MESSAGE["timestamp"], MESSAGE["nonce"], encrypt)
    with pytest.raises(Forged):
        opened(MESSAGE, encrypt=encrypt, msg_signature=signature)


def test_while_keys_rotate_the_older_pair_still_opens_and_the_new_one_answers() -> None:
    new_key = base64.b64encode(bytes(range(32))).decode().rstrip("=")
    older = [(MESSAGE["token"], MESSAGE["encoding_aes_key"])]
    rotating = Callback("newtoken", new_key, CORP, older)
    same_token = Callback(MESSAGE["token"], new_key, CORP, older)
    for callback in (rotating, same_token):
        assert callback.open(query_of(MESSAGE), body_of(MESSAGE), NOW).xml == MESSAGE["plain"].encode()
    with pytest.raises(Forged):
        Callback("newtoken", new_key, CORP).open(query_of(MESSAGE), body_of(MESSAGE), NOW)
    reply = rotating.reply(b"<xml>new</xml>", "42", 1409659813)
    signature = re.findall(rb"<MsgSignature><!\[CDATA\[(\w+)\]\]>", reply)[0].decode()
    assert WeChatCrypto("newtoken", new_key, CORP).decrypt_message(reply, signature, "1409659813", "42")


def test_an_answer_can_be_read_by_wechatpy_and_by_us() -> None:
    text = "已批准 ]]></ReplaceName><Evil/> \x00\ufffe完"
    xml = f"<xml><Content>{cdata(text)}</Content></xml>".encode()
    callback = callback_for(MESSAGE)
    reply = callback.reply(xml, "1372623149", 1409659813)
    signature = re.findall(rb"<MsgSignature><!\[CDATA\[(\w+)\]\]>", reply)[0].decode()
    theirs = WeChatCrypto(MESSAGE["token"], MESSAGE["encoding_aes_key"], CORP)
    assert theirs.decrypt_message(reply, signature, "1409659813", "1372623149") == xml.decode()
    query = {"msg_signature": signature, "timestamp": "1409659813", "nonce": "1372623149"}
    assert callback.open(query, reply, NOW).xml == xml
    assert callback.reply(xml, "1372623149", 1409659813) != reply


def test_a_nonce_cannot_break_out_of_our_answer() -> None:
    with pytest.raises(ValueError):
        callback_for(MESSAGE).reply(b"<xml/>", "]]><Evil/>", 1409659813)


def test_a_key_of_the_wrong_length_is_refused_at_once() -> None:
    with pytest.raises(ValueError):
        Callback("t", "c2hvcnQ", CORP)


def mutated(rng: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        at = rng.randrange(len(changed) or 1)
        match rng.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                changed[at:at] = rng.choice((b"<", b">", b"]]>", b"&lt;", b"&x;", b"<Encrypt>", b"\0", b"\xff", b"A"))
            case 2:
                del changed[at : at + rng.randrange(1, 40)]
            case 3:
                other = rng.randrange(len(changed) or 1)
                changed[at:at] = changed[other : other + rng.randrange(1, 60)]
            case _:
                if at < len(changed):
                    changed[at] ^= 1 << rng.randrange(8)
    return bytes(changed)


def test_no_mutated_callback_is_accepted_as_another_or_raises_anything_else() -> None:
    rng = random.Random(20261122)
    callback, body, query = callback_for(MESSAGE), body_of(MESSAGE), query_of(MESSAGE)
    outcomes = {"same": 0, "refused": 0}
    for round_no in range(6000):
        attacked = dict(query)
        changed = body if round_no % 4 == 3 else mutated(rng, body)
        if round_no % 4 > 1:
            name = rng.choice(list(query))
            attacked[name] = mutated(rng, query[name].encode()).decode("utf-8", "surrogateescape")
        try:
            found = callback.open(attacked, changed, NOW)
        except (Forged, Malformed, TooLarge):
            outcomes["refused"] += 1
            continue
        assert found.xml == MESSAGE["plain"].encode()
        assert found.digest == hashlib.sha256(MESSAGE["encrypt"].encode()).hexdigest()
        outcomes["same"] += 1
    assert outcomes["refused"] > 4000
    assert outcomes["same"] > 20


def test_a_garbled_ciphertext_changes_neither_length_nor_receiver_nor_padding() -> None:
    rng = random.Random(7)
    ciphertext = base64.b64decode(MESSAGE["encrypt"])
    for _ in range(2000):
        changed = bytearray(ciphertext)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        start = rng.choice((0, 0, 32, 64))
        encrypt = base64.b64encode(bytes(changed[start:])).decode()
        signature = sign("QDG6eK", MESSAGE["timestamp"], MESSAGE["nonce"], encrypt)
        try:
            found = opened(MESSAGE, encrypt=encrypt, msg_signature=signature)
        except Forged:
            continue
        # CBC without a MAC lets text blocks be garbled; the frame (length, receiver, padding) has to be whole.
        assert len(found.xml) == len(MESSAGE["plain"].encode())
