"""Sealed columns in a real database: nothing readable on the disk, everything readable through the models."""

from pathlib import Path

import pytest

from models import Candidate, Organisation
from models.store import Store
from models.vault import Unsealable, Vault

NAME, PHONE, EMAIL = "欧阳娜娜甲", "13912345678", "ouyang.nana@example.com"


async def add_candidate(store: Store, vault: Vault, **changes: str) -> Candidate:
    async def work() -> Candidate:
        organisation, _ = await Organisation.get_or_create(path="g1", defaults={"name": "集团"})
        values = {"name": NAME, "phone": PHONE, "email": EMAIL} | changes
        return await Candidate.enter(
            organisation=organisation, phone_index=vault.index("phone", values["phone"]), **values
        )

    return await store.transact(work)


async def swap_name(source: Candidate, target: Candidate) -> None:
    await Candidate.filter(id=target.id).update(sealed_name=source.sealed_name)


async def test_a_sealed_field_reads_as_it_was_written(store: Store, installed_vault: Vault) -> None:
    written = await add_candidate(store, installed_vault)
    read = await Candidate.get(id=written.id)
    assert (read.name, read.phone, read.email) == (NAME, PHONE, EMAIL)


async def test_a_candidate_is_found_by_the_index_of_a_phone(store: Store, installed_vault: Vault) -> None:
    written = await add_candidate(store, installed_vault)
    await add_candidate(store, installed_vault, phone="13900000000")
    found = await Candidate.filter(phone_index=installed_vault.index("phone", PHONE))
    assert [candidate.id for candidate in found] == [written.id]


async def test_a_changed_sealed_field_is_saved(store: Store, installed_vault: Vault) -> None:
    candidate = await add_candidate(store, installed_vault)
    candidate.name, candidate.email = "张伟", None
    await store.transact(candidate.save)
    read = await Candidate.get(id=candidate.id)
    assert (read.name, read.email) == ("张伟", None)


async def test_a_value_copied_into_another_row_does_not_open(store: Store, installed_vault: Vault) -> None:
    one = await add_candidate(store, installed_vault)
    other = await add_candidate(store, installed_vault, name="张伟")
    await store.transact(lambda: swap_name(one, other))
    swapped = await Candidate.get(id=other.id)
    with pytest.raises(Unsealable):
        _ = swapped.name


def bytes_on_disk(home: Path) -> bytes:
    """Return the database as it lies there, its write-ahead log included."""
    return b"".join(path.read_bytes() for path in home.glob("shouyue.db*"))


async def test_no_name_phone_or_address_lies_readable_in_the_file(
    sqlite_url: str, home: Path, installed_vault: Vault
) -> None:
    store = Store(sqlite_url)
    await store.open()
    try:
        await add_candidate(store, installed_vault)
        raw = bytes_on_disk(home)
    finally:
        await store.close()
    assert "集团".encode() in raw  # the row is there, and what is not sealed can be read
    for secret in (NAME, PHONE, EMAIL):
        assert secret.encode() not in raw
        assert secret.encode("utf-16-le") not in raw
