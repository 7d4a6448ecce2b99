"""What an approver answers. Each answer is final once and only once (I11)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from models import CancellationRequest, Card, CardPurpose, Employee, RequestStatus, Role, Step, StepStatus, StillNeeded
from workflow import (
    access,
    audit,
    chain,
    checkpoints,
    confirming,
    copying,
    delegating,
    outbox,
    places,
    requests,
    rights,
    standing_in,
    stepup,
)
from workflow.acting import Act
from workflow.assertions import Signed
from workflow.certified import Certified
from workflow.errors import AlreadyDecided, Missing, NotAllowed, NotNow, NotYours, Stale
from workflow.levels import Verdict
from workflow.plans import Grade
from workflow.rules_on_record import digest_of
from workflow.showings import Showing

OVER = (
    RequestStatus.CARRIED_OUT,
    RequestStatus.REJECTED,
    RequestStatus.WITHDRAWN,
    RequestStatus.UNDONE,
    RequestStatus.EXPIRED,
)
OUTCOMES = {
    StepStatus.APPROVED: "已同意",
    StepStatus.REJECTED: "已驳回",
    StepStatus.SENT_BACK: "已退回补充",
    StepStatus.HANDED_ON: "已转交",
}


PROOFS = {Grade.G1: "passkey", Grade.G2: "certificate"}


@dataclass(frozen=True)
class Shown:
    """What somebody decides on: the revision their card stands for, and the card's title and lines as they read it."""

    revision: int
    title: str = ""
    lines: tuple[str, ...] = ()
    showing: Showing | None = None
    signed: Signed | Certified | None = None  # with their passkey or through an authority, where the rules want it


async def checked(act: Act, step: Step, shown: int) -> CancellationRequest:
    """Refuse unless this person may decide this step, now, on what they were shown (I8, I10, I11)."""
    request = await requests.reload(step.request_id)
    employee = await access.require_employee(act)
    await step.fetch_related("approver", "decided_by")
    await _require_asked(request, step, employee, act)
    _require_undecided(request, step, employee)
    if step.status == StepStatus.WAITING and request.status == RequestStatus.AWAITING_APPROVAL:
        raise NotNow("not-your-turn", approver=await _who_is_asked(request))
    if step.status == StepStatus.CLOSED and request.status == RequestStatus.AWAITING_APPROVAL:
        raise NotNow("answered-by-others", approver=await _who_answered(request, step), number=request.number)
    if step.status == StepStatus.VOIDED:
        raise NotNow("voided", number=request.number)
    if step.status != StepStatus.OPEN or request.status != RequestStatus.AWAITING_APPROVAL:
        raise NotNow(state=str(request.status))
    if act.now >= request.booking.starts_at:
        raise NotNow(state=str(RequestStatus.EXPIRED))
    if shown != request.revision or step.revision != request.revision:
        raise Stale(number=request.number)
    if request.requester_id == employee.id:
        raise NotAllowed("own-request")
    await _require_role(step.approver, step, request, act)
    return request


async def _require_asked(request: CancellationRequest, step: Step, employee: Employee, act: Act) -> None:
    """Refuse who was not asked, nor decides for who was; who answered before is told what they answered."""
    if employee.id in (step.approver_id, step.decided_by_id):
        return
    if not await standing_in.covering(request, step, employee, act.now):
        raise NotYours(approver=step.approver.name)


async def _who_is_asked(request: CancellationRequest) -> str:
    asked = chain.steps_of(request).filter(status=StepStatus.OPEN).prefetch_related("approver")
    return "、".join(str(each.approver.name) for each in await asked.order_by("level", "slot")) or "上一级"


async def _who_answered(request: CancellationRequest, step: Step) -> str:
    agreed = chain.steps_of(request).filter(level=step.level, status=StepStatus.APPROVED)
    return "、".join(
        str(each.approver.name) for each in await agreed.prefetch_related("approver").order_by("decided_at")
    )


def _require_undecided(request: CancellationRequest, step: Step, employee: Employee) -> None:
    """Refuse what is settled, and say how: the end of the request first, then what this person decided before."""
    ended_here = step.status == StepStatus.REJECTED
    if request.status in OVER and not ended_here:
        raise NotNow(state=str(request.status))
    if step.status in OUTCOMES:
        raise AlreadyDecided(OUTCOMES[step.status], decider(step, employee.id), step.decided_at)


def decider(step: Step, reader: object) -> str:
    """Name who decided, as one employee is told it: 你, 李娜 代你, or a name. `decided_by` must be loaded."""
    if step.decided_by is None or step.decided_by_id == reader:
        return "你"
    name = str(step.decided_by.name)
    return f"{name} 代你" if step.approver_id == reader else name


async def _require_role(employee: Employee, step: Step, request: CancellationRequest, act: Act) -> None:
    """Refuse somebody who was asked as the holder of a role that is no longer theirs.

    Others decide without the role, unless they have left: the deputy of somebody who left (`workflow.leaving`), who was
    added or took over (`workflow.handing_on`), and who is named by the rules.
    """
    if employee.active and not places.needs_role(request, step):
        return
    if not await access.holds(employee, step.role, request.organisation, act.now):
        raise NotAllowed("role-lost")


async def settle_answer(act: Act, step: Step, status: StepStatus, comment: str) -> None:
    """Write an answer down; every answer is given once (I11)."""
    step.status, step.decided_by, step.decided_at = status, act.employee, act.now
    step.comment = comment or None
    await step.save()
    await delegating.answered(act, step)


async def confirmed(
    act: Act, request: CancellationRequest, step: Step, shown: Shown, decision: str = ""
) -> dict[str, object]:
    """Make the statement of the answer that a step now holds; returns what its record holds of both."""
    facts = await _facts(act, request, step, shown)
    said = decision or str(step.status)
    card = _card(request, shown)
    return {**facts, **await confirming.confirm(act, request, step, shown.showing, card, said, shown.signed)}


async def _facts(act: Act, request: CancellationRequest, step: Step, shown: Shown) -> dict[str, object]:
    """Return what the record of a decision binds it to (I8).

    `shown` is a commitment (HMAC-SHA-256) to the canonical JSON of title, lines and evidence digests; `policy` the
    SHA-256 of the rules that stand in the record `request.filed`.
    """
    card = _card(request, shown)
    return {
        "level": step.level,
        "slot": step.slot,
        "role": str(step.role),
        "rev": request.revision,
        "policy": await digest_of(request.policy),
        "shown": audit.commitment(request.booking.candidate, "shown", card),
        "pieces": len(request.evidence),
        **_for_whom(act, step),
    }


def _card(request: CancellationRequest, shown: Shown) -> dict[str, object]:
    return {
        "title": shown.title,
        "lines": list(shown.lines),
        "evidence": sorted(each.digest for each in request.evidence),
    }


def _for_whom(act: Act, step: Step) -> dict[str, object]:
    """Return in whose place somebody answered, where it was not their own."""
    if act.employee is None or act.employee.id == step.approver_id:
        return {}
    return {"for": rights.pseudonym(step.approver)}


async def answerable(act: Act, step: Step, shown: Shown) -> CancellationRequest:
    """Refuse as well who was only asked to name somebody."""
    request = await checked(act, step, shown.revision)
    if places.only_names(step):
        raise NotAllowed("only-names", number=request.number)
    return request


async def approve(
    act: Act, step: Step, *, shown: Shown, comment: str = "", still_needed: StillNeeded | None = None
) -> CancellationRequest:
    """Agree to one step. The department head says as well whether the position still needs people (S34)."""
    request = await answerable(act, step, shown)
    wanted = places.asks_still_needed(request, step)
    if wanted and still_needed is None:
        raise Missing(what="still-needed", number=request.number)
    proof = await _proven(act, request, step)
    step.still_needed = still_needed if wanted else None
    await settle_answer(act, step, StepStatus.APPROVED, comment)
    data = {
        **await confirmed(act, request, step, shown),
        "still_needed": str(step.still_needed or ""),
        **proof,
    }
    await audit.record(act, request.organisation, "approval.approved", requests.subject_of(request), data=data)
    if await chain.settle(act, request) == Verdict.AGREED:
        await requests.decided(act, request)
    await copying.tell(act, request, step)
    await requests.refresh_steps_card(act, step)
    await checkpoints.attest(act, request.organisation)
    return request


async def _proven(act: Act, request: CancellationRequest, step: Step) -> dict[str, object]:
    """Ask a leader for a second proof where the position is a sensitive one and the unit wants it.

    A passkey or a certificate proves more than a code, so who confirms with one is not asked for a code as well.
    """
    grade = places.plan_of(request, step).grade
    if grade in PROOFS:
        return {"proof": PROOFS[grade]}
    if step.role != Role.LEADER or not request.booking.position.sensitive:
        return {}
    return await stepup.require(act, stepup.Kind.SENSITIVE_APPROVAL, request.organisation, request.number)


async def decide_consequence(act: Act, step: Step, *, keep: bool) -> None:
    """Set what a late refusal means for the candidate, before the step is approved."""
    request = await checked(act, step, step.revision)
    request.keep_eligibility = keep
    await request.save(update_fields=["keep_eligibility"])


async def reject(act: Act, step: Step, *, shown: Shown, comment: str) -> CancellationRequest:
    """Say no, with a reason: the request ends, unless enough others can still agree (票签).

    Where it ends, a company's booking goes on as it was. A no may even be the last answer wanted: in 票签, 依次, where
    the next in turn agreed before (自动去重), so that enough agree and nobody is left to ask.
    """
    request = await answerable(act, step, shown)
    if not comment.strip():
        raise Missing(what="reject-reason", number=request.number)
    await settle_answer(act, step, StepStatus.REJECTED, comment)
    verdict = await chain.verdict(request)
    await _record(act, request, step, shown, "approval.rejected", {"ends": verdict == Verdict.REJECTED})
    await copying.tell(act, request, step)
    led_to = await chain.settle(act, request)
    if led_to == Verdict.REJECTED:
        await requests.end(act, request, RequestStatus.REJECTED)
        return request
    if led_to == Verdict.AGREED:
        await requests.decided(act, request)
        await checkpoints.attest(act, request.organisation)
    await requests.refresh_steps_card(act, step)
    return request


async def send_back(act: Act, step: Step, *, shown: Shown, comment: str = "") -> CancellationRequest:
    """Ask the requester for more; resubmitting makes a new revision that everybody decides anew."""
    request = await answerable(act, step, shown)
    await settle_answer(act, step, StepStatus.SENT_BACK, comment)
    await _record(act, request, step, shown, "approval.sent_back")
    await requests.move(request, RequestStatus.SENT_BACK)
    await requests.refresh_approvers_cards(act, request)
    await renew_cards(act, Card.filter(request=request, purpose=CardPurpose.REQUEST, closed=False))
    return request


async def _record(
    act: Act,
    request: CancellationRequest,
    step: Step,
    shown: Shown,
    action: str,
    more: Mapping[str, object] | None = None,
) -> None:
    data = {**await confirmed(act, request, step, shown), **(more or {})}
    await audit.record(act, request.organisation, action, requests.subject_of(request), data=data)
    await checkpoints.attest(act, request.organisation)


async def take_back(act: Act, step: Step) -> CancellationRequest:
    """Undo one's own approval while nothing has followed from it: the next step is undecided, or the grace runs."""
    request = await requests.reload(step.request_id)
    employee = await access.require_employee(act)
    if step.decided_by_id != employee.id:
        raise NotYours(approver=(await step.approver).name)
    await _require_role(await step.approver, step, request, act)
    if request.status in OVER:
        raise NotNow(state=str(request.status))
    steps = await chain.steps_of(request).prefetch_related("approver")
    if followed := places.followers(request, steps, step):
        raise NotNow("followed", approver=str(followed[0].approver.name), what=OUTCOMES[followed[0].status])
    if step.id not in {each.id for each in places.live(steps, request.revision)}:
        raise NotNow("voided", number=request.number)
    if step.status != StepStatus.APPROVED or step.revision != request.revision:
        raise NotNow(state=str(request.status))
    if request.status == RequestStatus.APPROVED and request.effective_at and act.now >= request.effective_at:
        raise NotNow(state="grace-over")
    if request.status not in (RequestStatus.APPROVED, RequestStatus.AWAITING_APPROVAL):
        raise NotNow(state=str(request.status))
    await _reopen(act, request, step, steps)
    await delegating.taken_back(act, step)
    data = {"level": step.level, "slot": step.slot}
    await audit.record(act, request.organisation, "approval.taken_back", requests.subject_of(request), data=data)
    await checkpoints.attest(act, request.organisation)
    return request


async def _reopen(act: Act, request: CancellationRequest, step: Step, steps: list[Step]) -> None:
    """Ask again, and nobody whose turn only came by the answer; who was spared an answer because of it is asked too."""
    spared = [each for each in steps if each.status == StepStatus.SKIPPED and each.approver_id == step.approver_id]
    for each in [step, *spared]:
        each.status, each.decided_by, each.decided_at, each.still_needed = StepStatus.WAITING, None, None, None
        await each.save()
    if request.status == RequestStatus.APPROVED:
        request.effective_at = request.decided_at = None
        await requests.move(request, RequestStatus.AWAITING_APPROVAL)
    await chain.settle(act, request)
    await chain.ask_stand_ins(act, request)
    await requests.refresh_approvers_cards(act, request)
    await requests.refresh_requesters_card(act, request)


async def renew_cards(act: Act, cards: QuerySet[Card]) -> None:
    """Ask anew on these cards."""
    for card in await cards:
        await outbox.renew_handle(act, card)
