"""The app's callback URL: it is verified, then gets encrypted pushes, is given five seconds and three retries."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
from lxml import etree
from yarl import URL

from sandbox.callbacks import Callback
from sandbox.wecom.cipher import Cipher, CipherError
from sandbox.wecom.xml import fields_of, root_of, xml_of
from sandbox.world import World

VERIFY_WITHIN_S = 1
ANSWER_WITHIN_S = 5
VERIFY_AGAIN_S = 0.25
VERIFIED_AGAIN_S = 5
# The spacing of the three retries is not documented; these let a bot that restarts in seconds still hear it.
RETRY_AFTER_S = (1, 3, 9)

Fields = Mapping[str, object]
OnReply = Callable[[Fields, etree._Element], None]


@dataclass
class Door:
    """Push to the bot. Moments inside a push are business time, deadlines are real."""

    world: World
    cipher: Cipher
    on_reply: OnReply
    _reached: bool = False
    retry_after: tuple[float, ...] = field(default=RETRY_AFTER_S)

    def connected(self) -> bool:
        """Tell whether the last verification or push found the bot at home."""
        return self._reached

    async def keep_verified(self) -> None:
        """Verify the URL again and again, often while the bot is away."""
        while True:
            await self.verify()
            await asyncio.sleep(VERIFIED_AGAIN_S if self._reached else VERIFY_AGAIN_S)

    async def verify(self, again_of: Callback | None = None) -> Callback:
        """Send the GET an administrator's Save button sends; the plaintext must come back, nothing else."""
        plain = str(secrets.randbits(62))
        echo = self.cipher.encrypt(plain)
        url = self._signed_url(echo, {"echostr": echo})
        row = self._row("url_verification", {"echostr": plain}, {"url": url, "body": ""}, again_of)
        answer = await self._answer(row, "GET", url, "", VERIFY_WITHIN_S)
        self._reached = row.status == 200 and answer == plain
        return row

    async def deliver(self, kind: str, fields: Fields) -> Callback:
        """Push something until it is answered with 200, at most four times; the business content stays the same."""
        row = await self._push(kind, fields)
        for pause in self.retry_after:
            if row.status == 200:
                break
            await asyncio.sleep(pause)
            row = await self._push(kind, fields, row)
        return row

    async def _push(self, kind: str, fields: Fields, again_of: Callback | None = None) -> Callback:
        encrypted = self.cipher.encrypt(xml_of(fields))
        envelope: dict[str, object] = {"ToUserName": self.cipher.receiveid}
        if "AgentID" in fields:
            envelope["AgentID"] = str(fields["AgentID"])
        url, body = self._signed_url(encrypted, {}), xml_of(envelope | {"Encrypt": encrypted})
        row = self._row(kind, dict(fields), {"url": url, "body": body}, again_of)
        answer = await self._answer(row, "POST", url, body, ANSWER_WITHIN_S)
        if row.status in (None, 200):
            self._reached = row.status == 200
        if row.status == 200 and answer.lstrip().startswith("<"):
            self._honour(row, fields, answer)
        return row

    def _row(self, kind: str, payload: Fields, raw: Fields, again_of: Callback | None) -> Callback:
        return self.world.callbacks.start("wecom", kind, payload, raw, self._again, again_of)

    async def _again(self, row: Callback) -> Callback:
        if row.kind == "url_verification":
            return await self.verify(row)
        return await self._push(row.kind, row.payload, row)

    async def _answer(self, row: Callback, method: str, url: str, body: str, within_s: float) -> str:
        loop = asyncio.get_running_loop()
        started = loop.time()
        headers = {"Content-Type": "text/xml"} if body else {}
        limit = aiohttp.ClientTimeout(total=within_s)
        target = URL(url, encoded=True)
        try:
            async with self.world.http.request(method, target, data=body, headers=headers, timeout=limit) as response:
                answer = (await response.read()).decode(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError):
            return ""
        row.answered(answer, (loop.time() - started) * 1000, response.status)
        return answer

    def _honour(self, row: Callback, fields: Fields, answer: str) -> None:
        """Open a passive reply; one that cannot be opened is dropped, as the platform does."""
        try:
            sealed = fields_of(answer)
            stamps = sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"]
            reply = root_of(self.cipher.opened(*stamps, sealed["Encrypt"]))
        except (KeyError, ValueError, CipherError) as error:
            row.answer = f"{answer} <!-- not understood: {error} -->"
            return
        row.answer = {child.tag: child.text or "" for child in reply}
        self.on_reply(fields, reply)

    def _signed_url(self, encrypted: str, more: Mapping[str, str]) -> str:
        timestamp, nonce = str(int(self.world.clock.timestamp())), str(secrets.randbelow(9 * 10**9) + 10**9)
        signature = self.cipher.signature(timestamp, nonce, encrypted)
        query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, **more}
        base = self.world.config.wecom.callback_url
        return f"{base}{'&' if '?' in base else '?'}{urlencode(query)}"
