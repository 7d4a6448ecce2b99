"""The audit log on both engines: gap-free, append-only, free of personal data, and no tampering goes unseen.

What the chain with its head row finds is shown here. Who also rewrites the head and recomputes every line is found only
by an anchor outside the database (reliability.md R4), which is not this test's subject.
"""

import asyncio
import hashlib
import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise

from models import AuditHead, AuditRecord, CancellationRequest, Candidate, Evidence, Organisation, Preset, Role, Step
from models.store import Store
from tests.database import office
from workflow import approving, audit, cancelling, evidence, replying, requests
from workflow.audit import canonical, record
from workflow.verifying import verify

ROOT = Path(__file__).parents[2]
LOG = "shouyue/huachen/net"
RECORDS = 14
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
WRITING = """
import asyncio, sys
from datetime import UTC, datetime
from models import Organisation, vault
from models.store import Store
from workflow import audit
from workflow.acting import Act

async def main(url, times):
    vault.install(vault.Vault({1: bytes(range(32))}))
    store = Store(url)
    await store.open()
    try:
        unit = await Organisation.get(path="huachen/net")
        act = Act(datetime(2026, 11, 24, tzinfo=UTC), "test")
        for number in range(times):
            await store.transact(lambda: audit.record(act, unit, "test.written", ("test", str(number), 1)))
    finally:
        await store.close()

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


class RolledBack(Exception):
    """Carries what was found out of a transaction that must not stay."""


async def write_some(store: Store, count: int = RECORDS) -> Organisation:
    """Write a log of `count` records, a second apart."""
    unit = await store.transact(office.unit)
    for number in range(2, count + 1):
        act = office.by(now=office.NOW + timedelta(seconds=number))
        subject = ("booking", f"Y20261124-{number:03d}", number)
        data = {"number": number, "note": f"第 {number} 条"}
        await store.transact(lambda: record(act, unit, "test.written", subject, data=data))  # noqa: B023
    return unit


async def lines_of(log: str = LOG) -> list[str]:
    return [str(line) for line in await AuditRecord.filter(log=log).order_by("seq").values_list("line", flat=True)]


async def test_a_log_starts_at_one_after_64_zeros_and_each_line_names_the_one_before(store: Store) -> None:
    await write_some(store)
    previous = "0" * 64
    for number, line in enumerate(await lines_of(), start=1):
        found = json.loads(line)
        assert (found["seq"], found["prev"], found["log"]) == (number, previous, LOG)
        assert canonical(found) == line
        previous = hashlib.sha256(line.encode()).hexdigest()
    head = await AuditHead.get(log=LOG)
    assert (head.seq, head.digest) == (RECORDS, previous)
    assert await verify(LOG) == (RECORDS, None, "")


async def test_an_empty_log_is_sound(store: Store) -> None:
    assert await verify("shouyue/nobody") == (0, None, "")


async def test_work_that_is_rolled_back_leaves_no_gap(store: Store) -> None:
    unit = await write_some(store, 3)
    chance = random.Random(7)

    async def work(number: int, fails: bool) -> None:
        await record(office.by(), unit, "test.written", ("test", str(number), 1))
        if fails:
            raise RolledBack

    jobs = [(number, chance.random() < 0.4) for number in range(60)]
    outcomes = await asyncio.gather(
        *(store.transact(lambda job=job: work(*job)) for job in jobs),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert [isinstance(each, RolledBack) for each in outcomes] == [fails for _, fails in jobs]
    kept = sum(not fails for _, fails in jobs)
    assert await verify(LOG) == (3 + kept, None, "")


async def test_several_processes_that_write_one_log_make_one_chain(store: Store) -> None:
    await write_some(store, 1)
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITING, store.url, "20", cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    errors = [(await process.communicate())[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], errors
    assert await verify(LOG) == (61, None, "")


async def test_units_have_chains_of_their_own(store: Store) -> None:
    first = await store.transact(lambda: office.unit("huachen/net"))
    second = await store.transact(lambda: office.unit("huachen/heavy"))
    for unit in (first, second, first):
        await store.transact(lambda unit=unit: record(office.by(), unit, "t", ("test", "1", 1)))  # type: ignore[misc]
    await store.transact(lambda: record(office.by(), None, "t", ("test", "1", 1)))
    assert await audit.logs() == ["shouyue", "shouyue/huachen/heavy", "shouyue/huachen/net"]
    assert [(await verify(log))[:2] for log in await audit.logs()] == [(1, None), (2, None), (3, None)]


@pytest.mark.parametrize("statement", ["UPDATE audit_record SET line = line", "DELETE FROM audit_record"])
async def test_the_database_itself_refuses_to_change_a_record(store: Store, statement: str) -> None:
    await write_some(store, 2)

    async def work() -> None:
        await execute(statement)

    with pytest.raises(Exception, match="append-only"):
        await store.transact(work)
    assert await verify(LOG) == (2, None, "")


async def execute(statement: str, *values: object) -> None:
    await Tortoise.get_connection("default").execute_query(statement, list(values))


async def unguard(store: Store) -> None:
    """Take the triggers away, as somebody with every right to the database can."""
    if store.is_sqlite:
        for name in ("no_update", "no_delete", "no_replace"):
            await execute(f"DROP TRIGGER audit_record_{name}")
    else:
        await execute("ALTER TABLE audit_record DISABLE TRIGGER ALL")


@dataclass(frozen=True)
class Row:
    """One record as it lies in the table."""

    seq: int
    at: object
    action: str
    subject: str
    line: str


Tamper = Callable[[random.Random, list[Row]], tuple[list[Row], int]]


def changed(row: Row, **members: object) -> Row:
    """Return the row with other members in its line."""
    line = canonical({**json.loads(row.line), **members})
    return Row(row.seq, row.at, row.action, row.subject, line)


def renumbered(rows: list[Row]) -> list[Row]:
    """Number the rows anew in their columns and lines, without recomputing the chain."""
    return [
        Row(place, row.at, row.action, row.subject, changed(row, seq=place).line)
        for place, row in enumerate(rows, start=1)
    ]


def edit(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    place = chance.randrange(len(rows))
    member, value = chance.choice(
        [("ok", False), ("why", "x"), ("data", {}), ("actor", {"sub": "u_0"}), ("pd", {"a": "b"})]
    )
    rows[place] = changed(rows[place], **{member: value})
    return rows, min(place + 2, len(rows))


def edit_a_byte(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    """Change one character; where the line stays canonical JSON, only the next record's `prev` gives it away."""
    place = chance.randrange(len(rows))
    row, line = rows[place], bytearray(rows[place].line.encode())
    spot = chance.randrange(len(line) // 2)
    line[spot : spot + 1] = b"x" if line[spot] != ord("x") else b"y"
    rows[place] = Row(row.seq, row.at, row.action, row.subject, line.decode(errors="replace"))
    return rows, place + 1


def delete(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    place = chance.randrange(len(rows) - 1)
    return rows[:place] + rows[place + 1 :], place + 1


def delete_and_renumber(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    place = chance.randrange(len(rows) - 1)
    return renumbered(rows[:place] + rows[place + 1 :]), place + 1


def insert(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    place = chance.randrange(1, len(rows))
    made = changed(rows[place], why="made up")
    return renumbered([*rows[:place], made, *rows[place:]]), place + 2


def swap(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    place = chance.randrange(len(rows) - 1)
    rows[place], rows[place + 1] = rows[place + 1], rows[place]
    return renumbered(rows), place + 1


def duplicate(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    place = chance.randrange(len(rows))
    return renumbered([*rows[: place + 1], rows[place], *rows[place + 1 :]]), place + 2


def back_date(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    place = chance.randrange(len(rows))
    rows[place] = changed(rows[place], at="2026-11-01T00:00:00.000Z")
    return rows, place + 1  # the column beside it still tells the time


def back_date_the_column(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    place = chance.randrange(len(rows))
    row = rows[place]
    rows[place] = Row(row.seq, office.NOW - timedelta(days=9), row.action, row.subject, row.line)
    return rows, place + 1


def hide_from_the_timeline(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    place = chance.randrange(len(rows))
    row = rows[place]
    rows[place] = Row(row.seq, row.at, row.action, "Y20261124-999", row.line)
    return rows, place + 1


def truncate(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    left = chance.randrange(len(rows))
    return rows[:left], left + 1


def append(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    last = rows[-1]
    digest = hashlib.sha256(last.line.encode()).hexdigest()
    line = changed(last, seq=last.seq + 1, prev=digest).line
    return [*rows, Row(last.seq + 1, last.at, last.action, last.subject, line)], last.seq + 1


def rewrite_from_the_middle(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int]:
    """Change a record and recompute every line after it: only the head still knows better."""
    place = chance.randrange(len(rows))
    rows[place] = changed(rows[place], why="rewritten")
    for later in range(place + 1, len(rows)):
        rows[later] = changed(rows[later], prev=hashlib.sha256(rows[later - 1].line.encode()).hexdigest())
    return rows, len(rows)


TAMPERINGS: tuple[Tamper, ...] = (
    edit,
    edit_a_byte,
    delete,
    delete_and_renumber,
    insert,
    swap,
    duplicate,
    back_date,
    back_date_the_column,
    hide_from_the_timeline,
    truncate,
    append,
    rewrite_from_the_middle,
)


async def found_after(store: Store, rows: list[Row]) -> tuple[int, int | None, str]:
    """Put these rows in place of the log, verify it, and undo everything."""
    found: list[tuple[int, int | None, str]] = []

    async def work() -> None:
        await unguard(store)
        await AuditRecord.filter(log=LOG).delete()
        await AuditRecord.bulk_create(
            [AuditRecord(log=LOG, seq=e.seq, at=e.at, action=e.action, subject=e.subject, line=e.line) for e in rows]
        )
        found.append(await verify(LOG))
        raise RolledBack

    with pytest.raises(RolledBack):
        await store.transact(work)
    return found[0]


async def test_five_hundred_tamperings_are_found_and_the_first_bad_record_is_named(store: Store) -> None:
    await write_some(store)
    kept = [Row(e.seq, e.at, e.action, e.subject, e.line) for e in await AuditRecord.filter(log=LOG).order_by("seq")]
    assert await found_after(store, kept) == (RECORDS, None, "")
    chance = random.Random(20261124)
    for number in range(500):
        tamper = TAMPERINGS[number % len(TAMPERINGS)]
        rows, bad = tamper(chance, list(kept))
        _, first_bad, reason = await found_after(store, rows)
        named = {bad, min(bad + 1, RECORDS)} if tamper is edit_a_byte else {bad}
        assert first_bad in named, (tamper.__name__, number, reason)
        assert f"record {first_bad}" in reason
    assert await verify(LOG) == (RECORDS, None, "")


async def test_a_head_that_was_removed_or_changed_is_noticed(store: Store) -> None:
    await write_some(store, 3)
    await AuditHead.filter(log=LOG).update(digest="f" * 64)
    assert (await verify(LOG))[1:] == (3, "record 3: the head names another digest")
    await AuditHead.filter(log=LOG).delete()
    assert (await verify(LOG))[1] == 1
    assert await audit.logs() == [LOG]


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "null", "1", '"x"', '{"seq": 1}', '{"seq":1,"seq":1}', "NaN", "[" * 9999]
)
async def test_a_line_that_is_no_record_is_named_and_breaks_nothing(store: Store, line: str) -> None:
    await write_some(store, 1)
    row = await AuditRecord.get(log=LOG)
    found = await found_after(store, [Row(1, row.at, row.action, row.subject, line)])
    assert found[1:] == (1, "record 1: not canonical JSON")


NAMES = ("欧阳娜娜", "张伟", "买买提·艾力", "𠮷田", "Anna-Lena", "单雄信", "林")
WORDS = ("孩子发烧要去医院", "临时出差去不了，抱歉", "I caught a cold", "家里老人住院了🙏", "已经有别的 offer 了")


async def a_strict_case(store: Store, number: int, name: str, words: str, head: Any, leader: Any, hr: Any) -> str:
    phone = office.some_phone()
    booking = await store.transact(lambda: office.booking(head.organisation, name, phone, timedelta(days=2 + number)))
    if number % 2:
        await store.transact(lambda: replying.decline(office.by(booking.candidate), booking, words))
        request = await CancellationRequest.get(booking=booking)
        await store.transact(lambda: resubmitted(hr, request.id))
    else:
        wish = cancelling.Wish("other", words)
        filed = await store.transact(
            lambda: cancelling.request_cancellation(office.by(hr), booking, wish, shown=booking.revision)
        )
        await store.transact(lambda: proven(hr, filed.id, f"{name}的短信 {phone}.png"))
        request = filed
    for approver in (head, leader):
        await store.transact(lambda approver=approver: agreed(approver, request.id, words))  # type: ignore[misc]
    return phone


async def resubmitted(hr: Any, request_id: object) -> None:
    await cancelling.submit(office.by(hr), await requests.reload(request_id))


async def proven(hr: Any, request_id: object, name: str) -> None:
    request = await requests.reload(request_id)
    await evidence.keep_file(office.by(hr), request, evidence.Material(PNG + name.encode(), name, "msg-1"))
    await cancelling.evidence_came(office.by(hr), request)


async def agreed(approver: Any, request_id: object, words: str) -> None:
    step = await Step.get(request_id=request_id, approver=approver)
    needed = approving.StillNeeded.YES if step.role == Role.DEPARTMENT_HEAD else None
    await approving.approve(
        office.by(approver), step, shown=approving.Shown(step.revision), comment=words, still_needed=needed
    )


async def test_names_phones_and_words_never_stand_in_a_line(store: Store) -> None:
    unit = await store.transact(lambda: office.unit("huachen/heavy", Preset.STRICT))
    hr = await store.transact(lambda: office.employee("liuyang", unit, Role.HR, name="刘洋"))
    head = await store.transact(lambda: office.employee("chenmin", unit, Role.DEPARTMENT_HEAD, name="陈敏"))
    leader = await store.transact(lambda: office.employee("zhaoguoqiang", unit, Role.LEADER, name="赵国强"))
    head.organisation = unit
    secrets_ = ["刘洋", "陈敏", "赵国强", "liuyang", "chenmin", "zhaoguoqiang", "短信"]
    for number, name in enumerate(NAMES):
        words = WORDS[number % len(WORDS)]
        phone = await a_strict_case(store, number, name, words, head, leader, hr)
        secrets_ += [name, words, phone, phone[-4:] + '"', *(str(each) for each in await salts(name))]
    lines = await lines_of("shouyue/huachen/heavy")
    kinds = {json.loads(line)["type"] for line in lines}
    assert {"booking.entered", "request.filed", "booking.declined", "evidence.kept", "approval.approved"} <= kinds
    assert [secret for secret in secrets_ for line in lines if secret in line] == []
    assert await verify("shouyue/huachen/heavy") == (len(lines), None, "")
    assert await Evidence.all().count() == len(NAMES)


async def salts(name: str) -> list[str]:
    return [each.secret.hex() for each in await Candidate.all() if each.name == name and each.secret]


async def test_two_people_of_one_name_have_different_commitments_and_each_opens_with_its_own_key(store: Store) -> None:
    unit = await store.transact(office.unit)
    first = await store.transact(lambda: office.booking(unit, phone="13800008123"))
    second = await store.transact(lambda: office.booking(unit, phone="13900004410"))
    entered = [json.loads(line) for line in await lines_of() if '"booking.entered"' in line]
    commitments = [line["pd"]["name"] for line in entered]
    assert len(set(commitments)) == 2
    assert commitments == [audit.commitment(each.candidate, "name", "张伟") for each in (first, second)]


async def test_a_walk_beside_a_writer_accuses_nobody(store: Store) -> None:
    organisation = await write_some(store)

    async def write_on() -> None:
        for number in range(60):
            subject = ("test", str(number), 1)
            await store.transact(lambda: record(office.by(), organisation, "test.written", subject))  # noqa: B023

    writing = asyncio.create_task(write_on())
    walks = 0
    while not writing.done():
        assert (await verify(LOG))[1:] == (None, "")
        walks += 1
        await asyncio.sleep(0)
    await writing
    assert walks > 1
    assert await verify(LOG) == (RECORDS + 60, None, "")
