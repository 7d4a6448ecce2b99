"""Each candidate's data are sealed with a secret of their own; once it is destroyed nobody reads them, in any copy."""

from datetime import UTC, datetime

import pytest

from models import (
    Account,
    Attempt,
    Booking,
    CancellationRequest,
    Candidate,
    Card,
    Evidence,
    OutboxMessage,
    PersonKey,
    Platform,
    Step,
    person_key,
)
from models.sealed import ERASED, SealedModel, columns
from models.store import Store
from models.vault import Unsealable, Vault, is_theirs
from tests.database import office
from workflow import administering, audit, outbox

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
ABOUT = (Candidate, Account, OutboxMessage)


async def entered(store: Store) -> Booking:
    """Enter one booking of a candidate who is reached by SMS, and post them something."""
    unit = await store.transact(office.unit)
    booking = await store.transact(lambda: office.booking(unit))
    account = await Account.get(candidate_id=booking.candidate_id, platform=Platform.SMS)
    await store.transact(lambda: outbox.say(office.by(), account, "张伟，您好"))
    return await Booking.get(id=booking.id).prefetch_related("candidate", "organisation")


async def sealed_values(table: type[SealedModel], **which: object) -> list[bytes]:
    rows = await table.filter(**which).values_list(*columns(table))
    return [bytes(value) for row in rows for value in row if value]


@pytest.mark.parametrize("table", ABOUT)
async def test_what_is_about_a_candidate_is_sealed_with_their_own_secret(
    store: Store, table: type[SealedModel]
) -> None:
    booking = await entered(store)
    values = await sealed_values(table, **{table.PERSON: booking.candidate_id})
    assert values
    assert all(is_theirs(value) for value in values)


async def test_a_row_brings_the_secret_however_it_is_fetched(store: Store) -> None:
    booking = await entered(store)
    who = booking.candidate_id
    name = "张伟"
    assert (await Candidate.get(id=who)).name == name
    assert [each.name for each in await Candidate.filter(id=who)] == [name]
    assert [each.name async for each in Candidate.filter(id=who)] == [name]
    first = await Candidate.filter(id=who).first()
    assert first is not None
    assert first.name == name
    plain = await Booking.get(id=booking.id)
    assert (await plain.candidate).name == name
    await plain.fetch_related("candidate__accounts")
    assert [each.address for each in plain.candidate.accounts] == ["13800008123"]


async def test_two_candidates_in_one_answer_are_each_opened_with_their_own(store: Store) -> None:
    unit = await store.transact(office.unit)
    for name, phone in (("张伟", "13800008123"), ("李雷", "13900004410")):
        new = administering.NewCandidate(name, phone)
        await store.transact(lambda new=new: administering.add_candidate(unit, new))  # type: ignore[misc]
    found = await Candidate.all()
    assert {each.name for each in found} == {"张伟", "李雷"}
    assert len({each.secret for each in found}) == 2


async def test_a_destroyed_secret_leaves_a_word_that_says_so(store: Store) -> None:
    booking = await entered(store)
    await store.transact(lambda: person_key.destroy(booking.candidate_id, NOW))
    candidate = await Candidate.get(id=booking.candidate_id)
    assert (candidate.name, candidate.phone, candidate.email) == (ERASED, ERASED, None)
    assert {each.address for each in await Account.filter(candidate=candidate)} == {ERASED}
    row = await PersonKey.get(id=candidate.id)
    assert (row.sealed, row.erased_at) == (None, NOW)


async def test_nothing_is_written_or_committed_to_about_somebody_erased(store: Store) -> None:
    booking = await entered(store)
    await store.transact(lambda: person_key.destroy(booking.candidate_id, NOW))
    candidate = await Candidate.get(id=booking.candidate_id)
    candidate.name = "又写一次"
    with pytest.raises(Unsealable):
        await store.transact(candidate.save)
    with pytest.raises(Unsealable):
        audit.commitment(candidate, "name", "张伟")


async def test_a_copy_of_the_rows_tells_nothing_without_the_secrets(store: Store, installed_vault: Vault) -> None:
    booking = await entered(store)
    values = await sealed_values(Candidate, id=booking.candidate_id)
    place = f"candidate.sealed_name.{booking.candidate_id}"
    for secret in (None, bytes(32)):
        with pytest.raises(Unsealable):
            installed_vault.unseal(values[0], place, secret)


async def test_what_was_sealed_before_there_were_secrets_stays_readable(store: Store, installed_vault: Vault) -> None:
    booking = await entered(store)
    old = installed_vault.seal("张伟".encode(), f"candidate.sealed_name.{booking.candidate_id}")
    await store.transact(lambda: Candidate.filter(id=booking.candidate_id).update(sealed_name=old))
    assert (await Candidate.get(id=booking.candidate_id)).name == "张伟"


def test_every_table_with_a_person_brings_secrets() -> None:
    about = (Candidate, Account, CancellationRequest, Step, Evidence, OutboxMessage, Attempt, Card)
    assert {type(each._meta.manager).__name__ for each in about} == {"Persons"}
    without = [each.__name__ for each in SealedModel.__subclasses__() if not each.PERSON]
    by_an_erasure = {"ExportRequest", "GrantChange", "Hold", "Purge", "RevealLink", "RulesVersion"}  # if they name them
    signed = {"SigningOrder"}  # with a certificate: it outlives the data of the candidate (decision 0020)
    assert set(without) == by_an_erasure | signed | {"DirectoryEntry", "Employee", "Factor", "SavedQuery"}
