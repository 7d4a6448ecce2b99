"""What an archive wants to know of a case that is over: whose it is, what became of it, who decided (S44).

Four things may never be missing: 取消时间、原因、操作人、审批人. A case that did not end in a cancellation says so in
the same four places; nothing is made up for what never happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import ArchivePackage, CancellationRequest, Employee, Origin, RequestStatus, Step, StepStatus
from workflow import places, timeline
from workflow.moments import when_of
from workflow.plans import plans_of
from workflow.reasons import REASONS
from workflow.showing import LONGEST_NAME, plain
from workflow.sight import LONGEST_READ
from workflow.testimony import testimonies
from workflow.timeline import Case, Entry
from workflow.views import ROLE_LABELS

TIME, REASON, OPERATOR, APPROVER = "missing-time", "missing-reason", "missing-operator", "missing-approver"
MANDATORY = (TIME, REASON, OPERATOR, APPROVER)
RESULTS = {
    RequestStatus.CARRIED_OUT: "已取消",
    RequestStatus.REJECTED: "已驳回，未取消",
    RequestStatus.WITHDRAWN: "已撤回，未取消",
    RequestStatus.UNDONE: "已撤销，未取消",
    RequestStatus.EXPIRED: "到点未决，系统代办关闭，未取消",
    RequestStatus.REFUSED: "不予受理，未取消",
}
"""How a case can be over; a request in any other state is not."""

ORIGINS = {Origin.CANDIDATE: "候选人", Origin.COMPANY: "单位", Origin.SYSTEM: "系统"}
ANSWERS = {
    StepStatus.APPROVED: "同意",
    StepStatus.REJECTED: "驳回",
    StepStatus.SENT_BACK: "退回补充",
    StepStatus.OPEN: "未决定",
    StepStatus.WAITING: "未决定",
    StepStatus.CLOSED: "未决定",
    StepStatus.HANDED_ON: "已转交",
    StepStatus.SKIPPED: "前面已同意，按规范跳过",
    StepStatus.VOIDED: "退回后作废",
}


@dataclass(frozen=True)
class Person:
    """Somebody who acted: the name, the pseudonym in the log, and who they are (员工, 候选人, 系统)."""

    name: str
    pseudonym: str
    kind: str


NOBODY = Person("无", "system", "系统")


@dataclass(frozen=True)
class Decider:
    """One place in the chain. `answer` is 无需审批 or 未到审批 where nobody was asked; `at` is aware."""

    person: Person
    level: int
    role: str
    answer: str
    at: datetime | None = None


REMARKS = {
    "approval.approved": "同意",
    "approval.rejected": "驳回",
    "approval.sent_back": "退回补充",
    "approval.returned": "退回到前面的节点",
    "approval.handed_on": "转交",
    "request.commented": "评论",
    "reveal.asked": "申请查看完整信息",
}
"""Beside which records of a case somebody wrote something, as the metadata call them: `timeline.WITH_REMARK`."""


@dataclass(frozen=True)
class Remark:
    """What somebody wrote, as the print of the same package shows it; `seq` is the record it stands beside."""

    seq: int
    person: Person
    what: str
    at: datetime
    words: str


@dataclass(frozen=True)
class Metadata:
    """The metadata of one package; moments are aware. What is missing is None, or an empty tuple."""

    number: str
    request: str
    booking: str
    unit: str
    path: str
    title: str
    candidate: str
    position: str
    interview_at: datetime
    interview: str
    result: str
    cancelled: bool
    formed_at: datetime
    cancelled_at: datetime | None
    reason: str | None
    reason_code: str
    origin: str
    operator: Person | None
    deciders: tuple[Decider, ...]
    reason_words: str = ""  # what came with the reason, masked as in the print
    remarks: tuple[Remark, ...] = ()

    @property
    def missing(self) -> list[str]:
        """Return the codes of the mandatory fields that are not there."""
        there = (self.cancelled_at, self.reason, self.operator, self.deciders)
        return [code for code, value in zip(MANDATORY, there, strict=True) if not value]


async def metadata_of(package: ArchivePackage, case: Case) -> Metadata:
    """Return the metadata of a package about this case, as far as its reader may see it."""
    request = await CancellationRequest.get(id=package.request_id).prefetch_related("requester", "candidate")
    steps = places.current(await Step.filter(request=request), request.revision)
    await _with_people(steps)
    told = (await testimonies([request.number])).get(request.number)
    booking, cancelled = case.booking, request.status == RequestStatus.CARRIED_OUT
    return Metadata(
        number=package.number,
        request=request.number,
        booking=booking.number,
        unit=case.organisation.name,
        path=case.organisation.path,
        title=f"关于取消{case.candidate}面试预约的办理材料",
        candidate=case.candidate,
        position=plain(booking.position.name),
        interview_at=booking.starts_at,
        interview=when_of(booking),
        result=RESULTS.get(request.status, str(request.status)),
        cancelled=cancelled,
        formed_at=request.ended_at or package.created_at,
        cancelled_at=request.ended_at,
        reason=_reason(request, cancelled),
        reason_code=request.reason_code,
        origin=ORIGINS[request.origin],
        operator=_operator(request, case, str(told.operator.value) if told else ""),
        deciders=_deciders(request, steps, cancelled),
        reason_words=case.sight.words_about(booking.candidate, request.reason_text, LONGEST_READ),
        remarks=tuple(_remark(each) for each in await timeline.entries_of(case) if each.remark),
    )


def _remark(entry: Entry) -> Remark:
    kind = "员工" if entry.by == "employee" else "系统"
    return Remark(
        entry.seq, Person(entry.who or "系统", entry.person, kind), REMARKS[entry.action], entry.at, entry.remark
    )


async def _with_people(steps: Sequence[Step]) -> None:
    for step in steps:
        await step.fetch_related("decided_by")


def _reason(request: CancellationRequest, cancelled: bool) -> str | None:
    """Return the reason in words, without what was written beside it."""
    known = REASONS.get(request.reason_code)
    if known is not None:
        return known.label
    return None if cancelled else "未填写"


def _operator(request: CancellationRequest, case: Case, acted: str) -> Person | None:
    """Return who asked for it; `acted` is who did as the log has it.

    A candidate's word that HR never submitted is the candidate's, whosever desk it lies on: no record names that.
    """
    if request.requester is not None and not acted.startswith("c_"):
        return _employee(request.requester)
    if request.candidate is not None:
        return Person(case.candidate, f"c_{request.candidate.id.hex[:16]}", "候选人")
    return None


def _employee(person: Employee) -> Person:
    return Person(plain(str(person.name), LONGEST_NAME), person.pseudonym, "员工")


def missing_in(request: CancellationRequest, steps: Sequence[Step]) -> list[str]:
    """Return the codes of the mandatory fields that a cancellation which was carried out has no value for."""
    there = (
        request.ended_at is not None,
        request.reason_code in REASONS,
        request.requester_id is not None or request.candidate_id is not None,
        places.is_agreed(request, steps),
    )
    return [code for code, is_there in zip(MANDATORY, there, strict=True) if not is_there]


def _deciders(request: CancellationRequest, steps: Sequence[Step], cancelled: bool) -> tuple[Decider, ...]:
    """Return the chain; nobody where a cancellation lacks an answer that its rules wanted."""
    if cancelled and not places.is_agreed(request, steps):
        return ()
    if steps:
        return tuple(_decider(each) for each in steps)
    rule = plain(str(request.policy.get("rule", "")))
    if plans_of(request.policy):
        return (Decider(NOBODY, 0, "", "未到审批"),)
    return (Decider(Person(f"系统（规则 {rule}）", "system", "系统"), 0, "", "无需审批"),)


def _decider(step: Step) -> Decider:
    """Return one place in the chain; who was asked and did not answer is in no record, so nobody is named."""
    who = _employee(step.decided_by) if step.decided_by else NOBODY
    return Decider(who, step.level, ROLE_LABELS[step.role], ANSWERS[step.status], step.decided_at)
