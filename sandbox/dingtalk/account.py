"""Tokens for the app, and the ticket that opens a Stream connection."""

import asyncio
import hmac
from typing import Any

from aiohttp import web

from sandbox.dingtalk.door import Body
from sandbox.dingtalk.errors import ApiError, injected
from sandbox.dingtalk.hub import Hub
from sandbox.dingtalk.tokens import LIFE_S

OPEN_PATH = "/v1.0/gateway/connections/open"


async def access_token(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/oauth2/accessToken."""
    if not _is_app(hub, body.get("appKey"), body.get("appSecret")):
        raise ApiError("invalidClientIdOrSecret")
    return {"accessToken": hub.tokens.issue(), "expireIn": LIFE_S}


async def corp_token(hub: Hub, request: web.Request, body: Body) -> Body:
    """Serve POST /v1.0/oauth2/{corpId}/token."""
    if body.get("grant_type") != "client_credentials":
        raise ApiError("unsupported.grant.type")
    if not _is_app(hub, body.get("client_id"), body.get("client_secret")):
        raise ApiError("invalid.client")
    if request.match_info["corp_id"] != hub.config.corp_id:
        raise ApiError("unauthorized.client", status=401)
    return {"access_token": hub.tokens.issue(), "expires_in": LIFE_S}


def old_token(hub: Hub) -> Any:
    """Serve GET /gettoken, which needs no token itself."""

    async def handle(request: web.Request) -> web.Response:
        if not _is_app(hub, request.query.get("appkey"), request.query.get("appsecret")):
            return web.json_response({"errcode": 40089, "errmsg": "不合法的corpid或corpsecret"})
        token = hub.tokens.issue()
        return web.json_response({"errcode": 0, "access_token": token, "errmsg": "ok", "expires_in": LIFE_S})

    return handle


async def open_connection(hub: Hub, request: web.Request, body: Body) -> Body | web.StreamResponse:
    """Serve POST /v1.0/gateway/connections/open; members nobody knows are tolerated."""
    fault = hub.world.faults.take("stream", OPEN_PATH, kinds=("slow-open", "refuse-open"))
    if fault is not None and fault.kind == "refuse-open":
        return injected("http", OPEN_PATH, fault.value or 500)
    if fault is not None:
        await asyncio.sleep(fault.seconds(10))
    if not _is_app(hub, body.get("clientId"), body.get("clientSecret")):
        raise ApiError("authFailed", status=401)
    ticket = hub.gateway.ticket(body.get("subscriptions"))
    return {"endpoint": f"ws://{request.host}/dingtalk/connect", "ticket": ticket}


def _is_app(hub: Hub, client_id: object, secret: object) -> bool:
    same_secret = hmac.compare_digest(str(secret).encode(), hub.config.client_secret.encode())
    return client_id == hub.config.client_id and same_secret
