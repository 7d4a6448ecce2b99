"""评论: who takes part in a case says something beside it; nothing about the case changes, and the others are told."""

from datetime import datetime

from models import CancellationRequest, Card, CardPurpose, Comment, Employee, StepStatus
from workflow import access, audit, checkpoints, outbox, places, requests, standing_in
from workflow.acting import Act
from workflow.errors import Missing, NotAllowed, NotNow
from workflow.rights_words import name_of
from workflow.showing import LONGEST_COMMENT
from workflow.sight import sight_of
from workflow.states import OPEN_REQUESTS

MOST = 50  # of one request; more is a conversation and belongs elsewhere


async def comment(act: Act, request: CancellationRequest, words: str) -> list[Employee]:
    """Add a comment to an open request and tell the others who take part; returns whom it was told.

    The text is sealed, its commitment stands in the log. The request's revision stays, and with it every open card.
    """
    employee = await access.require_employee(act)
    people = await taking_part(request, act.now)
    if employee.id not in {each.id for each in people}:
        raise NotAllowed("comment-part", number=request.number)
    await _require_open(request)
    if not words.strip():
        raise Missing(what="comment", number=request.number)
    place = await Comment.filter(request=request).count() + 1
    if place > MOST:
        raise NotNow("too-many-comments", most=MOST)
    await Comment.create(
        person_id=request.person_id, request=request, place=place, author=employee, words=words, made_at=act.now
    )
    personal = {"words": audit.commitment(request.booking.candidate, "words", words)}
    subject, data = requests.subject_of(request), {"comment": place}
    await audit.record(act, request.organisation, "request.commented", subject, data=data, personal=personal)
    await checkpoints.attest(act, request.organisation)
    return [each for each in people if each.id != employee.id and await _told(act, request, each, words)]


async def _require_open(request: CancellationRequest) -> None:
    """Refuse what is over, and what is about somebody whose data are only kept."""
    if request.status not in OPEN_REQUESTS:
        raise NotNow(state=str(request.status))
    candidate = request.booking.candidate
    if candidate.secret is None or candidate.restricted_at is not None:
        raise NotNow("comment-restricted", number=request.number)


async def taking_part(request: CancellationRequest, now: datetime) -> list[Employee]:
    """Return who takes part: whoever asked, who is or was asked to decide, and who decides in their place."""
    people = [request.requester] if request.requester else []
    for step in places.live(request.steps, request.revision):
        if step.status == StepStatus.OPEN:
            people += [step.approver, *await standing_in.delegates_for(request, step, now)]
        people += [step.decided_by] if step.decided_by else []
    shown = Card.filter(request=request, purpose=CardPurpose.APPROVAL, holder_id__isnull=False)
    people += [each.holder for each in await shown.prefetch_related("holder") if each.holder]
    return list({each.id: each for each in people if each.active}.values())


async def _told(act: Act, request: CancellationRequest, person: Employee, words: str) -> bool:
    """Tell somebody, as far as they may read what is said of the candidate."""
    account = await outbox.account_of(person)
    if account is None:
        return False
    candidate = request.booking.candidate
    seen = (await sight_of(person, request.booking, act.now)).words_about(candidate, words, LONGEST_COMMENT)
    text = (
        f"评论：{name_of(act.employee)} 对 {request.number} 说：「{seen}」。只供参考，不改变审批；"
        f"回复可发「评论 {request.number} 文字」，经过可发「时间轴 {request.number}」。"
    )
    await outbox.post(act, "say", account=account, payload={"text": text, "choices": []}, person=request.person_id)
    return True
