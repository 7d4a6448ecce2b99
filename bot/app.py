"""Where the program is put together: every shared object is made here, once, from the settings."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import installing, purging
from bot import web as pages
from bot.anchors import keepers
from bot.archive_pack import Packer
from bot.clock import Clock
from bot.clockwatch import ClockWatch
from bot.dingtalk import DingTalkDoor
from bot.directory import Directories, arrange_night, sources
from bot.examining import Examinations
from bot.forgetting import Forgetting, forget_again
from bot.inbox import Inbox
from bot.inspection import Inspection
from bot.patience import Patience
from bot.pulling import Fetch, Fetching, Pulling, Welcoming
from bot.refused import Refused
from bot.settings import Settings
from bot.signing_service import SigningOrders
from bot.timing import Timers
from bot.trail import Trail
from bot.wecom import WeComDoor
from bot.wires import Wires, dingtalk_account, wires
from bot.worker import Deliver, Worker
from models import Platform
from models.store import Store
from notifier.anchoring import Anchors
from notifier.archives import Archives
from notifier.attempts import Trier
from notifier.card_delivery import CardDelivery
from notifier.channels import Channel
from notifier.delivery import Notices
from notifier.group_replies import GroupReplies
from notifier.phone_cards import CardChannel, DingTalkCards, WeComCards
from notifier.plain_channels import (
    CustomerServiceChannel,
    DingTalkChannel,
    EmailChannel,
    SmsChannel,
    WeComChannel,
)
from notifier.receipts import Receipts
from notifier.rooms import Rooms
from platforms.archives import Archive, ArchiveAccount, FolderArchive, HttpArchive
from platforms.dingtalk.stream import StreamClient
from platforms.http import Http
from platforms.signatures.remote import RemoteSigning
from platforms.wecom.callback import Callback
from platforms.wecom.messages import Ours
from workflow import contacts
from workflow.acting import Act

if TYPE_CHECKING:
    from bot.shared import Shared

log = structlog.get_logger(__name__)


@dataclass
class App:
    """The program: what it holds, and how it starts and stops."""

    settings: Settings
    clock: Clock
    store: Store
    http: Http
    inbox: Inbox
    worker: Worker
    trail: Trail
    watch: ClockWatch
    inspection: Inspection
    stream: StreamClient | None = None
    dingtalk: DingTalkDoor | None = None
    wecom: WeComDoor | None = None
    shared: "Shared | None" = None
    signatures: RemoteSigning | None = None
    directories: bool = False  # some platform's directory is read
    running: list[asyncio.Task[None]] = field(default_factory=list)
    runner: web.AppRunner | None = None
    refused: Refused = field(default_factory=Refused)
    patience: Patience = field(default_factory=Patience)
    port: int = 0

    async def start(self, role: str = "all") -> None:
        """Open the store and take part in what this role does: gateway (doors), worker (deliveries) or all."""
        await self.store.open()
        await forget_again(self.store, self.settings.home, self.clock.now())
        await self._enter_contacts()
        if self.directories:
            await self.store.transact(lambda: arrange_night(self.clock.now()))
        await self.trail.started()
        self.running.append(asyncio.create_task(self.watch.run(), name="clock-watch"))
        if self.shared is not None:
            self.shared.start(hears=role != "gateway")
        if role in ("all", "gateway"):
            await self._open_doors()
        if role in ("all", "worker"):
            self.running.append(asyncio.create_task(self.worker.run(), name="worker"))

    async def _enter_contacts(self) -> None:
        """Enter what the settings say about whom candidates can ask; a mistyped unit is said, and stops nothing."""
        act = Act(self.clock.now(), "settings", "administrator")
        unknown = await self.store.transact(lambda: contacts.enter(act, self.settings.contacts))
        if unknown:
            log.warning("settings.contacts names no unit of ours", paths=unknown)

    async def stop(self) -> None:
        """Take nothing new, finish what is under way, close everything."""
        if self.stream is not None:
            await self.stream.stop()
        if self.runner is not None:
            await self.runner.cleanup()
        await self.worker.stop(self.settings.worker.shutdown_s)
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
        if self.shared is not None:
            await self.shared.stop()
        await self.trail.ended()
        await self.store.close()
        await self.http.close()

    async def failed(self) -> None:
        """Return when a part that should run for ever has ended, raising what ended it."""
        if self.running:
            done, _ = await asyncio.wait(self.running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _open_doors(self) -> None:
        self.runner = web.AppRunner(pages.application(self), access_log=None, handle_signals=False)
        await self.runner.setup()
        site = web.TCPSite(self.runner, self.settings.host, self.settings.port)
        await site.start()
        self.port = self.runner.addresses[0][1]
        self.running.append(asyncio.create_task(self.patience.run(self.runner.server), name="patience"))
        if self.stream is not None:
            self.running.append(asyncio.create_task(self.stream.start(), name="dingtalk-stream"))


def build(settings: Settings, clock: Clock | None = None) -> App:
    """Put the program together; nothing is connected yet."""
    installing.install(settings)
    clock = clock or Clock.of(settings)
    store = Store(settings.database.url)
    trail = Trail(store, clock, settings)
    watch = ClockWatch(trail.stepped)
    http = Http(on_answer=watch.heard)
    inbox = Inbox(store, clock)
    shared = _shared(settings, store)
    wired = wires(settings, http, clock, shared)
    directories = sources(settings.directory, wired)
    most = settings.directory.most_leavers_percent
    inspection = Inspection(settings.evidence.scanner, settings.evidence.scanner_s)
    worker = Worker(
        store,
        clock,
        {
            "directory": Directories(store, clock, directories, most).deliver,
            **_deliveries(settings, wired, inbox, store, clock, inspection),
            "examine": Examinations(settings, store, clock.now).deliver,
            "signature": SigningOrders(store, wired.signatures, Trier(store, clock.now), clock).deliver,
            "archive": _archives(settings, store, http, clock).deliver,
            "anchor": _anchors(settings, wired, http, store, clock).deliver,
        },
        lease_s=settings.worker.lease_s,
        concurrency=settings.worker.concurrency,
        poll_s=settings.worker.poll_s,
    )
    app = App(settings, clock, store, http, inbox, worker, trail, watch, inspection, shared=shared)
    app.directories, app.signatures = bool(directories), wired.signatures
    _add_doors(app, wired)
    return app


def _shared(settings: Settings, store: Store) -> "Shared | None":
    if settings.redis.url is None:
        return None
    from bot.shared import Link, Shared  # here, because most installations never need the import

    return Shared(Link(settings.redis.url), store)


def _add_doors(app: App, wires: Wires) -> None:
    settings = app.settings
    if wires.dingtalk is not None:
        app.dingtalk = DingTalkDoor(app.inbox, settings.dingtalk.corp_id, app.store, app.clock)
        app.stream = StreamClient(
            dingtalk_account(settings), app.dingtalk, app.http, access_token=wires.dingtalk.access_token
        )
    if wires.wecom is not None:
        wecom = settings.wecom
        callback = Callback(wecom.token.get_secret_value(), wecom.encoding_aes_key.get_secret_value(), wecom.corp_id)
        ours = Ours(wecom.corp_id, str(wecom.agent_id))
        app.wecom = WeComDoor(callback, ours, app.inbox, app.store, app.clock, app.refused)


def _deliveries(
    settings: Settings, wires: Wires, inbox: Inbox, store: Store, clock: Clock, inspection: Inspection
) -> dict[str, Deliver]:
    trier = Trier(store, clock.now)
    channels = _channels(settings, wires)
    organizer = settings.email.sender if settings.email else "noreply@localhost"
    notices = Notices(store, channels, trier, settings.public_url, organizer, clock.now)
    cards = CardDelivery(store, _card_channels(settings, wires), channels, trier, clock.now)
    deliveries: dict[str, Deliver] = {
        "notice": notices.deliver,
        "say": notices.deliver,
        "card": cards.deliver,
        "card_update": cards.deliver,
        "room": Rooms(store, wires.rooms, trier, clock.now).deliver,
        "receipt": Receipts(store, channels, clock.now).deliver,
        "timer": Timers(store, clock).deliver,
        "purge": purging.Purging(store, clock, settings).deliver,
        "fetch": Fetching(_fetches(wires), inspection, store, clock).deliver,
        "forget": Forgetting(store, clock, settings).deliver,
    }
    if wires.dingtalk is not None:
        deliveries["group_reply"] = GroupReplies(store, wires.dingtalk, trier, clock.now).deliver
    if wires.service is not None:
        deliveries["pull"] = Pulling(wires.service, inbox, store, clock).deliver
        deliveries["welcome"] = Welcoming(wires.service, store, clock).deliver
    return deliveries


def _anchors(settings: Settings, wires: Wires, http: Http, store: Store, clock: Clock) -> Anchors:
    outside, trier = keepers(settings, wires, http, clock), Trier(store, clock.now)
    return Anchors(store, outside, trier, clock.now, _channels(settings, wires))


def _archives(settings: Settings, store: Store, http: Http, clock: Clock) -> Archives:
    named = settings.archive
    archive: Archive = FolderArchive(settings.archive_folder, clock.now)
    if named.kind == "http" and named.url:
        archive = HttpArchive(ArchiveAccount(named.url, named.secret.get_secret_value()), http)
    return Archives(store, archive, Packer(settings, store).pack, Trier(store, clock.now), clock.now)


def _channels(settings: Settings, wires: Wires) -> dict[Platform, Channel]:
    channels: dict[Platform, Channel] = {}
    if wires.dingtalk:
        channels[Platform.DINGTALK] = DingTalkChannel(wires.dingtalk)
    if wires.wecom:
        channels[Platform.WECOM] = WeComChannel(wires.wecom)
    if wires.service:
        channels[Platform.KF] = CustomerServiceChannel(wires.service)
    if wires.sms and settings.sms:
        channels[Platform.SMS] = SmsChannel(wires.sms, settings.sms.templates)
    if wires.mailer and settings.email:
        channels[Platform.EMAIL] = EmailChannel(wires.mailer, settings.email.sender.split("@")[-1])
    return channels


def _card_channels(settings: Settings, wires: Wires) -> dict[Platform, CardChannel]:
    channels: dict[Platform, CardChannel] = {}
    if wires.dingtalk:
        channels[Platform.DINGTALK] = DingTalkCards(wires.dingtalk, settings.dingtalk.card_template_id)
    if wires.wecom:
        channels[Platform.WECOM] = WeComCards(wires.wecom)
    return channels


def _fetches(wires: Wires) -> dict[Platform, Fetch]:
    fetches: dict[Platform, Fetch] = {}
    dingtalk, wecom = wires.dingtalk, wires.wecom
    if dingtalk is not None:

        async def from_dingtalk(ref: str) -> bytes:
            return (await dingtalk.download(ref))[0]

        fetches[Platform.DINGTALK] = from_dingtalk
    if wecom is not None:

        async def from_wecom(ref: str) -> bytes:
            return (await wecom.media(ref)).content

        fetches[Platform.WECOM] = fetches[Platform.KF] = from_wecom
    return fetches


async def run_until(app: App, stopped: asyncio.Event, role: str) -> None:
    """Run the program until it is told to stop, or until one of its parts fails."""
    await app.start(role)
    stop, fail = asyncio.create_task(stopped.wait()), asyncio.create_task(app.failed())
    try:
        await asyncio.wait({stop, fail}, return_when=asyncio.FIRST_COMPLETED)
        if fail.done():
            fail.result()
    finally:
        for task in (stop, fail):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await app.stop()
