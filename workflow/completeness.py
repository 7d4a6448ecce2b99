"""完整性检查: does every cancellation have its form, its approvals, its notice, its evidence, and a whole log? (S41)

Each case is held against the rules that it was decided by, which stand in the request itself.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tortoise.exceptions import DoesNotExist
from tortoise.expressions import Q

from models import Attempt, AttemptOutcome, AuditRecord, CancellationRequest, Organisation, Platform, RequestStatus
from models.vault import Unsealable
from workflow import access, evidence, places, verifying
from workflow.anchor_listeners import is_heard
from workflow.archive_metadata import missing_in
from workflow.evidence_rules import rules_of
from workflow.log_periods import Period
from workflow.verifying import Finding

PAGE = 200
WITHOUT_RECEIPT = frozenset(set(Platform) - {Platform.SMS})
UNDER_WAY = timedelta(hours=1)  # a notice may still be waiting for its receipt, or for the next channel
KINDS = ("request.filed", "approval.approved")
TODO = {
    "filed": ("缺取消申请单", "运行 audit verify 查日志是否完好；补不了的写明情况附卷"),
    "approvals": ("缺审批记录", "查这件事是谁、凭什么取消的，写明情况附卷"),
    "notices": ("缺候选人通知记录", "给候选人打电话，再回复「已电话告知 Q…」"),
    "evidence-count": ("缺证明材料", "向申请人要原件，写明情况附卷"),
    "evidence-damaged": ("证明材料打不开，或和收到时不一样", "从备份找回原件，先不要改动现场"),
    "missing-time": ("缺取消时间", "按审计日志查明时间，写明情况附卷"),
    "missing-reason": ("缺原因", "向申请人问明原因，写明情况附卷"),
    "missing-operator": ("缺操作人", "按审计日志查明是谁办的，写明情况附卷"),
    "missing-approver": ("缺审批人", "查这件事是谁、凭什么取消的，写明情况附卷"),
}
"""What a case lacks, and what to do about it."""


@dataclass(frozen=True)
class Examined:
    """One cancellation that was carried out; `lacks` are codes of `TODO`."""

    number: str
    unit: str
    strict: bool
    lacks: tuple[str, ...]


@dataclass
class Completeness:
    """What was found in a unit and below it: the cases, and each log as far as it is whole."""

    unit: Organisation
    period: Period
    cases: list[Examined] = field(default_factory=list)
    logs: list[Finding] = field(default_factory=list)
    heard: bool = True  # somebody is sent the codes of the unit's log every day

    @property
    def gaps(self) -> list[Examined]:
        """Return the cases that lack something."""
        return [each for each in self.cases if each.lacks]

    @property
    def broken(self) -> list[Finding]:
        """Return the logs in which a record is not as it was."""
        return [each for each in self.logs if each.first_bad is not None]

    @property
    def whole(self) -> bool:
        """Tell whether nothing is lacking."""
        return not self.gaps and not self.broken

    def lacking(self, *codes: str) -> list[str]:
        """Return the numbers of the cases that lack one of these."""
        return [each.number for each in self.cases if set(codes) & set(each.lacks)]


async def examine(unit: Organisation, period: Period, now: datetime, *, strict_only: bool = True) -> Completeness:
    """Examine what was carried out in a unit and below it, of the requests filed in the period; changes nothing.

    It opens every piece of evidence and walks every log: call it outside a transaction.
    """
    found = Completeness(unit, period, heard=await is_heard(unit, now))
    units = {each.id: each for each in await Organisation.filter(access.within([unit.path], "")).order_by("path")}
    for organisation in units.values():
        found.logs.append(await verifying.examine(organisation.origin))
    last = 0
    while page := await _page(list(units), period, last):
        last += len(page)
        found.cases += [each for each in await _examined(page, now) if each.strict or not strict_only]
    return found


async def _page(units: list[object], period: Period, offset: int) -> list[CancellationRequest]:
    condition = Q(organisation_id__in=units, status=RequestStatus.CARRIED_OUT)
    if period.since:
        condition &= Q(created_at__gte=period.since)
    if period.until:
        condition &= Q(created_at__lt=period.until)
    rows = CancellationRequest.filter(condition).order_by("created_at", "id").offset(offset).limit(PAGE)
    return list(await rows.prefetch_related("organisation", "steps", "evidence"))


async def _examined(page: Sequence[CancellationRequest], now: datetime) -> list[Examined]:
    recorded, told = await _recorded([each.number for each in page]), await _told([each.id for each in page])
    told |= {each.id for each in page if each.ended_at and now - each.ended_at < UNDER_WAY}
    return [
        Examined(
            each.number,
            each.organisation.path,
            each.policy.get("name") == "strict",
            (*_records(each, recorded[each.number], told), *missing_in(each, list(each.steps)), *await _files(each)),
        )
        for each in page
    ]


async def _recorded(numbers: Collection[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows = AuditRecord.filter(subject__in=list(numbers), action__in=KINDS)
    for number, action in await rows.values_list("subject", "action"):
        found[str(number)].append(str(action))
    return found


async def _told(ids: Collection[object]) -> set[object]:
    """Return the requests whose candidate was told: a receipt, a call, or a channel that gives no receipts took it."""
    arrived = Q(outcome=AttemptOutcome.ARRIVED) | Q(
        outcome=AttemptOutcome.SENT, platform__in=[str(each) for each in WITHOUT_RECEIPT]
    )
    theirs = Q(message__request_id__in=list(ids), message__account_id__isnull=True)
    rows = Attempt.filter(arrived & theirs, message__kind__in=("notice", "timer"))
    return set(await rows.distinct().values_list("message__request_id", flat=True))


def _records(request: CancellationRequest, recorded: Iterable[str], told: Collection[object]) -> list[str]:
    actions, wanted = list(recorded), places.fewest_answers(request)
    lacks = [] if "request.filed" in actions else ["filed"]
    lacks += ["approvals"] if actions.count("approval.approved") < wanted else []
    return lacks + ([] if request.id in told else ["notices"])


async def _files(request: CancellationRequest) -> list[str]:
    pieces = list(request.evidence)
    rules = rules_of(request.policy)
    lacks = ["evidence-count"] if len([each for each in pieces if each.kind in rules.counts]) < rules.least else []
    for piece in pieces:
        if await evidence.is_erased(piece):
            continue
        try:
            content = await evidence.open_piece(piece)
        except (Unsealable, DoesNotExist):
            return [*lacks, "evidence-damaged"]
        if hashlib.sha256(content).hexdigest() != piece.digest:
            return [*lacks, "evidence-damaged"]
    return lacks
