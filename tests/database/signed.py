"""Logs that are written and signed in tests, and what a stranger makes of their checkpoints."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from models import AuditRecord, Checkpoint, Organisation
from models.store import Store
from tests.database import office
from workflow import checkpoints, merkle, notes, signing
from workflow.audit import record
from workflow.signing import Signing

LOG = "shouyue/huachen/net"
TOP = "shouyue/huachen"
SECRET = bytes(range(32, 64))


@pytest.fixture(autouse=True)
def installed_signing() -> Iterator[Signing]:
    """Install a signing key for every test of the module that imports this."""
    installed = Signing(SECRET)
    signing.install(installed)
    yield installed
    signing.install(None)


async def written(store: Store, count: int, organisation: Organisation | None = None) -> Organisation:
    """Add records to a unit's log; the unit's own entry is the first of a new one."""
    unit = organisation or await store.transact(office.unit)
    for number in range(count if organisation else count - 1):
        act = office.by(now=office.NOW + timedelta(seconds=number))
        subject = ("booking", f"Y20261124-{number:03d}", 1)
        await store.transact(lambda: record(act, unit, "test.written", subject, data={"number": number}))  # noqa: B023
    return unit


async def sign(store: Store, log: str = LOG) -> Checkpoint | None:
    """Sign one log, as its timer does."""
    return await store.transact(lambda: checkpoints.sign_log(office.by(via="clock"), log))


async def leaves_of(log: str = LOG) -> list[bytes]:
    lines = await AuditRecord.filter(log=log).order_by("seq").values_list("line", flat=True)
    return [merkle.leaf(str(line).encode()) for line in lines]


async def stored_checkpoints(log: str = LOG) -> list[Checkpoint]:
    return await Checkpoint.filter(log=log).order_by("size")


def reads_as(note: str, secret: bytes = SECRET) -> tuple[str, int, bytes]:
    """Return what a checkpoint says to somebody who holds the public key; its signature has to be good."""
    parsed = notes.parse_note(note.encode())
    found = notes.parse_checkpoint(parsed.text)
    key = notes.parse_vkey(notes.NoteKey(found[0], secret).vkey)
    assert [key.verifies(parsed.text, line) for line in parsed.signatures] == [True]
    return found


async def all_extend_each_other(log: str = LOG) -> int:
    """Check every checkpoint against the lines, and each one against the next by a proof; return how many there are."""
    leaves, rows = await leaves_of(log), await stored_checkpoints(log)
    before = (0, merkle.EMPTY)
    for row in rows:
        origin, size, root = reads_as(row.note)
        assert (origin, size, root.hex(), notes.code_of(notes.checkpoint_text(origin, size, root))) == (
            row.log,
            row.size,
            row.root,
            row.code,
        )
        assert merkle.Tree(leaves[:size]).root() == root
        assert merkle.extends(*before, size, root, merkle.consistency(leaves[:size], before[0]))
        before = (size, root)
    return len(rows)
