"""取消原因: the closed list, and what is refused behind every door."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Origin
from workflow.errors import Invalid, Missing
from workflow.reasons import REASONS, SHORTEST_TEXT, UNSAID, Reason, reason_of

COUNTS = {Origin.CANDIDATE: 3, Origin.COMPANY: 4, Origin.SYSTEM: 2}


def test_the_list_has_three_candidates_three_company_and_two_system_reasons_and_one_other() -> None:
    origins = [reason.origin for reason in REASONS.values() if reason.code != UNSAID]
    assert {origin: origins.count(origin) for origin in Origin} == COUNTS
    assert REASONS["other"].origin == Origin.COMPANY


def test_labels_and_codes_are_unique_and_codes_are_plain() -> None:
    assert len({reason.label for reason in REASONS.values()}) == len(REASONS) == 10
    assert all(code == reason.code and re.fullmatch("[a-z_]{1,32}", code) for code, reason in REASONS.items())


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
def test_what_a_candidate_reads_is_not_the_internal_wording(reason: Reason) -> None:
    assert reason.outward not in ("", reason.label)
    assert "候选人" not in reason.outward
    assert not re.search("[a-z_]{3,}", reason.outward)
    assert not reason.outward.endswith("。")


def test_only_a_candidate_may_leave_the_reason_unsaid() -> None:
    with pytest.raises(Invalid):
        reason_of(UNSAID)


@pytest.mark.parametrize("code", ["", " ", "\n", "　"])
def test_no_reason_is_missing(code: str) -> None:
    with pytest.raises(Missing) as refusal:
        reason_of(code, "写得很清楚")
    assert refusal.value.facts["what"] == "reason"


@given(st.text(min_size=1).filter(lambda code: code.strip() and code not in REASONS))
def test_a_reason_that_is_not_on_the_list_is_invalid(code: str) -> None:
    with pytest.raises(Invalid):
        reason_of(code, "写得很清楚")


@pytest.mark.parametrize("text", ["", "   ", "有变化", "\t有变化\n", "　　　　"])
def test_other_needs_words(text: str) -> None:
    with pytest.raises(Missing) as refusal:
        reason_of("other", text)
    assert refusal.value.facts == {"what": "reason-text", "shortest": SHORTEST_TEXT}


def test_four_characters_are_words_enough_for_other() -> None:
    assert reason_of("other", " 临时有事 ") is REASONS["other"]


@pytest.mark.parametrize("code", [code for code in REASONS if code not in ("other", UNSAID)])
def test_every_other_reason_stands_without_words(code: str) -> None:
    assert reason_of(code) is REASONS[code]
