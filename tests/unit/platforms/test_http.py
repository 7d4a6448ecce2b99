"""Failures on the wire become ours at one seam."""

import asyncio
import datetime
import socket
import ssl
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from platforms.errors import Misconfigured, Temporary, Unknown
from platforms.http import Http
from tests.unit.platforms.servers import Server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_an_answer_keeps_status_headers_and_body() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert await request.json() == {"姓名": "张三"}
        assert request.query["q"] == "a+b/="
        return web.json_response({"ok": True}, status=418, headers={"X-Seen": request.headers["X-Mine"]})

    async with Server(answer) as server, Http() as http:
        got = await http.call(
            "POST", f"{server.base}/x", params={"q": "a+b/="}, json={"姓名": "张三"}, headers={"X-Mine": "1"}
        )
    assert (got.status, got.headers["X-Seen"], got.json()) == (418, "1", {"ok": True})


async def test_nobody_listening_is_temporary() -> None:
    async with Http() as http:
        with pytest.raises(Temporary, match="connect"):
            await http.call("POST", f"http://127.0.0.1:{free_port()}/x", json={})


async def test_an_unknown_host_is_temporary() -> None:
    async with Http() as http:
        with pytest.raises(Temporary, match="connect"):
            await http.call("GET", "http://nowhere.invalid/")


async def test_an_address_that_is_none_is_a_setting_to_correct() -> None:
    async with Http() as http:
        with pytest.raises(Misconfigured, match="url"):
            await http.call("GET", "http://")


async def test_a_timeout_after_the_request_left_is_unknown() -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with Server(answer) as server, Http() as http:
        with pytest.raises(Unknown, match="timeout"):
            await http.call("POST", f"{server.base}/x", json={}, timeout=0.2)


async def test_a_reset_after_the_request_left_is_unknown() -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with Server(answer) as server, Http() as http:
        with pytest.raises(Unknown):
            await http.call("POST", f"{server.base}/x", json={})


async def test_half_an_answer_is_unknown() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        half = web.StreamResponse(headers={"Content-Length": "100"})
        await half.prepare(request)
        await half.write(b"{")
        assert request.transport is not None
        request.transport.close()
        return half

    async with Server(answer) as server, Http() as http:
        with pytest.raises(Unknown):
            await http.call("POST", f"{server.base}/x", json={})


async def test_a_connection_that_is_never_accepted_is_temporary() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for each in fillers:
            each.setblocking(False)
            each.connect_ex(address)
        async with Http() as http:
            with pytest.raises(Temporary, match="connect"):
                await http.call("POST", f"http://127.0.0.1:{address[1]}/x", json={}, timeout=0.4)
        for each in fillers:
            each.close()


async def test_redirects_are_not_followed() -> None:
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with Server(answer) as server, Http() as http:
        assert (await http.call("GET", f"{server.base}/here")).status == 302
    assert seen == ["/here"]


async def test_a_page_instead_of_json_means_nothing_was_done() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text="<html>denied</html>" if request.path == "/page" else "[1]" + "[" * 100_000)

    async with Server(answer) as server, Http() as http:
        for path in ("/page", "/deep"):
            with pytest.raises(Temporary, match="not-json"):
                (await http.call("GET", server.base + path)).json()


async def test_an_answer_beyond_the_size_limit_is_not_read_to_its_end() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 2_000_000)

    async with Server(answer) as server, Http(max_body=1_000_000) as http:
        with pytest.raises(Unknown, match="too-large"):
            await http.call("GET", server.base)
        assert len((await http.call("GET", server.base, limit=2_000_000)).body) == 2_000_000


async def test_errors_and_answers_do_not_show_secrets() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text='{"access_token":"SECRET"}')

    secret = {"access_token": "SECRET"}
    async with Server(answer) as server, Http() as http:
        assert "SECRET" not in repr(await http.call("GET", server.base))
        with pytest.raises(Temporary) as caught:
            await http.call("GET", f"http://127.0.0.1:{free_port()}/x", params=secret, headers={"x-token": "SECRET"})
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("a request was sent")

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=self_signed(tmp_path))
    port = server.sockets[0].getsockname()[1]
    async with server, Http() as http:
        with pytest.raises(Temporary, match="Certificate"):
            await http.call("GET", f"https://127.0.0.1:{port}/")


async def test_a_cancelled_call_stays_cancelled() -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with Server(answer) as server, Http() as http:
        task = asyncio.create_task(http.call("GET", server.base))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
