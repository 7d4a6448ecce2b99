"""Checking the logs in the store: every line and checkpoint, against each other and against what is kept outside.

A log is walked once, a page at a time, while others may write to it. What was signed over it (`Claim`) is compared on
the way with the tree over the lines as they stand.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

from models import AuditHead, AuditRecord, Checkpoint
from workflow import audit, merkle, notes, telling
from workflow.audit import FIRST
from workflow.checkpoints import fault_of_checkpoint
from workflow.lines import digest_of, fault_of, paged, rows_of
from workflow.telling import Claim


@dataclass
class Codes:
    """Checkpoint codes that people kept: `found` says in which log each one still is the code of a beginning."""

    wanted: frozenset[str]
    found: dict[str, str] = field(default_factory=dict)

    def look(self, log: str, tree: merkle.Range) -> None:
        """Compare the code that a checkpoint of this tree has; no row of the store is asked."""
        code = notes.code_of(notes.checkpoint_text(log, tree.size, tree.root()))
        if code in self.wanted:
            self.found[code] = log

    @property
    def missing(self) -> list[str]:
        """Return the codes that belong to no log as it stands."""
        return sorted(self.wanted - set(self.found))


@dataclass(frozen=True)
class State:
    """What stood in the store before the walk: the head, and the size of the largest checkpoint."""

    seq: int
    digest: str
    signed: int
    largest: int


@dataclass
class Finding:
    """What a walk found in one log; `first_bad` is a record's number, `records` how many were good before it.

    `stored` is how many records there are, whatever is wrong with them.
    """

    log: str
    records: int
    first_bad: int | None
    reason: str
    signed: int = 0
    unanchored: int = 0
    stored: int = 0


async def verify_all(kept: Sequence[Claim] = (), codes: Codes | None = None) -> list[Finding]:
    """Walk every log of which anything is left, or of which somebody kept a checkpoint."""
    claims = [*kept, *[claim async for claim in telling.unmatched()]]
    stored = await Checkpoint.all().distinct().values_list("log", flat=True)
    names = {*await audit.logs(), *(str(log) for log in stored), *(claim.log for claim in claims)}
    return [await examine(log, claims, codes) for log in sorted(names)]


async def examine(log: str, kept: Sequence[Claim] = (), codes: Codes | None = None) -> Finding:
    """Walk one log and say how much of it is signed, and how much nobody outside vouches for."""
    records, first_bad, reason = await verify(log, kept, codes)
    head, anchored = await AuditHead.get_or_none(log=log), await anchored_size(log, first_bad)
    signed, stored = head.signed if head else 0, await AuditRecord.filter(log=log).count()
    return Finding(log, records, first_bad, reason, signed, max(0, records - anchored), stored)


async def anchored_size(log: str, first_bad: int | None = None) -> int:
    """Return the size of the largest checkpoint that somebody outside keeps.

    Where a record is known to be bad, no checkpoint over it counts: what those outside keep is of other lines, whether
    their receipt says so (a witness, a time stamp) or only they could (a printed code, a post).
    """
    anchored = Checkpoint.filter(log=log, anchors__id__isnull=False)
    if first_bad is not None:
        anchored = anchored.filter(size__lt=first_bad)
    largest = await anchored.order_by("-size").first()
    return largest.size if largest else 0


async def verify(log: str, kept: Sequence[Claim] = (), codes: Codes | None = None) -> tuple[int, int | None, str]:
    """Walk one log; return the number of records, the first bad one (or None) and what is wrong with it.

    Others may write meanwhile: what the head named before must be there, and nothing beyond what it names afterwards.
    """
    before = await _state(log)
    claims = _Claims(log, before.largest, kept)
    await claims.advance()
    marked, previous, tree = FIRST, FIRST, merkle.Range()
    if fault := await claims.fault(tree):
        return 0, 1, f"record 1: {fault}"
    async for row in rows_of(log):
        expected = tree.size + 1
        if row.seq != expected:
            return expected, expected, f"record {expected} is missing: record {row.seq} comes next"
        if broken := fault_of(row, previous, expected):
            return expected, row.seq, broken
        if fault:
            break
        tree.append(merkle.leaf(row.line.encode()))
        previous = digest_of(row.line)
        marked = previous if row.seq == before.seq else marked
        if codes:
            codes.look(log, tree)
        fault = await claims.fault(tree)
    if fault:  # where the chain is whole: a break at the next record, or the head's digest, would have been more exact
        exact = _fault_of_head(before, tree.size, marked, tree.size) if tree.size == before.seq else (None, "")
        return tree.size, *(exact if exact[0] else claims.place_of(fault, tree.size))
    return tree.size, *await _after(log, before, claims, marked, tree.size)


async def _after(log: str, before: State, claims: "_Claims", marked: str, records: int) -> tuple[int | None, str]:
    """Compare the end of the log with its head and with what was signed: what was cut off or put on is seen here."""
    after = await AuditHead.get_or_none(log=log)
    first_bad, reason = _fault_of_head(before, after.seq if after else 0, marked, records)
    if first_bad:
        return first_bad, reason
    if claims.next:
        return records + 1, f"record {records + 1} is missing: {claims.next.what} covers {claims.next.size} records"
    if before.signed != before.largest:
        place = min(before.signed, before.largest) + 1
        reason = (
            f"record {place}: the head names a checkpoint of {before.signed} records, the last has {before.largest}"
        )
        return place, reason
    untold = await telling.untold(log, before.largest)
    return (untold[0] + 1, f"record {untold[0] + 1}: {untold[1]}") if untold else (None, "")


def _fault_of_head(before: State, after: int, marked: str, records: int) -> tuple[int | None, str]:
    """Compare the number of records and the marked digest with the head."""
    if before.seq > records:
        return records + 1, f"record {records + 1} is missing: the head names {before.seq} records"
    if after < records:
        return after + 1, f"record {after + 1} is not covered by the head, which names {after} records"
    if marked != before.digest:
        return max(before.seq, 1), f"record {before.seq}: the head names another digest"
    return None, ""


async def _state(log: str) -> State:
    """Read the head and the largest checkpoint as they stood at one moment: whoever signs changes both together."""
    while True:
        head = await AuditHead.get_or_none(log=log)
        last = await Checkpoint.filter(log=log).order_by("-size").first()
        again = await AuditHead.get_or_none(log=log)
        if (again.signed if again else 0) == (head.signed if head else 0):
            break
    largest = last.size if last else 0
    return State(head.seq, head.digest, head.signed, largest) if head else State(0, FIRST, 0, largest)


class _Claims:
    """Everything that was signed about one log, by size.

    `good` is the largest size at which all was right, `vouched` the largest of which somebody outside says so.
    """

    def __init__(self, log: str, largest: int, kept: Iterable[Claim]) -> None:
        self.good = 0
        self.vouched = 0
        self.next: Claim | None = None
        self._stored = self._rows(log, largest)
        self._row: Claim | None = None
        self._kept = sorted((claim for claim in kept if claim.log == log), key=lambda claim: -claim.size)

    @staticmethod
    async def _rows(log: str, largest: int) -> AsyncIterator[Claim]:
        async for row in paged(Checkpoint.filter(log=log, size__lte=largest), "size"):
            yield Claim(log, row.size, row.root, f"the checkpoint of {row.code}", fault_of_checkpoint(row))

    async def advance(self) -> None:
        """Take the claim with the next larger size."""
        if self.next is self._row:
            self._row = await anext(self._stored, None)
        elif self._kept:
            self._kept.pop()
        sources = [claim for claim in (self._row, self._kept[-1] if self._kept else None) if claim]
        self.next = min(sources, key=lambda claim: claim.size, default=None)

    async def fault(self, tree: merkle.Range) -> str:
        """Compare the claims about a tree of this size; say what is wrong with the first bad one."""
        while self.next and self.next.size <= tree.size:
            claim = self.next
            if claim.fault:
                return claim.fault
            if (claim.size, claim.root) != (tree.size, tree.root().hex()):
                return f"{claim.what}, over {claim.size} records, has another root"
            if claim.is_lost:
                return f"{claim.what} names a checkpoint of {claim.size} records, which is no longer there"
            self.vouched = claim.size if claim.outside else self.vouched
            await self.advance()
            if self.next is None or self.next.size > claim.size:
                self.good = claim.size
        return ""

    def place_of(self, fault: str, records: int) -> tuple[int, str]:
        """Return the first record that may be another than it was, and a sentence.

        Where somebody outside contradicts us, our own checkpoints in between say nothing: whoever changed the lines
        signed those anew.
        """
        if self.next is None or not self.next.outside:
            return self.good + 1, f"record {self.good + 1}: {fault}"
        first = self.vouched + 1
        return first, f"record {first}: {fault}; the change lies in records {first} to {records}"
