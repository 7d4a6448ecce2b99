"""Changing the key: every value is sealed anew beside a running program, and a kill in the middle loses nothing."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models import (
    Account,
    Candidate,
    Employee,
    Evidence,
    EvidenceBlob,
    OutboxMessage,
    PersonKey,
    Preset,
    Role,
    person_key,
    resealing,
    vault,
)
from models.store import Store
from models.vault import Vault, key_id
from tests.database import office
from tests.database.office import NOW, by
from workflow import cancelling, evidence

ROOT = Path(__file__).resolve().parents[2]
FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))
ROWS = 3000
PNG = b"\x89PNG\r\n\x1a\nproof"


@pytest.fixture
async def rotated(store: Store) -> Store:
    """Return a store that was filled while there was one key, and now has two."""
    await store.transact(_fill)
    vault.install(Vault({1: FIRST, 2: SECOND}))
    return store


async def _fill() -> None:
    unit = await office.unit("huachen/heavy", Preset.STRICT)
    hr = await office.employee("liuyang", unit, Role.HR, name="刘洋")
    await office.employee("chenmin", unit, Role.DEPARTMENT_HEAD, name="陈敏")
    await office.employee("zhao", unit, Role.LEADER, name="赵国强")
    booking = await office.booking(unit)
    request = await cancelling.request_cancellation(by(hr), booking, cancelling.Wish("plan_changed"), shown=1)
    await evidence.keep_file(by(hr), request, evidence.Material(PNG, "x.png", "m"))


async def old_values() -> int:
    return sum(each.values for each in await resealing.sealings() if each.old)


async def test_everything_is_sealed_anew_but_evidence(rotated: Store) -> None:
    before = bytes((await EvidenceBlob.all())[0].sealed)
    assert await old_values() > 10
    done = await resealing.reseal(rotated)
    assert (done.values > 10, done.damaged, await old_values()) == (True, 0, 0)
    assert bytes((await EvidenceBlob.all())[0].sealed) == before
    assert [(each.key, each.values) for each in await resealing.evidence_sealings()] == [(1, 1)]
    assert (await Candidate.all())[0].name == "张伟"
    assert await evidence.open_piece((await Evidence.all())[0]) == PNG
    assert {each.name for each in await Employee.all()} == {"刘洋", "陈敏", "赵国强"}
    assert (await resealing.reseal(rotated)).values == 0


async def test_what_the_installation_alone_sealed_gets_the_persons_own_secret(rotated: Store) -> None:
    candidate = (await Candidate.all())[0]
    plainly = vault.vault().seal("张伟".encode(), candidate.place_of("sealed_name"))
    await rotated.transact(lambda: Candidate.filter(id=candidate.id).update(sealed_name=plainly))
    await resealing.reseal(rotated)
    row = await Candidate.get(id=candidate.id)
    assert vault.is_theirs(bytes(row.sealed_name))
    assert row.name == "张伟"
    await rotated.transact(lambda: person_key.destroy(candidate.id, NOW))
    assert (await Candidate.get(id=candidate.id)).name == "（已依法删除）"


async def test_what_does_not_open_is_counted_and_left(rotated: Store) -> None:
    account = (await Account.filter(candidate_id__isnull=False))[0]
    broken = bytes(account.sealed_address)[:-1] + b"?"
    await rotated.transact(lambda: Account.filter(id=account.id).update(sealed_address=broken))
    done = await resealing.reseal(rotated)
    assert done.damaged == 1
    assert bytes((await Account.get(id=account.id)).sealed_address) == broken


async def test_somebody_erased_is_passed_over(rotated: Store) -> None:
    candidate = (await Candidate.all())[0]
    await rotated.transact(lambda: person_key.destroy(candidate.id, NOW))
    assert (await resealing.reseal(rotated)).damaged == 0
    assert (await PersonKey.get(id=candidate.id)).sealed is None


def home_with_keys(home: Path, url: str) -> dict[str, str]:
    """Write settings with both keys; return the environment of a command that uses them."""
    (home / "keys").mkdir(exist_ok=True)
    for name, key in (("a.key", FIRST), ("b.key", SECOND), ("log-signing.key", FIRST)):
        (home / "keys" / name).write_bytes(key)
        (home / "keys" / name).chmod(0o600)
    vaults = f"{{1: {home}/keys/a.key, 2: {home}/keys/b.key}}"
    text = f"home: {home}\ndatabase: {{url: '{url}'}}\nkeys: {{vault: {vaults}}}\n"
    (home / "settings.yaml").write_text(text, "utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SHOUYUE_")}
    return {**clean, "SHOUYUE_HOME": str(home)}


async def command(variables: dict[str, str], *words: str) -> asyncio.subprocess.Process:
    arguments = (sys.executable, "-m", "bot", "keys", *words)
    return await asyncio.create_subprocess_exec(*arguments, cwd=ROOT, env=variables, stdout=subprocess.PIPE)


async def said(variables: dict[str, str], *words: str) -> tuple[int | None, dict[str, object]]:
    process = await command(variables, *words, "--json")
    answer, _ = await process.communicate()
    return process.returncode, json.loads(answer)


async def test_a_kill_in_the_middle_and_a_writer_beside_it_lose_nothing(
    store: Store, home: Path, database_url: str
) -> None:
    variables = home_with_keys(home, database_url)
    texts = await store.transact(_many)
    vault.install(Vault({1: FIRST, 2: SECOND}))
    code, counted = await said(variables)
    assert (code, counted["current"], counted["old"]) == (1, 2, ROWS)

    process = await command(variables, "reseal")
    while await old_values() == ROWS:  # noqa: ASYNC110 - it is another process that we wait for
        await asyncio.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    left = await old_values()
    assert 0 < left < ROWS

    process = await command(variables, "reseal")
    changed = dict(list(texts.items())[:: ROWS // 40])
    for number, row_id in enumerate(changed):
        await store.transact(lambda row_id=row_id, number=number: _write(row_id, f"改过 {number}"))  # type: ignore[misc]
        texts[row_id] = f"改过 {number}"
    await process.communicate()
    assert process.returncode == 0
    code, counted = await said(variables)
    assert (code, counted["ok"], counted["old"]) == (0, True, 0)
    rows = await OutboxMessage.all()
    assert {each.id: each.payload for each in rows} == texts
    assert {key_id(bytes(each.sealed_payload)) for each in rows} == {2}


async def _many() -> dict[object, str]:
    rows = []
    for number in range(ROWS):
        row = OutboxMessage(kind="say", posted_at=NOW, not_before=NOW, payload=f"第 {number} 句")
        row.sealed_payload = vault.vault().seal(f"第 {number} 句".encode(), row.place_of("sealed_payload"))
        row.unsealed.clear()
        rows.append(row)
    await OutboxMessage.bulk_create(rows, batch_size=500)
    return {row.id: f"第 {number} 句" for number, row in enumerate(rows)}


async def _write(row_id: object, text: str) -> None:
    row = await OutboxMessage.get(id=row_id)
    row.payload = text
    await row.save(update_fields=["sealed_payload"])
