"""What stands in a pack that an auditor checks without us (docs/audit/format.md §4), from the store."""

import base64
from collections.abc import AsyncIterator, Collection, Sequence

from models import Anchor, Checkpoint
from workflow import merkle, notes
from workflow.lines import NotWhole, paged, rows_of
from workflow.signing import signing


def keys_of(log: str, witnesses: Sequence[str] = ()) -> bytes:
    """Return `keys.txt`: every key that may have signed the log, our witnesses', and further ones (as vkeys)."""
    ours = [*signing().keys_of(log), *signing().outside.witnesses]
    keys = [*(key.vkey for key in ours), *witnesses]
    return "".join(f"{key}\n" for key in keys).encode()


def note_of(checkpoint: Checkpoint, anchors: Sequence[Anchor]) -> bytes:
    """Return a checkpoint's signed note with the cosignature lines of its witnesses."""
    lines = [each.receipt.rstrip("\n") + "\n" for each in anchors if each.kind == "witness"]
    return (checkpoint.note + "".join(lines)).encode()


async def checkpoint_files(log: str, records: int) -> AsyncIterator[tuple[str, bytes]]:
    """Yield every checkpoint over the first `records` lines or fewer, and the time stamps of those that have one."""
    rows = Checkpoint.filter(log=log, size__lte=records).prefetch_related("anchors")
    async for row in paged(rows, "size"):
        anchors = sorted(row.anchors, key=lambda each: each.id)
        yield f"checkpoints/{row.size}.checkpoint", note_of(row, anchors)
        for path, stamp in _stamps(row, anchors).items():
            yield path, stamp


async def excerpt(log: str, seqs: Collection[int], checkpoint: Checkpoint | None = None) -> dict[str, bytes]:
    """Return the records with these numbers, each with its proof, the time stamp and the keys.

    The proofs lead to this checkpoint, else to the one of `covering`; none that covers the newest record is NotWhole.
    All leaves of the log are read once.
    """
    wanted = set(seqs)
    checkpoint = checkpoint or await covering(log, max(wanted, default=0))
    anchors = await Anchor.filter(checkpoint=checkpoint).order_by("id")
    leaves, found = await _leaves(log, checkpoint.size, wanted)
    tree = merkle.Tree(leaves)
    if tree.root().hex() != checkpoint.root or len(found) != len(wanted):
        raise NotWhole(f"{log} is not what was signed: run audit verify")
    note = note_of(checkpoint, anchors)
    files = {"keys.txt": keys_of(log), **_stamps(checkpoint, anchors)}
    for seq, line in found.items():
        files[f"records/{seq}.json"] = line
        files[f"proofs/{seq}.tlog-proof"] = notes.proof_text(seq - 1, tree.inclusion(seq - 1), note).encode()
    return files


async def _leaves(log: str, size: int, wanted: Collection[int]) -> tuple[list[bytes], dict[int, bytes]]:
    """Return the hashes of the first `size` lines, and the wanted lines themselves."""
    leaves, found = list[bytes](), dict[int, bytes]()
    async for row in rows_of(log):
        if row.seq > size:
            break
        line = row.line.encode()
        leaves.append(merkle.leaf(line))
        if row.seq in wanted:
            found[row.seq] = line
    return leaves, found


async def covering(log: str, seq: int) -> Checkpoint:
    """Return the smallest checkpoint over record `seq`, one with a witness before one without."""
    rows = Checkpoint.filter(log=log, size__gte=seq).order_by("size")
    found = await rows.filter(anchors__kind="witness").first() or await rows.first()
    if found is None:
        raise NotWhole(f"no checkpoint of {log} covers record {seq}")
    return found


def _stamps(checkpoint: Checkpoint, anchors: Sequence[Anchor]) -> dict[str, bytes]:
    """Return the first RFC 3161 answer for a checkpoint, if there is one."""
    answers = [base64.b64decode(each.receipt) for each in anchors if each.kind == "tsa"]
    return {f"timestamps/{checkpoint.size}.tsr": answer for answer in answers[:1]}
