"""What somebody signed through a certification authority, held against the statement it has to be of (G2)."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Employee
from workflow import authorities, cms
from workflow.authorities import Authority
from workflow.cms import Certificate, Sound, Unsound
from workflow.errors import Invalid, NotNow
from workflow.notes import Signature

KIND = b"\xffshouyue/cms"  # C2SP signed-note: 0xff, then who chose the type
CLOCKS = timedelta(minutes=5)  # by how much the authority's clock may differ from ours


@dataclass(frozen=True)
class Certified:
    """`certificate` is the SHA-256 (hex) of the signer's; `since` when it was asked for.

    `text` is the statement that was laid before them and `signature` the CMS over it (DER); both are empty while it is
    only asked what would be signed.
    """

    certificate: str
    since: datetime
    text: str = ""
    signature: bytes = b""


def require_authority(number: str) -> Authority:
    """Return the authority, or refuse the answer to request `number`: it never passes with less than the rules want."""
    found = authorities.authority()
    if found is None:
        raise NotNow("grade-missing", number=number)
    return found


def belonging(chain: Sequence[bytes], employee: Employee, authority: Authority, now: datetime) -> Certificate:
    """Return somebody's certificate; refuse one that does not name them by account and name, or leads to no root."""
    try:
        found = cms.certificate(chain, authority.roots, now)
    except Unsound as wrong:
        raise Invalid("certificate-unfit") from wrong
    if (found.account, found.name) != (authority.account_of(employee.key), str(employee.name)):
        raise Invalid("certificate-unfit")
    return found


def proven(certified: Certified, now: datetime, number: str) -> Sound:
    """Return what a signature proves; refuse one that is not of the laid statement, by this certificate, made now."""
    try:
        roots = require_authority(number).roots
        found = cms.checked(certified.signature, certified.text.encode(), certified.certificate, roots)
    except Unsound as wrong:
        raise Invalid("signature-refused") from wrong
    if not certified.since - CLOCKS <= found.signed_at <= now + CLOCKS:
        raise Invalid("signature-refused")
    return found


def as_kept(signature: bytes, sound: Sound) -> str:
    """Return what is kept of a signature: itself and the root it led to, as JSON."""
    coded = {"cms": base64.b64encode(signature).decode(), "root": base64.b64encode(sound.root).decode()}
    return json.dumps(coded)


def line_of(kept: str, approver: str, certificate: str) -> str:
    """Return the signature line below a statement (docs/audit/statements.md §5)."""
    key_id = hashlib.sha256(approver.encode() + b"\n" + KIND + bytes.fromhex(certificate)).digest()[:4]
    return Signature(approver, key_id, base64.b64decode(json.loads(kept)["cms"])).line


def root_of(kept: str) -> str:
    """Return the root to which a kept signature led, as PEM."""
    coded = json.loads(kept)["root"]
    lines = "\n".join(coded[at : at + 64] for at in range(0, len(coded), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
