"""The page behind a link from 导出: a GET only shows and asks for the code, a POST with it downloads, once (T24)."""

import asyncio
import hashlib
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import addresses, examining, exporting, rules_printout
from bot.downloading import made_for_download
from bot.exporting import Asking
from bot.linked_pages import SAFE, Drawing, fields_in, is_own_form
from bot.refused import counting
from handlers import exporting as forms
from handlers.exporting import Ending, Outcome
from models import DownloadLink
from workflow import downloads
from workflow.acting import Act
from workflow.errors import Refusal
from workflow.export_words import REFUSED
from workflow.exporting import TakenCase, TakenLog, note_written
from workflow.lines import NotWhole

if TYPE_CHECKING:
    from bot.app import App

GONE = "这个链接已失效：已经下载过、超过 15 分钟，或验证码错了 5 次。请在聊天里再发一次「导出 Q…」或「证据包 Q…」。"
FORGED = "这次提交不是从下载页面发出的。请从聊天里的链接重新打开页面。"
NOT_ALLOWED = "你现在没有导出它的权限，或者同意已经用过、过期。这次尝试已记录。你的权限可在聊天里发「权限 我」查看。"
MANY = "export-many"  # other exports were taken since the link was made
TOO_MUCH = f"没有下载：{REFUSED[MANY]}。这次尝试已记录。"
FAILED = "系统出错了，文件没有生成。请在聊天里把那条指令再发一次，例如「导出 Q…」；仍不行请联系系统管理员。"
BROKEN = (
    "没有导出：审计日志不完好，不能出具证明。请先让系统管理员在服务器上运行 python -m bot audit verify，"
    "查明从哪一条起不对，再在聊天里把那条指令发一次。"
)
log = structlog.get_logger(__name__)


def routes(app: "App") -> list[web.RouteDef]:
    """Return the routes of the download page."""
    page, address = DownloadPage(app), addresses.DOWNLOAD_LINK + "{token}"
    return [
        web.get(address, counting(app.refused, "page", page.show)),
        web.post(address, counting(app.refused, "page", page.act)),
    ]


class DownloadPage:
    """Draws the page and hands the file out."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._pages = Drawing(app, "下载", "没有下载")
        self._printing = asyncio.Lock()  # one at a time: drawing and signing take a core for a second

    async def show(self, request: web.Request) -> web.Response:
        """Draw the page; nothing is written, whoever opens the link."""
        return await self._page(request.match_info["token"])

    async def act(self, request: web.Request) -> web.Response:
        """Hand the file out if the code is right and its owner may still have it."""
        token = request.match_info["token"]
        if not is_own_form(request):
            return self._pages.refused(403, "forged", FORGED)
        fields, now = fields_in(await request.read()), self._app.clock.now()
        try:
            outcome = await self._app.store.transact(lambda: forms.take(token, fields, now))
            return await self._answer(token, outcome)
        except Refusal as refusal:
            why = refusal.code
            await self._app.store.transact(lambda: forms.refused(token, why, now))
            return self._pages.refused(403, "foreign", TOO_MUCH.format(**refusal.facts) if why == MANY else NOT_ALLOWED)
        except NotWhole:
            log.exception("a log is not whole")
            return self._pages.ended(500, BROKEN)
        except Exception:
            log.exception("download failed")
            return self._pages.ended(500, FAILED)

    async def _answer(self, token: str, outcome: Outcome) -> web.Response:
        if outcome.act and outcome.taken:
            return await self._file(outcome.act, outcome.taken)
        if outcome.certificate:
            return _pdf(outcome.certificate.content, outcome.certificate.number)
        if outcome.act and outcome.report:
            return await self._report(outcome.act, outcome.report)
        if outcome.act and outcome.rules:
            return await self._rules(outcome.act, outcome.rules)
        if outcome.ending == Ending.FORGED:
            return self._pages.refused(403, "forged", FORGED)
        if outcome.ending == Ending.UNPROVEN:
            self._app.refused.count("page", "unproven")
            return await self._page(token, 403, outcome.left)
        return self._pages.refused(404, "gone", GONE)

    async def _file(self, act: Act, taken: TakenCase | TakenLog) -> web.Response:
        """Print, sign and record the file, then send it: nobody gets one that is not on record."""
        by = Asking(self._app.settings, self._app.store, act, await exporting.roles_of(act), taken.approval)
        async with self._printing:
            made = await made_for_download(by, taken)
        sha256, size = hashlib.sha256(made.content).hexdigest(), len(made.content)
        await by.store.transact(lambda: note_written(act, made.organisation, taken.export, sha256, size))
        return _file_answer(made.content, made.name, made.media_type)

    async def _report(self, act: Act, path: str) -> web.Response:
        """Examine the unit, print, sign and record it, then send it."""
        by = Asking(self._app.settings, self._app.store, act, await exporting.roles_of(act))
        async with self._printing:
            content = await examining.handed_out(by, path)
        return _pdf(content, f"checkup-{path.replace('/', '-')}")

    async def _rules(self, act: Act, path: str) -> web.Response:
        """Record that the rules are taken out, print and sign them, then send them."""
        by = Asking(self._app.settings, self._app.store, act, await exporting.roles_of(act))
        async with self._printing:
            content = await rules_printout.handed_out(by, path)
        return _pdf(content, f"rules-{path.replace('/', '-')}")

    async def _page(self, token: str, status: int = 200, left: int = 0) -> web.Response:
        link: DownloadLink | None = await downloads.find(token, self._app.clock.now())
        if link is None:
            return self._pages.refused(404, "gone", GONE)
        return self._pages.drawn(status, "download.html", {"link": link, "seal": downloads.seal_of(link), "left": left})


def _pdf(content: bytes, name: str) -> web.Response:
    return _file_answer(content, f"{name}.pdf", "application/pdf")


def _file_answer(content: bytes, name: str, media_type: str) -> web.Response:
    headers = {**SAFE, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, content_type=media_type, headers=headers)
