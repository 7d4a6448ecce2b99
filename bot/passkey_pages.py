"""The pages where a passkey is made (绑定通行密钥) and where an answer is confirmed with it (G1).

A GET tells nothing of anybody; a POST with the code from the chat shows, and one with what the browser's authenticator
said binds or decides. The script is our own file: the pages' policy lets no other run.
"""

import hashlib
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import addresses
from bot.linked_pages import Drawing, fields_in, is_own_form
from bot.refused import counting
from handlers import confirm_page, passkeys
from workflow import confirm_links
from workflow import passkeys as kept

if TYPE_CHECKING:
    from bot.app import App

GONE_BIND = "这个链接已失效：通行密钥已绑定、超过 15 分钟，或错了 5 次。请在聊天里再发一次「绑定通行密钥」。"
GONE_CONFIRM = "这个链接已失效：已经确认过、超过 15 分钟、换了新的链接，或错了 5 次。请在聊天里再办一次。"
FORGED = "这次提交不是从这个页面发出的。请从聊天里的链接重新打开页面。"
FAILED = "系统出错了，什么都没有办。请在聊天里再发一次；仍不行请联系系统管理员。"
BOUND = "以后要用通行密钥确认的审批，会在聊天里给你链接。手机丢了请发「停用通行密钥」，并联系系统管理员重置。"
log = structlog.get_logger(__name__)


def routes(app: "App") -> list[web.RouteDef]:
    """Return the routes of both pages."""
    binding, confirming = BindPage(app), ConfirmPage(app)
    found = []
    for address, page in ((addresses.PASSKEY_LINK, binding), (addresses.CONFIRM_LINK, confirming)):
        found.append(web.get(address + "{token}", counting(app.refused, "page", page.show)))
        found.append(web.post(address + "{token}", counting(app.refused, "page", page.act)))
    return found


class BindPage:
    """Draws the page and lets a passkey be made on it."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._pages = Drawing(app, "绑定通行密钥", "没有绑定")

    async def show(self, request: web.Request) -> web.Response:
        """Draw the form; nothing is written, whoever opens the link."""
        return await self._form(request.match_info["token"])

    async def act(self, request: web.Request) -> web.Response:
        """Let who knows the code make a passkey, and bind it."""
        if not is_own_form(request):
            return self._pages.refused(403, "forged", FORGED)
        token, body, now = request.match_info["token"], await request.read(), self._app.clock.now()
        source = hashlib.sha256(body).hexdigest()
        try:
            made = await self._app.store.transact(lambda: passkeys.take(token, fields_in(body), source, now))
        except Exception:
            log.exception("binding a passkey failed")
            return self._pages.ended(500, FAILED)
        return await self._answer(token, made)

    async def _answer(self, token: str, made: passkeys.Outcome) -> web.Response:
        if made.ending == passkeys.Ending.DONE:
            bound = {"title": "绑定通行密钥", "head": "通行密钥已绑定", "text": BOUND}
            return self._pages.drawn(200, "ended.html", bound)
        if made.ending == passkeys.Ending.FORGED:
            return self._pages.refused(403, "forged", FORGED)
        if made.ending == passkeys.Ending.UNPROVEN:
            self._app.refused.count("page", "unproven")
            return await self._form(token, 403, made.left)
        if made.passkey is None:
            return self._pages.refused(404, "gone", GONE_BIND)
        values: dict[str, object] = {
            "seal": kept.seal_of(made.passkey),
            "proven": kept.proven_of(made.passkey),
            "options": made.options,
            "left": made.left,
        }
        return self._pages.drawn(422 if made.left else 200, "passkey_make.html", values)

    async def _form(self, token: str, status: int = 200, left: int = 0) -> web.Response:
        passkey = await kept.find(token, self._app.clock.now())
        if passkey is None:
            return self._pages.refused(404, "gone", GONE_BIND)
        values = {"seal": kept.seal_of(passkey), "until": passkey.made_at + kept.LASTS, "left": left}
        return self._pages.drawn(status, "passkey.html", values)


class ConfirmPage:
    """Draws what is about to be answered, and lets it be answered with a passkey."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._pages = Drawing(app, "确认审批", "没有生效")

    async def show(self, request: web.Request) -> web.Response:
        """Draw the form; nothing is written and nobody is named, whoever opens the link."""
        return await self._form(request.match_info["token"])

    async def act(self, request: web.Request) -> web.Response:
        """Show what is to be confirmed, or decide it."""
        if not is_own_form(request):
            return self._pages.refused(403, "forged", FORGED)
        token, body, now = request.match_info["token"], await request.read(), self._app.clock.now()
        source = hashlib.sha256(body).hexdigest()
        try:
            outcome = await self._app.store.transact(lambda: confirm_page.take(token, fields_in(body), source, now))
        except Exception:
            log.exception("confirming failed")
            return self._pages.ended(500, FAILED)
        return await self._answer(token, outcome)

    async def _answer(self, token: str, outcome: confirm_page.Outcome) -> web.Response:
        if outcome.laid is not None:
            return await self._laid(token, outcome.laid, outcome)
        if outcome.ending == confirm_page.Ending.DONE:
            text = f"{outcome.number}：{outcome.said}。聊天里的卡片随后更新，这个页面可以关了。"
            return self._pages.drawn(200, "ended.html", {"title": "确认审批", "head": "已确认", "text": text})
        if outcome.ending == confirm_page.Ending.REFUSED:
            return self._pages.refused(409, "stale", outcome.said)
        if outcome.ending == confirm_page.Ending.FORGED:
            return self._pages.refused(403, "forged", FORGED)
        if outcome.ending == confirm_page.Ending.UNPROVEN:
            self._app.refused.count("page", "unproven")
            return await self._form(token, 403, outcome.left)
        return self._pages.refused(404, "gone", GONE_CONFIRM)

    async def _laid(self, token: str, laid: confirm_page.Laid, outcome: confirm_page.Outcome) -> web.Response:
        link = await confirm_links.find(token, self._app.clock.now())
        if link is None:
            return self._pages.refused(404, "gone", GONE_CONFIRM)
        values = {
            "laid": laid,
            "left": outcome.left,
            "said": outcome.said,
            "seal": confirm_links.seal_of(link),
            "proven": confirm_links.proven_of(link),
            "until": link.expires_at,
        }
        status = 422 if outcome.left else 409 if outcome.said else 200
        return self._pages.drawn(status, "confirm_shown.html", values)

    async def _form(self, token: str, status: int = 200, left: int = 0) -> web.Response:
        link = await confirm_links.find(token, self._app.clock.now())
        if link is None:
            return self._pages.refused(404, "gone", GONE_CONFIRM)
        values = {"link": link, "seal": confirm_links.seal_of(link), "left": left}
        return self._pages.drawn(status, "confirm.html", values)
