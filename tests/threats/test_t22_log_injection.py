"""T21, T22: what outsiders write into a log line stays inside it, and takes no secret with it.

Every rule of hiding: tests/unit/test_logs.py; every field of the whole program: tests/threats/test_canary.py.
"""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs
from tests.scenarios.company import Company
from tests.threats.attacking import types

FORGED = '\n{"event": "booking cancelled by admin", "level": "info"}\r\n\x1b[2J\x1b[31m\u2028\u202e\x00'


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Yield what the program logs at DEBUG, every library included."""
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    stream = io.StringIO()
    logs.configure("debug", "json", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_a_message_from_outside_cannot_write_a_line_of_its_own(written: io.StringIO, company: Company) -> None:
    await types(company, "x", "hello", senderCorpId="other", msgId=f"m{FORGED}")
    await types(company, f"wang{FORGED}", f"取消{FORGED}", msgId=f"n{FORGED}", conversationTitle=FORGED)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert any("booking cancelled by admin" in str(line.get("message")) for line in lines)
    assert [line for line in lines if line["event"] == "booking cancelled by admin"] == []
    assert not {"\x1b", "\u2028", "\u202e", "\x00"} & set(written.getvalue())


async def test_a_token_in_an_address_that_fails_is_in_no_line(written: io.StringIO, company: Company) -> None:
    for kind, value in (("http", 500), ("close", 0), ("garbage", 0)):
        await company.post("/faults", {"platform": "wecom", "match": "", "kind": kind, "value": value, "times": 2})
    await company.says("helin", "列表 本周")
    await company.says("helin", "取消 高原 原因 行程冲突")
    await company.passes(700)
    secrets = company.settings.wecom.secret, company.settings.wecom.token, company.settings.dingtalk.client_secret
    for secret in (each.get_secret_value() for each in secrets if each):
        assert secret not in written.getvalue()
    assert "access_token=" not in written.getvalue().replace("access_token=***", "")
    assert written.getvalue()
