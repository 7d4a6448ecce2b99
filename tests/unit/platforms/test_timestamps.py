"""A time stamp counts when it answers our question, is signed for it, and its certificate was good then."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from asn1crypto import keys, pem, tsp
from pyhanko.sign.timestamps import DummyTimeStamper

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary
from platforms.http import Http
from platforms.timestamps import TimestampAuthority, Wrong, certificates, check, query
from tests.unit.platforms import authority
from tests.unit.platforms.servers import Server

TEXT = b"shouyue/huachen\n7\nroot\n"
DIGEST = hashlib.sha256(TEXT).digest()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http() as opened:
        yield opened


async def test_what_is_kept_is_what_openssl_verifies(tmp_path: Path, http: Http) -> None:
    roots = authority.made(tmp_path)
    async with authority.serving(tmp_path) as url:
        answer = await TimestampAuthority(http, url, roots).stamp(DIGEST)
        again = await TimestampAuthority(http, url, roots).stamp(DIGEST)
    assert authority.verified(tmp_path, answer, TEXT)
    assert not authority.verified(tmp_path, answer, TEXT + b"x")
    assert answer != again


def renonced(asked: bytes) -> bytes:
    request = tsp.TimeStampReq.load(asked)
    return bytes(query(request["message_imprint"]["hashed_message"].native, 5))


def about_something_else(asked: bytes) -> bytes:
    return query(bytes(32), tsp.TimeStampReq.load(asked)["nonce"].native)


def without_certificate(asked: bytes) -> bytes:
    request = tsp.TimeStampReq.load(asked)
    request["cert_req"] = False
    return bytes(request.dump(force=True))


@pytest.mark.parametrize(
    ("bent", "why"),
    [(renonced, "nonce"), (about_something_else, "something else"), (without_certificate, "signature")],
)
async def test_an_answer_to_another_question_is_refused(
    tmp_path: Path, http: Http, bent: authority.Bent, why: str
) -> None:
    roots = authority.made(tmp_path)
    async with authority.serving(tmp_path, query=bent) as url:
        with pytest.raises(Refused, match=why):
            await TimestampAuthority(http, url, roots).stamp(DIGEST)


async def test_a_certificate_that_was_over_is_refused(tmp_path: Path, http: Http) -> None:
    roots = authority.made(tmp_path, valid=-timedelta(days=1))
    async with authority.serving(tmp_path) as url:
        with pytest.raises(Refused, match="certificate"):
            await TimestampAuthority(http, url, roots).stamp(DIGEST)


async def test_a_stranger_s_authority_is_refused(tmp_path: Path, http: Http) -> None:
    authority.made(tmp_path / "stranger")
    roots = authority.made(tmp_path / "ours")
    async with authority.serving(tmp_path / "stranger") as url:
        with pytest.raises(Refused, match="certificate"):
            await TimestampAuthority(http, url, roots).stamp(DIGEST)


async def test_a_request_that_is_rejected_waits(tmp_path: Path, http: Http) -> None:
    def unknown_algorithm(asked: bytes) -> bytes:
        request = tsp.TimeStampReq.load(asked)
        request["message_imprint"]["hash_algorithm"]["algorithm"] = "sha1"
        request["message_imprint"]["hashed_message"] = bytes(20)
        return bytes(request.dump(force=True))

    roots = authority.made(tmp_path)
    async with authority.serving(tmp_path, query=unknown_algorithm) as url:
        with pytest.raises(Misconfigured, match="rejection bad_alg"):
            await TimestampAuthority(http, url, roots).stamp(DIGEST)


@pytest.mark.parametrize("body", [b"", b"junk", b"0\x82\xff\xff", bytes(4000), b"0\x03\x02\x01\x00", b"0\x00"])
async def test_junk_is_refused(tmp_path: Path, http: Http, body: bytes) -> None:
    roots = authority.made(tmp_path)
    async with authority.serving(tmp_path, answer=lambda _: body) as url:
        with pytest.raises(Refused):
            await TimestampAuthority(http, url, roots).stamp(DIGEST)


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (503, "text/plain", Temporary),
        (404, "text/html", Misconfigured),
        (200, "text/html", Misconfigured),
        (429, "text/plain", Temporary),
    ],
)
async def test_a_server_that_is_no_authority_is_told_apart(
    tmp_path: Path, http: Http, status: int, kind: str, expected: type[PlatformError]
) -> None:
    async def answered(_: web.Request) -> web.Response:
        return web.Response(status=status, body=b"x", content_type=kind)

    async with Server(answered) as server:
        with pytest.raises(expected):
            await TimestampAuthority(http, server.base, authority.made(tmp_path)).stamp(DIGEST)


async def test_roots_that_cannot_be_read_are_the_administrator_s(tmp_path: Path, http: Http) -> None:
    authority.made(tmp_path)
    (tmp_path / "empty.pem").write_text("nothing")
    async with authority.serving(tmp_path) as url:
        for file in ("absent.pem", "empty.pem"):
            with pytest.raises(Misconfigured, match="tsa-ca-file"):
                await TimestampAuthority(http, url, tmp_path / file).stamp(DIGEST)


async def test_a_certificate_for_something_else_may_not_stamp(tmp_path: Path) -> None:
    """OpenSSL would not sign with one, so another library does."""
    for stamps in (True, False):
        folder = tmp_path / str(stamps)
        roots = list(certificates(authority.made(folder, stamps=stamps).read_bytes()))
        [own] = certificates((folder / "tsa.pem").read_bytes())
        _, _, key = pem.unarmor((folder / "tsa.key").read_bytes())
        stamper = DummyTimeStamper(own, keys.PrivateKeyInfo.load(key))
        response = await stamper.async_request_tsa_response(tsp.TimeStampReq.load(query(DIGEST, 7)))
        try:
            await asyncio.to_thread(check, response.dump(), DIGEST, 7, roots)
            assert stamps
        except Wrong:
            assert not stamps


def test_no_changed_byte_of_what_is_signed_passes(tmp_path: Path) -> None:
    """Every byte from the token's content to its end is covered; around it, a change that passes says the same."""
    roots = list(certificates(authority.made(tmp_path).read_bytes()))
    answer = authority.reply(tmp_path, query(DIGEST, 7))
    moment, rng = check(answer, DIGEST, 7, roots), random.Random(3)
    for _ in range(150):
        changed = bytearray(answer)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        try:
            assert check(bytes(changed), DIGEST, 7, roots) == moment
        except Wrong:
            continue
