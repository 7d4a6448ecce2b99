"""Lines that several cards share."""

from datetime import datetime, timedelta

from cards.card import Line
from models import BookingStatus, RequestStatus, StepStatus
from workflow.card_views import CardView
from workflow.moments import clock, when
from workflow.showing import plain
from workflow.views import BookingView, RequestView, StepView


def booking_lines(booking: BookingView) -> tuple[Line, ...]:
    """Return what, when and with whom."""
    lines = [
        Line("岗位", f"{plain(booking.position)}（{plain(booking.organisation)}）"),
        Line("时间", f"{booking.when}（北京时间）"),
    ]
    if booking.interviewer:
        lines.append(Line("面试官", plain(booking.interviewer)))
    return tuple(lines)


COUNTDOWN = "距面试"
PROGRESS = "进度"
DEADLINE = "时限"
OTHERS = "同岗位"
MANY_DAYS = 5  # from here on, hours no longer tell anybody anything


def distance(starts_at: datetime, now: datetime, late: bool) -> Line:
    """Return how long it is to the start, and whether the notice period still runs."""
    minutes = int((starts_at - now).total_seconds() // 60)
    if minutes <= 0:
        return Line(COUNTDOWN, "已到开始时间")
    text = f"{minutes // 60} 小时 {minutes % 60} 分" if minutes < 48 * 60 else f"{minutes // 60} 小时"
    if minutes >= MANY_DAYS * 24 * 60:
        text = f"{minutes // (24 * 60)} 天"
    return Line(COUNTDOWN, f"{text}（{'已在通知期内，属临时取消' if late else '通知期以前'}）")


def reason_line(request: RequestView) -> Line:
    """Return the reason, with the words that came with it."""
    words = plain(request.reason_text, 60)
    known = words and words not in request.reason
    quoted = f"（候选人原话：{words}）" if request.by_candidate else f"（{words}）"
    return Line("原因", request.reason + (quoted if known else ""))


def evidence_line(request: RequestView) -> Line:
    """Return what is there and what is missing; the line begins with 证明 on every card."""
    names = "、".join(plain(each, 24) for each in request.evidence[:3])
    missing = request.evidence_needed - (len(request.evidence) - request.evidence_aside)
    if not request.evidence:
        return Line("证明", f"待补 {missing} 份" if missing > 0 else "无需证明")
    count = f"{len(request.evidence)} 份 ✓" if missing <= 0 else f"{len(request.evidence)} 份，还差 {missing} 份"
    return Line("证明", f"{names} · {count}")


def twin_lines(view: CardView) -> tuple[Line, ...]:
    """Return where else a file of the evidence is used; it decides nothing, but who decides has to know."""
    return tuple(Line("注意", each) for each in list(dict.fromkeys(view.twins))[:2])


def progress_line(request: RequestView, me: StepView | None = None) -> Line:
    """Return the whole way: who asked, who agreed, whose turn it is."""
    start = "候选人提出" if request.by_candidate else f"HR {plain(request.requester)} 发起"
    at = f" {clock(request.filed_at)}" if request.filed_at else ""
    levels: dict[int, str] = {level: f"{plain(name)} {SKIPPED}" for level, name in request.skipped}
    levels |= {each.level: _level(request, each.level, me) for each in request.steps}
    return Line(PROGRESS, " → ".join([f"{start}{at} ✓", *(levels[level] for level in sorted(levels))]))


def deadline_line(request: RequestView, step: StepView) -> Line:
    """Say until when an answer is asked for, and by which calendar where nobody has published one; else nothing."""
    deadline = step.deadline
    if deadline is None or request.status != RequestStatus.AWAITING_APPROVAL:
        return Line("", "")
    until = f"{when(deadline.until, request.booking.starts_at)} 前答复"
    left = f"（{deadline.hours} 个工作小时）" if not deadline.hurried else "（面试将至，比规范的时限短）"
    years = "、".join(str(each) for each in deadline.unpublished)
    guessed = f"。{years} 年没有放假安排的数据，按周一至周五算" if years else ""
    return Line(DEADLINE, f"{until}{left}{guessed}")


SKIPPED = "无人可审，按规范跳过"


def _level(request: RequestView, level: int, me: StepView | None) -> str:
    """Say who is asked at one level; of several, who of them and how many have to agree."""
    steps = [each for each in request.steps if each.level == level]
    if len(steps) == 1:
        return _step(steps[0], me)
    rule = next((each.rule for each in steps if each.rule), "")
    begun = any(each.status != StepStatus.WAITING for each in steps)
    people = "、".join(_person(each, me, begun) for each in sorted(steps, key=lambda each: not each.comes_before))
    label = next((each.label for each in steps if not each.added), steps[0].label)
    return f"{label}{f'（{rule}）' if rule else ' '}{people}"


def _person(step: StepView, me: StepView | None, begun: bool) -> str:
    """Name one of several, with what was added to the level marked as such, and who waits while others are asked."""
    name = "你" if me is not None and step.is_place(me) and not step.signed_by else plain(step.who)
    at = f" {clock(step.decided_at)}" if step.decided_at else ""
    mark = MARKS[step.status] or ("未轮到" if begun else "")
    return f"{step.added}{' ' if step.added else ''}{name}{at} {mark}".rstrip()


def stands(request: RequestView) -> str:
    """Say what holds for the interview when a request came to nothing."""
    restored = request.status == RequestStatus.WITHDRAWN  # what a candidate filed is taken back only by coming
    gone = (request.by_candidate and not restored) or request.booking.status == BookingStatus.DECLINED
    return "候选人已说不来，不必再等" if gone else "面试照常"


def decisive(request: RequestView) -> StepView | None:
    """Return the step at which a request was rejected or sent back."""
    ends = (StepStatus.REJECTED, StepStatus.SENT_BACK)
    found = [each for each in request.steps if each.status in ends]
    return max(found, key=lambda each: each.decided_at.timestamp() if each.decided_at else 0.0, default=None)


def word_line(view: CardView) -> Line:
    """Return what the candidate said beside the request: nothing while it is the request itself and still holds."""
    request, booking = view.request, view.booking
    if booking.status != BookingStatus.DECLINED or booking.declined_at is None:
        return Line("", "")
    said = f"候选人不来（{clock(booking.declined_at)} 说的），不必再等"
    if view.wish_at is not None:
        return Line("注意", f"候选人改变主意：{clock(view.wish_at)} 又说想参加，等 HR 决定是否恢复")
    return Line("", "") if request is not None and request.by_candidate else Line("注意", said)


MARKS = {
    StepStatus.APPROVED: "✓",
    StepStatus.REJECTED: "驳回",
    StepStatus.SENT_BACK: "退回",
    StepStatus.OPEN: "处理中",
    StepStatus.WAITING: "",
    StepStatus.CLOSED: "不用再审",
    StepStatus.HANDED_ON: "已转交",
    StepStatus.SKIPPED: "前面已同意，按规范跳过",
    StepStatus.VOIDED: "已作废",
}


def _step(step: StepView, me: StepView | None) -> str:
    mine = me is not None and step.is_place(me)
    if mine and step.status == StepStatus.OPEN:
        return f"{step.label} 轮到你"
    name = "你" if mine and not step.signed_by else plain(step.who)
    at = f" {clock(step.decided_at)}" if step.decided_at else ""
    return f"{step.label} {name}{at} {MARKS[step.status]}".rstrip()


def impact_line(view: CardView) -> Line:
    """Return what the cancellation costs, so that it can be decided in five seconds (D8); nothing that nobody knows."""
    booking, cost, request = view.booking, view.cost, view.request
    parts = []
    if booking.interviewer:
        parts.append(f"面试官 {plain(booking.interviewer)} 空出 {booking.duration_min} 分钟")
    if cost is not None and request is not None and request.late and cost.ahead > timedelta(0):
        parts.append(f"开始前 {_length(cost.ahead)}才提出")
    return _told("影响", "；".join(parts))


def history_line(view: CardView) -> Line:
    """Return how often it happened before: to this candidate, for this position, by who filed it."""
    cost, request = view.cost, view.request
    if cost is None or request is None:
        return Line("", "")
    parts = [f"候选人此前取消过 {cost.own} 次" if cost.own else "候选人此前没有取消过"]
    if cost.companys:
        parts.append(f"公司取消过其 {cost.companys} 次")
    if cost.of_position > 1:
        parts.append(f"本岗位 7 天内第 {cost.of_position} 件")
    if cost.of_requester > 1:
        parts.append(f"{plain(request.requester)} 7 天内第 {cost.of_requester} 件")
    return Line("历史", "；".join(parts))


def others_line(view: CardView) -> Line:
    """Return who else is still to be interviewed for the position; it changes by itself and voids nothing."""
    others = view.cost.others if view.cost is not None else 0
    return _told(OTHERS, f"另有 {others} 场面试已约" if others else "")


def _told(label: str, text: str) -> Line:
    return Line(label, text) if text else Line("", "")


def _length(length: timedelta) -> str:
    """Say a length of less than a few days: 5 小时, or 40 分钟; what is left over is not rounded up."""
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60} 小时" if minutes >= 60 else f"{minutes} 分钟"
