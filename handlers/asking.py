"""The questions put to candidates, in WeChat, WeCom and by SMS; every answer offered can be tapped or typed."""

from collections.abc import Sequence
from datetime import timedelta

from handlers import picking
from handlers.reading.offers import Offer
from models import Account, Booking, Card, CardPurpose, OutboxMessage, OutboxStatus, Platform
from workflow import outbox, unconfirmed
from workflow.acting import Act
from workflow.moments import clock, when_of
from workflow.showing import plain

KIND = "candidate"
ANSWER_LASTS = timedelta(hours=48)  # a candidate answers an SMS when they see it, not within two minutes
ONE = {"confirm": "确认取消", "open": "想改期", "dismiss": "不取消，按时参加"}
ON_A_CARD = {"confirm": "确认取消", "open": "想改期", "dismiss": "不取消"}
BACK = {"undo": "我要参加", "dismiss": "不参加"}
TAKEN_BACK = "点错了，我要参加"
TAKEN = {"confirm": "确认取消", "undo": TAKEN_BACK}
ALL = "全部取消"
Asked = list[tuple[Booking, Card]]


async def to_cancel(
    act: Act,
    account: Account,
    bookings: Sequence[Booking],
    state: dict[str, object],
    *,
    firm: bool,
    watched: bool = False,
) -> None:
    """Ask which interview is meant and whether it is to be cancelled; a plain statement is watched until answered."""
    asked = [(booking, await _hand(act, account, booking, state)) for booking in bookings]
    if len(asked) > 1:
        await which(act, account, asked, state)
    elif account.platform == Platform.WECOM:
        await _remember(act, account, _keys(ON_A_CARD, asked[0][1]), firm=firm, numbered=False)
    else:
        await one(act, account, *asked[0], firm=firm)
    if watched:
        await unconfirmed.watch(act, account, str(state["words"]), asked)


async def _hand(act: Act, account: Account, booking: Booking, state: dict[str, object]) -> Card:
    """Hand a member of the corp a card; elsewhere only its handle is used, which the items of a menu carry."""
    if account.platform != Platform.WECOM:
        return await _silent(act, account, booking, state)
    return await outbox.hand_card(act, CardPurpose.CANDIDATE, account, booking=booking, state=state)


def _keys(texts: dict[str, str], card: Card) -> list[tuple[str, str]]:
    return [(f"{action}_{card.handle}", text) for action, text in texts.items()]


async def one(
    act: Act, account: Account, booking: Booking, card: Card, *, firm: bool, opening: str = "您好。您有一场面试："
) -> None:
    """Ask about one interview."""
    ask = "确认取消吗？" if firm else "您是想取消面试吗？"
    head = f"{opening}{when_of(booking)}，{plain(booking.position.name, 40)}。{ask}"
    await _put(act, account, head, _keys(ONE, card), firm=firm, page_of=booking)


async def which(act: Act, account: Account, asked: Asked, state: dict[str, object], *, opening: str = "您好。") -> None:
    """Ask which of several interviews is meant; all of them is one of the answers."""
    choices = [
        (f"choose_{card.handle}", f"{when_of(booking)} {plain(booking.position.name, 20)}") for booking, card in asked
    ]
    everything = {**state, "bookings": [str(booking.id) for booking, _ in asked]}
    card = await _silent(act, account, asked[0][0], everything)
    choices.append((f"confirm_{card.handle}", ALL))
    head = f"{opening}您有 {len(asked)} 场面试，请问是哪一场要取消？"
    await _put(act, account, head, choices, firm=True)


async def whether_back(act: Act, account: Account, bookings: Sequence[Booking], words: str) -> None:
    """Ask somebody who has said no whether they want to come after all."""
    state: dict[str, object] = {"words": words, "asks": "return"}
    asked = [(booking, await _silent(act, account, booking, state)) for booking in bookings]
    booking, card = asked[0]
    if len(asked) == 1:
        head = f"您想参加 {when_of(booking)} 的面试？"
        await _put(act, account, head, _keys(BACK, card), firm=True)
        return
    choices = [
        (f"choose_{card.handle}", f"{when_of(booking)} {plain(booking.position.name, 20)}") for booking, card in asked
    ]
    await _put(act, account, "您想参加哪一场面试？", choices, firm=True)


async def after_the_word(act: Act, account: Account, booking: Booking, text: str) -> None:
    """Say that a word was taken without a question, with the way to take it back."""
    card = await _silent(act, account, booking, {"words": TAKEN_BACK, "asks": "return"})
    await _put(act, account, text, _keys(TAKEN, card), firm=True)


async def _silent(act: Act, account: Account, booking: Booking, state: dict[str, object]) -> Card:
    """Make a handle for the items of a menu; there is no card to see."""
    unseen = {**state, unconfirmed.UNSEEN: True}
    card = await outbox.hand_card(act, CardPurpose.CANDIDATE, account, booking=booking, state=unseen)
    await OutboxMessage.filter(card=card).update(status=OutboxStatus.SUPPRESSED, reason="menu")
    return card


async def remind(act: Act, account: Account, statement: unconfirmed.Statement) -> None:
    """Ask once more about a statement that nobody confirmed; the answers are those of the first question."""
    bookings = {str(each.id): each for each in await unconfirmed.bookings_of(statement)}
    asked = [(bookings[str(card.booking_id)], card) for card in statement.cards]
    opening = f"您 {clock(statement.at)} 说「{plain(statement.words, 30)}」，还没有确认，面试安排暂时不变。"
    if len(asked) == 1:
        await one(act, account, *asked[0], firm=True, opening=opening)
    else:
        await which(act, account, asked, {"words": statement.words}, opening=opening)


async def _put(
    act: Act,
    account: Account,
    head: str,
    choices: list[tuple[str, str]],
    *,
    firm: bool,
    page_of: Booking | None = None,
) -> None:
    await _remember(act, account, choices, firm=firm, numbered=True)
    await outbox.say(act, account, head, choices=choices, page_of=page_of)


async def _remember(act: Act, account: Account, choices: list[tuple[str, str]], *, firm: bool, numbered: bool) -> None:
    state: dict[str, object] = {
        "kind": KIND,
        "items": [key for key, _ in choices],
        "texts": [text for _, text in choices],
        "firm": firm,
        "numbered": numbered,
    }
    await picking.ask_account(act, account, state, ANSWER_LASTS)


def offers_of(question: dict[str, object]) -> list[Offer]:
    """Return what an open question offered."""
    items, texts = question.get("items"), question.get("texts")
    if not isinstance(items, list):
        return []
    words = texts if isinstance(texts, list) else [""] * len(items)
    return [Offer(str(key).split("_", 1)[0], str(text)) for key, text in zip(items, words, strict=True)]
