"""完整性检查: does every cancellation have its form, its approvals, its notice, its evidence, and a whole log? (S41)

Each case is held against the rules that it was decided by, and its rows against what the signed log says.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tortoise.exceptions import DoesNotExist
from tortoise.expressions import Q

from models import (
    Attempt,
    AttemptOutcome,
    AuditRecord,
    CancellationRequest,
    Organisation,
    Platform,
    RequestStatus,
)
from models.vault import Unsealable
from workflow import access, comparing, evidence, verifying
from workflow.anchor_listeners import is_heard
from workflow.archive_metadata import missing_in
from workflow.comparing import Compared
from workflow.differing import Difference
from workflow.evidence_rules import rules_of
from workflow.log_periods import Period
from workflow.plans import plans_of
from workflow.testimony import FILED
from workflow.verifying import Finding

PAGE = 200
WITHOUT_RECEIPT = frozenset(set(Platform) - {Platform.SMS})
UNDER_WAY = timedelta(hours=1)  # a notice may still be waiting for its receipt, or for the next channel
DIFFERS, FILED_NOT = "differs", "filed"
TODO = {
    DIFFERS: ("记录与日志不一致", "以日志为准：保留现场，查谁动过数据库，和备份核对，写明情况附卷"),
    FILED_NOT: ("缺取消申请单", "运行 audit verify 查日志是否完好；补不了的写明情况附卷"),
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
    """One request; `lacks` are codes of `TODO`, `differs` is where its rows are not what the log says."""

    number: str
    unit: str
    lacks: tuple[str, ...]
    differs: tuple[Difference, ...] = ()


@dataclass
class Completeness:
    """What was found in a unit and below it: the cases, and each log as far as it is whole.

    `cases` were carried out, by the log or by the row; `others` were not, and are not what the log says, or not in it.
    `purged` has the number of the purge for each request that is gone with its records.
    """

    unit: Organisation
    period: Period
    cases: list[Examined] = field(default_factory=list)
    logs: list[Finding] = field(default_factory=list)
    heard: bool = True  # somebody is sent the codes of the unit's log every day
    others: list[Examined] = field(default_factory=list)
    purged: dict[str, str] = field(default_factory=dict)

    @property
    def gaps(self) -> list[Examined]:
        """Return what lacks something, or is not what the log says."""
        return [each for each in (*self.cases, *self.others) if each.lacks]

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

    @property
    def unlike(self) -> list[str]:
        """Return the numbers of the requests on which tables and logs do not agree."""
        return [each.number for each in self.gaps if {DIFFERS, FILED_NOT} & set(each.lacks)]


async def examine(unit: Organisation, period: Period, now: datetime, *, strict_only: bool = True) -> Completeness:
    """Examine what was carried out in a unit and below it, of the requests filed in the period; changes nothing.

    The requests are those of the tables and those of the logs: what was taken out of one is in the other. It opens
    every piece of evidence and walks every log: call it outside a transaction.
    """
    found = Completeness(unit, period, heard=await is_heard(unit, now))
    units = list(await Organisation.filter(access.within([unit.path], "")).order_by("path"))
    for organisation in units:
        found.logs.append(await verifying.examine(organisation.origin))
    numbers = await _numbers(units, period)
    for start in range(0, len(numbers), PAGE):
        for each in (await comparing.compared(numbers[start : start + PAGE])).values():
            if not strict_only or _is_strict(each):
                await _put(found, each, now)
    return found


async def _numbers(units: Sequence[Organisation], period: Period) -> list[str]:
    """Return the numbers of what was filed in the period, as the tables say and as the logs say, in order."""
    rows = CancellationRequest.filter(organisation_id__in=[each.id for each in units], **_within("created_at", period))
    records = AuditRecord.filter(log__in=[each.origin for each in units], action=FILED, **_within("at", period))
    found = {str(number): at for number, at in await records.values_list("subject", "at")}
    found |= {str(number): at for number, at in await rows.values_list("number", "created_at")}
    return sorted(found, key=lambda number: (found[number], number))


def _within(column: str, period: Period) -> dict[str, object]:
    bounds = {f"{column}__gte": period.since, f"{column}__lt": period.until}
    return {key: moment for key, moment in bounds.items() if moment}


def _is_strict(case: Compared) -> bool:
    """Tell whether the rules were strict, by the log or by the row: neither takes a case out of the examination."""
    policies = [case.told.policy.value if case.told else None, case.request.policy if case.request else None]
    return any(isinstance(each, dict) and each.get("name") == "strict" for each in policies)


async def _put(found: Completeness, case: Compared, now: datetime) -> None:
    """Put a request where it belongs: examined, gone by a purge, or not carried out and yet not what the log says."""
    said = case.told.status.value if case.told else None
    there = case.request.status if case.request else None
    if case.purged:
        found.purged[case.number] = case.purged
    elif RequestStatus.CARRIED_OUT in (said, there):
        found.cases.append(await _examined(case, now))
    elif case.differs or case.told is None:
        lacks = (DIFFERS,) if case.told else (FILED_NOT,)
        found.others.append(Examined(case.number, _unit_of(case), lacks, case.differs))


def _unit_of(case: Compared) -> str:
    log = case.told.log.removeprefix("shouyue/") if case.told else ""
    return case.request.organisation.path if case.request else log


async def _examined(case: Compared, now: datetime) -> Examined:
    lacks = [DIFFERS] if case.differs else []
    if case.request is not None:
        case.request.policy = _rules(case)  # what the row says of them has been compared
        lacks += [*await _records(case, case.request, now), *missing_in(case.request, list(case.request.steps))]
        lacks += await _files(case.request)
    return Examined(case.number, _unit_of(case), tuple(lacks), case.differs)


def _rules(case: Compared) -> dict[str, object]:
    """Return the rules by which a case was decided: those in its filing, or the row's where there is none."""
    rules = [case.told.policy.value if case.told else None, case.request.policy if case.request else None]
    return next((dict(each) for each in rules if isinstance(each, dict)), {})


async def _is_told(case: Compared, request: CancellationRequest, now: datetime) -> bool:
    """Tell whether the candidate was told: a receipt, a call, or a channel that gives no receipts took it.

    The log has to say so too, once there was time enough.
    """
    if request.ended_at and now - request.ended_at < UNDER_WAY:
        return True
    arrived = Q(outcome=AttemptOutcome.ARRIVED) | Q(
        outcome=AttemptOutcome.SENT, platform__in=[str(each) for each in WITHOUT_RECEIPT]
    )
    theirs = Q(message__request_id=request.id, message__account_id__isnull=True)
    known = await Attempt.filter(arrived & theirs, message__kind__in=("notice", "timer")).exists()
    return known and case.told is not None and case.told.notice is not None


async def _records(case: Compared, request: CancellationRequest, now: datetime) -> list[str]:
    lacks = [] if case.told else [FILED_NOT]
    wanted = case.told.unanswered if case.told else plans_of(request.policy)
    lacks += ["approvals"] if wanted else []
    return lacks + ([] if await _is_told(case, request, now) else ["notices"])


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
