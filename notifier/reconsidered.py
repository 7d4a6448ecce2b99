"""The words about what is not settled: a word nobody confirmed, a changed mind, a wish to speak to a person."""

from notifier.matter import Matter
from notifier.words import Words
from workflow.moments import clock
from workflow.showing import plain
from workflow.states import LIVE_BOOKINGS


def hr_unconfirmed(matter: Matter) -> Words | None:
    """Tell HR of a plain word that the candidate never confirmed; nothing to say once it is settled."""
    booking = matter.booking
    if booking.status not in LIVE_BOOKINGS:
        return None
    at = f"{clock(matter.said_at)} " if matter.said_at else ""
    return Words(
        f"{booking.name}（尾号 {booking.phone_tail}）{at}说：{plain(matter.words, 80)}，还没有确认。"
        f"{booking.when} {plain(booking.position, 40)}的面试目前照常。请打电话问清楚；"
        f"确定不来，发「取消 {booking.number}」办理。"
    )


def hr_person_wanted(matter: Matter) -> Words:
    """Tell HR that a candidate wants to speak to a person."""
    booking = matter.booking
    return Words(
        f"候选人找人工：{booking.title}（{plain(booking.position, 40)}），预约号 {booking.number}。"
        f"原话：{plain(matter.words, 120)}。请尽快联系候选人。"
    )


def hr_wishes_back(matter: Matter) -> Words:
    """Tell HR that a candidate whose interview is over wants to come after all."""
    booking = matter.booking
    return Words(
        f"候选人改变主意，想参加：{booking.title}（{plain(booking.position, 40)}）。原话：{plain(matter.words, 120)}。"
        "这场面试已不能恢复，请联系候选人另约时间，或说明不再安排。"
    )


def restored(matter: Matter) -> Words | None:
    """Tell the candidate that the interview takes place after all; nothing to say when it no longer does."""
    booking = matter.booking
    if booking.status not in LIVE_BOOKINGS:
        return None
    name, position = plain(booking.name, 20), plain(booking.position, 40)
    text = f"{name}您好，您 {booking.when} 的 {position} 面试已恢复，照常进行，期待与您见面。"
    return Words(text, subject=f"面试已恢复：{booking.when} {position}", page=matter.link)


def not_restored(matter: Matter) -> Words | None:
    """Tell the candidate that the interview stays off: nobody travels in vain."""
    booking = matter.booking
    if booking.status in LIVE_BOOKINGS:
        return None
    name, position = plain(booking.name, 20), plain(booking.position, 40)
    text = (
        f"{name}您好，很抱歉，您 {booking.when} 的 {position} 面试没有恢复，请不要前往。"
        f"{matter.ask('如仍想应聘，请联系招聘负责人。')}"
    )
    return Words(text, subject=f"面试没有恢复：{booking.when} {position}", page=matter.link)


def interviewer_restored(matter: Matter) -> Words | None:
    """Tell the interviewer that the candidate comes after all."""
    booking = matter.booking
    if booking.status not in LIVE_BOOKINGS:
        return None
    who = f"{plain(booking.name, 20)}（{plain(booking.position, 40)}）"
    return Words(f"面试恢复：{booking.when} 面试 {who}。候选人改变主意，HR 已同意，请照常准备。")
