"""受限: what stands against erasing somebody's data now, and keeping them without using them until it may be done.

个人信息保护法 47: where the law wants data kept, everything but storing them ends (reliability.md R6).
"""

from datetime import datetime, timedelta

from models import Booking, CancellationRequest, Candidate
from workflow import audit, holds, outbox, privacy
from workflow.acting import Act
from workflow.states import LIVE_BOOKINGS, OPEN_REQUESTS

LIVE = "live"  # an interview lies ahead, or is on
OPEN = "open"  # a cancellation is under way
KEPT = "kept"  # records that have to be kept are younger than that
HELD = "held"  # somebody holds a case of theirs, or all of them, for a dispute or an inquiry
ONLY_KEPT = frozenset({KEPT, HELD})  # what leaves nothing to do but to keep the data without using them
AFTER_THE_END = timedelta(hours=1)  # somebody may still wait in an interview
TIMER = "restrict"
DUE = "erase_due"


async def obstacles(candidate_id: object, now: datetime) -> list[str]:
    """Return what stands against erasing somebody's data now, as codes; nothing means that they may go."""
    found = []
    if await ends_of_live(candidate_id, now):
        found.append(LIVE)
    if await CancellationRequest.filter(person_id=candidate_id, status__in=OPEN_REQUESTS).exists():
        found.append(OPEN)
    if (until := await kept_until(candidate_id)) is not None and until > now:
        found.append(KEPT)
    if await holds.holds_on(candidate_id):
        found.append(HELD)
    return found


async def ends_of_live(candidate_id: object, now: datetime) -> list[datetime]:
    """Return when each interview is over that lies ahead or is on."""
    live = await Booking.filter(candidate_id=candidate_id, status__in=LIVE_BOOKINGS)
    ends = [each.starts_at + timedelta(minutes=each.duration_min) + AFTER_THE_END for each in live]
    return [each for each in ends if each > now]


async def kept_until(candidate_id: object) -> datetime | None:
    """Return until when the records of somebody's cancellations have to be kept; None where there are none (S42)."""
    requests = await CancellationRequest.filter(person_id=candidate_id)
    years = privacy.rules().years
    return max((privacy.years_after(each.ended_at or each.created_at, years) for each in requests), default=None)


async def restrict(act: Act, candidate: Candidate, *, number: str) -> datetime:
    """Let somebody's data only be kept from now on; returns when they may go. A second time changes nothing."""
    due = await kept_until(candidate.id) or act.now
    if candidate.restricted_at is not None:
        return candidate.erase_after or due
    candidate.restricted_at, candidate.erase_after = act.now, due
    await candidate.save(update_fields=["restricted_at", "erase_after"])
    data = {"person": pseudonym(candidate), "until": audit.stamp(due)}
    await audit.record(act, await candidate.organisation, "subject.restricted", ("erasure", number, 1), data=data)
    await look_at(act, candidate, due)
    return due


async def look_at(act: Act, candidate: Candidate, at: datetime) -> None:
    """Let the clock look at `at` whether the data of somebody restricted may go."""
    await outbox.post(act, "timer", DUE, not_before=at, payload={"candidate": str(candidate.id)})


async def restrict_later(act: Act, candidate: Candidate, *, number: str) -> datetime:
    """Have somebody restricted once their last interview and cancellation are over; returns when that is looked at."""
    at = max(await ends_of_live(candidate.id, act.now), default=act.now + timedelta(days=1))
    payload = {"candidate": str(candidate.id), "number": number}
    await outbox.post(act, "timer", TIMER, not_before=at, payload=payload)
    return at


async def begin(act: Act, candidate_id: str, number: str) -> bool:
    """Restrict somebody once nothing lies ahead of them (系统代办); until then, look again later.

    Somebody purged meanwhile is not there any more.
    """
    candidate = await Candidate.get_or_none(id=candidate_id)
    if candidate is None or candidate.secret is None or candidate.restricted_at is not None:
        return False
    if set(await obstacles(candidate.id, act.now)) & {LIVE, OPEN}:
        await restrict_later(act, candidate, number=number)
        return False
    await restrict(act, candidate, number=number)
    return True


def pseudonym(candidate: Candidate) -> str:
    """Return how the audit log names a candidate."""
    return f"c_{candidate.id.hex[:16]}"
