"""Writing packs for auditors: a whole log as a zip, line by line; an excerpt as files."""

from collections.abc import Collection, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from models.store import Store
from workflow import checkpoints, packing
from workflow.acting import Act
from workflow.lines import lines_of

AUDITORS = Path(__file__).parent.parent / "docs" / "audit"
ENCLOSED = ("verify.py", "说明.txt")


def enclosed() -> dict[str, bytes]:
    """Return what every pack has: the verifier and how to use it. They are part of the checkout."""
    return {name: (AUDITORS / name).read_bytes() for name in ENCLOSED}


async def excerpt(store: Store, act: Act, log: str, seqs: Collection[int]) -> dict[str, bytes]:
    """Return an excerpt's files by path, with verifier; the log is signed first when the newest record is not covered.

    LookupError when the log is broken or has no such record.
    """
    await store.transact(lambda: checkpoints.cover(act, log, max(seqs)))
    return {**await packing.excerpt(log, seqs), **enclosed()}


async def write_pack(out: Path, log: str, witnesses: Sequence[str] = ()) -> int:
    """Write a whole log as a pack and return its number of records; `witnesses` are vkeys."""
    with ZipFile(out, "w") as pack:
        records = 0
        with pack.open(_entry("records.jsonl"), "w", force_zip64=True) as lines:
            async for line in lines_of(log):
                lines.write(line + b"\n")
                records += 1
        async for path, content in packing.checkpoint_files(log, records):
            pack.writestr(_entry(path), content)
        for path, content in {"keys.txt": packing.keys_of(log, witnesses), **enclosed()}.items():
            pack.writestr(_entry(path), content)
    return records


def _entry(path: str) -> ZipInfo:
    """Return an entry without a date of its own: the same log gives the same bytes."""
    entry = ZipInfo(path)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
