"""How long a sender may take: a request that dribbles in, or never begins, holds no connection for ever (slowloris)."""

import asyncio

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.refused import Handler

WAIT_S = 15.0
"""From opening a connection to a whole head, and again to a whole body; WeCom itself hangs up after five seconds."""


class Patience:
    """Watches one server's connections; `watched` has to be its outermost middleware."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self.wait_s = wait_s
        self.closed = 0
        self._handled: dict[object, web.Request] = {}
        self._waiting: dict[RequestHandler, float] = {}

    @property
    def watched(self):  # type: ignore[no-untyped-def]
        """Return the middleware that knows which connection is being answered."""

        @web.middleware
        async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._handled[request.protocol] = request
            self._waiting.pop(request.protocol, None)  # the body gets its own time
            try:
                return await handler(request)
            finally:
                del self._handled[request.protocol]

        return watch

    async def run(self, server: web.Server | None) -> None:
        """Close what has waited too long, for ever."""
        while server is not None:
            await asyncio.sleep(min(1.0, self.wait_s / 4))
            self._look(server, asyncio.get_running_loop().time())

    def _look(self, server: web.Server, now: float) -> None:
        waiting = [each for each in server.connections if self._waits(each)]
        self._waiting = {each: self._waiting.get(each, now) for each in waiting}
        for connection, since in self._waiting.items():
            if now - since > self.wait_s:
                self.closed += 1
                connection.force_close()

    def _waits(self, connection: RequestHandler) -> bool:
        """Tell whether it is the sender's turn: between requests, or in the middle of one."""
        request = self._handled.get(connection)
        return request is None or not request.content.is_eof()
