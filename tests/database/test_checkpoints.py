"""A log signs what it holds, soon, once, and never two things that do not fit; nothing is signed over a broken log."""

import asyncio
import contextlib
import json
import random
import re
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tortoise import Tortoise

from handlers import timers
from models import Anchor, AuditHead, AuditRecord, Checkpoint, OutboxMessage, OutboxStatus
from models.store import Store
from tests.database import office
from tests.database.signed import (
    LOG,
    SECRET,
    TOP,
    all_extend_each_other,
    installed_signing,
    leaves_of,
    reads_as,
    sign,
    stored_checkpoints,
    written,
)
from workflow import checkpoints, merkle, signing, verifying
from workflow.audit import GROUP_LOG, record
from workflow.signing import Pace, Signing

__all__ = ["installed_signing"]

ROOT = Path(__file__).parents[2]
SIGNING = """
import asyncio, sys
from datetime import UTC, datetime
from models import Organisation, vault
from models.store import Store
from workflow import audit, checkpoints, signing
from workflow.acting import Act

async def main(url, times):
    vault.install(vault.Vault({1: bytes(range(32))}))
    signing.install(signing.Signing(bytes(range(32, 64))))
    store = Store(url)
    await store.open()
    unit = await Organisation.get(path="huachen/net")
    act = Act(datetime(2026, 11, 24, tzinfo=UTC), "test")
    async def both():
        await audit.record(act, unit, "test.written", ("test", "1", 1))
        return await checkpoints.sign_log(act, unit.origin)
    for number in range(times):
        made = await store.transact(both)
        print(made.size, made.root, flush=True)
    await store.close()

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


class RolledBack(Exception):
    """Undoes what a transaction did."""


async def execute(statement: str, *values: object) -> None:
    await Tortoise.get_connection("default").execute_query(statement, list(values))


async def unguard(store: Store) -> None:
    """Take the triggers away, as somebody with every right to the database can."""
    for table in ("audit_record", "checkpoint"):
        if store.is_sqlite:
            for verb in ("update", "delete", "replace"):
                await execute(f"DROP TRIGGER {table}_no_{verb}")
        else:
            await execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


async def waiting_timers() -> list[OutboxMessage]:
    return await OutboxMessage.filter(kind="timer", topic="sign", status=OutboxStatus.WAITING).order_by("not_before")


async def ring(store: Store, row: OutboxMessage) -> None:
    """Let a timer ring, as the worker does."""

    async def work() -> None:
        await timers.rang(office.by(now=row.not_before, via="clock"), row)
        await OutboxMessage.filter(id=row.id).update(status=OutboxStatus.SENT)

    await store.transact(work)


async def test_a_checkpoint_says_what_the_lines_are(store: Store) -> None:
    await written(store, 7)
    made = await sign(store)
    assert made is not None
    assert reads_as(made.note) == (LOG, 7, merkle.Tree(await leaves_of()).root())
    assert (await AuditHead.get(log=LOG)).signed == 7
    assert await checkpoints.latest(LOG) == made
    assert [line async for line in checkpoints.lines_of(LOG)] == [
        str(line).encode() for line in await AuditRecord.filter(log=LOG).order_by("seq").values_list("line", flat=True)
    ]
    assert await verifying.verify(LOG) == (7, None, "")


async def test_the_first_record_sets_a_timer_and_the_hundredth_does_not_wait(store: Store) -> None:
    unit = await written(store, 99)
    [later] = await waiting_timers()
    assert later.not_before == office.NOW + timedelta(minutes=10)
    await written(store, 1, unit)
    now, _ = await waiting_timers()
    assert now.not_before == office.NOW
    await ring(store, now)
    assert [row.size for row in await stored_checkpoints()] == [100]
    await ring(store, later)
    assert [row.size for row in await stored_checkpoints()] == [100]


async def test_the_pace_can_be_set(store: Store) -> None:
    signing.install(Signing(SECRET, pace=Pace(timedelta(minutes=3), 4)))
    await written(store, 4)
    now, later = await waiting_timers()
    assert (now.not_before - office.NOW, later.not_before - office.NOW) == (timedelta(seconds=2), timedelta(minutes=3))


async def test_the_topmost_log_holds_each_checkpoint_of_a_unit_and_signing_comes_to_rest(store: Store) -> None:
    for path in ("huachen", "huachen/net", "huachen/heavy"):
        await store.transact(lambda path=path: office.unit(path))  # type: ignore[misc]
    await store.transact(lambda: record(office.by(), None, "test.written", ("test", "1", 1)))
    rounds = 0
    while rows := await waiting_timers():
        rounds += 1
        for row in rows:
            await ring(store, row)
    assert rounds <= 3
    assert await checkpoints.due() == []
    told = [json.loads(row.line)["data"] for row in await AuditRecord.filter(log=TOP, action="checkpoint.signed")]
    units = [each for log in (LOG, "shouyue/huachen/heavy") for each in await stored_checkpoints(log)]
    assert {(each["origin"], each["size"]) for each in told} == {(row.log, row.size) for row in units}
    assert [row.log for row in await Checkpoint.filter(log=GROUP_LOG)] == [GROUP_LOG]
    assert [finding.first_bad for finding in await verifying.verify_all()] == [None] * 4


async def test_signing_all_leaves_nothing_to_sign(store: Store) -> None:
    for path in ("huachen/net", "huachen/heavy", "huachen/works"):
        await store.transact(lambda path=path: office.unit(path))  # type: ignore[misc]
    await store.transact(lambda: record(office.by(), None, "test.written", ("test", "1", 1)))
    made = await store.transact(lambda: checkpoints.sign_all(office.by()))
    assert [row.log.count("/") for row in made] == [2, 2, 2, 1, 0]
    assert await store.transact(lambda: checkpoints.sign_all(office.by())) == []
    assert {finding.records - finding.signed for finding in await verifying.verify_all()} == {0}


async def test_whatever_is_rolled_back_or_tried_again_all_checkpoints_extend_each_other(store: Store) -> None:
    unit = await written(store, 2)
    chance = random.Random(20261124)

    async def work(fails: bool) -> None:
        for _ in range(chance.randrange(4)):
            await record(office.by(), unit, "test.written", ("test", "1", 1))
        await checkpoints.sign_log(office.by(), LOG)
        if fails:
            raise RolledBack

    jobs = [store.transact(lambda: work(chance.random() < 0.4)) for _ in range(60)]
    outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    assert {type(each) for each in outcomes} == {type(None), RolledBack}
    assert await all_extend_each_other() > 10
    assert await verifying.verify(LOG) == (len(await leaves_of()), None, "")


async def test_two_processes_that_write_and_sign_make_one_row_of_checkpoints(store: Store) -> None:
    await written(store, 1)
    programs = [await started(store, 15) for _ in range(2)]
    said = [await program.communicate() for program in programs]
    assert [program.returncode for program in programs] == [0, 0], [error.decode() for _, error in said]
    shown = [line for out, _ in said for line in out.decode().splitlines()]
    assert sorted(shown) == sorted(f"{row.size} {row.root}" for row in await stored_checkpoints())
    assert await all_extend_each_other() == 30


async def test_what_a_killed_process_published_stays_true(store: Store) -> None:
    await written(store, 1)
    chance = random.Random(7)
    published: list[str] = []
    for _ in range(4):
        program = await started(store, 500)
        assert program.stdout
        for _ in range(chance.randrange(1, 9)):
            published.append((await program.stdout.readline()).decode().strip())
        await asyncio.sleep(chance.random() * 0.05)
        with contextlib.suppress(ProcessLookupError):
            program.send_signal(signal.SIGKILL)
        published += (await program.communicate())[0].decode().splitlines()
    await sign(store)
    kept = {f"{row.size} {row.root}" for row in await stored_checkpoints()}
    whole = [each for each in published if re.fullmatch(r"[0-9]+ [0-9a-f]{64}", each)]  # the kill may cut a line
    assert [each for each in whole if each not in kept] == []
    assert await all_extend_each_other() >= len(published) - 4
    assert (await verifying.verify(LOG))[1:] == (None, "")


async def started(store: Store, times: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SIGNING,
        store.url,
        str(times),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_signing_reads_nothing_that_was_signed_before(store: Store) -> None:
    """Its cost does not grow with the log: it succeeds where everything signed before is gone."""
    unit = await written(store, 60)
    await sign(store)
    leaves = await leaves_of()
    await unguard(store)
    await AuditRecord.filter(log=LOG).delete()
    await written(store, 3, unit)
    leaves += await leaves_of()
    made = await sign(store)
    assert made is not None
    assert (made.size, made.root) == (63, merkle.Tree(leaves).root().hex())


async def test_an_old_log_is_signed_in_steps(store: Store) -> None:
    """A transaction ends, however long a log had grown before it was first signed."""
    unit = await written(store, 4)
    await written(store, 120, unit)
    signing.install(Signing(SECRET, pace=Pace(growth=50)))
    await OutboxMessage.filter(kind="timer").delete()
    await sign(store)
    while rows := [row for row in await waiting_timers() if json.loads(row.payload)["log"] == LOG]:
        for row in rows:
            await ring(store, row)
    assert [row.size for row in await stored_checkpoints()] == [50, 100, 124]
    assert await all_extend_each_other() == 3


BREAKS = {
    "an edited line": ("UPDATE audit_record SET line = replace(line, 'true', 'false') WHERE log = ? AND seq = 7", 8),
    "a missing record": ("DELETE FROM audit_record WHERE log = ? AND seq = 8", 8),
    "missing last records": ("DELETE FROM audit_record WHERE log = ? AND seq > 8", 9),
    "a changed head": ("UPDATE audit_head SET digest = repeat_('0') WHERE log = ?", 9),
    "a head that forgot its checkpoint": ("UPDATE audit_head SET signed = 0 WHERE log = ?", 1),
    "a checkpoint that is gone": ("DELETE FROM checkpoint WHERE log = ?", 1),
    "a checkpoint with another root": ("UPDATE checkpoint SET root = repeat_('1') WHERE log = ?", 5),
    "a checkpoint with another note": ("UPDATE checkpoint SET note = replace(note, '5', '6') WHERE log = ?", 5),
    "a checkpoint with other peaks": ("UPDATE checkpoint SET peaks = '0:' WHERE log = ?", 5),
    "a checkpoint with another digest": ("UPDATE checkpoint SET digest = repeat_('0') WHERE log = ?", 6),
    "a checkpoint with another size": ("UPDATE checkpoint SET size = 4 WHERE log = ?", 1),
}


@pytest.mark.parametrize("what", BREAKS)
async def test_nothing_is_signed_over_a_broken_log_and_that_is_recorded_once(store: Store, what: str) -> None:
    unit = await written(store, 5)
    await sign(store)
    await written(store, 4, unit)
    before = await Checkpoint.all().count()
    await unguard(store)
    await broken(store, BREAKS[what][0])
    left = await Checkpoint.all().count()
    for _ in range(3):
        assert await sign(store) is None
    assert left in (before, before - 1)
    assert await Checkpoint.all().count() == left
    [refused] = await AuditRecord.filter(log=GROUP_LOG, action="checkpoint.refused")
    line = json.loads(refused.line)
    assert (line["ok"], line["obj"]["id"], line["data"]["origin"]) == (False, str(BREAKS[what][1]), LOG)


async def broken(store: Store, statement: str) -> None:
    for digit in "01":
        statement = statement.replace(f"repeat_('{digit}')", f"'{digit * 64}'")
    await execute(statement if store.is_sqlite else statement.replace("?", "$1"), LOG)


async def test_a_changed_line_that_was_signed_is_found_by_the_next_verification(store: Store) -> None:
    unit = await written(store, 5)
    await sign(store)
    await written(store, 4, unit)
    await sign(store)
    await unguard(store)
    await broken(store, "UPDATE checkpoint SET root = repeat_('1') WHERE log = ? AND size = 9")
    assert (await verifying.verify(LOG))[1:] == (
        6,
        "record 6: what is stored beside the checkpoint of 9 records says something else",
    )


async def test_a_former_key_still_vouches_and_a_stranger_s_does_not(store: Store) -> None:
    unit = await written(store, 5)
    await sign(store)
    await written(store, 2, unit)
    former = Signing(SECRET).public
    signing.install(Signing(bytes(32)))
    assert await sign(store) is None
    assert (await verifying.verify(LOG))[1] == 1
    signing.install(Signing(bytes(32), [former]))
    assert await sign(store) is not None
    assert await verifying.verify(LOG) == (7, None, "")


async def test_a_checkpoint_that_the_topmost_log_names_cannot_be_taken_back(store: Store) -> None:
    """Whoever removes a unit's checkpoint, or its last records, does not reach the log above."""
    unit = await written(store, 5)
    await sign(store)
    await written(store, 2, unit)
    await sign(store)
    await unguard(store)
    await Checkpoint.filter(log=LOG, size=7).delete()
    await AuditHead.filter(log=LOG).update(signed=5)
    found = {each.log: each for each in await verifying.verify_all()}
    assert (found[LOG].first_bad, found[TOP].first_bad) == (6, None)
    assert found[LOG].reason == f"record 6: record 2 of {TOP} names a checkpoint of 7 records, which is no longer there"
    await AuditRecord.filter(log=LOG, seq__gt=5).delete()
    last = await AuditRecord.get(log=LOG, seq=5)
    digest = (await Checkpoint.get(log=LOG)).digest
    await AuditHead.filter(log=LOG).update(seq=last.seq, digest=digest)
    found = {each.log: each for each in await verifying.verify_all()}
    assert (found[LOG].first_bad, found[LOG].reason) == (
        6,
        f"record 6 is missing: record 2 of {TOP} covers 7 records",
    )


async def test_a_checkpoint_that_the_topmost_log_does_not_name_is_noticed(store: Store) -> None:
    unit = await written(store, 5)
    await sign(store)
    await written(store, 2, unit)
    await sign(store)
    await unguard(store)
    await AuditRecord.filter(log=TOP, seq=2).delete()
    assert (await verifying.verify(LOG))[1:] == (6, f"record 6: the checkpoint of 7 records is not in the log {TOP}")


async def test_a_log_that_is_wholly_gone_is_still_named(store: Store) -> None:
    await written(store, 5)
    await sign(store)
    await unguard(store)
    await AuditRecord.filter(log=LOG).delete()
    await AuditHead.filter(log=LOG).delete()
    await Checkpoint.filter(log=LOG).delete()
    found = {each.log: each for each in await verifying.verify_all()}
    assert (found[LOG].records, found[LOG].first_bad) == (0, 1)


async def test_only_what_somebody_outside_keeps_is_anchored(store: Store) -> None:
    unit = await written(store, 5)
    first = await sign(store)
    await written(store, 2, unit)
    await sign(store)
    assert (await verifying.examine(LOG)).unanchored == 7
    assert first is not None
    await store.transact(
        lambda: Anchor.create(checkpoint=first, kind="post", name="审计群", at=office.NOW, receipt="msg-1")
    )
    found = await verifying.examine(LOG)
    assert (found.unanchored, found.signed, found.records) == (2, 7, 7)


@pytest.mark.parametrize("table", ["checkpoint", "anchor"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {} CASCADE", "REPLACE INTO {} SELECT * FROM {}"],
)
async def test_no_statement_changes_a_checkpoint_or_an_anchor(store: Store, table: str, statement: str) -> None:
    await written(store, 3)
    made = await sign(store)
    assert made is not None
    await store.transact(lambda: Anchor.create(checkpoint=made, kind="post", name="群", at=office.NOW, receipt="1"))
    with pytest.raises(Exception, match=r"append-only|syntax error"):
        await store.transact(lambda: execute(statement.format(table, table)))
    assert (await Checkpoint.filter(log=LOG).count(), await Anchor.all().count()) == (1, 1)


@pytest.mark.parametrize(("changed", "named"), [(5, 6), (4, 5), (8, 8)])
async def test_a_changed_record_under_a_checkpoint_is_named_itself_not_only_its_stretch(
    store: Store, changed: int, named: int
) -> None:
    unit = await written(store, 5)
    await sign(store)
    await written(store, 3, unit)
    await sign(store)
    await unguard(store)
    change = "UPDATE audit_record SET line = replace(line, '\"ok\":true', '\"ok\":false')"
    await execute(f"{change} WHERE seq = {changed} AND log = '{LOG}'")
    _, first_bad, reason = await verifying.verify(LOG)
    assert (first_bad, reason.split(":")[0]) == (named, f"record {named}")
