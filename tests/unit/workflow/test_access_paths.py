"""A grant reaches its own unit and everything below it, and nothing beside it (S79, I12)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Role
from workflow.access import CANCEL, PERMISSIONS, READ, covers

parts = st.lists(st.sampled_from(["huachen", "net", "net2", "heavy", "works", "n"]), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("granted", "path", "reaches"),
    [
        ("huachen", "huachen", True),
        ("huachen", "huachen/net", True),
        ("huachen", "huachen/net/east", True),
        ("huachen/net", "huachen", False),
        ("huachen/net", "huachen/net2", False),
        ("huachen/net", "huachen/network", False),
        ("huachen/net", "huachen/heavy", False),
        ("huachen", "huachen2/net", False),
        ("huachen", "other/huachen", False),
    ],
)
def test_a_name_that_only_begins_alike_is_another_unit(granted: str, path: str, reaches: bool) -> None:
    assert covers(granted, path) is reaches


@given(parts, parts)
def test_a_grant_covers_exactly_the_paths_that_continue_it(granted: list[str], path: list[str]) -> None:
    assert covers("/".join(granted), "/".join(path)) is (path[: len(granted)] == granted)


def test_only_hr_cancels_and_administrators_and_interviewers_read_nothing() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert {role for role, held in PERMISSIONS.items() if CANCEL in held} == {Role.HR}
    reading = {role for role, held in PERMISSIONS.items() if READ in held}
    assert reading == {Role.HR, Role.DEPARTMENT_HEAD, Role.LEADER, Role.AUDITOR}
