"""WeCom's own Node package as the platform: our bot accepts its callbacks and it can read what our bot answers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from models import CancellationRequest, Card, CardPurpose, InboundMessage, OutboxMessage, SeenCipher
from platforms.wecom.callback import Callback
from platforms.wecom.messages import dead_button
from platforms.wecom.strict_xml import cdata
from tests.peers.program import Peer, Row, require
from tests.peers.program import running as running_peer
from tests.scenarios.bot_endpoint import AES_KEY, AGENT, CORP, TOKEN, Endpoint, everything, running, typed

KEYS = {"token": TOKEN, "key": AES_KEY, "corp": CORP}
WORD = "1616140317555161061"


@pytest.fixture
async def bot(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Endpoint]:
    """Yield a bot that takes callbacks and sends nothing."""
    async with running(tmp_path, sqlite_url) as endpoint:
        yield endpoint


@pytest.fixture
async def platform() -> AsyncIterator[Peer]:
    """Yield their package, ready for orders."""
    async with running_peer("wecom_platform.mjs") as peer:
        yield peer


async def pushed(platform: Peer, bot: Endpoint, xml: str, **changes: str) -> Row:
    order: dict[str, Any] = {"do": "push", "url": bot.callback, "timestamp": bot.stamp(), "nonce": "1597212914"}
    return await platform.ask(**{**order, **KEYS, "agent": AGENT, "xml": xml, **changes})


def clicked(key: str, task: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[helin]]></FromUserName>"
        f"<CreateTime>1795397460</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[{key}]]></EventKey>"
        f"<TaskId><![CDATA[{task}]]></TaskId><CardType><![CDATA[button_interaction]]></CardType>"
        f"<ResponseCode><![CDATA[code-1]]></ResponseCode><AgentID>{AGENT}</AgentID></xml>"
    )


async def test_their_check_of_our_address_gets_their_word_back(bot: Endpoint, platform: Peer) -> None:
    for nonce in range(20):  # each with a random ciphertext: plus, slash and equals signs travel in the address
        order = {"do": "verify", "url": bot.callback, "timestamp": bot.stamp(), "nonce": str(nonce), "word": WORD}
        assert await platform.ask(**order, **KEYS) == {"status": 200, "body": WORD}
    assert bot.refused["forged"] == 0


async def test_their_check_with_another_token_key_or_corp_gets_nothing_back(bot: Endpoint, platform: Peer) -> None:
    order = {"do": "verify", "url": bot.callback, "timestamp": bot.stamp(), "nonce": "1", "word": WORD}
    for change in ({"token": "another"}, {"key": "A" * 43}, {"corp": "ww0000000000000002"}):
        assert await platform.ask(**{**order, **KEYS, **change}) == {"status": 403, "body": ""}
    assert bot.refused["forged"] == 3


async def test_what_an_employee_types_in_their_app_has_its_effect_here(bot: Endpoint, platform: Peer) -> None:
    text = "取消 高原 原因 行程冲突 🙂"
    assert await pushed(platform, bot, typed(text, "7700000000000000001")) == {"status": 200, "body": ""}
    inbound = await InboundMessage.get()
    assert (inbound.platform, inbound.kind, inbound.content) == ("wecom", "text", text)
    card = await Card.get().prefetch_related("holder", "booking__candidate")
    assert card.holder is not None
    assert card.booking is not None
    assert (card.purpose, card.holder.key, card.booking.candidate.name) == (CardPurpose.CONFIRM, "helin", "高原")
    assert await OutboxMessage.filter(kind="card", card=card).count() == 1


async def test_a_click_on_a_card_has_its_effect_here(bot: Endpoint, platform: Peer) -> None:
    await pushed(platform, bot, typed("取消 高原 原因 行程冲突", "7700000000000000002"))
    card = await Card.get()
    assert await pushed(platform, bot, clicked(f"confirm.{card.handle}", "t-1")) == {"status": 200, "body": ""}
    request = await CancellationRequest.get().prefetch_related("booking__candidate")
    assert request.booking.candidate.name == "高原"
    assert (await InboundMessage.get(kind="press")).repeats == 0


async def test_the_same_message_in_a_new_ciphertext_has_no_second_effect(bot: Endpoint, platform: Peer) -> None:
    xml = typed("取消 高原 原因 行程冲突", "7700000000000000003")
    for _ in range(5):
        assert (await pushed(platform, bot, xml))["status"] == 200
    assert (await InboundMessage.get()).repeats == 4
    assert await Card.all().count() == 1
    assert await SeenCipher.all().count() == 5


async def test_a_push_with_another_token_key_or_corp_has_no_effect(bot: Endpoint, platform: Peer) -> None:
    before = await everything()
    xml = typed("取消 高原 原因 行程冲突", "7700000000000000004")
    for change in ({"token": "another"}, {"key": "A" * 43}, {"corp": "ww0000000000000002"}):
        assert await pushed(platform, bot, xml, **change) == {"status": 403, "body": ""}
    assert bot.refused["forged"] == 3
    assert await everything() == before


async def test_their_package_reads_our_answers_and_finds_them_authentic(platform: Peer) -> None:
    callback = Callback(TOKEN, AES_KEY, CORP)
    answers = [dead_button("helin", CORP, 1795397460, "已批准 ]]></ReplaceName> 🙂")]
    answers += [f"<xml><Content>{cdata('守' * 2 + 'x' * length)}</Content></xml>".encode() for length in range(40)]
    for number, answer in enumerate(answers):  # 40 lengths in a row meet every length of padding
        reply = callback.reply(answer, f"nonce-{number}", 1795397460).decode()
        read = await platform.ask(do="open", reply=reply, **KEYS)
        stamps = {"timestamp": "1795397460", "nonce": f"nonce-{number}"}
        assert read == {"message": answer.decode(), "id": CORP, "authentic": True, **stamps}


async def test_an_answer_signed_with_another_token_is_not_authentic_to_their_package(platform: Peer) -> None:
    reply = Callback("another", AES_KEY, CORP).reply(b"<xml/>", "1", 1795397460).decode()
    assert (await platform.ask(do="open", reply=reply, **KEYS))["authentic"] is False


async def test_without_their_package_the_test_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"@wecom/crypto.*make develop"):
        require(tmp_path)
