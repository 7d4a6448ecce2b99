"""The page behind 绑定动态码: a GET only says what will be shown, a POST shows secret and QR code, once (T8)."""

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from bot import addresses
from bot.linked_pages import Drawing, fields_in, is_own_form
from bot.refused import counting
from platforms.printing.qr import code_of
from workflow import factors
from workflow.acting import Act

if TYPE_CHECKING:
    from bot.app import App

GONE = "这个链接已失效：二维码已经显示过，或超过 15 分钟。请在聊天里再发一次「绑定动态码」。"
FORGED = "这次提交不是从绑定页面发出的。请从聊天里的链接重新打开页面。"
Shown = tuple[str, str]  # what the QR code says, and the secret as people type it


def routes(app: "App") -> list[web.RouteDef]:
    """Return the routes of the page."""
    page, address = FactorPage(app), addresses.FACTOR_LINK + "{token}"
    return [
        web.get(address, counting(app.refused, "page", page.show)),
        web.post(address, counting(app.refused, "page", page.act)),
    ]


class FactorPage:
    """Draws the page; the secret leaves only in the answer to its own form."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._pages = Drawing(app, "绑定动态码", "没有显示")

    async def show(self, request: web.Request) -> web.Response:
        """Draw the page; nothing is written, whoever opens the link."""
        factor = await factors.find(request.match_info["token"], self._app.clock.now())
        if factor is None:
            return self._pages.refused(404, "gone", GONE)
        return self._pages.drawn(
            200, "factor.html", {"seal": factors.seal_of(factor), "until": factor.made_at + factors.LASTS}
        )

    async def act(self, request: web.Request) -> web.Response:
        """Show the secret if the form is that page's own and nobody was shown it before."""
        if not is_own_form(request):
            return self._pages.refused(403, "forged", FORGED)
        token, fields = request.match_info["token"], fields_in(await request.read())
        shown = await self._app.store.transact(lambda: self._secret(token, fields))
        if shown is None:
            return self._pages.refused(404, "gone", GONE)
        return self._pages.drawn(200, "factor_shown.html", {"code": code_of(shown[0]), "secret": shown[1]})

    async def _secret(self, token: str, fields: Mapping[str, str]) -> Shown | None:
        now = self._app.clock.now()
        factor = await factors.find(token, now)
        if factor is None or not hmac.compare_digest(factors.seal_of(factor).encode(), fields.get("form", "").encode()):
            return None
        act = Act(now, "page", "link", employee=factor.employee)
        return await factors.show(act, factor), factors.spelled(factor)
