"""What a check may do to DingTalk beyond the control API: quotas, timing, events, rich messages, login codes."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields, replace
from typing import Any

from aiohttp import web

from sandbox.dingtalk.directory import member
from sandbox.dingtalk.frames import APP_ID, Push
from sandbox.dingtalk.hub import Hub
from sandbox.dingtalk.phone import DingTalkPhone
from sandbox.dingtalk.stream import Timing
from sandbox.errors import SandboxError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def extra_routes(hub: Hub, phone: DingTalkPhone) -> list[web.RouteDef]:
    """List the extras."""
    return [
        web.get("/sandbox/dingtalk/quota", _quota(hub)),
        web.post("/sandbox/dingtalk/quota", _set_quota(hub)),
        web.post("/sandbox/dingtalk/timing", _set_timing(hub)),
        web.post("/sandbox/dingtalk/events", _send_event(hub)),
        web.post("/sandbox/dingtalk/rich", _send_rich(phone)),
        web.post("/sandbox/dingtalk/login-code", _login_code(hub)),
        web.post("/sandbox/dingtalk/unreachable", _set_unreachable(hub)),
        web.post("/sandbox/dingtalk/revoke-token", _revoke(hub)),
    ]


def _quota(hub: Hub) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return web.json_response(hub.limits.counts())

    return handle


def _set_quota(hub: Hub) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        body = await request.json()
        hub.limits.api_limit = body.get("api", hub.limits.api_limit)
        hub.limits.stream_limit = body.get("stream", hub.limits.stream_limit)
        hub.limits.per_second = float(body.get("per_second", hub.limits.per_second))
        return web.json_response(hub.limits.counts())

    return handle


def _set_timing(hub: Hub) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        body = await request.json()
        unknown = set(body) - {one.name for one in fields(Timing)}
        if unknown:
            raise SandboxError(400, f"unknown timing {min(unknown)}", " ".join(one.name for one in fields(Timing)))
        hub.gateway.timing = replace(hub.gateway.timing, **body)
        return web.json_response(asdict(hub.gateway.timing))

    return handle


def departures(hub: Hub) -> Callable[[str], Awaitable[None]]:
    """Return what tells the app that a member is no longer there."""

    async def told(person: str) -> None:
        if member(person) is not None:
            _push_event(hub, "user_leave_org", {"userId": [person], "timeStamp": str(hub.world.clock.ms())})

    return told


def _push_event(hub: Hub, kind: str, data: dict[str, Any]) -> str:
    headers = {
        "eventType": kind,
        "eventId": secrets.token_hex(12),
        "eventCorpId": hub.config.corp_id,
        "eventBornTime": str(hub.world.clock.ms()),
        "eventUnifiedAppId": APP_ID,
    }
    push = Push("event", "EVENT", "*", data, hub.gateway.timing.event_s, headers)
    hub.world.spawn(hub.gateway.event(push))
    return headers["eventId"]


def _send_event(hub: Hub) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response({"event": _push_event(hub, str(body["type"]), dict(body.get("data") or {}))})

    return handle


def _send_rich(phone: DingTalkPhone) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        body: dict[str, Any] = await request.json()
        seq = phone.send_rich(str(body["person"]), list(body["parts"]), body.get("group"))
        return web.json_response({"seq": seq})

    return handle


def _login_code(hub: Hub) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        person = str((await request.json())["person"])
        if member(person) is None:
            raise SandboxError(409, f"{person} does not have DingTalk", "")
        return web.json_response({"code": hub.codes.issue(person)})

    return handle


def _set_unreachable(hub: Hub) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        body = await request.json()
        how = body.get("how")
        if how not in ("flow", "invalid", "card", None):
            raise SandboxError(400, f"unknown way {how}", "flow, invalid, card or null")
        hub.unreachable.pop(str(body["person"]), None)
        if how is not None:
            hub.unreachable[str(body["person"])] = how
        return web.json_response({"unreachable": hub.unreachable})

    return handle


def _revoke(hub: Hub) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        hub.tokens.revoke()
        return web.json_response({"revoked": True})

    return handle
