"""The requester's card: where the request stands and what is asked of HR now."""

from cards.card import Button, Card, Line
from cards.lines import booking_lines, evidence_line, progress_line, reason_line
from models import BookingStatus, RequestStatus
from workflow.views import CardView, RequestView, clock, clock_after


def request_card(view: CardView) -> Card:
    """Show a request to the one who filed it, or on whose table it was laid."""
    request = view.request
    assert request is not None
    lines = [*booking_lines(request.booking)[:2], reason_line(request)]
    if request.evidence_needed or request.evidence:
        lines.append(evidence_line(request))
    lines += [_progress(view, request), Line("", _next(request)), Line("编号", request.number)]
    return Card(
        title=f"取消面试：{request.booking.title}",
        status=_status(request),
        lines=tuple(each for each in lines if str(each)),
        handle=view.handle,
        summary="取消申请有进展",
        buttons=_buttons(view, request),
    )


def _progress(view: CardView, request: RequestView) -> Line:
    """Say as of when: this card is not drawn anew at every step, as each drawing is a counted call."""
    line = progress_line(request)
    undecided = request.status == RequestStatus.AWAITING_APPROVAL
    return Line(line.label, f"截至 {clock(view.now)}：{line.value}") if undecided else line


STATUS = {
    RequestStatus.DRAFT: "候选人不来 · 待你提交",
    RequestStatus.AWAITING_EVIDENCE: "待补证明",
    RequestStatus.AWAITING_APPROVAL: "审批中",
    RequestStatus.APPROVED: "已通过",
    RequestStatus.CARRIED_OUT: "已取消",
    RequestStatus.REJECTED: "已驳回",
    RequestStatus.SENT_BACK: "已退回，待你补充",
    RequestStatus.WITHDRAWN: "已撤回",
    RequestStatus.UNDONE: "已撤销，面试照常",
    RequestStatus.EXPIRED: "到点未决，系统代办关闭",
    RequestStatus.REFUSED: "不予受理",
}


def _status(request: RequestView) -> str:
    if request.status == RequestStatus.APPROVED and request.effective_at:
        return f"已通过 · {clock_after(request.effective_at)} 执行"
    return STATUS[request.status]


def _next(request: RequestView) -> str:
    """Say what is true now and what comes, in one sentence."""
    if request.status == RequestStatus.AWAITING_EVIDENCE:
        return "请把证明（短信截图、图片或 PDF）直接发到这里，收到后自动提交审批。"
    if request.status == RequestStatus.AWAITING_APPROVAL:
        return f"逐级审批中，有结果会在这里更新。看最新进度发「时间轴 {request.number}」。"
    if request.status == RequestStatus.DRAFT:
        return "候选人已说明不来，不用再等。点「提交审批」办理正式取消，原话即证明。"
    if request.status == RequestStatus.APPROVED and request.effective_at:
        return f"{clock_after(request.effective_at)} 前可撤销；{_who_hears(request)}。"
    return _ended(request)


def _who_hears(request: RequestView) -> str:
    told = [*(["候选人"] if request.notify else []), *(["面试官"] if request.booking.interviewer else [])]
    return f"到时通知{'和'.join(told)}" if told else "不通知任何人"


def _ended(request: RequestView) -> str:
    at = clock(request.ended_at) if request.ended_at else ""
    comment = next((each.comment for each in request.steps if each.comment), "")
    said = f"意见：{comment}" if comment else ""
    gone = request.by_candidate or request.booking.status == BookingStatus.DECLINED
    stays = "候选人已说不来，不必再等" if gone else "面试照常"
    return {
        RequestStatus.CARRIED_OUT: f"{at} 已取消，正按各人的渠道通知。"
        if request.notify
        else f"{at} 已取消，候选人尚未告知。",
        RequestStatus.REJECTED: f"{at} 已驳回，{stays}。{said}",
        RequestStatus.SENT_BACK: f"请补充后点「重新提交」。{said}",
        RequestStatus.WITHDRAWN: f"{at} 已撤回，{stays}。",
        RequestStatus.UNDONE: f"{at} 已撤销，没有通知任何人，{stays}。",
        RequestStatus.EXPIRED: f"面试开始时仍未决定，系统代办关闭，{stays}。",
    }.get(request.status, "")


def _buttons(view: CardView, request: RequestView) -> tuple[Button, ...]:
    again = request.status == RequestStatus.SENT_BACK
    texts = {"submit": "重新提交" if again else "提交审批", "undo": "撤销"}
    return tuple(Button(action, texts[action]) for action in view.actions)
