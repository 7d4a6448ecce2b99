"""What the SMS gateway tells the bot: replies and delivery reports, as JSON arrays, repeated until taken."""

import asyncio
import json
import secrets
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.callbacks import Callback
from sandbox.world import World

DEST_CODE = "10690000123"
ANSWER_WITHIN_S = 10
REPORT_AFTER_S = 0.2
RETRY_AFTER_S = (1, 3, 9)


@dataclass
class Pushes:
    """Push SmsUp and SmsReport in the form of the HTTP batch push; the answer must be {"code": 0}."""

    world: World

    def uplink(self, number: str, text: str, at: str, sign_name: str) -> None:
        """Tell the bot in the background what somebody answered."""
        up: dict[str, Any] = {"phone_number": number, "send_time": at, "content": text, "sign_name": sign_name}
        up |= {"dest_code": DEST_CODE, "sequence_id": secrets.randbelow(9 * 10**9) + 10**9}
        self.world.spawn(self._deliver("message", [up], 0))

    def report(self, report: dict[str, Any]) -> None:
        """Tell the bot in the background what became of a text."""
        self.world.spawn(self._deliver("receipt", [report], REPORT_AFTER_S))

    async def _deliver(self, kind: str, payload: list[dict[str, Any]], after_s: float) -> None:
        await asyncio.sleep(after_s)
        row = await self._push(kind, payload)
        for pause in RETRY_AFTER_S:
            if _is_taken(row):
                return
            await asyncio.sleep(pause)
            row = await self._push(kind, payload, row)

    async def _push(self, kind: str, payload: list[dict[str, Any]], again_of: Callback | None = None) -> Callback:
        config, loop = self.world.config.sms, asyncio.get_running_loop()
        url = config.uplink_url if kind == "message" else config.receipt_url
        row = self.world.callbacks.start("sms", kind, payload, None, self._again, again_of)
        limit, started = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S), loop.time()
        try:
            async with self.world.http.post(url, json=payload, timeout=limit) as response:
                answer = (await response.read()).decode(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError):
            return row
        row.answered(_read(answer), (loop.time() - started) * 1000, response.status)
        return row

    async def _again(self, row: Callback) -> Callback:
        return await self._push(row.kind, row.payload, row)


def _is_taken(row: Callback) -> bool:
    return row.status == 200 and isinstance(row.answer, dict) and row.answer.get("code") == 0


def _read(answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return answer
