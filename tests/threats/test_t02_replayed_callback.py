"""T2: a whole recorded morning is played again, stamps swapped and re-split, in any order, later: nothing happens.

The single tricks stand in tests/scenarios/test_callbacks_hostile.py.
"""

import random
from typing import Any

from models import Card, InboundMessage, SeenCipher
from tests.scenarios.bot_endpoint import AGENT, CIPHER, CORP, Endpoint, enveloped, everything, typed
from tests.threats.attacking import decisions

WORDS = ("取消 高原 原因 行程冲突", "列表 本周", "查 高原", "帮助", "待我审批", "确认取消", "撤销")


def pressed(key: str, card: Card, created: int) -> str:
    """Write what WeCom pushes when a member presses a button of a card."""
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[helin]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[{key}]]></EventKey>"
        f"<TaskId><![CDATA[sy-{card.id.hex}]]></TaskId><CardType><![CDATA[button_interaction]]></CardType>"
        f"<ResponseCode><![CDATA[code-1]]></ResponseCode><AgentID>{AGENT}</AgentID></xml>"
    )


async def test_a_recorded_morning_played_again_changes_nothing(bot: Endpoint) -> None:
    messages = [typed(words, f"77{number:017d}") for number, words in enumerate(WORDS)]
    recorded = [await sent(bot, each) for each in messages]
    card = await Card.filter(holder__key="helin").first()
    assert card is not None
    recorded.append(await sent(bot, pressed(f"dismiss.{card.handle}", card, 1795397401)))
    assert await InboundMessage.all().count() == len(WORDS) + 1
    before, known = await everything(), await SeenCipher.all().count()
    rng = random.Random(2)
    for moment in (0, 60, 240, 1000, 86_400):
        bot.pass_time(moment)
        rng.shuffle(recorded)
        for query, encrypted in recorded:
            for disguised in disguises(query, bot.stamp(), encrypted):
                assert await bot.post(disguised, enveloped(encrypted)) in (200, 403)
    assert await everything() == before
    assert await SeenCipher.all().count() == known


async def test_the_same_message_under_a_new_ciphertext_is_still_the_same_message(bot: Endpoint) -> None:
    """Whoever has the keys can encrypt anew; the business key holds even then."""
    message = typed(WORDS[0], "7700000000000000001")
    await bot.push(message)
    before = await decisions()
    for _ in range(20):
        assert await bot.push(message) == 200
    assert (await Card.all().count(), await InboundMessage.all().count()) == (1, 1)
    assert await decisions() == before


async def sent(bot: Endpoint, xml: str) -> tuple[dict[str, str], str]:
    """Send a message; return what somebody on the way could keep of it."""
    encrypted = CIPHER.encrypt(xml)
    query = bot.signed(encrypted)
    assert await bot.post(query, enveloped(encrypted)) == 200
    return query, encrypted


def disguises(query: dict[str, str], now: str, encrypted: str) -> list[dict[str, Any]]:
    """Return the recording, and what can be made of it: stamps swapped, cut elsewhere, or signed anew for now."""
    digits = query["timestamp"] + query["nonce"]
    swapped = {**query, "timestamp": query["nonce"], "nonce": query["timestamp"]}
    cut = [{**query, "timestamp": digits[:place], "nonce": digits[place:]} for place in (10, len(digits) - 10)]
    fresh = {**query, "timestamp": now, "msg_signature": CIPHER.signature(now, query["nonce"], encrypted)}
    return [query, fresh, *(each for each in (swapped, *cut) if len(each["timestamp"]) == 10)]
