"""The words: one function per notice, made when it is sent, from the state as it is then.

Candidates read 您, an apology where one is due, a plain reason and the next step, never an internal code (E7).
"""

from models import BookingStatus, RequestStatus, StepStatus
from notifier import reconsidered
from notifier.matter import Matter
from notifier.sms_lengths import fitted
from notifier.words import Words
from workflow.moments import clock
from workflow.reasons import REASONS
from workflow.showing import plain
from workflow.states import LIVE_BOOKINGS
from workflow.views import RequestView, StepView

THANKS = "感谢您的时间。"  # stands where nothing else follows: an SMS gateway refuses an empty value


def cancelled(matter: Matter) -> Words | None:
    """Tell the candidate that the interview is cancelled; nothing to say when it no longer is."""
    booking, request = matter.booking, matter.request
    if booking.status != BookingStatus.CANCELLED or request is None:
        return None
    name, position, time = plain(booking.name, 20), plain(booking.position, 40), booking.when
    next_ = "您的面试资格为您保留，想改约可打开下面的链接。" if request.keep else "如仍想应聘，欢迎与我们联系。"
    if request.by_candidate:
        opening = f"{name}您好，按您的意思，您 {time} 的 {position} 面试已取消，不必再前往。"
        code, reason = "SMS_CANCELLED_OWN", ""
    else:
        reason = REASONS[matter.reason_code].outward
        sorry = "很抱歉，" if request.companys else ""
        opening = f"{name}您好，{sorry}您 {time} 的 {position} 面试已取消，不必再前往。原因：{reason}。"
        code = "SMS_CANCELLED" if request.companys else "SMS_CANCELLED_TOLD"
    return Words(
        text=f"{opening}{next_}{matter.ask('如有疑问，直接回复本消息即可。')}\n详情：{matter.link}",
        unanswered=f"{opening}{next_}{matter.ask('')}\n{_PAGE if not matter.contact else '详情：'}{matter.link}",
        subject=f"面试已取消：{time} {position}",
        sms_code=code,
        sms_params=fitted(code, _sms_params(matter, request, reason)),
        calendar="CANCEL",
    )


_PAGE = "如有疑问，请打开您的面试页面："


def _sms_params(matter: Matter, request: RequestView, reason: str) -> dict[str, str]:
    """Return the values of the SMS template; a gateway refuses an empty one."""
    values = {
        "name": plain(matter.booking.name, 20),
        "time": matter.booking.when,
        "position": plain(matter.booking.position, 40),
        "next": "资格为您保留，可改约。" if request.keep else THANKS,
        "contact": f"联系 {matter.contact}。" if matter.contact else "有疑问请直接回复。",
        "link": matter.link,
    }
    return {**values, "reason": reason} if reason else values


def interviewer_cancelled(matter: Matter) -> Words | None:
    """Tell the interviewer that a time is free again."""
    if matter.booking.status != BookingStatus.CANCELLED or matter.request is None:
        return None
    booking = matter.booking
    who = f"{plain(booking.name, 20)}（{plain(booking.position, 40)}）"
    return Words(f"已取消：{booking.when} 面试 {who}。原因：{matter.request.reason}。这段时间已空出，不必等候。")


def interviewer_declined(matter: Matter) -> Words:
    """Tell the interviewer at once that nobody will come, whatever is decided about it later."""
    booking = matter.booking
    who = f"{plain(booking.name, 20)}（{plain(booking.position, 40)}）"
    closed = "已取消" if booking.status == BookingStatus.CANCELLED else "候选人不来"
    return Words(f"{closed}：{booking.when} 面试 {who}，候选人已说明不来，不必等候。")


def hr_declined(matter: Matter) -> Words:
    """Tell HR that a candidate will not come, and what becomes of a request of their own."""
    booking, request = matter.booking, matter.request
    own = request is not None and not request.by_candidate
    declined = booking.status == BookingStatus.DECLINED
    state = ("候选人不来" if own else "候选人不来，待审批结论") if declined else "已取消"
    at = f"（{clock(booking.declined_at)} 说的）" if declined and booking.declined_at else ""
    said = f"原话：{plain(matter.words, 80)}。" if matter.words else ""
    goes_on = "不用再等；取消申请照常办完手续，不能再撤销或撤回。" if own else ""
    number = f"申请号 {request.number}。" if request else ""
    return Words(f"{state}{at}：{booking.title}（{plain(booking.position, 40)}）。{said}{goes_on}{number}")


def hr_reschedule_asked(matter: Matter) -> Words:
    """Pass on a wish for another time."""
    booking = matter.booking
    live = booking.status in LIVE_BOOKINGS
    opening, stands = ("想改期", "原时间暂时保留，") if live else ("想重新预约", "原来的面试已不进行，")
    return Words(
        f"候选人{opening}：{booking.title}（{plain(booking.position, 40)}）。原话：{plain(matter.words, 120)}。"
        f"{stands}请联系候选人商定新时间。"
    )


def hr_question(matter: Matter) -> Words:
    """Pass on what only a person can answer."""
    booking = matter.booking
    return Words(f"候选人来信：{booking.title}（{plain(booking.position, 40)}）。原话：{plain(matter.words, 160)}")


def hr_untold(matter: Matter) -> Words | None:
    """Remind HR that a candidate was not told."""
    if matter.booking.status != BookingStatus.CANCELLED:
        return None
    done = f"打电话告知后请回复「已电话告知 {matter.request.number}」。" if matter.request else ""
    return Words(f"提醒：{matter.booking.title} 的面试已取消 24 小时，候选人尚未告知。{done}")


def hr_unreachable(matter: Matter) -> Words:
    """Tell HR that no channel reached the candidate: a person has to call."""
    booking = matter.booking
    done = f"打完请回复「已电话告知 {matter.request.number}」。" if matter.request else ""
    return Words(
        f"没有送达：请打电话给候选人（尾号 {booking.phone_tail}）。{booking.title} 的取消通知，各渠道都没有成功。{done}"
    )


def hr_not_archived(matter: Matter) -> Words:
    """Tell who is responsible that a case did not reach the archive, why, and what to do."""
    number = matter.request.number if matter.request else ""
    return Words(
        f"没有归档：{matter.booking.title} 的取消申请 {number}。原因：{plain(matter.words, 120)}。"
        f"经过可发「归档状态 {number}」；处理好以后发「重新归档 {number}」。"
    )


def approver_reminded(matter: Matter) -> Words | None:
    """Remind who has to decide; nothing to say once it is decided."""
    request = matter.request
    if request is None or request.status != RequestStatus.AWAITING_APPROVAL:
        return None
    return Words(
        f"催办：{matter.booking.title} 的取消申请在等你审批，由 {plain(request.requester or '候选人', 20)} 提出。"
        f"请点之前的卡片，或回复「同意 {request.number}」「驳回 {request.number} 原因」。"
    )


def stand_in_reminded(matter: Matter) -> Words | None:
    """Remind who may decide in somebody's place; nothing to say once it is decided."""
    request = matter.request
    if request is None or request.status != RequestStatus.AWAITING_APPROVAL:
        return None
    return Words(
        f"催办：{matter.booking.title} 的取消申请在等审批，由 {plain(request.requester or '候选人', 20)} 提出，"
        f"你可以代审批人答复。请点之前的卡片，或回复「同意 {request.number}」「驳回 {request.number} 原因」。"
    )


def approver_half(matter: Matter) -> Words | None:
    """Remind who has to decide, as the clock does it; nothing to say once it is decided."""
    return _by_the_clock(matter, "时限已过一半，几点到期见卡片")


def approver_overdue(matter: Matter) -> Words | None:
    """Ask who may decide instead; nothing to say once it is decided."""
    return _by_the_clock(matter, "时限已到，审批人没有答复，请你代为审批")


def _by_the_clock(matter: Matter, what: str) -> Words | None:
    request = matter.request
    if request is None or request.status != RequestStatus.AWAITING_APPROVAL:
        return None
    return Words(
        f"系统代办：{matter.booking.title} 的取消申请在等你审批，{what}。时限到了不会自动同意或驳回。"
        f"请点卡片，或回复「同意 {request.number}」「驳回 {request.number} 原因」。"
    )


def step_copied(matter: Matter) -> Words | None:
    """Let somebody know how a request goes on; it asks nothing of them."""
    request = matter.request
    answers = [_answer(each) for each in request.steps if each.status in ANSWERED] if request else []
    if request is None or not answers:
        return None
    what = f"{matter.booking.title} 的取消申请 {request.number}"
    return Words(f"抄送：{what}：{'，'.join(answers)}。只供知悉，不用你办。")


ANSWERED = {StepStatus.APPROVED: "同意", StepStatus.REJECTED: "驳回"}


def _answer(step: StepView) -> str:
    return f"{plain(step.label, 20)} {plain(step.who, 40)} 已{ANSWERED[step.status]}"


def data_erased(matter: Matter) -> Words:
    """Tell a candidate who asked for it, before it is done, that their data go."""
    text = "您好，按您的要求，我们现在删除您的个人信息。删除后我们不再认得这个号码，也不会再联系您。"
    return Words(text, subject="您的个人信息将被删除")


NOTICES = {
    "approver_half": approver_half,
    "approver_overdue": approver_overdue,
    "approver_reminded": approver_reminded,
    "stand_in_reminded": stand_in_reminded,
    "step_copied": step_copied,
    "cancelled": cancelled,
    "data_erased": data_erased,
    "interviewer_cancelled": interviewer_cancelled,
    "interviewer_declined": interviewer_declined,
    "interviewer_restored": reconsidered.interviewer_restored,
    "not_restored": reconsidered.not_restored,
    "restored": reconsidered.restored,
    "hr_declined": hr_declined,
    "hr_reschedule_asked": hr_reschedule_asked,
    "hr_question": hr_question,
    "hr_unconfirmed": reconsidered.hr_unconfirmed,
    "hr_person_wanted": reconsidered.hr_person_wanted,
    "hr_wishes_back": reconsidered.hr_wishes_back,
    "hr_not_archived": hr_not_archived,
    "hr_untold": hr_untold,
    "hr_unreachable": hr_unreachable,
}
