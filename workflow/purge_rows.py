"""All rows of one case, in the order in which they can go; and what is left of the person after their last case."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q
from tortoise.models import Model

from models import (
    Account,
    ApprovalStatement,
    ArchiveBlob,
    ArchivePackage,
    Attempt,
    Booking,
    BookingTerm,
    CancellationRequest,
    Candidate,
    Card,
    Comment,
    CorrectionRequest,
    EntryLink,
    ErasureRequest,
    Evidence,
    EvidenceBlob,
    Hold,
    Invitation,
    LinkCode,
    OutboxMessage,
    PersonKey,
    RevealLink,
    SigningOrder,
    Step,
    person_key,
)
from workflow.canonical import canonical

Rows = list[tuple[type[Model], list[object]]]
PURGED = (
    RevealLink,
    ArchiveBlob,
    ArchivePackage,
    Attempt,
    OutboxMessage,
    Card,
    EvidenceBlob,
    Evidence,
    ApprovalStatement,
    SigningOrder,
    Comment,
    Step,
    CancellationRequest,
    BookingTerm,
    EntryLink,
    Hold,
    Booking,
    LinkCode,
    Account,
    Invitation,
    CorrectionRequest,
    ErasureRequest,
    Candidate,
    PersonKey,
)
"""Every table that hangs on a case or its candidate; of a secret the row stays, empty.

A new one belongs in here and in `_of_case` or `_of_person`.
"""


@dataclass(frozen=True)
class Removed:
    """What was deleted: how many rows of each table, and the SHA-256 over their ids."""

    counts: dict[str, int]
    digest: str
    person: bool  # the candidate went as well

    @property
    def rows(self) -> int:
        """Return how many rows it was."""
        return sum(self.counts.values())


async def delete_case(booking: Booking, now: datetime) -> Removed:
    """Delete everything of this case, and the candidate with it when it was their last one.

    The database allows it only while there is a permit for the case. Of the candidate's secret the empty row stays.
    """
    is_last = not await Booking.filter(candidate_id=booking.candidate_id).exclude(id=booking.id).exists()
    rows = await _of_case(booking, await _besides(booking) if is_last else NOTHING)
    rows += await _of_person(booking) if is_last else []
    for table, ids in rows:
        await table.filter(id__in=ids).delete()
    if is_last:
        await person_key.destroy(booking.candidate_id, now)
    counts = {table._meta.db_table: len(ids) for table, ids in rows if ids}
    listed = [[table._meta.db_table, sorted(map(str, ids))] for table, ids in rows if ids]
    digest = hashlib.sha256(b"".join(canonical(each).encode() + b"\n" for each in listed)).hexdigest()
    return Removed(counts, digest, is_last)


@dataclass(frozen=True)
class _Besides:
    """What of the person cards and messages belong to, apart from the case: ids of accounts and of erasures."""

    accounts: Sequence[object] = ()
    erasures: Sequence[object] = ()


NOTHING = _Besides()


async def _besides(booking: Booking) -> _Besides:
    who = Q(candidate_id=booking.candidate_id)
    return _Besides(await _ids(Account, who), await _ids(ErasureRequest, who))


async def _of_case(booking: Booking, besides: _Besides) -> Rows:
    """Return the rows of a case; what was said to the candidate besides, or about their data, goes with the person."""
    requests = await _ids(CancellationRequest, Q(booking=booking))
    steps = await _ids(Step, Q(request_id__in=requests))
    evidence = await _ids(Evidence, Q(request_id__in=requests))
    mine = Q(booking=booking) | Q(request_id__in=requests)
    theirs = Q(account_id__in=list(besides.accounts))
    cards = await _ids(Card, mine | theirs | Q(step_id__in=steps) | Q(erasure_id__in=list(besides.erasures)))
    messages = await _ids(OutboxMessage, mine | theirs | Q(card_id__in=cards))
    packages = await _ids(ArchivePackage, Q(request_id__in=requests))
    return [
        (RevealLink, await _ids(RevealLink, Q(booking=booking))),
        (ArchiveBlob, await _ids(ArchiveBlob, Q(id__in=packages))),
        (ArchivePackage, packages),
        (Attempt, await _ids(Attempt, Q(message_id__in=messages))),
        (OutboxMessage, messages),
        (Card, cards),
        (EvidenceBlob, await _ids(EvidenceBlob, Q(id__in=evidence))),
        (Evidence, evidence),
        (ApprovalStatement, await _ids(ApprovalStatement, Q(request_id__in=requests))),
        (SigningOrder, await _ids(SigningOrder, Q(request_id__in=requests))),
        (Comment, await _ids(Comment, Q(request_id__in=requests))),
        (Step, steps),
        (CancellationRequest, requests),
        (BookingTerm, await _ids(BookingTerm, Q(booking=booking))),
        (EntryLink, await _ids(EntryLink, Q(booking=booking))),
        (Hold, await _ids(Hold, Q(booking=booking))),
        (Booking, [booking.id]),
    ]


async def _of_person(booking: Booking) -> Rows:
    who = Q(candidate_id=booking.candidate_id)
    return [
        (LinkCode, await _ids(LinkCode, Q(account__candidate_id=booking.candidate_id))),
        (Account, await _ids(Account, who)),
        (Invitation, await _ids(Invitation, who)),
        (CorrectionRequest, await _ids(CorrectionRequest, who)),
        (ErasureRequest, await _ids(ErasureRequest, who)),
        (Hold, await _ids(Hold, who & Q(booking=None))),
        (Candidate, [booking.candidate_id]),
    ]


async def _ids(table: type[Model], which: Q) -> list[object]:
    return list(await table.filter(which).values_list("id", flat=True))
