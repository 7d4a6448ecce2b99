"""Whoever holds the database and our signing key can write a log anew. What those outside gave us contradicts it."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot import receipts
from models import Anchor, AuditHead, AuditRecord, Checkpoint, OutboxMessage, OutboxStatus
from models.store import Store
from notifier.keepers import AuthorityKeeper, GroupKeeper
from platforms.http import Http
from platforms.timestamps import TimestampAuthority
from tests.database import office
from tests.database.signed import SECRET, TOP, installed_signing, sign, written
from tests.database.test_anchoring import Desk, Wall, use, witnessed
from tests.database.test_audit_chain import execute
from tests.unit.platforms import authority
from workflow import anchor_rounds, merkle, notes, signing
from workflow.canonical import canonical
from workflow.notes import NoteKey
from workflow.signing import Outside, Signing
from workflow.telling import Claim
from workflow.verifying import Finding, verify_all

__all__ = ["installed_signing"]

GUARDS = ("no_update", "no_delete", "no_replace")


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    async with Http() as http:
        yield Desk(store, http)


async def signed_at(store: Store, *sizes: int) -> None:
    """Write the topmost log and sign it at each of these sizes."""
    unit = await store.transact(lambda: office.unit("huachen"))
    head = await AuditHead.get(log=TOP)
    for size in sizes:
        await written(store, size - head.seq, unit)
        await sign(store, TOP)
        await head.refresh_from_db()
    assert [each.size for each in await Checkpoint.filter(log=TOP).order_by("size")] == list(sizes)


async def rewrite(store: Store, first: int, secret: bytes = SECRET) -> None:
    """Change a record, and everything in the database that follows from it, with the key itself."""

    async def work() -> None:
        await unguard(store)
        lines = await rewritten_lines(first)
        tree = merkle.Range()
        for size, line in enumerate(lines, start=1):
            tree.append(merkle.leaf(line.encode()))
            for checkpoint in await Checkpoint.filter(log=TOP, size=size):
                await sign_anew(checkpoint, tree, line, secret)
        await AuditHead.filter(log=TOP).update(digest=hashlib.sha256(lines[-1].encode()).hexdigest())

    await store.transact(work)


async def unguard(store: Store) -> None:
    for table in ("audit_record", "checkpoint"):
        if store.is_sqlite:
            for guard in GUARDS:
                await execute(f"DROP TRIGGER IF EXISTS {table}_{guard}")
        else:
            await execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


async def rewritten_lines(first: int) -> list[str]:
    lines: list[str] = []
    for row in await AuditRecord.filter(log=TOP).order_by("seq"):
        said = json.loads(row.line)
        if row.seq >= first:
            said["prev"] = hashlib.sha256(lines[-1].encode()).hexdigest()
            said["why"] = "never" if row.seq == first else said["why"]
            await AuditRecord.filter(id=row.id).update(line=canonical(said))
        lines.append(canonical(said))
    return lines


async def sign_anew(checkpoint: Checkpoint, tree: merkle.Range, line: str, secret: bytes) -> None:
    text = notes.checkpoint_text(TOP, tree.size, tree.root())
    checkpoint.root, checkpoint.peaks, checkpoint.code = tree.root().hex(), tree.dump(), notes.code_of(text)
    checkpoint.note = notes.signed_note(text, [NoteKey(TOP, secret).sign_line(text)]).decode()
    checkpoint.digest = hashlib.sha256(line.encode()).hexdigest()
    await checkpoint.save()


async def verified(*kept: Claim) -> Finding:
    given = [claim async for claim in receipts.claims()]
    [found] = [each for each in await verify_all([*kept, *given]) if each.log == TOP]
    return found


async def test_a_log_written_anew_with_the_key_is_whole_where_nobody_outside_was_asked(store: Store) -> None:
    """This is what an anchor is for: without one nothing can be seen, and so much says the number of the unanchored."""
    await signed_at(store, 8, 16, 21)
    await rewrite(store, 11)
    found = await verified()
    assert (found.first_bad, found.unanchored) == (None, 21)


async def test_a_witness_s_word_in_our_own_store_contradicts_a_log_written_anew(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    async with witnessed(desk, tmp_path):
        await signed_at(store, 8, 16, 21)
        await desk.deliver()
    assert (await verified()).first_bad is None
    await rewrite(store, 11)
    found = await verified()
    assert found.first_bad == 9
    assert found.records - found.unanchored == 8  # nobody outside vouches for what they contradict
    assert found.reason == (
        "record 9: the cosignature of audit.example/w1 is about another checkpoint of 16 records than the one in the "
        "store; the change lies in records 9 to 16"
    )


async def test_a_witness_whose_key_is_not_known_here_is_not_asked(desk: Desk, store: Store, tmp_path: Path) -> None:
    async with witnessed(desk, tmp_path):
        await signed_at(store, 8)
        await desk.deliver()
    await rewrite(store, 5)
    signing.install(Signing(SECRET))
    assert (await verified()).first_bad is None


async def test_a_time_stamp_contradicts_a_log_written_anew(desk: Desk, store: Store, tmp_path: Path) -> None:
    roots = authority.made(tmp_path / "tsa")
    use(Outside(authority="127.0.0.1"))
    await signed_at(store, 5, 9)
    async with authority.serving(tmp_path / "tsa") as url:
        desk.keepers["tsa", "127.0.0.1"] = AuthorityKeeper(TimestampAuthority(desk.http, url, roots))
        await store.transact(lambda: anchor_rounds.daily(office.by(via="clock")))
        await desk.deliver()
    assert (await verified()).first_bad is None
    await rewrite(store, 7)
    found = await verified()
    assert found.first_bad == 1
    assert "the time stamp of 127.0.0.1 is about another checkpoint of 9 records" in found.reason


async def test_a_checkpoint_that_somebody_kept_names_the_stretch_in_which_the_change_lies(store: Store) -> None:
    await signed_at(store, 8, 16, 21)
    kept = [
        Claim(TOP, each.size, each.root, f"the checkpoint in {each.size}", outside=True)
        for each in await Checkpoint.filter(log=TOP, size__in=[8, 21])
    ]
    assert (await verified(*kept)).first_bad is None
    await rewrite(store, 11)
    found = await verified(*kept)
    assert (found.first_bad, found.reason) == (
        9,
        "record 9: the checkpoint in 21, over 21 records, has another root; the change lies in records 9 to 21",
    )


async def test_who_is_shown_a_log_that_did_not_grow_keeps_what_they_had(desk: Desk, store: Store) -> None:
    use(Outside(group="审计群"))
    wall = Wall()
    desk.keepers["post", "审计群"] = GroupKeeper(wall, lambda: office.NOW)
    resting, growing = [await store.transact(partial(office.unit, path)) for path in ("huachen/works", "huachen/net")]
    for days in range(2):
        await written(store, 2, growing)
        act = office.by(now=office.NOW + timedelta(days=days), via="clock")
        await store.transact(partial(anchor_rounds.daily, act))
        await desk.deliver()
    assert [resting.name in text for text in wall.said] == [True, True]
    assert {each.status for each in await OutboxMessage.filter(kind="anchor")} == {OutboxStatus.SENT}
    assert await Anchor.filter(checkpoint__log=resting.origin, kind="post").count() == 1
