"""The difference of two readings of a directory: applying it gives the second, and nothing else is touched."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from workflow.directory import Change, Person, applied, difference, reading_of, removes_too_many

PEOPLE = st.builds(
    Person,
    address=st.text("abAB12", min_size=1, max_size=3),
    name=st.sampled_from(["王芳", "李雷", "张伟"]),
    unit=st.sampled_from(["huachen", "huachen/net"]),
    staff_number=st.sampled_from(["", "HC1", "HC2"]),
    leads=st.booleans(),
)
READINGS = st.lists(PEOPLE, max_size=8).map(reading_of)


@given(READINGS, READINGS)
def test_applying_the_difference_gives_what_was_read(before: dict[str, Person], after: dict[str, Person]) -> None:
    assert folded(applied(before, difference(before, after))) == folded(after)


def folded(reading: Mapping[str, Person]) -> dict[str, Person]:
    """Write every address as it is compared: which capitals a platform sends means nothing."""
    return {key: replace(person, address=key) for key, person in reading.items()}


def test_an_address_in_other_capitals_is_no_change() -> None:
    before = reading_of([Person("WangFang", "王芳", "huachen/net")])
    assert difference(before, reading_of([Person("wangfang", "王芳", "huachen/net")])) == []


@given(READINGS)
def test_what_was_read_twice_changes_nothing(reading: dict[str, Person]) -> None:
    assert difference(reading, reading) == []


@given(READINGS, READINGS)
def test_every_change_says_what_happened_and_leavers_come_last(
    before: dict[str, Person], after: dict[str, Person]
) -> None:
    changes = difference(before, after)
    assert all(each.kinds for each in changes)
    gone = [each.after is None for each in changes]
    assert gone == sorted(gone)


def test_each_kind_of_change_has_its_name() -> None:
    wang = Person("wangfang", "王芳", "huachen/net")
    moved = Person("wangfang", "王方", "huachen", "HC1", leads=True)
    assert Change(None, wang).kinds == ("joined",)
    assert Change(wang, None).kinds == ("left",)
    assert Change(wang, moved).kinds == ("moved", "renamed", "leads", "numbered")


def test_somebody_in_two_departments_stands_once_and_leads_if_in_one() -> None:
    twice = [Person("Lilei", "李雷", "huachen/net"), Person("lilei", "李雷", "huachen/net", leads=True)]
    assert list(reading_of(twice).values()) == [Person("Lilei", "李雷", "huachen/net", leads=True)]


def test_a_fifth_may_leave_and_no_more() -> None:
    before = reading_of([Person(f"p{each}", "王芳", "huachen") for each in range(10)])
    left = [Change(each, None) for each in before.values()]
    assert not removes_too_many(before, left[:2], 20)
    assert removes_too_many(before, left[:3], 20)
    assert not removes_too_many({}, [], 20)
