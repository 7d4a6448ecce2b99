"""Robots that live in a group: what they are sent, what their answers mean, and that their addresses stay secret."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from platforms.dingtalk.group_robot import DingTalkGroupRobot, signature
from platforms.errors import Misconfigured, PlatformError, Refused, Temporary, Unknown
from platforms.http import Http
from platforms.wecom.group_robot import WeComGroupRobot
from tests.unit.platforms.servers import Server

NOW = 1_767_225_600.0


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http() as opened:
        yield opened


def test_the_signature_is_that_of_the_platform_s_page() -> None:
    assert signature("1767225600000", "sandbox-secret-1") == "ntNlg/I837PDOBXfIEDH76qEoVAbnFxH9zil2ZbJoGo="


async def test_dingtalk_gets_markdown_at_a_signed_address(http: Http) -> None:
    seen: list[tuple[dict[str, str], Any]] = []

    async def answered(request: web.Request) -> web.Response:
        seen.append((dict(request.query), await request.json()))
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async with Server(answered) as server:
        url = f"{server.base}/robot/send?access_token=tok"
        for secret in ("sandbox-secret-1", ""):
            assert await DingTalkGroupRobot(http, url, secret, lambda: NOW).post("题", "### 文") == "ok"
    sign = "ntNlg/I837PDOBXfIEDH76qEoVAbnFxH9zil2ZbJoGo="
    body = {"msgtype": "markdown", "markdown": {"title": "题", "text": "### 文"}}
    assert seen == [
        ({"access_token": "tok", "timestamp": "1767225600000", "sign": sign}, body),
        ({"access_token": "tok"}, body),
    ]


async def test_wecom_gets_markdown_at_its_address(http: Http) -> None:
    seen: list[tuple[dict[str, str], Any]] = []

    async def answered(request: web.Request) -> web.Response:
        seen.append((dict(request.query), await request.json()))
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async with Server(answered) as server:
        assert await WeComGroupRobot(http, f"{server.base}/cgi-bin/webhook/send?key=k").post("题", "### 文") == "ok"
    assert seen == [({"key": "k"}, {"msgtype": "markdown", "markdown": {"content": "### 文"}})]


@pytest.mark.parametrize(
    ("kind", "errcode", "expected"),
    [
        ("dingtalk", 130101, Temporary),
        ("dingtalk", -1, Temporary),
        ("dingtalk", 310000, Misconfigured),
        ("dingtalk", 300005, Misconfigured),
        ("dingtalk", 460101, Refused),
        ("wecom", 45009, Temporary),
        ("wecom", 93000, Misconfigured),
        ("wecom", 40058, Refused),
    ],
)
async def test_each_refusal_is_told_by_what_to_do(
    http: Http, kind: str, errcode: int, expected: type[PlatformError]
) -> None:
    async def answered(_: web.Request) -> web.Response:
        return web.json_response({"errcode": errcode, "errmsg": "no"})

    async with Server(answered) as server:
        url = f"{server.base}/x?access_token=tok"
        robot = WeComGroupRobot(http, url) if kind == "wecom" else DingTalkGroupRobot(http, url, "s", lambda: NOW)
        with pytest.raises(expected):
            await robot.post("题", "文")


async def test_an_answer_that_breaks_off_may_have_been_a_post(http: Http) -> None:
    async def answered(_: web.Request) -> web.Response:
        return web.Response(status=502)

    async with Server(answered) as server:
        for robot in (WeComGroupRobot(http, server.base), DingTalkGroupRobot(http, server.base, "s", lambda: NOW)):
            with pytest.raises(Unknown):
                await robot.post("题", "文")


def test_the_address_and_the_secret_are_not_shown(http: Http) -> None:
    shown = repr((WeComGroupRobot(http, "https://a/?key=hidden"), DingTalkGroupRobot(http, "hidden", "hidden", float)))
    assert "hidden" not in shown
