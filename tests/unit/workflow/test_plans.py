"""审批节点的设定: what a request keeps of its chain reads back as it was, also what older requests kept."""

import json

import pytest

from models import Role
from workflow.plans import OF_ROLE, Grade, Otherwise, Signing, StepPlan, as_kept, plans_of

BOARD = StepPlan(
    "班子会签",
    ("role:leader", "person:zhaoguoqiang"),
    sign=Signing.VOTES,
    votes=2,
    in_turn=True,
    beside=True,
    hours=4,
    otherwise=Otherwise.SKIP,
    repeats=True,
    grade=Grade.G1,
    copies=("role:hr",),
)


@pytest.mark.parametrize("plan", [*OF_ROLE.values(), BOARD], ids=lambda each: each.name)
def test_a_kept_step_reads_back_as_it_was(plan: StepPlan) -> None:
    kept = json.loads(json.dumps({"steps": as_kept((plan,))}))
    assert plans_of(kept) == (plan,)


def test_a_request_that_kept_roles_has_a_step_of_one_person_for_each() -> None:
    assert plans_of({"steps": ["department_head", "leader"]}) == (OF_ROLE[Role.DEPARTMENT_HEAD], OF_ROLE[Role.LEADER])


def test_a_request_without_rules_has_no_steps() -> None:
    assert plans_of({}) == ()


def test_only_roles_are_roles() -> None:
    assert BOARD.roles == (Role.LEADER,)
