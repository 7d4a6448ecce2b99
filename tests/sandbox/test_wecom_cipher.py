"""The callback cipher against the recorded vectors, official and made."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.wecom.cipher import Cipher, CipherError
from sandbox.wecom.xml import card_of, fields_of, root_of, xml_of

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "wecom-crypto-vectors.json").read_text("utf-8"))
MADE = b"0123456789abcdef"


def cipher_of(vector: dict[str, Any]) -> Cipher:
    return Cipher(vector["token"], vector["encoding_aes_key"], vector["receiveid"])


def opened(vector: dict[str, Any]) -> str:
    stamps = vector["msg_signature"], vector["timestamp"], vector["nonce"]
    return cipher_of(vector).opened(*stamps, vector["encrypt"])


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["expect"] == "ok"], ids=lambda one: one["name"])
def test_a_good_vector_opens(vector: dict[str, Any]) -> None:
    assert opened(vector) == vector["plain"]


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["expect"] != "ok"], ids=lambda one: one["name"])
def test_a_bad_vector_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(CipherError):
        opened(vector)


def test_our_ciphertext_is_the_recorded_one_byte_for_byte() -> None:
    made = [one for one in VECTORS if one["name"].startswith("made") and one["expect"] == "ok"]
    assert made
    for vector in made:
        assert cipher_of(vector).encrypt(vector["plain"], MADE) == vector["encrypt"]


def test_text_that_closes_a_cdata_section_stays_text() -> None:
    text = "a]]><MsgType>x</MsgType>"
    assert fields_of(xml_of({"Content": text, "MsgId": 7})) == {"Content": text, "MsgId": "7"}


def test_an_entity_is_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "boom">]><xml><Content>&a;</Content></xml>'
    assert "boom" not in fields_of(bomb).get("Content", "")


def test_a_card_in_a_passive_reply_becomes_the_form_of_the_api() -> None:
    xml = xml_of(
        {
            "CardType": "button_interaction",
            "MainTitle": {"Title": "甲"},
            "HorizontalContentList": [
                {"KeyName": "原因", "Value": "病"},
                {"KeyName": "详情", "Value": "看", "Type": 1},
            ],
            "ButtonList": {"Text": "同意", "Style": 1, "Key": "approve.h"},
        }
    )
    card = card_of(root_of(xml))
    assert card["main_title"] == {"title": "甲"}
    assert card["horizontal_content_list"] == [
        {"keyname": "原因", "value": "病"},
        {"keyname": "详情", "value": "看", "type": 1},
    ]
    assert card["button_list"] == [{"text": "同意", "style": 1, "key": "approve.h"}]
