"""The requester's card: where the request stands and what is asked of HR now."""

from cards.card import Button, Card, Line
from cards.lines import (
    booking_lines,
    decisive,
    evidence_line,
    progress_line,
    reason_line,
    stands,
    twin_lines,
    word_line,
)
from models import BookingStatus, RequestStatus, StepStatus
from workflow.card_views import CardView
from workflow.moments import clock, clock_after
from workflow.views import Delivery, RequestView


def request_card(view: CardView) -> Card:
    """Show a request to the one who filed it, or on whose table it was laid."""
    request = view.request
    assert request is not None
    lines = [*booking_lines(request.booking)[:2], reason_line(request)]
    if request.evidence_needed or request.evidence:
        lines += [evidence_line(request), *twin_lines(view)]
    lines += [_progress(view, request), word_line(view), Line("", _next(view, request)), Line("编号", request.number)]
    return Card(
        title=f"取消面试：{request.booking.title}",
        status=_status(request),
        lines=tuple(each for each in lines if str(each)),
        handle=view.handle,
        code=view.code,
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


def _next(view: CardView, request: RequestView) -> str:
    """Say what is true now and what comes, in one sentence."""
    if request.status == RequestStatus.AWAITING_EVIDENCE:
        return "请把证明（短信截图、图片或 PDF）直接发到这里，收到后自动提交审批。"
    if request.status == RequestStatus.AWAITING_APPROVAL:
        return f"逐级审批中，有结果会在这里更新。看最新进度发「时间轴 {request.number}」。"
    if request.status == RequestStatus.DRAFT:
        if view.wish_at is not None:
            return "先决定是否恢复（见另一张卡片）；不恢复再点「提交审批」办理正式取消。"
        return "候选人已说明不来，不用再等。点「提交审批」办理正式取消，原话即证明。"
    if request.status == RequestStatus.APPROVED and request.effective_at:
        until = "前可撤销" if request.booking.status != BookingStatus.DECLINED else "执行，不能再撤销"
        return f"{clock_after(request.effective_at)} {until}；{_who_hears(request)}。"
    if request.status == RequestStatus.CARRIED_OUT:
        return _carried_out(view, request)
    return _ended(request)


def _who_hears(request: RequestView) -> str:
    told = [*(["候选人"] if request.notify else []), *(["面试官"] if request.booking.interviewer else [])]
    return f"到时通知{'和'.join(told)}" if told else "不通知任何人"


def _carried_out(view: CardView, request: RequestView) -> str:
    """Say how far the candidate was told; where nothing is known yet, only what stays true if nothing more is drawn."""
    at = f"{clock(request.ended_at)} 已取消，" if request.ended_at else "已取消，"
    call = f"请打电话给候选人（尾号 {request.booking.phone_tail}），打完回复「已电话告知 {request.number}」"
    since = clock(view.told.at) if view.told.at else ""
    under_way = "按各人的渠道通知，送不到会再告诉你" if request.notify else "候选人尚未告知"
    return (
        at
        + {
            Delivery.UNDER_WAY: f"{under_way}。",
            Delivery.SENT: f"候选人的通知 {since} 已发出。",
            Delivery.ARRIVED: f"候选人的通知已送达（回执 {since}）。",
            Delivery.OWED: f"候选人的通知没有送达：{call}。",
            Delivery.PHONED: f"{since} 已电话告知候选人。",
        }[view.told.how]
    )


def _ended(request: RequestView) -> str:
    at = clock(request.ended_at) if request.ended_at else ""
    stays = stands(request)
    return {
        RequestStatus.CARRIED_OUT: f"{at} 已取消，正按各人的渠道通知。"
        if request.notify
        else f"{at} 已取消，候选人尚未告知。",
        RequestStatus.REJECTED: f"{at} {_refused(request)}{stays}。{_instead(request)}",
        RequestStatus.SENT_BACK: f"{_refused(request)}请补充后点「重新提交」。",
        RequestStatus.WITHDRAWN: f"{at} {'候选人改变主意，已恢复' if request.by_candidate else '已撤回'}，{stays}。",
        RequestStatus.UNDONE: f"{at} 已撤销，没有通知任何人，{stays}。",
        RequestStatus.EXPIRED: f"面试开始时仍未决定，系统代办关闭，{stays}。",
    }.get(request.status, "")


def _refused(request: RequestView) -> str:
    """Say who sent it away, and the words that came with it."""
    step = decisive(request)
    if step is None:
        return ""
    verb = "驳回" if step.status == StepStatus.REJECTED else "退回"
    why = f"{'原因' if verb == '驳回' else '要补'}：{step.comment}。" if step.comment else ""
    return f"{step.label} {step.approver} {verb}。{why}"


def _instead(request: RequestView) -> str:
    """Say what HR can do after a rejection; nothing, where the candidate does not come anyway."""
    step = decisive(request)
    if step is None or request.by_candidate or request.booking.status == BookingStatus.DECLINED:
        return ""
    return f"仍要取消：先与 {step.approver} 说好，再发「取消 {request.booking.phone_tail} 原因 …」重新申请。"


def _buttons(view: CardView, request: RequestView) -> tuple[Button, ...]:
    again = request.status == RequestStatus.SENT_BACK
    texts = {"submit": "重新提交" if again else "提交审批", "undo": "撤销", "remind": "催办", "withdraw": "撤回"}
    return tuple(Button(action, texts[action], danger=action == "withdraw") for action in view.actions)
