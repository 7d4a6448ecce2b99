"""Packs made to set two verifiers at odds: each class is one corner of format.md, changed before it is signed.

A pack that was spoiled after signing (making.py) mostly fails at the signature; here the attacker holds the log's key.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.audit.making import (
    KEYS,
    LOG,
    LOG_KEY,
    PERSON,
    PICTURE,
    WITNESS,
    Key,
    Pack,
    canonical,
    chain,
    checkpoint,
    commitment,
    digest_before,
    excerpt,
    openings,
    proof,
    root,
    whole,
)

Class = Callable[[], Iterator[Pack]]
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7  # y of points of order 8; P - y as well
SMALL = (1, P - 1, 0, ORDER_8, P - ORDER_8)
BEYOND = [P, P + 1, P + 3, 2**255 - 1]  # no canonical y
SPACES = [" ", "\t", "\r", "\x0b", "\x0c", "\x00", "\x7f", "\u0085", "\u00a0", "\u2028", "\u3000", "\ufeff", "\u200b"]
NUMBERS = ["-0", "0", "1.0", "1e0", "1E2", "01", "+1", "1.", "NaN", "Infinity", "0x1", "1_0", "９", "9007199254740991"]
NUMBERS += ["9007199254740992", "-9007199254740991", "-9007199254740992", "9" * 400, "9" * 5000, "1e400", "-1", "true"]
TEXTS = [
    "\\ud800",
    "\\udc00\\ud800",
    "\\ud83d\\ude00",
    "\\u0041",
    "\\/",
    "\\u000a",
    "\\u000A",
    "\\x41",
    "\u2028",
    "\x7f",
]
TEXTS += ["\u0085", "\ufffd", "\ufeff", "\\u007f", "\\b\\f", "😀", "e\u0301", "\\u0000", "\t", "'", "\\", "\\u12"]
NAMES = [
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"label"',
    '"seq"',
    '"名"',
    '""',
    '"\\u0061"',
    '"a\\nb"',
    '"0"',
    '"10"',
]
FILES = [
    "evidence/1.png",
    "evidence//1.png",
    "evidence/./1.png",
    "evidence/1.png/",
    "evidence/1.png/.",
    "evidence/",
    "/etc",
]
FILES += [
    "evidence/../evidence/1.png",
    "evidence/1.png\0",
    "evidence\\1.png",
    "Evidence/1.png",
    "evidence/1.PNG",
    "",
    ".",
]
FILES += [
    "evidence/.../1.png",
    "evidence/a/1.png",
    "./evidence/1.png",
    "evidence/1.png ",
    "evidence/..",
    "evidence/.hidden",
]
FILES += ["evidence/" + "a" * 99, "evidence/" + "a" * 100, "evidence/" + "a" * 101, "evidence/１.png", "evidence/a..b"]


def again(rows: Sequence[bytes]) -> list[bytes]:
    """Number and chain rows again where they still can be, so that what is odd stands in one line alone."""
    done: list[bytes] = []
    for row in rows:
        try:
            found = json.loads(row)
            done.append(canonical(found | {"prev": digest_before(done)}) if canonical(found) == row else row)
        except (ValueError, TypeError, RecursionError):
            done.append(row)
    return done


def lines_with(line: bytes, at: int = 6) -> list[bytes]:
    """Return a log in which one line is another."""
    rows = chain(8)
    rows[at - 1] = line
    return again(rows)


def rows_of(texts: Sequence[str], template: str) -> Iterator[Pack]:
    """Put each text into the template of a record, and that record into a whole log and into an excerpt, signed."""
    for text in texts:
        before = chain(8)[4]
        head = f'"log":"{LOG}","prev":"{hashlib.sha256(before).hexdigest()}","seq":6,"v":1'
        line = template.replace("HEAD", head).replace("TEXT", text)
        rows = lines_with(line.encode())
        yield whole(rows)
        yield excerpt(rows) | {"records/6.json": rows[5], "proofs/6.tlog-proof": proof(rows, 6)}


def numbers() -> Iterator[Pack]:
    yield from rows_of(NUMBERS, '{"data":TEXT,HEAD}')
    yield from rows_of([f"[{each}]" for each in NUMBERS], '{"a":{"b":TEXT},HEAD}')


def strings() -> Iterator[Pack]:
    yield from rows_of([f'"{each}"' for each in TEXTS], '{"data":TEXT,HEAD}')


def members() -> Iterator[Pack]:
    yield from rows_of([f"{{{each}:1}}" for each in NAMES], '{"data":TEXT,HEAD}')
    yield from rows_of([f"{{{each}:1,{each}:1}}" for each in NAMES], '{"data":TEXT,HEAD}')
    yield from rows_of(['"v":1,', '"v":2,', '"log":"x",'], "{TEXTHEAD}")
    yield from rows_of(['{"10":1,"9":2}', '{"9":2,"10":1}', '{"B":1,"a":1}', '{"a":1,"B":1}'], '{"data":TEXT,HEAD}')


def depths() -> Iterator[Pack]:
    for depth in (50, 97, 98, 99, 100, 101, 102, 500, 990, 995, 1000, 1001, 2000, 5000, 100_000):
        yield from rows_of(["[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth], '{"data":TEXT,HEAD}')
        value = "[" * depth + "]" * depth
        row = f'{{"seq":2,"label":"name","value":{value},"key":"{PERSON.hex()}"}}'
        yield whole(chain(8)) | {"openings.jsonl": row.encode()}


def endings() -> Iterator[Pack]:
    pack = whole(chain(8))
    for name in ("records.jsonl", "keys.txt", "openings.jsonl", "checkpoints/4.checkpoint"):
        data = pack[name]
        for made in (b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n"), data + b"\n", data[:-1], b"\n" + data):
            yield pack | {name: made}
        for each in SPACES:
            yield pack | {name: data + each.encode()}
            yield pack | {name: data.replace(b"\n", each.encode() + b"\n", 1)}
        yield pack | {name: b""}
        yield pack | {name: data + b"x" * 3_000_000}


def opened() -> Iterator[Pack]:
    """Openings in every spelling, of every shape."""
    key = PERSON.hex()
    good = {"seq": 2, "label": "name", "value": "张伟", "key": key}
    shapes: list[Any] = [
        None,
        True,
        0,
        -1,
        2,
        "2",
        "",
        "name",
        [],
        [2],
        {},
        {"a": 1},
        2**53 - 1,
        2**53,
        "\ufeff",
        "__proto__",
    ]
    for member in (*good, "evidence", "file"):
        for each in shapes:
            yield _opening(json.dumps(good | {member: each}))
            file = {"seq": 2, "evidence": 0, "file": "evidence/1.png", "key": key}
            yield _opening(json.dumps(file | {member: each}))
    text = json.dumps(good, ensure_ascii=False)
    for each in [*NUMBERS, *(f'"{one}"' for one in TEXTS)]:
        yield _opening(text.replace('"张伟"', each))
        yield _opening(text.replace("2", each, 1))
        yield _opening(text[:-1] + f',"more":[{each}]}}')
    for each in NAMES:
        yield _opening(text[:-1] + f",{each}:1}}")
        yield _opening(f"{{{each}:1," + text[1:])
    for space in SPACES:
        yield _opening(text + space)
        yield _opening(text.replace(":", f":{space}", 1))
    yield _opening(text + "\n\n" + text)
    yield _opening(text.replace("张伟", "x" * 2_000_000))
    yield _opening(text[:-1] + ',"note":"' + '\\"1.5e3' * 300_000 + '"}')
    yield _opening(text[:-1] + ',"note":"' + "\\\\" * 300_000 + '","n":1.5}')


def _opening(text: str) -> Pack:
    return whole(chain(8)) | {"openings.jsonl": text.encode("utf-8", "surrogatepass")}


def files() -> Iterator[Pack]:
    for name in FILES:
        row = {"seq": 2, "evidence": 0, "file": name, "key": PERSON.hex()}
        pack = whole(chain(8)) | {"openings.jsonl": json.dumps(row, ensure_ascii=False).encode()}
        yield pack
        if name.startswith("evidence/") and name.isprintable() and ".." not in name and name == name.strip("/. "):
            yield pack | {name: PICTURE}


def opened_records() -> Iterator[Pack]:
    """Records whose commitments and evidence are of other shapes than an opening expects."""
    mac = commitment("name", "张伟")
    shapes: list[Any] = [None, True, 0, "", mac, [], [mac], {}, {"name": None}, {"name": mac.upper()}, {"name": [mac]}]
    piece = json.loads(chain(2)[1])["ev"][0]
    pieces: list[Any] = [None, 0, "pt", {}, {"0": piece}, [None], ["pt"], [[piece]], [piece | {"size": True}], [{}]]
    pieces += [
        [piece | {"size": str(len(PICTURE))}],
        [piece | {"pt": [piece["pt"]]}],
        [piece | {"pt": None}],
        [piece, 1],
    ]
    for name, each in [*(("pd", one) for one in shapes), *(("ev", one) for one in pieces)]:
        rows = chain(8)
        rows[1] = canonical(json.loads(rows[1]) | {name: each})
        yield whole(again(rows))


def encoded(y: int, sign: int) -> bytes:
    return (y + (sign << 255)).to_bytes(32, "little")


def vkey(name: str, material: bytes) -> str:
    key_id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(material).decode()}"


def points() -> Iterator[Pack]:
    """Keys of small order and of no canonical encoding, with signatures that such keys make good."""
    pack, text = whole(chain(8)), checkpoint(chain(8), LOG_KEY).decode().partition("\n\n")[0] + "\n"
    for y in (*SMALL, *BEYOND, 2, 3, 4, 5):
        for sign in (0, 1):
            for kind, name in ((1, LOG), (4, WITNESS.name), (2, "a/b")):
                material = bytes([kind]) + encoded(y % 2**255, sign)
                yield pack | {"keys.txt": f"{KEYS}{vkey(name, material)}\n".encode()}
                signed = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
                for made in (encoded(1, 0) + bytes(32), encoded(P - 1, 0) + bytes(32), encoded(0, 0) + bytes(32)):
                    time = bytes(8) if kind == 4 else b""
                    line = f"— {name} {base64.b64encode(signed + time + made).decode()}\n"
                    note = f"{text}\n{LOG_KEY.line(text)}{line}".encode()
                    keys = f"{LOG_KEY.vkey}\n{vkey(name, material)}\n".encode()
                    yield pack | {"keys.txt": keys, "checkpoints/8.checkpoint": note}


def signatures() -> Iterator[Pack]:
    """S beyond the order, R of no canonical encoding, lengths that are not a signature's."""
    pack, text = whole(chain(8)), checkpoint(chain(8), LOG_KEY).decode().partition("\n\n")[0] + "\n"
    raw = LOG_KEY.private.sign(text.encode())
    scalar = int.from_bytes(raw[32:], "little")
    made = [raw[:32] + (scalar + times * L).to_bytes(32, "little") for times in range(1, 15)]
    made += [raw[:32] + (2**256 - 1).to_bytes(32, "little"), raw[:32] + L.to_bytes(32, "little"), raw[:32] + bytes(32)]
    made += [encoded(y % 2**255, sign) + bytes(32) for y in (*SMALL, *BEYOND) for sign in (0, 1)]
    made += [raw[:-1], raw + b"\0", raw[1:], b"", raw[:31], raw[:32], raw * 2, bytes(64), bytes(8) + raw]
    for each in made:
        line = f"— {LOG} {base64.b64encode(LOG_KEY.id + each).decode()}\n"
        yield pack | {"checkpoints/8.checkpoint": f"{text}\n{line}".encode()}
        yield pack | {"checkpoints/8.checkpoint": f"{text}\n{LOG_KEY.line(text)}{line}".encode()}
        cosigned = f"— {WITNESS.name} {base64.b64encode(WITNESS.id + each).decode()}\n"
        yield pack | {"checkpoints/8.checkpoint": f"{text}\n{LOG_KEY.line(text)}{cosigned}".encode()}


def key_lines() -> Iterator[Pack]:
    """Lines of keys.txt of every form."""
    name, key_id, coded = LOG_KEY.vkey.split("+", 2)
    unused = base64.b64encode(b"\x06" + bytes(32)).decode()
    forms = ["hello", "+", "++", f"{name}++{coded}", f"{name}+{key_id}+", f"+{key_id}+{coded}", f"{name}+{key_id}"]
    forms += [f"a+12345678+{unused}", f"a+1234567+{unused}", f"a+123456789+{unused}", f"a+1234567G+{unused}"]
    forms += [
        f"a+1234567A+{unused}",
        f"+12345678+{unused}",
        f"a b+12345678+{unused}",
        f"a++{unused}",
        f"a+xyz+{unused}",
    ]
    forms += [
        f"a\u0085b+12345678+{unused}",
        f"a+12345678+{unused[:-1]}",
        f"a+12345678+{unused} x",
        f"a+１2345678+{unused}",
    ]
    forms += [f"{name}+{key_id.upper()}+{coded}", f"{name}+{key_id}+{coded}=", f"{name}+{key_id}+{coded}+{coded}"]
    forms += [
        f"{name}+{key_id}+{coded[:-1]}",
        f"{name}+{key_id} +{coded}",
        f"{name} +{key_id}+{coded}",
        "#",
        "# x",
        " # y",
    ]
    forms += [f"{each}{LOG_KEY.vkey}{each}" for each in SPACES] + [f"{LOG_KEY.vkey}{each}#" for each in SPACES]
    forms += [f"a+12345678+{base64.b64encode(bytes([kind]) + bytes(32)).decode()}" for kind in (0, 1, 2, 4, 255)]
    forms += [f"a+12345678+{base64.b64encode(bytes([kind])).decode()}" for kind in (0, 1, 2, 4, 255)]
    for each in forms:
        yield whole(chain(8)) | {"keys.txt": f"{KEYS}{each}\n".encode()}
        yield whole(chain(8)) | {"keys.txt": f"{each}\n".encode()}


def signers() -> Iterator[Pack]:
    """Signature lines of odd names and numbers, and origins that look like others."""
    pack, text = whole(chain(8)), checkpoint(chain(8), LOG_KEY).decode().partition("\n\n")[0] + "\n"
    good, junk = LOG_KEY.line(text), base64.b64encode(bytes(68)).decode()
    lines = [
        f"— {each} {junk}\n" for each in ("a", "a b", "", "+", "a+b", "—", *(f"a{one}b" for one in SPACES), *SPACES)
    ]
    lines += [
        f"- a {junk}\n",
        f"—a {junk}\n",
        f"—  a {junk}\n",
        f"— a  {junk}\n",
        f"— a {junk} \n",
        f"— a {junk[:-1]}\n",
    ]
    lines += [
        "\n",
        "— a =\n",
        "— a AA==\n",
        "— a AAAA\n",
        "— a\n",
        "—\n",
        f"— a {junk}",
        "— a AB==\n",
        "— a AAA\n",
        "x\n",
    ]
    for each in lines:
        yield pack | {"checkpoints/8.checkpoint": f"{text}\n{good}{each}".encode()}
        yield pack | {"checkpoints/8.checkpoint": f"{text}\n{each}{good}".encode()}
    for count in (98, 99, 100, 101, 2000):
        more = "".join(f"— a{number} {junk}\n" for number in range(count))
        yield pack | {"checkpoints/8.checkpoint": f"{text}\n{good}{more}".encode()}


def origins() -> Iterator[Pack]:
    """Logs and keys of odd names, consistently so."""
    for each in ["", "a b", "a+b", *(f"a{one}b" for one in SPACES), "＋", "e\u0301", "😀", "a" * 5000, "-", "0"]:
        rows: list[bytes] = []
        for seq in range(1, 5):
            rows.append(canonical({"v": 1, "log": each, "seq": seq, "prev": digest_before(rows)}))
        key = Key(each, 1, LOG_KEY.private)
        text = f"{each}\n4\n{base64.b64encode(root(rows)).decode()}\n"
        note = f"{text}\n{key.line(text)}".encode()
        whole_log = {"records.jsonl": b"".join(row + b"\n" for row in rows), "checkpoints/4.checkpoint": note}
        yield whole_log | {"keys.txt": f"{key.vkey}\n".encode()}
        yield whole_log | {"keys.txt": KEYS.encode()}


def proofs() -> Iterator[Pack]:
    pack, name = excerpt(chain(8)), "proofs/7.tlog-proof"
    above, note = pack[name].split(b"\n\n", 1)
    head, hashes = above.split(b"\n")[:2], above.split(b"\n")[2:]

    def made(*hashes: bytes, index: bytes = head[1], first: bytes = head[0], extra: bytes = b"") -> Pack:
        return pack | {name: b"\n".join([first, *([extra] if extra else []), index, *hashes]) + b"\n\n" + note}

    for count in (0, 1, 2, 50, 62, 63, 64, 65, 66, 1000, 300_000):
        yield made(*(hashes[0] for _ in range(count)))
    for each in (b"index 06", b"index -1", b"index 6 ", b"index  6", b"Index 6", b"index 6.0", b"index " + b"9" * 15):
        yield made(*hashes, index=each)
    for each in (b"index " + b"9" * 16, b"index 7", b"index", b"index \xd9\xa6"):
        yield made(*hashes, index=each)
    for each in (
        b"extra ",
        b"extra",
        b"extra \t",
        b"extra x\nextra y",
        b"extra \xff",
        "extra \u2028".encode(),
        b"extra ==",
    ):
        yield made(*hashes, extra=each)
    yield made(*hashes, first=b"c2spXorg/tlog-proof@v1")
    yield made(*hashes[:-1], hashes[-1][:-1])
    yield made(*hashes, b"")
    yield made(*(each + b" " for each in hashes))
    yield made(*hashes[:-1], base64.b64encode(bytes(31)))
    yield made(*hashes[:-1], hashes[-1][:-2] + bytes([hashes[-1][-2] + 1]) + b"=")


def sizes() -> Iterator[Pack]:
    """Checkpoints, and files, of odd sizes."""
    for size in ("0", "08", "-8", "+8", "8.0", "8 ", " 8", "９", "9" * 15, "9" * 16, "", "1e1", "8\u0085"):
        text = f"{LOG}\n{size}\n{base64.b64encode(root(chain(8))).decode()}\n"
        yield whole(chain(8)) | {"checkpoints/8.checkpoint": f"{text}\n{LOG_KEY.line(text)}".encode()}
    note = whole(chain(8))["checkpoints/8.checkpoint"]
    for stem in ("0", "08", "8 ", "９", "1" * 15, "1" * 16, "8.9", "-8", "+9", "9\u0660", "9\n"):
        yield whole(chain(8)) | {f"checkpoints/{stem}.checkpoint": note}
        yield excerpt(chain(8)) | {f"records/{stem}.json": chain(8)[7], f"proofs/{stem}.tlog-proof": proof(chain(8), 8)}
    for name in (
        "checkpoints/8.CHECKPOINT",
        "checkpoints/8",
        "checkpoints/a/9.checkpoint",
        "checkpoints/9.checkpoint/x",
    ):
        yield whole(chain(8)) | {name: note}


def absent() -> Iterator[Pack]:
    for pack in (whole(chain(8)), excerpt(chain(8))):
        for name in pack:
            yield {other: data for other, data in pack.items() if other != name}
            yield {(f"{other}/x" if other == name else other): data for other, data in pack.items()}
    yield {"records/x": b"", "keys.txt": KEYS.encode()}
    yield {"records": b"", "keys.txt": KEYS.encode()}
    yield whole(chain(8)) | excerpt(chain(8)) | {"openings.jsonl": openings(3)}


CLASSES: tuple[Class, ...] = (
    *(numbers, strings, members, depths, endings, opened, files, opened_records, points, signatures, key_lines),
    *(signers, origins, proofs, sizes, absent),
)


def hostile_packs() -> Iterator[tuple[str, Pack]]:
    """Yield every pack of every class with its name."""
    for each in CLASSES:
        for number, pack in enumerate(each()):
            yield f"{each.__name__}-{number}", pack
