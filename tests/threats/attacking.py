"""How an attacker speaks to the program: crafted clicks through DingTalk's real door, raw bytes on its port."""

import asyncio
import json
from itertools import count
from typing import Any

from models import Booking, CancellationRequest, Card, Evidence, Grant, GrantChange, Step
from platforms.dingtalk.dispatch import Delivery
from platforms.dingtalk.messages import card_click, robot_message
from tests.scenarios.company import Company

NUMBERS = count(1)
MATTERS = (Booking, CancellationRequest, Step, Evidence, Grant, GrantChange)
State = dict[str, list[dict[str, Any]]]


async def decisions() -> State:
    """Return everything that people decide about; cards, messages and records of attempts are left out."""
    return {each.__name__: await each.all().order_by("id").values() for each in MATTERS}


async def clicks(company: Company, user: str, action: str, card: str = "", **content: Any) -> dict[str, object]:
    """Push a click as DingTalk words it, with whatever else an attacker can put beside it."""
    assert company.app is not None
    assert company.app.dingtalk is not None
    private = {"actionIds": [action], "params": content.pop("params", {})}
    data = {
        "userId": user,
        "corpId": company.settings.dingtalk.corp_id,
        "outTrackId": card or "sy-" + "0" * 32,
        "content": json.dumps({"cardPrivateData": private}, ensure_ascii=False),
        **content,
    }
    return await pushed_click(company, json.dumps(data, ensure_ascii=False))


async def pushed_click(company: Company, raw: str) -> dict[str, object]:
    """Push the raw data of a click."""
    assert company.app is not None
    assert company.app.dingtalk is not None
    return await company.app.dingtalk.card_click(card_click(raw), Delivery(f"attack-{next(NUMBERS)}", "c", raw))


async def types(company: Company, user: str, text: str, **members: Any) -> None:
    """Push what somebody types, as DingTalk words it."""
    assert company.app is not None
    assert company.app.dingtalk is not None
    data = {
        "msgId": f"attack-{next(NUMBERS)}",
        "msgtype": "text",
        "text": {"content": text},
        "senderStaffId": user,
        "senderCorpId": company.settings.dingtalk.corp_id,
        "conversationType": "1",
        "conversationId": "cid-attack",
        **members,
    }
    raw = json.dumps(data, ensure_ascii=False)
    await company.app.dingtalk.robot_message(robot_message(raw), Delivery(f"attack-{next(NUMBERS)}", "c", raw))


async def handle_of(**of: Any) -> str:
    """Return the handle of the one card that fits."""
    return (await Card.get(**of)).handle


class Trap:
    """A listener in our own network that nobody has a reason to call; `calls` counts who did."""

    def __init__(self) -> None:
        self.calls = 0
        self.port = 0

    async def __aenter__(self) -> "Trap":
        self._server = await asyncio.start_server(self._called, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _called(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()
