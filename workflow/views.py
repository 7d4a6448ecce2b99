"""What one viewer may see: plain values, drawn by `cards/` and worded by `notifier/` and `handlers/`."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models import (
    Booking,
    BookingStatus,
    CancellationRequest,
    Candidate,
    Evidence,
    EvidenceKind,
    Origin,
    RequestStatus,
    Role,
    Step,
    StepStatus,
)
from workflow import requests
from workflow.acting import Act
from workflow.canonical import canonical
from workflow.masking import tail_of
from workflow.moments import when_of
from workflow.reasons import REASONS, UNSAID
from workflow.showing import LONGEST_COMMENT, LONGEST_NAME, plain
from workflow.sight import MASKED, Sight, sight_of, sights_of
from workflow.states import CANCELLABLE, LIVE_BOOKINGS

REASON_OPTIONS = tuple((reason.code, reason.label) for reason in REASONS.values() if reason.code != UNSAID)
STILL_NEEDED = {"yes": "仍需招聘", "paused": "暂停招聘", "no": "不再招聘"}
ROLE_LABELS = {
    Role.HR: "HR",
    Role.DEPARTMENT_HEAD: "用人部门",
    Role.LEADER: "分管领导",
    Role.INTERVIEWER: "面试官",
    Role.AUDITOR: "审计",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
}


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
    declined_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Tell whether the interview is still to take place."""
        return self.status in LIVE_BOOKINGS

    @property
    def title(self) -> str:
        """Name the one booking: 张伟 · 尾号8123 · 11月24日 周二 15:00."""
        return f"{self.name} · 尾号{self.phone_tail} · {self.when}"


def booking_view(booking: Booking, sight: Sight = MASKED) -> BookingView:
    """Return what somebody with a right to the booking sees of it; of the candidate, as much as `sight` says."""
    candidate = booking.candidate
    return BookingView(
        id=str(booking.id),
        number=booking.number,
        name=sight.name_of(candidate),
        phone_tail=tail_of(candidate),
        position=booking.position.name,
        starts_at=booking.starts_at,
        when=when_of(booking),
        duration_min=booking.duration_min,
        status=booking.status,
        organisation=booking.organisation.name,
        interviewer=plain(str(booking.interviewer.name), LONGEST_NAME) if booking.interviewer else "",
        sensitive=booking.position.sensitive,
        cancellable=booking.status in CANCELLABLE,
        declined_at=booking.declined_at,
    )


async def booking_seen(booking: Booking, act: Act) -> BookingView:
    """Return what the acting employee sees of a booking."""
    return (await bookings_seen([booking], act))[0]


async def bookings_seen(bookings: Sequence[Booking], act: Act) -> list[BookingView]:
    """Return what the acting employee sees of these bookings, in their order."""
    sights = await sights_of(act.employee, bookings, act.now)
    return [booking_view(each, sights[each.id]) for each in bookings]


class Delivery(StrEnum):
    """How far is the notice to the candidate?"""

    UNDER_WAY = "under_way"  # nobody knows yet
    SENT = "sent"  # on a channel that gives no receipts
    ARRIVED = "arrived"  # there is a receipt
    OWED = "owed"  # no channel reached them: a person has to call
    PHONED = "phoned"  # a person has called


@dataclass(frozen=True)
class Told:
    """How far it is, and since when."""

    how: Delivery = Delivery.UNDER_WAY
    at: datetime | None = None


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
    policy_digest: str = ""  # of the rules it was filed under, as in its record
    evidence_digests: tuple[str, ...] = ()  # of each stored ciphertext


async def request_seen(request: CancellationRequest, act: Act) -> RequestView:
    """Return what the acting employee sees of a request; it must come from `requests.reload`."""
    return request_view(request, act, await sight_of(act.employee, request.booking, act.now))


def request_view(request: CancellationRequest, act: Act, sight: Sight = MASKED) -> RequestView:
    """Return a request with its chain; it must come from `requests.reload`."""
    candidate = request.booking.candidate
    reason = REASONS.get(request.reason_code)
    steps = sorted((each for each in request.steps if each.revision == request.revision), key=lambda each: each.level)
    return RequestView(
        number=request.number,
        revision=request.revision,
        status=request.status,
        booking=booking_view(request.booking, sight),
        reason=reason.label if reason else "未填写",
        reason_text=sight.words_about(candidate, request.reason_text),
        by_candidate=requests.is_candidates(request),
        companys=request.origin != Origin.CANDIDATE,
        notify=request.notify,
        keep=request.keep_eligibility,
        late=request.late,
        requester=plain(str(request.requester.name), LONGEST_NAME) if request.requester else "",
        filed_at=request.filed_at,
        effective_at=request.effective_at,
        ended_at=request.ended_at,
        evidence=tuple(_evidence_label(each, candidate, sight) for each in request.evidence),
        evidence_needed=int(str(request.policy.get("evidence", 0))),
        steps=tuple(step_view(each, candidate, sight) for each in steps),
        undoable=undoable(request, act),
        policy_digest=hashlib.sha256(canonical(request.policy).encode()).hexdigest(),
        evidence_digests=tuple(sorted(each.cipher_digest for each in request.evidence)),
    )


def _evidence_label(piece: Evidence, candidate: Candidate, sight: Sight) -> str:
    is_reply = piece.kind == EvidenceKind.REPLY
    return "候选人本人回复" if is_reply else sight.words_about(candidate, piece.name, LONGEST_NAME)


def undoable(request: CancellationRequest, act: Act) -> bool:
    """Return whether a decided cancellation can still be taken back."""
    if request.status != RequestStatus.APPROVED or request.effective_at is None:
        return False
    stands = request.booking.status != BookingStatus.DECLINED  # nobody takes back what the candidate said
    return act.now < request.effective_at and stands and not requests.is_candidates(request)


def step_view(step: Step, candidate: Candidate, sight: Sight = MASKED) -> StepView:
    """Return one step; its approver must be loaded."""
    return StepView(
        level=step.level,
        label=ROLE_LABELS[step.role],
        approver=plain(str(step.approver.name), LONGEST_NAME),
        status=step.status,
        decided_at=step.decided_at,
        comment=sight.words_about(candidate, step.comment, LONGEST_COMMENT),
        still_needed=STILL_NEEDED.get(str(step.still_needed or ""), ""),
    )
