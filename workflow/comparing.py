"""对照: what the rows say of a request against what the signed log says; where they differ the log is right.

The reader of a case is shown rows. Whoever owns the database can write them; the log they cannot write without the key.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from models import AuditRecord, CancellationRequest
from workflow import audit, differing
from workflow.differing import Difference, pseudonym
from workflow.lines import record_in
from workflow.rules_on_record import on_record
from workflow.testimony import Testimony, testimonies

LOOKS = 3  # somebody may be deciding just now: what differs is looked at again
RELATIONS = ("organisation", "booking__candidate", "steps", "evidence", "archive_packages")
GONE = "case"


@dataclass(frozen=True)
class Compared:
    """One request by its number: what the log says, what the rows are, and where they differ."""

    number: str
    told: Testimony | None
    request: CancellationRequest | None
    differs: tuple[Difference, ...]

    @property
    def purged(self) -> str:
        """Return the number of the purge that removed the rows, as the log has it."""
        return str(self.told.purged.value) if self.told and self.told.purged and self.request is None else ""


async def compared(numbers: Collection[str]) -> dict[str, Compared]:
    """Compare these requests; one that differs is read again, as log and rows cannot be read in one moment."""
    found = await _compared(numbers)
    for _ in range(LOOKS - 1):
        again = [number for number, each in found.items() if each.differs]
        if again:
            found |= await _compared(again)
    return found


async def differences(number: str) -> tuple[Difference, ...]:
    """Return where the rows of one request differ from the log."""
    return (await compared([number]))[number].differs


async def unlike(numbers: Iterable[str]) -> str:
    """Say of each of these requests where rows and log differ, in one line; bookings among them are passed over."""
    found = await compared([each for each in numbers if each.startswith("Q")])
    return "；".join(f"{number} {said(each.differs)}" for number, each in found.items() if each.differs)


async def _compared(numbers: Collection[str]) -> dict[str, Compared]:
    told = await testimonies(numbers)
    rows = await CancellationRequest.filter(number__in=list(numbers)).prefetch_related(*RELATIONS)
    requests = {each.number: each for each in rows}
    found = {}
    for number in numbers:
        said, request = told.get(number), requests.get(number)
        found[number] = Compared(number, said, request, tuple(await _differ(said, request)) if said else ())
    return found


async def _differ(told: Testimony, request: CancellationRequest | None) -> list[Difference]:
    if request is None:
        gone = Difference(GONE, told.filed.seq, f"日志第 {told.filed.seq} 条发起的申请，数据库里没有")
        return [] if told.purged else [gone]
    rules: object = request.policy  # whoever wrote into the table may have left no rules at all
    policy = await on_record(rules) if isinstance(rules, dict) else rules
    return [*differing.found(told, request, policy), *await _person(told, request)]


async def _person(told: Testimony, request: CancellationRequest) -> list[Difference]:
    """Compare the candidate's name with its commitment, or with that of a correction which was carried out.

    Where nothing of a person opens any more, the log has to say that they were erased.
    """
    candidate, filed = request.booking.candidate, told.filed.seq
    if candidate.secret is None:
        said = f"候选人资料：打不开，日志里没有依法删除的记录（发起是第 {filed} 条）"
        return [] if await _is_erased(pseudonym("c", candidate.id)) else [Difference("erased", filed, said)]
    if told.name is None or audit.commitment(candidate, "name", str(candidate.name)) == told.name.value:
        return []
    value, seq = audit.commitment(candidate, "value", str(candidate.name)), told.name.seq
    if value in await _corrected(told.log, pseudonym("c", candidate.id)):
        return []
    return [Difference("name", seq, f"候选人姓名：和日志第 {seq} 条的承诺值对不上，也没有更正的记录")]


async def _is_erased(person: str) -> bool:
    """Tell whether a log says that this person was erased, in whichever unit that was decided."""
    if await AuditRecord.filter(subject=person, action="subject.erased_again").exists():
        return True
    rows = AuditRecord.filter(action="subject.erased", line__contains=f'"{person}"')
    found = [record_in(str(line)) for line in await rows.values_list("line", flat=True)]
    return any(line is not None and line["data"].get("person") == person for line in found)


async def _corrected(log: str, person: str) -> set[str]:
    """Return the commitments of the names that this person's corrections put in place."""
    asked = await _lines_of(log, "privacy.correction_asked")
    done = {line["obj"]["id"] for line in await _lines_of(log, "privacy.corrected")}
    return {
        str(line["pd"].get("value"))
        for line in asked
        if line["obj"]["id"] in done and (line["data"].get("person"), line["data"].get("field")) == (person, "name")
    }


async def _lines_of(log: str, action: str) -> list[dict[str, dict[str, str]]]:
    rows = AuditRecord.filter(log=log, action=action)
    found = [record_in(str(line)) for line in await rows.values_list("line", flat=True)]
    return [line for line in found if line is not None]


def said(differs: Iterable[Difference]) -> str:
    """Say where rows and log differ, in one line."""
    return "；".join(each.said for each in differs)
