"""The signing service of a certification authority: its orders are laid and asked after, its callbacks taken (G2)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import addresses
from bot.clock import Clock
from bot.refused import counting
from handlers import signature_orders
from models import OrderState, OutboxMessage, OutboxStatus, SigningOrder
from models.store import Store
from notifier import claims
from notifier.attempts import Trier
from platforms.errors import PlatformError, Refused, Temporary
from platforms.signatures.protocol import SigningService, Status
from platforms.signatures.remote import BadCallback, ForeignCallback
from workflow import authorities, signing_orders
from workflow.signing_orders import LASTS

if TYPE_CHECKING:
    from bot.app import App

POLL = timedelta(minutes=1)  # a callback comes at once; this is for when none does
MOST_TRIES = 3  # to lay an order, before its owner is told that the service is down
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SigningOrders:
    """Delivers `signature` rows, one for each order; it waits from one look to the next until the order has ended."""

    store: Store
    service: SigningService | None
    trier: Trier
    clock: Clock

    async def deliver(self, row: OutboxMessage) -> None:
        """Go on with an order: lay it, or ask what became of it."""
        order = await signing_orders.find(str(json.loads(str(row.payload))["order"]))
        if order is None or order.ended_at is not None:
            await self._settled(row)
        elif self.service is None:
            await self._given_up(row, order, "removed")
        elif order.state == OrderState.WANTED:
            await self._lay(row, order, self.service)
        else:
            await self._ask(row, order, self.service)

    async def _lay(self, row: OutboxMessage, order: SigningOrder, service: SigningService) -> None:
        authority, number, ended = authorities.authority(), order.id.hex, False
        assert authority is not None  # both are installed from the same settings
        account = authority.account_of(order.employee.key)

        async def call(_: bool) -> str:
            nonlocal ended
            chain = await service.certificate(account)
            laid = await self.store.transact(lambda: signature_orders.lay(number, chain, self.clock.now()))
            if laid is None:
                ended = True
                return ""
            opened = await service.create(number, account, laid.digest, laid.title, int(LASTS.total_seconds()))
            remote, url = opened.remote, opened.url
            await self.store.transact(lambda: signature_orders.open_with(number, remote, url, self.clock.now()))
            return remote

        tried = await self.trier.attempt(row, "signatures", "order", call)
        if tried.error is not None:
            await self._failed(row, order, tried.error)
        elif ended:
            await self._settled(row)
        else:
            await self._later(row, order)

    async def _failed(self, row: OutboxMessage, order: SigningOrder, error: PlatformError) -> None:
        """Try again soon, or tell its owner that it cannot be had now."""
        if isinstance(error, Temporary) and row.attempts < MOST_TRIES:
            await self.store.transact(lambda: claims.failed(row, error, self.clock.now()))
            return
        unknown = isinstance(error, Refused) and error.code == "unknown"
        reason = "down" if isinstance(error, Temporary) else "unknown" if unknown else "refused"
        await self._given_up(row, order, reason)

    async def _ask(self, row: OutboxMessage, order: SigningOrder, service: SigningService) -> None:
        """Ask what became of an order; at its end whatever the service says then is the last word."""
        try:
            result = await service.result(order.remote)
        except PlatformError as error:
            log.warning("asking after a signature failed", code=error.code)
            result = None
        if result is not None and result.status != Status.WAITING and result.order_no == order.id.hex:
            source = signature_orders.source_of(result.signature)
            answer, signature = str(result.status), result.signature

            async def work() -> None:
                await signature_orders.settle(order.id.hex, order.remote, answer, signature, source, self.clock.now())
                await claims.settle(row, OutboxStatus.SENT, self.clock.now())

            await self.store.transact(work)
        elif self.clock.now() >= order.expires_at:
            await self._given_up(row, order, "expired")
        else:
            await self._later(row, order)

    async def _later(self, row: OutboxMessage, order: SigningOrder) -> None:
        now = self.clock.now()
        until = min(order.expires_at, now + POLL)
        await self.store.transact(lambda: claims.postpone(row, max(until, now), "signing"))

    async def _given_up(self, row: OutboxMessage, order: SigningOrder, reason: str) -> None:
        async def work() -> None:
            await signature_orders.give_up(order.id.hex, reason, self.clock.now())
            await claims.settle(row, OutboxStatus.SENT, self.clock.now(), f"signature-{reason}")

        await self.store.transact(work)

    async def _settled(self, row: OutboxMessage) -> None:
        await self.store.transact(lambda: claims.settle(row, OutboxStatus.SENT, self.clock.now()))


def routes(app: "App") -> list[web.RouteDef]:
    """Return where the service tells what became of an order; nothing, where none is configured."""
    service = app.signatures
    if service is None:
        return []

    async def called_back(request: web.Request) -> web.Response:
        body, now = await request.read(), app.clock.now()
        try:
            result = service.called_back(request.headers, body, now.timestamp())
        except BadCallback:
            raise web.HTTPForbidden from None
        except ForeignCallback:
            app.refused.count("signature", "foreign")
            return web.Response(status=404)
        source, answer = hashlib.sha256(body).hexdigest(), str(result.status)
        if result.status != Status.WAITING:
            ending = await app.store.transact(
                lambda: signature_orders.settle(result.order_no, result.remote, answer, result.signature, source, now)
            )
            if ending == signature_orders.Ending.GONE and not await _is_ours(result.order_no, result.remote):
                app.refused.count("signature", "gone")
                return web.Response(status=404)
        return web.json_response({"ok": True})

    return [web.post(addresses.SIGNATURE_CALLBACK, counting(app.refused, "signature", called_back))]


async def _is_ours(order_no: str, remote: str) -> bool:
    """Tell whether a repeat is about an order of ours: it is acknowledged, so that the service stops telling."""
    order = await signing_orders.find(order_no)
    return order is not None and order.remote == remote
