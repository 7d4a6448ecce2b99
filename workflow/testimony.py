"""What the log says of a request, told over from its records alone: no other table takes part.

Every fact names the record that it stands in, so that whoever compares it can say where to look.
"""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models import AuditRecord, Platform, RequestStatus, StepStatus
from workflow.lines import record_in
from workflow.plans import StepPlan, fewest_agreeing, plans_of

Line = Mapping[str, Any]
ANSWERS = {
    "approval.approved": StepStatus.APPROVED,
    "approval.rejected": StepStatus.REJECTED,
    "approval.sent_back": StepStatus.SENT_BACK,
    "approval.returned": StepStatus.SENT_BACK,
    "approval.handed_on": StepStatus.HANDED_ON,
}
"""What is written at somebody's place, by the record of it."""
ENDS = {
    "approval.rejected": RequestStatus.REJECTED,
    "request.withdrawn": RequestStatus.WITHDRAWN,
    "request.undone": RequestStatus.UNDONE,
    "request.expired": RequestStatus.EXPIRED,
    "booking.cancelled": RequestStatus.CARRIED_OUT,
}
FILED, CANCELLED, DECLINED, PURGED = "request.filed", "booking.cancelled", "booking.declined", "case.purged"
STARTS = ("booking.entered", "booking.changed")
OF_BOOKINGS = (CANCELLED, DECLINED, PURGED, *STARTS)


@dataclass(frozen=True)
class Fact:
    """Something that a record says; `seq` is that record's number."""

    value: Any
    seq: int


@dataclass(frozen=True)
class Answer:
    """What one person answered at their place; `at` is the moment as it stands in the log.

    `by` is the pseudonym of who answered, `asked` that of whose place it is: another's, where somebody stood in.
    """

    level: int
    slot: int
    role: str
    by: str
    asked: str
    answer: StepStatus
    at: str
    still_needed: str
    seq: int


@dataclass(frozen=True)
class Piece:
    """One piece of evidence: the SHA-256 of its sealed bytes, and the commitment to that of its content."""

    sealed: str
    commitment: str
    size: int
    media: str
    seq: int


@dataclass(frozen=True)
class Receipt:
    """What an archive gave for the package of one round; moments as they stand in the log."""

    round: int
    number: str
    receipt: str
    received: str
    digest: str
    archive: str
    seq: int


@dataclass
class Testimony:
    """What the log says of one request. `status` is None while it is open and nobody has decided all of it.

    `operator` is who asked for it: the filer, until another submitted it or took it over. `answers` are those of the
    present revision that count, by level and slot; `void` those that a return to an earlier level took the force of;
    `earlier` those of revisions that were sent back; `skipped` the levels that the rules passed over. `words` is the
    label and the commitment of the free text, `name` the commitment of the candidate's name. Moments are as they stand
    in the log.
    """

    number: str
    log: str
    booking: str
    filed: Fact
    operator: Fact
    submitted: Fact
    reason: Fact
    origin: Fact
    late: Fact
    notify: Fact
    keep: Fact
    policy: Fact
    revision: Fact
    status: Fact
    starts: Fact | None = None  # when the interview was to begin
    words: Fact | None = None
    name: Fact | None = None
    decided: Fact | None = None
    grace_s: int = 0
    ended: Fact | None = None
    purged: Fact | None = None
    notice: Fact | None = None  # that the candidate was told, the latest
    answers: dict[tuple[int, int], Answer] = field(default_factory=dict)
    void: list[Answer] = field(default_factory=list)
    earlier: list[Answer] = field(default_factory=list)
    skipped: set[int] = field(default_factory=set)
    pieces: dict[str, Piece] = field(default_factory=dict)
    receipts: dict[int, Receipt] = field(default_factory=dict)

    @property
    def filed_by(self) -> str:
        """Return the pseudonym of who filed it."""
        return str(self.filed.value["actor"]["sub"])

    @property
    def plans(self) -> tuple[StepPlan, ...]:
        """Return the steps that had to agree, in order, as the rules stood when it was filed."""
        return plans_of(self.policy.value) if isinstance(self.policy.value, dict) else ()

    def agreed_at(self, level: int) -> int:
        """Return how many agreed at a level, counted from 1."""
        return sum(each.level == level and each.answer == StepStatus.APPROVED for each in self.answers.values())

    @property
    def unanswered(self) -> list[int]:
        """Return the levels at which fewer agreed than the rules ask for at the least."""
        wanted = enumerate(self.plans, start=1)
        return [
            level
            for level, plan in wanted
            if level not in self.skipped and self.agreed_at(level) < fewest_agreeing(plan)
        ]


async def testimonies(numbers: Collection[str]) -> dict[str, Testimony]:
    """Return what the log says of each of these requests; one that was never filed has none."""
    wanted = list(numbers)
    own = await _lines(subject__in=wanted, action__in=[FILED, *TELLING])
    bookings = {str(line["data"].get("booking", "")) for line in own if line["type"] == FILED}
    beside = await _lines(subject__in=list(bookings), action__in=list(OF_BOOKINGS))
    by_number: defaultdict[str, list[Line]] = defaultdict(list)
    for line in own:
        by_number[str(line["obj"]["id"])].append(line)
    told = {number: told_over(number, [*by_number[number], *beside]) for number in wanted}
    return {number: each for number, each in told.items() if each is not None}


async def _lines(**which: object) -> list[Line]:
    rows = AuditRecord.filter(**which).order_by("log", "seq")
    found = [record_in(str(line)) for line in await rows.values_list("line", flat=True)]
    return [line for line in found if line is not None]


def told_over(number: str, lines: Iterable[Line]) -> Testimony | None:
    """Tell over the records of one request; lines about anything else are passed over. None without its filing."""
    ordered = sorted(lines, key=lambda each: (str(each["log"]), int(each["seq"])))
    filed = next((each for each in ordered if each["type"] == FILED and _is_own(each, number)), None)
    if filed is None:
        return None
    told = _begun(number, filed)
    for line in (each for each in ordered if each["log"] == told.log):
        with contextlib.suppress(KeyError, TypeError, ValueError):  # not as we write it: the walk of the log says so
            if line["type"] in OF_BOOKINGS:
                _of_booking(told, line)
            elif _is_own(line, number) and line["type"] in TELLING:
                TELLING[line["type"]](told, line)
    return told


def _is_own(line: Line, number: str) -> bool:
    return bool(line["obj"]["id"] == number and line["obj"].get("kind") in ("cancel_request", "archive_package"))


def _begun(number: str, filed: Line) -> Testimony:
    data, seq = filed["data"], int(filed["seq"])
    personal = filed["pd"]
    return Testimony(
        number=number,
        log=str(filed["log"]),
        booking=str(data.get("booking", "")),
        filed=Fact(filed, seq),
        operator=Fact(str(filed["actor"]["sub"]), seq),
        submitted=Fact(str(filed["at"]), seq),
        reason=Fact(data.get("reason"), seq),
        origin=Fact(data.get("origin", "candidate"), seq),  # a candidate's own filing names none
        late=Fact(data.get("late"), seq),
        notify=Fact(data.get("notify", True), seq),
        keep=Fact(data.get("keep", True), seq),
        policy=Fact(data.get("policy"), seq),
        revision=Fact(filed["obj"].get("rev"), seq),
        status=Fact(None, seq),
        words=Fact(("reason", personal["reason"]), seq) if "reason" in personal else None,
        name=Fact(personal["name"], seq) if "name" in personal else None,
    )


def _of_booking(told: Testimony, line: Line) -> None:
    """Take what the booking's records say of this request: its end, the candidate's own words, its purge."""
    data, seq, about_it = line["data"], int(line["seq"]), line["obj"]["id"] == told.booking
    if line["type"] == CANCELLED and data.get("request") == told.number and about_it:
        told.reason, told.notify = Fact(data.get("reason"), seq), Fact(data.get("notify"), seq)
        told.keep = Fact(data.get("keep"), seq)
        _end(told, line)
    elif line["type"] == DECLINED and about_it and seq < told.filed.seq and told.filed_by.startswith("c_"):
        told.words = Fact(("words", line["pd"].get("words", "")), seq)
    elif line["type"] in STARTS and about_it:
        told.starts = Fact(str(data["starts"]), seq)
    elif line["type"] == PURGED and told.number in data.get("requests", ()):
        told.purged = Fact(str(data.get("purge", "")), seq)


def _end(told: Testimony, line: Line) -> None:
    told.status = Fact(ENDS[line["type"]], int(line["seq"]))
    told.ended = Fact(str(line["at"]), int(line["seq"]))


def _ended(told: Testimony, line: Line) -> None:
    _revised(told, line)
    _end(told, line)


def _revised(told: Testimony, line: Line) -> None:
    told.revision = Fact(line["obj"]["rev"], int(line["seq"]))


def _submitted(told: Testimony, line: Line) -> None:
    """Begin a round: what was answered before the request was sent back is over."""
    _revised(told, line)
    seq = int(line["seq"])
    told.operator, told.submitted = Fact(str(line["actor"]["sub"]), seq), Fact(str(line["at"]), seq)
    told.earlier += [*told.void, *told.answers.values()]
    told.answers, told.void, told.skipped, told.status = {}, [], set(), Fact(None, seq)


def _handed_on(told: Testimony, line: Line) -> None:
    told.operator = Fact(str(line["data"].get("to", "")), int(line["seq"]))


def _answered(told: Testimony, line: Line) -> None:
    _revised(told, line)
    data, seq, place = line["data"], int(line["seq"]), _place_in(line)
    told.answers[place] = Answer(
        level=place[0],
        slot=place[1],
        role=str(data.get("role", "")),
        by=str(line["actor"]["sub"]),
        asked=str(data.get("for", line["actor"]["sub"])),
        answer=ANSWERS[line["type"]],
        at=str(line["at"]),
        still_needed=str(data.get("still_needed", "")),
        seq=seq,
    )
    if line["type"] == "approval.sent_back":
        told.status = Fact(RequestStatus.SENT_BACK, seq)
    elif line["type"] == "approval.returned":
        _void(told, int(data["to_level"]))
    elif line["type"] in ENDS and data.get("ends", True):  # 票签: one no need not end it
        _end(told, line)


def _place_in(line: Line) -> tuple[int, int]:
    """Return level and slot; records from before a level could ask several people name no slot."""
    return int(line["data"]["level"]), int(line["data"].get("slot", 1))


def _void(told: Testimony, level: int) -> None:
    """Take the force of whatever was answered from this level on."""
    told.void += [each for place, each in told.answers.items() if place[0] >= level]
    told.answers = {place: each for place, each in told.answers.items() if place[0] < level}


def _skipped(told: Testimony, line: Line) -> None:
    told.skipped.add(int(line["data"]["level"]))


def _taken_back(told: Testimony, line: Line) -> None:
    told.answers.pop(_place_in(line), None)
    told.decided, told.status = None, Fact(None, int(line["seq"]))


def _decided(told: Testimony, line: Line) -> None:
    seq = int(line["seq"])
    told.decided, told.grace_s = Fact(str(line["at"]), seq), int(line["data"].get("grace_s", 0))
    told.status = Fact(RequestStatus.APPROVED, seq)


def _kept(told: Testimony, line: Line) -> None:
    _revised(told, line)
    for each in line["ev"]:
        told.pieces[each["ct"]] = Piece(each["ct"], each["pt"], each["size"], each["type"], int(line["seq"]))


def _told(told: Testimony, line: Line) -> None:
    """Take that the candidate was told; that the carrier of a short message took it is no receipt."""
    data, taken = line["data"], line["type"] == "notice.submitted"
    if data.get("to") == "candidate" and not (taken and data.get("channel") == Platform.SMS):
        told.notice = Fact(str(line["at"]), int(line["seq"]))


def _received(told: Testimony, line: Line) -> None:
    data, number = line["data"], int(line["obj"]["rev"])
    told.receipts[number] = Receipt(
        round=number,
        number=str(data.get("package", "")),
        receipt=str(data.get("receipt", "")),
        received=str(data.get("received", "")),
        digest=str(data.get("sha256", "")),
        archive=str(data.get("to", "")),
        seq=int(line["seq"]),
    )


TELLING: dict[str, Callable[[Testimony, Line], None]] = {
    "request.submitted": _submitted,
    "request.handed_on": _handed_on,
    "request.approved": _decided,
    "request.withdrawn": _ended,
    "request.undone": _ended,
    "request.expired": _ended,
    "approval.approved": _answered,
    "approval.rejected": _answered,
    "approval.sent_back": _answered,
    "approval.returned": _answered,
    "approval.handed_on": _answered,
    "step.skipped": _skipped,
    "approval.taken_back": _taken_back,
    "evidence.kept": _kept,
    "archive.received": _received,
    "notice.sent": _told,
    "notice.submitted": _told,
    "notice.delivered": _told,
    "notice.told_by_phone": _told,
}
"""Which records of a request change what is said of it, and how."""
