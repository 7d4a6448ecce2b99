"""How every call of the app is received: method, token, JSON, and the platform's way of refusing."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.wecom.corp import Corp
from sandbox.wecom.errors import TEXTS, WecomError, refusal

WRONG_JSON = "Warning: wrong json format. "


@dataclass(frozen=True)
class Call:
    """One call of the app: its query, its JSON body (empty for GET) and the corp it acts on."""

    corp: Corp
    request: web.Request
    query: Mapping[str, str]
    body: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Read a text of the body; what is missing or no text is empty."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""


Answer = dict[str, object] | web.StreamResponse
Endpoint = Callable[[Call], Awaitable[Answer]]


def served(corp: Corp, method: str, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Wrap an endpoint: business errors are HTTP 200 with an errcode (O:90313)."""

    async def handle(request: web.Request) -> web.StreamResponse:
        warning = ""
        try:
            if request.method != method:
                raise WecomError(40058, f"{method} is required")
            if not request.path.endswith("/gettoken"):
                corp.tokens.check(request.query.get("access_token", ""))
            body, warning = await _body(request)
            answer = await endpoint(Call(corp, request, request.query, body))
        except WecomError as error:
            answer = refusal(error.errcode, warning + error.text, int(corp.now()), request.remote or "127.0.0.1")
        if isinstance(answer, web.StreamResponse):
            return answer
        done: dict[str, object] = {"errcode": 0, "errmsg": f"{warning}ok"}
        return web.json_response(done | answer)

    return handle


def fault_body(kind: str, path: str, value: Any) -> web.Response:
    """Word an ordered fault as WeCom would."""
    if kind == "http":
        return web.json_response(refusal(-1, TEXTS[-1], 0, "127.0.0.1"), status=int(value or 502))
    errcode = int(value if value is not None else -1)
    return web.json_response(refusal(errcode, TEXTS.get(errcode, "system error"), 0, "127.0.0.1"))


async def _body(request: web.Request) -> tuple[Mapping[str, Any], str]:
    """Read a JSON object; malformed JSON is silently no fields at all, with a warning in errmsg."""
    data = await request.read()
    if request.method != "POST" or request.content_type.startswith("multipart/"):
        return {}, ""
    try:
        body = json.loads(data)
    except ValueError:
        return {}, WRONG_JSON
    return (body, "") if isinstance(body, dict) else ({}, WRONG_JSON)
