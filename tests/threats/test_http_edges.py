"""What else comes over HTTP: slow senders, chunks, doubled parameters, other hosts and addresses, other clocks."""

import asyncio
import time

from aiohttp import ClientSession

from bot import addresses
from models import InboundMessage, OutboxMessage
from tests.scenarios.bot_endpoint import CIPHER, CORP, TOKEN, Endpoint, enveloped, everything, typed

COMMAND = typed("帮助", "7700000000000000001")


async def test_slow_heads_and_slow_bodies_are_cut_off_while_others_are_answered(bot: Endpoint) -> None:
    bot.app.patience.wait_s = 0.6
    head = b"POST %s HTTP/1.1\r\nHost: bot\r\n" % addresses.WECOM_CALLBACK.encode()
    drips = [
        b"",
        b"P",
        head,
        head + b"Content-Length: 50\r\n\r\n<xml>",
        head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<xm",
    ]
    senders = [asyncio.create_task(dribbling(bot.app.port, each)) for each in drips * 20]
    await asyncio.sleep(0.3)
    assert await bot.push(COMMAND) == 200
    async with asyncio.timeout(90):
        ended = await asyncio.gather(*senders)
    assert max(ended) < GIVEN_UP_S
    assert bot.app.patience.closed >= len(drips)
    assert await InboundMessage.all().count() == 1


GIVEN_UP_S = 60.0


async def dribbling(port: int, begin: bytes) -> float:
    """Send the beginning, then a byte now and then; return the seconds until somebody hung up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began, reading = time.monotonic(), asyncio.create_task(reader.read())
    writer.write(begin)
    while not reading.done() and time.monotonic() - began < GIVEN_UP_S:
        writer.write(b"a")
        await asyncio.wait({reading}, timeout=0.2)
    took = time.monotonic() - began
    writer.close()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    return took


async def test_a_body_in_chunks_is_read_up_to_the_limit_and_no_further(bot: Endpoint) -> None:
    encrypted = CIPHER.encrypt(COMMAND)

    async def pieces(body: bytes):  # type: ignore[no-untyped-def]
        for place in range(0, len(body), 100):
            yield body[place : place + 100]

    assert await bot.post(bot.signed(encrypted), pieces(b"<xml>" + b" " * 70_000)) == 413
    assert await bot.post(bot.signed(encrypted), pieces(enveloped(encrypted))) == 200


async def test_a_parameter_given_twice_is_refused_whichever_is_right(bot: Endpoint) -> None:
    encrypted = CIPHER.encrypt(COMMAND)
    good = bot.signed(encrypted)
    before = await everything()
    for name in good:
        for twice in ([*good.items(), (name, "x")], [(name, "x"), *good.items()], [*good.items(), (name, good[name])]):
            assert await bot.post(twice, enveloped(encrypted)) == 400
    assert await everything() == before


async def test_no_host_that_is_pretended_gets_into_an_answer_or_a_message(bot: Endpoint) -> None:
    encrypted = CIPHER.encrypt(typed("列表 本周", "7700000000000000002"))
    forged = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example",
    }
    assert await bot.post(bot.signed(encrypted), enveloped(encrypted), headers=forged) == 200
    for path in (addresses.HEALTH, addresses.METRICS, addresses.INTERVIEW_LINK + "a" * 26, "/nowhere"):
        async with bot.http.get(bot.base + path, headers=forged, allow_redirects=False) as answer:
            assert "evil" not in await answer.text() + str(answer.headers)
            assert "Server" not in answer.headers
    said = [str(each.payload) for each in await OutboxMessage.all()]
    assert said
    assert [each for each in said if "evil" in each] == []


async def test_a_sender_whose_clock_is_off_is_refused_until_it_is_right_again(bot: Endpoint) -> None:
    for off, status in ((-301, 403), (301, 403), (-290, 200), (290, 200)):
        encrypted = CIPHER.encrypt(typed("帮助", f"77{abs(off):017d}{off > 0:d}"))
        stamp = bot.stamp(off)
        query = {"timestamp": stamp, "nonce": "1", "msg_signature": CIPHER.signature(stamp, "1", encrypted)}
        assert await bot.post(query, enveloped(encrypted)) == status, off


async def test_no_error_page_tells_what_runs_here(bot: Endpoint) -> None:
    told = []
    async with ClientSession() as http:
        for method, path in (
            ("GET", "/"),
            ("POST", "/health"),
            ("GET", "/i/%00"),
            ("GET", "/d/../health"),
            ("GET", "/static/../x"),
        ):
            async with http.request(method, bot.base + path) as answer:
                told.append((await answer.text()) + str(answer.headers))
    for word in ("aiohttp", "Python", "Traceback", "File ", TOKEN, CORP, "/site-packages"):
        assert [each for each in told if word in each] == [], word
