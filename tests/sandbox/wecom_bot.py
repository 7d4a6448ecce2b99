"""A tiny bot on a real socket behind a whole sandbox: it keeps what it is told and answers as ordered."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.config import parse
from sandbox.server import start
from sandbox.wecom.cipher import Cipher
from sandbox.wecom.phone import MemberPhone
from sandbox.wecom.xml import fields_of, root_of, xml_of
from sandbox.world import World
from tests.sandbox.dingtalk_bot import template

KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CORP, AGENT, KFID = "ww0000000000000001", 1000002, "wkAAAA0001"
CIPHER = Cipher("QDG6eK", KEY, CORP)
TEMPLATES = {
    "sign_name": "华辰招聘",
    "templates": [{"code": "SMS_1", "content": "${name}您好，面试已取消，详情 ${url} 。"}],
}


@dataclass
class Bot:
    """What the bot was told, and how it answers: `status` and `reply` are used for every push."""

    pushed: list[dict[str, str]] = field(default_factory=list)
    stamps: list[tuple[str, str]] = field(default_factory=list)
    sms: list[tuple[str, Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    reply: str = ""
    away: bool = False

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        if self.away:
            return web.Response(status=503)
        stamps = query["msg_signature"], query["timestamp"], query["nonce"]
        return web.Response(text=CIPHER.opened(*stamps, query["echostr"]))

    async def take(self, request: web.Request) -> web.Response:
        query, encrypted = request.query, fields_of(await request.text())["Encrypt"]
        plain = CIPHER.opened(query["msg_signature"], query["timestamp"], query["nonce"], encrypted)
        self.pushed.append({**fields_of(plain), "xml": plain})
        self.stamps.append((query["nonce"], encrypted))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, text=self._sealed() if self.reply else "")

    async def take_sms(self, request: web.Request) -> web.Response:
        self.sms.append((request.path, await request.json()))
        return web.json_response({"code": 0, "msg": "成功"}, status=self.statuses.pop(0) if self.statuses else 200)

    def _sealed(self) -> str:
        encrypted = CIPHER.encrypt(self.reply)
        signature = CIPHER.signature("1700000000", "1", encrypted)
        return xml_of({"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": 1700000000, "Nonce": "1"})

    async def told(self, event: str, count: int = 1) -> list[dict[str, str]]:
        """Wait until so many pushes of an event or message type came, and return them."""
        await until(lambda: len(self.of(event)) >= count)
        return self.of(event)

    def of(self, event: str) -> list[dict[str, str]]:
        return [push for push in self.pushed if event in (push.get("Event"), push.get("MsgType"))]


@dataclass
class Rig:
    """The sandbox, the bot, and short names for what a test does with them."""

    world: World
    http: aiohttp.ClientSession
    bot: Bot
    token: str = ""

    async def api(self, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        """Call the WeCom API: GET without a body, else POST."""
        url, params = f"{self.world.base_url}/wecom/cgi-bin/{path}", {"access_token": self.token, **query}
        method = "GET" if body is None else "POST"
        async with self.http.request(method, url, params=params, json=body) as response:
            assert response.status == 200
            answer: dict[str, Any] = await response.json(content_type=None)
            return answer

    async def refused(self, path: str, body: Any = None, **query: str) -> int:
        """Call the API and return the errcode."""
        return int((await self.api(path, body, **query))["errcode"])

    async def login(self) -> None:
        self.token = str((await self.api("gettoken", corpid=CORP, corpsecret="s3cret"))["access_token"])

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        async with self.http.request(method, f"{self.world.base_url}/sandbox{path}", json=body) as response:
            return response.status, await response.json()

    async def say(self, person: str, text: str, **more: str) -> int:
        status, answer = await self.control("POST", f"/phones/{person}/say", {"text": text, **more})
        assert status == 200, answer
        return int(answer["seq"])

    async def tap(self, person: str, card: str, button: str, **more: Any) -> int:
        body = {"card": card, "button": button, **more}
        return (await self.control("POST", f"/phones/{person}/tap", body))[0]

    async def screen(self, person: str) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = (await self.control("GET", f"/phones/{person}/screen"))[1]["messages"]
        return messages

    async def last(self, person: str) -> dict[str, Any]:
        return (await self.screen(person))[-1]

    async def fault(self, match: str, kind: str, value: Any = None, platform: str = "wecom", times: int = 1) -> None:
        order = {"platform": platform, "match": match, "kind": kind, "value": value, "times": times}
        assert (await self.control("POST", "/faults", order))[0] == 200

    async def advance(self, seconds: float) -> None:
        await self.control("POST", "/clock", {"advance_s": seconds})

    async def send_card(self, card: dict[str, Any], touser: str = "zhaoguoqiang|lina") -> dict[str, Any]:
        body = {"touser": touser, "msgtype": "template_card", "agentid": AGENT, "template_card": card}
        return await self.api("message/send", body)


def approval(task_id: str = "t-1", **more: Any) -> dict[str, Any]:
    """Build the card an approver gets."""
    return {
        "card_type": "button_interaction",
        "main_title": {"title": "取消面试 · 马超 · 尾号5566", "desc": "待你审批"},
        "sub_title_text": "周三 10:00\n机械工程师",
        "horizontal_content_list": [{"keyname": "原因", "value": "时间冲突"}],
        "task_id": task_id,
        "button_list": [{"text": "同意", "key": "approve.h1"}, {"text": "驳回", "style": 2, "key": "reject.h1"}],
        **more,
    }


async def until(holds: Callable[[], bool], within_s: float = 60) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 what is waited for is anything a test can see
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Rig]:
    """Run a bot and a sandbox on free ports, logged in."""
    bot = Bot()
    app = web.Application()
    app.add_routes([web.get("/wecom", bot.verify), web.post("/wecom", bot.take), web.post("/sms/{kind}", bot.take_sms)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    world, close = await start(parse(_config(folder, f"http://127.0.0.1:{runner.addresses[0][1]}")))
    phone = world.apps["wecom"]
    assert isinstance(phone, MemberPhone)
    phone.corp.door.retry_after = (0.02, 0.02, 0.02)
    async with aiohttp.ClientSession() as http:
        rig = Rig(world, http, bot)
        await rig.login()
        yield rig
    await close()
    await runner.cleanup()


def card_reply(person: str, body: dict[str, object]) -> str:
    """Write a passive reply to a card event."""
    return xml_of({"ToUserName": person, "FromUserName": CORP, "CreateTime": 1700000000, **body})


def option_ids(xml: str) -> dict[str, list[str]]:
    """Read the selected items of a card event."""
    items = root_of(xml).iterfind("SelectedItems/SelectedItem")
    return {item.findtext("QuestionKey") or "": [one.text or "" for one in item.iter("OptionId")] for item in items}


def _config(folder: Path, bot_url: str) -> dict[str, Any]:
    card, texts = folder / "template.json", folder / "sms.json"
    card.write_text(json.dumps(template()), "utf-8")
    texts.write_text(json.dumps(TEMPLATES), "utf-8")
    ding = {"client_id": "id", "client_secret": "s", "corp_id": "ding1", "robot_code": "r", "template_id": "t"}
    return {
        "port": 0,
        "smtp_port": 0,
        "now": "2026-11-23T09:30:00+08:00",
        "dingtalk": {**ding, "template_file": str(card)},
        "wecom": {"corp_id": CORP, "agent_id": AGENT, "secret": "s3cret", "token": CIPHER.token,
                  "encoding_aes_key": KEY, "callback_url": f"{bot_url}/wecom", "open_kfid": KFID},
        "kf_seed": [{"person": "zhangwei-8123", "scene_param": "tokA"},
                    {"person": "machao-5566", "scene_param": "tokB"}],
        "kf_seed_cursor": "cseed1",
        "sms": {"access_key_id": "ak", "access_key_secret": "sk", "sign_name": "华辰招聘", "templates_file": str(texts),
                "uplink_url": f"{bot_url}/sms/up", "receipt_url": f"{bot_url}/sms/report"},
        "interviews": {"api_key": "k3y"},
    }  # fmt: skip
