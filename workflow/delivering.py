"""送达: what became of a candidate's notice, and the call that a person makes when no channel reaches them (I4)."""

from tortoise.expressions import Q

from models import Attempt, AttemptOutcome, CancellationRequest, OutboxMessage, OutboxStatus, Platform, RequestStatus
from workflow import access, audit, requests
from workflow.acting import Act
from workflow.errors import NotNow
from workflow.views import Delivery, Told

PHONE = "phone"  # a person's voice: no platform of ours, but the last attempt all the same
TO_CANDIDATE = Q(kind="notice", account_id__isnull=True)
OWED = Q(TO_CANDIDATE, status=OutboxStatus.DEAD)
UNTOLD = Q(kind="timer", topic="untold", status__in=(OutboxStatus.WAITING, OutboxStatus.SENT))
BY_PHONE = "told-by-phone"


async def told(request: CancellationRequest) -> Told:
    """Return what became of the candidate's notices about a request."""
    mine = Attempt.filter(message__request_id=request.id, message__account_id__isnull=True)
    tries = await mine.filter(message__kind__in=("notice", "timer")).order_by("ended_at")
    arrived = [each for each in tries if each.outcome == AttemptOutcome.ARRIVED]
    if arrived:
        by_phone = arrived[-1].platform == PHONE
        return Told(Delivery.PHONED if by_phone else Delivery.ARRIVED, arrived[-1].ended_at)
    if await OutboxMessage.filter(OWED, request_id=request.id).exists():
        return Told(Delivery.OWED)
    sent = [each for each in tries if each.outcome == AttemptOutcome.SENT and each.platform != Platform.SMS]
    return Told(Delivery.SENT, sent[-1].ended_at) if sent else Told()


async def told_by_phone(act: Act, request: CancellationRequest) -> None:
    """Close the task of calling a candidate: the call is the last attempt."""
    await access.require(act, access.CANCEL, request.organisation)
    if request.status != RequestStatus.CARRIED_OUT:
        raise NotNow(state=str(request.status))
    owed = OutboxMessage.filter(OWED | UNTOLD, request_id=request.id).exclude(reason=BY_PHONE)
    task = await owed.order_by("-posted_at").first()
    if task is None or not await owed.update(status=OutboxStatus.SENT, reason=BY_PHONE, settled_at=act.now):
        raise NotNow(state="nothing-owed")
    await Attempt.create(
        person_id=task.person_id,
        message=task,
        number=task.attempts + 1,
        platform=PHONE,
        outcome=AttemptOutcome.ARRIVED,
        started_at=act.now,
        ended_at=act.now,
    )
    data = {"topic": "cancelled", "to": "candidate", "channel": PHONE}
    await audit.record(act, request.organisation, "notice.told_by_phone", requests.subject_of(request), data=data)
    await requests.refresh_requesters_card(act, request)


async def no_longer_owed(act: Act, row: OutboxMessage) -> None:
    """Close what was begun because a notice seemed lost: its receipt came after all."""
    others = OutboxMessage.filter(TO_CANDIDATE, topic=row.topic, booking_id=row.booking_id, request_id=row.request_id)
    waiting = (OutboxStatus.WAITING, OutboxStatus.DEAD)
    closed = (
        await others.exclude(id=row.id)
        .filter(status__in=waiting)
        .update(status=OutboxStatus.SUPPRESSED, reason="arrived-after-all", settled_at=act.now)
    )
    if closed and row.request_id:
        await requests.refresh_requesters_card(act, await requests.reload(row.request_id))
