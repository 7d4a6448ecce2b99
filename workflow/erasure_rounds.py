"""删除 on the clock: a proposal that nobody answered ends, an agreed one is carried out, a kept one comes back."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from models import Basis, Candidate, ErasureRequest, ErasureStatus, OutboxMessage, OutboxStatus, PersonKey, Role
from workflow import access, audit, erasing, erasing_words, outbox, proposals, restricting, wiping
from workflow.acting import Act
from workflow.erasing import WITHIN
from workflow.privacy import working_days_after
from workflow.restricting import obstacles

TOLD_WITHIN = timedelta(days=1)  # the erasure waits so long until the candidate is told
LOOK_AGAIN = timedelta(minutes=1)
PORTION = 500  # people looked for in one query
MONTH = timedelta(days=30)  # until somebody whose time has come, and who is held, is looked at again


async def expire(act: Act, erasure_id: object) -> bool:
    """Close a proposal that nobody answered in time (系统代办); False when it was settled before."""
    erasure = await proposals.lapsed(act, erasing.KIND, erasure_id)
    if erasure is None:
        return False
    await erasing.settle(act, erasure, None, ErasureStatus.EXPIRED)
    await erasing.note(act, erasure, "erasure.expired", ok=False, why="clock")
    await erasing.tell_proposer(act, erasure)
    await erasing.again(act, erasure)
    return True


async def carry_out(act: Act, erasure_id: object) -> bool:
    """Erase what was agreed on (系统代办); False while the candidate is still being told, or when it cannot be done.

    The store forgets the bytes themselves after the commit: that is a row of its own.
    """
    erasure = await erasing.still(erasure_id, ErasureStatus.APPROVED)
    if erasure is None or erasure.decided_at is None:
        return False
    wait_until = await _untold_until(act, erasure, erasure.decided_at + TOLD_WITHIN)
    if wait_until is not None:
        await erasing.look_again(act, erasure, wait_until)
        return False
    if found := await obstacles(erasure.candidate_id, act.now):
        await _stopped(act, erasure, found)
        return False
    erasure.comment = None
    await erasure.save(update_fields=["sealed_comment"])
    erasure.counts = await wiping.wipe(erasure.candidate, act.now)
    erasure.status, erasure.done_at = ErasureStatus.CARRIED_OUT, act.now
    await erasure.save(update_fields=["counts", "status", "done_at"])
    await erasing.note(act, erasure, "subject.erased", counts=erasure.counts)
    await _forget(act, erasure.counts)
    await proposals.redraw(act, erasing.KIND, erasure)
    await erasing.tell_proposer(act, erasure)
    return True


async def _forget(act: Act, counts: dict[str, int]) -> None:
    await outbox.post(act, "forget", "database", payload={"tables": sorted(counts)})


async def brought_back(people: Iterable[UUID]) -> list[UUID]:
    """Return who of these, all erased or purged once, is in the database with data that can be read."""
    found: list[UUID] = []
    everybody = sorted(people)
    for start in range(0, len(everybody), PORTION):
        some = everybody[start : start + PORTION]
        empty = await PersonKey.filter(id__in=some, erased_at__isnull=False).values_list("id", flat=True)
        there = await Candidate.filter(id__in=some).values_list("id", flat=True)
        found += sorted(set(there) - set(empty))  # type: ignore[arg-type]
    return found


async def again(act: Act, person_id: UUID) -> bool:
    """Erase somebody whom a restored copy of the database has brought back (系统代办); False when it has not."""
    candidate = await Candidate.get_or_none(id=person_id)
    if candidate is None or await PersonKey.filter(id=person_id, erased_at__isnull=False).exists():
        return False
    counts = await wiping.wipe(candidate, act.now)
    subject = ("person", restricting.pseudonym(candidate), 1)
    data = {"rows": [f"{table}={count}" for table, count in sorted(counts.items())]}
    await audit.record(act, await candidate.organisation, "subject.erased_again", subject, data=data)
    await _forget(act, counts)
    return True


async def _untold_until(act: Act, erasure: ErasureRequest, last: datetime) -> datetime | None:
    """Return when to look again whether the candidate was told; None where they were, or when the time is over.

    Where no channel carried the notice, HR has the rest of the day to tell them.
    """
    notice = await OutboxMessage.get_or_none(dedupe=erasing.told_key(erasure))
    if notice is None or notice.status == OutboxStatus.SENT or act.now >= last:
        return None
    return min(act.now + LOOK_AGAIN, last) if notice.status in wiping.UNSETTLED else last


async def _stopped(act: Act, erasure: ErasureRequest, found: list[str]) -> None:
    await erasing.settle(act, erasure, erasure.decided_by, ErasureStatus.EXPIRED)
    await erasing.note(act, erasure, "erasure.stopped", ok=False, why=",".join(found))
    await erasing.tell_proposer(act, erasure)
    await erasing.again(act, erasure)


async def due(act: Act, candidate_id: str) -> bool:
    """Ask HR for the erasure of somebody restricted whose time has come (系统代办), or look again a month later.

    Where they wished it themselves, that is still why it is asked.
    """
    candidate = await Candidate.get_or_none(id=candidate_id)
    if candidate is None or candidate.secret is None or candidate.restricted_at is None:
        return False
    if await obstacles(candidate.id, act.now):
        await restricting.look_at(act, candidate, act.now + MONTH)
        return False
    await erasing.suggest(act, candidate, Basis.TERM_OVER, by_candidate=False)
    return True


async def remind(act: Act, erasure_id: str) -> bool:
    """Remind HR, before the time is over in which a candidate has to have an answer (系统代办)."""
    erasure = await erasing.still(erasure_id, ErasureStatus.SUGGESTED, ErasureStatus.PROPOSED)
    if erasure is None or erasure.suggested_at is None:
        return False
    due_at = working_days_after(erasure.suggested_at, WITHIN)
    for recruiter in await access.holders(Role.HR, erasure.organisation, act.now):
        await outbox.tell(act, recruiter, erasing_words.reminder(erasure, due_at))
    return True
