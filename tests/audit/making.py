"""Makes audit packs for tests, by docs/audit/format.md, and spoils them; a pack is a dict of its files."""

import base64
import hashlib
import hmac
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LOG = "shouyue/huachen/net"
PERSON = bytes(range(32))
PICTURE = b"\x89PNG not quite"
Pack = dict[str, bytes]
TOKENS = [
    *[
        b"\\ud800",
        b"\\u0041",
        b"\\u000A",
        b"\\/",
        b"\\n",
        b"\\u001f",
        b"1.0",
        b"-0",
        b"1e2",
        b"01",
        b"9007199254740991",
    ],
    *[
        b"9007199254740992",
        b"-9007199254740993",
        b"NaN",
        b"true",
        b"null",
        b"[]",
        b"{}",
        b'"',
        b'"__proto__":1,',
        b'"v":1,',
    ],
    *[b'"log":1,', b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc2\x85", b"\xed\xa0\x80", b"\xc0\x80", b"\xff", b"\r", b"\n"],
    *[b"\n\n", b" ", b"\t", b"\x00", b"\x7f", b"=", b"+", b"-", b"#", b"0", b"[" * 40 + b"]" * 40, b"1" * 5000],
]


@dataclass
class Key:
    """A signer's key under its name: type 1 signs logs, type 4 cosigns as a witness."""

    name: str
    type: int
    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """Return the type and the 32 bytes."""
        return bytes([self.type]) + self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        """Return the four bytes that stand before each signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """Return the line for keys.txt."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.public).decode()}"

    def line(self, text: str, at: int = 1_790_000_000) -> str:
        """Return the signature line under a checkpoint's text."""
        time = at.to_bytes(8, "big") if self.type == 4 else b""
        said = f"cosignature/v1\ntime {at}\n{text}" if self.type == 4 else text
        signature = self.id + time + self.private.sign(said.encode())
        return f"— {self.name} {base64.b64encode(signature).decode()}\n"


def key(name: str, kind: int, seed: int) -> Key:
    """Return a key that is the same in each run."""
    return Key(name, kind, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


LOG_KEY = key(LOG, 1, 1)
WITNESS = key("audit.example/w1", 4, 2)
STRANGER = key("audit.example/w2", 4, 3)
KEYS = f"# kept apart\n{LOG_KEY.vkey}\n\n{WITNESS.vkey} # the audit department\n"


def commitment(label: str, value: str) -> str:
    """Return the commitment of a datum under the person's key."""
    return hmac.new(PERSON, f"{label}\0{json.dumps(value, ensure_ascii=False)}".encode(), "sha256").hexdigest()


def canonical(row: dict[str, Any]) -> bytes:
    """Return a record's line."""
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def chain(count: int) -> list[bytes]:
    """Return the lines of a log."""
    lines: list[bytes] = []
    for seq in range(1, count + 1):
        row: dict[str, Any] = {"v": 1, "log": LOG, "seq": seq, "prev": digest_before(lines), "type": "request.filed"}
        row |= {
            "at": "2026-09-01T08:00:00.123Z",
            "why": '行\u2028\u0085\x7f\n"\\\x01 名',
            "data": {"n": -seq, "l": [None, True]},
        }
        row |= {"pd": {"name": commitment("name", "张伟")}}
        picture = commitment("evidence", hashlib.sha256(PICTURE).hexdigest())
        row |= {"ev": [{"ct": "0" * 64, "pt": picture, "size": len(PICTURE), "type": "image/png"}]}
        lines.append(canonical(row))
    return lines


def digest_before(lines: Sequence[bytes]) -> str:
    """Return what the next line's `prev` is."""
    return hashlib.sha256(lines[-1]).hexdigest() if lines else "0" * 64


def root(lines: Sequence[bytes]) -> bytes:
    """Return the tree's root, as RFC 6962 defines it."""
    if len(lines) < 2:
        return hashlib.sha256(b"\0" + lines[0] if lines else b"").digest()
    cut = 1 << ((len(lines) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root(lines[:cut]) + root(lines[cut:])).digest()


def inclusion(lines: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes from the leaf's sibling upwards, as RFC 6962 defines them."""
    if len(lines) < 2:
        return []
    cut = 1 << ((len(lines) - 1).bit_length() - 1)
    if index < cut:
        return [*inclusion(lines[:cut], index), root(lines[cut:])]
    return [*inclusion(lines[cut:], index - cut), root(lines[:cut])]


def checkpoint(lines: Sequence[bytes], *keys: Key) -> bytes:
    """Return the signed note over these lines."""
    text = f"{LOG}\n{len(lines)}\n{base64.b64encode(root(lines)).decode()}\n"
    return (text + "\n" + "".join(one.line(text) for one in keys)).encode()


def proof(lines: Sequence[bytes], seq: int) -> bytes:
    """Return the tlog-proof of one record in the checkpoint over these lines."""
    hashes = "".join(base64.b64encode(one).decode() + "\n" for one in inclusion(lines, seq - 1))
    note = checkpoint(lines, LOG_KEY, *([WITNESS] if seq % 2 else []))
    return f"c2sp.org/tlog-proof@v1\nindex {seq - 1}\n{hashes}\n".encode() + note


def openings(seq: int) -> bytes:
    """Return an opening of a name and one of a picture."""
    rows = [{"seq": seq, "label": "name", "value": "张伟", "key": PERSON.hex()}]
    rows += [{"seq": seq, "evidence": 0, "file": "evidence/1.png", "key": PERSON.hex()}]
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def whole(lines: Sequence[bytes]) -> Pack:
    """Return a pack of a whole log with three checkpoints, the middle one witnessed."""
    few, half = len(lines) // 3, len(lines) // 2
    pack = {"records.jsonl": b"".join(line + b"\n" for line in lines), "keys.txt": KEYS.encode()}
    pack[f"checkpoints/{few}.checkpoint"] = checkpoint(lines[:few], LOG_KEY)
    pack[f"checkpoints/{half}.checkpoint"] = checkpoint(lines[:half], LOG_KEY, WITNESS, STRANGER)
    pack[f"checkpoints/{len(lines)}.checkpoint"] = checkpoint(lines, STRANGER, LOG_KEY)
    return pack | {"openings.jsonl": openings(2), "evidence/1.png": PICTURE}


def excerpt(lines: Sequence[bytes]) -> Pack:
    """Return a pack of four records, two of them neighbours, two of them witnessed."""
    pack = {"keys.txt": KEYS.encode(), "openings.jsonl": openings(3), "evidence/1.png": PICTURE}
    for seq in (3, 4, 7, len(lines)):
        pack |= {f"records/{seq}.json": lines[seq - 1], f"proofs/{seq}.tlog-proof": proof(lines, seq)}
    return pack


def spoil(data: bytes, dice: random.Random) -> bytes:
    """Change a few bytes of a file, or a few of its lines."""
    at = dice.randrange(len(data) + 1)
    lines = data.splitlines(keepends=True) or [b""]
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    swapped = [*lines]
    swapped[one], swapped[other] = lines[other], lines[one]
    tokens = [*re.finditer(rb'"[^"]*"|\d+|[A-Za-z0-9+/=]{8,}', data)]
    token = dice.choice(tokens).span() if tokens else (at, at)
    ways = [
        data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :],
        bytes(byte ^ (1 << dice.randrange(8)) if here == at else byte for here, byte in enumerate(data)),
        data[:at] + dice.choice(TOKENS) + data[at:],
        data[: token[0]] + dice.choice(TOKENS) + data[token[1] :],
        data[: token[0]] + dice.choice(TOKENS) + data[token[0] :],
        data[: token[1] - 1] + bytes([data[token[1] - 1] ^ 1] if tokens else []) + data[token[1] :],
        data[:at],
        data[:at] + data[at + dice.randrange(1, 4) :],
        b"".join(swapped),
        b"".join(lines[:one] + lines[one + 1 :]),
        b"".join(lines[: one + 1] + lines[one:]),
    ]
    return dice.choice(ways)


def spoiled(pack: Pack, dice: random.Random) -> Pack:
    """Change one file of a pack, take it away, or give it another's name."""
    name, other = dice.choice(sorted(pack)), dice.choice(sorted(pack))
    rest = {known: data for known, data in pack.items() if known != name}
    ways = [pack | {name: spoil(pack[name], dice)}] * 8
    ways += [rest, pack | {name: pack[other]}, rest | {re.sub(r"\d+", str(dice.randrange(30)), name): pack[name]}]
    return dice.choice(ways)
