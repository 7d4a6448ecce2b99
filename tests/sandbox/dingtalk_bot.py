"""A bot small enough to read: it opens a Stream connection, answers frames as a test tells it, and calls the API."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.config import Config, parse
from sandbox.dingtalk import hub_of
from sandbox.dingtalk.hub import Hub
from sandbox.world import World

CLIENT_ID = "dingsbx0a1b2c3d4e5"
SECRET = "client-secret-1"
TEMPLATE_ID = "11112222-aaaa-4bbb-8ccc-333344445555.schema"
ROBOT = {"type": "CALLBACK", "topic": "/v1.0/im/bot/messages/get"}
CARDS = {"type": "CALLBACK", "topic": "/v1.0/card/instances/callback"}
EVENTS = {"type": "EVENT", "topic": "*"}

Frame = dict[str, Any]
Answer = Callable[[Frame], Any]


def template() -> dict[str, Any]:
    """Describe a card with a title, a status, a body, a form and two conditional buttons."""
    slots = [f"b{n}_{part}" for n in (1, 2) for part in ("text", "id", "shown", "danger")]
    kinds = {"title": "string", "status": "string", "body": "markdown", "form": "form"}
    variables = [{"name": name, "type": kind} for name, kind in kinds.items()]
    variables += [{"name": name, "type": "boolean" if name[3:] in ("shown", "danger") else "string"} for name in slots]
    buttons = [
        {
            "kind": "button",
            "text": f"b{n}_text",
            "action_id": f"b{n}_id",
            "shown_when": {"variable": f"b{n}_shown", "equal": "true"},
            "danger_when": {"variable": f"b{n}_danger", "equal": "true"},
            "params": {"form": "form"},
        }
        for n in (1, 2)
    ]
    parts: list[dict[str, Any]] = [{"kind": "title", "text": "title"}, {"kind": "status", "text": "status"}]
    parts += [{"kind": "markdown", "text": "body"}]
    parts += [{"kind": "form", "fields": "form", "shown_when": {"variable": "form", "not_empty": True}}]
    return {"type": "im", "variables": variables, "components": [*parts, *buttons]}


def config(folder: Path, **changes: Any) -> Config:
    """Configure a sandbox on free ports whose files live in a folder."""
    card, sms = folder / "template.json", folder / "sms.json"
    card.write_text(json.dumps(template()), "utf-8")
    sms.write_text(json.dumps({"sign_name": "守约面试", "templates": []}), "utf-8")
    dingtalk = {"client_id": CLIENT_ID, "client_secret": SECRET, "corp_id": "ding9733d0950000000000000000000000aa",
                "robot_code": CLIENT_ID, "template_id": TEMPLATE_ID, "template_file": str(card),
                "group_robots": [{"group": "审计群", "token": "group-token", "secret": "SECgroup"}]}  # fmt: skip
    wecom = {"corp_id": "wwsbx", "agent_id": 1000002, "secret": "s", "token": "t", "open_kfid": "wkSbx",
             "encoding_aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
             "callback_url": "http://127.0.0.1:9/wecom/callback"}  # fmt: skip
    gateway = {"access_key_id": "ak", "access_key_secret": "sk", "sign_name": "守约面试", "templates_file": str(sms),
               "uplink_url": "http://127.0.0.1:9/up", "receipt_url": "http://127.0.0.1:9/receipt"}  # fmt: skip
    data = {"port": 0, "smtp_port": 0, "now": "2026-11-23T09:30:00+08:00", "dingtalk": dingtalk, "wecom": wecom,
            "sms": gateway, "interviews": {"api_key": "k"}}  # fmt: skip
    return parse(data | changes)


class Bot:
    """One connection: `frames` keeps what came, `answer` decides what is said to it (None says nothing)."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, answer: Answer) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self.junk: list[str] = []
        self.answer = answer
        self._news = asyncio.Event()
        self._reader = asyncio.ensure_future(self._read())

    def data(self, n: int) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.frames[n]["data"])
        return decoded

    async def wait_for(self, frames: int, timeout: float = 60) -> None:
        async with asyncio.timeout(timeout):
            while len(self.frames) < frames:
                self._news.clear()
                await self._news.wait()

    async def ended(self, timeout: float = 60) -> None:
        await asyncio.wait_for(asyncio.shield(self._reader), timeout)

    async def close(self) -> None:
        self._reader.cancel()
        await self.socket.close()

    async def _read(self) -> None:
        async for message in self.socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                frame = json.loads(message.data)
            except ValueError:
                self.junk.append(message.data)
                self._news.set()
                continue
            self.frames.append(frame)
            self._news.set()
            await self._acknowledge(frame)

    async def _acknowledge(self, frame: Frame) -> None:
        said = self.answer(frame)
        if said is None or "messageId" not in frame["headers"]:
            return
        headers = {"contentType": "application/json", "messageId": frame["headers"]["messageId"]}
        await self.socket.send_str(
            json.dumps({"code": 200, "headers": headers, "message": "OK", "data": json.dumps(said)})
        )


def plain(frame: Frame) -> Any:
    """Answer everything with an empty response."""
    return {"response": None}


class Sandbox:
    """A running sandbox with a client for its control API and its DingTalk."""

    def __init__(self, world: World, http: aiohttp.ClientSession) -> None:
        self.world = world
        self.http = http
        self.bots: list[Bot] = []

    @property
    def hub(self) -> Hub:
        return hub_of(self.world)

    async def control(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        async with self.http.request(method, f"{self.world.base_url}/sandbox{path}", json=body) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json()

    async def screen(self, person: str, after: int = 0) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = (await self.control("GET", f"/phones/{person}/screen?after={after}"))[
            "messages"
        ]
        return messages

    async def card(self, person: str, card: str) -> dict[str, Any]:
        return next(row["card"] for row in await self.screen(person) if row["card"] and row["card"]["id"] == card)

    async def say(self, person: str, text: str, **more: Any) -> int:
        seq: int = (await self.control("POST", f"/phones/{person}/say", {"text": text, **more}))["seq"]
        return seq

    async def tap(self, person: str, card: str, button: str, status: int = 200, **more: Any) -> Any:
        body = {"card": card, "button": button, **more}
        return await self.control("POST", f"/phones/{person}/tap", body, status)

    async def api(self, method: str, path: str, body: Any = None, *, token: str | None = None, **more: Any) -> Any:
        headers = {"x-acs-dingtalk-access-token": self.hub.tokens.issue() if token is None else token}
        headers |= more.pop("headers", {})
        url = f"{self.world.base_url}/dingtalk{path}"
        async with self.http.request(method, url, json=body, headers=headers, **more) as answer:
            raw = await answer.text()
            return answer.status, json.loads(raw) if raw else None

    async def old(self, path: str, body: Any = None, token: str | None = None) -> Any:
        good = self.hub.tokens.issue() if token is None else token
        url = f"{self.world.base_url}/dingtalk{path}?access_token={good}"
        async with self.http.post(url, json=body or {}) as answer:
            assert answer.status == 200
            return await answer.json()

    async def open(self, **changes: Any) -> tuple[int, dict[str, Any]]:
        body = {"clientId": CLIENT_ID, "clientSecret": SECRET, "subscriptions": [ROBOT, CARDS], "ua": "t", "extras": {}}
        url = f"{self.world.base_url}/dingtalk/v1.0/gateway/connections/open"
        async with self.http.post(url, json=body | changes) as answer:
            return answer.status, await answer.json()

    async def connect(self, answer: Answer = plain, subscriptions: list[dict[str, str]] | None = None) -> Bot:
        _, opened = await self.open(**({"subscriptions": subscriptions} if subscriptions else {}))
        socket = await self.http.ws_connect(f"{opened['endpoint']}?ticket={opened['ticket']}", autoping=True)
        bot = Bot(socket, answer)
        self.bots.append(bot)
        return bot

    async def callbacks(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self.control("GET", "/callbacks"))["callbacks"]
        return [row for row in rows if row["platform"] == "dingtalk"]

    async def calls(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self.control("GET", "/traffic"))["calls"]
        return rows


def card_body(card: str = "cxl-1", person: str = "wangfang", **changes: Any) -> dict[str, Any]:
    """Write a createAndDeliver call with one form and two buttons, the second hidden."""
    fields = [
        {"name": "reason", "label": "取消原因", "type": "SELECT", "defaultValue": "plan",
         "options": [{"value": "plan", "text": "计划变更"}, {"value": "ill", "text": "身体不适"}]},
        {"name": "keep", "label": "保留资格", "type": "SWITCH", "defaultValue": "true"},
        {"name": "note", "label": "备注", "type": "TEXT_AREA"},
    ]  # fmt: skip
    public = {"title": "张伟 · 尾号8123 · 周二 15:00", "status": "待确认",
              "body": "**岗位** Java后端  \n> 原因：行程冲突",
              "form": json.dumps({"fields": fields}, ensure_ascii=False),
              "b1_text": "确认取消", "b1_id": "confirm.h1", "b1_shown": "true", "b1_danger": "true",
              "b2_text": "撤销", "b2_id": "undo.h2", "b2_shown": "false"}  # fmt: skip
    return {
        "cardTemplateId": TEMPLATE_ID,
        "outTrackId": card,
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": public},
        "imRobotOpenSpaceModel": {"supportForward": False},
        "openSpaceId": f"dtv1.card//IM_ROBOT.{person}",
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": CLIENT_ID},
    } | changes
