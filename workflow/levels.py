"""会签、或签、票签、依次、加签: given the answers so far, who is asked now and what has come of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from models import Added, StepStatus
from workflow.plans import Otherwise, Signing, StepPlan

AGREED = (StepStatus.APPROVED, StepStatus.SKIPPED)
BY_PEOPLE = (StepStatus.APPROVED, StepStatus.REJECTED)
ANSWERED = (*AGREED, StepStatus.REJECTED)


class Verdict(StrEnum):
    """What has come of a level, or of the whole chain?"""

    UNDECIDED = "undecided"
    AGREED = "agreed"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Place:
    """One person's place in a level, without those that were handed on.

    `answer` is approved, rejected or skipped, and None before. An added one names the slot of whoever asked for it.
    """

    slot: int
    answer: StepStatus | None = None
    turn: int = 0
    added: Added | None = None
    added_to: int | None = None

    @property
    def agreed(self) -> bool:
        """Tell whether this place says yes, or counts as if it did."""
        return self.answer in AGREED


Level = Sequence[Place]
States = dict[tuple[int, int], StepStatus]  # (level, slot) → open, waiting or closed, of every place without an answer


def verdict_of(plan: StepPlan, level: Level) -> Verdict:
    """Return what has come of one level: its own rule, and everybody who was added."""
    added = [each for each in level if each.added is not None]
    planned = _planned(plan, [each for each in level if each.added is None])
    if planned == Verdict.REJECTED or any(each.answer == StepStatus.REJECTED for each in added):
        return Verdict.REJECTED
    done = planned == Verdict.AGREED and all(each.agreed for each in added)
    return Verdict.AGREED if done else Verdict.UNDECIDED


def _planned(plan: StepPlan, places: Level) -> Verdict:
    """Apply the rule of the level to whom it asks; nobody to ask is agreement only where the rules skip the level."""
    if not places:
        return Verdict.AGREED if plan.otherwise == Otherwise.SKIP else Verdict.UNDECIDED
    yes = sum(each.agreed for each in places)
    no = sum(each.answer == StepStatus.REJECTED for each in places)
    wanted = {Signing.VOTES: plan.votes, Signing.ANY: 1}.get(plan.sign, len(places))
    spared = len(places) - wanted if plan.sign == Signing.VOTES else 0
    if no > spared:
        return Verdict.REJECTED
    return Verdict.AGREED if yes >= wanted else Verdict.UNDECIDED


def outcome(plans: Sequence[StepPlan], levels: Mapping[int, Level]) -> tuple[Verdict, States]:
    """Return what has come of the chain, and how each place without an answer stands now.

    Levels count from 1. A level waits until every earlier one agreed, except one `beside` the level before it. Once
    something is rejected nobody is asked any more.
    """
    verdicts = [verdict_of(plan, levels.get(place, ())) for place, plan in enumerate(plans, start=1)]
    states: States = {}
    going = Verdict.REJECTED not in verdicts
    for first, last in _groups(plans):
        for number in range(first, last + 1):
            for slot, state in _states(plans[number - 1], levels.get(number, ()), going).items():
                states[number, slot] = state
        going = going and all(each == Verdict.AGREED for each in verdicts[first - 1 : last])
    if Verdict.REJECTED in verdicts:
        return Verdict.REJECTED, dict.fromkeys(states, StepStatus.CLOSED)
    return Verdict.AGREED if going else Verdict.UNDECIDED, states


def followers(plans: Sequence[StepPlan], levels: Mapping[int, Level], mine: tuple[int, int]) -> set[tuple[int, int]]:
    """Return the places (level, slot) that answered because of this answer: without it nobody would have asked them."""
    answered = [(number, each.slot) for number, level in levels.items() for each in level if each.answer in BY_PEOPLE]
    others = [each for each in answered if each != mine]
    return {each for each in others if _state_without(plans, levels, mine, each) == StepStatus.WAITING}


def _state_without(
    plans: Sequence[StepPlan], levels: Mapping[int, Level], mine: tuple[int, int], other: tuple[int, int]
) -> StepStatus:
    open_again = {
        number: [replace(each, answer=None) if (number, each.slot) in (mine, other) else each for each in level]
        for number, level in levels.items()
    }
    return outcome(plans, open_again)[1][other]


def _groups(plans: Sequence[StepPlan]) -> list[tuple[int, int]]:
    """Return the first and last level of each run of levels that are asked together."""
    starts = [place for place, plan in enumerate(plans, start=1) if place == 1 or not plan.beside]
    return list(zip(starts, [*(each - 1 for each in starts[1:]), len(plans)], strict=False))


def _states(plan: StepPlan, level: Level, going: bool) -> dict[int, StepStatus]:
    places = {each.slot: each for each in level}
    settled = _planned(plan, [each for each in level if each.added is None]) == Verdict.AGREED
    found: dict[int, StepStatus] = {}
    for each in level:
        if each.answer is not None:
            continue
        if settled and each.added is None:
            found[each.slot] = StepStatus.CLOSED  # somebody else has answered for them
        else:
            is_due = going and _is_due(plan, each, places, settled)
            found[each.slot] = StepStatus.OPEN if is_due else StepStatus.WAITING
    return found


def _is_due(plan: StepPlan, place: Place, places: Mapping[int, Place], settled: bool) -> bool:
    """Tell whether a place may answer: its turn has come, and who was added before it has agreed."""
    first = [each for each in places.values() if each.added == Added.BEFORE and each.added_to == place.slot]
    return all(each.agreed for each in first) and _has_come(plan, place, places, settled)


def _has_come(plan: StepPlan, place: Place, places: Mapping[int, Place], settled: bool) -> bool:
    """Tell whether the turn of a place has come; an added one's with, or after, that of whoever added it."""
    if place.added is None:
        earlier = [each for each in places.values() if each.added is None and each.turn < place.turn]
        return not plan.in_turn or all(each.answer is not None for each in earlier)
    asker = places.get(place.added_to or 0)
    if asker is None or asker.answer is not None or (settled and asker.added is None):
        return True
    return place.added != Added.AFTER and _has_come(plan, asker, places, settled)
