"""One function builds the sandbox, and the tests call the same one."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from aiohttp import web

from sandbox import control, dingtalk, interviews, mail, signatures, sms, wecom
from sandbox.callbacks import Callbacks
from sandbox.clock import Clock
from sandbox.config import BotConfig, Config
from sandbox.errors import SandboxError
from sandbox.faults import Faults
from sandbox.phones import Phones
from sandbox.traffic import Traffic, middleware
from sandbox.world import World

STATIC = Path(__file__).parent / "static"
PLATFORMS = (dingtalk, wecom, sms, interviews, signatures)
LARGEST_BODY = 64 << 20
FOLLOW_S = 15.0
Close = Callable[[], Awaitable[None]]


async def build(config: Config) -> tuple[World, web.Application]:
    """Put the sandbox together; nothing listens yet."""
    clock = Clock(config.now, config.clock_file)
    callbacks, faults, traffic = Callbacks(clock), Faults(), Traffic(clock)
    http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    world = World(config, clock, Phones(clock), traffic, callbacks, faults, http)
    clock.tell = _follower(world, config.bot) if config.bot else None
    app = web.Application(middlewares=[control.refusals, middleware(traffic, faults)], client_max_size=LARGEST_BODY)
    for platform in PLATFORMS:
        platform.register(world)
        app.add_routes(platform.routes(world))
    app.add_routes(control.routes(world))
    app.add_routes([web.get("/", _page), web.static("/static", STATIC)])
    return world, app


async def start(config: Config) -> tuple[World, Close]:
    """Build the sandbox and open its sockets; the second value closes everything again."""
    world, app = await build(config)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, config.host, config.port)
    await site.start()
    world.base_url = f"http://{config.host}:{runner.addresses[0][1]}"
    close_mail = await mail.start(world)
    for hook in world.on_start:
        await hook()

    async def close() -> None:
        await world.close()
        await close_mail()
        await runner.cleanup()

    return world, close


async def _page(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "index.html")


def _follower(world: World, bot: BotConfig) -> Callable[[float], Awaitable[None]]:
    async def tell(offset_s: float) -> None:
        try:
            async with asyncio.timeout(FOLLOW_S):
                await _told(world, bot, offset_s)
        except TimeoutError as error:
            hint = "business time has moved all the same; the bot reads it when it starts"
            raise SandboxError(424, "the bot did not follow the clock", hint) from error

    return tell


async def _told(world: World, bot: BotConfig, offset_s: float) -> None:
    headers = {"Authorization": f"Bearer {bot.secret}"}
    while True:
        with contextlib.suppress(aiohttp.ClientError):
            async with world.http.post(bot.clock_url, json={"offset_s": offset_s}, headers=headers) as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.2)
