"""How a call comes in: token, flow control and body are checked before an API sees it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.dingtalk.errors import ApiError, OldApiError, new_answer, old_answer
from sandbox.dingtalk.hub import Hub
from sandbox.traffic import COUNTED

Body = dict[str, Any]
Api = Callable[[Hub, web.Request, Body], Awaitable[Body | web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOKEN_HEADER = "x-acs-dingtalk-access-token"  # noqa: S105 a header's name


def new_api(hub: Hub, api: Api, *, free: bool = False, counted: bool = True) -> Handler:
    """Serve a call of the new API; `free` ones need no token, and only `counted` ones cost quota."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            if not free and not hub.tokens.valid(request.headers.get(TOKEN_HEADER, "")):
                raise ApiError("InvalidAuthentication")
            hub.limits.call(_name(request), counted)
            request[COUNTED] = counted
            return _answer(await api(hub, request, await _body(request)))
        except ApiError as error:
            return new_answer(error)

    return handle


def old_api(hub: Hub, api: Api) -> Handler:
    """Serve a directory call of the old API: the token is in the query, and nothing is counted."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            if not hub.tokens.valid(request.query.get("access_token", "")):
                raise OldApiError(40014)
            hub.limits.call(_name(request), counted=False)
            return _answer(await api(hub, request, await _old_body(request)))
        except OldApiError as error:
            return old_answer(error)
        except ApiError:
            return old_answer(OldApiError(90018))

    return handle


def text_of(body: Body, name: str, otherwise: str) -> str:
    """Read a required text; raise the given code when it is missing, empty or not a text."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ApiError(otherwise)
    return value


def _answer(result: Body | web.StreamResponse) -> web.StreamResponse:
    return result if isinstance(result, web.StreamResponse) else web.json_response(result)


def _name(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else request.path}"


async def _body(request: web.Request) -> Body:
    if request.method in ("GET", "DELETE"):
        return {}
    raw = await request.read()
    if request.content_type != "application/json" or not raw:
        raise ApiError("Missingbody", "body is mandatory for this action.")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise ApiError("InvalidBody", "The request body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise ApiError("InvalidBody", "The request body must be an object.")
    return body


async def _old_body(request: web.Request) -> Body:
    if request.content_type == "application/x-www-form-urlencoded":
        return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    raw = await request.read()
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise OldApiError(40035, "不合法的参数") from error
    return body if isinstance(body, dict) else {}
