"""What one viewer may see and press: plain values, drawn by `cards/` and worded by `notifier/` and `handlers/`.

Nothing here is a right: a button that is shown is checked again when it is pressed.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from models import (
    Booking,
    BookingStatus,
    CancellationRequest,
    Card,
    CardPurpose,
    Employee,
    EvidenceKind,
    Origin,
    RequestStatus,
    Role,
    Step,
    StepStatus,
)
from workflow import cancelling, requests
from workflow.acting import Act, local
from workflow.reasons import REASONS, UNSAID
from workflow.showing import LONGEST_COMMENT, LONGEST_NAME, plain
from workflow.states import CANCELLABLE

REASON_OPTIONS = tuple((reason.code, reason.label) for reason in REASONS.values() if reason.code != UNSAID)
WEEKDAYS = "一二三四五六日"
ROLE_LABELS = {
    Role.HR: "HR",
    Role.DEPARTMENT_HEAD: "用人部门",
    Role.LEADER: "分管领导",
    Role.INTERVIEWER: "面试官",
    Role.AUDITOR: "审计",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
}


def when(moment: datetime, since: datetime) -> str:
    """Return a moment as people read it: 11月24日 周二 15:00 (Asia/Shanghai); with its year if `since` had another."""
    here = local(moment)
    year = "" if here.year == local(since).year else f"{here.year}年"
    return f"{year}{here.month}月{here.day}日 周{WEEKDAYS[here.weekday()]} {here:%H:%M}"


def when_of(booking: Booking) -> str:
    """Return when an interview begins, as people read it."""
    return when(booking.starts_at, booking.created_at)


def clock(moment: datetime) -> str:
    """Return the clock time: 10:16."""
    return f"{local(moment):%H:%M}"


def clock_after(moment: datetime) -> str:
    """Return the clock time of a limit: 10:16, or with its seconds when it has any, so that it never lies."""
    here = local(moment)
    whole = here.replace(second=0, microsecond=0)
    return f"{whole:%H:%M}" if whole == here else f"{here:%H:%M:%S}"


def tail(phone: str | None) -> str:
    """Return the last four digits of a phone, or four dots when there is none."""
    return phone[-4:] if phone else "····"


@dataclass(frozen=True)
class BookingView:
    """One booking as its viewer sees it; moments are aware UTC."""

    id: str
    number: str
    name: str
    phone_tail: str
    position: str
    starts_at: datetime
    when: str
    duration_min: int
    status: BookingStatus
    organisation: str
    interviewer: str
    sensitive: bool
    cancellable: bool

    @property
    def title(self) -> str:
        """Name the one booking: 张伟 · 尾号8123 · 11月24日 周二 15:00."""
        return f"{self.name} · 尾号{self.phone_tail} · {self.when}"


def booking_view(booking: Booking) -> BookingView:
    """Return what somebody with a right to the booking sees of it."""
    candidate = booking.candidate
    return BookingView(
        id=str(booking.id),
        number=booking.number,
        name=plain(str(candidate.name), LONGEST_NAME),
        phone_tail=tail(candidate.phone),
        position=booking.position.name,
        starts_at=booking.starts_at,
        when=when_of(booking),
        duration_min=booking.duration_min,
        status=booking.status,
        organisation=booking.organisation.name,
        interviewer=plain(str(booking.interviewer.name), LONGEST_NAME) if booking.interviewer else "",
        sensitive=booking.position.sensitive,
        cancellable=booking.status in CANCELLABLE,
    )


@dataclass(frozen=True)
class StepView:
    """One place in the chain as everybody with a card sees it."""

    level: int
    label: str
    approver: str
    status: StepStatus
    decided_at: datetime | None
    comment: str
    still_needed: str


@dataclass(frozen=True)
class RequestView:
    """One request as its viewer sees it."""

    number: str
    revision: int
    status: RequestStatus
    booking: BookingView
    reason: str
    reason_text: str
    by_candidate: bool
    companys: bool
    notify: bool
    keep: bool
    late: bool
    requester: str
    filed_at: datetime | None
    effective_at: datetime | None
    ended_at: datetime | None
    evidence: tuple[str, ...]
    evidence_needed: int
    steps: tuple[StepView, ...]
    undoable: bool


@dataclass(frozen=True)
class CardView:
    """Everything a card is drawn from: its purpose, its matter and what its holder may press now."""

    purpose: CardPurpose
    handle: str
    now: datetime
    booking: BookingView
    request: RequestView | None = None
    step: StepView | None = None
    closed: bool = False
    needs_approval: bool = False
    chain: tuple[str, ...] = ()
    late: bool = False
    needs_evidence: int = 0
    proposed: dict[str, object] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    earlier: int = 0


def request_view(request: CancellationRequest, act: Act) -> RequestView:
    """Return a request with its chain; it must come from `requests.reload`."""
    reason = REASONS.get(request.reason_code)
    steps = sorted((each for each in request.steps if each.revision == request.revision), key=lambda each: each.level)
    return RequestView(
        number=request.number,
        revision=request.revision,
        status=request.status,
        booking=booking_view(request.booking),
        reason=reason.label if reason else "未填写",
        reason_text=plain(str(request.reason_text or "")),
        by_candidate=requests.is_candidates(request),
        companys=request.origin != Origin.CANDIDATE,
        notify=request.notify,
        keep=request.keep_eligibility,
        late=request.late,
        requester=plain(str(request.requester.name), LONGEST_NAME) if request.requester else "",
        filed_at=request.filed_at,
        effective_at=request.effective_at,
        ended_at=request.ended_at,
        evidence=tuple(_evidence_label(each.kind, each.name) for each in request.evidence),
        evidence_needed=int(str(request.policy.get("evidence", 0))),
        steps=tuple(step_view(each) for each in steps),
        undoable=_undoable(request, act),
    )


def _evidence_label(kind: EvidenceKind, name: object) -> str:
    return "候选人本人回复" if kind == EvidenceKind.REPLY else plain(str(name), LONGEST_NAME)


def _undoable(request: CancellationRequest, act: Act) -> bool:
    if request.status != RequestStatus.APPROVED or request.effective_at is None:
        return False
    return act.now < request.effective_at and not requests.is_candidates(request)


STILL_NEEDED = {"yes": "仍需招聘", "paused": "暂停招聘", "no": "不再招聘"}


def step_view(step: Step) -> StepView:
    """Return one step; its approver must be loaded."""
    return StepView(
        level=step.level,
        label=ROLE_LABELS[step.role],
        approver=plain(str(step.approver.name), LONGEST_NAME),
        status=step.status,
        decided_at=step.decided_at,
        comment=plain(str(step.comment or ""), LONGEST_COMMENT),
        still_needed=STILL_NEEDED.get(str(step.still_needed or ""), ""),
    )


async def card_view(card: Card, act: Act) -> CardView:
    """Return what this card shows now and which of its buttons its holder may press."""
    if card.request_id is not None:
        return await _of_request(card, await requests.reload(card.request_id), act)
    booking = await Booking.get(id=card.booking_id).prefetch_related(
        "organisation", "candidate", "position", "interviewer"
    )
    return await _of_booking(card, booking, act)


async def _of_booking(card: Card, booking: Booking, act: Act) -> CardView:
    view = booking_view(booking)
    proposed = json.loads(card.state) if card.state else {}
    decision = cancelling.preview(booking, _origin(proposed), act)[1]
    running = await cancelling.open_request_of(booking)
    asked_by_hr = card.purpose != CardPurpose.CANDIDATE
    usable = not card.closed and view.cancellable and (running is None or not asked_by_hr)
    return CardView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        booking=view,
        closed=card.closed,
        needs_approval=bool(decision.steps),
        chain=tuple(ROLE_LABELS[role] for role in decision.steps),
        late=decision.late,
        needs_evidence=decision.evidence,
        proposed=proposed,
        actions=_booking_actions(card.purpose, bool(decision.steps or decision.evidence)) if usable else (),
        earlier=await cancelling.earlier_cancellations(booking),
    )


def _origin(proposed: dict[str, object]) -> Origin:
    reason = REASONS.get(str(proposed.get("reason", "")))
    return reason.origin if reason else Origin.COMPANY


def _booking_actions(purpose: CardPurpose, asks: bool) -> tuple[str, ...]:
    if purpose == CardPurpose.CONFIRM:
        return ("submit" if asks else "confirm", "dismiss")
    return ("open",) if purpose == CardPurpose.BOOKING else ("confirm", "open", "dismiss")


async def _of_request(card: Card, request: CancellationRequest, act: Act) -> CardView:
    step = next((each for each in request.steps if each.id == card.step_id), None)
    holder = await Employee.get_or_none(id=card.holder_id)
    return CardView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        booking=booking_view(request.booking),
        request=request_view(request, act),
        step=step_view(step) if step else None,
        closed=card.closed,
        late=request.late,
        needs_evidence=int(str(request.policy.get("evidence", 0))),
        actions=() if card.closed else _request_actions(card, request, step, holder, act),
        earlier=await cancelling.earlier_cancellations(request.booking),
    )


def _request_actions(
    card: Card, request: CancellationRequest, step: Step | None, holder: Employee | None, act: Act
) -> tuple[str, ...]:
    if step is not None:
        return _step_actions(request, step, act)
    if request.status in (RequestStatus.DRAFT, RequestStatus.SENT_BACK):
        return ("submit",)
    if _undoable(request, act) and holder is not None and holder.id == request.requester_id:
        return ("undo",)
    return ()


def _step_actions(request: CancellationRequest, step: Step, act: Act) -> tuple[str, ...]:
    if step.revision != request.revision:
        return ()
    if step.status == StepStatus.OPEN and request.status == RequestStatus.AWAITING_APPROVAL:
        returnable = not requests.is_candidates(request) or request.requester_id is not None
        return ("approve", "send_back", "reject") if returnable else ("approve", "reject")
    later = [each for each in request.steps if each.revision == step.revision and each.level > step.level]
    undecided = all(each.status in (StepStatus.OPEN, StepStatus.WAITING) for each in later)
    if step.status == StepStatus.APPROVED and undecided and _may_take_back(request, act):
        return ("undo",)
    return ()


def _may_take_back(request: CancellationRequest, act: Act) -> bool:
    return request.status == RequestStatus.AWAITING_APPROVAL or _undoable(request, act)
