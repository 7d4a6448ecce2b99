"""What the pages behind links have in common: safe headers, forms of their own alone, one way to draw and to refuse."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import aiohttp_jinja2
import jinja2
from aiohttp import web
from yarl import URL

from handlers import pages
from workflow.acting import local
from workflow.moments import clock, when
from workflow.rights_words import day

if TYPE_CHECKING:
    from bot.app import App

HANDLERS = Path(pages.__file__).parent
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20
SAFE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def is_own_form(request: web.Request) -> bool:
    """Tell whether a form comes from a page of ours, as far as the browser says."""
    return request.content_type == FORM and request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")


def fields_in(body: bytes) -> dict[str, str]:
    """Return the form's fields; a body that is no form has none."""
    try:
        return dict(parse_qsl(body.decode(errors="replace"), max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}


class Drawing:
    """Draws templates; `title` and `head` stand on the page that says why there is nothing."""

    def __init__(self, app: "App", title: str = "", head: str = "") -> None:
        self._app = app
        self._title = title
        self._head = head
        self._templates = templates()

    def drawn(
        self, status: int, template: str, values: Mapping[str, object], room: str = "", *, pictures: bool = False
    ) -> web.Response:
        """Return a page; its forms may lead to `room`, as a form's redirect is a form action too.

        With `pictures` it may carry pictures in itself: there is no second address from which they could be had.
        """
        text = self._templates.get_template(template).render(values)
        policy = f"{POLICY} {URL(room).origin()}" if room else POLICY
        policy = policy.replace("img-src 'self'", "img-src 'self' data:") if pictures else policy
        headers = {**SAFE, "Content-Security-Policy": policy}
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    def refused(self, status: int, cause: str, text: str) -> web.Response:
        """Count a refusal by its cause and say it."""
        self._app.refused.count("page", cause)
        return self.ended(status, text)

    def ended(self, status: int, text: str) -> web.Response:
        """Say that there is nothing, and why."""
        return self.drawn(status, "ended.html", {"title": self._title, "head": self._head, "text": text})


def _when(moment: datetime) -> str:
    """Return a moment of this booking's life as people read it; the interview's own says its year where it matters."""
    return when(moment, moment)


def templates() -> jinja2.Environment:
    """Return the templates, all escaped; they need nothing of a request, so no application holds them."""
    return aiohttp_jinja2.setup(
        web.Application(),
        loader=jinja2.FileSystemLoader(HANDLERS / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        filters={"when": _when, "day": day, "clock": clock, "iso": lambda moment: local(moment).isoformat()},
    )
