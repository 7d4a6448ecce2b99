"""One line into the group a message came from, through the address that came with it (DingTalk's sessionWebhook)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models import OutboxMessage, OutboxStatus, Platform
from models.store import Store
from notifier import claims
from notifier.attempts import Trier
from platforms.errors import Misconfigured, Refused, Unknown, Unreachable


class Replies(Protocol):
    """How a conversation is answered; raises a PlatformError, and Refused for an address that is not the platform's."""

    async def reply(self, session_webhook: str, payload: dict[str, object]) -> None:
        """Say something there."""


@dataclass(frozen=True)
class GroupReplies:
    """Delivers `group_reply` rows; the private chat holds the answer, so a line that is lost is not worth a letter."""

    store: Store
    api: Replies
    trier: Trier
    now: Callable[[], datetime]

    async def deliver(self, row: OutboxMessage) -> None:
        """Say one line while its address is good, and settle the row; nobody is told twice."""
        payload = json.loads(row.payload or "{}")
        if self.now().timestamp() * 1000 >= payload["until_ms"]:
            await self._settle(row, OutboxStatus.SUPPRESSED, "expired")
            return
        said: dict[str, object] = {"msgtype": "text", "text": {"content": payload["text"]}}
        tried = await self.trier.attempt(
            row, Platform.DINGTALK, payload["text"], lambda _: self._said(payload["url"], said)
        )
        if tried.error is None:
            await self._settle(row, OutboxStatus.SENT, "")
        elif isinstance(tried.error, Unknown | Refused | Unreachable | Misconfigured):
            await self._settle(row, OutboxStatus.SUPPRESSED, tried.error.code)
        else:
            error = tried.error
            await self.store.transact(lambda: claims.failed(row, error, self.now()))

    async def _said(self, url: str, payload: dict[str, object]) -> str:
        await self.api.reply(url, payload)
        return ""

    async def _settle(self, row: OutboxMessage, status: OutboxStatus, reason: str) -> None:
        await self.store.transact(lambda: claims.settle(row, status, self.now(), reason))
