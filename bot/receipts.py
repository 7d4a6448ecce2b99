"""What witnesses and time-stamp authorities gave us, held against the checkpoints as they stand in the store.

Whoever holds our signing key can write the lines and the checkpoints anew, but not these.
"""

import base64
import hashlib
from collections.abc import AsyncIterator

from models import Anchor
from platforms import timestamps
from workflow import notes, signing
from workflow.anchoring import TSA, WITNESS
from workflow.lines import paged
from workflow.telling import Claim

KINDS = {WITNESS: "the cosignature of", TSA: "the time stamp of"}


async def claims() -> AsyncIterator[Claim]:
    """Yield what each of those outside says of a log; a witness whose key the settings do not name cannot be asked."""
    known = {key.name: key for key in signing.outside().witnesses}
    kept = Anchor.filter(kind__in=list(KINDS)).prefetch_related("checkpoint")
    async for anchor in paged(kept, "id"):
        if anchor.kind == TSA or anchor.name in known:
            yield _claim(anchor, known.get(anchor.name))


def _claim(anchor: Anchor, key: notes.VerifierKey | None) -> Claim:
    checkpoint, what = anchor.checkpoint, f"{KINDS[anchor.kind]} {anchor.name}"
    try:
        text = notes.parse_note(checkpoint.note.encode()).text
        fits = _cosigned(key, text, anchor.receipt) if key else _stamped(text, anchor.receipt)
    except ValueError:
        fits = False
    fault = "" if fits else f"{what} is about another checkpoint of {checkpoint.size} records than the one in the store"
    return Claim(checkpoint.log, checkpoint.size, checkpoint.root, what, fault, outside=True)


def _cosigned(key: notes.VerifierKey, text: str, receipt: str) -> bool:
    return any(key.verifies(text, each) for each in notes.parse_note(f"{text}\n{receipt}".encode()).signatures)


def _stamped(text: str, receipt: str) -> bool:
    """Compare what was stamped. The authority's own signature was checked when it came; `openssl ts` does it again."""
    return timestamps.stamped(base64.b64decode(receipt, validate=True)) == hashlib.sha256(text.encode()).digest()
