"""A real HTTP server on loopback that keeps every request and gives the answers a test laid out."""

import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


Answer = dict[str, Any] | Callable[[Call], web.StreamResponse] | None


@dataclass
class Recorder:
    """What was asked, and what to answer; the last answer of a path stays. None drops the connection."""

    answers: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    calls: list[Call] = field(default_factory=list)
    base: str = ""

    def on(self, path: str, *answers: Answer) -> None:
        self.answers[path] = deque(answers)

    def asked(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = _decoded(request.content_type, raw)
        call = Call(request.method, request.path, dict(request.query), dict(request.headers), body)
        self.calls.append(call)
        queue = self.answers[request.path]
        answer: Answer = {"errcode": 404, "errmsg": "nothing laid out"}
        if queue:
            answer = queue.popleft() if len(queue) > 1 else queue[0]
        if answer is None:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return web.json_response(answer) if isinstance(answer, dict) else answer(call)


def _decoded(content_type: str, raw: bytes) -> Any:
    if content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(raw.decode(), keep_blank_values=True))
    return json.loads(raw) if raw else None


@asynccontextmanager
async def recording() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", recorder.handle)
    async with TestServer(application) as server:
        recorder.base = str(server.make_url("")).rstrip("/")
        yield recorder
