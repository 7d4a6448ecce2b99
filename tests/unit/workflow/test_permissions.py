"""Who may do what is one table: everything in it is meant, nothing beside it is allowed (S79, S80)."""

import inspect
from itertools import product

import pytest

from models import Role
from workflow import permissions
from workflow.permissions import ADMINISTRATORS, OF_CANDIDATES, OTHER_KIND, PERMISSIONS, READ_ONLY, SAID, conflicts

NAMED = {
    value
    for name, value in inspect.getmembers(permissions)
    if name.isupper() and isinstance(value, str) and ":" in value
}


def test_every_role_is_in_the_table_and_every_permission_is_somebodys() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == NAMED


def test_a_permission_is_named_by_what_it_is_about_and_what_one_does() -> None:
    assert all(noun.isalpha() and verb.isalpha() for noun, verb in (each.split(":") for each in NAMED))


def test_the_auditor_holds_nothing_that_changes_anything() -> None:
    assert PERMISSIONS[Role.AUDITOR] <= READ_ONLY


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_an_administrator_holds_nothing_that_shows_a_candidate(role: Role) -> None:
    assert not PERMISSIONS[role] & OF_CANDIDATES


def test_what_is_said_of_a_role_is_in_the_table() -> None:
    assert set(SAID) <= NAMED
    assert all(SAID.values())


def test_purging_and_erasing_are_never_proposed_and_approved_by_one_role() -> None:
    for noun in ("purge", "erase"):
        assert not [role for role, held in PERMISSIONS.items() if {f"{noun}:propose", f"{noun}:approve"} <= held]


def test_each_kind_of_administrator_is_decided_by_the_other() -> None:
    assert OTHER_KIND == {Role.SYSTEM_ADMIN: Role.SECURITY_ADMIN, Role.SECURITY_ADMIN: Role.SYSTEM_ADMIN}


@pytest.mark.parametrize(("held", "wanted"), list(product(Role, Role)))
def test_the_three_administrators_share_a_person_with_nobody(held: Role, wanted: Role) -> None:
    separate = held in ADMINISTRATORS or wanted in ADMINISTRATORS
    assert conflicts(held, wanted) is (separate and held != wanted)
