"""看证据 Q…, and the page behind the link it answers: what a request rests on, once, for who decides about it."""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cards.showing import showing
from handlers.reading.grammar import Command
from handlers.routing import Answer, Context
from models import CancellationRequest, Card, DownloadLink
from workflow import evidence_viewing, outbox, shown
from workflow.acting import Act
from workflow.evidence_viewing import Viewed

NUMBER = re.compile(r"(Q\d{8}-\d{3,11})(?:\s+第?(\d{1,2}))?(?!\d)", re.IGNORECASE)


async def ask(context: Context, command: Command) -> None:
    """Answer 看证据 Q… or 看证据 Q… 2: a link in this chat and the code for it."""
    named = NUMBER.search(unicodedata.normalize("NFKC", context.incoming.text))
    if named is None:
        text = f"没有打开证明：请写申请号，例如「看证据 Q…」。等你审批的可发「待我审批」查看。编号 {context.reference}"
        await outbox.say(context.act, context.account, text)
        return
    await _give_link(context, named[1], int(named[2] or 0))


async def pressed(context: Context, card: Card) -> Answer:
    """Answer 看证据 on an approver's card as the word does: the card stays as it is, and decides nothing."""
    request = await CancellationRequest.get(id=card.request_id)
    await _give_link(context, request.number)
    return Answer(await shown.shown_view(card, context.act, showing))


async def _give_link(context: Context, number: str, place: int = 0) -> None:
    """Say a link to the pieces of a request (or to one of them, counted from 1), and its code, in this chat."""
    link, count = await evidence_viewing.ask(context.act, number, place)
    minutes = int(evidence_viewing.LASTS.total_seconds() // 60)
    which = f"第 {place} 份证明" if place else f"证明共 {count} 份"
    text = (
        f"{link.number} 的{which}，{minutes} 分钟内可以看一次，会留下记录。"
        f"网页会问验证码：{evidence_viewing.code_of(link)}。链接和验证码请勿转给别人。"
    )
    await outbox.say(context.act, context.account, text, evidence=link)


class Ending(StrEnum):
    """How did sending the form end?"""

    SHOWN = "shown"
    UNPROVEN = "unproven"  # not the code
    FORGED = "forged"  # no form of that page
    GONE = "gone"


@dataclass(frozen=True)
class Outcome:
    """What came of it: what is shown, or how many tries are left."""

    ending: Ending
    viewed: Viewed | None = None
    left: int = 0


async def take(token: str, fields: Mapping[str, str], now: datetime) -> Outcome:
    """Return what a link is for with what was typed on its page; a Refusal when the right to it is gone."""
    link = await evidence_viewing.find(token, now, lock=True)
    if link is None:
        return Outcome(Ending.GONE)
    if not hmac.compare_digest(evidence_viewing.seal_of(link).encode(), fields.get("form", "").encode()):
        return Outcome(Ending.FORGED)
    act = _act(link, now)
    if not evidence_viewing.is_proven(link, fields.get("code", "")):
        left = await evidence_viewing.note_wrong_code(act, link)
        return Outcome(Ending.UNPROVEN if left else Ending.GONE, left=left)
    return Outcome(Ending.SHOWN, await evidence_viewing.view(act, link))


async def refused(token: str, why: str, now: datetime) -> None:
    """End a link whose owner may not see that evidence any more, and record the attempt."""
    link = await evidence_viewing.find(token, now, lock=True)
    if link is not None:
        await evidence_viewing.refuse(_act(link, now), link, why)


def _act(link: DownloadLink, now: datetime) -> Act:
    return Act(now, "page", "link-and-code", employee=link.employee)
