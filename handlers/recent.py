"""时间轴, 撤回 and 催办 without a number: the person's recent requests are shown, and one is chosen by its number."""

from collections.abc import Iterable, Sequence

from cards.showing import showing
from handlers import picking
from handlers.locating import fits, request_named
from handlers.reading.grammar import Command
from handlers.reading.names import is_surname
from handlers.reading.people import Who
from handlers.reading.verbs import Verb
from handlers.routing import Answer, Context
from models import BookingStatus, CancellationRequest, Card, Employee, RequestStatus
from workflow import access, outbox, reminding, requests, shown
from workflow.finding import BOOKING_RELATIONS
from workflow.views import BookingView, bookings_seen

KIND = "request"
MOST = 9
UNDECIDED = (
    RequestStatus.DRAFT,
    RequestStatus.AWAITING_EVIDENCE,
    RequestStatus.AWAITING_APPROVAL,
    RequestStatus.SENT_BACK,
)
CHOSEN_FROM: dict[Verb, Sequence[RequestStatus]] = {
    Verb.TIMELINE: tuple(RequestStatus),
    Verb.WITHDRAW: UNDECIDED,
    Verb.REMIND: (RequestStatus.AWAITING_APPROVAL,),
}
NONE = {
    Verb.TIMELINE: "没有最近的申请。看一场面试的经过请写姓名，例如「时间轴 姓名」；有哪些面试可发「列表 本周」。",
    Verb.WITHDRAW: "没有能撤回的申请：你没有还在办理的申请。刚定下的取消可以发「撤销」。",
    Verb.REMIND: "没有能催的申请：你没有正在等审批的申请。",
}
STATUS = {
    RequestStatus.DRAFT: "待提交",
    RequestStatus.AWAITING_EVIDENCE: "等证明",
    RequestStatus.AWAITING_APPROVAL: "审批中",
    RequestStatus.SENT_BACK: "已退回",
    RequestStatus.APPROVED: "已通过",
    RequestStatus.CARRIED_OUT: "已取消",
    RequestStatus.REJECTED: "已驳回",
    RequestStatus.WITHDRAWN: "已撤回",
    RequestStatus.UNDONE: "已撤销",
    RequestStatus.EXPIRED: "已过期",
    RequestStatus.REFUSED: "未受理",
}


def is_bare(command: Command) -> bool:
    """Tell whether a command of these says nothing about which request it means."""
    named = command.who.is_said or bool(command.picks) or (command.verb == Verb.TIMELINE and is_surname(command.rest))
    return command.verb in CHOSEN_FROM and not named


async def ask(context: Context, verb: Verb) -> None:
    """Show the requests that may be meant, newest first; nothing is done until a number comes."""
    found = await _recent(context, verb)
    await _ask(context, verb, found)


async def _ask(context: Context, verb: Verb, found: list[CancellationRequest]) -> None:
    if not found:
        await outbox.say(context.act, context.account, f"{NONE[verb]}编号 {context.reference}")
        return
    views = await bookings_seen([each.booking for each in found], context.act)
    lines = [f"{place}　{_line(*each)}" for place, each in enumerate(zip(found, views, strict=True), start=1)]
    await picking.ask(context, KIND, [each.number for each in found], {"verb": str(verb)})
    tail = f"回复 {picking.up_to(len(found))}，或发「{verb} {found[0].number}」（2 分钟内有效）。发「算了」放下。"
    await outbox.say(context.act, context.account, "\n".join([f"{verb}哪一条？最近的申请：", *lines, tail]))


async def has_some(context: Context, verb: Verb) -> bool:
    """Tell whether there is a request that the verb without a number may mean."""
    return bool(await _recent(context, verb))


async def _recent(context: Context, verb: Verb) -> list[CancellationRequest]:
    mine = CancellationRequest.filter(requester=context.employee)
    if verb == Verb.TIMELINE:
        scopes = await access.scopes(context.employee, access.READ, context.act.now)
        mine = CancellationRequest.filter(access.within(scopes))
    if verb == Verb.WITHDRAW:  # a candidate's own word is taken back by nobody
        mine = mine.filter(candidate_id__isnull=True).exclude(booking__status=BookingStatus.DECLINED)
    wanted = mine.filter(status__in=list(CHOSEN_FROM[verb])).order_by("-created_at").limit(MOST)
    return list(await wanted.prefetch_related(*(f"booking__{each}" for each in BOOKING_RELATIONS)))


def _line(request: CancellationRequest, booking: BookingView) -> str:
    return f"{request.number} {booking.title} · {STATUS[request.status]}"


def chosen(number: str, verb: str) -> Command:
    """Return the command that the chosen number stands for."""
    return Command(Verb(verb), Who(request=number))


async def remind(context: Context, command: Command) -> None:
    """Answer 催办 [Q…]: who is asked hears of it again, and the requester hears who that was.

    Where only one request can be meant its number need not be typed: nothing comes of a reminder too many (E7).
    """
    if command.who.request:
        await _remind(context, await request_named(context, command.who.request))
        return
    found = await _recent(context, Verb.REMIND)
    named = [each for each in found if fits(each.booking, command.who)]
    if len(named) == 1 and not command.picks:
        await _remind(context, await requests.reload(named[0].id))
    else:
        await _ask(context, Verb.REMIND, named or found)


async def remind_pressed(context: Context, card: Card) -> Answer:
    """Answer 催办 on the requester's card: what typing it does, as rarely."""
    await _remind(context, await requests.reload(card.request_id))
    return Answer(await shown.shown_view(card, context.act, showing))


async def _remind(context: Context, request: CancellationRequest) -> None:
    told = await reminding.remind(context.act, request)
    own, in_place = (_names(each) for each in (told.approvers, told.in_place))
    beside = f"可以代为答复的 {in_place}" if in_place else ""
    text = f"已催办 {request.number}：已再提醒 {'和'.join(filter(None, (own, beside)))}。同一申请 4 小时内只提醒一次。"
    await outbox.say(context.act, context.account, text)


def _names(people: Iterable[Employee]) -> str:
    return "、".join(str(each.name) for each in people)
