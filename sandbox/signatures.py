"""A certification authority's remote signing: orders, a page on which a person confirms or declines, signed callbacks.

Ordered faults (platform `signatures`): the common ones, and of the signature itself `late` (the callback comes after
`value` seconds), `twice`, `unheard` (no callback), `wrong-digest`, `other-certificate`, `expired-certificate`.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import html
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.authority import Authority, Holder, sign
from sandbox.callbacks import Callback
from sandbox.errors import SandboxError
from sandbox.faults import SIGNATURE_KINDS, silent
from sandbox.people import person_with_id
from sandbox.world import World

API, PAGE, CONTROL = "/signatures/v1", "/signatures/page/{id}", "/sandbox/signatures"
LAST_TRY_S = 10.0
Handler = Callable[[web.Request], Awaitable[web.Response]]


class ServiceError(Exception):
    """A refused call, with its HTTP status."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class Order:
    """One order to sign a digest."""

    id: str
    order_no: str
    account: str
    digest: bytes
    title: str
    notify_url: str
    until: datetime
    status: str = "waiting"
    signature: bytes = b""


@dataclass
class Service:
    """All orders of the one organisation that is known here."""

    world: World
    authority: Authority = field(default_factory=Authority)
    orders: dict[str, Order] = field(default_factory=dict)

    @property
    def app_id(self) -> str:
        """Return the organisation's number here."""
        assert self.world.config.signatures is not None
        return self.world.config.signatures.app_id

    def holder(self, account: str, *, expired: bool = False) -> Holder:
        """Return the certificate of an account; everybody who works for the company has one."""
        person = person_with_id(account)
        if person is None or person.is_candidate:
            raise ServiceError(404, "no_such_account")
        return self.authority.holder(account, person.name, self.world.clock.now(), expired=expired)

    def create(self, fields: Mapping[str, Any]) -> Order:
        """Take an order; the same number is the same order, and with another digest refused."""
        order_no, digest = str(fields.get("order_no", "")), str(fields.get("digest", ""))
        known = next((each for each in self.orders.values() if each.order_no == order_no), None)
        if known is not None:
            if known.digest.hex() != digest:
                raise ServiceError(409, "another_digest")
            return known
        if len(digest) != 64 or not order_no or fields.get("digest_algorithm") != "SHA-256":
            raise ServiceError(422, "invalid")
        account = str(fields.get("account", ""))
        self.holder(account)
        lasts = timedelta(seconds=int(fields.get("expires_in_s", 3600)))
        made = Order(
            secrets.token_urlsafe(16),
            order_no,
            account,
            bytes.fromhex(digest),
            str(fields.get("title", "")),
            str(fields.get("notify_url", "")),
            self.world.clock.now() + lasts,
        )
        if not silent.get():
            self.orders[made.id] = made
        return made

    def find(self, order_id: str) -> Order:
        """Return an order; one whose time is over says so."""
        order = self.orders.get(order_id)
        if order is None:
            raise ServiceError(404, "no_such_order")
        if order.status == "waiting" and self.world.clock.now() >= order.until:
            order.status = "expired"
        return order

    def said(self, order: Order, app_id: str = "") -> dict[str, Any]:
        """Return what is told of an order, to who asks and in callbacks."""
        return {
            "app_id": app_id or self.app_id,
            "id": order.id,
            "order_no": order.order_no,
            "status": order.status,
            "signature": base64.b64encode(order.signature).decode(),
        }

    def decide(self, order: Order, answer: str) -> None:
        """Let the person confirm or decline; only the first answer counts."""
        if order.status != "waiting":
            raise ServiceError(409, order.status)
        fault = self.world.faults.take("signatures", "/sign", kinds=SIGNATURE_KINDS)
        kind = fault.kind if fault else ""
        order.status = {"confirm": "signed", "decline": "declined"}[answer]
        if order.status == "signed":
            order.signature = self._signed(order, kind)
        times = {"twice": 2, "unheard": 0}.get(kind, 1)
        late = fault.seconds(1) if fault and kind == "late" else 0.0
        self.world.spawn(self._notify(order, times, late))

    def _signed(self, order: Order, kind: str) -> bytes:
        digest = hashlib.sha256(b"another").digest() if kind == "wrong-digest" else order.digest
        holder = self.holder(order.account, expired=kind == "expired-certificate")
        if kind == "other-certificate":
            holder = self.authority.holder("nobody", "别人", self.world.clock.now())
        return sign(holder, digest, self.world.clock.now())

    async def _notify(self, order: Order, times: int, late: float) -> None:
        await asyncio.sleep(late)
        for _ in range(times):
            await self.push(order)

    async def push(self, order: Order, again: Callback | None = None) -> Callback:
        """Tell the organisation what became of an order."""
        assert self.world.config.signatures is not None
        body = json.dumps(self.said(order)).encode()
        stamp = str(int(self.world.clock.now().timestamp()))
        key = self.world.config.signatures.callback_secret.encode()
        made = hmac.new(key, stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()
        headers = {"X-Signature-Timestamp": stamp, "X-Signature": made, "Content-Type": "application/json"}
        row = self.world.callbacks.start(
            "signatures", "signature", self.said(order), None, lambda first: self.push(order, first), again
        )
        began = asyncio.get_running_loop().time()
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with asyncio.timeout(LAST_TRY_S):
                async with self.world.http.post(order.notify_url, data=body, headers=headers) as answer:
                    ms = (asyncio.get_running_loop().time() - began) * 1000
                    row.answered(await answer.text(), ms, answer.status)
        return row


def register(world: World) -> None:
    """Say how the service words an ordered fault."""
    world.faults.bodies["signatures"] = lambda kind, path, value: _refusal(int(value or 503), "injected")


def routes(world: World) -> list[web.RouteDef]:
    """Serve the API with a bearer key, the page without, and the control API's own calls."""
    if world.config.signatures is None:
        return []
    service = Service(world)
    world.parts["signatures"] = service

    async def certificate(request: web.Request) -> web.Response:
        chain = service.holder(request.match_info["account"]).chain
        return web.json_response({"certificates": [base64.b64encode(each).decode() for each in chain]})

    async def create(request: web.Request) -> web.Response:
        order = service.create(await request.json())
        url = f"{world.base_url}{PAGE.format(id=order.id)}"
        return web.json_response({"id": order.id, "url": url, "expires_at": order.until.isoformat()})

    async def show(request: web.Request) -> web.Response:
        return web.json_response(service.said(service.find(request.match_info["id"])))

    async def page(request: web.Request) -> web.Response:
        return _page(service.find(request.match_info["id"]))

    async def decide(request: web.Request) -> web.Response:
        order, form = service.find(request.match_info["id"]), await request.post()
        service.decide(order, "confirm" if form.get("answer") == "confirm" else "decline")
        return _page(order)

    async def listed(request: web.Request) -> web.Response:
        found = [
            {**service.said(each), "account": each.account, "title": each.title} for each in service.orders.values()
        ]
        return web.json_response({"orders": found})

    async def pressed(request: web.Request) -> web.Response:
        try:
            order = service.find(request.match_info["id"])
            service.decide(order, request.match_info["answer"])
        except ServiceError as error:
            raise SandboxError(error.status, error.code, "GET /sandbox/signatures lists the orders") from None
        return web.json_response(service.said(order))

    guarded = [
        web.get(API + "/accounts/{account}/certificate", _guarded(world, certificate)),
        web.post(API + "/orders", _guarded(world, create)),
        web.get(API + "/orders/{id}", _guarded(world, show)),
    ]
    open_ = [web.get(PAGE, _worded(page)), web.post(PAGE, _worded(decide))]
    control = [web.get(CONTROL, listed), web.post(CONTROL + "/{id}/{answer:confirm|decline}", pressed)]
    return [*guarded, *open_, *control]


def _guarded(world: World, call: Handler) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        config = world.config.signatures
        assert config is not None
        given = request.headers.get("Authorization", ""), request.headers.get("X-App-Id", "")
        if not hmac.compare_digest(given[0].encode(), f"Bearer {config.api_key}".encode()) or given[1] != config.app_id:
            return _refusal(401, "unauthorized")
        return await _worded(call)(request)

    return handle


def _worded(call: Handler) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            return await call(request)
        except ServiceError as error:
            return _refusal(error.status, error.code)

    return handle


def _page(order: Order) -> web.Response:
    ended = {"signed": "已签署", "declined": "已拒签", "expired": "链接已过期"}
    form = (
        '<form method="post"><button name="answer" value="confirm">确认签署</button> '
        '<button name="answer" value="decline">不签</button></form>'
    )
    said = ended.get(order.status) or form
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>数字签名</title>'
    text = f"<h1>数字签名</h1><p>{html.escape(order.title)}</p><p>摘要 {order.digest.hex()}</p>{said}"
    return web.Response(text=f'<!doctype html><html lang="zh">{head}{text}</html>', content_type="text/html")


def _refusal(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code}}, status=status)
