"""The page behind a link from 显示: a GET tells nothing of anybody, a POST with the code shows it, once (S81, T24)."""

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import addresses
from bot.linked_pages import Drawing, fields_in, is_own_form
from bot.refused import counting
from handlers import revealing as forms
from handlers.revealing import Ending, Outcome
from workflow import revealing
from workflow.errors import Refusal

if TYPE_CHECKING:
    from bot.app import App

GONE = "这个链接已失效：已经看过、超过 10 分钟，或验证码错了 5 次。需要再看，请在聊天里再发一次「显示 Y…」并写明原因。"
FORGED = "这次提交不是从查看页面发出的。请从聊天里的链接重新打开页面。"
NOT_ALLOWED = "你现在没有查看这位候选人资料的权限。这次尝试已记录。你的权限可在聊天里发「权限 我」查看。"
FAILED = "系统出错了，什么都没有显示。请在聊天里再发一次「显示 Y…」；仍不行请联系系统管理员。"
log = structlog.get_logger(__name__)


def routes(app: "App") -> list[web.RouteDef]:
    """Return the routes of the page that shows a candidate's data."""
    page, address = RevealPage(app), addresses.REVEAL_LINK + "{token}"
    return [
        web.get(address, counting(app.refused, "page", page.show)),
        web.post(address, counting(app.refused, "page", page.act)),
    ]


class RevealPage:
    """Draws the page and shows what its link is for."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._pages = Drawing(app, "查看候选人资料", "没有显示")

    async def show(self, request: web.Request) -> web.Response:
        """Draw the form; nothing is written and nobody is named, whoever opens the link."""
        return await self._form(request.match_info["token"])

    async def act(self, request: web.Request) -> web.Response:
        """Show the data if the code is right and the link's owner may still see them."""
        token = request.match_info["token"]
        if not is_own_form(request):
            return self._pages.refused(403, "forged", FORGED)
        fields, now = fields_in(await request.read()), self._app.clock.now()
        try:
            return await self._answer(token, await self._app.store.transact(lambda: forms.take(token, fields, now)))
        except Refusal as refusal:
            why = refusal.code
            await self._app.store.transact(lambda: forms.refused(token, why, now))
            return self._pages.refused(403, "foreign", NOT_ALLOWED)
        except Exception:
            log.exception("reveal failed")
            return self._pages.ended(500, FAILED)

    async def _answer(self, token: str, outcome: Outcome) -> web.Response:
        if outcome.ending == Ending.SHOWN:
            return self._pages.drawn(200, "reveal_shown.html", {"number": outcome.number, "values": outcome.values})
        if outcome.ending == Ending.FORGED:
            return self._pages.refused(403, "forged", FORGED)
        if outcome.ending == Ending.UNPROVEN:
            self._app.refused.count("page", "unproven")
            return await self._form(token, 403, outcome.left)
        return self._pages.refused(404, "gone", GONE)

    async def _form(self, token: str, status: int = 200, left: int = 0) -> web.Response:
        link = await revealing.find(token, self._app.clock.now())
        if link is None:
            return self._pages.refused(404, "gone", GONE)
        values = {"link": link, "kinds": forms.said_of(link), "seal": revealing.seal_of(link), "left": left}
        return self._pages.drawn(status, "reveal.html", values)
