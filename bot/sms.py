"""What the SMS gateway pushes: answers of candidates and receipts. It signs nothing, so the path is the secret."""

import hashlib
import hmac
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import addresses
from bot.refused import counting
from handlers.routing import Incoming
from models import Platform
from notifier import receipts
from platforms.sms.protocol import SmsReply, SmsReport, SmsStatus
from platforms.sms.pushes import ACCEPTED, BadPush, parse_reports, parse_uplink
from workflow.acting import Act

if TYPE_CHECKING:
    from bot.app import App

log = structlog.get_logger(__name__)


def routes(app: "App") -> list[web.RouteDef]:
    """Return the two endpoints of the gateway."""
    assert app.settings.sms is not None
    secret = app.settings.sms.callback_secret.get_secret_value()

    def checked(request: web.Request) -> None:
        if not hmac.compare_digest(request.match_info["secret"].encode(), secret.encode()):
            raise web.HTTPForbidden

    async def uplink(request: web.Request) -> web.Response:
        checked(request)
        body = await request.read()
        for reply in _read(parse_uplink, body):
            await app.inbox.take(_incoming(reply, hashlib.sha256(body).hexdigest()))
        return web.json_response(ACCEPTED)

    async def receipt(request: web.Request) -> web.Response:
        checked(request)
        for report in _read(parse_reports, await request.read()):
            await _reported(app, report)
        return web.json_response(ACCEPTED)

    return [
        web.post(addresses.SMS_UPLINK + "{secret}", counting(app.refused, "sms", uplink)),
        web.post(addresses.SMS_RECEIPT + "{secret}", counting(app.refused, "sms", receipt)),
    ]


def _read(parse, body: bytes):  # type: ignore[no-untyped-def]
    try:
        return parse(body)
    except BadPush as error:
        raise web.HTTPBadRequest from error


def _incoming(reply: SmsReply, digest: str) -> Incoming:
    """Return a reply; `digest` is that of the whole push it came in."""
    return Incoming(Platform.SMS, f"sms:{reply.key}"[:190], "text", reply.phone, text=reply.text, source=digest)


async def _reported(app: "App", report: SmsReport) -> None:
    """Note the carrier's receipt, or let a message that the carrier gave up go out on the next channel."""
    act = Act(app.clock.now(), "sms", "gateway-push")

    async def work() -> None:
        attempt = await receipts.attempt_of(Platform.SMS, report.biz_id, report.out_id)
        if attempt is not None and report.status == SmsStatus.DELIVERED:
            await receipts.arrived(act, attempt, report.at)
        elif attempt is not None and report.status == SmsStatus.FAILED:
            await receipts.lost(act, attempt, "reported")

    await app.store.transact(work)
