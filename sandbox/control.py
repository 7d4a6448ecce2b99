"""The control API under /sandbox: phones, traffic, callbacks, faults, redelivery and the clock."""

import math
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

import aiohttp
from aiohttp import web
from lxml import html

from sandbox.errors import SandboxError
from sandbox.people import GROUPS, PEOPLE, person_with_id
from sandbox.text import opened
from sandbox.world import Forwarding, OpeningLinks, PhoneApp, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Control = Callable[[World, web.Request], Awaitable[dict[str, Any]]]
LINK_TIMEOUT_S = 15
MOST_REPEATS = 100


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Word what the control API refuses as {"error", "hint"}."""
    if not request.path.startswith("/sandbox/"):
        return await handler(request)
    try:
        return await handler(request)
    except SandboxError as error:
        return _refused(error.status, error.error, error.hint)
    except web.HTTPException as error:
        return _refused(error.status, error.reason, "see the sandbox's control API")
    except (ValueError, KeyError, TypeError) as error:
        return _refused(400, f"{type(error).__name__}: {error}", "send a JSON object with the members of this call")


def routes(world: World) -> list[web.RouteDef]:
    """List the control API's addresses."""
    phone = "/sandbox/phones/{id}"
    calls: list[tuple[str, str, Control]] = [
        ("GET", "/sandbox/health", _health),
        ("GET", "/sandbox/phones", _phones),
        ("GET", phone + "/screen", _screen),
        ("POST", phone + "/say", _say),
        ("POST", phone + "/tap", _tap),
        ("POST", phone + "/choose", _choose),
        ("POST", phone + "/send-file", _send_file),
        ("POST", phone + "/open-link", _open_link),
        ("GET", "/sandbox/traffic", _traffic),
        ("GET", "/sandbox/callbacks", _callbacks),
        ("POST", "/sandbox/faults", _add_fault),
        ("DELETE", "/sandbox/faults", _clear_faults),
        ("POST", "/sandbox/redeliver", _redeliver),
        ("POST", "/sandbox/cards/{card}/forward", _forward),
        ("POST", "/sandbox/people/{id}/leave", _leave),
        ("GET", "/sandbox/clock", _clock),
        ("POST", "/sandbox/clock", _advance),
    ]
    return [web.route(method, path, _served(world, call)) for method, path, call in calls]


def _refused(status: int, error: str, hint: str) -> web.Response:
    return web.json_response({"error": error, "hint": hint}, status=status)


def _served(world: World, call: Control) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return web.json_response(await call(world, request))

    return handle


async def _health(world: World, request: web.Request) -> dict[str, Any]:
    links = {name: link.connected() for name, link in world.links.items()}
    return {"ready": all(links.values()), "links": links}


async def _phones(world: World, request: web.Request) -> dict[str, Any]:
    groups = {person.id: [group.name for group in GROUPS if person.id in group.members] for person in PEOPLE}
    return {
        "phones": [
            {"id": one.id, "apps": list(one.apps), "owner": one.name, "title": one.title, "role": one.role,
             "organisation": one.organisation, "groups": groups[one.id]}
            for one in PEOPLE
        ]
    }  # fmt: skip


async def _screen(world: World, request: web.Request) -> dict[str, Any]:
    person, peek = request.match_info["id"], "peek" in request.query
    return {"messages": world.phones.screen(person, _after(request), world.card_view, peek=peek)}


async def _say(world: World, request: web.Request) -> dict[str, Any]:
    person, body = _person(request), await _object(request)
    app = _app(world, person, body.get("app"), group=body.get("group"))
    voice = body.get("as") == "voice"
    if body.get("as") not in (None, "voice", "text"):
        raise SandboxError(400, f"nobody speaks as {body['as']}", "text or voice")
    seq = await app.say(person, _typed(body), group=body.get("group"), voice=voice)
    return {"seq": seq}


def _typed(body: dict[str, Any]) -> str:
    text = body.get("text")
    if not isinstance(text, str) or not text:
        raise SandboxError(400, "text must be a text of at least one character", 'send {"text": "..."}')
    return text


async def _tap(world: World, request: web.Request) -> dict[str, Any]:
    person, body = _person(request), await _object(request)
    card, inputs = str(body["card"]), body.get("inputs") or {}
    if not isinstance(inputs, dict):
        raise SandboxError(400, "inputs must be an object", "{NAME: VALUE}")
    app = _card_app(world, card)
    toast = await app.tap(person, card, str(body["button"]), inputs, force=body.get("force") is True)
    return {"delivered": True, "toast": toast}


async def _choose(world: World, request: web.Request) -> dict[str, Any]:
    person, body = _person(request), await _object(request)
    menu = str(body["menu"])
    app = world.phones.app_of_menu(person, menu)
    if app is None:
        raise SandboxError(404, f"no menu {menu} on the phone of {person}", "read the phone's screen")
    await world.apps[app].choose(person, menu, str(body["item"]))
    return {"delivered": True}


async def _send_file(world: World, request: web.Request) -> dict[str, Any]:
    person = _person(request)
    form = await request.post()
    upload = form.get("file")
    if not isinstance(upload, web.FileField):
        raise SandboxError(400, "no file in the form", "multipart/form-data with a part named file")
    app = _app(world, person, form.get("app") or request.query.get("app"), group=None)
    name = unquote(upload.filename)
    seq = await app.send_file(person, name, upload.file.read(), upload.content_type)
    return {"seq": seq}


async def _open_link(world: World, request: web.Request) -> dict[str, Any]:
    person, body = _person(request), await _object(request)
    message = world.phones.message(person, int(body["seq"]))
    if not message.links:
        raise SandboxError(409, f"message {message.seq} has no link", "links are listed in the message")
    address = opened(message.links[int(body.get("link", 0))])
    for app in _apps(world, person):
        page = app.open_link(person, address) if isinstance(app, OpeningLinks) else None
        if page is not None:
            return page
    return await _browsed(address)


async def _browsed(address: str) -> dict[str, Any]:
    jar = aiohttp.CookieJar(unsafe=True)  # one phone's cookies are not another's
    try:
        timeout = aiohttp.ClientTimeout(total=LINK_TIMEOUT_S)
        async with aiohttp.ClientSession(cookie_jar=jar, timeout=timeout) as browser, browser.get(address) as answer:
            return {"url": str(answer.url), "status": answer.status, "title": _title(await answer.read())}
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SandboxError(424, f"{address} does not answer", type(error).__name__) from error


async def _traffic(world: World, request: web.Request) -> dict[str, Any]:
    return {"calls": world.traffic.rows(_after(request))}


async def _callbacks(world: World, request: web.Request) -> dict[str, Any]:
    return {"callbacks": world.callbacks.rows(_after(request))}


async def _add_fault(world: World, request: web.Request) -> dict[str, Any]:
    body = await _object(request)
    match, times = str(body.get("match") or ""), int(body.get("times", 1))
    fault = world.faults.add(
        str(body["platform"]), match, str(body["kind"]), body.get("value"), times, body.get("method")
    )
    return {"fault": fault.id}


async def _clear_faults(world: World, request: web.Request) -> dict[str, Any]:
    world.faults.clear()
    return {"faults": []}


async def _redeliver(world: World, request: web.Request) -> dict[str, Any]:
    body = await _object(request)
    times = int(body.get("times", 1))
    if not 1 <= times <= MOST_REPEATS:
        raise SandboxError(400, f"times must be 1 to {MOST_REPEATS}", "")
    return {"answers": await world.callbacks.redeliver(int(body["n"]), times, body.get("concurrently") is True)}


async def _forward(world: World, request: web.Request) -> dict[str, Any]:
    body, card = await _object(request), request.match_info["card"]
    sender, receiver = str(body["from"]), str(body["to"])
    for person in (sender, receiver):
        _known(person)
    app = _card_app(world, card)
    if not isinstance(app, Forwarding):
        raise SandboxError(409, "cards of this app cannot be forwarded", "")
    await app.forward(card, sender, receiver)
    return {"forwarded": True}


async def _clock(world: World, request: web.Request) -> dict[str, Any]:
    return {"now": world.clock.now().isoformat(timespec="milliseconds")}


async def _leave(world: World, request: web.Request) -> dict[str, Any]:
    """Let somebody be in no directory any more; both platforms say so, as they would."""
    person = _person(request)
    world.left.add(person)
    for told in world.when_left:
        await told(person)
    return {"left": sorted(world.left)}


async def _advance(world: World, request: web.Request) -> dict[str, Any]:
    seconds = float((await _object(request))["advance_s"])
    if not math.isfinite(seconds) or seconds < 0:
        raise SandboxError(400, "time only moves forward", "advance_s is a number of seconds, 0 or more")
    await world.clock.advance(seconds)
    return await _clock(world, request)


def _person(request: web.Request) -> str:
    return _known(request.match_info["id"])


def _known(person: str) -> str:
    if person_with_id(person) is None:
        raise SandboxError(404, f"no phone {person}", "GET /sandbox/phones lists them")
    return person


def _apps(world: World, person: str) -> list[PhoneApp]:
    known = person_with_id(person)
    return [world.apps[name] for name in (known.apps if known else ()) if name in world.apps]


def _app(world: World, person: str, name: object, group: object) -> PhoneApp:
    apps = person_with_id(person).apps  # type: ignore[union-attr]
    room = next((one for one in GROUPS if one.name == group), None)
    chosen = str(name or (room.app if room and room.app in apps else apps[0]))
    if chosen not in apps:
        raise SandboxError(409, f"{person} does not have {chosen}", "apps: " + " ".join(apps))
    return world.apps[chosen]


def _card_app(world: World, card: str) -> PhoneApp:
    app = world.phones.app_of_card(card)
    if app is None:
        raise SandboxError(404, f"no card {card}", "read a phone's screen")
    return world.apps[app]


def _after(request: web.Request) -> int:
    return int(request.query.get("after", 0))


def _title(page: bytes) -> str | None:
    if not page.strip():
        return None
    document = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    title = document.findtext(".//title")
    return title.strip() if title else None


async def _object(request: web.Request) -> dict[str, Any]:
    body = await request.json()
    if not isinstance(body, dict):
        raise SandboxError(400, "the body must be a JSON object", "")
    return body
