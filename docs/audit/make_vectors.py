"""Write `vectors/`: packs with the answer a verifier must give, always the same bytes.

The trees follow the recursive definition of RFC 6962 and the signatures are `cryptography`'s, so that the vectors owe
nothing to the programs they try. Each case says by hand what is wrong and where.
"""

import base64
import hashlib
import hmac
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = Path(__file__).parent / "vectors"
ORIGIN = "shouyue/huachen/net"
ZEROS, TIME = "0" * 64, 1788249600
Record = dict[str, Any]
Files = dict[str, bytes]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree(lines: list[bytes]) -> bytes:
    """Return the Merkle tree hash by its definition (RFC 6962, 2.1)."""
    if len(lines) < 2:
        return sha256(b"\x00" + lines[0]) if lines else sha256(b"")
    half = 1 << (len(lines) - 1).bit_length() - 1
    return sha256(b"\x01" + tree(lines[:half]) + tree(lines[half:]))


def path(index: int, lines: list[bytes]) -> list[bytes]:
    """Return the audit path by its definition (RFC 6962, 2.1.1)."""
    if len(lines) == 1:
        return []
    half = 1 << (len(lines) - 1).bit_length() - 1
    if index < half:
        return [*path(index, lines[:half]), tree(lines[half:])]
    return [*path(index - half, lines[half:]), tree(lines[:half])]


class Key:
    """A signing key made from its name, so that it is the same in each run."""

    def __init__(self, name: str, kind: int = 1, seed: str = "") -> None:
        self.name, self.kind = name, kind
        self.private = Ed25519PrivateKey.from_private_bytes(sha256(f"vectors {seed or name}".encode()))
        self.material = bytes([kind]) + self.private.public_key().public_bytes_raw()
        self.id = sha256(name.encode() + b"\n" + self.material)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{b64(self.material)}"

    def line(self, text: str) -> str:
        if self.kind == 1:
            return self.shown(self.private.sign(text.encode()))
        cosigned = self.private.sign(f"cosignature/v1\ntime {TIME}\n{text}".encode())
        return self.shown(TIME.to_bytes(8, "big") + cosigned)

    def shown(self, signature: bytes) -> str:
        return f"— {self.name} {b64(self.id + signature)}\n"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


LOG = Key(ORIGIN)
WITNESS = Key("witness.huachen/w1", 4)
OTHER_WITNESS = Key("witness.huachen/w2", 4)
STRANGER = Key(ORIGIN, seed="a stranger's key under the log's name")
OTHER_LOG = Key("shouyue/huachen/bank")
ODD = 'a\u2028b\u0085c\rd\n\t"\\/\x01\x7f 🙂 𠮷 é\u200b'


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def chain(count: int, origin: str = ORIGIN, **more: Any) -> list[bytes]:
    lines: list[bytes] = []
    while len(lines) < count:
        lines.append(canonical(record(len(lines) + 1, lines[-1] if lines else None, origin, **more)))
    return lines


def record(seq: int, before: bytes | None, origin: str = ORIGIN, **more: Any) -> Record:
    head = {"v": 1, "log": origin, "seq": seq, "prev": ZEROS if before is None else sha256(before).hex()}
    rest = {"at": f"2026-09-01T08:{seq // 60:02}:{seq % 60:02}.000Z", "type": "request.filed", "ok": True}
    return head | rest | {"actor": {"sub": "u_7f3", "via": "dingtalk"}} | more


def rewritten(lines: list[bytes], at: int, change: Callable[[bytes], bytes]) -> list[bytes]:
    """Change one line and chain the ones after it again, as somebody would who can write the log."""
    done = [*lines[: at - 1], change(lines[at - 1])]
    for line in lines[at:]:
        done.append(canonical({**json.loads(line), "prev": sha256(done[-1]).hex()}))
    return done


def edited(lines: list[bytes], at: int, change: Callable[[bytes], bytes]) -> list[bytes]:
    return [*lines[: at - 1], change(lines[at - 1]), *lines[at:]]


def setting(**members: Any) -> Callable[[bytes], bytes]:
    """Make a change that gives a record other members, in canonical form."""
    return lambda line: canonical({**json.loads(line), **members})


def text_of(lines: list[bytes], size: int | None = None, origin: str = ORIGIN, root: bytes | None = None) -> str:
    size = len(lines) if size is None else size
    return f"{origin}\n{size}\n{b64(root or tree(lines[:size]))}\n"


def note(text: str, *keys: Key) -> bytes:
    return (text + "\n" + "".join(key.line(text) for key in keys)).encode()


def jsonl(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def whole(lines: list[bytes], signed: list[bytes] | None = None, sizes: tuple[int, ...] = (3, 5, 8)) -> Files:
    """Make a pack of a log; its checkpoints are over `signed`, the log as it was. The odd sizes here are witnessed."""
    signed = lines if signed is None else signed
    files = {"records.jsonl": jsonl(lines)}
    for size in sizes:
        keys = (LOG, WITNESS) if size % 2 else (LOG,)
        files[f"checkpoints/{size}.checkpoint"] = note(text_of(signed, size), *keys)
    return files


def proof(index: int, hashes: list[bytes], checkpoint: bytes) -> bytes:
    head = f"c2sp.org/tlog-proof@v1\nindex {index}\n" + "".join(b64(each) + "\n" for each in hashes)
    return head.encode() + b"\n" + checkpoint


def excerpt(lines: list[bytes], seqs: tuple[int, ...], size: int | None = None, *keys: Key) -> Files:
    """Make an honest excerpt of some records."""
    size = len(lines) if size is None else size
    checkpoint = note(text_of(lines, size), *(keys or (LOG, WITNESS)))
    records = {f"records/{seq}.json": lines[seq - 1] for seq in seqs}
    proofs = {seq: proof(seq - 1, path(seq - 1, lines[:size]), checkpoint) for seq in seqs}
    return records | {f"proofs/{seq}.tlog-proof": data for seq, data in proofs.items()}


def code_of(text: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in sha256(text))
    letters = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ"[int(bits[at : at + 5], 2)] for at in range(0, 40, 5)]
    return "".join([*letters[:4], "-", *letters[4:]])


def commitment(key: bytes, label: str, value: object) -> str:
    return hmac.new(key, label.encode() + b"\x00" + canonical(value), hashlib.sha256).hexdigest()


def shown(data: bytes) -> str | dict[str, str]:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64(data)}


def codes_of(files: Files, signed: int) -> list[str]:
    """Return the codes of the good checkpoints: of a log those up to `signed`, of an excerpt the first so many."""
    is_whole = "records.jsonl" in files
    notes = {int(match[1]): data for name, data in files.items() if (match := PLACE.fullmatch(name))}
    good = [size for size in sorted(notes) if size <= signed] if is_whole else sorted(notes)[:signed]
    return list(dict.fromkeys(code_of(notes[each].split(b"\n\n")[not is_whole] + b"\n") for each in good))


EIGHT = chain(8)
WHOLE = whole(EIGHT)
PLACE = re.compile(r"(?:checkpoints|proofs)/([1-9][0-9]*)[.](?:checkpoint|tlog-proof)")
KEYS = f"# keys\r\n{LOG.vkey}\r\n\t {WITNESS.vkey} # the auditors'\n\n{OTHER_WITNESS.vkey}"
PERSON, PICTURE = sha256(b"a person's key"), b"\x89PNG a picture"
ALL, AT_6, AT_8 = (8, 8, 5), (5, 5, 5), (8, 5, 5)  # records, signed, witnessed: good; bad record 6; bad checkpoint 8


def case(name: str, files: Files, counts: tuple[int, int, int] = ALL, keys: str | None = KEYS, **answer: Any) -> None:
    """Write a case: `counts` are records, signed and witnessed; without `keys` those of the pack are to be used."""
    records, signed, witnessed = counts
    expected = {"ok": True, "log": ORIGIN, "records": records, "signed": signed, "witnessed": witnessed}
    expected |= {"codes": codes_of(files, signed) if signed else [], "first_bad": None, "code": ""}
    expected |= {"keys": "pack" if keys is None else "given"} | answer
    pack = {name: shown(data) for name, data in sorted(files.items())}
    text = json.dumps({"pack": pack, "keys": keys, "expected": expected}, ensure_ascii=False, indent=1)
    with (HERE / f"{name}.json").open("x", encoding="utf-8") as file:
        file.write(text + "\n")


def bad(name: str, files: Files, at: int | None, code: str, counts: tuple[int, int, int], **more: Any) -> None:
    """Write a pack that must be found bad at a position."""
    case(f"{code}-{name}", files, counts, ok=False, first_bad=at, code=code, **more)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = {"a": value} if depth % 2 else [value]
    return value


def good() -> None:
    case("good-empty", {"records.jsonl": b""}, (0, 0, 0), log="")
    for size in (1, 2, 7, 33):
        case(f"good-{size:02}", whole(chain(size), sizes=(size,)), (size, size, size if size % 2 else 0))
    case("good-nothing-signed-yet", whole(EIGHT, sizes=()), (8, 0, 0))
    case("good-unsigned-tail", whole(EIGHT, sizes=(1, 3)), (8, 3, 3))
    values = {"note": ODD, "n": 2**53 - 1, "m": 1 - 2**53, "": [], "~": {}, "null": None, "__proto__": {"v": 2}}
    case("good-odd-values", whole(chain(8, data=values)))
    others = {f"checkpoints/{name}": b"" for name in ("0.checkpoint", "08.checkpoint", "8.txt", "x/8.checkpoint")}
    case("good-other-files-and-members", whole(chain(8, new={"x": 1})) | others | {"timeline.pdf": b"\xff"})
    case("good-keys-of-the-pack", WHOLE | {"keys.txt": KEYS.encode()}, keys=None)
    case("good-key-of-an-unused-type", WHOLE, (8, 8, 0), f"{LOG.vkey}\nsome.one/k+12345678+{b64(bytes([6, 1]))}")
    text, strange = text_of(EIGHT), [Key("some.one/x"), Key("witness\u2028unknown", 4), STRANGER]
    several = note(text, strange[0], LOG, WITNESS, *strange[1:], OTHER_WITNESS)
    case("good-unknown-signers", WHOLE | {"checkpoints/8.checkpoint": several}, (8, 8, 8))
    many = note(text, LOG, *(Key(f"unknown/{number}") for number in range(99)))
    case("good-hundred-signatures", whole(EIGHT, sizes=()) | {"checkpoints/8.checkpoint": many}, (8, 8, 0))
    case("good-depth-100", whole(chain(8, data=nested(99))))
    case("good-excerpt-all", excerpt(EIGHT, tuple(range(1, 9))), (8, 8, 8))
    case("good-excerpt-of-33", excerpt(chain(33), (1, 16, 17, 33)), (4, 4, 4))
    case("good-excerpt-size-one", excerpt(EIGHT, (1,), 1), (1, 1, 1))
    case("good-excerpt-of-nothing-proved", {"records/x.json": b"", "proofs/1.tlog-proof": b""}, (0, 0, 0), log="")
    two = excerpt(EIGHT, (2, 3), 5, LOG) | excerpt(EIGHT, (7,), 8) | {"checkpoints/8.checkpoint": b""}
    case("good-excerpt-two-checkpoints", two, (3, 3, 1))
    extra = {name: data.replace(b"index", b"extra eHl6\nindex") for name, data in excerpt(EIGHT, (4,)).items()}
    case("good-excerpt-extra-line", extra, (1, 1, 1))
    chained = edited(EIGHT, 6, setting(prev=ZEROS))
    case("good-excerpt-prev-unseen", excerpt(chained, (4, 6)), (2, 2, 2))


def openings() -> None:
    lines, digests = chain(6), sha256(PICTURE).hex()
    pd = {"name": commitment(PERSON, "name", "张伟𠮷"), "phones": commitment(PERSON, "phones", {"b": [1], "a": None})}
    lines.append(canonical(record(7, lines[-1], pd=pd)))
    ev = {"ct": ZEROS, "pt": commitment(PERSON, "evidence", digests), "size": len(PICTURE), "type": "image/png"}
    lines.append(canonical(record(8, lines[-1], ev=[ev])))
    name: Record = {"seq": 7, "label": "name", "value": "张伟𠮷", "key": PERSON.hex()}
    phones = name | {"label": "phones", "value": {"b": [1], "a": None}}
    file: Record = {"seq": 8, "evidence": 0, "file": "evidence/1.png", "key": PERSON.hex()}

    def pack(*rows: Record | bytes, base: Files | None = None) -> Files:
        written = jsonl([row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows])
        return (base or whole(lines)) | {"evidence/1.png": PICTURE, "openings.jsonl": written}

    case("good-openings", pack(file, phones, name))
    long = "evidence/" + "a" * 100
    case("good-opening-of-a-long-name", pack(file | {"file": long}) | {long: PICTURE})
    case("good-excerpt-openings", pack(name, file, base=excerpt(lines, (7, 8))), (2, 2, 2))
    bad("other-value", pack(phones, name | {"value": "张炜"}), 7, "opening", (6, 5, 5))
    bad("key-in-capitals", pack(name | {"key": PERSON.hex().upper()}), 7, "opening", (6, 5, 5))
    bad("other-label", pack(phones, name | {"label": "phones"}), 7, "opening", (6, 5, 5))
    bad("label-number", pack(name | {"label": 1}), 7, "opening", (6, 5, 5))
    bad("no-commitments", pack(name | {"seq": 6}), 6, "opening", AT_6)
    rows = {"seq-9": name | {"seq": 9}, "seq-0": name | {"seq": 0}, "seq-true": name | {"seq": True}}
    texts = {
        "cut": b'{"seq":7,',
        "fraction": b'{"seq":7,"x":1.5}',
        "deep": canonical(name | {"x": nested(100)}),
        "empty-line": b"",
        "not-utf8": b"\xff",
    }
    for each, row in (rows | texts).items():
        bad(each, pack(name, row), 9, "opening", ALL)
    bad("excerpt-seq-nowhere", pack(name | {"seq": 6}, base=excerpt(lines, (7, 8))), 3, "opening", (2, 2, 2))
    bad("before-the-checkpoint", pack(file | {"key": ZEROS}, base=whole(lines, EIGHT)), 8, "opening", (7, 5, 5))
    wrong: dict[str, Record] = {"file-missing": {"file": "evidence/2.png"}, "evidence-minus-one": {"evidence": -1}}
    others = {
        "slash": "evidence/1.png/",
        "dot": "evidence/./1.png",
        "folder": "evidence/a/1.png",
        "hidden": "evidence/.a",
    }
    others |= {
        "long": long + "a",
        "two-slashes": "evidence//1.png",
        "script": "evidence/１.png",
        "capital": "Evidence/1.png",
    }
    wrong |= {f"file-{each}": {"file": path} for each, path in others.items()}
    wrong |= {"file-outside": {"file": "evidence/../evidence/1.png"}, "evidence-false": {"evidence": False}}
    for each, members in wrong.items():
        bad(each, pack(file | members), 8, "opening", (7, 5, 5))
    bad("file-changed", pack(file) | {"evidence/1.png": PICTURE + b"!"}, 8, "opening", (7, 5, 5))
    other_size = whole(edited(lines, 8, setting(ev=[ev | {"size": 1}])))
    bad("other-size", pack(file, base=other_size), 8, "opening", (7, 5, 5))


def bad_records() -> None:
    """Lines the log itself wrote wrongly: all is signed, so only the line can be at fault."""
    changes: dict[str, Callable[[bytes], bytes]] = {
        "line-not-utf8": lambda line: line.replace(b"dingtalk", b"ding\xfftalk"),
        "line-surrogate": lambda line: line.replace(b"dingtalk", b"\\ud800"),
        "line-space": lambda line: line.replace(b'"seq":6', b'"seq": 6'),
        "line-unsorted": lambda line: line[:-1] + b',"a":1}',
        "line-member-twice": lambda line: b'{"actor":{"sub":"u_7f3","via":"dingtalk"},' + line[1:],
        "line-fraction": lambda line: line.replace(b'"seq":6', b'"seq":6.0'),
        "line-nan": lambda line: line.replace(b'"seq":6', b'"seq":NaN'),
        "line-too-large": setting(x=[{"y": 2**53}]),
        "line-gigantic": lambda line: line.replace(b'"seq":6', b'"seq":' + b"9" * 5000),
        "line-deep-list": setting(x=nested(100)),
        "line-deep-object": setting(x=nested(101)),
        "line-name-not-ascii": setting(x=[{"名": 1}]),
        "line-v-2": setting(v=2, log="x", seq=5, prev=ZEROS),
        "line-v-true": setting(v=True),
        "log-other": setting(log=OTHER_LOG.name, seq=5, prev=ZEROS),
        "seq-again": setting(seq=5, prev=ZEROS),
        "prev-zeros": setting(prev=ZEROS),
        "prev-capitals": lambda line: setting(prev=json.loads(line)["prev"].upper())(line),
    }
    for name, change in changes.items():
        code, name = name.split("-", 1)
        bad(name, whole(rewritten(EIGHT, 6, change)), 6, code, AT_6)
    bad("first", whole(rewritten(EIGHT, 1, lambda line: line + b" ")), 1, "line", (0, 0, 0), log="")
    bad("first", whole(rewritten(EIGHT, 1, setting(log=None))), 1, "log", (0, 0, 0), log="")
    bad("first-true", whole(rewritten(EIGHT, 1, setting(seq=True))), 1, "seq", (0, 0, 0))
    bad("first", whole(rewritten(EIGHT, 1, setting(prev=sha256(b"").hex()))), 1, "prev", (0, 0, 0))
    cut = WHOLE["records.jsonl"]
    bad("missing", WHOLE | {"records.jsonl": cut[:-1]}, 8, "end", (7, 5, 5))
    bad("cut-line", WHOLE | {"records.jsonl": cut[:-20]}, 8, "end", (7, 5, 5))
    bad("first", {"records.jsonl": EIGHT[0]}, 1, "end", (0, 0, 0), log="")


def tampering() -> None:
    """What somebody does to a log whose checkpoints were kept."""
    changed, dated = setting(ok=False), setting(at="2020-01-01T00:00:00.000Z")
    inserted = [*EIGHT[:2], canonical(record(3, EIGHT[1], ok=False)), *EIGHT[2:]]
    bad("edited", whole(edited(EIGHT, 4, changed), EIGHT), 5, "prev", (4, 3, 3))
    bad("rechained", whole(rewritten(EIGHT, 4, changed), EIGHT), 4, "root", (5, 3, 3))
    bad("back-dated", whole(rewritten(EIGHT, 6, dated), EIGHT), 6, "root", AT_8)
    bad("deleted", whole([*EIGHT[:3], *EIGHT[4:]], EIGHT), 4, "seq", (3, 3, 3))
    bad("inserted", whole(inserted, EIGHT), 1, "root", (3, 0, 0))
    bad("one", whole(EIGHT[:7], EIGHT), 8, "truncated", (7, 5, 5))
    bad("all", whole([], EIGHT), 1, "truncated", (0, 0, 0), log="")
    bad("unread", WHOLE | {"checkpoints/10.checkpoint": b""}, 9, "truncated", ALL)


def bad_notes() -> None:
    text, root = text_of(EIGHT), b64(tree(EIGHT))
    honest = note(text, LOG).decode()
    notes = {
        "loose-base64": note(f"{ORIGIN}\n8\n{root[:-2]}{chr(ord(root[-2]) + 1)}=\n", LOG),
        "other-origin-not-signed-well": note(text_of(EIGHT, origin=OTHER_LOG.name), STRANGER),
        "crlf": honest.replace("\n", "\r\n").encode(),
        "line-after": (honest + "hello\n").encode(),
        "not-padded": (honest + f"— a.b/c {b64(bytes(5))[:-1]}\n").encode(),
        "name-with-nel": (honest + f"— a\u0085b {b64(bytes(70))}\n").encode(),
        "101-signatures": note(text, LOG, *(Key(f"unknown/{number}") for number in range(100))),
        "not-utf8": honest.encode().replace("—".encode(), b"\x97"),
    }
    for name, data in notes.items():
        bad(name, WHOLE | {"checkpoints/8.checkpoint": data}, 6, "note", AT_8)
    raw, first, late = LOG.private.sign(text.encode()), LOG.line(text), (TIME + 1).to_bytes(8, "big")
    cosigned = WITNESS.private.sign(f"cosignature/v1\ntime {TIME}\n{text}".encode())
    beyond = int.from_bytes(raw[32:], "little") + 2**252 + 27742317777372353535851937790883648493  # S + L
    lines = {
        "stranger": STRANGER.line(text),
        "only-a-witness": WITNESS.line(text),
        "only-another-log": OTHER_LOG.line(text),
        "s-plus-order": LOG.shown(raw[:32] + beyond.to_bytes(32, "little")),
        "one-good-one-bad": first + LOG.shown(bytes([raw[0] ^ 1]) + raw[1:]),
        "another-log-badly": first + OTHER_LOG.shown(raw),
        "other-time": first + WITNESS.shown(late + cosigned),
        "witness-as-a-log": first + WITNESS.shown(late + WITNESS.private.sign(text.encode())),
    }
    keys = f"{KEYS}\n{OTHER_LOG.vkey}"
    for name, each in lines.items():
        changed = {"checkpoints/8.checkpoint": f"{text}\n{each}".encode()}
        bad(name, WHOLE | changed, 6, "signature", AT_8, keys=keys)
    forged = note(text_of(chain(3, ok=False)), STRANGER)
    bad("before-root", WHOLE | {"checkpoints/3.checkpoint": forged}, 1, "signature", (3, 0, 0))


def bad_excerpts() -> None:
    base, right, forged = excerpt(EIGHT, (3, 6)), path(5, EIGHT), chain(8, ok=False)
    name, checkpoint = "proofs/6.tlog-proof", note(text_of(EIGHT), LOG, WITNESS)
    cases: dict[str, Files] = {
        "proof-other-index": {name: proof(4, right, checkpoint)},
        "proof-extra-hash": {name: proof(5, [*right, bytes(32)], checkpoint)},
        "proof-too-small": {name: proof(5, right, note(text_of(EIGHT, 5), LOG, WITNESS))},
        "proof-size-zero": {name: proof(5, [], note(text_of(EIGHT, 0), LOG, WITNESS))},
        "proof-changed-record": {"records/6.json": setting(ok=False)(EIGHT[5])},
        "root-signed-twice": {name: proof(5, path(5, forged), note(text_of(forged), LOG)), "records/6.json": forged[5]},
        "signature-stranger": {name: proof(5, path(5, forged), note(text_of(forged), STRANGER))},
        "proof-64-hashes": {name: proof(5, right + [bytes(32)] * (64 - len(right)), checkpoint)},
        "note-65-hashes": {name: proof(5, right + [bytes(32)] * (65 - len(right)), checkpoint)},
        "note-index-with-zero": {name: proof(5, right, checkpoint).replace(b"index 5", b"index 05")},
        "note-a-bare-checkpoint": {name: checkpoint},
        "note-of-another-log": {name: proof(5, right, note(text_of(EIGHT, origin=OTHER_LOG.name), OTHER_LOG))},
    }
    for each, changed in cases.items():
        code, each = each.split("-", 1)
        bad(f"excerpt-{each}", base | changed, 6, code, (2, 1, 1))
    bad("excerpt-lf", base | {"records/6.json": EIGHT[5] + b"\n"}, 6, "line", (1, 1, 1))
    bad("excerpt-other-record", base | {"records/6.json": EIGHT[4]}, 6, "seq", (1, 1, 1))
    bad("excerpt-two-logs", base | {"records/6.json": chain(6, OTHER_LOG.name)[5]}, 6, "log", (1, 1, 1))
    alone = {key: data for key, data in base.items() if key != name}
    bad("excerpt-missing", alone, 6, "note", (2, 1, 1))
    bad("excerpt", excerpt(edited(EIGHT, 6, setting(prev=ZEROS)), (5, 6)), 6, "prev", (1, 1, 1))
    bad("excerpt-first", excerpt(edited(EIGHT, 1, setting(prev=sha256(b"").hex())), (1,)), 1, "prev", (0, 0, 0))
    bad("bare-in-a-whole-log", WHOLE | {"checkpoints/8.checkpoint": base[name]}, 6, "note", AT_8)


def unreadables() -> None:
    nothing = (None, "unreadable", (0, 0, 0))
    bad("nothing-there", {"readme.txt": b""}, *nothing, log="")
    bad("no-keys", WHOLE, *nothing, log="", keys=None)
    eighth = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7  # y of points of order 8
    field = 2**255 - 19
    small = {
        "one": 1,
        "two": field - 1,
        "four": 0,
        "four-negative": 2**255,
        "eight": eighth,
        "eight-other": field - eighth,
    }
    orders = {f"order-{each}": y.to_bytes(32, "little") for each, y in small.items()}
    points = {"y-too-large": (2**255 - 16).to_bytes(32, "little"), "negative-zero": (1 + 2**255).to_bytes(32, "little")}
    for name, point in (points | orders | {"off-the-curve": (2).to_bytes(32, "little"), "short": bytes(31)}).items():
        material = b"\x04" + point
        key_id = sha256(WITNESS.name.encode() + b"\n" + material)[:4].hex()
        bad(f"key-{name}", WHOLE, *nothing, log="", keys=f"{LOG.vkey}\n{WITNESS.name}+{key_id}+{b64(material)}\n")
    bad("key-id", WHOLE, *nothing, log="", keys=f"{LOG.vkey}\n{ORIGIN}+00000000+{b64(LOG.material)}\n")
    unused = b64(bytes([6]) + bytes(32))
    forms = {"id-short": f"a+1234567+{unused}", "id-capitals": f"a+1234567A+{unused}", "name": f"a b+12345678+{unused}"}
    forms |= {"no-name": f"+12345678+{unused}", "no-id": f"a++{unused}"}
    for name, line in forms.items():
        bad(f"key-of-an-unused-type-{name}", WHOLE, *nothing, log="", keys=f"{LOG.vkey}\n{line}\n")
    bad("key-base64", WHOLE, *nothing, log="", keys=LOG.vkey[:-1])
    bad("key-line", WHOLE | {"keys.txt": f"{LOG.vkey}\nhello\n".encode()}, *nothing, log="", keys=None)


def main() -> None:
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    for part in (good, openings, bad_records, tampering, bad_notes, bad_excerpts, unreadables):
        part()


if __name__ == "__main__":
    main()
