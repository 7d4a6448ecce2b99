"""The signing service against the sandbox's authority: orders, results, callbacks, and what goes wrong on the way."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from platforms.errors import Misconfigured, Refused, Temporary
from platforms.http import Http
from platforms.signatures.protocol import Result, Status
from platforms.signatures.remote import BadCallback, ForeignCallback, RemoteAccount, RemoteSigning
from sandbox import server
from sandbox.config import SignaturesConfig
from sandbox.world import World
from tests.sandbox.dingtalk_bot import config
from workflow import cms

ACCOUNT = RemoteAccount("", "huachen", "k3y", "callback-secret-0001")
DIGEST = hashlib.sha256(b"statement").hexdigest()
NUMBER = "0123456789abcdef0123456789abcdef"
ROOTS = cms.certificates_in((Path(__file__).resolve().parents[3] / "sandbox/authority_root.pem").read_bytes())
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC).timestamp()


class Rig:
    """A sandbox with an authority, our client of it, and a door that keeps what is called back."""

    def __init__(self, world: World, http: Http, notify_url: str, heard: list[tuple[Any, bytes]]) -> None:
        self.world, self.http, self.heard = world, http, heard
        self.account = replace(ACCOUNT, base=f"{world.base_url}/signatures", notify_url=notify_url)
        self.service = RemoteSigning(self.account, http)

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, f"{self.world.base_url}/sandbox{path}", json=body) as answer,
        ):
            return answer.status, await answer.json()

    async def callback(self, nth: int = 0) -> Result:
        for _ in range(200):
            if len(self.heard) > nth:
                headers, body = self.heard[nth]
                return self.service.called_back(headers, body, self.world.clock.now().timestamp())
            await asyncio.sleep(0.02)
        raise AssertionError("nothing was called back")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    heard: list[tuple[Any, bytes]] = []

    async def hears(request: web.Request) -> web.Response:
        heard.append((request.headers, await request.read()))
        return web.json_response({"ok": True})

    door = web.Application()
    door.add_routes([web.post("/called", hears)])
    runner = web.AppRunner(door)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    known = SignaturesConfig(ACCOUNT.app_id, ACCOUNT.api_key, ACCOUNT.callback_secret)
    world, close = await server.start(replace(config(tmp_path), signatures=known))
    async with Http() as http:
        yield Rig(world, http, f"http://127.0.0.1:{runner.addresses[0][1]}/called", heard)
    await close()
    await runner.cleanup()


async def test_an_order_is_signed_on_the_page_told_and_found_again(rig: Rig) -> None:
    chain = await rig.service.certificate("chenmin")
    own = cms.certificate(chain, ROOTS, rig.world.clock.now())
    assert (own.name, own.account) == ("陈敏", "chenmin")
    opened = await rig.service.create(NUMBER, "chenmin", DIGEST, "Q1 取消申请：同意", 600)
    assert opened == await rig.service.create(NUMBER, "chenmin", DIGEST, "Q1 取消申请：同意", 600)
    assert (await rig.service.result(opened.remote)).status == Status.WAITING
    async with aiohttp.ClientSession() as browser:
        async with browser.get(opened.url) as page:
            text = await page.text()
        assert DIGEST in text
        assert "Q1 取消申请：同意" in text
        async with browser.post(opened.url, data={"answer": "confirm"}) as page:
            assert "已签署" in await page.text()
    told, found = await rig.callback(), await rig.service.result(opened.remote)
    assert told == found
    assert (told.order_no, told.status) == (NUMBER, Status.SIGNED)
    sound = cms.checked(told.signature, b"statement", own.digest, ROOTS)
    assert sound.certificate.account == "chenmin"


async def test_declined_and_expired_are_told_apart_and_the_first_answer_counts(rig: Rig) -> None:
    one = await rig.service.create(NUMBER, "chenmin", DIGEST, "t", 600)
    assert (await rig.control("POST", f"/signatures/{one.remote}/decline"))[0] == 200
    assert (await rig.control("POST", f"/signatures/{one.remote}/confirm"))[0] == 409
    assert (await rig.callback()).status == Status.DECLINED
    two = await rig.service.create("f" * 32, "chenmin", DIGEST, "t", 600)
    await rig.control("POST", "/clock", {"advance_s": 601})
    assert (await rig.service.result(two.remote)).status == Status.EXPIRED


@pytest.mark.parametrize("kind", ["wrong-digest", "other-certificate", "expired-certificate"])
async def test_what_the_authority_gets_wrong_is_what_the_check_refuses(rig: Rig, kind: str) -> None:
    [own, *_] = await rig.service.certificate("chenmin")
    order = await rig.service.create(NUMBER, "chenmin", DIGEST, "t", 600)
    assert (await rig.control("POST", "/faults", {"platform": "signatures", "match": "/sign", "kind": kind}))[0] == 200
    await rig.control("POST", f"/signatures/{order.remote}/confirm")
    told = await rig.callback()
    with pytest.raises(cms.Unsound):
        cms.checked(told.signature, b"statement", hashlib.sha256(own).hexdigest(), ROOTS)


async def test_a_callback_may_come_twice_late_or_never(rig: Rig) -> None:
    for nth, (kind, times) in enumerate((("twice", 2), ("unheard", 0))):
        before = len(rig.heard)
        await rig.control("POST", "/faults", {"platform": "signatures", "match": "/sign", "kind": kind})
        order = await rig.service.create(f"{nth}" * 32, "chenmin", DIGEST, "t", 600)
        await rig.control("POST", f"/signatures/{order.remote}/confirm")
        if times:
            assert await rig.callback(before) == await rig.callback(before + 1)
        assert (await rig.service.result(order.remote)).status == Status.SIGNED
        assert len(rig.heard) == before + times


def body_of(**changed: object) -> bytes:
    said = {"app_id": "huachen", "id": "r1", "order_no": NUMBER, "status": "signed"}
    return json.dumps({**said, "signature": base64.b64encode(b"cms").decode(), **changed}).encode()


def signed(body: bytes, stamp: str = str(int(NOW)), secret: str = ACCOUNT.callback_secret) -> dict[str, str]:
    made = hmac.new(secret.encode(), stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()
    return {"X-Signature-Timestamp": stamp, "X-Signature": made}


SERVICE = RemoteSigning(ACCOUNT, Http())


def test_a_callback_that_is_signed_fresh_and_ours_is_read() -> None:
    body = body_of()
    assert SERVICE.called_back(signed(body), body, NOW) == Result(NUMBER, "r1", Status.SIGNED, b"cms")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, body_of()),
        (signed(body_of(), secret="another-secret-000"), body_of()),
        (signed(body_of()), body_of(status="declined")),
        (signed(body_of(), stamp=str(int(NOW) - 301)), body_of()),
        (signed(body_of(), stamp=str(int(NOW) + 301)), body_of()),
        (signed(body_of(), stamp="now"), body_of()),
        (signed(b"["), b"["),
        (signed(b"[]"), b"[]"),
        *[
            (signed(body_of(**each)), body_of(**each))
            for each in (
                {"status": "maybe"},
                {"signature": "***"},
                {"signature": ""},
                {"status": "declined"},
                {"order_no": 7},
                {"id": None},
            )
        ],
    ],
)
def test_a_callback_that_is_forged_old_or_no_order_is_refused(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(BadCallback):
        SERVICE.called_back(headers, body, NOW)


def test_a_callback_for_another_organisation_is_told_apart() -> None:
    body = body_of(app_id="somebody-else")
    with pytest.raises(ForeignCallback):
        SERVICE.called_back(signed(body), body, NOW)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [("http", 503, Temporary), ("http", 429, Temporary), ("http", 422, Refused), ("garbage", None, Temporary),
     ("drop-before", None, Temporary), ("drop", None, Temporary)],
)  # fmt: skip
async def test_each_failure_says_what_to_do_next(
    rig: Rig, kind: str, value: int | None, expected: type[Exception]
) -> None:
    fault = {"platform": "signatures", "match": "/v1/orders", "kind": kind, "value": value}
    await rig.control("POST", "/faults", fault)
    with pytest.raises(expected):
        await rig.service.create(NUMBER, "chenmin", DIGEST, "t", 600)
    assert (await rig.service.create(NUMBER, "chenmin", DIGEST, "t", 600)).remote


async def test_a_wrong_key_is_a_setting_and_an_unknown_account_is_unknown(rig: Rig) -> None:
    await rig.service.reach()
    stranger = RemoteSigning(replace(rig.account, api_key="wrong"), rig.http)
    for call in (stranger.reach(), stranger.certificate("chenmin")):
        with pytest.raises(Misconfigured):
            await call
    for account in ("nobody", "zhangwei-8123", "../orders"):
        with pytest.raises(Refused, match="unknown"):
            await rig.service.certificate(account)
    await rig.service.create(NUMBER, "chenmin", DIGEST, "t", 600)
    with pytest.raises(Refused, match="http-409"):
        await rig.service.create(NUMBER, "chenmin", "0" * 64, "t", 600)
