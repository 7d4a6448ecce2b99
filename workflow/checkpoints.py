"""检查点: what a log signs about its first lines, so that whoever keeps one can tell whether they were changed (R3).

A log never signs two checkpoints of which one does not extend the other: the next one goes on from the hashes that the
last one left, under the lock that everything that writes needs, and its row is in the same commit as the head's
`signed`. Nothing is signed over a log whose lines since then do not follow each other.
"""

import base64

import structlog
from tortoise.expressions import F

from models import AuditHead, AuditRecord, Checkpoint, Organisation
from workflow import anchoring, audit, merkle, notes, signing
from workflow.acting import Act
from workflow.anchoring import latest
from workflow.lines import NotWhole, digest_of, fault_of, lines_of, read, rows_of

__all__ = ["attest", "cover", "due", "latest", "lines_of", "sign_all", "sign_log", "top_of"]

log_ = structlog.get_logger(__name__)


class Broken(Exception):
    """The log cannot be signed; `position` is the first record that is wrong."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


def top_of(log: str) -> str | None:
    """Return the log of the topmost unit above this one's, or None when there is none above."""
    parts = log.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else None


async def sign_all(act: Act) -> list[Checkpoint]:
    """Sign every log that has grown: units first, then the topmost ones, which hold records of those checkpoints."""
    made: list[Checkpoint | None] = []
    for is_turn in (lambda log: top_of(log), lambda log: "/" in log, lambda log: True):
        made += [await sign_log(act, log) for log in await due() if is_turn(log)]
    return [each for each in made if each]


async def due() -> list[str]:
    """Name the logs with records that no checkpoint covers."""
    return [
        str(log) for log in await AuditHead.filter(seq__gt=F("signed")).order_by("log").values_list("log", flat=True)
    ]


async def cover(act: Act, log: str, seq: int) -> None:
    """Make sure that a checkpoint covers record `seq`."""
    while (last := await latest(log)) is None or last.size < seq:
        if await sign_log(act, log) is None:
            raise NotWhole(f"{log} cannot be signed up to record {seq}")


async def attest(act: Act, organisation: Organisation) -> None:
    """Sign now what a case has just added, where people are given codes: theirs covers what it is printed on (R4 b)."""
    if await anchoring.wants_code(organisation, act.now):
        await sign_log(act, organisation.origin)


async def sign_log(act: Act, log: str) -> Checkpoint | None:
    """Sign what was added to a log; None when nothing was, or when it is broken, which is recorded instead."""
    head = await audit.locked_head(log)
    last = await latest(log)
    if head.seq == head.signed == (last.size if last else 0):
        return None
    try:
        tree, digest = await _grown(head, last)
    except Broken as broken:
        await _refuse(act, log, broken)
        return None
    made = await _keep(act, log, tree, digest)
    head.signed = made.size
    await head.save(update_fields=["signed"])
    await _tell_the_top(act, made)
    await anchoring.arrange(act, made)
    if made.size < head.seq:
        await audit.sign_later(act, log)
    return made


async def _grown(head: AuditHead, last: Checkpoint | None) -> tuple[merkle.Range, str]:
    """Return the tree that the last checkpoint left, grown by the lines since, and the digest of the newest one."""
    tree, previous = _left_by(head, last)
    until = min(head.seq, tree.size + signing.pace().growth)
    async for row in rows_of(head.log, tree.size):
        if row.seq != tree.size + 1:
            break
        if fault := fault_of(row, previous, row.seq):
            raise Broken(row.seq, fault)
        tree.append(merkle.leaf(row.line.encode()))
        previous = digest_of(row.line)
        if tree.size == until:
            break
    if tree.size < until:
        raise Broken(tree.size + 1, f"record {tree.size + 1} is missing: the head names {head.seq} records")
    if tree.size == head.seq and previous != head.digest:
        raise Broken(head.seq, f"record {head.seq}: the head names another digest")
    return tree, previous


def _left_by(head: AuditHead, last: Checkpoint | None) -> tuple[merkle.Range, str]:
    """Return the tree of the last checkpoint and the digest of its last line, when our own signature vouches for it."""
    if head.signed != (last.size if last else 0):
        raise Broken(1, f"record 1: the head names a checkpoint of {head.signed} records, which is not the last one")
    if last is None:
        return merkle.Range(), audit.FIRST
    if fault := fault_of_checkpoint(last):
        raise Broken(last.size, f"record {last.size}: {fault}")
    if last.size > head.seq:
        raise Broken(head.seq + 1, f"record {head.seq + 1} is missing: a checkpoint covers {last.size} records")
    return merkle.Range.load(last.peaks), last.digest


def fault_of_checkpoint(row: Checkpoint) -> str:
    """Say what is wrong with a stored checkpoint by itself; nothing when all is well."""
    if not signing.verified(row.log, row.note):
        return f"the checkpoint of {row.size} records has no valid signature of its log"
    text = notes.parse_note(row.note.encode()).text
    try:
        tree, root = merkle.Range.load(row.peaks), bytes.fromhex(row.root)
    except ValueError:
        return f"what is stored beside the checkpoint of {row.size} records cannot be read"
    said = (notes.checkpoint_text(row.log, row.size, root), row.code, tree.size, tree.root())
    if said != (text, notes.code_of(text), row.size, root):
        return f"what is stored beside the checkpoint of {row.size} records says something else"
    return ""


async def _keep(act: Act, log: str, tree: merkle.Range, digest: str) -> Checkpoint:
    text = notes.checkpoint_text(log, tree.size, tree.root())
    note = notes.signed_note(text, [signing.signing().key_of(log).sign_line(text)])
    return await Checkpoint.create(
        log=log,
        size=tree.size,
        root=tree.root().hex(),
        note=note.decode(),
        code=notes.code_of(text),
        peaks=tree.dump(),
        digest=digest,
        at=act.now,
    )


async def _tell_the_top(act: Act, made: Checkpoint) -> None:
    """Record a unit's checkpoint in the log of the topmost unit, which is signed in its turn."""
    top = top_of(made.log)
    if top:
        root = base64.b64encode(bytes.fromhex(made.root)).decode()
        data = {"origin": made.log, "size": made.size, "root": root}
        await audit.record(act, top, "checkpoint.signed", ("checkpoint", made.code, 1), data=data)


async def _refuse(act: Act, log: str, broken: Broken) -> None:
    """Say that a log is broken, and record it in the installation's own, once for each place."""
    log_.error("a log is broken and was not signed", origin=log, record=broken.position, why=str(broken))
    same = AuditRecord.filter(log=audit.GROUP_LOG, action="checkpoint.refused", subject=str(broken.position))
    told = [read(row.line) for row in await same]
    if not any(line and line["data"].get("origin") == log for line in told):
        subject = ("record", str(broken.position), 1)
        await audit.record(act, None, "checkpoint.refused", subject, ok=False, why="broken", data={"origin": log})
