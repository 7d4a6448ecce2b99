"""The aiohttp application: callbacks, the pages, health, and in a demo the clock."""

import hmac
import math
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import (
    addresses,
    candidate_pages,
    download_pages,
    evidence_pages,
    factor_pages,
    metrics,
    passkey_pages,
    reveal_pages,
    signing_service,
    sms,
)
from workflow import anchoring, audit

if TYPE_CHECKING:
    from bot.app import App

LARGEST_BODY = 64 * 1024
log = structlog.get_logger(__name__)


def application(app: "App") -> web.Application:
    """Return the web application of a program."""
    served = web.Application(client_max_size=LARGEST_BODY, middlewares=[app.patience.watched, _never_a_stack_trace])
    served.on_response_prepare.append(_without_versions)
    routes = [web.get(addresses.HEALTH, _health(app)), web.get(addresses.METRICS, metrics.answering(app.refused))]
    routes += candidate_pages.routes(app) + download_pages.routes(app)
    routes += reveal_pages.routes(app) + factor_pages.routes(app) + evidence_pages.routes(app)
    routes += passkey_pages.routes(app) + signing_service.routes(app)
    if app.wecom is not None:
        routes.append(web.get(addresses.WECOM_CALLBACK, app.wecom.verify))
        routes.append(web.post(addresses.WECOM_CALLBACK, app.wecom.receive))
    if app.settings.sms is not None:
        routes += sms.routes(app)
    if app.settings.demo is not None:
        routes.append(web.post(addresses.DEMO_CLOCK, _demo_clock(app)))
    served.add_routes(routes)
    return served


async def _without_versions(_: web.Request, response: web.StreamResponse) -> None:
    """Do not tell everybody which versions to look up (ASVS 13.4.6)."""
    response.headers.pop("Server", None)


@web.middleware
async def _never_a_stack_trace(request: web.Request, handler):  # type: ignore[no-untyped-def]
    """Answer our own faults without detail; if nothing could be stored, the platform may try again."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except (web.RequestPayloadError, ConnectionResetError):  # not as its headers say, or hung up in the middle
        return web.Response(status=400)
    except Exception:
        log.exception("request failed", path=request.path.split("/")[1])
        return web.Response(status=503)


def _health(app: "App"):  # type: ignore[no-untyped-def]
    async def health(_: web.Request) -> web.Response:
        hears, age = (app.stream.hears, app.stream.last_frame_age()) if app.stream else (None, math.inf)
        return web.json_response(
            {
                "ok": hears is not False,
                "stream": hears,
                "stream_frame_age_s": round(age, 1) if math.isfinite(age) else None,
                "refused": app.refused.by_cause(),
                "refused_at": app.refused.by_door(),
                "anchors_refused": await anchoring.refusals(),
                "inbox": app.inbox.counters,
            }
        )

    return health


def _demo_clock(app: "App"):  # type: ignore[no-untyped-def]
    assert app.settings.demo is not None
    secret = app.settings.demo.clock_secret.get_secret_value()

    async def follow(request: web.Request) -> web.Response:
        """Follow the sandbox's clock and answer when what became due has been claimed; only a demo has this."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return web.Response(status=403)
        app.clock.follow(float((await request.json())["offset_s"]))
        settled = await app.worker.settle_due()
        return web.json_response({"now": audit.stamp(app.clock.now()), "settled": settled})

    return follow
