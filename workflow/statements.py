"""审批确认记录 (G0): what a decision says, from the values that the card was drawn from. Pure.

docs/audit/statements.md describes it. The log's key signs it: it shows that our server received this decision of this
account, on what was shown, unaltered since. It does not show that the person alone could make it, and is never called
电子签名.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from workflow import notes
from workflow.canonical import canonical, stamp
from workflow.notes import NoteKey
from workflow.showings import Showing

VERSION = 1
FIRST = "0" * 64  # `prev` of a request's first statement


@dataclass(frozen=True)
class Decision:
    """Who decided what: `approver` and `acts_for` are pseudonyms (`u_…`), `comment` and `shown` commitments.

    `grade` is who signed beside the log: g0 nobody, g1 the approver with the passkey `key` (SHA-256 of its public key),
    g2 the approver through an authority with the certificate `key` (SHA-256 of its DER).
    """

    log: str
    request: str
    decision: str
    approver: str
    acts_for: str
    comment: str
    shown: str
    at: datetime
    nonce: str
    prev: str = FIRST
    grade: str = "g0"
    key: str = ""


def text_of(showing: Showing, said: Decision) -> str:
    """Return a statement: canonical JSON of what was decided on and what was decided."""
    return canonical(
        {
            "v": VERSION,
            "kind": "approval",
            "log": said.log,
            "request": said.request,
            "rev": showing.revision,
            "shown": said.shown,
            "evidence": list(showing.evidence),
            "policy": showing.policy,
            "level": showing.level,
            "levels": showing.levels,
            "decision": said.decision,
            "comment": said.comment,
            "approver": said.approver,
            "for": said.acts_for,
            "at": stamp(said.at),
            "nonce": said.nonce,
            "prev": said.prev,
            "grade": said.grade,
            "key": said.key,
        }
    )


def digest_of(text: str) -> str:
    """Return the SHA-256 by which records and later statements name a statement."""
    return hashlib.sha256(text.encode()).hexdigest()


def signature_of(text: str, key: NoteKey) -> str:
    """Return the log's signature line over a statement as the text of a note."""
    return key.sign_line(f"{text}\n")


def note_of(text: str, signatures: str) -> bytes:
    """Return the statement as it is given to somebody who checks it: a signed note of one line."""
    return notes.signed_note(f"{text}\n", [signatures])
