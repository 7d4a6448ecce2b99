"""The progress line says in which order people are asked, and of whom an answer is not wanted any more."""

from cards.lines import progress_line, twin_lines
from models import CardPurpose, StepStatus
from tests.unit.cards import samples


def way(*steps: object) -> str:
    """Return what the line says after who began it."""
    return progress_line(samples.request(steps=steps)).value.split(" → ", 1)[1]


def test_who_was_added_before_stands_first_and_who_waits_for_them_is_not_at_work() -> None:
    mine = samples.step(1, StepStatus.WAITING)
    added = samples.step(1, slot=2, approver="李雷", added="前加签", label="用人部门（前加签）")
    assert way(mine, added) == "用人部门 前加签 李雷 处理中、陈敏 未轮到"


def test_a_level_keeps_its_name_when_only_who_took_over_and_who_was_added_are_left() -> None:
    added = samples.step(1, StepStatus.APPROVED, slot=2, approver="李雷", added="前加签", label="用人部门（前加签）")
    taker = samples.step(1, slot=3, approver="李娜")
    assert way(added, taker) == "用人部门 前加签 李雷 09:30 ✓、李娜 处理中"


def test_a_level_that_has_not_begun_says_nothing_of_turns() -> None:
    both = [samples.step(2, StepStatus.WAITING, slot=slot, rule="会签") for slot in (1, 2)]
    assert way(samples.step(1), *both) == "用人部门 陈敏 处理中 → 分管领导（会签）赵国强、赵国强"


def test_who_is_not_asked_any_more_is_not_called_closed() -> None:
    assert way(samples.step(1, StepStatus.CLOSED)) == "用人部门 陈敏 不用再审"


def test_the_same_hint_about_the_evidence_stands_once() -> None:
    view = samples.card(CardPurpose.APPROVAL, twins=("也用在另一个申请",) * 2)
    assert [str(each) for each in twin_lines(view)] == ["注意：也用在另一个申请"]
