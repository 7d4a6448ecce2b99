"""The bot as `bot.app` puts it together, on real sockets and free ports, next to a sandbox, with the demo company."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from tortoise import Tortoise

from bot import addresses, company, keys
from bot.app import App, build
from bot.clock import Clock
from bot.settings import Settings
from sandbox.server import start
from sandbox.wecom.cipher import Cipher
from sandbox.world import World
from tests.sandbox.dingtalk_bot import CLIENT_ID, SECRET, TEMPLATE_ID, config
from workflow.acting import Act

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
CORP, AGENT, TOKEN = "ww0000000000000001", 1000002, "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CIPHER = Cipher(TOKEN, AES_KEY, CORP)
PUSH_SECRET = "an address nobody guesses"
KFID = "wkSbx"


@dataclass
class Endpoint:
    """A running bot, its sandbox, and what a test or an attacker does to its addresses."""

    app: App
    world: World
    http: aiohttp.ClientSession

    @property
    def base(self) -> str:
        """Where the bot listens."""
        return f"http://127.0.0.1:{self.app.port}"

    @property
    def callback(self) -> str:
        """The address an administrator enters in WeCom."""
        return self.base + addresses.WECOM_CALLBACK

    @property
    def refused(self) -> dict[str, int]:
        """What was refused so far, by reason."""
        return self.app.refused.by_cause()

    def stamp(self, later_s: int = 0) -> str:
        """Return the business time as WeCom writes it into an address."""
        return str(int(self.app.clock.now().timestamp()) + later_s)

    def pass_time(self, seconds: float) -> None:
        """Let business time move on."""
        ahead = self.app.clock.now() - datetime.now(UTC)
        self.app.clock.follow(ahead.total_seconds() + seconds)

    async def post(self, query: Any, body: Any, **more: Any) -> int:
        """Send a callback and return the status; nothing is ever said in the body."""
        async with self.http.post(self.callback, params=query, data=body, **more) as answer:
            assert await answer.read() == b""
            return answer.status

    async def push(self, xml: str, cipher: Cipher = CIPHER) -> int:
        """Encrypt a message afresh, send it and return the status."""
        encrypted = cipher.encrypt(xml)
        return await self.post(self.signed(encrypted, cipher), enveloped(encrypted))

    def signed(self, encrypted: str, cipher: Cipher = CIPHER, nonce: str = "1372623149") -> dict[str, str]:
        """Return the parameters that go with a ciphertext now."""
        timestamp = self.stamp()
        signature = cipher.signature(timestamp, nonce, encrypted)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}

    async def screen(self, person: str) -> list[dict[str, Any]]:
        """Return what this person's phone shows."""
        async with self.http.get(f"{self.world.base_url}/sandbox/phones/{person}/screen") as answer:
            messages: list[dict[str, Any]] = (await answer.json())["messages"]
            return messages


def enveloped(encrypted: str) -> bytes:
    """Wrap a ciphertext as WeCom posts it."""
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        f"<AgentID><![CDATA[{AGENT}]]></AgentID></xml>"
    ).encode()


def typed(text: str, msg_id: str, sender: str = "helin", created: int = 1795397400) -> str:
    """Write what WeCom pushes when a member types."""
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{msg_id}</MsgId><AgentID>{AGENT}</AgentID></xml>"
    )


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, to compare before and after."""
    models = Tortoise.apps["models"].values()
    return {model.__name__: await model.all().order_by(model._meta.pk_attr).values() for model in models}


async def until(holds: Any, within_s: float = 60) -> None:
    """Wait until something that is asked again and again holds."""
    async with asyncio.timeout(within_s):
        while not await holds():  # noqa: ASYNC110 what is waited for is anything a test can ask
            await asyncio.sleep(0.05)


@asynccontextmanager
async def running(folder: Path, database_url: str, role: str = "gateway") -> AsyncIterator[Endpoint]:
    """Run sandbox and bot; the gateway role takes callbacks and sends nothing, the role all sends too."""
    world, close = await start(config(folder, wecom=_wecom()))
    settings = Settings(**_settings(folder, database_url, world.base_url))
    keys.create(settings)
    clock = Clock()
    clock.follow((NOW - datetime.now(UTC)).total_seconds())
    # Port 0 is no setting anybody should write, but a test wants any free one.
    app = build(settings.model_copy(update={"port": 0}), clock)
    try:
        await app.start(role)
        async with aiohttp.ClientSession() as http:
            act = Act(clock.now(), "demo", "administrator")
            await app.store.transact(lambda: company.enter(act, NOW.date(), KFID))
            yield Endpoint(app, world, http)
    finally:  # what one test leaves open would fail every test behind it
        await app.stop()
        await close()


def _wecom() -> dict[str, Any]:
    account = {"corp_id": CORP, "agent_id": AGENT, "secret": "s3cret", "token": TOKEN, "encoding_aes_key": AES_KEY}
    return {**account, "open_kfid": KFID, "callback_url": "http://127.0.0.1:9/wecom/callback"}


def _settings(folder: Path, database_url: str, sandbox: str) -> dict[str, Any]:
    return {
        "home": str(folder),
        "database": {"url": database_url.replace("postgresql://", "postgres://")},
        "dingtalk": {
            "enabled": True,
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "corp_id": "ding9733d0950000000000000000000000aa",
            "card_template_id": TEMPLATE_ID,
            "api_base": f"{sandbox}/dingtalk",
            "oapi_base": f"{sandbox}/dingtalk",
        },
        "wecom": {
            "enabled": True,
            "corp_id": CORP,
            "agent_id": AGENT,
            "secret": "s3cret",
            "token": TOKEN,
            "encoding_aes_key": AES_KEY,
            "api_base": f"{sandbox}/wecom/cgi-bin",
            "customer_service": {"open_kfid": KFID},
        },
        "sms": {
            "access_key_id": "ak",
            "access_key_secret": "sk",
            "sign_name": "守约面试",
            "api_base": f"{sandbox}/sms",
            "callback_secret": PUSH_SECRET,
        },
        "worker": {"poll_s": 0.2, "shutdown_s": 2.0},
    }
