"""T11: what blows up when it is parsed is refused before that, within a moment, and the door stays open.

All shapes of bodies: tests/scenarios/test_callbacks_hostile.py.
"""

import asyncio
import time

import pytest

from tests.scenarios.bot_endpoint import CIPHER, Endpoint, everything, typed

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><xml><Encrypt>&a9;</Encrypt></xml>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"a" * 30_000}">]><xml><Encrypt>{"&a;" * 8_000}</Encrypt></xml>',
    "deep": "<xml>" + "<a>" * 9_000 + "</a>" * 9_000 + "</xml>",
    "wide": "<xml>" + "<a/>" * 16_000 + "</xml>",
    "attributes": "<xml " + " ".join(f'a{n}="x"' for n in range(6_000)) + "/>",
    "one name": f"<xml><{'a' * 60_000}/></xml>",
    "outside": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><xml><Encrypt>a</Encrypt></xml>',
    "reads a file": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Encrypt>&f;</Encrypt></xml>',
}
"""Each fits into the largest body but for two, which no body may be."""


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_is_refused_while_others_are_answered(bot: Endpoint, bomb: str) -> None:
    before = await everything()
    began = time.process_time()
    statuses = await asyncio.gather(*(bot.post(bot.signed("a"), BOMBS[bomb].encode()) for _ in range(5)))
    assert set(statuses) <= {400, 413}
    assert time.process_time() - began < 3.0
    assert await everything() == before
    assert await bot.push(typed("帮助", "7700000000000000009")) == 200


async def test_a_bomb_inside_an_authentic_message_is_refused_too(bot: Endpoint) -> None:
    """Whoever can encrypt is still not let near an XML parser with entities."""
    before = await everything()
    for bomb in BOMBS.values():
        encrypted = CIPHER.encrypt(bomb[:40_000])
        body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
        assert await bot.post(bot.signed(encrypted), body) in (200, 400, 413)
    after = {name: rows for name, rows in (await everything()).items() if name != "SeenCipher"}
    assert after == {name: rows for name, rows in before.items() if name != "SeenCipher"}
