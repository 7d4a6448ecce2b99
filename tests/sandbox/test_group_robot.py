"""The robot that people add to a group by themselves: token, signature, twenty a minute, and who reads it."""

import base64
import hashlib
import hmac
from typing import Any

import pytest

from tests.sandbox.dingtalk_bot import Sandbox

SECRET = "SECgroup"
MARKDOWN = {"msgtype": "markdown", "markdown": {"title": "存证", "text": "### 存证\n- **甲** `0a`"}}


async def posted(
    sandbox: Sandbox, body: object = MARKDOWN, *, late_ms: int = 0, secret: str = SECRET, token: str = "group-token"
) -> int:
    """Post into the audit group and return the errcode."""
    stamp = str(sandbox.world.clock.ms() - late_ms)
    sign = base64.b64encode(hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()).decode()
    given = {"access_token": token, "timestamp": stamp, "sign": sign}
    async with sandbox.http.post(f"{sandbox.world.base_url}/dingtalk/robot/send", params=given, json=body) as answer:
        assert answer.status == 200
        return int((await answer.json())["errcode"])


def seen_by(sandbox: Sandbox, person: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.world.phones.screen(person, 0, sandbox.world.card_view)
    return found


async def test_every_member_reads_it_and_nobody_else(sandbox: Sandbox) -> None:
    assert await posted(sandbox) == 0
    for person in ("sunjing", "zhoukai", "hanxue"):
        [message] = seen_by(sandbox, person)
        assert (message["kind"], message["group"], message["text"]) == ("markdown", "审计群", "存证\n· 甲 0a")
    assert seen_by(sandbox, "wangfang") == []
    [call] = [each for each in sandbox.world.traffic.rows(0) if each["path"] == "/robot/send"]
    assert (call["counted"], call["query"]["access_token"], call["query"]["sign"]) == (False, "***", "***")


@pytest.mark.parametrize(
    ("given", "errcode"),
    [
        ({"token": "other"}, 300005),
        ({"secret": "other"}, 310000),
        ({"late_ms": 3_600_001}, 310000),
        ({"body": {"msgtype": "voice"}}, 400105),
        ({"body": {"msgtype": "markdown", "markdown": {"title": "x"}}}, 40035),
    ],
)
async def test_what_is_wrong_is_said_in_a_200(sandbox: Sandbox, given: dict[str, Any], errcode: int) -> None:
    assert await posted(sandbox, **given) == errcode
    assert seen_by(sandbox, "sunjing") == []


async def test_after_twenty_in_a_minute_it_is_blocked_for_ten(sandbox: Sandbox) -> None:
    assert [await posted(sandbox) for _ in range(21)] == [*[0] * 20, 130101]
    await sandbox.world.clock.advance(599)
    assert await posted(sandbox) == 130101
    await sandbox.world.clock.advance(2)
    assert await posted(sandbox) == 0
