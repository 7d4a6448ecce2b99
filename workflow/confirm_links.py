"""确认链接: to the page on which one answer is confirmed with a passkey; one person's, once, for minutes (G1).

What somebody wants to answer is kept with their card until then, sealed for the candidate; it decides nothing.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models import CancellationRequest, Card, DownloadLink
from workflow import access, audit, one_time, requests
from workflow.acting import Act

LASTS = timedelta(minutes=15)
PURPOSE = "confirm"  # by it a link of this page is none of another page's
KEPT = "confirm"  # in the state of an approver's card


@dataclass(frozen=True)
class Wish:
    """What somebody wants to answer: `action` approve, reject, send_back or return (to `level`).

    `keep` is empty where nothing was said of the candidate's eligibility. `text` is the statement that was laid before
    them last, empty before the page was opened.
    """

    action: str
    comment: str = ""
    still_needed: str = ""
    keep: str = ""
    level: int = 0
    text: str = ""


async def offer(act: Act, card: Card, wish: Wish) -> DownloadLink:
    """Make a link to confirm this answer; one that was made before for the same card is void."""
    employee = await access.require_employee(act)
    request = await requests.reload(card.request_id)
    report = f"{PURPOSE}/{card.id.hex}"
    await DownloadLink.filter(employee=employee, report=report, ended_at=None).update(ended_at=act.now)
    link = DownloadLink(employee=employee, number=request.number, report=report, created_at=act.now)
    link.expires_at = act.now + LASTS
    link.token_index = one_time.index_of(PURPOSE, token_of(link.id.hex))
    await link.save()
    await keep(card, wish)
    await _record(act, request, "passkey.asked")
    return link


def token_of(link_id: str) -> str:
    """Return what stands in the address of the link with this id (hex); it is stored nowhere."""
    return one_time.token_of(PURPOSE, link_id)


def code_of(link: DownloadLink) -> str:
    """Return the six digits that go with a link; they are stored nowhere."""
    return one_time.code_of(PURPOSE, link.id)


def seal_of(link: DownloadLink) -> str:
    """Return what only a form of this link's own page carries (CSRF)."""
    return one_time.seal_of(PURPOSE, link.id)


def proven_of(link: DownloadLink) -> str:
    """Return what the page carries that was shown to somebody who knew the code."""
    return one_time.seal_of(f"{PURPOSE}-proven", link.id)


async def find(token: str, now: datetime, *, lock: bool = False) -> DownloadLink | None:
    """Return a link that still works; `lock` holds its row until the transaction ends."""
    return await one_time.find(DownloadLink, PURPOSE, token, now, lock=lock)


async def card_of(link: DownloadLink) -> Card | None:
    """Return the card whose answer a link confirms; None once it was replaced or its case is gone."""
    card_id = UUID(link.report.partition("/")[2])
    return await Card.get_or_none(id=card_id, closed=False).prefetch_related("account", "holder")


def wish_on(card: Card) -> Wish | None:
    """Return what somebody wants to answer on a card and has not confirmed yet."""
    kept = json.loads(card.state).get(KEPT) if card.state else None
    return Wish(**kept) if kept else None


async def keep(card: Card, wish: Wish | None) -> None:
    """Keep a wish with its card, or with None drop it."""
    rest = {name: value for name, value in (json.loads(card.state) if card.state else {}).items() if name != KEPT}
    card.state = json.dumps({**rest, **({KEPT: asdict(wish)} if wish else {})}, ensure_ascii=False)
    await card.save(update_fields=["sealed_state"])


async def end(act: Act, link: DownloadLink) -> None:
    """End a link that was used, or whose answer cannot be given any more."""
    link.ended_at = act.now
    await link.save(update_fields=["ended_at"])


async def note_shown(act: Act, link: DownloadLink) -> None:
    """Record that the page showed its owner what they are about to confirm."""
    await _record(act, await CancellationRequest.get(number=link.number), "passkey.shown")


async def note_failure(act: Act, link: DownloadLink, why: str) -> int:
    """Count and record what does not open or confirm a link; returns how many tries are left, with none it is dead."""
    link.tries += 1
    await link.save(update_fields=["tries"])
    await _record(act, await CancellationRequest.get(number=link.number), "passkey.refused", why)
    return one_time.MOST_TRIES - link.tries


async def _record(act: Act, request: CancellationRequest, action: str, why: str = "") -> None:
    await audit.record(act, await request.organisation, action, ("case", request.number, 1), ok=not why, why=why)
