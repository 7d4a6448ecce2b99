"""Signed notes, checkpoints, cosignatures and proofs as C2SP writes them, with Ed25519 keys. Pure."""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 0x01, 0x04  # signature types: a note's text, a checkpoint with the time of its cosignature
MOST_SIGNATURES = 64
LARGEST_NOTE = 64 * 1024
CODES_HEAD = "shouyue/codes@v1"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class Signature:
    """One signature line: the key's name and id, and what it made."""

    name: str
    key_id: bytes
    made: bytes

    @property
    def line(self) -> str:
        """Return the line as it stands in the note, with its LF."""
        return _line(self.name, self.key_id, self.made)


@dataclass(frozen=True)
class Note:
    """A text (its last LF included) and its signatures."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class VerifierKey:
    """A public key under a name; `kind` is LOG or WITNESS."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Return the four bytes by which a signature line names this key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """Return the key as people keep it."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    def made(self, signature: Signature) -> bool:
        """Tell whether a signature line names this key."""
        return (signature.name, signature.key_id) == (self.name, self.key_id)

    def verifies(self, text: str, signature: Signature) -> bool:
        """Tell whether a signature line is this key's and right for the text."""
        if not self.made(signature):
            return False
        raw, message = signature.made, text
        if self.kind == WITNESS:
            if len(raw) != 72:
                return False
            raw, message = raw[8:], cosigned_text(int.from_bytes(raw[:8], "big"), text)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(raw, message.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class NoteKey:
    """A private Ed25519 key (32 bytes) under a name: a log's, or with `kind=WITNESS` a witness's."""

    def __init__(self, name: str, secret: bytes, kind: int = LOG) -> None:
        _require_name(name)
        self._private = Ed25519PrivateKey.from_private_bytes(secret)
        self.public = VerifierKey(name, kind, self._private.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        """Return the name under which the key signs."""
        return self.public.name

    @property
    def vkey(self) -> str:
        """Return the public key as people keep it."""
        return self.public.vkey

    def sign_line(self, text: str) -> str:
        """Return the signature line (with its LF) over a note's text."""
        if self.public.kind != LOG:
            raise ValueError("a witness signs with cosignature_line")
        return self._line_over(text, b"")

    def _line_over(self, message: str, before: bytes) -> str:
        return _line(self.name, self.public.key_id, before + self._private.sign(message.encode()))


def cosigned_text(time_s: int, text: str) -> str:
    """Return what a witness signs."""
    return f"cosignature/v1\ntime {time_s}\n{text}"


def cosignature_line(key: NoteKey, time_s: int, text: str) -> str:
    """Return a witness's line (with its LF) for a checkpoint's text at a moment, in seconds since the epoch."""
    if key.public.kind != WITNESS:
        raise ValueError("only a witness's key cosigns")
    return key._line_over(cosigned_text(time_s, text), time_s.to_bytes(8, "big"))


def parse_vkey(vkey: str) -> VerifierKey:
    """Read a verifier key of type LOG or WITNESS, or raise ValueError."""
    name, _, rest = vkey.strip().partition("+")
    key_id, _, material = rest.partition("+")
    _require_name(name)
    raw = _decoded(material)
    if len(raw) != 33 or raw[0] not in (LOG, WITNESS):
        raise ValueError("not an Ed25519 key of a log or a witness")
    key = VerifierKey(name, raw[0], raw[1:])
    if key.key_id.hex() != key_id:
        raise ValueError("the key's id does not match it")
    return key


def signed_note(text: str, lines: Sequence[str]) -> bytes:
    """Return a note: its text and the signature lines."""
    return f"{text}\n{''.join(lines)}".encode()


def parse_note(raw: bytes) -> Note:
    """Read a signed note, or raise ValueError. No signature is verified here."""
    if len(raw) > LARGEST_NOTE:
        raise ValueError("the note is too large")
    whole = raw.decode()
    text, found, lines = whole.rpartition("\n\n")
    if _FORBIDDEN.search(whole) or not found or not lines.endswith("\n"):
        raise ValueError("not a signed note")
    rows = lines[:-1].split("\n")
    if len(rows) > MOST_SIGNATURES:
        raise ValueError("too many signatures")
    return Note(text + "\n", tuple(_parse_line(row) for row in rows))


def _parse_line(row: str) -> Signature:
    dash, _, rest = row.partition(" ")
    name, _, material = rest.partition(" ")
    _require_name(name)
    raw = _decoded(material)
    if dash != "—" or len(raw) < 5:
        raise ValueError("not a signature line")
    return Signature(name, raw[:4], raw[4:])


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Return the three lines of a checkpoint."""
    return f"{origin}\n{size}\n{_base64(root)}\n"


def parse_checkpoint(text: str) -> tuple[str, int, bytes]:
    """Return origin, size and root of a checkpoint's three lines, or raise ValueError; nothing else may stand there."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not _NUMBER.fullmatch(lines[1]):
        raise ValueError("not a checkpoint")
    root = _decoded(lines[2])
    if len(root) != 32:
        raise ValueError("a root has 32 bytes")
    return lines[0], int(lines[1]), root


def code_of(text: str) -> str:
    """Return the eight characters by which people compare a checkpoint: `7F3K-Q2MD`."""
    bits = int.from_bytes(hashlib.sha256(text.encode()).digest()[:5], "big")
    code = "".join(ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"{code[:4]}-{code[4:]}"


def parse_code(said: str) -> str:
    """Return a code as it is printed, however somebody typed it, or raise ValueError."""
    typed = "".join(re.split(r"[\s\-—–]+", unicodedata.normalize("NFKC", said).upper()))
    read = typed.translate(str.maketrans("OIL", "011"))  # the letters that the alphabet leaves out for these
    if len(read) != 8 or not set(read) <= set(ALPHABET):
        raise ValueError(f"{said!r} is no code of eight letters and digits")
    return f"{read[:4]}-{read[4:]}"


def proof_text(index: int, hashes: Sequence[bytes], note: bytes) -> str:
    """Return a tlog-proof: the inclusion proof of the record at `index` (from 0) and the checkpoint it leads to."""
    lines = "".join(f"{_base64(each)}\n" for each in hashes)
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{lines}\n{note.decode()}"


def consistency_line(size: int, root: bytes, hashes: Sequence[bytes]) -> str:
    """Return a line of `codes.txt`: an older checkpoint, and the proof that a later one goes on from it."""
    return " ".join([str(size), _base64(root), *map(_base64, hashes)])


def _line(name: str, key_id: bytes, made: bytes) -> str:
    return f"— {name} {_base64(key_id + made)}\n"


def _require_name(name: str) -> None:
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise ValueError("a key's name is not empty and has neither space nor +")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: str) -> bytes:
    """Read base64 in its one canonical spelling, or raise ValueError."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as wrong:
        raise ValueError("not base64") from wrong
    if _base64(raw) != text:
        raise ValueError("not canonical base64")
    return raw
