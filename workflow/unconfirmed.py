"""没有确认的话: a candidate said plainly that they will not come, was asked, and has not answered."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models import Account, Booking, Card, CardPurpose, Platform, Role
from workflow import access, audit, outbox, requests
from workflow.acting import Act
from workflow.finding import BOOKING_RELATIONS
from workflow.states import LIVE_BOOKINGS

REMIND_AFTER = timedelta(minutes=10)
TELL_AFTER = timedelta(minutes=30)
TELL_AHEAD = timedelta(minutes=30)  # HR hears of it while there is still time to call
REMIND, TELL = "unconfirmed_remind", "unconfirmed_tell"
WINDOW = timedelta(hours=48)  # WeChat: wecom.md §5.6
UNSEEN = "menu"  # in the state of a card that is only the handle of a menu's items
MOST_BEFORE = 3  # of WeChat's five messages: what has to be said later still has one


@dataclass(frozen=True)
class Statement:
    """What was said, when, and the cards of the bookings it may be about that have had no answer."""

    words: str
    at: datetime
    cards: tuple[Card, ...]


async def watch(act: Act, account: Account, words: str, asked: list[tuple[Booking, Card]]) -> None:
    """Remind the candidate once and tell HR when nobody answers the question that a plain statement was met with."""
    tell_at = max(act.now, min(act.now + TELL_AFTER, min(each.starts_at for each, _ in asked) - TELL_AHEAD))
    payload = {"cards": [card.id.hex for _, card in asked], "words": words, "at": act.now.isoformat()}
    times = {TELL: tell_at}
    if act.now + REMIND_AFTER < tell_at:
        times[REMIND] = act.now + REMIND_AFTER
    for topic, at in times.items():
        await outbox.post(act, "timer", topic, not_before=at, account=account, payload=payload)


async def unanswered(payload: dict[str, Any]) -> Statement | None:
    """Return the statement as far as nothing has become of it; None when it is settled."""
    cards = await Card.filter(id__in=[UUID(each) for each in payload["cards"]], closed=False)
    live = await Booking.filter(id__in=[each.booking_id for each in cards], status__in=LIVE_BOOKINGS)
    ids = {each.id for each in live}
    left = tuple(each for each in cards if each.booking_id in ids)
    return Statement(payload["words"], datetime.fromisoformat(payload["at"]), left) if left else None


async def bookings_of(statement: Statement) -> list[Booking]:
    """Return what the statement may be about, earliest first."""
    mine = Booking.filter(id__in=[each.booking_id for each in statement.cards]).order_by("starts_at")
    return list(await mine.prefetch_related(*BOOKING_RELATIONS))


def may_remind(account: Account, act: Act) -> bool:
    """Tell whether a reminder is allowed on this channel, and leaves a message for what matters more."""
    if account.platform != Platform.KF:
        return True
    open_ = account.heard_at is not None and act.now - account.heard_at < WINDOW
    return open_ and account.sent_since_heard <= MOST_BEFORE


async def tell(act: Act, statement: Statement) -> None:
    """Tell HR of every booking it may be about, in the candidate's words; the booking stands until somebody acts."""
    for booking in await bookings_of(statement):
        subject = requests.booking_subject(booking)
        await audit.record(act, booking.organisation, "booking.unconfirmed", subject)
        payload = {"words": statement.words, "at": statement.at.isoformat()}
        for recruiter in await access.holders(Role.HR, booking.organisation, act.now):
            account = await outbox.account_of(recruiter)
            if account:
                await outbox.post(act, "notice", "hr_unconfirmed", account=account, booking=booking, payload=payload)


async def settle(act: Act, booking: Booking) -> None:
    """Close what was asked about a booking: the candidate has answered, through whatever door."""
    for card in await Card.filter(booking=booking, purpose=CardPurpose.CANDIDATE, closed=False):
        await close(act, card)


async def close(act: Act, card: Card) -> None:
    """Close one question; only a WeCom card is on a screen and is drawn anew."""
    card.closed = True
    await card.save(update_fields=["closed"])
    unseen = json.loads(card.state).get(UNSEEN, False) if card.state else False
    if not unseen and (await card.account).platform == Platform.WECOM:
        await outbox.refresh_card(act, card)
