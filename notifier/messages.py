"""The words: one function per notice, made when it is sent, from the state as it is then.

Candidates read 您, an apology where one is due, a plain reason and the next step, never an internal code (E7).
"""

from dataclasses import dataclass

from models import BookingStatus
from notifier.words import Words
from workflow.reasons import REASONS
from workflow.showing import plain
from workflow.states import LIVE_BOOKINGS
from workflow.views import BookingView, RequestView

THANKS = "感谢您的时间。"  # stands where nothing else follows: an SMS gateway refuses an empty value


@dataclass(frozen=True)
class Matter:
    """What a notice is about; `link` is the candidate's own page, `words` what somebody wrote."""

    booking: BookingView
    request: RequestView | None
    link: str
    reason_code: str = ""
    words: str = ""


def cancelled(matter: Matter) -> Words | None:
    """Tell the candidate that the interview is cancelled; nothing to say when it no longer is."""
    booking, request = matter.booking, matter.request
    if booking.status != BookingStatus.CANCELLED or request is None:
        return None
    name, position, time = plain(booking.name, 20), plain(booking.position, 40), booking.when
    next_ = (
        "您的面试资格为您保留，想改约可打开下面的链接。" if request.keep else "如仍想应聘，请联系招聘负责人。"
    )  # SMS takes no empty value
    if request.by_candidate:
        opening = f"{name}您好，按您的意思，您 {time} 的 {position} 面试已取消，不必再前往。"
        code, reason = "SMS_CANCELLED_OWN", ""
    else:
        reason = REASONS[matter.reason_code].outward
        sorry = "很抱歉，" if request.companys else ""
        opening = f"{name}您好，{sorry}您 {time} 的 {position} 面试已取消，不必再前往。原因：{reason}。"
        code = "SMS_CANCELLED" if request.companys else "SMS_CANCELLED_TOLD"
    params = {"name": name, "time": time, "position": position, "next": next_, "link": matter.link}
    return Words(
        text=f"{opening}{next_}\n详情：{matter.link}",
        subject=f"面试已取消：{time} {position}",
        sms_code=code,
        sms_params={**params, "reason": reason} if reason else params,
        calendar="CANCEL",
    )


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
    """Tell HR that a candidate will not come."""
    booking, request = matter.booking, matter.request
    state = "已取消" if booking.status == BookingStatus.CANCELLED else "候选人不来，待审批结论"
    said = f"原话：{plain(request.reason_text, 80)}。" if request and request.reason_text else ""
    number = f"申请号 {request.number}。" if request else ""
    return Words(f"{state}：{booking.title}（{plain(booking.position, 40)}）。{said}{number}")


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
    return Words(f"提醒：{matter.booking.title} 的面试已取消 24 小时，候选人尚未告知。")


def hr_unreachable(matter: Matter) -> Words:
    """Tell HR that no channel reached the candidate: a person has to call."""
    return Words(f"没有送达：{matter.booking.title} 的取消通知，各渠道都没有成功。请尽快打电话告知候选人。")


NOTICES = {
    "cancelled": cancelled,
    "interviewer_cancelled": interviewer_cancelled,
    "interviewer_declined": interviewer_declined,
    "hr_declined": hr_declined,
    "hr_reschedule_asked": hr_reschedule_asked,
    "hr_question": hr_question,
    "hr_untold": hr_untold,
    "hr_unreachable": hr_unreachable,
}
