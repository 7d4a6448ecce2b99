"""Who sees how much of a candidate: the one place that decides it, for every door (S81, design.md §7).

In full: whoever may reveal in the unit, an approver in the cases of their own steps, and, role or not, who was asked
beside the role: a deputy, an added signer, who took a step over, a delegate. Nobody decides blind. Everybody else who
may read at all sees 张* and 尾号8123, and free text without the candidate's own data. The default is the least. Of
somebody restricted or erased nobody sees anything: there a word stands that says so (个人信息保护法 47).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from models import Booking, Candidate, Employee, Organisation, Step, StepStatus
from workflow import access, masking, places, standing_in
from workflow.permissions import DECIDE, EVIDENCE_READ, PERMISSIONS, REVEAL
from workflow.showing import LONGEST, LONGEST_NAME, RESTRICTED, plain

HIDDEN = "按权限不显示"
LONGEST_READ = 5000


@dataclass(frozen=True)
class Sight:
    """How much of one candidate somebody sees: the name in full; free text and what evidence is called."""

    full: bool = False
    words: bool = False

    def name_of(self, candidate: Candidate) -> str:
        """Return the candidate's name: 张伟, or 张*; of somebody restricted, to anybody, the word that says so."""
        if candidate.restricted_at:
            return RESTRICTED
        name = str(candidate.name)
        return plain(name, LONGEST_NAME) if self.full else masking.masked(name)

    def words_about(self, candidate: Candidate, text: object, longest: int = LONGEST) -> str:
        """Return what somebody wrote about the candidate, cut; nothing stays nothing."""
        words = plain(str(text or ""), LONGEST_READ)
        if words and not self.full:  # before it is cut: half a number is one as well
            words = masking.without_personal(words, candidate) if self.words else HIDDEN
        return plain(words, longest)


MASKED = Sight()
FULL = Sight(full=True, words=True)


async def sight_of(viewer: Employee | None, booking: Booking, now: datetime) -> Sight:
    """Return how much this person sees of a booking's candidate; nobody is the operator at the command line."""
    return (await sights_of(viewer, [booking], now))[booking.id]


async def sight_in(viewer: Employee, organisation: Organisation, now: datetime) -> Sight:
    """Return how much this person sees of a unit's candidates apart from any case."""
    return FULL if await access.may(viewer, REVEAL, organisation, now) else MASKED


async def sights_of(viewer: Employee | None, bookings: Sequence[Booking], now: datetime) -> dict[object, Sight]:
    """Return the same for several bookings by their ids; each must come with its organisation."""
    grants = await access.grants_of(viewer, now) if viewer else []
    hidden = await _restricted(bookings)
    steps = await _steps_of(viewer, bookings) if viewer and viewer.active else []
    own = {each.request.booking_id for each in steps}
    asked = {each.request.booking_id for each in steps if _was_asked_beside_the_role(each, viewer)}
    if viewer and viewer.active:
        asked |= {each.request.booking_id for each in await standing_in.steps_for(viewer, now)}

    def may(permission: str, booking: Booking) -> bool:
        path = booking.organisation.path
        return any(permission in PERMISSIONS[role] and access.covers(unit, path) for role, unit in grants)

    def sight(booking: Booking) -> Sight:
        if booking.candidate_id in hidden:
            return MASKED
        full = may(REVEAL, booking) or (booking.id in own and may(DECIDE, booking)) or booking.id in asked
        return FULL if full else Sight(words=may(EVIDENCE_READ, booking))

    return {each.id: sight(each) for each in bookings}


async def _restricted(bookings: Sequence[Booking]) -> set[object]:
    """Return the candidates of these bookings whose data are only kept."""
    people = Candidate.filter(id__in=[each.candidate_id for each in bookings], restricted_at__isnull=False)
    return set(await people.values_list("id", flat=True))


async def _steps_of(viewer: Employee, bookings: Sequence[Booking]) -> list[Step]:
    """Return the steps at which this person is, or was, to decide about these bookings."""
    theirs = Q(approver=viewer) | Q(decided_by=viewer)
    mine = Step.filter(theirs, request__booking_id__in=[each.id for each in bookings])
    return list(await mine.select_related("request"))


def _was_asked_beside_the_role(step: Step, viewer: Employee | None) -> bool:
    if viewer is None or not (step.status == StepStatus.OPEN or step.decided_by_id is not None):
        return False
    return step.decided_by_id == viewer.id != step.approver_id or not places.needs_role(step.request, step)
