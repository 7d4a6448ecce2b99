"""What a button carries: a plain word and an opaque handle. Anything else is not ours (T3)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.buttons import ACTIONS, Press, read_press

HANDLE = "abcdefghijklmnopqrstuvwx23"
handles = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26)


@given(st.sampled_from(sorted(ACTIONS)), handles, st.sampled_from("._"))
def test_every_key_is_read_back(action: str, handle: str, separator: str) -> None:
    assert read_press(Press(action, handle).key(separator)) == Press(action, handle)


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_key_suits_every_platform(action: str) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_]{1,64}", Press(action, HANDLE).key("_"))
    assert re.fullmatch(r"[a-zA-Z0-9_.]{1,64}", Press(action, HANDLE).key())


@pytest.mark.parametrize(
    "key",
    [
        "",
        "approve",
        f"approve-{HANDLE}",
        f"Approve.{HANDLE}",
        f"delete.{HANDLE}",
        f".{HANDLE}",
        f"approve..{HANDLE}",
        f" approve.{HANDLE}",
        f"approve.{HANDLE}\n",
        f"approve.{HANDLE.upper()}",
        f"approve.{HANDLE[:-1]}",
        f"approve.{HANDLE[:-1]}1",
        f"approve.{HANDLE[:-1]}ａ",
        f"approve.{HANDLE}a",
        f"approve.{HANDLE}.approve.{HANDLE}",
        '{"action":"approve"}',
    ],
)
def test_a_key_that_we_never_made_is_nothing(key: str) -> None:
    assert read_press(key) is None


@given(st.text(st.characters()))
def test_any_text_is_read_or_is_nothing(key: str) -> None:
    press = read_press(key)
    assert press is None or key in (press.key("."), press.key("_"))
