"""An interview provider: rooms that are made, moved and revoked through an API, and the page behind each link."""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox.faults import silent
from sandbox.world import World

API = "/interviews/v1/sessions"


class ProviderError(Exception):
    """A refused call, with its HTTP status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class Room:
    """One interview room; `starts_at` carries an offset."""

    id: str
    booking: str
    starts_at: datetime
    duration_min: int
    candidate_alias: str
    revoked: bool = False


@dataclass
class Provider:
    """All rooms, and which idempotency key made which."""

    world: World
    rooms: dict[str, Room] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def create(self, fields: Mapping[str, Any], key: str) -> Room:
        """Make a room; the same idempotency key gives the same room again."""
        if key and key in self.keys:
            return self.rooms[self.keys[key]]
        booking, alias = fields.get("booking") or fields.get("booking_no"), fields.get("candidate_alias") or ""
        if not isinstance(booking, str) or not booking or not isinstance(alias, str):
            raise ProviderError(422, "invalid", "booking is a text, and so is candidate_alias where it is given")
        room = Room(secrets.token_urlsafe(12), booking, _moment(fields), _duration(fields), alias)
        if not silent.get():
            self.rooms[room.id] = room
            self.keys |= {key: room.id} if key else {}
        return room

    def find(self, room_id: str) -> Room:
        """Return a room or raise 404."""
        room = self.rooms.get(room_id)
        if room is None:
            raise ProviderError(404, "not_found", "no such session")
        return room

    def move(self, room_id: str, fields: Mapping[str, Any]) -> Room:
        """Give a room another time; a revoked one stays revoked."""
        room = self.find(room_id)
        if room.revoked:
            raise ProviderError(410, "revoked", "the session was revoked")
        starts_at = _moment(fields) if "starts_at" in fields else room.starts_at
        duration = _duration(fields) if "duration_min" in fields else room.duration_min
        if not silent.get():
            room.starts_at, room.duration_min = starts_at, duration
        return room

    def revoke(self, room_id: str) -> Room:
        """Close a room for good; once more changes nothing."""
        room = self.find(room_id)
        room.revoked = room.revoked or not silent.get()
        return room

    def shown(self, room: Room) -> dict[str, Any]:
        """Show a room as the API does."""
        return {
            "id": room.id,
            "url": f"{self.world.base_url}/interviews/room/{room.id}",
            "booking": room.booking,
            "starts_at": room.starts_at.isoformat(),
            "duration_min": room.duration_min,
            "candidate_alias": room.candidate_alias,
            "state": "revoked" if room.revoked else "open",
        }


def register(world: World) -> None:
    """Say how the provider words an ordered fault."""
    world.faults.bodies["interviews"] = _fault_body


def routes(world: World) -> list[web.RouteDef]:
    """Serve the API with a bearer key, and the pages without."""
    provider = Provider(world)

    async def create(request: web.Request) -> web.Response:
        known = request.headers.get("Idempotency-Key", "") in provider.keys
        room = provider.create(await _fields(request), request.headers.get("Idempotency-Key", ""))
        return web.json_response(provider.shown(room), status=200 if known else 201)

    async def show(request: web.Request) -> web.Response:
        return web.json_response(provider.shown(provider.find(request.match_info["id"])))

    async def move(request: web.Request) -> web.Response:
        return web.json_response(provider.shown(provider.move(request.match_info["id"], await _fields(request))))

    async def revoke(request: web.Request) -> web.Response:
        provider.revoke(request.match_info["id"])
        return web.Response(status=204)

    async def page(request: web.Request) -> web.Response:
        return _page(provider.rooms.get(request.match_info["id"]))

    calls = [("POST", API, create), ("GET", API + "/{id}", show), ("PATCH", API + "/{id}", move)]
    calls.append(("DELETE", API + "/{id}", revoke))
    guarded = [web.route(method, path, _guarded(world, call)) for method, path, call in calls]
    return [*guarded, web.get("/interviews/room/{id}", page)]


Handler = Callable[[web.Request], Awaitable[web.Response]]


def _guarded(world: World, call: Handler) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        wanted = f"Bearer {world.config.interviews.api_key}"
        try:
            if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted.encode()):
                raise ProviderError(401, "unauthorized", "the api key is missing or wrong")
            return await call(request)
        except ProviderError as error:
            return _refusal(error.status, error.code, error.message)

    return handle


def _page(room: Room | None) -> web.Response:
    if room is None:
        return _html(404, "没有这个面试间", "请核对链接。")
    if room.revoked:
        return _html(410, "已失效", "这场面试已取消，链接已失效。")
    return _html(200, "面试间", f"{room.starts_at:%Y-%m-%d %H:%M} · {room.duration_min} 分钟")


def _html(status: int, title: str, text: str) -> web.Response:
    head = f'<meta charset="utf-8"><title>{title}</title>'
    page = f'<!doctype html><html lang="zh">{head}<h1>{title}</h1><p>{text}</p></html>'
    return web.Response(status=status, text=page, content_type="text/html")


async def _fields(request: web.Request) -> Mapping[str, Any]:
    try:
        fields = await request.json()
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise ProviderError(400, "invalid", "the body must be a JSON object")
    return fields


def _moment(fields: Mapping[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(fields.get("starts_at", ""))
    except (TypeError, ValueError):
        raise ProviderError(422, "invalid", "starts_at is an ISO 8601 time") from None
    if moment.tzinfo is None:
        raise ProviderError(422, "invalid", "starts_at carries an offset")
    return moment


def _duration(fields: Mapping[str, Any]) -> int:
    minutes = fields.get("duration_min")
    if not isinstance(minutes, int) or not 1 <= minutes <= 24 * 60:
        raise ProviderError(422, "invalid", "duration_min is a number of minutes")
    return minutes


def _refusal(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


def _fault_body(kind: str, path: str, value: Any) -> web.Response:
    if kind == "http":
        return _refusal(int(value or 503), "unavailable", "injected")
    return _refusal(422, str(value), "injected")
