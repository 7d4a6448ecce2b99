"""WeCom's encrypted callbacks: authenticated, remembered for ever, handled in one transaction, then answered."""

from collections.abc import Mapping

import structlog
from aiohttp import web
from tortoise.exceptions import IntegrityError

from bot.clock import Clock
from bot.directory import ask, wecom_asks
from bot.inbox import Inbox
from bot.refused import Refused
from cards.buttons import read_press
from cards.wecom import NOTHING_CHOSEN
from handlers.receiving import first_time
from handlers.routing import File, Incoming
from models import Platform
from models.store import Store
from platforms.wecom.callback import Callback, Forged, Opened
from platforms.wecom.messages import (
    CardClick,
    Foreign,
    KfNudge,
    MemberMessage,
    Message,
    OtherEvent,
    Ours,
    business_key,
    read,
)
from platforms.wecom.strict_xml import Malformed, TooLarge
from workflow import outbox
from workflow.acting import Act

log = structlog.get_logger(__name__)
FILES = frozenset({"image", "file"})
WORDS = frozenset({"text", "voice"})


class WeComDoor:
    """The callback endpoint of one app."""

    def __init__(
        self, callback: Callback, ours: Ours, inbox: Inbox, store: Store, clock: Clock, refused: Refused
    ) -> None:
        self._callback = callback
        self._ours = ours
        self._inbox = inbox
        self._store = store
        self._clock = clock
        self._refusals = refused

    async def verify(self, request: web.Request) -> web.Response:
        """Answer WeCom's check of our address with the decrypted word."""
        try:
            return web.Response(body=self._callback.verify_url(request.query, self._clock.now().timestamp()))
        except (Forged, Malformed) as error:
            return self._refused(error)

    async def receive(self, request: web.Request) -> web.Response:
        """Take one callback. Whatever is authentic gets 200, so that it is not sent again; the rest gets no detail.

        That goes for what is authentic but not for us as well: it is counted, and nothing follows from it.
        """
        try:
            opened = self._callback.open(request.query, await request.read(), self._clock.now().timestamp())
            message = read(opened.xml, self._ours)
        except Foreign:
            self._refusals.count("wecom", "foreign")
            return web.Response()
        except (Forged, Malformed, TooLarge, web.HTTPRequestEntityTooLarge, web.RequestPayloadError) as error:
            return self._refused(error)
        if not await self._handle(message, opened):
            self._refusals.count("wecom", "replayed")
        return web.Response()

    def _refused(self, error: Exception) -> web.Response:
        if isinstance(error, Forged):
            self._refusals.count("wecom", "forged")
            return web.Response(status=403)
        too_large = isinstance(error, TooLarge | web.HTTPRequestEntityTooLarge)
        self._refusals.count("wecom", "too_large" if too_large else "malformed")
        return web.Response(status=413 if too_large else 400)

    async def _handle(self, message: Message, opened: Opened) -> bool:
        """Do what it asks for, and remember its ciphertext in the same transaction; False for a replay."""
        incoming = _incoming(message, opened)
        if incoming is not None:
            received = await self._inbox.take(incoming)
            return bool(received.reference)
        return await self._noted(message, opened)

    async def _noted(self, message: Message, opened: Opened) -> bool:
        """Post the pull that a nudge asks for (it is a call, and belongs after the commit); other events only count."""
        now = self._clock.now()

        async def work() -> bool:
            if not await first_time(opened.digest, now):
                return False
            if isinstance(message, KfNudge):
                payload = {"open_kfid": message.open_kfid, "token": message.token}
                await outbox.post(Act(now, "kf", "platform-envelope"), "pull", payload=payload)
            elif isinstance(message, OtherEvent) and (asked := wecom_asks(message.kind, message.fields)) is not None:
                await ask(now, Platform.WECOM, asked, f"directory:{business_key(message)}")
            return True

        log.info("wecom event", kind=getattr(message, "kind", "kf_nudge"))
        try:
            return await self._store.transact(work)
        except IntegrityError:  # the same ciphertext at the same moment, in another process
            return False


def _incoming(message: Message, opened: Opened) -> Incoming | None:
    key = f"wecom:{business_key(message)}"
    if isinstance(message, CardClick):
        press = read_press(message.event_key)
        if press is None:
            return None
        return Incoming(
            Platform.WECOM,
            key,
            "press",
            message.userid,
            press=press,
            card_id=message.task_id,
            form=_form(message.selected),
            update_code=message.response_code,
            source=opened.digest,
            cipher=opened.digest,
        )
    if not isinstance(message, MemberMessage):
        return None
    if message.kind in FILES:
        files = (File(message.media_id, message.file_name or "证明图片"),)
        return Incoming(
            Platform.WECOM, key, "file", message.userid, files=files, source=opened.digest, cipher=opened.digest
        )
    text = message.text if message.kind in WORDS else ""
    kind = "text" if text or message.kind == "text" else "voice" if message.kind == "voice" else "other"
    return Incoming(Platform.WECOM, key, kind, message.userid, text=text, source=opened.digest, cipher=opened.digest)


def _form(selected: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    given = {question: ",".join(options) for question, options in selected.items()}
    return {question: "" if value == NOTHING_CHOSEN else value for question, value in given.items()}
