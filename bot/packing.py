"""Writing packs for auditors: a whole log as a zip, line by line; an excerpt as files."""

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from models import AuditRecord, Checkpoint, Organisation
from models.store import Store
from workflow import anchoring, checkpoints, confirming, packing, passkeys
from workflow.acting import Act, local
from workflow.lines import lines_of
from workflow.timeline import Case

AUDITORS = Path(__file__).parent.parent / "docs" / "audit"
ENCLOSED = ("verify.py", "verify_codes.py", "说明.txt")
OF_PASSKEYS = "passkeys"
OF_STATEMENTS = "verify_statements.py"


def enclosed() -> dict[str, bytes]:
    """Return what every pack has: the verifiers and how to use them. They are part of the checkout."""
    return {name: (AUDITORS / name).read_bytes() for name in ENCLOSED}


async def excerpt(
    store: Store, act: Act, organisation: Organisation, seqs: Collection[int]
) -> tuple[Checkpoint, dict[str, bytes]]:
    """Return an excerpt's files by path, with verifiers, and the checkpoint that its proofs lead to.

    Where people are given 存证码, now or when one of these codes was made, each that can have stood on something about
    these records is proved.

    The log is signed first when the newest record is not covered; NotWhole when it is broken or has no such record.
    """
    log = organisation.origin
    await store.transact(lambda: checkpoints.cover(act, log, max(seqs)))
    checkpoint = await packing.covering(log, max(seqs))
    shown = await anchoring.wants_code(organisation, act.now) or await anchoring.was_printed(log, min(seqs))
    return checkpoint, {**await packing.excerpt(log, seqs, checkpoint, shown=shown), **enclosed()}


async def stated(store: Store, act: Act, case: Case, records: Sequence[AuditRecord]) -> dict[str, bytes]:
    """Return the 审批确认记录 of a case's decisions with the program that checks them, opened for who may see all.

    With them come the records that say whose the passkeys are that confirmed some.
    """
    found = await confirming.files_of(records, shown=case.names and case.evidence)
    found |= await enrolments(store, act, records)
    return {**found, OF_STATEMENTS: (AUDITORS / OF_STATEMENTS).read_bytes()}


async def enrolments(store: Store, act: Act, records: Sequence[AuditRecord]) -> dict[str, bytes]:
    """Return an excerpt of each log that tells of these passkeys: the log of a person's unit is often another one."""
    files: dict[str, bytes] = {}
    told = await passkeys.told_of(await confirming.signers_of(records))
    for place, (log, seqs) in enumerate(sorted(told.items()), start=1):
        await store.transact(lambda: checkpoints.cover(act, log, max(seqs)))  # noqa: B023
        found = await packing.excerpt(log, seqs)
        files |= {f"{OF_PASSKEYS}/{place}/{path}": content for path, content in found.items()}
    return files


def zipped(files: Mapping[str, bytes], at: datetime) -> bytes:
    """Return these files (by path) as a zip, each for its owner alone and dated `at`."""
    out = io.BytesIO()
    date = local(at).timetuple()[:6]
    with ZipFile(out, "w") as pack:
        for path, content in sorted(files.items()):
            entry = ZipInfo(path, date)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o600 << 16
            pack.writestr(entry, content)
    return out.getvalue()


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
