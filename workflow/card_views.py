"""What a card shows its holder now and what they may press on it.

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
    Organisation,
    Origin,
    RequestStatus,
    Step,
    StepStatus,
)
from workflow import (
    access,
    anchoring,
    cancelling,
    delivering,
    places,
    requests,
    returning,
    signing_orders,
    standing_in,
    twins,
    weighing,
)
from workflow.acting import Act
from workflow.costs import Cost, cost_of
from workflow.delegation_views import DelegationView, delegation_view
from workflow.erasure_views import ErasureView, erasure_view
from workflow.evidence_rules import rules_of
from workflow.export_views import ExportView, export_view
from workflow.policy import NO_GRACE_WITHIN, grace
from workflow.purge_views import PurgeView, purge_view
from workflow.reasons import REASONS
from workflow.rights_views import GrantView, grant_view
from workflow.rights_words import name_of
from workflow.rules_on_record import digest_of
from workflow.rules_views import RulesView, rules_view
from workflow.showing import LONGEST_NAME, plain
from workflow.sight import FULL, Sight, sight_of
from workflow.states import OPEN_REQUESTS
from workflow.views import (
    BookingView,
    RequestView,
    StepView,
    Told,
    booking_view,
    request_view,
    step_view,
    undoable,
)

FREE_TEXT = ("text", "unread", "wish")  # of what a card proposes


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
    cost: Cost | None = None  # on the card of an approver
    handled_by: str = ""
    told: Told = field(default_factory=Told)
    code: str = ""  # 存证码 of the unit's log, where its rules want it
    wish_at: datetime | None = None  # when a candidate who had said no said that they want to come
    stands_in: str = ""  # in whose place its holder decides
    theirs: bool = True  # an approver's card: its holder still decides this step
    answered: bool = True  # an approver's card: where the step is decided, it was by the card's holder
    handed_on: bool = False  # an approver's card: somebody else has taken the step over
    grace_s: int = 0  # how long a confirmation can be undone, if it comes now
    signing: bool = False  # an approver's card: the authority waits for its holder's signature
    policy_digest: str = ""  # of the rules its request was filed under, as in its record
    twins: tuple[str, ...] = ()  # where else a file of its evidence is used, as far as the holder may know

    @property
    def begun(self) -> bool:
        """Tell whether the interview's time has come."""
        return self.now >= self.booking.starts_at

    @property
    def near_min(self) -> int:
        """Return how many minutes before the start nothing can be undone any more."""
        return int(NO_GRACE_WITHIN.total_seconds()) // 60

    @property
    def near(self) -> bool:
        """Tell whether the start is as near as that."""
        return self.booking.starts_at - self.now <= NO_GRACE_WITHIN

    @property
    def consequences(self) -> tuple[str, ...]:
        """Return what the cancellation proposed on a confirm card brings upon the candidate."""
        wish = {each: bool(self.proposed.get(each, True)) for each in ("notify", "keep")}
        return weighing.weighed(self.booking.status, self.booking.starts_at, self.now, **wish)

    @property
    def accepted(self) -> bool:
        """Tell whether a first confirmation was told of all of them."""
        return set(self.consequences) <= set(weighing.known_consequences(self.proposed))

    @property
    def number(self) -> str:
        """Return the number of what the card is about."""
        return self.request.number if self.request else self.booking.number


AnyView = CardView | GrantView | PurgeView | ExportView | ErasureView | DelegationView | RulesView


async def card_view(card: Card, act: Act) -> AnyView:
    """Return what this card shows now and which of its buttons its holder may press."""
    if card.change_id is not None:
        return await grant_view(card, act)
    if card.purge_id is not None:
        return await purge_view(card, act)
    if card.export_id is not None:
        return await export_view(card, act)
    if card.delegation_id is not None:
        return await delegation_view(card, act)
    if card.erasure_id is not None:
        return await erasure_view(card, act)
    if card.rules_id is not None:
        return await rules_view(card, act)
    if card.request_id is not None:
        return await _of_request(card, await requests.reload(card.request_id), act)
    booking = await Booking.get(id=card.booking_id).prefetch_related(
        "organisation", "candidate", "position", "interviewer"
    )
    return await _of_booking(card, booking, act)


async def _of_booking(card: Card, booking: Booking, act: Act) -> CardView:
    seen = await _sight(card, booking, act)
    view = booking_view(booking, seen)
    proposed = _as_seen(json.loads(card.state) if card.state else {}, booking, seen)
    rules, decision = await cancelling.preview(booking, _origin(proposed), act, str(proposed.get("reason", "")))
    running = await cancelling.open_request_of(booking)
    handler = await _handler(booking) if card.purpose == CardPurpose.CONFIRM else ""
    asked_by_hr = card.purpose != CardPurpose.CANDIDATE
    ahead = act.now < booking.starts_at
    wish = returning.wish_on(card)
    usable = not card.closed and ahead and view.cancellable and (running is None or not asked_by_hr)
    if wish is not None:
        usable = not card.closed and ahead and booking.status == BookingStatus.DECLINED
    usable = usable and (not asked_by_hr or await _holder_may_cancel(card, booking.organisation, act))
    return CardView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        booking=view,
        closed=card.closed,
        needs_approval=bool(decision.plans),
        chain=tuple(each.name for each in decision.plans),
        late=decision.late,
        needs_evidence=decision.evidence,
        proposed=proposed,
        actions=_booking_actions(card.purpose, bool(decision.plans or decision.evidence), wish) if usable else (),
        handled_by=handler,
        grace_s=int(grace(rules, booking.starts_at, act.now).total_seconds()),
    )


async def _sight(card: Card, booking: Booking, act: Act) -> Sight:
    """Return how much of the candidate a card shows: what its holder may see now; a candidate sees themselves."""
    if card.purpose == CardPurpose.CANDIDATE:
        return FULL
    return await sight_of(await Employee.get_or_none(id=card.holder_id), booking, act.now)


def _as_seen(proposed: dict[str, object], booking: Booking, seen: Sight) -> dict[str, object]:
    """Return what stands on a card before anything is filed, its free text as its holder may see it."""
    words = {each: seen.words_about(booking.candidate, proposed[each]) for each in FREE_TEXT if each in proposed}
    return {**proposed, **words}


async def _holder_may_cancel(card: Card, organisation: Organisation, act: Act) -> bool:
    holder = await Employee.get_or_none(id=card.holder_id)
    return holder is not None and await access.may(holder, access.CANCEL, organisation, act.now)


async def _handler(booking: Booking) -> str:
    """Say who is cancelling the booking, and under which number; nothing while nobody is, or the candidate said no."""
    going = (*OPEN_REQUESTS, RequestStatus.CARRIED_OUT)
    last = CancellationRequest.filter(booking=booking, status__in=going, candidate_id__isnull=True).order_by(
        "-created_at"
    )
    request = await last.prefetch_related("requester").first()
    if request is None or request.requester is None:
        return ""
    return f"{plain(str(request.requester.name), LONGEST_NAME)} 处理：申请 {request.number}"


def _origin(proposed: dict[str, object]) -> Origin:
    reason = REASONS.get(str(proposed.get("reason", "")))
    return reason.origin if reason else Origin.COMPANY


def _booking_actions(purpose: CardPurpose, asks: bool, wish: returning.Wish | None) -> tuple[str, ...]:
    if wish is not None:
        return ("confirm", "dismiss")
    if purpose == CardPurpose.CONFIRM:
        return ("submit" if asks else "confirm", "dismiss")
    return ("open",) if purpose == CardPurpose.BOOKING else ("confirm", "open", "dismiss")


async def _of_request(card: Card, request: CancellationRequest, act: Act) -> CardView:
    step = next((each for each in request.steps if each.id == card.step_id), None)
    holder = await Employee.get_or_none(id=card.holder_id)
    theirs = step is None or await _may_answer(request, step, holder, act)
    others = step is not None and step.approver_id != card.holder_id
    wish = await returning.open_wish(request.booking)
    seen = await _sight(card, request.booking, act)
    return CardView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        booking=booking_view(request.booking, seen),
        request=request_view(request, act, seen),
        step=step_view(request, step, request.booking.candidate, seen) if step else None,
        closed=card.closed,
        stands_in=name_of(step.approver) if step and others and theirs else "",
        late=request.late,
        wish_at=wish.at if wish else None,
        needs_evidence=rules_of(request.policy).least,
        actions=await _request_actions(request, step, holder, act) if theirs and not card.closed else (),
        theirs=theirs,
        answered=step is None or card.holder_id == (step.decided_by_id or step.approver_id),
        handed_on=others and not theirs,
        cost=await cost_of(request, act.now) if card.purpose == CardPurpose.APPROVAL else None,
        told=await delivering.told(request) if request.status == RequestStatus.CARRIED_OUT else Told(),
        code=await anchoring.code_of(request.organisation, act.now),
        signing=step is not None and await signing_orders.runs_on(card, act.now),
        policy_digest=await digest_of(request.policy),
        twins=await twins.seen(list(request.evidence), holder, act),
    )


async def _request_actions(
    request: CancellationRequest, step: Step | None, holder: Employee | None, act: Act
) -> tuple[str, ...]:
    """Return what the holder may press: on the card of an approver who still decides, on the requester's by right."""
    if holder is None:
        return ()
    if step is not None:
        return _step_actions(request, step, holder, act)
    if request.requester_id not in (None, holder.id):
        return ()
    offered = _requesters_actions(request, act)
    return offered if offered and await access.may(holder, access.CANCEL, request.organisation, act.now) else ()


async def _may_answer(request: CancellationRequest, step: Step, holder: Employee | None, act: Act) -> bool:
    """Tell whether a step is still its card's holder's: not of one who left or lost the role (`approving`)."""
    if holder is None or not holder.active:
        return False
    if holder.id != step.approver_id:
        own = step.decided_by_id == holder.id
        return own or await standing_in.covering(request, step, holder, act.now)
    return not places.needs_role(request, step) or await access.holds(holder, step.role, request.organisation, act.now)


def _requesters_actions(request: CancellationRequest, act: Act) -> tuple[str, ...]:
    if request.status in (RequestStatus.DRAFT, RequestStatus.SENT_BACK):
        return ("submit",)
    if request.status == RequestStatus.AWAITING_APPROVAL and request.requester_id is not None:
        asked = any(each.status == StepStatus.OPEN for each in places.live(request.steps, request.revision))
        own = not requests.is_candidates(request) and request.booking.status != BookingStatus.DECLINED
        return (*(["remind"] if asked else []), *(["withdraw"] if own else []))
    return ("undo",) if undoable(request, act) and request.requester_id is not None else ()


def _step_actions(request: CancellationRequest, step: Step, holder: Employee, act: Act) -> tuple[str, ...]:
    if step.revision != request.revision:
        return ()
    if step.status == StepStatus.OPEN and request.status == RequestStatus.AWAITING_APPROVAL:
        return _answers(request, step, holder)
    counts = any(each.id == step.id for each in places.live(request.steps, request.revision))
    followed = counts and places.followers(request, request.steps, step)
    if step.decided_by_id != holder.id:
        return ()
    if step.status == StepStatus.APPROVED and counts and not followed and _may_take_back(request, act):
        return ("undo",)
    return ()


def _answers(request: CancellationRequest, step: Step, holder: Employee) -> tuple[str, ...]:
    """Return what can be pressed by who is asked now; who only names somebody hands the step on."""
    if places.only_names(step):
        return ("hand_over",)
    shown = ("see",) if request.evidence else ()
    returnable = not requests.is_candidates(request) or request.requester_id is not None
    others = ("hand_over", "add") if holder.id == step.approver_id else ()
    return ("approve", *(["send_back"] if returnable else []), *shown, *others, "reject")


def _may_take_back(request: CancellationRequest, act: Act) -> bool:
    return request.status == RequestStatus.AWAITING_APPROVAL or undoable(request, act)
