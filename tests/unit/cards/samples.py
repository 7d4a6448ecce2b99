"""Views to draw cards from: one of every kind, and hostile ones."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from models import BookingStatus, CardPurpose, RequestStatus, Role, StepStatus
from workflow.card_views import CardView
from workflow.reasons import REASONS
from workflow.views import BookingView, RequestView, StepView

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
START = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
HANDLE = "abcdefghijklmnopqrstuvwx23"
DECIDED = (StepStatus.APPROVED, StepStatus.REJECTED, StepStatus.SENT_BACK)


def booking(**changes: Any) -> BookingView:
    """Return 张伟's booking."""
    view = BookingView(
        id="6f1c",
        number="Y20261124-481",
        name="张伟",
        phone_tail="8123",
        position="Java后端",
        starts_at=START,
        when="11月25日 周三 15:00",
        duration_min=45,
        status=BookingStatus.CONFIRMED,
        organisation="华辰互联",
        interviewer="李雷",
        sensitive=False,
        cancellable=True,
    )
    return replace(view, **changes)


def step(level: int = 1, status: StepStatus = StepStatus.OPEN, **changes: Any) -> StepView:
    """Return one step; the second is the leader's."""
    decided_at = NOW if status in DECIDED else None
    label, approver = [("用人部门", "陈敏"), ("分管领导", "赵国强")][level - 1]
    role = [Role.DEPARTMENT_HEAD, Role.LEADER][level - 1]
    view = StepView(level, label, approver, status, decided_at, "", "", role=role, asks=level == 1)
    return replace(view, **changes)


def request(**changes: Any) -> RequestView:
    """Return a strict request on its way."""
    view = RequestView(
        number="Q20261124-007",
        revision=1,
        status=RequestStatus.AWAITING_APPROVAL,
        booking=booking(),
        reason="候选人行程冲突",
        reason_text="",
        by_candidate=False,
        companys=False,
        notify=True,
        keep=True,
        late=False,
        requester="刘洋",
        filed_at=NOW,
        effective_at=NOW + timedelta(seconds=60),
        ended_at=NOW + timedelta(minutes=2),
        evidence=("短信截图.png",),
        evidence_needed=1,
        steps=(step(1), step(2, StepStatus.WAITING)),
        undoable=False,
    )
    return replace(view, **changes)


def card(purpose: CardPurpose, **changes: Any) -> CardView:
    """Return a card with its holder's buttons."""
    actions = {
        CardPurpose.CONFIRM: ("submit", "dismiss"),
        CardPurpose.BOOKING: ("open",),
        CardPurpose.CANDIDATE: ("confirm", "open", "dismiss"),
        CardPurpose.REQUEST: (),
        CardPurpose.APPROVAL: ("approve", "send_back", "reject"),
    }
    view = CardView(purpose=purpose, handle=HANDLE, now=NOW, booking=booking(), actions=actions[purpose])
    if purpose in (CardPurpose.REQUEST, CardPurpose.APPROVAL):
        view = replace(view, request=request(), step=step() if purpose == CardPurpose.APPROVAL else None)
    return replace(view, **changes)


def every_card() -> Iterator[CardView]:
    """Yield each purpose in each status, with and without buttons."""
    yield from _of_bookings()
    yield from _of_requests()
    yield from _of_steps()


def _of_bookings() -> Iterator[CardView]:
    for status in BookingStatus:
        shown = booking(status=status)
        for purpose in (CardPurpose.CONFIRM, CardPurpose.BOOKING, CardPurpose.CANDIDATE):
            yield card(purpose, booking=shown)
            yield card(purpose, booking=shown, actions=(), closed=True)
            yield card(purpose, booking=shown, actions=())
    for actions in (("confirm", "dismiss"), ("submit", "dismiss")):
        for code in ("", *REASONS):
            proposed = {"reason": code, "text": "候选人说家里有急事", "notify": False, "keep": True}
            yield card(CardPurpose.CONFIRM, actions=actions, proposed=proposed, late=True, needs_evidence=1)
    yield card(CardPurpose.CONFIRM, needs_approval=True, chain=("用人部门", "分管领导"))


def _of_requests() -> Iterator[CardView]:
    actions = {
        RequestStatus.DRAFT: ("submit",),
        RequestStatus.SENT_BACK: ("submit",),
        RequestStatus.APPROVED: ("undo",),
    }
    for status in RequestStatus:
        for by_candidate in (False, True):
            for notify in (False, True):
                shown = request(status=status, by_candidate=by_candidate, notify=notify)
                yield card(CardPurpose.REQUEST, request=shown, actions=actions.get(status, ()))
                bare = replace(shown, steps=(), evidence=(), evidence_needed=0, filed_at=None, requester="")
                yield card(CardPurpose.REQUEST, request=bare, actions=())


def _of_steps() -> Iterator[CardView]:
    for status in RequestStatus:
        for mine in StepStatus:
            for level in (1, 2):
                held = step(level, mine, comment="情况属实", still_needed="暂停")
                steps = tuple(held if place == level else step(place, StepStatus.WAITING) for place in (1, 2))
                shown = request(status=status, steps=steps)
                open_ = mine == StepStatus.OPEN and status == RequestStatus.AWAITING_APPROVAL
                undo = mine == StepStatus.APPROVED and status == RequestStatus.AWAITING_APPROVAL
                actions = ("approve", "send_back", "reject") if open_ else ("undo",) if undo else ()
                yield card(CardPurpose.APPROVAL, request=shown, step=held, actions=actions)
    hr = step(label="HR", approver="王芳", role=Role.HR, asks=False)
    late = request(by_candidate=True, steps=(hr,), reason_text="明天来不了了", late=True)
    yield card(CardPurpose.APPROVAL, request=late, step=hr, actions=("approve", "reject"))


def hostile(name: str, words: str) -> Iterator[CardView]:
    """Yield the cards that show most, with this name and these words wherever people can put some.

    Names are given as long as `workflow.views` lets them through.
    """
    shown = booking(name=name, position=words, organisation=name, interviewer=name)
    steps = (step(1, StepStatus.APPROVED, approver=name, comment=words), step(2, approver=name))
    asked = request(
        booking=shown,
        reason_text=words,
        requester=name,
        evidence=(words,) * 5,
        steps=steps,
        by_candidate=True,
    )
    proposed = {"reason": "other", "text": words}
    yield card(CardPurpose.CONFIRM, booking=shown, proposed=proposed, needs_evidence=1)
    yield card(CardPurpose.BOOKING, booking=shown)
    yield card(CardPurpose.CANDIDATE, booking=shown)
    for status in RequestStatus:
        yield card(CardPurpose.REQUEST, booking=shown, request=replace(asked, status=status))
    yield card(CardPurpose.APPROVAL, booking=shown, request=asked, step=steps[1])
    yield card(CardPurpose.APPROVAL, booking=shown, request=asked, step=steps[0], actions=("undo",))
