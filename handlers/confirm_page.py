"""The page on which an answer is confirmed with a passkey: shows what the card shows, takes the signature, decides.

Twice the answer is given for real and undone: at the press, which finds out that a passkey is wanted, and when the
page is opened, which leaves the statement to sign. With the signature it is given once more, and stays.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tortoise.transactions import in_transaction

from cards.buttons import Press
from handlers import approvals, changed
from handlers.refusals import why
from handlers.routing import Context, Incoming
from models import Card, DownloadLink, Passkey, Step, StillNeeded
from workflow import assertions, audit, confirm_links, handing_on, one_time, passkeys, requests
from workflow.acting import Act
from workflow.assertions import Signed
from workflow.confirm_links import Wish
from workflow.errors import Invalid, NotNow, PasskeyNeeded, Refusal
from workflow.showings import Showing

REFUSED, AGAIN = "passkey-refused", "passkey-again"
ANSWERS = {"approve": "同意", "reject": "驳回", "send_back": "退回补充", "return": "退回到「{level}」"}
NEEDED = {StillNeeded.YES: "仍需招聘", StillNeeded.PAUSED: "暂停招聘", StillNeeded.NO: "不再招聘"}


class Ending(StrEnum):
    """How did sending the form end?"""

    SHOWN = "shown"
    UNPROVEN = "unproven"  # not the code
    FORGED = "forged"  # no form of that page
    GONE = "gone"
    REFUSED = "refused"  # `said` is why; nothing was decided
    DONE = "done"


@dataclass(frozen=True)
class Laid:
    """What the page lays before somebody: the card's own words, what they are about to answer, and what they sign."""

    number: str
    showing: Showing
    answer: tuple[tuple[str, str], ...]
    text: str
    options: str

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Return the lines that are signed: all that do not change by themselves."""
        return [each for each in self.showing.lines if each[0] not in self.showing.moving]


@dataclass(frozen=True)
class Outcome:
    """What came of it; `left` is how many tries are left."""

    ending: Ending
    laid: Laid | None = None
    left: int = 0
    said: str = ""
    number: str = ""


async def take(token: str, fields: Mapping[str, str], source: str, now: datetime) -> Outcome:
    """Show what is to be confirmed to who knows the code, and decide with the signature; in the caller's transaction.

    `source` is the SHA-256 of what was sent.
    """
    link = await confirm_links.find(token, now, lock=True)
    if link is None:
        return Outcome(Ending.GONE)
    if not _same(confirm_links.seal_of(link), fields.get("form", "")):
        return Outcome(Ending.FORGED)
    act = Act(now, "page", "link-and-code", employee=link.employee, source=source)
    if "credential" in fields:
        if not _same(confirm_links.proven_of(link), fields.get("proven", "")):
            return Outcome(Ending.FORGED)
        return await _confirm(replace(act, auth="passkey"), link, fields["credential"])
    if not one_time.is_code(confirm_links.code_of(link), fields.get("code", "")):
        left = await confirm_links.note_failure(act, link, "wrong-code")
        return Outcome(Ending.UNPROVEN if left else Ending.GONE, left=left)
    await confirm_links.note_shown(act, link)
    return await _lay(act, link)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


async def _lay(act: Act, link: DownloadLink, left: int = 0, said: str = "") -> Outcome:
    """Find out what would be signed now, and keep it until the signature comes."""
    card = await confirm_links.card_of(link)
    wish = confirm_links.wish_on(card) if card else None
    if card is None or wish is None:
        return Outcome(Ending.GONE)
    context = _context(act, link, card)
    try:
        step = await Step.get(id=card.step_id)
        seen = await approvals.seen_on(context, card, step)
        async with in_transaction():
            await approvals.give(act, step, seen, wish)
            raise NotNow("grade-missing", number=link.number)  # it wants no passkey any more: undone, and said
    except PasskeyNeeded as needed:
        assert seen.showing is not None
        await confirm_links.keep(card, replace(wish, text=needed.text))
        passkey = await passkeys.require(link.employee)
        return Outcome(Ending.SHOWN, await _laid(link, card, passkey, seen.showing, needed.text), left, said)
    except Refusal as refusal:
        return await _refused(context, link, card, refusal)


async def _laid(link: DownloadLink, card: Card, passkey: Passkey, showing: Showing, text: str) -> Laid:
    wish = confirm_links.wish_on(card)
    assert wish is not None
    said = await _said(card, wish)
    return Laid(link.number, showing, tuple(said), text, assertions.options_for(passkey, text))


async def answer_on(card: Card, wish: Wish) -> str:
    """Return the answer that somebody wants to give on a card, in words; a level by its name."""
    step, request = await Step.get(id=card.step_id), await requests.reload(card.request_id)
    level = dict(handing_on.levels_before(request, step)).get(wish.level)
    return ANSWERS[wish.action].format(level=level.name if level else "")


async def _said(card: Card, wish: Wish) -> list[tuple[str, str]]:
    found = [("你的意见", await answer_on(card, wish))]
    if wish.still_needed:
        found.append(("岗位", NEEDED[StillNeeded(wish.still_needed)]))
    if wish.keep:
        found.append(("候选人资格", "保留" if wish.keep == "true" else "不保留"))
    return [*found, ("附言", wish.comment)] if wish.comment else found


async def _confirm(act: Act, link: DownloadLink, credential: str) -> Outcome:
    """Decide, in one go with the signature; one that does not verify leaves nothing but the record of it."""
    card = await confirm_links.card_of(link)
    wish = confirm_links.wish_on(card) if card else None
    if card is None or wish is None or not wish.text:
        return Outcome(Ending.GONE)
    context = _context(act, link, card)
    try:
        async with in_transaction():
            step = await Step.get(id=card.step_id)
            seen = await approvals.seen_on(context, card, step)
            await approvals.give(act, step, replace(seen, signed=Signed(wish.text, credential)), wish)
            await _over(act, link, card)
    except Invalid as wrong:
        if wrong.code != REFUSED:
            return await _refused(context, link, card, wrong)
        left = await confirm_links.note_failure(act, link, REFUSED)
        return await _lay(act, link, left) if left else Outcome(Ending.GONE)
    except Refusal as refusal:
        if refusal.code == AGAIN:
            return await _lay(act, link, said=why(refusal))
        return await _refused(context, link, card, refusal)
    return Outcome(Ending.DONE, said=(await _said(card, wish))[0][1], number=link.number)


async def _over(act: Act, link: DownloadLink, card: Card) -> None:
    await confirm_links.keep(card, None)
    await confirm_links.end(act, link)


async def _refused(context: Context, link: DownloadLink, card: Card, refusal: Refusal) -> Outcome:
    """End the link, record the attempt, and show the card anew where what was shown has changed."""
    await _over(context.act, link, card)
    request = await requests.reload(card.request_id)
    subject, data = ("attempt", request.number, 1), {"action": "confirm"}
    await audit.record(
        context.act, request.organisation, "attempt.refused", subject, ok=False, why=refusal.code, data=data
    )
    await changed.show_again(context, refusal)
    return Outcome(Ending.REFUSED, said=f"{why(refusal)}。编号 {link.number}", number=link.number)


def _context(act: Act, link: DownloadLink, card: Card) -> Context:
    """Return the context of an answer that comes from a page and is about a card in a chat."""
    incoming = Incoming(card.account.platform, f"page:{link.id.hex}", "press", "", press=Press("confirm", card.handle))
    return Context(act, incoming, card.account, link.number)
