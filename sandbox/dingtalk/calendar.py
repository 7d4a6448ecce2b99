"""DingTalk calendars: events on an organiser's primary calendar, seen by every attendee's phone."""

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.dingtalk.directory import member_with_union_id, union_id
from sandbox.dingtalk.errors import ApiError
from sandbox.people import Person
from sandbox.world import World

if TYPE_CHECKING:
    from sandbox.dingtalk.door import Body
    from sandbox.dingtalk.hub import Hub

REPEAT_S = 24 * 3600
MOST_A_DAY = 100
SUMMARY_CHARACTERS = 2048
DESCRIPTION_CHARACTERS = 5000
MOST_ATTENDEES = 500
CHANGEABLE = ("summary", "description", "start", "end", "isAllDay", "location", "reminders")


@dataclass
class Event:
    """One event; `attendees` are union ids."""

    id: str
    organiser: str
    attendees: list[str]
    about: dict[str, Any]
    created: str
    updated: str
    cancelled: bool = False
    gone_for: set[str] = field(default_factory=set)


class Calendars:
    """Keep events, and remember client tokens for a day."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._events: dict[str, Event] = {}
        self._tokens: dict[str, tuple[Event, float]] = {}
        self._created: dict[tuple[str, str], int] = {}

    def repeated(self, token: str | None) -> Event | None:
        """Find the event that was created with this x-client-token within a day."""
        event, at = self._tokens.get(token or "", (None, 0.0))
        return event if self.world.clock.timestamp() - at < REPEAT_S else None

    def add(self, event: Event, token: str | None) -> None:
        """Store an event; a person may create a hundred a day."""
        day = (event.organiser, self.world.clock.now().date().isoformat())
        if self._created.get(day, 0) >= MOST_A_DAY:
            raise ApiError("flowLimit")
        self._created[day] = self._created.get(day, 0) + 1
        self._events[event.id] = event
        if token:
            self._tokens[token] = (event, self.world.clock.timestamp())

    def of(self, union: str, event_id: str) -> Event:
        """Find an event on a person's calendar."""
        event = self._events.get(event_id)
        if event is None or union not in (event.organiser, *event.attendees) or union in event.gone_for:
            raise ApiError("itemNotFound", status=404)
        return event

    def tell(self, event: Event, what: str) -> None:
        """Put a calendar notice on every attendee's phone."""
        when = str(event.about["start"].get("dateTime") or event.about["start"].get("date"))
        place = event.about.get("location", {}).get("displayName")
        lines = [f"{what}：{event.about['summary']}", when, *([place] if place else [])]
        for union in event.attendees:
            person = member_with_union_id(union)
            if person is not None and union != event.organiser:
                self.world.phones.add(person.id, app="dingtalk", sender="system", kind="text", text="\n".join(lines))


async def create(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve POST …/events."""
    organiser = _owner(request)
    token = request.headers.get("x-client-token")
    known = hub.calendars.repeated(token)
    if known is not None:
        return _view(known, organiser)
    now = hub.world.clock.now().isoformat(timespec="seconds")
    about = _about(body)
    if "summary" not in about or "start" not in about:
        raise ApiError("invalidParameter", "summary and start are required")
    event = Event(uuid.uuid4().hex, union_id(organiser.id), _attendees(body), about, now, now)
    hub.calendars.add(event, token)
    if (body.get("extra") or {}).get("noChatNotification") != "true":
        hub.calendars.tell(event, "日程邀请")
    return _view(event, organiser)


async def get(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve GET …/events/{eventId}."""
    person = _owner(request)
    return _view(hub.calendars.of(union_id(person.id), request.match_info["event_id"]), person)


async def change(hub: "Hub", request: web.Request, body: "Body") -> "Body":
    """Serve PUT …/events/{eventId}: the organiser alone, and only what is sent changes."""
    person = _owner(request)
    event = hub.calendars.of(union_id(person.id), request.match_info["event_id"])
    if event.organiser != union_id(person.id):
        raise ApiError("permissionDeny", status=403)
    if event.cancelled:
        raise ApiError("itemNotFound", status=404)
    event.about |= _about(body)
    event.attendees = _attendees(body) if "attendees" in body else event.attendees
    event.updated = hub.world.clock.now().isoformat(timespec="seconds")
    hub.calendars.tell(event, "日程变更")
    return _view(event, person)


async def delete(hub: "Hub", request: web.Request, body: "Body") -> web.Response:
    """Serve DELETE …/events/{eventId}: the organiser cancels for all, an attendee drops their own copy."""
    union = union_id(_owner(request).id)
    event = hub.calendars.of(union, request.match_info["event_id"])
    if event.organiser != union:
        event.gone_for.add(union)
        return web.Response()
    if event.cancelled:
        raise ApiError("itemNotFound", status=404)
    event.cancelled = True
    if request.query.get("pushNotification") == "true":
        hub.calendars.tell(event, "日程已取消")
    return web.Response()


def _owner(request: web.Request) -> Person:
    person = member_with_union_id(request.match_info["union_id"])
    if person is None:
        raise ApiError("invalidParameter", "userId is invalid")
    return person


def _about(body: "Body") -> dict[str, Any]:
    about = {name: body[name] for name in CHANGEABLE if name in body}
    if len(str(about.get("summary", ""))) > SUMMARY_CHARACTERS or about.get("summary") == "":
        raise ApiError("invalidParameter", "summary")
    if len(str(about.get("description", ""))) > DESCRIPTION_CHARACTERS:
        raise ApiError("invalidParameter", "description")
    for name in ("start", "end"):
        moment = about.get(name, {"date": ""})
        if not isinstance(moment, dict) or not ({"dateTime", "date"} & set(moment)):
            raise ApiError("invalidParameter", name)
    return about


def _attendees(body: "Body") -> list[str]:
    entries = body.get("attendees") or []
    if len(entries) > MOST_ATTENDEES:
        raise ApiError("invalidParameter", "attendees")
    ids = [str(entry.get("id")) for entry in entries]
    if any(member_with_union_id(one) is None for one in ids):
        raise ApiError("invalidParameter", "attendees contains an unknown id")
    return ids


def _view(event: Event, viewer: Person) -> dict[str, Any]:
    attendees = [_face(union, viewer, "needsAction") | {"isOptional": False} for union in event.attendees]
    return {
        "id": event.id,
        "status": "cancelled" if event.cancelled else "confirmed",
        "isAllDay": False,
        "reminders": [{"method": "dingtalk", "minutes": "15"}],
        **event.about,
        "attendees": attendees,
        "organizer": _face(event.organiser, viewer, "accepted"),
        "createTime": event.created,
        "updateTime": event.updated,
    }


def _face(union: str, viewer: Person, answer: str) -> dict[str, Any]:
    person = member_with_union_id(union)
    name = person.name if person else ""
    return {"id": union, "displayName": name, "responseStatus": answer, "self": union == union_id(viewer.id)}
