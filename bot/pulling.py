"""Fetching what a platform only announced: WeChat messages after a nudge, evidence after a file message."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from bot.clock import Clock
from bot.inbox import Inbox
from bot.inspection import Inspection, Unchecked
from cards.buttons import read_press
from handlers import customer_service, evidence, rules_submitting
from handlers.routing import File, Incoming, authenticated_by
from models import Account, CustomerServiceCursor, OutboxMessage, OutboxStatus, Platform
from models.store import Store
from notifier import claims, receipts
from platforms.errors import PlatformError
from platforms.wecom.kf import FROM_CUSTOMER, CustomerService, KfMessage
from workflow.acting import Act
from workflow.evidence import Material

Fetch = Callable[[str], Awaitable[bytes]]
KINDS = {"text": "text", "image": "file", "file": "file", "voice": "voice"}
NAMES = {"image": "候选人发来的图片", "file": "候选人发来的文件"}


class Pulling:
    """Pulls customer-service messages, one account at a time, from where the stored cursor stands."""

    def __init__(self, service: CustomerService, inbox: Inbox, store: Store, clock: Clock) -> None:
        self._service = service
        self._inbox = inbox
        self._store = store
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def deliver(self, row: OutboxMessage) -> None:
        """Pull until there is nothing more, then settle the row."""
        payload = json.loads(row.payload or "{}")
        try:
            async with self._one_at_a_time:
                await self._pull(str(payload.get("token", "")))
        except PlatformError as error:
            failure = error  # the name of an except clause ends with it
            await self._store.transact(lambda: claims.failed(row, failure, self._clock.now()))
            return
        await self._store.transact(lambda: claims.settle(row, OutboxStatus.SENT, self._clock.now()))

    async def _pull(self, token: str) -> None:
        more = True
        while more:
            known = await CustomerServiceCursor.get_or_none(open_kfid=self._service.open_kfid)
            page = await self._service.pull(known.cursor if known else "", token)
            for message in sorted(page.messages, key=lambda each: each.event is None):
                await self._take(message)
            await self._store.transact(lambda cursor=page.next_cursor: self._remember(cursor))  # type: ignore[misc]
            more = page.has_more

    async def _remember(self, cursor: str) -> None:
        await CustomerServiceCursor.update_or_create({"cursor": cursor}, open_kfid=self._service.open_kfid)

    async def _take(self, message: KfMessage) -> None:
        if message.event is not None:
            await self._store.transact(lambda: self._event(message.event or {}))
        elif message.origin == FROM_CUSTOMER:
            at = datetime.fromtimestamp(message.sent_at, UTC)
            await self._store.transact(lambda: customer_service.heard(message.external_userid, at))
            await self._inbox.take(_incoming(message))

    async def _entered(self, act: Act, event: Mapping[str, object]) -> None:
        scene = str(event.get("scene_param") or "")
        candidate = await customer_service.entered(act, str(event["external_userid"]), scene) if scene else None
        if event.get("welcome_code"):
            await customer_service.welcome(act, candidate, str(event["welcome_code"]))

    async def _event(self, event: Mapping[str, object]) -> None:
        act = Act(self._clock.now(), "kf", "platform-envelope")
        if event.get("event_type") == "enter_session":
            await self._entered(act, event)
        elif event.get("event_type") == "msg_send_fail":
            attempt = await receipts.attempt_of(Platform.KF, str(event["fail_msgid"]))
            if attempt is not None:
                await receipts.lost(act, attempt, "reported")


def _incoming(message: KfMessage) -> Incoming:
    press = read_press(message.menu_id) if message.menu_id else None
    kind = "press" if press else KINDS.get(message.kind, "other")
    return Incoming(
        Platform.KF,
        f"kf:{message.msgid}",
        kind,
        message.external_userid,
        text=message.text,
        press=press,
        files=(File(message.media_id, NAMES[message.kind]),) if kind == "file" else (),
        source=message.digest,
    )


class Welcoming:
    """Sends the one greeting that an entry allows; a code that has run out is not worth a second try."""

    def __init__(self, service: CustomerService, store: Store, clock: Clock) -> None:
        self._service = service
        self._store = store
        self._clock = clock

    async def deliver(self, row: OutboxMessage) -> None:
        """Send one greeting and settle the row."""
        payload = json.loads(row.payload or "{}")
        status, reason = OutboxStatus.SENT, ""
        try:
            await self._service.send_on_event(payload["code"], payload["text"], msgid=row.id.hex)
        except PlatformError as error:
            status, reason = OutboxStatus.SUPPRESSED, error.code
        await self._store.transact(lambda: claims.settle(row, status, self._clock.now(), reason))


class Fetching:
    """Fetches files that were announced: evidence, which is looked at before its request goes on, and new rules."""

    def __init__(self, fetch: Mapping[Platform, Fetch], inspection: Inspection, store: Store, clock: Clock) -> None:
        self._fetch = fetch
        self._inspection = inspection
        self._store = store
        self._clock = clock

    async def deliver(self, row: OutboxMessage) -> None:
        """Fetch one file and settle the row; a file the platform no longer gives is asked for again.

        Evidence is opened between the call and the transaction, in a process of its own; rules are text, read strictly.
        """
        payload = json.loads(row.payload or "{}")
        account = await Account.get(id=row.account_id).prefetch_related("employee", "candidate")
        act = Act(
            self._clock.now(),
            str(account.platform),
            authenticated_by(account.platform),
            employee=account.employee,
            candidate=None if account.employee else account.candidate,
            source=payload["digest"],
            message=payload["source"],
        )
        try:
            content = await self._fetch[account.platform](payload["ref"])
            work = await self._use_of(act, row, content)
        except PlatformError as error:
            failure = error
            await self._store.transact(lambda: self._failed(act, row, failure))
            return

        async def settled() -> None:
            await claims.settle(row, OutboxStatus.SENT, self._clock.now(), await work())

        await self._store.transact(settled)

    async def _use_of(self, act: Act, row: OutboxMessage, content: bytes) -> Callable[[], Awaitable[str]]:
        """Return what is done with a file in the transaction that settles its row; it says why it was not kept."""
        reference = f"E{row.id.hex[:6].upper()}"
        if row.topic == rules_submitting.TOPIC:
            return lambda: rules_submitting.fetched(act, row, content, reference)
        payload = json.loads(row.payload or "{}")
        material = Material(content, payload["name"], payload["source"], await self._inspection.of(content))
        return lambda: evidence.fetched(act, row, material, reference)

    async def _failed(self, act: Act, row: OutboxMessage, error: PlatformError) -> None:
        """Try again later; when it is given up, the sender hears of it in the same transaction."""
        if await claims.failed(row, error, self._clock.now()):
            return
        if row.topic == rules_submitting.TOPIC:
            await rules_submitting.lost(act, row)
        else:
            await evidence.lost(act, row, unchecked=isinstance(error, Unchecked))
