"""取消 as typed: locate one booking and put its card before HR, or ask which one is meant."""

from dataclasses import replace

from cards.booking import STATUS
from handlers import choosing, confirm_typed, confirming, nobody
from handlers.locating import Asked, asked_for, locate, request_meant, request_named
from handlers.reading.grammar import Command
from handlers.routing import Context
from handlers.spans import between
from models import Booking, BookingStatus, Card, CardPurpose
from workflow import access, cancelling, finding, outbox, requests
from workflow.errors import NotAllowed
from workflow.reasons import REASONS
from workflow.showing import LONGEST_NAME, plain
from workflow.views import booking_seen


async def cancel(context: Context, command: Command) -> None:
    """Answer 取消 …: a card for the one booking, a numbered choice for several, a hint for none."""
    if command.when and command.when.ask:
        await _say(context, command.when.ask)
        return
    if command.who.request:
        await _of_request(context, command.who.request)
        return
    asked = await asked_for(context, command, access.CANCEL)
    found = await locate(context, asked, command.when)
    wish = wish_of(command, asked)
    if not found.bookings:
        await _nobody(context, command, asked)
    elif not found.certain:
        await choosing.ask(context, found.bookings, wish, _head(asked, found.bookings, by_sound=found.by_sound))
    elif command.confirmed and "仅预览" not in command.options:
        await confirm_typed.said(context, found.bookings[0], wish)
    else:
        await confirming.propose(context, found.bookings[0], wish)


def _head(asked: Asked, bookings: list[Booking], *, by_sound: bool) -> str:
    count, name = len(bookings), plain(asked.name, LONGEST_NAME)
    if by_sound:
        return f"没有「{name}」，读音相同的有 {count} 场，请选："
    if name and all(str(each.candidate.name) == name for each in bookings):
        return f"找到 {count} 位「{name}」，请选："
    return f"找到 {count} 场，请选："


async def _of_request(context: Context, number: str) -> None:
    """Tell what can be done with a request that exists already, which is what its number names."""
    request = await request_named(context, number)
    title = (await booking_seen(request.booking, context.act)).title
    await _say(
        context,
        f"{request.number} 是 {title} 的取消申请，已经提出。看到哪一步发「时间轴 {request.number}」，"
        f"收回发「撤回 {request.number}」，刚定下的发「撤销」。",
    )


async def confirm(context: Context, command: Command) -> None:
    """Answer 确认取消: with a name what 取消 does; alone, it presses the one card that is open."""
    if command.count is not None:
        text = "没有等确认的批量取消，什么都没有做。确认一场请点卡片，或发「确认取消」加手机尾号。"
        await outbox.say(context.act, context.account, f"{text}编号 {context.reference}")
    elif command.who.is_said or command.rest:
        await cancel(context, replace(command, confirmed=True))
    else:
        await confirm_typed.open_one(context)


async def submit_typed(context: Context, command: Command) -> None:
    """Answer 提交 Q… or 提交 Y…: what the button does; alone, it presses the one card that is open."""
    if command.who.booking:
        await cancel(context, replace(command, confirmed=True))
        return
    request = await request_meant(context, command)
    if request is None:
        await confirm_typed.open_one(context)
        return
    await cancelling.submit(context.act, request)
    await requests.refresh_requesters_card(context.act, request)
    await Card.filter(request=request, purpose=CardPurpose.REQUEST).update(revision=request.revision)


async def nearest(context: Context, command: Command) -> None:
    """Answer a bare 取消, or one with a time alone: the bookings that may be meant are shown, never assumed."""
    now = context.act.now
    period = between(command.when) or (now, now + choosing.NEAR)
    bookings = await finding.find(context.employee, access.CANCEL, now, between=period, most=finding.MOST_LISTED)
    wish = wish_of(command, Asked(command.who))
    if not bookings:
        await _say(context, command.problems[0] if command.problems else "请带上姓名、手机尾号或预约号。")
    elif command.when and command.when.exact and len(bookings) == 1:
        await confirming.propose(context, bookings[0], wish)
    else:
        await choosing.ask(context, bookings, wish, "要取消哪一场？最近的有：")


def wish_of(command: Command, asked: Asked) -> dict[str, object]:
    """Return what the command already said about why and how, and what of it was not understood."""
    code = str(command.reason or "")
    known = code if code in REASONS else ("other" if code else "")
    said = command.reason_text or command.options.get("附言", "")
    return {
        "reason": known,
        "text": "" if known and said in REASONS[known].label else said,
        "notify": command.notify is not False,
        "keep": command.keep is not False,
        "unread": "、".join(asked.unread),
    }


async def _nobody(context: Context, command: Command, asked: Asked) -> None:
    spoken = plain(asked.spoken, 20)
    others = (await locate(context, asked, None)).bookings if command.when else []
    if others:
        head = f"那个时间没有「{spoken}」的面试，但有："
        await choosing.ask(context, others, wish_of(command, asked), head)
        return
    if not await access.scopes(context.employee, access.CANCEL, context.act.now):
        await _not_theirs(context, command)
        return
    if (await locate(context, asked, command.when, access.READ)).bookings:
        raise NotAllowed(permission=access.CANCEL)
    over = await locate(context, asked, command.when, access.READ, live=False)
    if len(over.bookings) == 1 and not over.by_sound:
        await _ended(context, over.bookings[0])
        return
    why = await nobody.sentence(context, asked, access.CANCEL)
    await _say(context, f"{why}可换姓名、手机尾号或预约号，例如「取消 8123」，或发「列表 本周」查看。")


async def _not_theirs(context: Context, command: Command) -> None:
    """Tell who cancels, to somebody who may not: an interviewer of their own interview, the others in general."""
    asked = await asked_for(context, command, access.READ)
    mine = [each for each in await choosing.own(context, asked.who) if each.starts_at >= context.act.now]
    if mine:
        hr = await choosing.who_cancels(context, mine[0])
        text = f"这是你要面试的场次，取消由 {plain(mine[0].organisation.name)} 的 HR 办理。请联系{hr}。"
        await _say(context, text)
        return
    raise NotAllowed("may-not-cancel")


async def _ended(context: Context, booking: Booking) -> None:
    view = await booking_seen(booking, context.act)
    if booking.status in (BookingStatus.CANCELLED, BookingStatus.RESCHEDULED):
        next_ = f"经过可发「时间轴 {view.number}」。"
    else:
        next_ = f"记录有误请把预约号 {view.number} 告诉系统管理员。"
    text = f"{view.title} 的面试{STATUS[view.status]}，不用再操作。{next_}编号 {context.reference}"
    await outbox.say(context.act, context.account, text)


async def _say(context: Context, why: str) -> None:
    await outbox.say(context.act, context.account, f"没有取消：{why}编号 {context.reference}")
