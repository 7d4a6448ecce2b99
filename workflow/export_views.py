"""What the card of an export request shows, and whether its holder may answer it now."""

from dataclasses import dataclass
from datetime import datetime

from models import Card, CardPurpose, Employee, ExportRequest, ExportStatus
from workflow import access, export_limits, export_requests, free_words
from workflow.acting import Act
from workflow.export_words import CASE_FORMS, FORMS
from workflow.log_periods import Period, said
from workflow.rights_words import name_of
from workflow.showing import plain
from workflow.views import ROLE_LABELS


@dataclass(frozen=True)
class ExportView:
    """Everything the card of an export is drawn from, and what its holder may press now."""

    purpose: CardPurpose
    handle: str
    now: datetime
    number: str
    status: ExportStatus
    unit: str
    form: str
    case: str  # the number of one case, or "" for the unit's log
    period: str
    records: int
    reason: str
    requester: str
    already: str  # what they took out alone before
    asked_at: datetime
    expires_at: datetime
    decided_by: str
    decided_at: datetime | None
    comment: str
    closed: bool = False
    actions: tuple[str, ...] = ()


async def export_view(card: Card, act: Act) -> ExportView:
    """Return what the card of an export shows now and which of its buttons its holder may press."""
    request = await ExportRequest.get(id=card.export_id).prefetch_related(*export_requests.KIND.relations)
    holder = await Employee.get_or_none(id=card.holder_id)
    usable = holder is not None and not card.closed and await export_requests.may_decide(holder, request, act.now)
    roles = [ROLE_LABELS[role] for role, _ in await access.grants_of(request.requester, act.now)]
    return ExportView(
        purpose=card.purpose,
        handle=card.handle,
        now=act.now,
        number=request.number,
        status=request.status,
        unit=f"{plain(request.organisation.name)}（{request.organisation.path}）",
        form=(CASE_FORMS if request.case_number else FORMS)[request.form],
        case=request.case_number,
        period=said(Period(request.since, request.until)),
        records=request.records,
        reason=await free_words.read_by(holder, request.organisation, request.purpose, act.now),
        requester=f"{name_of(request.requester)}（{'、'.join(dict.fromkeys(roles)) or '没有角色'}）",
        already=await _already(request.requester, act.now),
        asked_at=request.asked_at,
        expires_at=request.expires_at,
        decided_by=name_of(request.decided_by) if request.decided_by else "",
        decided_at=request.decided_at,
        comment=await free_words.read_by(holder, request.organisation, request.comment, act.now),
        closed=card.closed,
        actions=("approve", "reject") if usable else (),
    )


async def _already(requester: Employee, now: datetime) -> str:
    """Say what somebody took out without consent in the last day and month: it is what this comes on top of."""
    day, month = await export_limits.taken_alone(requester, now)
    if not month.records:
        return ""
    return f"最近 24 小时独自导出 {day.said}，最近 30 天 {month.said}"
