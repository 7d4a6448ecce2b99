"""What one viewer may see: plain values, drawn by `cards/` and worded by `notifier/` and `handlers/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models import (
    Added,
    Booking,
    BookingStatus,
    CancellationRequest,
    Candidate,
    Employee,
    Evidence,
    EvidenceKind,
    Origin,
    RequestStatus,
    Role,
    Step,
    StepStatus,
)
from workflow import places, requests
from workflow.acting import Act
from workflow.deadlines import Deadline, deadline_of
from workflow.evidence_rules import rules_of
from workflow.masking import tail_of
from workflow.moments import clock, when_of
from workflow.plans import Otherwise, Signing, StepPlan, plans_of
from workflow.reasons import REASONS, UNSAID
from workflow.showing import LONGEST_COMMENT, LONGEST_NAME, plain
from workflow.sight import MASKED, Sight, sight_of, sights_of
from workflow.states import CANCELLABLE, LIVE_BOOKINGS

REASON_OPTIONS = tuple((reason.code, reason.label) for reason in REASONS.values() if reason.code != UNSAID)
STILL_NEEDED = {"yes": "仍需招聘", "paused": "暂停招聘", "no": "不再招聘"}
DOORS = {"kf": "微信", "wecom": "企业微信", "dingtalk": "钉钉", "sms": "短信", "page": "网页"}
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
    """One person's place in the chain as everybody with a card sees it.

    `rule` says how many of a level have to agree, where several are asked; `instead` names who answered for somebody
    who is no longer needed, or who took the place over; `signed_by` who answered, where it was not the approver.
    """

    level: int
    label: str
    approver: str
    status: StepStatus
    decided_at: datetime | None
    comment: str
    still_needed: str
    slot: int = 1
    role: Role | None = None
    rule: str = ""
    asks: bool = False
    only_names: bool = False
    instead: str = ""
    signed_by: str = ""
    added: str = ""  # 前加签, 后加签 or 并加签, which its label ends with
    waits_for: str = ""  # who was added before it and is asked first
    beside_from: int = 0  # the first of the levels that are asked together with its own
    deadline: Deadline | None = None  # until when it should be answered, while it is asked

    @property
    def who(self) -> str:
        """Name who answers or answered: 李娜 代 赵国强 where it was not the approver."""
        return f"{self.signed_by} 代 {self.approver}" if self.signed_by else self.approver

    @property
    def comes_before(self) -> bool:
        """Tell whether it was added to be asked before somebody else of its level."""
        return self.added == places.ADDED_LABELS[Added.BEFORE]

    def is_place(self, other: "StepView") -> bool:
        """Tell whether two views show the same place."""
        return (self.level, self.slot) == (other.level, other.slot)


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
    evidence_aside: int = 0  # pieces of a kind that the rules do not count
    skipped: tuple[tuple[int, str], ...] = ()  # level and name of what the rules pass over, as nobody can be asked
    evidence_digests: tuple[str, ...] = ()  # of each stored ciphertext

    @property
    def levels(self) -> int:
        """Count the levels of the chain."""
        return len({*(each.level for each in self.steps), *(level for level, _ in self.skipped)})


async def request_seen(request: CancellationRequest, act: Act) -> RequestView:
    """Return what the acting employee sees of a request; it must come from `requests.reload`."""
    return request_view(request, act, await sight_of(act.employee, request.booking, act.now))


def request_view(request: CancellationRequest, act: Act, sight: Sight = MASKED) -> RequestView:
    """Return a request with its chain; it must come from `requests.reload`."""
    candidate = request.booking.candidate
    reason = REASONS.get(request.reason_code)
    steps = places.live(request.steps, request.revision)
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
        evidence_needed=rules_of(request.policy).least,
        evidence_aside=len([each for each in request.evidence if each.kind not in rules_of(request.policy).counts]),
        steps=tuple(step_view(request, each, candidate, sight) for each in steps),
        undoable=undoable(request, act),
        skipped=_skipped(request, steps),
        evidence_digests=tuple(sorted(each.cipher_digest for each in request.evidence)),
    )


def _skipped(request: CancellationRequest, steps: Sequence[Step]) -> tuple[tuple[int, str], ...]:
    asked = {each.level for each in steps}
    if not asked and request.status in (RequestStatus.DRAFT, RequestStatus.AWAITING_EVIDENCE, RequestStatus.SENT_BACK):
        return ()  # nothing is laid out yet
    plans = enumerate(plans_of(request.policy), start=1)
    return tuple((level, plan.name) for level, plan in plans if level not in asked and plan.otherwise == Otherwise.SKIP)


def _evidence_label(piece: Evidence, candidate: Candidate, sight: Sight) -> str:
    if piece.kind != EvidenceKind.REPLY:
        return sight.words_about(candidate, piece.name, LONGEST_NAME)
    door = DOORS.get(piece.source.partition(":")[0], "")
    return f"候选人本人回复（{door}{' ' if door else ''}{clock(piece.created_at)}）"


def undoable(request: CancellationRequest, act: Act) -> bool:
    """Return whether a decided cancellation can still be taken back."""
    if request.status != RequestStatus.APPROVED or request.effective_at is None:
        return False
    stands = request.booking.status != BookingStatus.DECLINED  # nobody takes back what the candidate said
    return act.now < request.effective_at and stands and not requests.is_candidates(request)


def step_view(request: CancellationRequest, step: Step, candidate: Candidate, sight: Sight = MASKED) -> StepView:
    """Return one step; the request's steps with their approvers must be loaded."""
    plan = places.plan_of(request, step)
    label, added = plan.name or ROLE_LABELS[step.role], places.ADDED_LABELS[step.added] if step.added else ""
    decider = step.decided_by if step.decided_by_id not in (None, step.approver_id) else None
    return StepView(
        level=step.level,
        label=f"{label}（{added}）" if added else label,
        approver=_name(step.approver),
        status=step.status,
        decided_at=step.decided_at,
        comment=sight.words_about(candidate, step.comment, LONGEST_COMMENT),
        still_needed=STILL_NEEDED.get(str(step.still_needed or ""), ""),
        slot=step.slot,
        role=step.role,
        rule=_rule(plan),
        asks=places.asks_still_needed(request, step),
        only_names=places.only_names(step),
        instead="、".join(_name(each.approver) for each in places.instead_of(request, step)),
        signed_by=_name(decider) if decider else "",
        added=added,
        waits_for="、".join(_name(each.approver) for each in places.asked_before(request, step)),
        beside_from=places.first_beside(request, step.level),
        deadline=deadline_of(request, step) if step.status == StepStatus.OPEN else None,
    )


def _name(employee: Employee) -> str:
    return plain(str(employee.name), LONGEST_NAME)


def _rule(plan: StepPlan) -> str:
    """Say how many of a level have to agree."""
    said = {Signing.ANY: "或签", Signing.ALL: "会签", Signing.VOTES: f"票签，{plan.votes} 人同意即可"}.get(
        plan.sign, ""
    )
    return f"{said}，依次" if said and plan.in_turn else said
