"""What the SMS gateway pushes: answers of candidates and receipts. It signs nothing, so the path is the secret."""

import hmac
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import addresses
from handlers import customer_service
from handlers.routing import Incoming
from models import Platform
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
        for reply in _read(parse_uplink, await request.read()):
            await app.inbox.take(_incoming(reply))
        return web.json_response(ACCEPTED)

    async def receipt(request: web.Request) -> web.Response:
        checked(request)
        for report in _read(parse_reports, await request.read()):
            await _reported(app, report)
        return web.json_response(ACCEPTED)

    return [
        web.post(addresses.SMS_UPLINK + "{secret}", uplink),
        web.post(addresses.SMS_RECEIPT + "{secret}", receipt),
    ]


def _read(parse, body: bytes):  # type: ignore[no-untyped-def]
    try:
        return parse(body)
    except BadPush as error:
        raise web.HTTPBadRequest from error


def _incoming(reply: SmsReply) -> Incoming:
    return Incoming(Platform.SMS, f"sms:{reply.key}"[:190], "text", reply.phone, text=reply.text)


async def _reported(app: "App", report: SmsReport) -> None:
    """Let a message that the carrier gave up go out on the next channel."""
    if report.status != SmsStatus.FAILED:
        return
    act = Act(app.clock.now(), "sms", "gateway-push")
    await app.store.transact(lambda: customer_service.not_delivered(act, report.biz_id, Platform.SMS))
