"""The page behind a link from 看证据: a GET shows nothing of anybody, a POST with the code shows the evidence, once.

A picture is drawn anew and carried in the page, so that what was hidden in it or said where it was taken stays out; a
mail is text. A PDF is handed out as it came, alone and to be saved, as nothing here can draw its pages.
"""

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot import addresses
from bot.linked_pages import SAFE, Drawing, fields_in, is_own_form
from bot.refused import counting
from handlers import evidence_viewing as forms
from handlers import evidence_words
from handlers.evidence_viewing import Ending, Outcome
from models import EvidenceKind
from platforms.files import kinds
from platforms.files.inspecting import Unopenable
from platforms.files.verdict import Shown
from workflow import evidence_viewing
from workflow.errors import Refusal
from workflow.evidence_viewing import Piece, Viewed
from workflow.moments import when
from workflow.showing import plain
from workflow.views import DOORS

if TYPE_CHECKING:
    from bot.app import App

GONE = "这个链接已失效：已经看过、超过 15 分钟，或验证码错了 5 次。需要再看，请在聊天里再发一次「看证据 Q…」。"
FORGED = "这次提交不是从看证明的页面发出的。请从聊天里的链接重新打开页面。"
NOT_ALLOWED = "你现在没有看这份证明的权限。这次尝试已记录。你的权限可在聊天里发「权限 我」查看。"
FAILED = "系统出错了，什么都没有显示。请在聊天里再发一次「看证据 Q…」；仍不行请联系系统管理员。"
CLOSED = Shown(lines=(("状态", "打不开：文件和收到时不一样，或资料已依法删除"),))
EXCERPT = 48  # characters of a mail or a reply that stand where a picture would
log = structlog.get_logger(__name__)


def routes(app: "App") -> list[web.RouteDef]:
    """Return the routes of the page that shows evidence."""
    page, address = EvidencePage(app), addresses.EVIDENCE_LINK + "{token}"
    return [
        web.get(address, counting(app.refused, "page", page.show)),
        web.post(address, counting(app.refused, "page", page.act)),
    ]


class EvidencePage:
    """Draws the page and shows what its link is for."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._pages = Drawing(app, "看证明", "没有显示")

    async def show(self, request: web.Request) -> web.Response:
        """Draw the form; nothing is written and nobody is named, whoever opens the link."""
        return await self._form(request.match_info["token"])

    async def act(self, request: web.Request) -> web.Response:
        """Show the evidence if the code is right and the link's owner may still see it."""
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
            log.exception("showing evidence failed")
            return self._pages.ended(500, FAILED)

    async def _answer(self, token: str, outcome: Outcome) -> web.Response:
        if outcome.viewed:
            return await self._shown(outcome.viewed)
        if outcome.ending == Ending.FORGED:
            return self._pages.refused(403, "forged", FORGED)
        if outcome.ending == Ending.UNPROVEN:
            self._app.refused.count("page", "unproven")
            return await self._form(token, 403, outcome.left)
        return self._pages.refused(404, "gone", GONE)

    async def _form(self, token: str, status: int = 200, left: int = 0) -> web.Response:
        link = await evidence_viewing.find(token, self._app.clock.now())
        if link is None:
            return self._pages.refused(404, "gone", GONE)
        values = {"link": link, "seal": evidence_viewing.seal_of(link), "left": left}
        return self._pages.drawn(status, "evidence.html", values)

    async def _shown(self, viewed: Viewed) -> web.Response:
        first = viewed.pieces[0]
        if viewed.alone and first.piece.media_type == kinds.PDF and first.content:
            return _as_it_came(first, viewed.number)
        drawn = [await self._drawn(each, viewed.number) for each in viewed.pieces]
        values = {"number": viewed.number, "pieces": drawn, "used": viewed.used}
        return self._pages.drawn(200, "evidence_shown.html", values, pictures=True)

    async def _drawn(self, each: Piece, number: str) -> Mapping[str, object]:
        shown = await self._opened(each, number)
        picture = f"data:image/jpeg;base64,{base64.b64encode(shown.picture).decode()}" if shown.picture else ""
        lines, excerpt = (*shown.lines, *_facts(each)), _excerpt(each, shown)
        return {"title": _title(each), "picture": picture, "excerpt": excerpt, "lines": lines, "text": shown.text}

    async def _opened(self, each: Piece, number: str) -> Shown:
        if not each.content:
            return CLOSED
        if each.piece.kind == EvidenceKind.REPLY:
            return Shown(text=each.content.decode(errors="replace"))
        try:
            shown = await self._app.inspection.draw(each.content)
        except Unopenable as stopped:
            return Shown(lines=(("状态", evidence_words.undrawn(stopped.verdict.refused)),))
        if each.piece.media_type != kinds.PDF:
            return shown
        return Shown(lines=(*shown.lines, ("怎么看", f"在聊天里发「看证据 {number} {each.place}」取得原件")))


def _title(each: Piece) -> str:
    if each.piece.kind == EvidenceKind.REPLY:
        return f"{each.place}. 候选人本人回复"
    return f"{each.place}. {plain(str(each.piece.name), 60)}"


def _excerpt(each: Piece, shown: Shown) -> str:
    """Return what stands small in place of a picture: how a text begins, or what kind of file it is."""
    if shown.text.strip():
        return plain(" ".join(shown.text.split()), EXCERPT)
    return "PDF" if each.piece.media_type == kinds.PDF else "打不开"


def _facts(each: Piece) -> tuple[tuple[str, str], ...]:
    """Return where a piece came from and by which digests its original can be told."""
    piece = each.piece
    door = DOORS.get(piece.source.partition(":")[0], "其他")
    found = [
        ("收到", f"{when(piece.created_at, piece.created_at)}（{door}）"),
        ("原件", f"{piece.media_type}，{piece.size} 字节，SHA-256 {piece.digest}"),
        ("消息编号", piece.source),
        ("密文或原始正文的 SHA-256", piece.raw_digest),
    ]
    return tuple((label, value) for label, value in found if value)


def _as_it_came(each: Piece, number: str) -> web.Response:
    """Hand a PDF out as it came, to be saved and never shown by this address."""
    headers = {
        **SAFE,
        "Content-Disposition": f'attachment; filename="{number}-{each.place}.pdf"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return web.Response(body=each.content, content_type="application/octet-stream", headers=headers)
