"""The candidate's own page behind the link in each notice."""

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from bot.app import App


def routes(app: "App") -> list[web.RouteDef]:
    """Return the routes of the candidate's page."""
    return []
