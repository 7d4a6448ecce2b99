"""Packs are checked by the auditor's own program, which knows nothing of ours; a tampered one is refused by it."""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bot import packing as writing
from bot.packing import AUDITORS
from models import Anchor, AuditRecord, Checkpoint, Organisation
from models.store import Store
from tests.database import office
from tests.database.signed import LOG, SECRET, installed_signing, sign, written
from tests.database.test_checkpoints import unguard
from workflow import anchoring, checkpoints, notes, packing
from workflow.lines import NotWhole
from workflow.notes import WITNESS, NoteKey

__all__ = ["installed_signing"]

WITNESS_KEY = NoteKey("audit.huachen.example", bytes(range(100, 132)), WITNESS)


async def checked(pack: Path, *more: str, program: str = "verify.py") -> dict[str, Any]:
    """Let verify.py judge a pack, alone in an empty place; the exit code is in `exit`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(AUDITORS / program), str(pack), "--json", *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=pack.parent,
    )
    out, error = await process.communicate()
    assert error == b""
    return {**json.loads(out), "exit": process.returncode}


def unpacked(files: dict[str, bytes], folder: Path) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.fixture
def keys_file(tmp_path: Path) -> str:
    """Return keys that were kept elsewhere."""
    file = tmp_path / "kept-keys.txt"
    file.write_text(f"{NoteKey(LOG, SECRET).vkey}\n{WITNESS_KEY.vkey}\n")
    return str(file)


async def test_a_whole_log_is_good_for_an_auditor_who_kept_the_key(
    store: Store, tmp_path: Path, keys_file: str
) -> None:
    unit = await written(store, 5)
    first = await sign(store)
    assert first is not None
    line = notes.cosignature_line(WITNESS_KEY, 1_764_000_000, notes.parse_note(first.note.encode()).text)
    anchor = Anchor(checkpoint=first, kind="witness", name=WITNESS_KEY.name, at=office.NOW, receipt=line)
    await store.transact(anchor.save)
    await written(store, 3, unit)
    await sign(store)
    await written(store, 1, unit)
    pack = tmp_path / "pack.zip"
    assert await writing.write_pack(pack, LOG, [WITNESS_KEY.vkey]) == 9
    shutil.unpack_archive(pack, tmp_path / "pack")
    found = await checked(tmp_path / "pack", keys_file)
    assert (found["exit"], found["codes"][0]) == (0, first.code), found
    expected = {"ok": True, "log": LOG, "records": 9, "signed": 8, "witnessed": 5, "keys": "given"}
    assert {name: found[name] for name in expected} == expected
    with ZipFile(pack) as content:
        names = set(content.namelist())
        records = content.read("records.jsonl")
    assert {"keys.txt", "verify.py", "说明.txt", "checkpoints/5.checkpoint", "checkpoints/8.checkpoint"} < names
    lines = await AuditRecord.filter(log=LOG).order_by("seq").values_list("line", flat=True)
    assert records == "".join(f"{line}\n" for line in lines).encode()


async def test_a_pack_that_was_changed_is_refused(store: Store, tmp_path: Path, keys_file: str) -> None:
    await written(store, 5)
    await sign(store)
    await writing.write_pack(tmp_path / "pack.zip", LOG)
    shutil.unpack_archive(tmp_path / "pack.zip", tmp_path / "pack")
    records = tmp_path / "pack" / "records.jsonl"
    records.write_bytes(records.read_bytes().replace(b'"number":1}', b'"number":9}'))
    found = await checked(tmp_path / "pack", keys_file)
    assert (found["exit"], found["ok"]) == (1, False)


async def test_the_same_log_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    await written(store, 5)
    await sign(store)
    for name in ("a.zip", "b.zip"):
        await writing.write_pack(tmp_path / name, LOG)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


async def test_an_excerpt_proves_its_records_and_shows_no_others(store: Store, tmp_path: Path, keys_file: str) -> None:
    unit = await written(store, 13)
    await sign(store)
    await written(store, 4, unit)
    checkpoint, files = await writing.excerpt(store, office.by(), unit, [3, 4, 17])
    assert {path for path in files if path.startswith("records/")} == {f"records/{seq}.json" for seq in (3, 4, 17)}
    latest = await checkpoints.latest(LOG)
    assert latest is not None
    assert latest.size == 17
    found = await checked(unpacked(files, tmp_path / "excerpt"), keys_file)
    assert (found["exit"], found["records"], found["log"]) == (0, 3, LOG), found
    assert found["codes"] == [latest.code] == [checkpoint.code]
    moved = {**files, "proofs/3.tlog-proof": files["proofs/4.tlog-proof"]}
    assert (await checked(unpacked(moved, tmp_path / "moved"), keys_file))["exit"] == 1


async def test_every_record_of_a_log_can_be_proved_alone(store: Store, tmp_path: Path, keys_file: str) -> None:
    await written(store, 7)
    await sign(store)
    for seq in range(1, 8):
        folder = unpacked(await packing.excerpt(LOG, [seq]), tmp_path / str(seq))
        assert (await checked(folder, keys_file))["exit"] == 0


async def test_an_excerpt_rather_has_a_checkpoint_that_a_witness_signed(store: Store) -> None:
    unit = await written(store, 3)
    await sign(store)
    await written(store, 3, unit)
    second = await sign(store)
    assert second is not None
    line = notes.cosignature_line(WITNESS_KEY, 1, notes.parse_note(second.note.encode()).text)
    anchor = Anchor(checkpoint=second, kind="witness", name=WITNESS_KEY.name, at=office.NOW, receipt=line)
    await store.transact(anchor.save)
    files = await packing.excerpt(LOG, [2])
    assert files["proofs/2.tlog-proof"].decode().endswith(line)
    assert f"\n{second.size}\n" in files["proofs/2.tlog-proof"].decode()


async def signed_often(store: Store) -> tuple[Organisation, list[Checkpoint]]:
    """Write a log whose cards carry codes, signed after every second record; the last two records are not."""
    unit = await written(store, 2)
    unit.policy = {"code": True}
    await store.transact(lambda: unit.save(update_fields=["policy"]))
    made = [await sign(store)]
    for _ in range(6):
        await written(store, 2, unit)
        made.append(await sign(store))
    await written(store, 2, unit)
    return unit, [each for each in made if each]


async def test_a_case_proves_each_code_that_it_can_have_been_shown_with(
    store: Store, tmp_path: Path, keys_file: str
) -> None:
    unit, made = await signed_often(store)
    checkpoint, files = await writing.excerpt(store, office.by(), unit, [7, 16])
    folder = unpacked(files, tmp_path / "excerpt")
    assert (await checked(folder, keys_file))["exit"] == 0
    found = await checked(folder, keys_file, program="verify_codes.py")
    due = [each for each in made if each.size >= 6]  # 6 was the newest when record 7 was written
    assert found["codes"] == [{"code": each.code, "size": each.size} for each in (*due, checkpoint)]
    typed = ("--code", made[4].code.lower(), "--code", checkpoint.code)
    asked = await checked(folder, keys_file, *typed, program="verify_codes.py")
    assert (asked["exit"], [each["size"] for each in asked["asked"]]) == (0, [10, 16])
    early = await checked(folder, keys_file, "--code", made[0].code, program="verify_codes.py")
    assert (early["exit"], early["code"]) == (1, "unmatched")


async def test_a_changed_proof_of_a_code_is_refused(store: Store, tmp_path: Path, keys_file: str) -> None:
    unit, _ = await signed_often(store)
    _, files = await writing.excerpt(store, office.by(), unit, [7, 16])
    rows = files["codes.txt"].split(b"\n")
    rows[3] = rows[3].replace(b"8 ", b"9 ", 1)
    folder = unpacked({**files, "codes.txt": b"\n".join(rows)}, tmp_path / "excerpt")
    found = await checked(folder, keys_file, program="verify_codes.py")
    assert (found["exit"], found["code"], found["first_bad"]) == (1, "consistency", 7)


async def test_where_nobody_is_given_codes_none_is_proved(store: Store) -> None:
    unit = await written(store, 3)
    first = await sign(store)
    await written(store, 3, unit)
    _, files = await writing.excerpt(store, office.by(), unit, [2, 6])
    assert "codes.txt" not in files
    assert first is not None
    await store.transact(lambda: anchoring.printed(office.by(), unit, first.code, "card 1"))  # while the rules had it
    _, files = await writing.excerpt(store, office.by(), unit, [2, 6])
    assert f"{first.size} ".encode() in files["codes.txt"]


async def test_a_stored_checkpoint_that_is_no_beginning_stops_the_pack(store: Store) -> None:
    unit, made = await signed_often(store)

    async def write() -> None:
        await unguard(store)
        await Checkpoint.filter(id=made[3].id).update(root="0" * 64)

    await writing.excerpt(store, office.by(), unit, [7, 16])
    await store.transact(write)
    with pytest.raises(NotWhole, match="does not go on from its checkpoint of 8"):
        await writing.excerpt(store, office.by(), unit, [7, 16])


async def test_what_is_not_there_cannot_be_packed(store: Store) -> None:
    unit = await written(store, 3)
    with pytest.raises(LookupError):
        await packing.excerpt(LOG, [2])
    with pytest.raises(LookupError):
        await writing.excerpt(store, office.by(), unit, [4])
    await sign(store)
    with pytest.raises(LookupError):
        await packing.excerpt(LOG, [0, 2])
