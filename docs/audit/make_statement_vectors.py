"""Write `statement_vectors/`: packs with 审批确认记录 and the answer a verifier must give, always the same bytes."""

import base64
import hashlib
import hmac
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def write(name: str, pack: Files, statements: int, at: int | None, code: str, keys: str | None = KEYS) -> None:
    answer = {
        "ok": not code,
        "statements": statements,
        "first_bad": at,
        "code": code,
        "keys": "given" if keys else "pack",
    }
    content = {path: _text(data) for path, data in sorted(pack.items())}
    vector = {"pack": content, "keys": keys, "expected": answer}
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
    write("good-passkey", case(statement(1, grade="g1", key="bb" * 32)), 1, None, "")
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
        "key-without-passkey": {"key": "bb" * 32},
        "another-member": {"extra": ""},
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
    write("missing-last", {k: v for k, v in TWO.items() if k != "statements/6.statement"}, 1, 6, "missing")
    write("missing-all", {k: v for k, v in TWO.items() if "statements/" not in k}, 0, 4, "missing")
    other = canonical({"key": SECRET.hex(), "value": SHOWN | {"title": "取消面试：马岱 · 尾号5566"}})
    write("shown-other-words", TWO | {"statements/4.shown.json": other}, 0, 4, "shown")
    wrong = canonical({"key": "00" * 32, "value": SHOWN})
    write("shown-other-key", TWO | {"statements/6.shown.json": wrong}, 1, 6, "shown")
    write("shown-spaces", TWO | {"statements/4.shown.json": OPENING.replace(b",", b", ", 1)}, 0, 4, "shown")
    write("unreadable-no-keys", {k: v for k, v in TWO.items() if k != "keys.txt"}, 0, None, "unreadable", keys=None)
    write("unreadable-no-records", {"keys.txt": KEYS.encode()}, 0, None, "unreadable")


def main() -> None:
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    for part in (good, malformed, unsigned, other_records, unchained):
        part()


if __name__ == "__main__":
    main()
