"""会签, 或签, 票签, 依次 and 加签: what the answers so far lead to, against everything that could still be answered."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Added, StepStatus
from workflow.levels import Level, Place, Verdict, followers, outcome, verdict_of
from workflow.plans import Otherwise, Signing, StepPlan

YES, NO = StepStatus.APPROVED, StepStatus.REJECTED
ANSWERS = st.sampled_from([None, None, YES, YES, NO])


def plan(sign: Signing = Signing.ONE, votes: int = 0, **more: object) -> StepPlan:
    return StepPlan("班子", ("role:leader",), sign=sign, votes=votes, **more)  # type: ignore[arg-type]


def level(*answers: StepStatus | None) -> Level:
    return [Place(slot, answer, turn=slot - 1) for slot, answer in enumerate(answers, start=1)]


def could_agree(plan: StepPlan, answers: tuple[StepStatus, ...]) -> bool:
    """Say by the rule's own words whether a full set of answers is an agreement."""
    yes = answers.count(YES)
    return {
        Signing.ONE: yes == len(answers),
        Signing.ALL: yes == len(answers),
        Signing.ANY: yes >= 1,
        Signing.VOTES: yes >= plan.votes,
    }[plan.sign]


def futures(places: Level) -> list[tuple[StepStatus, ...]]:
    """Return every way in which the open answers could still be given."""
    return list(product(*[[each.answer] if each.answer else [YES, NO] for each in places]))  # type: ignore[list-item]


@st.composite
def some_level(draw: st.DrawFn) -> tuple[StepPlan, Level]:
    sign = draw(st.sampled_from([Signing.ALL, Signing.VOTES]))
    answers = draw(st.lists(ANSWERS, min_size=1, max_size=6))
    return plan(sign, draw(st.integers(1, len(answers)))), level(*answers)


@given(some_level())
def test_a_level_is_decided_as_soon_as_no_further_answer_can_change_it(case: tuple[StepPlan, Level]) -> None:
    rule, places = case
    ends = {could_agree(rule, answers) for answers in futures(places)}
    expected = {frozenset({True}): Verdict.AGREED, frozenset({False}): Verdict.REJECTED}
    assert verdict_of(rule, places) == expected.get(frozenset(ends), Verdict.UNDECIDED)


@pytest.mark.parametrize("first", [YES, NO])
def test_of_several_of_whom_any_may_answer_the_first_decides(first: StepStatus) -> None:
    expected = Verdict.AGREED if first == YES else Verdict.REJECTED
    assert verdict_of(plan(Signing.ANY), level(None, first, None)) == expected


@st.composite
def some_chain(draw: st.DrawFn) -> tuple[list[StepPlan], dict[int, Level]]:
    """Return a chain as it could stand: plans of every kind, answers, and people added to people."""
    plans, levels = [], {}
    for number in range(1, draw(st.integers(0, 4)) + 1):
        sign = draw(st.sampled_from(list(Signing)))
        count = 1 if sign == Signing.ONE else draw(st.integers(1, 4))
        places = list(level(*draw(st.lists(ANSWERS, min_size=count, max_size=count))))
        for slot in range(count + 1, count + 1 + draw(st.integers(0, 2))):
            to = draw(st.integers(1, slot - 1))
            places.append(Place(slot, draw(ANSWERS), added=draw(st.sampled_from(list(Added))), added_to=to))
        votes = draw(st.integers(1, count)) if sign == Signing.VOTES else 0
        more = {"in_turn": draw(st.booleans()), "beside": draw(st.booleans())}
        plans.append(plan(sign, votes, **more))
        levels[number] = places
    return plans, levels


@given(some_chain())
def test_while_a_chain_is_undecided_somebody_is_asked(case: tuple[list[StepPlan], dict[int, Level]]) -> None:
    verdict, states = outcome(*case)
    assert (StepStatus.OPEN in states.values()) == (verdict == Verdict.UNDECIDED)


@given(some_chain())
def test_whoever_is_asked_answers_and_in_the_end_everything_is_decided(
    case: tuple[list[StepPlan], dict[int, Level]],
) -> None:
    plans, levels = case
    for _ in range(40):
        verdict, states = outcome(plans, levels)
        asked = [where for where, state in states.items() if state == StepStatus.OPEN]
        if not asked:
            break
        number, slot = asked[0]
        levels[number] = [Place(each.slot, YES, each.turn, each.added, each.added_to) if each.slot == slot else each
                          for each in levels[number]]  # fmt: skip
    assert verdict != Verdict.UNDECIDED
    assert set(states.values()) <= {StepStatus.CLOSED}


@given(some_chain())
def test_nobody_is_asked_before_every_earlier_level_has_agreed(
    case: tuple[list[StepPlan], dict[int, Level]],
) -> None:
    plans, levels = case
    _, states = outcome(plans, levels)
    for (number, _), state in states.items():
        together = number
        while together > 1 and plans[together - 1].beside:
            together -= 1
        earlier = [verdict_of(plans[each - 1], levels[each]) for each in range(1, together)]
        assert state != StepStatus.OPEN or all(each == Verdict.AGREED for each in earlier)


def test_one_after_the_other_means_the_second_waits_for_the_first() -> None:
    chain = [plan(Signing.ALL, in_turn=True)]
    assert outcome(chain, {1: level(None, None)})[1] == {(1, 1): StepStatus.OPEN, (1, 2): StepStatus.WAITING}
    assert outcome(chain, {1: level(YES, None)})[1] == {(1, 2): StepStatus.OPEN}


def test_levels_beside_each_other_are_asked_together_and_the_next_waits_for_both() -> None:
    chain = [plan(), plan(beside=True), plan()]
    opened, waiting = StepStatus.OPEN, StepStatus.WAITING
    levels = {1: level(None), 2: level(None), 3: level(None)}
    assert outcome(chain, levels)[1] == {(1, 1): opened, (2, 1): opened, (3, 1): waiting}
    assert outcome(chain, {**levels, 1: level(YES)})[1] == {(2, 1): opened, (3, 1): waiting}
    assert outcome(chain, {**levels, 1: level(YES), 2: level(YES)})[1] == {(3, 1): opened}


@pytest.mark.parametrize(
    ("added", "mine", "theirs"),
    [
        (Added.BEFORE, StepStatus.WAITING, StepStatus.OPEN),
        (Added.AFTER, StepStatus.OPEN, StepStatus.WAITING),
        (Added.BESIDE, StepStatus.OPEN, StepStatus.OPEN),
    ],
)
def test_who_is_added_is_asked_before_after_or_beside(added: Added, mine: StepStatus, theirs: StepStatus) -> None:
    places = [Place(1), Place(2, added=added, added_to=1)]
    assert outcome([plan()], {1: places}) == (Verdict.UNDECIDED, {(1, 1): mine, (1, 2): theirs})


def test_who_was_added_is_asked_even_if_somebody_else_answered_for_who_added_them() -> None:
    places = [Place(1), Place(2, YES), Place(3, added=Added.AFTER, added_to=1)]
    expected = {(1, 1): StepStatus.CLOSED, (1, 3): StepStatus.OPEN}
    assert outcome([plan(Signing.ANY)], {1: places}) == (Verdict.UNDECIDED, expected)


def test_a_level_without_anybody_is_agreed_only_where_the_rules_skip_it() -> None:
    assert verdict_of(plan(), ()) == Verdict.UNDECIDED
    assert verdict_of(plan(otherwise=Otherwise.SKIP), ()) == Verdict.AGREED


def test_whoever_answered_after_and_because_of_an_answer_holds_it_in_place() -> None:
    chain = [plan(Signing.ALL), plan()]
    levels = {1: level(YES, YES), 2: level(YES)}
    assert followers(chain, levels, (1, 1)) == {(2, 1)}
    assert followers(chain, {1: level(YES, YES), 2: level(None)}, (1, 1)) == set()
    assert followers([plan(Signing.ALL, in_turn=True)], {1: level(YES, YES)}, (1, 1)) == {(1, 2)}


def test_who_was_added_after_somebody_follows_from_the_answer_that_brought_their_turn() -> None:
    after = Place(3, YES, added=Added.AFTER, added_to=1)
    assert followers([plan()], {1: [*level(YES), after]}, (1, 1)) == {(1, 3)}
    another_decided = {1: [*level(None, YES), after]}
    assert followers([plan(Signing.ANY)], another_decided, (1, 2)) == {(1, 3)}
    beside = {1: [*level(None, YES), replace(after, added=Added.BESIDE)]}
    assert followers([plan(Signing.ANY)], beside, (1, 2)) == set()
