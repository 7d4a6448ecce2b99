"""A running bot with one company and one candidate, and the HTTP client through which their page is used."""

import re
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import aiohttp

from bot import keys
from bot.app import App, build
from bot.clock import Clock
from bot.settings import Settings
from models import AuditRecord, Booking, EntryLink, InboundMessage, OutboxMessage, Platform, Preset, Role
from workflow import administering
from workflow.acting import Act

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # Monday 09:30 in Shanghai
STARTS = NOW + timedelta(days=2, hours=5, minutes=30)  # Wednesday 15:00
ROOM = "https://rooms.example/r/abc?key=secret"


class StandingClock(Clock):
    """Business time that only the test moves."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Door:
    """The bot, and the candidate in front of their page."""

    app: App
    clock: StandingClock
    http: aiohttp.ClientSession
    tokens: dict[str, str] = field(default_factory=dict)

    def address(self, token: str) -> str:
        return f"http://127.0.0.1:{self.app.port}/i/{token}"

    async def get(self, token: str, method: str = "GET") -> tuple[int, str]:
        async with self.http.request(method, self.address(token)) as answer:
            return answer.status, await answer.text()

    async def post(self, token: str, fields: dict[str, str], **headers: str) -> aiohttp.ClientResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.http.post(self.address(token), data=fields, headers=named, allow_redirects=False)
        await answer.read()
        return answer

    async def form(self, token: str, action: str) -> dict[str, str]:
        return forms_in((await self.get(token))[1])[action]

    async def cancel(self, token: str, **fields: str) -> aiohttp.ClientResponse:
        form = await self.form(token, "cancel")
        return await self.post(token, {**form, "reason": "conflict", "proof": "8123", **fields})

    async def new_booking(self, name: str, phone: str, email: str = "", **booking: object) -> Booking:
        """Enter a candidate with one booking; `tokens` keeps the link."""
        act = Act(self.clock.now(), "cli", "operator")

        async def enter() -> Booking:
            unit = await administering.add_organisation(act, "huachen/net", "华辰互联", Preset.FAST)
            hr = await administering.add_employee(act, "wangfang", "王芳", unit, [Role.HR], [Platform.DINGTALK])
            candidate = await administering.add_candidate(unit, administering.NewCandidate(name, phone, email))
            values = {"position": "Java后端", "starts_at": STARTS, "link": ROOM, "interviewer": hr, **booking}
            new = administering.NewBooking(terms=frozenset({name}), **values)  # type: ignore[arg-type]
            made = await administering.add_booking(act, unit, candidate, new)
            self.tokens[name] = await administering.link_token(made)
            return made

        return await self.app.store.transact(enter)


async def opened(database_url: str, home: Path) -> Door:
    """Start the program as `run` does, with its doors on a free port."""
    settings = Settings(home=home, port=free_port(), database={"url": database_url})  # type: ignore[arg-type]
    keys.create(settings)
    clock = StandingClock(NOW)
    app = build(settings, clock)
    await app.start("gateway")
    return Door(app, clock, aiohttp.ClientSession())


async def closed(door: Door) -> None:
    await door.http.close()
    await door.app.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def everything() -> dict[str, list[dict[str, object]]]:
    """Return every row that a page could have touched."""
    tables = (Booking, EntryLink, InboundMessage, OutboxMessage, AuditRecord)
    return {table.__name__: await table.all().order_by(table._meta.pk_attr).values() for table in tables}


async def count(action: str) -> int:
    """Return how many audit records have this action."""
    return await AuditRecord.filter(action=action).count()


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and given.get("type") == "hidden":
            self.forms[-1][str(given["name"])] = str(given["value"])


def forms_in(html: str) -> dict[str, dict[str, str]]:
    """Return the hidden fields of each form on the page by its action."""
    reader = _Forms()
    reader.feed(html)
    return {form["action"]: form for form in reader.forms}


def text_of(html: str) -> str:
    """Return what a person reads, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<body>")[2]).split())
