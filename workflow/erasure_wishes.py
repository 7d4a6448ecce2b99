"""A candidate's own wish that their data go: it stays the basis, with its day, until it is done or was refused.

Kept by law, stopped or answered by nobody, it comes back; and who wished it is told before it is done (PIPL 47, 50).
"""

from collections.abc import Collection
from datetime import datetime

from models import Basis, Booking, ErasureRequest, ErasureStatus
from workflow import outbox, restricting
from workflow.acting import Act
from workflow.privacy import working_days_after
from workflow.states import OPEN_ERASURES

WITHIN = 15  # working days in which a candidate has an answer
REMIND_AFTER = 10  # working days
STANDING = (*OPEN_ERASURES, ErasureStatus.EXPIRED, ErasureStatus.CARRIED_OUT)


async def standing(candidate_id: object) -> ErasureRequest | None:
    """Return the first wish of somebody that was not refused: under way, postponed, lapsed, or done."""
    asked = ErasureRequest.filter(candidate_id=candidate_id, basis=Basis.ASKED)
    refused = await asked.filter(status=ErasureStatus.REJECTED).order_by("-decided_at").first()
    found = asked.filter(status__in=STANDING)
    if refused is not None and refused.decided_at is not None:
        found = found.filter(suggested_at__gt=refused.decided_at)
    return await found.order_by("suggested_at").first()


async def keep(erasure: ErasureRequest) -> None:
    """Let a wish that still stands be the basis, whatever else would be one by now; the caller saves it."""
    wish = await standing(erasure.candidate_id)
    if wish is not None:
        erasure.basis = Basis.ASKED
        erasure.by_candidate = erasure.by_candidate or wish.by_candidate


async def wished_at(erasure: ErasureRequest) -> datetime | None:
    """Return when the candidate first wished it; None where it is nobody's wish."""
    if erasure.basis != Basis.ASKED:
        return None
    wish = await standing(erasure.candidate_id)
    return (wish or erasure).suggested_at


async def stands(candidate_id: object, now: datetime) -> tuple[ErasureRequest, list[str], datetime] | None:
    """Return somebody's own wish that is not settled, what stands against it, and by when it is, or may be, done.

    Reads only. None where they wish nothing, or where what they had to wait for is over: they may say it again.
    """
    wishes = ErasureRequest.filter(candidate_id=candidate_id, basis=Basis.ASKED, by_candidate=True)
    wish = await wishes.filter(status__in=OPEN_ERASURES).first() or await wishes.order_by("-suggested_at").first()
    if wish is None or wish.suggested_at is None:
        return None
    if wish.status in OPEN_ERASURES:
        return wish, [], working_days_after(wish.suggested_at, WITHIN)
    found = await restricting.obstacles(candidate_id, now)
    if wish.status != ErasureStatus.EXPIRED or not found:
        return None
    live = await restricting.ends_of_live(candidate_id, now)
    return wish, found, max([now, *live, await restricting.kept_until(candidate_id) or now])


async def awaited(case_ids: Collection[object]) -> set[object]:
    """Return those of these cases (bookings' ids) whose candidate's erasure is not settled: a purge waits for it.

    It would end what the candidate, HR and the administrators were promised, without a word to any of them.
    """
    people = set(await ErasureRequest.filter(status__in=OPEN_ERASURES).values_list("candidate_id", flat=True))
    kept = ErasureRequest.filter(
        basis=Basis.ASKED, status=ErasureStatus.EXPIRED, candidate__restricted_at__isnull=False
    )
    for each in set(await kept.values_list("candidate_id", flat=True)) - people:
        people |= {each} if await standing(each) else set()
    mine = await Booking.filter(candidate_id__in=list(people)).values_list("id", flat=True) if people else []
    return set(case_ids) & set(mine)


async def answer_by(erasure: ErasureRequest) -> datetime | None:
    """Return by when the candidate has to have an answer; None where they wished nothing."""
    asked = erasure.suggested_at if erasure.basis == Basis.ASKED else None
    return working_days_after(asked, WITHIN) if asked else None


async def promise(act: Act, erasure: ErasureRequest) -> None:
    """Have HR reminded of a wish before the time is over in which the candidate has to have an answer."""
    if erasure.basis != Basis.ASKED:
        return
    reminder = working_days_after(erasure.suggested_at or act.now, REMIND_AFTER)
    payload, dedupe = {"erasure": str(erasure.id)}, f"remind:{erasure.number}"
    await outbox.post(act, "timer", "erase_remind", not_before=reminder, payload=payload, dedupe=dedupe)


async def wait(act: Act, erasure: ErasureRequest, found: list[str]) -> None:
    """Keep a wish that cannot be done now: the clock comes back to it, and until then the data are not used."""
    candidate = erasure.candidate
    if candidate.restricted_at is not None:
        kept = await restricting.kept_until(candidate.id) or act.now
        await restricting.look_at(act, candidate, max(kept, act.now))
    elif set(found) - restricting.ONLY_KEPT:
        await restricting.restrict_later(act, candidate, number=erasure.number)
    else:
        await restricting.restrict(act, candidate, number=erasure.number)
