"""No secret and no personal data reaches a log, whoever writes it; and one event stays one line."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from bot import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()
    logs.configure("debug", "json", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("手机 13812348123 已停机", "13812348123"),
        ("tel +86 138-1234-8123", "138-1234-8123"),
        ("电话１３８１２３４８１２３", "１３８１２３４８１２３"),
        ("身份证 11010519491231002X", "11010519491231002X"),
        ("写给 zhang.wei+hr@mail.example.cn 的信", "zhang.wei"),
        ("GET /cgi-bin/message/send?access_token=tok-000001&debug=0", "tok-000001"),
        ("GET /gettoken?corpid=ww1&corpsecret=s3cr3t HTTP/1.1", "s3cr3t"),
        ("POST /robot/sendBySession?session=abc123", "abc123"),
        ("{'ticket': 't-9', 'endpoint': 'wss'}", "t-9"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ('127.0.0.1 "GET /i/eyJhbGciOi.xyz HTTP/1.1" 200', "eyJhbGciOi"),
        (f'127.0.0.1 "GET /d/{"a2" * 13} HTTP/1.1" 200', "a2a2"),
        (f'127.0.0.1 "POST /r/{"b3" * 13} HTTP/1.1" 200', "b3b3"),
        ("POST /sms/uplink/0123456789abcdef", "0123456789abcdef"),
        ("postgres://shouyue:hunter2@db:5432/x", "hunter2"),
    ],
)
def test_a_text_loses_what_must_not_be_written(text: str, hidden: str) -> None:
    assert hidden not in logs.redacted(text)
    assert logs.HIDDEN in logs.redacted(text)


@pytest.mark.parametrize("text", ["预约 B20261123-0007 已取消", "1764000000123", "cid8f2c==", "等待 1200 毫秒"])
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert logs.redacted(text) == text


def test_a_phone_keeps_its_tail_so_that_people_can_talk_about_it() -> None:
    assert logs.redacted("13812348123") == "***8123"


def test_secrets_are_hidden_by_their_name_and_by_their_type(stream: io.StringIO) -> None:
    structlog.get_logger("x").info(
        "started", client_secret="s1", nested={"sessionWebhook": "s2", "list": [{"token": "s3"}]}, key=SecretStr("s4")
    )
    for secret in ("s1", "s2", "s3", "s4"):
        assert secret not in stream.getvalue()


def test_numbers_are_hidden_too(stream: io.StringIO) -> None:
    structlog.get_logger("x").info("called", caller=13812348123, waited_ms=1200, ok=True)
    line = json.loads(stream.getvalue())
    assert (line["caller"], line["waited_ms"], line["ok"]) == ("***8123", 1200, True)


def test_an_exception_is_redacted_with_its_traceback(stream: io.StringIO) -> None:
    try:
        raise ValueError("no route to 13812348123")
    except ValueError:
        structlog.get_logger("x").exception("failed")
    line = json.loads(stream.getvalue())
    assert "13812348123" not in stream.getvalue()
    assert "ValueError" in line["exception"]


def test_a_library_logs_through_the_same_door(stream: io.StringIO) -> None:
    logging.getLogger("aiohttp.access").info('"GET /i/%s HTTP/1.1" 200', "tok123")
    line = json.loads(stream.getvalue())
    assert line["event"] == '"GET /i/*** HTTP/1.1" 200'
    assert line["logger"] == "aiohttp.access"


def test_the_sdk_that_logs_tickets_is_silent(stream: io.StringIO) -> None:
    logging.getLogger("dingtalk_stream.client").info("endpoint is wss, ticket is t-9")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("style", ["json", "console"])
def test_nobody_forges_a_line_or_hides_a_word(style: str) -> None:
    stream = io.StringIO()
    logs.configure("info", style, stream)  # type: ignore[arg-type]
    logging.getLogger("x").info("name is %s", "a\n2026 forged\x1b[31m\u202eb\u2028c")
    assert stream.getvalue().count("\n") == 1
    assert not {"\x1b", "\u202e", "\u2028"} & set(stream.getvalue())
    logging.getLogger().handlers.clear()
    structlog.reset_defaults()
