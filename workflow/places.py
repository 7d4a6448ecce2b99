"""The places of a chain as they are stored: which of them count, and as what the rules of a level see them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from models import Added, CancellationRequest, RequestStatus, Role, Step, StepStatus
from workflow import levels
from workflow.levels import ANSWERED, Place, Verdict
from workflow.plans import OF_ROLE, ROLE, STILL_NEEDED, Otherwise, StepPlan, fewest_agreeing, plans_of

UNDECIDED = (StepStatus.WAITING, StepStatus.OPEN)
ADDED_LABELS = {Added.BEFORE: "前加签", Added.AFTER: "后加签", Added.BESIDE: "并加签"}


def current(steps: Iterable[Step], revision: int) -> list[Step]:
    """Return the places of a revision that count, in order: of each level those of its last round."""
    mine = [each for each in steps if each.revision == revision]
    rounds: dict[int, int] = defaultdict(int)
    for each in mine:
        rounds[each.level] = max(rounds[each.level], each.round)
    return sorted(
        (each for each in mine if each.round == rounds[each.level]), key=lambda each: (each.level, each.turn, each.slot)
    )


def live(steps: Iterable[Step], revision: int) -> list[Step]:
    """Return the current places without those that were handed on."""
    return [each for each in current(steps, revision) if each.status != StepStatus.HANDED_ON]


def as_levels(steps: Iterable[Step]) -> Mapping[int, list[Place]]:
    """Return live places as the rules of their levels see them."""
    found: dict[int, list[Place]] = defaultdict(list)
    for each in steps:
        answer = each.status if each.status in ANSWERED else None
        found[each.level].append(Place(each.slot, answer, each.turn, each.added, each.added_to))
    return found


def plan_of(request: CancellationRequest, step: Step) -> StepPlan:
    """Return the rules of the level that a place is in."""
    plans = plans_of(request.policy)
    return plans[step.level - 1] if step.level <= len(plans) else OF_ROLE.get(step.role, StepPlan("", ()))


def first_beside(request: CancellationRequest, level: int) -> int:
    """Return the first of the levels that are asked together with this one."""
    plans = plans_of(request.policy)
    while 1 < level <= len(plans) and plans[level - 1].beside:
        level -= 1
    return level


def asks_still_needed(request: CancellationRequest, step: Step) -> bool:
    """Tell whether an agreement here has to say whether the position still needs people (S34)."""
    return step.added is None and STILL_NEEDED in plan_of(request, step).asks


def needs_role(request: CancellationRequest, step: Step) -> bool:
    """Tell whether whoever answers must hold the role: not who was added, took over, or is named by the rules."""
    if step.added is not None or step.took_over is not None or step.stands_for_id is not None:
        return False
    return step.role == Role.SYSTEM_ADMIN or f"{ROLE}:{step.role}" in plan_of(request, step).who


def only_names(step: Step) -> bool:
    """Tell whether somebody is asked only to name who decides: an administrator, where the rules found nobody (S40)."""
    return step.role == Role.SYSTEM_ADMIN and step.took_over is None and step.added is None


def followers(request: CancellationRequest, steps: Iterable[Step], step: Step) -> list[Step]:
    """Return the places that answered because of this answer, which therefore can no longer be taken back.

    Once all have agreed it is the last of them alone who may (design.md §4), also where levels stand beside each other.
    """
    there = live(steps, request.revision)
    found = levels.followers(plans_of(request.policy), as_levels(there), (step.level, step.slot))
    decided = request.status == RequestStatus.APPROVED
    return [each for each in there if (each.level, each.slot) in found or (decided and _is_later(each, step))]


def _is_later(other: Step, step: Step) -> bool:
    if other.status not in levels.BY_PEOPLE or other.decided_at is None or step.decided_at is None:
        return False
    return bool(other.decided_at > step.decided_at)


def instead_of(request: CancellationRequest, step: Step) -> list[Step]:
    """Return whose answer counts where this one's is not wanted: who took over, or who answered first."""
    there = current(request.steps, step.revision)
    if step.status == StepStatus.HANDED_ON:
        mine = [each for each in request.steps if (each.revision, each.level) == (step.revision, step.level)]
        return [each for each in mine if each.took_over == step.slot]
    if step.status != StepStatus.CLOSED:
        return []
    same = [each for each in there if each.level == step.level and each.round == step.round and each.added is None]
    return [each for each in same if each.status == StepStatus.APPROVED]


def is_agreed(request: CancellationRequest, steps: Iterable[Step]) -> bool:
    """Tell whether everybody whom the rules wanted has agreed."""
    there = as_levels(live(steps, request.revision))
    return levels.outcome(plans_of(request.policy), there)[0] == Verdict.AGREED


def fewest_answers(request: CancellationRequest) -> int:
    """Return how many answers of people a request that was agreed to has at least."""
    return sum(
        fewest_agreeing(plan)
        for plan in plans_of(request.policy)
        if plan.otherwise != Otherwise.SKIP and not plan.repeats
    )


def asked_before(request: CancellationRequest, step: Step) -> list[Step]:
    """Return who was added before this place and has not answered yet."""
    added = [each for each in live(request.steps, step.revision) if each.added == Added.BEFORE]
    mine = [each for each in added if (each.level, each.round, each.added_to) == (step.level, step.round, step.slot)]
    return [each for each in mine if each.status in UNDECIDED]
