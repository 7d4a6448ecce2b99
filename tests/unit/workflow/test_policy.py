"""What a cancellation needs: each preset by whose wish it is, how late, and how sensitive the position."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Organisation, Origin, Preset, Role
from tests.unit.workflow import rules_written
from workflow.plans import as_kept, plans_of
from workflow.policy import (
    PRESETS,
    Facts,
    WrongRules,
    decide,
    entered,
    grace,
    is_late,
    snapshot,
)
from workflow.rules.loading import load
from workflow.rules.overriding import OF_PRESET, Values, document_of, overridden
from workflow.rules.ruleset import RuleSet

START = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
FAST, STRICT, TRANSITION = Preset.FAST, Preset.STRICT, Preset.TRANSITION
HEAD, LEADER, HR = Role.DEPARTMENT_HEAD, Role.LEADER, Role.HR
WHOLE = (HEAD, LEADER)

# preset, by the candidate, late, sensitive → who must agree, pieces of evidence, the rule that fired
TABLE: list[tuple[Preset, bool, bool, bool, tuple[Role, ...], int, str]] = [
    (FAST, False, False, False, (), 0, "company"),
    (FAST, False, False, True, (), 0, "company"),
    (FAST, False, True, False, (), 0, "company-late"),
    (FAST, False, True, True, (), 0, "company-late"),
    (FAST, True, False, False, (), 0, "candidate-in-time"),
    (FAST, True, False, True, (), 0, "candidate-in-time"),
    (FAST, True, True, False, (HR,), 0, "candidate-late"),
    (FAST, True, True, True, (HR,), 0, "candidate-late"),
    (STRICT, False, False, False, WHOLE, 1, "company"),
    (STRICT, False, False, True, WHOLE, 1, "sensitive-position"),
    (STRICT, False, True, False, WHOLE, 1, "company-late"),
    (STRICT, False, True, True, WHOLE, 1, "sensitive-position"),
    (STRICT, True, False, False, WHOLE, 1, "candidate-strict"),
    (STRICT, True, False, True, WHOLE, 1, "candidate-strict"),
    (STRICT, True, True, False, WHOLE, 1, "candidate-strict"),
    (STRICT, True, True, True, WHOLE, 1, "candidate-strict"),
    (TRANSITION, False, False, False, (), 0, "company"),
    (TRANSITION, False, False, True, (HEAD,), 0, "sensitive-position"),
    (TRANSITION, False, True, False, (HEAD,), 0, "company-late"),
    (TRANSITION, False, True, True, (HEAD,), 0, "sensitive-position"),
    (TRANSITION, True, False, False, (), 0, "candidate-in-time"),
    (TRANSITION, True, False, True, (HEAD,), 0, "candidate-sensitive"),
    (TRANSITION, True, True, False, (HEAD,), 0, "candidate-late"),
    (TRANSITION, True, True, True, (HEAD,), 0, "candidate-late"),
]


def facts(*, by_candidate: bool, ahead: timedelta, sensitive: bool = False, origin: Origin = Origin.COMPANY) -> Facts:
    return Facts(origin, by_candidate, START, START - ahead, sensitive)


def test_the_table_names_every_case_of_every_preset() -> None:
    assert len({row[:4] for row in TABLE}) == len(Preset) * 2 * 2 * 2 == len(TABLE)


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[6]}-{row[2]}-{row[3]}")
def test_each_preset_decides_as_the_table_says(row: tuple[Any, ...], origin: Origin) -> None:
    preset, by_candidate, late, sensitive, steps, evidence, rule = row
    ahead = timedelta(hours=23) if late else timedelta(hours=25)
    asked = facts(by_candidate=by_candidate, ahead=ahead, sensitive=sensitive, origin=origin)
    decision = decide(asked, PRESETS[preset])
    assert (decision.steps, decision.evidence, decision.late, decision.rule) == (steps, evidence, late, rule)
    assert decision.drafted_for_hr == (rule == "candidate-strict")
    assert decision.allowed


@settings(deadline=None)
@given(preset=st.sampled_from(Preset), asked=rules_written.facts)
def test_the_values_that_were_before_documents_say_what_the_presets_say(preset: Preset, asked: Facts) -> None:
    as_values = load(document_of(preset, OF_PRESET[preset]))
    told, meant = decide(asked, as_values), decide(asked, PRESETS[preset])
    same = ("rule", "plans", "evidence", "late", "allowed", "drafted_for_hr")
    assert [getattr(told, key) for key in same] == [getattr(meant, key) for key in same]
    assert replace(as_values, scenes=(), chains={}, digest="") == replace(
        PRESETS[preset], scenes=(), chains={}, digest=""
    )


@pytest.mark.parametrize(
    ("ahead", "late"),
    [
        (timedelta(hours=24), False),
        (timedelta(hours=24) - timedelta(microseconds=1), True),
        (timedelta(hours=24) + timedelta(microseconds=1), False),
        (timedelta(0), True),
        (timedelta(hours=-1), True),
    ],
)
def test_twenty_four_hours_to_the_second_are_still_in_time(ahead: timedelta, late: bool) -> None:
    assert is_late(facts(by_candidate=True, ahead=ahead), PRESETS[FAST]) is late


def test_an_hour_of_another_time_zone_is_the_same_moment() -> None:
    here = Facts(Origin.CANDIDATE, True, START, (START - timedelta(hours=24)).astimezone(ZoneInfo("Asia/Tokyo")))
    assert not is_late(here, PRESETS[FAST])


@given(minutes=st.integers(-600, 60 * 200), preset=st.sampled_from(Preset), sensitive=st.booleans())
def test_a_candidates_word_always_has_a_way_and_never_needs_their_own_evidence_outside_strict(
    minutes: int, preset: Preset, sensitive: bool
) -> None:
    asked = facts(by_candidate=True, ahead=timedelta(minutes=minutes), sensitive=sensitive)
    decision = decide(asked, PRESETS[preset])
    assert decision.evidence <= 1  # their own reply is that one piece
    assert decision.evidence == 0 or decision.drafted_for_hr


@pytest.mark.parametrize(
    ("ahead", "seconds"),
    [
        (timedelta(minutes=30), 0),
        (timedelta(minutes=30, microseconds=1), 60),
        (timedelta(minutes=1), 0),
        (timedelta(minutes=-5), 0),
        (timedelta(days=3), 60),
    ],
)
def test_within_half_an_hour_of_the_start_nothing_waits(ahead: timedelta, seconds: int) -> None:
    assert grace(PRESETS[FAST], START, START - ahead) == timedelta(seconds=seconds)


def unit(preset: Preset | None, **rules: object) -> Organisation:
    return Organisation(path="a/b", name="某单位", preset=preset, policy=rules)


def test_a_unit_without_a_preset_follows_the_strict_one() -> None:
    assert entered(unit(None)) == PRESETS[STRICT]


def test_a_unit_overrides_single_values_of_its_preset() -> None:
    rules = entered(unit(FAST, notice_period_h=48, grace_s=0, company_steps=["leader"], version=7))
    decision = decide(facts(by_candidate=False, ahead=timedelta(hours=72)), rules)
    assert (rules.notice_period, rules.grace_s, decision.steps) == (timedelta(hours=48), 0, (LEADER,))
    assert (rules.name, rules.version, decision.evidence) == ("fast", 7, 0)
    assert PRESETS[FAST].notice_period_h == 24


def test_a_candidates_own_word_is_proof_enough_however_much_a_unit_wants() -> None:
    rules = entered(unit(STRICT, evidence=5))
    ahead = timedelta(hours=72)
    assert decide(facts(by_candidate=True, ahead=ahead), rules).evidence == 1
    assert decide(facts(by_candidate=False, ahead=ahead), rules).evidence == 5


@pytest.mark.parametrize(
    "rules",
    [
        {"notice_period": 24},
        {"name": "mine"},
        {"Grace_s": 60},
        {"notice_period_h": "never"},
        {"notice_period_h": "24"},
        {"notice_period_h": 24.0},
        {"notice_period_h": True},
        {"notice_period_h": -1},
        {"grace_s": 10**9},
        {"grace_s": None},
        {"evidence": [1]},
        {"evidence": 21},
        {"candidate_needs_approval": 1},
        {"company_steps": "leader"},
        {"company_steps": ["boss"]},
        {"company_steps": ["auditor"]},
        {"late_steps": {"hr": 1}},
        {"late_steps": None},
    ],
    ids=str,
)
def test_a_mistyped_rule_is_an_error_that_names_it(rules: dict[str, object]) -> None:
    with pytest.raises(WrongRules, match=next(iter(rules))):
        entered(unit(FAST, **rules))


changes = st.sampled_from([each.name for each in fields(Values)]) | st.text(max_size=9)
settings_of_any_kind = st.none() | st.booleans() | st.integers(-1, 9) | st.floats() | st.lists(st.sampled_from(Role))


@settings(deadline=None)
@given(st.dictionaries(changes, settings_of_any_kind, max_size=3), rules_written.facts)
def test_any_values_either_make_rules_or_an_error_that_names_one_of_them(changes: dict[str, Any], asked: Facts) -> None:
    outcome = made_or_named(changes)
    if isinstance(outcome, str):
        assert any(outcome.startswith(f"{key}: ") for key in changes)
    else:
        own = replace(asked, by_candidate=True)
        assert decide(own, outcome).allowed
        assert decide(own, outcome).evidence <= 1


def made_or_named(changes: dict[str, Any]) -> RuleSet | str:
    try:
        return overridden(STRICT, changes)
    except WrongRules as error:
        return str(error)


def test_a_request_keeps_the_rules_it_was_decided_by() -> None:
    rules = entered(unit(STRICT, grace_s=90, version=3))
    decision = decide(facts(by_candidate=False, ahead=timedelta(days=2)), rules)
    kept = snapshot(rules, decision)
    assert plans_of(kept) == decision.plans
    assert kept == {
        "name": "strict",
        "version": 3,
        "digest": rules.digest,
        "rule": "company",
        "grace_s": 90,
        "notice_period_h": 24,
        "steps": as_kept(decision.plans),
        "evidence": {
            "least": 1,
            "most": 9,
            "counts": ["file", "reply"],
            "kinds": ["picture", "pdf", "mail"],
            "max_bytes": 10 * 2**20,
        },
    }
