"""T19: no address that comes in with a message makes us call somewhere inside our own network.

Every call, its redirects and its certificates: tests/unit/platforms/test_http.py and test_dingtalk_api.py.
"""

import pytest
from aiohttp import web

from models import OutboxMessage
from platforms.dingtalk.account import DingTalkAccount
from platforms.dingtalk.api import DingTalk
from platforms.errors import PlatformError
from platforms.http import Http
from tests.scenarios.company import Company
from tests.threats.attacking import Trap, types
from tests.unit.platforms.servers import Server

FOREVER = 4_000_000_000_000


def inside(port: int) -> list[str]:
    """Return addresses that lead to a listener of ours, in the spellings that filters overlook."""
    return [
        f"http://127.0.0.1:{port}/",
        f"https://127.0.0.1:{port}/",
        f"http://localhost:{port}/robot/sendBySession?session=x",
        f"http://[::1]:{port}/",
        f"http://2130706433:{port}/",
        f"http://0x7f.1:{port}/",
        f"http://oapi.dingtalk.com@127.0.0.1:{port}/",
        f"https://oapi.dingtalk.com:x@127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}/oapi.dingtalk.com",
        f"http://127.0.0.1:{port}#oapi.dingtalk.com",
        f"https://oapi.dingtalk.com.evil.example:{port}/",
        f"https://evil-oapi.dingtalk.com.127.0.0.1.nip.io:{port}/",
        f"http://oapi.dingtalk.com\\@127.0.0.1:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "//127.0.0.1/",
        "dict://127.0.0.1:11211/",
    ]


async def test_a_session_webhook_into_our_network_is_not_called(company: Company) -> None:
    async with Trap() as trap:
        addresses = inside(trap.port)
        for url in addresses:
            await types(
                company,
                "wangfang",
                "列表 本周",
                conversationType="2",
                sessionWebhook=url,
                sessionWebhookExpiredTime=FOREVER,
            )
        await company.settled()
        assert trap.calls == 0
    rows = await OutboxMessage.filter(kind="group_reply")
    assert len(rows) == len(addresses)
    assert {(str(each.status), each.reason) for each in rows} <= {
        ("suppressed", "webhook-host"),
        ("suppressed", "url"),
    }


async def test_a_file_address_into_our_network_is_not_fetched() -> None:
    """Even the platform's own answer, should somebody sit in between, sends us nowhere else."""
    async with Trap() as trap:
        queue = inside(trap.port)

        async def platform(request: web.Request) -> web.Response:
            if request.path.endswith("accessToken"):
                return web.json_response({"accessToken": "t", "expireIn": 7200})
            return web.json_response({"downloadUrl": queue[0]})

        async with Server(platform) as server, Http() as http:
            account = DingTalkAccount("id", "secret", "robot", "corp", api_base=server.base, oapi_base=server.base)
            api = DingTalk(account, http, lambda: 0.0)
            while queue:
                with pytest.raises(PlatformError) as refused:
                    await api.download("code")
                assert refused.value.code in ("file-host", "url"), queue[0]
                queue.pop(0)
        assert trap.calls == 0


async def test_a_redirect_into_our_network_is_not_followed() -> None:
    async with Trap() as trap:

        async def redirecting(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": f"http://127.0.0.1:{trap.port}/"})

        async with Server(redirecting) as server, Http() as http:
            for method in ("GET", "POST"):
                assert (await http.call(method, server.base)).status == 302
        assert trap.calls == 0
