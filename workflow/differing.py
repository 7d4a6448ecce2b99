"""Where the rows of a request are not what the log says of it, column by column; pure.

What the log holds as a commitment is compared as one; of an erased person no commitment opens any more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import ArchivePackage, ArchiveStatus, CancellationRequest, Evidence, RequestStatus, Role, Step
from workflow import audit
from workflow.acting import local
from workflow.canonical import stamp
from workflow.states import OPEN_REQUESTS
from workflow.testimony import ANSWERS, Answer, Fact, Receipt, Testimony

RECEIPT = "archive-receipt"
UNDECIDED = tuple(each for each in OPEN_REQUESTS if each not in (RequestStatus.APPROVED, RequestStatus.SENT_BACK))
ANSWERED = tuple(ANSWERS.values())


@dataclass(frozen=True)
class Difference:
    """Something that rows and log do not agree on: a code, the record that says it, and both in words.

    No personal datum stands in it: people are pseudonyms, free text is only said to differ.
    """

    code: str
    seq: int
    said: str


def found(told: Testimony, request: CancellationRequest, policy: object) -> Iterator[Difference]:
    """Yield where a request, its steps, evidence and packages (all loaded) are not what the log says.

    `policy` is what it keeps of its rules in the form of the log, which names people by pseudonyms.
    """
    yield from _filing(told, request)
    if told.policy.value != policy:
        filed = told.filed.seq
        yield Difference("rules", filed, f"当时的规则：和日志第 {filed} 条里的不一样")
    yield from _course(told, request)
    yield from _answers(told, request)
    yield from _evidence(told, request)
    yield from _receipts(told, list(request.archive_packages))
    yield from _words(told, request)


def pseudonym(kind: str, person: object) -> str:
    """Return how the log names somebody by their id: `u` for an employee, `c` for a candidate."""
    return f"{kind}_{getattr(person, 'hex', str(person))[:16]}" if person is not None else ""


def moment(text: str) -> str:
    """Return a moment of the log as people here read it, to the millisecond."""
    at = datetime.fromisoformat(text)
    return f"{local(at):%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}"


def _stamped(at: datetime | None) -> str:
    return stamp(at) if at else ""


def _unlike(code: str, what: str, fact: Fact, there: object, show: Callable[[str], str] = str) -> Iterator[Difference]:
    """Yield the difference between a fact and what stands in the table, if there is one."""
    said, kept = str(fact.value), str(there)
    if said != kept:
        words = [show(each) if each else "空" for each in (said, kept)]
        yield Difference(code, fact.seq, f"{what}：日志第 {fact.seq} 条是 {words[0]}，数据库里是 {words[1]}")


def _filing(told: Testimony, request: CancellationRequest) -> Iterator[Difference]:
    """Compare what was asked for, by whom, when and under which rules."""
    filed = told.filed.seq
    filer = told.filed_by if told.filed_by.startswith("c_") else ""
    yield from _unlike("unit", "单位", Fact(told.log, filed), request.organisation.origin)
    yield from _unlike("booking", "预约号", Fact(told.booking, filed), request.booking.number)
    if told.starts is not None:
        yield from _unlike("starts", "面试时间", told.starts, _stamped(request.booking.starts_at), moment)
    yield from _unlike("filed", "发起时间", Fact(told.filed.value["at"], filed), _stamped(request.created_at), moment)
    yield from _unlike("submitted", "提交时间", told.submitted, _stamped(request.filed_at), moment)
    yield from _unlike("candidate", "发起的候选人", Fact(filer, filed), pseudonym("c", request.candidate_id))
    if filer:
        about = pseudonym("c", request.booking.candidate_id)
        yield from _unlike("candidate", "预约的候选人", Fact(filer, filed), about)
    if told.operator.value.startswith("u_"):  # whose desk a candidate's word was laid on, nobody has answered for yet
        yield from _unlike("operator", "操作人", told.operator, pseudonym("u", request.requester_id))
    yield from _unlike("reason", "原因", told.reason, request.reason_code)
    yield from _unlike("origin", "责任来源", told.origin, str(request.origin))
    yield from _unlike("late", "是否在通知期内", told.late, request.late)
    yield from _unlike("notify", "是否通知候选人", told.notify, request.notify)
    if told.status.value == RequestStatus.CARRIED_OUT:  # an approver may set it until then
        yield from _unlike("keep", "是否保留资格", told.keep, request.keep_eligibility)


def _course(told: Testimony, request: CancellationRequest) -> Iterator[Difference]:
    """Compare where it stands and when it got there."""
    said, seq = told.status.value, told.status.seq
    there = "open" if said is None and request.status in UNDECIDED else str(request.status)
    yield from _unlike("status", "状态", Fact(str(said or "open"), seq), there)
    yield from _unlike("revision", "版次", told.revision, request.revision)
    decided, ended = told.decided or Fact("", seq), told.ended or Fact("", seq)
    yield from _unlike("decided", "批准时间", decided, _stamped(request.decided_at), moment)
    effective = Fact(_later(decided.value, told.grace_s), decided.seq)
    yield from _unlike("effective", "生效时间", effective, _stamped(request.effective_at), moment)
    yield from _unlike("ended", "取消时间（办结）", ended, _stamped(request.ended_at), moment)
    if said == RequestStatus.CARRIED_OUT:
        cancelled = _stamped(request.booking.cancelled_at)
        yield from _unlike("ended", "预约的取消时间", ended, cancelled, moment)


def _later(text: str, seconds: int) -> str:
    return stamp(datetime.fromisoformat(text) + timedelta(seconds=seconds)) if text else ""


def _answers(told: Testimony, request: CancellationRequest) -> Iterator[Difference]:
    """Compare the chain: its roles and their order, and who answered what and when at each place."""
    steps = list(request.steps)
    now = {(each.level, each.slot): each for each in steps if each.revision == request.revision}
    answers = {**{(each.level, each.slot): each for each in told.void}, **told.answers}
    for place in sorted({*answers, *now}):
        yield from _one_answer(told, place, answers.get(place), now.get(place))
    before = [_row_of(each) for each in steps if each.revision != request.revision and each.status in ANSWERED]
    said = [_said_of(each) for each in told.earlier]
    if sorted(before) != sorted(said):
        seq = told.earlier[-1].seq if told.earlier else told.filed.seq
        yield Difference("approver", seq, f"退回以前的审批：和日志里的不一样（到第 {seq} 条为止有 {len(said)} 次）")


def _one_answer(
    told: Testimony, place: tuple[int, int], answer: Answer | None, step: Step | None
) -> Iterator[Difference]:
    what, filed = _place_said(place), told.filed.seq
    decided = step is not None and step.status in ANSWERED
    if answer is None and decided:
        yield Difference("approver", filed, f"{what}审批：数据库里有答复，日志里没有（发起是第 {filed} 条）")
    elif answer is not None and (step is None or not decided):
        yield Difference("approver", answer.seq, f"{what}审批：日志第 {answer.seq} 条有答复，数据库里没有")
    elif answer is not None and step is not None:
        yield from _unlike_answer(what, answer, step)
    if step is not None and answer is None and not _is_planned(told, step):
        said = f"{what}的角色：数据库里是 {step.role}，日志第 {filed} 条的规则没有要求"
        yield Difference("level", filed, said)


def _place_said(place: tuple[int, int]) -> str:
    level, slot = place
    return f"第 {level} 级第 {slot} 位" if slot > 1 else f"第 {level} 级"


def _is_planned(told: Testimony, step: Step) -> bool:
    """Tell whether the rules ask this role at this level; whom they name may hold any, and an administrator names."""
    if not 0 < step.level <= len(told.plans):
        return False
    plan = told.plans[step.level - 1]
    return len(plan.roles) < len(plan.who) or step.role in (*plan.roles, Role.SYSTEM_ADMIN)


def _unlike_answer(what: str, answer: Answer, step: Step) -> Iterator[Difference]:
    seq = answer.seq
    for column, by, person in (("审批人", answer.by, step.decided_by_id), ("审批对象", answer.asked, step.approver_id)):
        yield from _unlike("approver", f"{what}{column}", Fact(by, seq), pseudonym("u", person))
    yield from _unlike("level", f"{what}的角色", Fact(answer.role, seq), str(step.role))
    yield from _unlike("answer", f"{what}审批意见", Fact(str(answer.answer), seq), str(step.status))
    yield from _unlike("answered", f"{what}审批时间", Fact(answer.at, seq), _stamped(step.decided_at), moment)
    still = str(step.still_needed or "")
    yield from _unlike("answer", f"{what}岗位是否仍需", Fact(answer.still_needed, seq), still)


def _row_of(step: Step) -> tuple[str, ...]:
    by = pseudonym("u", step.decided_by_id)
    return (str(step.level), str(step.slot), str(step.role), by, str(step.status), _stamped(step.decided_at))


def _said_of(answer: Answer) -> tuple[str, ...]:
    return (str(answer.level), str(answer.slot), answer.role, answer.by, str(answer.answer), answer.at)


def _evidence(told: Testimony, request: CancellationRequest) -> Iterator[Difference]:
    """Compare what was kept with what the log says was received; of an erased person only the sealed bytes are left."""
    rows = {each.cipher_digest: each for each in request.evidence}
    for piece in told.pieces.values():
        row = rows.pop(piece.sealed, None)
        if row is None:
            yield Difference("evidence", piece.seq, f"证明材料：日志第 {piece.seq} 条收到的一份，数据库里没有")
        elif (row.size, row.media_type) != (piece.size, piece.media) or not _commits(row, piece.commitment, request):
            yield Difference("evidence", piece.seq, f"证明材料：和日志第 {piece.seq} 条收到时的不一样")
    for _ in rows:
        filed = told.filed.seq
        yield Difference("evidence", filed, f"证明材料：数据库里有一份，日志里没有收到的记录（发起是第 {filed} 条）")


def _commits(row: Evidence, commitment: str, request: CancellationRequest) -> bool:
    candidate = request.booking.candidate
    return candidate.secret is None or audit.commitment(candidate, "evidence", row.digest) == commitment


def _receipts(told: Testimony, packages: Sequence[ArchivePackage]) -> Iterator[Difference]:
    """Compare the archive's receipts: none without its record, and none that says something else."""
    rows = {each.round: each for each in packages if each.status == ArchiveStatus.ARCHIVED}
    for each in (receipt for receipt in told.receipts.values() if receipt.round not in rows):
        yield Difference(RECEIPT, each.seq, f"归档回执：日志第 {each.seq} 条收到 {each.number} 的，数据库里没有")
    for number, row in sorted(rows.items()):
        receipt = told.receipts.get(number)
        if receipt is None:
            filed = told.filed.seq
            yield Difference(RECEIPT, filed, f"归档回执：数据库里有第 {number} 次归档的，日志里没有收到的记录")
        elif _receipt_row(row) != _receipt_said(receipt):
            yield Difference(RECEIPT, receipt.seq, f"归档回执：和日志第 {receipt.seq} 条收到的不一样")


def _receipt_row(row: ArchivePackage) -> tuple[str, ...]:
    return (row.number, row.receipt, _stamped(row.receipt_at), row.digest, row.archive)


def _receipt_said(said: Receipt) -> tuple[str, ...]:
    return (said.number, said.receipt, said.received, said.digest, said.archive)


def _words(told: Testimony, request: CancellationRequest) -> Iterator[Difference]:
    """Compare the free text of the reason with its commitment; of an erased person neither opens any more."""
    candidate, text = request.booking.candidate, str(request.reason_text or "")
    if candidate.secret is None or (told.words is None and not text):
        return
    label, commitment = told.words.value if told.words else ("reason", "")
    if audit.commitment(candidate, label, text) != commitment:
        seq = told.words.seq if told.words else told.filed.seq
        yield Difference("words", seq, f"原因的文字：和日志第 {seq} 条的承诺值对不上")
