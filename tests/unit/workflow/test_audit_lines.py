"""One line of the audit log: the canonical profile of reliability.md R1, and commitments instead of personal data."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Candidate
from models.vault import Vault
from workflow.audit import canonical, commitment, commitment_key, stamp
from workflow.canonical import LARGEST_INTEGER

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4))

SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def jcs(value: Any) -> str:
    """Write a value as RFC 8785 says, independently of `json`: names sorted by UTF-16 units, shortest escapes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(SHORT.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    ordered = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
    return "{" + ",".join(f"{jcs(name)}:{jcs(inner)}" for name, inner in ordered) + "}"


@given(values)
def test_the_canonical_form_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == jcs(value)


@given(values)
def test_reading_a_canonical_text_and_writing_it_again_changes_nothing(value: Any) -> None:
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(values)
def test_a_canonical_text_is_one_line_of_bytes(value: Any) -> None:
    assert b"\n" not in canonical(value).encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        0.5,
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        {"编号": 1},
        {1: "a"},
        b"bytes",
        "\ud800",
        {"a": [{"b": 1.5}]},
    ],
    ids=repr,
)
def test_what_lies_outside_the_profile_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical(value)


def test_a_moment_stands_in_utc_with_milliseconds_whatever_zone_it_came_in() -> None:
    shanghai = datetime(2026, 11, 25, 15, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=8)))
    assert stamp(shanghai) == stamp(shanghai.astimezone(UTC)) == "2026-11-25T07:00:00.123Z"


def candidate(secret: str) -> Candidate:
    person = Candidate(name="张伟")
    person.secret = bytes.fromhex(secret)
    return person


def test_a_commitment_opens_with_value_and_key_and_with_nothing_less(installed_vault: Vault) -> None:
    person = candidate("ab" * 32)
    key = hmac.new(bytes.fromhex("ab" * 32), b"commitments\x00name", hashlib.sha256).digest()
    expected = hmac.new(key, b"name\x00" + jcs("张伟").encode(), hashlib.sha256).hexdigest()
    assert commitment_key(person, "name") == key
    assert commitment(person, "name", "张伟") == expected


def test_the_same_name_of_two_people_gives_two_commitments(installed_vault: Vault) -> None:
    first, second = candidate("ab" * 32), candidate("cd" * 32)
    assert commitment(first, "name", "张伟") != commitment(second, "name", "张伟")
    assert commitment(first, "name", "张伟") != commitment(first, "words", "张伟")
    assert commitment(first, "name", "张伟") != commitment(first, "name", "张玮")
    assert commitment(first, "name", "张伟") == commitment(candidate("ab" * 32), "name", "张伟")
