"""What the vault promises about sealed values, indexes and tokens."""

import pytest

from models.vault import Unsealable, Vault

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PLACE = "candidate.sealed_name.7"


@pytest.mark.parametrize("plain", ["", "张伟", "a" * 100_000])
def test_what_was_sealed_opens_again(plain: str) -> None:
    vault = Vault({1: OLD})
    assert vault.unseal(vault.seal(plain.encode(), PLACE), PLACE).decode() == plain


def test_the_same_text_never_looks_the_same_twice() -> None:
    vault = Vault({1: OLD})
    assert len({vault.seal("张伟".encode(), PLACE) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("elsewhere", ["candidate.sealed_name.8", "candidate.sealed_phone.7", "employee.sealed_name.7"])
def test_a_value_moved_to_another_place_does_not_open(elsewhere: str) -> None:
    vault = Vault({1: OLD})
    with pytest.raises(Unsealable):
        vault.unseal(vault.seal(b"x", PLACE), elsewhere)


def test_every_changed_bit_is_noticed() -> None:
    vault = Vault({1: OLD, 2: NEW})
    sealed = vault.seal("张伟".encode(), PLACE)
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unsealable):
            vault.unseal(bytes(changed), PLACE)


def test_every_cut_is_noticed() -> None:
    vault = Vault({1: OLD})
    sealed = vault.seal("张伟".encode(), PLACE)
    for length in range(len(sealed)):
        with pytest.raises(Unsealable):
            vault.unseal(sealed[:length], PLACE)


def test_after_a_rotation_old_values_open_and_new_ones_need_the_new_key() -> None:
    before, after = Vault({1: OLD}), Vault({1: OLD, 2: NEW})
    assert after.unseal(before.seal(b"old", PLACE), PLACE) == b"old"
    fresh = after.seal(b"new", PLACE)
    assert after.unseal(fresh, PLACE) == b"new"
    with pytest.raises(Unsealable):
        before.unseal(fresh, PLACE)


def test_indexes_and_tokens_survive_a_rotation() -> None:
    before, after = Vault({1: OLD}), Vault({1: OLD, 2: NEW})
    assert before.index("phone", "13800000000") == after.index("phone", "13800000000")
    assert before.token("entry", "B-1", "2") == after.token("entry", "B-1", "2")


def test_indexes_differ_by_kind_value_and_key() -> None:
    vault = Vault({1: OLD})
    indexes = {vault.index("phone", "1"), vault.index("email", "1"), vault.index("phone", "2")}
    assert len(indexes | {Vault({1: NEW}).index("phone", "1")}) == 4


def test_the_parts_of_a_token_cannot_be_shifted() -> None:
    vault = Vault({1: OLD})
    assert vault.token("entry", "ab", "c") != vault.token("entry", "a", "bc")
    assert len(vault.token("entry", "ab")) == 26


@pytest.mark.parametrize("keys", [{}, {1: b"short"}, {0: OLD}, {65536: OLD}])
def test_unusable_keys_are_refused_at_once(keys: dict[int, bytes]) -> None:
    with pytest.raises(ValueError):
        Vault(keys)
