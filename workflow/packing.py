"""What stands in a pack that an auditor checks without us (docs/audit/format.md §4), from the store."""

import base64
from collections.abc import AsyncIterator, Collection, Sequence

from models import Anchor, Checkpoint
from workflow import merkle, notes
from workflow.lines import NotWhole, paged, rows_of
from workflow.signing import signing

CODES = "codes.txt"


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


async def excerpt(
    log: str, seqs: Collection[int], checkpoint: Checkpoint | None = None, *, shown: bool = False
) -> dict[str, bytes]:
    """Return the records with these numbers, each with its proof, the time stamp and the keys.

    The proofs lead to this checkpoint, else to the one of `covering`; none that covers the newest record is NotWhole.
    With `shown` every 存证码 that can have stood on something about these records is proved as well (format.md §6).
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
    if shown:
        files[CODES] = await _codes(checkpoint, tree, min(wanted))
    return files


async def _codes(last: Checkpoint, tree: merkle.Tree, first: int) -> bytes:
    """Prove every checkpoint from the one that was the newest when record `first` was written, up to `last`.

    A code is always that of the newest checkpoint, and it stands on more than the outbox knows: on the answer to a
    click, on a candidate's page, on what was said instead of a card. So none is left out: a code that is not here was
    never shown of this case.
    """
    rows = Checkpoint.filter(log=last.log, size__lt=last.size)
    before = await rows.filter(size__lt=first).order_by("-size").first()
    lines = []
    async for row in paged(rows.filter(size__gte=before.size if before else 0), "size"):
        root, path = bytes.fromhex(row.root), tree.consistency(row.size)
        if not merkle.extends(row.size, root, tree.size, tree.root(), path):
            raise NotWhole(f"{last.log} does not go on from its checkpoint of {row.size} records: run audit verify")
        lines.append(notes.consistency_line(row.size, root, path))
    return "".join(f"{each}\n" for each in (notes.CODES_HEAD, last.size, *lines)).encode()


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
