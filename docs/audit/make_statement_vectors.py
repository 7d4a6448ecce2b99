"""Write `statement_vectors/`: packs with 审批确认记录 and the answer a verifier must give, always the same bytes."""

import base64
import hashlib
import hmac
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import make_certificate_vectors as certificates
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = Path(__file__).parent / "statement_vectors"
ORIGIN, OTHER = "shouyue/huachen/heavy", "shouyue/huachen/net"
ZEROS, SECRET = "0" * 64, bytes(range(32))
Row = dict[str, Any]
Files = dict[str, bytes]


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hexed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Key:
    """A log's key made from a word, so that it is the same in each run."""

    def __init__(self, name: str, word: str = "") -> None:
        self.name = name
        self.private = Ed25519PrivateKey.from_private_bytes(
            hashlib.sha256(f"statements {word or name}".encode()).digest()
        )
        material = b"\x01" + self.private.public_key().public_bytes_raw()
        self.id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(material).decode()}"

    def line(self, text: bytes, spoil: int = 0) -> str:
        made = bytearray(self.private.sign(text))
        made[0] ^= spoil
        return f"— {self.name} {base64.b64encode(self.id + made).decode()}\n"


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


PRIMES = (  # of a key that signs vectors and nothing else
    "e0b312a60a35a256f2ea8fbd6e57bf9194573add71c56209c17b0adccec28705624ac813c4c594ff39d0b93f124078b127d4"
    "61c9e3260207bb17edde15df35e5f7bd56b87b18103bb1736eb565e943ae2b8b8a93cf34efe1948c7f5e3cb5a949e88d54d8"
    "0aff30b85431124d2ddf3ea94561d464cd39ba57989dadd19a222c09",
    "bbe009b0231e4ca3da29e2edd01f225c63907970f1f8a03ec6defc3387924fd032fb3620428f480a5fb36f6a51d4e7652f90"
    "eeaef9f3e1cdc8d3d6104165c2c373ecb6e58800441332b6b99e1620ac22285d8b24e227440bbd1d6fa3a9244d976c19f651"
    "107e4d06209ea3cd7ed6ed5be2b28b50eb8350cec64da6284d9b3c79",
)


def rsa_key() -> rsa.RSAPrivateKey:
    p, q = (int(each, 16) for each in PRIMES)
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


class Passkey:
    """A passkey of a kind: es256, eddsa or rs256; es256 signs by RFC 6979, so that it is the same in each run."""

    def __init__(self, kind: str = "es256", word: str = "passkey") -> None:
        self.kind, seed = kind, hashlib.sha256(word.encode()).digest()
        makers: dict[str, Callable[[], Any]] = {
            "es256": lambda: ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1()),
            "eddsa": lambda: Ed25519PrivateKey.from_private_bytes(seed),
            "rs256": rsa_key,
        }
        self.private = makers[kind]()

    @property
    def jwk(self) -> Row:
        public = self.private.public_key()
        if self.kind == "eddsa":
            return {"crv": "Ed25519", "kty": "OKP", "x": coded(public.public_bytes_raw())}
        numbers = public.public_numbers()
        if self.kind == "rs256":
            return {"e": "AQAB", "kty": "RSA", "n": coded(numbers.n.to_bytes(256, "big"))}
        x, y = (coded(each.to_bytes(32, "big")) for each in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}

    @property
    def key(self) -> str:
        return hexed(canonical(self.jwk))

    def sign(self, message: bytes) -> bytes:
        if self.kind == "eddsa":
            return bytes(self.private.sign(message))
        if self.kind == "rs256":
            return bytes(self.private.sign(message, padding.PKCS1v15(), hashes.SHA256()))
        return bytes(self.private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))

    def row(self, line: bytes, *, flags: int = 5, site: str = "hr.example.cn", **client: object) -> Row:
        """Return what stands in the line of a signature over this statement; `client` changes what the browser said."""
        data = hashlib.sha256(site.encode()).digest() + bytes([flags]) + (7).to_bytes(4, "big")
        told = {"type": "webauthn.get", "challenge": coded(hashlib.sha256(line).digest())}
        said = json.dumps({**told, "origin": "https://hr.example.cn", "crossOrigin": False, **client}).encode()
        return {
            "authenticator": coded(data),
            "client": coded(said),
            "credential": coded(b"credential"),
            "key": self.jwk,
            "signature": coded(self.sign(data + hashlib.sha256(said).digest())),
        }


def below(row: Row, name: str = "u_0000000000000001", key: str = "") -> str:
    """Return a passkey's line below a statement."""
    thumbprint = bytes.fromhex(key or hexed(canonical(row["key"])))
    key_id = hashlib.sha256(name.encode() + b"\n\xffshouyue/passkey" + thumbprint).digest()[:4]
    return f"— {name} {base64.b64encode(key_id + canonical(row)).decode()}\n"


LOG, NET, STRANGER = Key(ORIGIN), Key(OTHER), Key(ORIGIN, "stranger")
KEYS = f"{LOG.vkey}\n{NET.vkey}\n"
SHOWN = {"title": "取消面试：马超 · 尾号5566", "lines": ["原因：岗位暂停招聘"], "evidence": ["ab" * 32]}


def commitment(value: object) -> str:
    return hmac.new(SECRET, b"shown\0" + canonical(value), "sha256").hexdigest()


def statement(level: int, **changed: object) -> Row:
    said: Row = {
        "v": 1,
        "kind": "approval",
        "log": ORIGIN,
        "request": "Q20261124-007",
        "rev": 1,
        "shown": commitment(SHOWN),
        "evidence": ["cd" * 32],
        "policy": "ef" * 32,
        "level": level,
        "levels": 2,
        "decision": "approved",
        "comment": "",
        "approver": f"u_{level:016x}",
        "for": "",
        "at": f"2026-11-24T01:3{level}:00.000Z",
        "nonce": f"{level:032x}",
        "prev": ZEROS,
        "grade": "g0",
        "key": "",
    }
    return said | changed


def note(line: bytes, *signatures: str) -> bytes:
    return line + b"\n\n" + "".join(signatures or (LOG.line(line + b"\n"),)).encode()


def record(seq: int, said: Row, **data: object) -> Row:
    about = {"rev": said["rev"], "level": said["level"], "policy": said["policy"], "shown": said["shown"]}
    whole = {**about, "pieces": len(said["evidence"]), "statement": hexed(canonical(said)), **data}
    return {
        "v": 1,
        "log": said["log"],
        "seq": seq,
        "prev": ZEROS,
        "at": said["at"],
        "type": f"approval.{said['decision']}",
        "actor": {"sub": said["approver"]},
        "obj": {"kind": "cancel_request", "id": said["request"], "rev": said["rev"]},
        "data": whole,
    }


def case(*said: Row) -> Files:
    """Return a pack with these statements at the records 4, 6, 8 …; each names the one before of its request."""
    files, last = dict[str, bytes](), dict[str, str]()
    for place, each in enumerate(said):
        each = each | {"prev": last.get(each["request"], ZEROS)}
        seq, line = 4 + 2 * place, canonical(each)
        last[each["request"]] = hexed(line)
        files[f"statements/{seq}.statement"] = note(line)
        files[f"records/{seq}.json"] = canonical(record(seq, each))
    files["records/5.json"] = canonical({"v": 1, "log": ORIGIN, "seq": 5, "type": "notice.sent", "data": {}})
    files["keys.txt"] = KEYS.encode()
    return files


TWO = case(statement(1), statement(2))
OPENING = canonical({"key": SECRET.hex(), "value": SHOWN})


def write(
    name: str,
    pack: Files,
    statements: int,
    at: int | None,
    code: str,
    keys: str | None = KEYS,
    roots: str | None = None,
) -> None:
    answer = {
        "ok": not code,
        "statements": statements,
        "first_bad": at,
        "code": code,
        "keys": "given" if keys else "pack",
        "roots": "given" if roots else "pack",
    }
    content = {path: _text(data) for path, data in sorted(pack.items())}
    vector = {"pack": content, "keys": keys, **({"roots": roots} if roots else {}), "expected": answer}
    (HERE / f"{name}.json").write_text(json.dumps(vector, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="")


def _text(data: bytes) -> object:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def good() -> None:
    write("good-two", TWO, 2, None, "")
    write("good-own-keys", TWO, 2, None, "", keys=None)
    write("good-none", {"records/5.json": TWO["records/5.json"]}, 0, None, "")
    write("good-opened", TWO | {"statements/4.shown.json": OPENING}, 2, None, "")
    write("good-sent-back", case(statement(1, decision="sent_back"), statement(1, rev=2)), 2, None, "")
    write("good-returned", case(statement(2, decision="returned"), statement(1)), 2, None, "")
    write("good-two-requests", case(statement(1), statement(1, request="Q20261124-008"), statement(2)), 3, None, "")
    write("good-for-somebody", case(statement(1, **{"for": "u_00000000000000ff"}, comment="aa" * 32)), 1, None, "")
    text = TWO["statements/4.statement"]
    write("good-unknown-signer", TWO | {"statements/4.statement": text + STRANGER.line(b"x").encode()}, 2, None, "")
    whole = b"".join(TWO.get(f"records/{seq}.json", b"{}") + b"\n" for seq in range(1, 7))
    write(
        "good-whole-log", {k: v for k, v in TWO.items() if "records" not in k} | {"records.jsonl": whole}, 2, None, ""
    )


def malformed() -> None:
    def bad(name: str, data: bytes) -> None:
        write(f"line-{name}", TWO | {"statements/4.statement": data}, 0, 4, "line")

    line = canonical(statement(1))
    bad("empty", b"")
    bad("not-utf8", b"\xff" + TWO["statements/4.statement"])
    bad("no-signature", line + b"\n\n")
    bad("two-lines", note(line + b"\n" + line))
    bad("crlf", TWO["statements/4.statement"].replace(b"\n", b"\r\n"))
    bad("spaces", note(line.replace(b",", b", ", 1)))
    bad("not-json", note(b"hello"))
    bad("list", note(b"[]"))
    bad("base64", line + b"\n\n" + f"— {ORIGIN} AAA\n".encode())
    members: dict[str, Row] = {
        "version": {"v": 2},
        "true-for-one": {"v": True},
        "kind": {"kind": "checkpoint"},
        "level-zero": {"level": 0},
        "level-text": {"level": "1"},
        "decision": {"decision": "maybe"},
        "shown-short": {"shown": "ab"},
        "shown-capitals": {"shown": "AB" * 32},
        "evidence-unsorted": {"evidence": ["cd" * 32, "ab" * 32]},
        "evidence-twice": {"evidence": ["cd" * 32, "cd" * 32]},
        "evidence-text": {"evidence": "cd" * 32},
        "nonce": {"nonce": "x" * 32},
        "comment-open": {"comment": "同意"},
        "grade": {"grade": "g3"},
        "passkey-without-key": {"grade": "g1"},
        "certificate-without-key": {"grade": "g2"},
        "key-without-passkey": {"key": "bb" * 32},
        "another-member": {"extra": ""},
        "at-without-parts": {"at": "2026-11-24T01:31:00Z"},
        "at-no-time": {"at": "\U0001f600"},
        "approver-null": {"approver": None},
    }
    for name, changed in members.items():
        bad(f"member-{name}", note(canonical(statement(1) | changed)))
    bad("member-gone", note(canonical({k: v for k, v in statement(1).items() if k != "for"})))
    bad("float", note(line.replace(b'"rev":1', b'"rev":1.0')))
    bad("member-twice", note(line[:-1] + b',"v":1}'))


def unsigned() -> None:
    line = canonical(statement(1))
    text = line + b"\n"
    cases = {
        "stranger": note(line, STRANGER.line(text)),
        "another-log": note(line, NET.line(text)),
        "spoiled": note(line, LOG.line(text, spoil=1)),
        "of-another": note(line, LOG.line(canonical(statement(2)) + b"\n")),
        "without-lf": note(line, LOG.line(line)),
        "one-good-one-bad": note(line, LOG.line(text), LOG.line(text, spoil=1)),
        "log-renamed": note(canonical(statement(1, log=OTHER)), LOG.line(canonical(statement(1, log=OTHER)) + b"\n")),
    }
    for name, data in cases.items():
        write(f"signature-{name}", TWO | {"statements/4.statement": data}, 0, 4, "signature")
    write("signature-key-unknown", TWO, 0, 4, "signature", keys=f"{STRANGER.vkey}\n")


def other_records() -> None:
    said = statement(1)
    changes: dict[str, Callable[[Row], Row]] = {
        "type": lambda row: row | {"type": "approval.rejected"},
        "request": lambda row: row | {"obj": row["obj"] | {"id": "Q20261124-009"}},
        "revision": lambda row: row | {"obj": row["obj"] | {"rev": 2}},
        "approver": lambda row: row | {"actor": {"sub": "u_ffffffffffffffff"}},
        "time": lambda row: row | {"at": "2026-11-24T01:30:00.000Z"},
        "log": lambda row: row | {"log": OTHER},
        "digest": lambda row: row | {"data": row["data"] | {"statement": ZEROS}},
        "level": lambda row: row | {"data": row["data"] | {"level": 2}},
        "level-true": lambda row: row | {"data": row["data"] | {"level": True}},
        "policy": lambda row: row | {"data": row["data"] | {"policy": ZEROS}},
        "shown": lambda row: row | {"data": row["data"] | {"shown": ZEROS}},
        "pieces": lambda row: row | {"data": row["data"] | {"pieces": 0}},
    }
    for name, change in changes.items():
        write(f"record-{name}", TWO | {"records/4.json": canonical(change(record(4, said)))}, 0, 4, "record")
    write("record-gone", {k: v for k, v in TWO.items() if k != "records/6.json"}, 1, 6, "record")
    write(
        "record-float",
        TWO | {"records/4.json": TWO["records/4.json"].replace(b'"pieces":1', b'"pieces":1.0')},
        0,
        4,
        "record",
    )


def unchained() -> None:
    write("prev-first-gone", {k: v for k, v in TWO.items() if "/4." not in k}, 0, 6, "prev")
    loose = statement(2)
    files = {"statements/6.statement": note(canonical(loose)), "records/6.json": canonical(record(6, loose))}
    write("prev-zeros", TWO | files, 1, 6, "prev")
    cut = b"".join(TWO.get(f"records/{seq}.json", b"{}") + b"\n" for seq in range(1, 7))[:-1]
    whole = {k: v for k, v in TWO.items() if "records" not in k} | {"records.jsonl": cut}
    write("record-without-lf", whole, 1, 6, "record")
    write("missing-last", {k: v for k, v in TWO.items() if k != "statements/6.statement"}, 1, 6, "missing")
    write("missing-all", {k: v for k, v in TWO.items() if "statements/" not in k}, 0, 4, "missing")
    other = canonical({"key": SECRET.hex(), "value": SHOWN | {"title": "取消面试：马岱 · 尾号5566"}})
    write("shown-other-words", TWO | {"statements/4.shown.json": other}, 0, 4, "shown")
    wrong = canonical({"key": "00" * 32, "value": SHOWN})
    write("shown-other-key", TWO | {"statements/6.shown.json": wrong}, 1, 6, "shown")
    write("shown-spaces", TWO | {"statements/4.shown.json": OPENING.replace(b",", b", ", 1)}, 0, 4, "shown")
    write("unreadable-no-keys", {k: v for k, v in TWO.items() if k != "keys.txt"}, 0, None, "unreadable", keys=None)
    write("unreadable-no-records", {"keys.txt": KEYS.encode()}, 0, None, "unreadable")


def confirmed(by: Passkey, row: Row | None = None, more: str = "", **facts: object) -> Files:
    """Return a pack with one statement that a passkey confirmed, a minute after it was laid before its owner."""
    said = statement(1, grade="g1", key=by.key)
    line = canonical(said)
    made = note(line, LOG.line(line + b"\n"), below(row or by.row(line)), more)
    about = {"asked_at": said["at"], **facts}
    after = record(4, said, **about) | {"at": "2026-11-24T01:32:00.000Z"}
    files = {"statements/4.statement": made, "records/4.json": canonical(after), "keys.txt": KEYS.encode()}
    return files | enrolled(1, passkey_record(by.key))


def passkey_record(key: str, kind: str = "bound", log: str = ORIGIN, **changed: object) -> Row:
    """Return the first record of a log, which tells of a passkey of the approver of level 1."""
    data: Row = {"person": "u_0000000000000001", "aaguid": "", "synced": 1}
    about = {"v": 1, "log": log, "seq": 1, "prev": ZEROS, "at": "2026-11-20T01:00:00.000Z", "type": f"passkey.{kind}"}
    more = {"key": key} if kind != "reset" else {}
    return {**about, "ok": True, "data": data | more, **changed}


def enrolled(place: int, row: Row, key: Key | None = None) -> Files:
    """Return the excerpt of a log of one record, below `passkeys/`."""
    line, log = canonical(row), key or {ORIGIN: LOG, OTHER: NET}[row["log"]]
    root = base64.b64encode(hashlib.sha256(b"\0" + line).digest()).decode()
    text = f"{log.name}\n1\n{root}\n"
    proof = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{text}\n{log.line(text.encode())}".encode()
    files = {"records/1.json": line, "proofs/1.tlog-proof": proof, "keys.txt": KEYS.encode()}
    return {f"passkeys/{place}/{path}": data for path, data in files.items()}


def enrolments() -> None:
    """Whose key it is: the record that bound it, proved in an excerpt of whichever log it stands in."""
    key = Passkey()
    plain = {path: data for path, data in confirmed(key).items() if not path.startswith("passkeys/")}
    bound = passkey_record(key.key)
    later, before = "2026-11-23T00:00:00.000Z", "2026-11-19T00:00:00.000Z"
    elsewhere = enrolled(2, passkey_record(key.key, log=OTHER)) | enrolled(7, passkey_record("aa" * 32))
    write("good-bound-in-another-log", plain | elsewhere, 1, None, "")
    write("good-bound-own-keys", plain | enrolled(1, bound), 1, None, "", keys=None)
    ended = passkey_record(key.key, "revoked", OTHER, at="2026-11-24T01:31:00.001Z")
    write("good-bound-revoked-later", plain | enrolled(1, bound) | enrolled(2, ended), 1, None, "")
    early = passkey_record(key.key, "reset", OTHER, at=before)
    write("good-bound-after-a-reset", plain | enrolled(1, bound) | enrolled(2, early), 1, None, "")
    other = passkey_record("aa" * 32, "revoked", OTHER, at=later)
    write("good-bound-another-revoked", plain | enrolled(1, bound) | enrolled(2, other), 1, None, "")
    refused = passkey_record(key.key, "revoked", OTHER, at=later, ok=False)
    write("good-bound-revoking-refused", plain | enrolled(1, bound) | enrolled(2, refused), 1, None, "")
    stranger = bound["data"] | {"person": "u_0000000000000002"}
    rows = {
        "another-person": bound | {"data": stranger},
        "another-key": passkey_record("aa" * 32),
        "offered": bound | {"type": "passkey.offered"},
        "refused": bound | {"ok": False},
        "ok-1": bound | {"ok": 1},
        "afterwards": bound | {"at": "2026-11-24T01:31:00.001Z"},
        "at-no-time": bound | {"at": "2026"},
        "no-person": bound | {"data": {"key": key.key}},
    }
    bad = {name: enrolled(1, row) for name, row in rows.items()}
    bad |= {
        f"{kind}-since": enrolled(1, bound) | enrolled(2, passkey_record(key.key, kind, OTHER, at=later))
        for kind in ("revoked", "reset")
    }
    good = enrolled(1, bound)
    forged = {**good, "passkeys/1/records/1.json": canonical(bound | {"at": before})}
    bad |= {"missing": {}, "stranger": enrolled(1, bound, STRANGER), "forged": forged}
    bad |= {"unproved": {path: data for path, data in good.items() if "proofs" not in path}}
    bad |= {"not-numbered": {path.replace("/1/", "/x/", 1): data for path, data in good.items()}}
    bad |= {"whole-log": {"passkeys/1/records.jsonl": canonical(bound) + b"\n", "passkeys/1/keys.txt": KEYS.encode()}}
    bad |= {"in-the-case-alone": {"records/1.json": canonical(bound)}}
    for name, files in bad.items():
        write(f"bound-{name}", plain | files, 0, 4, "bound")


def good_passkeys() -> None:
    for kind in ("es256", "eddsa", "rs256"):
        write(f"good-passkey-{kind}", confirmed(Passkey(kind)), 1, None, "")
    key = Passkey()
    line = canonical(statement(1, grade="g1", key=key.key))
    write("good-passkey-more-of-the-browser", confirmed(key, key.row(line, other="…")), 1, None, "")
    write("good-passkey-port", confirmed(key, key.row(line, origin="https://hr.example.cn:8443")), 1, None, "")


def bad_passkeys() -> None:
    for kind in ("es256", "eddsa", "rs256"):
        key = Passkey(kind)
        line = canonical(statement(1, grade="g1", key=key.key))
        signature = bytearray(decoded(key.row(line)["signature"]))
        signature[-1] ^= 1
        rows = {"spoiled": {"signature": coded(bytes(signature))}, "cut": {"signature": coded(bytes(signature)[:-1])}}
        for name, changed in rows.items():
            write(f"passkey-{kind}-{name}", confirmed(key, key.row(line) | changed), 0, 4, "passkey")
    key = Passkey()
    line = canonical(statement(1, grade="g1", key=key.key))
    good = key.row(line)
    rows = {
        "another-statement": key.row(canonical(statement(2))),
        "without-lf": key.row(line + b"\n"),
        "no-verification": key.row(line, flags=1),
        "no-presence": key.row(line, flags=4),
        "another-site": key.row(line, site="hr.example.com"),
        "another-origin": key.row(line, origin="https://hr.example.com"),
        "no-origin": key.row(line, origin="hr.example.cn"),
        "of-making": key.row(line, type="webauthn.create"),
        "framed": key.row(line, crossOrigin=True),
        "cross-origin-0": key.row(line, crossOrigin=0),
        "cross-origin-null": key.row(line, crossOrigin=None),
        "cross-origin-text": key.row(line, crossOrigin="false"),
        "origin-list": key.row(line, origin=["https://hr.example.cn"]),
        "client-nan": key.row(line, other=float("nan")),
        "client-long": key.row(line, other="x" * 1000),
        "client-bom": _resigned(key, line, lambda said: b"\xef\xbb\xbf" + said),
        "client-not-utf8": _resigned(key, line, lambda said: said[:-1] + b',"x":"\xff"}'),
        "another-member": good | {"extra": ""},
        "key-member": good | {"key": good["key"] | {"alg": "ES256"}},
        "key-off-the-curve": good | {"key": good["key"] | {"y": good["key"]["x"]}},
        "stranger": Passkey(word="stranger").row(line),
        "padded": good | {"client": good["client"] + "="},
        "short-data": good | {"authenticator": good["authenticator"][:40]},
        "number": good | {"credential": 1},
        "signature-zeros": good | {"signature": coded(bytes.fromhex("3006020100020100"))},
        "signature-long-form": good | {"signature": coded(_long_form(decoded(good["signature"])))},
    }
    for name, row in rows.items():
        write(f"passkey-{name}", confirmed(key, row), 0, 4, "passkey")
    said = statement(1, grade="g1", key=key.key)
    write("passkey-missing", case(said), 0, 4, "passkey")
    lines = {"of-another": below(good, "u_0000000000000002"), "other-id": below(good, key="00" * 32)}
    for name, each in lines.items():
        files = {"statements/4.statement": note(line, LOG.line(line + b"\n"), each)}
        write(f"passkey-{name}", confirmed(key) | files, 0, 4, "passkey")
    write("passkey-twice", confirmed(key, more=below(good)), 0, 4, "passkey")
    write("record-passkey-asked-never", confirmed(key, asked_at=""), 0, 4, "record")
    odd = record(4, said, asked_at=said["at"]) | {"at": "\uff00"}
    write("record-passkey-at-no-time", confirmed(key) | {"records/4.json": canonical(odd)}, 0, 4, "record")
    early = record(4, said, asked_at=said["at"]) | {"at": "2026-11-24T01:30:59.999Z"}
    write("record-passkey-before", confirmed(key) | {"records/4.json": canonical(early)}, 0, 4, "record")


def _resigned(key: Passkey, line: bytes, change: Callable[[bytes], bytes]) -> Row:
    """Return a row whose client data are of other bytes, and signed as such."""
    row = key.row(line)
    said = change(decoded(row["client"]))
    made = key.sign(decoded(row["authenticator"]) + hashlib.sha256(said).digest())
    return row | {"client": coded(said), "signature": coded(made)}


def weak_passkeys() -> None:
    """Ed25519 keys of small order: R the neutral element and S zero are a signature by the first of them over all."""
    field, made = 2**255 - 19, coded((1).to_bytes(32, "little") + bytes(32))
    for name, y in {"order-one": 1, "order-one-not-canonical": field + 1, "order-two": field - 1}.items():
        public = y.to_bytes(32, "little")
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": coded(public)}
        line = canonical(statement(1, grade="g1", key=hexed(canonical(jwk))))
        row = Passkey("eddsa").row(line) | {"key": jwk, "signature": made}
        files = {"statements/4.statement": note(line, LOG.line(line + b"\n"), below(row))}
        about = record(4, json.loads(line), asked_at=json.loads(line)["at"]) | {"at": "2026-11-24T01:32:00.000Z"}
        write(f"passkey-{name}", files | {"records/4.json": canonical(about)}, 0, 4, "passkey")


def certified() -> None:
    """Write what a certification authority's signature may be, and may not."""
    for each in certificates.cases(rsa_key()):
        said = statement(1, grade="g2", key=each.signer)
        line = canonical(said)
        made = note(line, LOG.line(line + b"\n"), authoritys(said["approver"], each.signer, each.of(line)))
        after = record(4, said, asked_at=said["at"]) | {"at": "2026-11-24T01:32:00.000Z"}
        pack = {"statements/4.statement": made, "records/4.json": canonical(after), "keys.txt": KEYS.encode()}
        pack |= {"statements/roots.pem": each.roots.encode()} if each.roots else {}
        at, code = (4, each.code) if each.code else (None, "")
        write(each.name, pack, 0 if code else 1, at, code, roots=each.own_roots)
    key = certificates.PERSON.digest
    said = statement(1, grade="g2", key=key)
    line = canonical(said)
    signature = authoritys(said["approver"], key, certificates.Signature().made(line))
    for name, lines in {
        "missing": (),
        "twice": (signature, signature),
        "under-another-name": (authoritys("u_0000000000000002", key, certificates.Signature().made(line)),),
        "as-a-passkey": (signature.replace("— ", "— ", 1)[:-2] + "\n",),
    }.items():
        files = {"statements/4.statement": note(line, LOG.line(line + b"\n"), *lines)}
        files |= {"records/4.json": canonical(record(4, said, asked_at=said["at"])), "keys.txt": KEYS.encode()}
        code = "line" if name == "as-a-passkey" else "certificate"
        write(f"certificate-line-{name}", files, 0, 4, code)
    files = {"statements/4.statement": note(line, LOG.line(line + b"\n"), signature)}
    files |= {"records/4.json": canonical(record(4, said)), "statements/roots.pem": certificates.ROOT.pem.encode()}
    write("record-certificate-asked-never", files, 0, 4, "record")
    files |= {"statements/roots.pem": certificates.ROOT.pem.replace("MI", "MA", 1).encode()}
    write("unreadable-roots", files, 0, None, "unreadable")


def authoritys(name: str, key: str, made: bytes) -> str:
    """Return the line of a certification authority's signature below a statement."""
    key_id = hashlib.sha256(name.encode() + b"\n\xffshouyue/cms" + bytes.fromhex(key)).digest()[:4]
    return f"— {name} {base64.b64encode(key_id + made).decode()}\n"


def _long_form(signature: bytes) -> bytes:
    return b"\x30\x81" + signature[1:]


def main() -> None:
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    signed = (good_passkeys, bad_passkeys, weak_passkeys, certified)
    for part in (good, *signed, enrolments, malformed, unsigned, other_records, unchained):
        part()


if __name__ == "__main__":
    main()
