"""The candidate's own page behind the link in each notice: a GET or HEAD only shows, a POST acts (I16, T9)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from tortoise.exceptions import IntegrityError
from yarl import URL

from bot import addresses
from bot.linked_pages import HANDLERS, SAFE, Drawing, fields_in, is_own_form
from bot.refused import counting
from handlers import entry_links, page_forms, pages
from handlers.page_forms import Ending, Outcome, Sent
from workflow import privacy

if TYPE_CHECKING:
    from bot.app import App

STATIC = {
    "candidate.css": "text/css",
    "candidate.js": "text/javascript",
    "candidate.svg": "image/svg+xml",
    "passkey.js": "text/javascript",
}
STATUS = {Ending.INCOMPLETE: 422, Ending.UNPROVEN: 403, Ending.STALE: 409, Ending.REFUSED: 409}
log = structlog.get_logger(__name__)


def routes(app: "App") -> list[web.RouteDef]:
    """Return the routes of the candidate's page."""
    page = CandidatePage(app)
    return [
        web.get(addresses.INTERVIEW_LINK + "{token}", counting(app.refused, "page", page.show)),
        web.post(addresses.INTERVIEW_LINK + "{token}", counting(app.refused, "page", page.act)),
        web.get(addresses.PRIVACY, page.rules),
        *(web.get(f"/static/{name}", _static(name, kind)) for name, kind in STATIC.items()),
    ]


class CandidatePage:
    """Draws the page and takes what it sends."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._pages = Drawing(app)

    async def show(self, request: web.Request) -> web.Response:
        """Draw the page as it is now; nothing is written, whoever opens the link."""
        return await self._page(request.match_info["token"], Outcome(Ending.DONE), {})

    async def act(self, request: web.Request) -> web.Response:
        """Do what a form asks, then lead back to the page; what is still wrong is said on it."""
        token = request.match_info["token"]
        if not is_own_form(request):
            return self._forged(token)
        body = await request.read()
        sent = Sent(fields_in(body), hashlib.sha256(body).hexdigest())
        try:
            outcome = await self._take(token, sent)
        except Exception:
            return await self._failed(token, sent)
        return await self._answer(token, outcome, sent)

    async def _take(self, token: str, sent: Sent) -> Outcome:
        store, now = self._app.store, self._app.clock.now
        try:
            return await store.transact(lambda: page_forms.take(token, sent, now()))
        except IntegrityError:  # another process stored the same key first: now it is a repeat
            return await store.transact(lambda: page_forms.take(token, sent, now()))

    async def _answer(self, token: str, outcome: Outcome, sent: Sent) -> web.Response:
        match outcome.ending:
            case Ending.DONE:
                return web.Response(status=303, headers={**SAFE, "Location": addresses.INTERVIEW_LINK + token})
            case Ending.ENTERED:
                return web.Response(status=303, headers={**SAFE, "Location": str(URL(outcome.room))})
            case Ending.LOCKED:
                self._app.refused.count("page", "unproven")
                return self._plain(403, "locked.html")
            case Ending.FORGED:
                return self._forged(token)
            case Ending.COPIED:
                return self._copied(outcome, sent)
            case _:
                return await self._page(token, outcome, sent.fields)

    async def _page(self, token: str, outcome: Outcome, fields: Mapping[str, str]) -> web.Response:
        now = self._app.clock.now()
        link = await entry_links.find(token, now)
        if link is None or outcome.ending == Ending.GONE:
            self._app.refused.count("page", "gone")
            return self._plain(404, "gone.html")
        if outcome.ending == Ending.UNPROVEN:
            self._app.refused.count("page", "unproven")
        page = await pages.show(link, now)
        values = {"page": page, "outcome": outcome, "fields": fields, "reasons": page_forms.REASONS}
        return self._pages.drawn(STATUS.get(outcome.ending, 200), "booking.html", values, page.room)

    async def _failed(self, token: str, sent: Sent) -> web.Response:
        """Keep what our own fault stopped; the words are not lost and the candidate knows it."""
        now = self._app.clock.now()
        reference = await self._app.store.transact(lambda: page_forms.bury(token, sent, now))
        log.exception("page form failed", reference=reference)
        return self._plain(500, "failed.html", {"reference": reference})

    def _copied(self, outcome: Outcome, sent: Sent) -> web.Response:
        """Show what is kept of somebody, or hand it over in a form that machines read (个人信息保护法 45)."""
        if sent.fields.get("as") != "json":
            return self._plain(200, "own_data.html", {"copies": outcome.copies, "rules": privacy.rules()})
        kept = [asdict(each) for each in outcome.copies]
        text = json.dumps({"rules": privacy.rules().sentences(), "kept": kept}, ensure_ascii=False, default=str)
        headers = {**SAFE, "Content-Disposition": 'attachment; filename="my-data.json"'}
        return web.Response(text=text, content_type="application/json", headers=headers)

    async def rules(self, _: web.Request) -> web.Response:
        """Show the rules by which candidates' data are handled."""
        return self._plain(200, "privacy.html", {"rules": privacy.rules()})

    def _forged(self, token: str) -> web.Response:
        """Answer a form that this page did not show: another site's, a crafted one, or one from before a key change."""
        self._app.refused.count("page", "forged")
        return self._plain(403, "forged.html", {"address": addresses.INTERVIEW_LINK + token})

    def _plain(self, status: int, template: str, values: Mapping[str, object] | None = None) -> web.Response:
        return self._pages.drawn(status, template, values or {})


def _static(name: str, kind: str):  # type: ignore[no-untyped-def]
    body = (HANDLERS / "static" / name).read_bytes()
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=300"}

    async def static(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)

    return static
