"""One approver's card: what, who, when, why, evidence, how long, what it costs, where in the chain (design.md §5)."""

from cards.card import Button, Card, Input, Line
from cards.lines import (
    booking_lines,
    deadline_line,
    decisive,
    distance,
    evidence_line,
    history_line,
    impact_line,
    others_line,
    progress_line,
    reason_line,
    stands,
    twin_lines,
    word_line,
)
from models import RequestStatus, Role, StepStatus
from workflow.card_views import CardView
from workflow.moments import clock, clock_after
from workflow.views import RequestView, StepView

NEEDED_OPTIONS = (("yes", "仍需招聘"), ("paused", "暂停招聘"), ("no", "不再招聘"))


def approval_card(view: CardView) -> Card:
    """Show one step to its approver; after the decision the same card shows the outcome."""
    request, step = view.request, view.step
    assert request is not None
    assert step is not None
    open_ = "approve" in view.actions
    lines = [
        Line("岗位", str(booking_lines(request.booking)[0].value)),
        reason_line(request),
        evidence_line(request),
        *twin_lines(view),
        distance(request.booking.starts_at, view.now, request.late),
        impact_line(view),
        history_line(view),
        others_line(view),
        _progress(view, request, step),
        deadline_line(request, step),
    ]
    if unusual := _unusual(request):
        lines.append(Line("注意", unusual))
    lines.append(word_line(view))
    if open_ and view.wish_at is None and _only_the_consequence(request, step):
        lines.append(Line("", "候选人不会来。你只决定：正式取消，以及是否保留面试资格。"))
    lines.append(Line("编号", request.number) if open_ else Line("", _outcome(view, request, step)))
    return Card(
        title=f"取消面试：{request.booking.title}",
        status=_status(view, request, step),
        lines=tuple(each for each in lines if str(each)),
        handle=view.handle,
        code=view.code,
        summary="有一条取消面试的申请待你审批" if open_ else "取消申请已有结果",
        inputs=_inputs(request, step) if open_ else (),
        buttons=_buttons(view, step),
    )


def _progress(view: CardView, request: RequestView, step: StepView) -> Line:
    """Say as of when, once this person has decided: their card is not drawn anew at every later step."""
    others = step.decided_at is not None and not view.answered
    line = progress_line(request, None if others else step)
    going_on = step.decided_at is not None and request.status == RequestStatus.AWAITING_APPROVAL
    return Line(line.label, f"截至 {clock(view.now)}：{line.value}") if going_on else line


def _unusual(request: RequestView) -> str:
    """Name the consequences that a director has to know of (E3)."""
    found = [*([] if request.notify else ["不通知候选人"]), *([] if request.keep else ["不保留面试资格"])]
    return "；".join(found)


def _place(request: RequestView, step: StepView) -> str:
    """Count HR's own step, which began the chain, when HR began it: 2/3."""
    before = 0 if request.by_candidate and step.role == Role.HR else 1
    return f"{step.level + before}/{request.levels + before} {step.label}"


def _status(view: CardView, request: RequestView, step: StepView) -> str:
    if step.only_names and step.status == StepStatus.OPEN and not view.closed:
        return f"待你指定审批人 · {_place(request, step)}"
    if "approve" in view.actions:
        place = _place(request, step)
        waits = "待你本人签名" if view.signing else "待你审批"
        return f"{waits} · {place}（代 {view.stands_in}）" if view.stands_in else f"{waits} · {place}"
    if view.handed_on:
        return "已转给别人处理"
    own = OWN[step.status] if view.theirs or step.status != StepStatus.OPEN else "不再由你处理"
    end = ENDS.get(request.status, "")
    if step.status == StepStatus.WAITING and step.waits_for and not end:
        return f"已前加签，先由 {step.waits_for} 审批"
    if step.status == StepStatus.CLOSED and step.instead and not end:
        return "已由他人答复"
    if step.status == StepStatus.APPROVED and end:
        return f"{own} · {end}"
    return end if end and step.status in (StepStatus.OPEN, StepStatus.WAITING, StepStatus.CLOSED) else own


OWN = {
    StepStatus.APPROVED: "已同意",
    StepStatus.REJECTED: "已驳回",
    StepStatus.SENT_BACK: "已退回补充",
    StepStatus.CLOSED: "已结束",
    StepStatus.WAITING: "上一级已收回",
    StepStatus.OPEN: "有更新，请看新卡片",
    StepStatus.HANDED_ON: "已转交",
    StepStatus.SKIPPED: "你在前面已同意，按规范跳过",
    StepStatus.VOIDED: "已退回，不再有效",
}
ENDS = {
    RequestStatus.CARRIED_OUT: "已取消",
    RequestStatus.REJECTED: "申请已驳回",
    RequestStatus.SENT_BACK: "申请已退回补充",
    RequestStatus.WITHDRAWN: "申请已撤回",
    RequestStatus.UNDONE: "已撤销，面试照常",
    RequestStatus.EXPIRED: "到点未决，系统代办关闭",
}
"""How a request ended, as everybody's card says it who was asked."""


def _outcome(view: CardView, request: RequestView, step: StepView) -> str:
    then = _then(request, step)
    if step.only_names and step.status == StepStatus.OPEN and request.status == RequestStatus.AWAITING_APPROVAL:
        return f"这一级没有人可审，请指定一位：发「转交 {request.number} 姓名」。你不能代批。"
    if step.status == StepStatus.CLOSED and step.instead:
        return f"已由 {step.instead} 答复，不再需要你处理。{then}"
    if view.handed_on:
        return f"这一级已由 {step.approver} 接手。{then}"
    if step.decided_at is None:
        return then or "此步已不需要你处理。"
    said = f"{_decider(view, step)}已于 {clock(step.decided_at)} "
    if step.status == StepStatus.HANDED_ON:
        return f"{said}转交 {step.instead}，不再需要你处理。{then}"
    verb = {StepStatus.APPROVED: "同意", StepStatus.REJECTED: "驳回", StepStatus.SENT_BACK: "退回补充"}[step.status]
    needed = f"（岗位{step.still_needed}）" if step.still_needed else ""
    return f"{said}{verb}{needed}。{then}"


def _decider(view: CardView, step: StepView) -> str:
    """Name who answered, as the card's holder is told it: 你, 你代 赵国强, 李娜 代 赵国强, or 赵国强."""
    if not view.answered:
        return f"{step.who} "
    return f"你代 {step.approver} " if step.signed_by else "你"


def _then(request: RequestView, step: StepView) -> str:
    """Say what followed, or what comes."""
    waiting = [each for each in request.steps if each.status == StepStatus.OPEN and not each.is_place(step)]
    if request.status == RequestStatus.AWAITING_APPROVAL and waiting:
        return _goes_on(step, "、".join(each.approver for each in waiting))
    if request.status == RequestStatus.APPROVED and request.effective_at:
        return f"{clock_after(request.effective_at)} 前可撤销，之后通知候选人。"
    return _end(request, step)


def _goes_on(step: StepView, names: str) -> str:
    """Say who is asked now."""
    if step.status == StepStatus.WAITING and step.waits_for:
        return f"先由 {step.waits_for} 审批，再轮到你。"
    if step.status in (StepStatus.HANDED_ON, StepStatus.CLOSED, StepStatus.REJECTED):
        return "" if step.instead else f"现由 {names} 审批。"
    return f"已交{names}。" if step.decided_at else f"现由 {names} 重新审批。"


def _taken_back(request: RequestView) -> str:
    """Say whose word ended it: what a candidate filed ends only when they change their mind and HR agrees."""
    return "候选人改变主意，已恢复" if request.by_candidate else "申请人已撤回"


def _end(request: RequestView, step: StepView) -> str:
    at = f"{clock(request.ended_at)} " if request.ended_at else ""
    by, stays = decisive(request), stands(request)
    other = by if by and not by.is_place(step) else None
    return {
        RequestStatus.CARRIED_OUT: f"{at}已取消，{'保留' if request.keep else '不保留'}面试资格。",
        RequestStatus.REJECTED: f"{f'其后 {other.approver} 驳回，' if other else ''}{stays}。",
        RequestStatus.SENT_BACK: f"其后 {other.approver} 退回补充，重新提交后会再请你审批。" if other else "",
        RequestStatus.WITHDRAWN: f"{at}{_taken_back(request)}，{stays}。",
        RequestStatus.UNDONE: f"{at}申请人已撤销，没有通知任何人，{stays}。",
        RequestStatus.EXPIRED: f"到点未决，系统代办关闭，{stays}。",
    }.get(request.status, "")


def _inputs(request: RequestView, step: StepView) -> tuple[Input, ...]:
    comment = Input("comment", "意见（驳回必填，其余可不填）", "text")
    if step.asks:
        return (Input("still_needed", "岗位是否仍需招聘？", "select", NEEDED_OPTIONS, required=True), comment)
    if _only_the_consequence(request, step):
        return (Input("keep", "保留面试资格", "switch", value="true" if request.keep else "false"), comment)
    return (comment,)


def _only_the_consequence(request: RequestView, step: StepView) -> bool:
    """Tell whether the candidate is not coming in any case, and HR decides what follows for them."""
    return request.by_candidate and step.role == Role.HR


def _buttons(view: CardView, step: StepView) -> tuple[Button, ...]:
    texts = {
        "approve": ("同意取消", False),
        "send_back": ("退回补充", False),
        "reject": ("驳回", True),
        "see": ("看证据", False),
        "hand_over": ("转交", False),
        "add": ("加签", False),
        "undo": ("撤销我的意见", False),
    }
    return tuple(Button(action, *texts[action]) for action in view.actions)
