"""留存冻结: what a dispute or an inquiry needs stays, whatever is due. A hold always wins over purging and erasing."""

from collections.abc import Collection

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import Booking, CancellationRequest, Employee, Hold
from workflow import access, audit
from workflow.acting import Act
from workflow.errors import Missing, NotAllowed, NotFound, NotNow
from workflow.permissions import HOLD_SET

SHORTEST_REASON = 4
RELATIONS = ("organisation", "set_by", "candidate", "booking")


async def place(act: Act, number: str, reason: str, *, whole_person: bool = False) -> Hold:
    """Hold the case of this request or booking, or with `whole_person` everything of its candidate."""
    employee, booking = await _case(act, number)
    if len(reason.strip()) < SHORTEST_REASON:
        lacks = "原因太短" if reason.strip() else "还没有写原因"
        raise Missing("hold-reason", number=number, shortest=SHORTEST_REASON, lacks=lacks)
    if running := await _on(booking, whole_person=whole_person).first():
        raise NotNow("held-already", number=running.number, by=str(running.set_by.name))
    hold = await Hold.create(
        organisation=booking.organisation,
        candidate=booking.candidate,
        booking=None if whole_person else booking,
        number=number,
        reason=reason.strip(),
        set_by=employee,
        set_at=act.now,
    )
    await _record(act, hold, "hold.set")
    return hold


async def release(act: Act, number: str, *, whole_person: bool = False) -> list[Hold]:
    """Release what holds this case, or with `whole_person` its candidate; returns what was released."""
    employee, booking = await _case(act, number)
    found = await _on(booking, whole_person=whole_person)
    if not found:
        raise NotNow("not-held", number=number)
    for hold in found:
        hold.released_by, hold.released_at = employee, act.now
        await hold.save(update_fields=["released_by_id", "released_at"])
        await _record(act, hold, "hold.released")
    return list(found)


async def _case(act: Act, number: str) -> tuple[Employee, Booking]:
    """Return who acts and the case; without the right anywhere that is said, a foreign case is as absent as none."""
    employee = await access.require_employee(act)
    if not await access.scopes(employee, HOLD_SET, act.now):
        raise NotAllowed(permission=HOLD_SET)
    request = await CancellationRequest.get_or_none(number=number)
    cases = Booking.filter(id=request.booking_id) if request else Booking.filter(number=number)
    booking = await cases.prefetch_related("organisation", "candidate").first()
    if booking is None or not await access.may(employee, HOLD_SET, booking.organisation, act.now):
        raise NotFound("case-not-found")
    return employee, booking


def _on(booking: Booking, *, whole_person: bool) -> QuerySet[Hold]:
    active = Hold.filter(released_at=None, candidate_id=booking.candidate_id).prefetch_related(*RELATIONS)
    return active.filter(booking=None) if whole_person else active.filter(booking=booking)


async def holds_on(candidate_id: object) -> list[Hold]:
    """Return what holds anything of a candidate now: erasing them has to wait for its release (R6)."""
    active = Hold.filter(candidate_id=candidate_id, released_at=None).order_by("set_at")
    return list(await active.prefetch_related(*RELATIONS))


async def held(case_ids: Collection[object]) -> set[object]:
    """Return those of these cases (bookings' ids) that are held, by themselves or with their candidate."""
    active = await Hold.filter(released_at=None).values_list("booking_id", "candidate_id")
    cases = {case for case, _ in active if case is not None}
    people = {person for case, person in active if case is None}
    of_people = await Booking.filter(candidate_id__in=list(people)).values_list("id", flat=True) if people else []
    return set(case_ids) & (cases | set(of_people))


async def listed(scopes: Collection[str], most: int) -> list[Hold]:
    """Return what is held in these units, oldest first."""
    active = Hold.filter(Q(released_at=None) & access.within(scopes))
    return list(await active.order_by("set_at").limit(most).prefetch_related(*RELATIONS))


async def _record(act: Act, hold: Hold, action: str) -> None:
    scope = "case" if hold.booking_id else "person"
    await audit.record(act, hold.organisation, action, ("case", hold.number, 1), data={"scope": scope})
