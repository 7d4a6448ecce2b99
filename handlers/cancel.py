"""取消 and 撤销: locate one booking, put the card before HR, and carry out what HR presses."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from cards.booking import STATUS
from handlers import picking
from handlers.reading.dates import When
from handlers.reading.grammar import Command
from handlers.reading.names import query_terms, rank
from handlers.reading.people import Who
from handlers.routing import Answer, Context
from handlers.spans import between
from models import Booking, CancellationRequest, Card, CardPurpose, RequestStatus, Step
from workflow import access, approving, cancelling, chain, finding, outbox, requests
from workflow.errors import NotAllowed, NotFound, NotNow
from workflow.reasons import REASONS
from workflow.views import booking_view, card_view, clock_after

NEAR = timedelta(days=14)  # how far a bare 取消 looks ahead
HARMLESS = timedelta(hours=24)  # so long before, a complete sentence need not be confirmed again (E3)
CERTAIN = 0  # handlers.reading.names.rank: the very name


@dataclass(frozen=True)
class Found:
    """Bookings that may be meant; `certain` when the only one is named beyond doubt."""

    bookings: list[Booking]
    certain: bool


async def cancel(context: Context, command: Command) -> None:
    """Answer 取消 …: a card for the one booking, a numbered choice for several, a hint for none."""
    if command.when and command.when.ask:
        await outbox.say(context.act, context.account, f"没有取消：{command.when.ask}编号 {context.reference}")
        return
    found = await locate(context, command.who, command.when)
    wish = wish_of(command)
    if not found.bookings:
        await _nobody(context, command)
    elif found.certain and command.confirmed:
        await _said_twice(context, found.bookings[0], wish)
    elif found.certain:
        await _propose(context, found.bookings[0], wish)
    else:
        await _choose(context, found.bookings, wish)


async def nearest(context: Context, command: Command) -> None:
    """Answer a bare 取消, or one with a time alone: the bookings that may be meant are shown, never assumed."""
    now = context.act.now
    period = between(command.when) or (now, now + NEAR)
    bookings = await finding.find(context.employee, access.CANCEL, between=period)
    if not bookings:
        asked = command.problems[0] if command.problems else "请带上姓名、手机尾号或预约号。"
        await outbox.say(context.act, context.account, f"没有取消：{asked}编号 {context.reference}")
    elif command.when and command.when.exact and len(bookings) == 1:
        await _propose(context, bookings[0], wish_of(command))
    else:
        await _choose(context, bookings, wish_of(command), "要取消哪一场？最近的有：")


def wish_of(command: Command) -> dict[str, object]:
    """Return what the command already said about why and how."""
    code = str(command.reason or "")
    known = code if code in REASONS else ("other" if code else "")
    return {
        "reason": known,
        "text": "" if known and command.reason_text in REASONS[known].label else command.reason_text,
        "notify": command.notify is not False,
        "keep": command.keep is not False,
    }


async def locate(
    context: Context, who: Who, when: When | None, permission: str = access.CANCEL, *, live: bool = True
) -> Found:
    """Find the bookings that match everything that was said, among those the person holds this permission for."""
    name = who.name or who.latin or ""
    bookings = await finding.find(
        context.employee,
        permission,
        any_of=query_terms(name or who.tail or ""),
        number=(who.booking or "").upper(),
        between=between(when),
        live=live,
    )
    left = [each for each in bookings if _fits(each, who)]
    ranks = {each.id: rank(name, str(each.candidate.name)) if name else CERTAIN for each in left}
    left = [each for each in left if ranks[each.id] is not None]
    exact = [each for each in left if ranks[each.id] == CERTAIN or who.tail or who.booking]
    return Found(left, certain=len(left) == 1 and len(exact) == 1)


def _fits(booking: Booking, who: Who) -> bool:
    tail_fits = not who.tail or str(booking.candidate.phone or "").endswith(who.tail)
    position_fits = not who.position or who.position.casefold() in booking.position.name.casefold()
    return tail_fits and position_fits


async def _nobody(context: Context, command: Command) -> None:
    spoken = command.who.spoken() or ""
    others = await locate(context, command.who, None) if command.when else Found([], False)
    if others.bookings:
        await _choose(context, others.bookings, wish_of(command), f"那个时间没有「{spoken}」的面试，但有：")
        return
    if (await locate(context, command.who, command.when, access.READ)).bookings:
        raise NotAllowed(permission=access.CANCEL)
    over = await locate(context, command.who, command.when, access.READ, live=False)
    if len(over.bookings) == 1:
        view = booking_view(over.bookings[0])
        ended = f"{view.title} 的面试{STATUS[view.status]}，不用再操作。编号 {context.reference}"
        await outbox.say(context.act, context.account, ended)
        return
    text = f"没有取消：没找到「{spoken}」的面试。可换手机尾号或预约号，或发「列表 本周」查看。编号 {context.reference}"
    await outbox.say(context.act, context.account, text)


async def _choose(context: Context, bookings: list[Booking], wish: dict[str, object], head: str = "") -> None:
    views = [booking_view(each) for each in bookings[:9]]
    name = views[0].name if len({each.name for each in views}) == 1 else ""
    opening = head or f"找到 {len(views)} 位{f'「{name}」' if name else ''}，请选："
    lines = [f"{place}　{each.title} · {each.position}" for place, each in enumerate(views, start=1)]
    tail = f"回复 1–{len(views)}，或发「取消 {views[0].phone_tail}」（2 分钟内有效）。发「算了」放下。"
    await picking.ask(context, "cancel", [each.id for each in views], {"wish": wish})
    await outbox.say(context.act, context.account, "\n".join([opening, *lines, tail]))


async def chosen(context: Context, booking_id: str, wish: dict[str, object]) -> None:
    """Go on with the booking that was chosen by its number."""
    booking = await access.booking_for(context.act, booking_id, access.CANCEL)
    await picking.drop(context)
    await _propose(context, booking, wish)


async def _propose(context: Context, booking: Booking, wish: dict[str, object]) -> None:
    await cancelling.propose(
        context.act,
        booking,
        cancelling.Wish(str(wish["reason"]), str(wish["text"]), bool(wish["notify"]), bool(wish["keep"])),
    )


async def _said_twice(context: Context, booking: Booking, wish: dict[str, object]) -> None:
    """Answer 确认取消 …: a complete and harmless sentence confirms itself, as does the answer to a card in text."""
    mine = Card.filter(holder=context.employee, booking=booking, purpose=CardPurpose.CONFIRM, closed=False)
    card = await mine.order_by("-created_at").first()
    harmless = wish["notify"] and wish["keep"] and booking.starts_at - context.act.now >= HARMLESS
    if card is None and not harmless:
        await _propose(context, booking, wish)
        return
    proposed = _state(card) if card else {}
    reason = str(wish["reason"] or proposed.get("reason", ""))
    text = str(wish["text"] or proposed.get("text", ""))
    notify, keep = (
        bool(wish["notify"] and proposed.get("notify", True)),
        bool(wish["keep"] and proposed.get("keep", True)),
    )
    meant = cancelling.Wish(reason, text, notify, keep)
    if card is not None:
        await chain.close_card(context.act, card)  # what was said is answered where the eyes are: by a new card
    card = await cancelling.propose(context.act, booking, meant)
    request = await cancelling.request_cancellation(context.act, booking, meant, shown=booking.revision)
    await _becomes(card, request)


async def _becomes(card: Card, request: CancellationRequest) -> None:
    """Let a confirm card go on as the card of the request that was filed on it."""
    card.purpose, card.request, card.revision = CardPurpose.REQUEST, request, request.revision
    await card.save()


async def file(context: Context, card: Card) -> Answer:
    """Answer 确认取消 or 提交审批 on a confirm card: the same card then shows the request."""
    booking = await Booking.get(id=card.booking_id)
    request = await cancelling.request_cancellation(
        context.act, booking, _pressed_wish(context, card), shown=card.revision
    )
    await _becomes(card, request)
    return Answer(await card_view(card, context.act))


def _pressed_wish(context: Context, card: Card) -> cancelling.Wish:
    """Read the form; what a platform's form lacks stands on the card."""
    form = {**_state(card), **{key: value for key, value in context.incoming.form.items() if value != ""}}
    return cancelling.Wish(
        reason_code=str(form.get("reason", "")),
        reason_text=str(form.get("note", form.get("text", ""))),
        notify=_is_on(form.get("notify", True)),
        keep=_is_on(form.get("keep", True)),
    )


def _state(card: Card) -> dict[str, object]:
    return dict(json.loads(card.state)) if card.state else {}


def _is_on(value: object) -> bool:
    return value is True or str(value).lower() == "true"


async def submit(context: Context, card: Card) -> Answer:
    """Answer 提交审批 on a draft that a candidate's word made, or 重新提交 after a return."""
    request = await access.request_for(context.act, card.request_id)
    await cancelling.submit(context.act, request)
    card.revision = request.revision
    await card.save(update_fields=["revision"])
    return Answer(await card_view(card, context.act))


async def submit_typed(context: Context, command: Command) -> None:
    """Answer 提交 Q…: what the button does, for where there is no button."""
    if command.who.booking:
        await cancel(context, replace(command, confirmed=True))
        return
    request = await _named(context, command)
    if request is None:
        raise NotFound(what="request")
    await cancelling.submit(context.act, request)
    await requests.refresh_requesters_card(context.act, request)
    await Card.filter(request=request, purpose=CardPurpose.REQUEST).update(revision=request.revision)


async def dismiss(context: Context, card: Card) -> Answer:
    """Answer 算了: the card is put down, nothing has happened."""
    card.closed = True
    await card.save(update_fields=["closed"])
    return Answer(await card_view(card, context.act))


async def open_confirm(context: Context, card: Card) -> Answer:
    """Answer 取消预约 on a booking card: hand the confirm card."""
    booking = await access.booking_for(context.act, card.booking_id, access.CANCEL)
    await _propose(context, booking, {"reason": "", "text": "", "notify": True, "keep": True})
    return Answer(await card_view(card, context.act))


async def undo_pressed(context: Context, card: Card) -> Answer:
    """Answer 撤销 on a card: one's own request inside the grace, or one's own opinion while nothing followed."""
    if card.step_id is not None:
        await approving.take_back(context.act, await Step.get(id=card.step_id))
    else:
        await cancelling.undo(context.act, await access.request_for(context.act, card.request_id))
    return Answer(await card_view(await Card.get(id=card.id), context.act))


async def undo(context: Context, command: Command) -> None:
    """Answer 撤销 [Q…]: take back the newest cancellation whose grace still runs."""
    request = await _named(context, command) or await cancelling.last_undoable(context.act)
    if request is None:
        raise NotNow(state="nothing-to-undo")
    await cancelling.undo(context.act, request)
    title = booking_view(request.booking).title
    await outbox.say(context.act, context.account, f"已撤销，没有通知任何人：{title} 的面试照常。")


async def withdraw(context: Context, command: Command) -> None:
    """Answer 撤回 [Q…]: take back one's own undecided request."""
    request = await _named(context, command) or await _my_open(context)
    if request is None:
        raise NotFound(what="request")
    await cancelling.withdraw(context.act, request)
    title = booking_view(request.booking).title
    await outbox.say(context.act, context.account, f"已撤回申请 {request.number}：{title} 的面试照常。")


async def _named(context: Context, command: Command) -> CancellationRequest | None:
    if not command.who.request:
        return None
    return await request_named(context, command.who.request)


async def request_named(context: Context, number: str) -> CancellationRequest:
    """Fetch a request by the number that was typed; a foreign one is as absent as none."""
    found = await CancellationRequest.get_or_none(number=number.upper())
    if found is None:
        raise NotFound(what="request")
    return await access.request_for(context.act, found.id)


async def _my_open(context: Context) -> CancellationRequest | None:
    undecided = (RequestStatus.AWAITING_EVIDENCE, RequestStatus.AWAITING_APPROVAL, RequestStatus.SENT_BACK)
    mine = CancellationRequest.filter(requester=context.employee, status__in=undecided)
    found = await mine.order_by("-created_at").first()
    return await requests.reload(found.id) if found else None


async def put_down(context: Context) -> None:
    """Answer 算了: drop the open question and the open confirm cards of this person."""
    dropped = await picking.drop(context)
    cards = await Card.filter(holder=context.employee, purpose=CardPurpose.CONFIRM, closed=False)
    for card in cards:
        await chain.close_card(context.act, card)
    done = "好，放下了，这一步没有取消任何面试。" if dropped or cards else "现在没有等你回答的操作。"
    running = await cancelling.last_undoable(context.act)
    if running is not None and running.effective_at is not None:
        title, at = booking_view(running.booking).title, clock_after(running.effective_at)
        done += f"另有一场已定：{title} 的面试将在 {at} 取消，要收回请发「撤销」。"
    await outbox.say(context.act, context.account, done)
