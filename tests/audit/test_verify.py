"""verify.py gives the published answer to each vector, misses no tampering and believes no prover that lies."""

import ast
import base64
import importlib.util
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tokenize
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

DOCS = Path(__file__).parents[2] / "docs" / "audit"
PROGRAM = DOCS / "verify.py"
VECTORS = sorted((DOCS / "vectors").glob("*.json"))
OF_RECORDS = ["end", "line", "log", "seq", "prev", "opening"]
CODES = [*OF_RECORDS, "note", "signature", "root", "proof", "truncated", "unreadable"]
MEMBERS = {"ok", "log", "records", "signed", "witnessed", "codes", "first_bad", "code", "reason", "keys"}
Lines = list[bytes]


def loaded(name: str) -> ModuleType:
    """Load a program that is no module of ours."""
    spec = importlib.util.spec_from_file_location(f"audit_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = loaded("verify")
make = loaded("make_vectors")


def laid(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def unpacked(case: dict[str, Any]) -> dict[str, bytes]:
    """Return the files of a vector."""
    return {
        name: data.encode() if isinstance(data, str) else base64.b64decode(data["base64"])
        for name, data in case["pack"].items()
    }


@pytest.fixture
def keys(tmp_path: Path) -> str:
    (tmp_path / "kept.txt").write_text(make.KEYS, newline="")
    return str(tmp_path / "kept.txt")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.stem)
def test_each_vector_has_the_published_answer(vector: Path, tmp_path: Path) -> None:
    case = json.loads(vector.read_text())
    folder = laid(tmp_path / "pack", unpacked(case))
    if case["keys"] is not None:
        (tmp_path / "kept.txt").write_bytes(case["keys"].encode())
    answer = verify.check(str(folder), str(tmp_path / "kept.txt") if case["keys"] is not None else None)
    assert answer.pop("reason").split(" ")[0] == answer["code"]
    assert answer == case["expected"]


def test_the_vectors_hold_enough_of_each_fault() -> None:
    codes = [json.loads(path.read_text())["expected"]["code"] for path in VECTORS]
    assert codes.count("") >= 20
    assert len(codes) - codes.count("") >= 80
    assert set(codes) == {"", *CODES}
    assert all(codes.count(code) >= 3 for code in CODES)


# Tampering with a log whose checkpoints were kept


class Kept:
    """A log as it was, and where its checkpoints are; the last record has one."""

    def __init__(self, folder: Path, count: int, rng: random.Random) -> None:
        self.folder, self.lines = folder / str(count), make.chain(count)
        self.sizes = sorted({*rng.sample(range(1, count), count // 5), count})
        laid(self.folder, make.whole(self.lines, sizes=tuple(self.sizes)))


class Tampered:
    """A log changed at random: where it first differs, and where its chain by itself must show it."""

    def __init__(self, kept: Kept, rng: random.Random) -> None:
        self.kept, lines = kept, kept.lines
        kind = rng.choice(["edit", "back-date", "delete", "insert", "swap", "duplicate", "truncate"])
        at = rng.randint(1, len(lines) - (kind in ("swap", "duplicate")))
        self.first = at + (kind == "duplicate")
        self.broken, self.code = at + (kind not in ("delete", "swap")), "seq"
        if kind in ("edit", "back-date"):
            member = rng.choice(["ok", "type", "actor", "new"]) if kind == "edit" else "at"
            value = "2020-01-01T00:00:00.000Z" if kind == "back-date" else rng.choice([None, "x", 7, {"sub": "u_8"}])
            self.lines, self.code = make.edited(lines, at, make.setting(**{member: value})), "prev"
        else:
            stranger = make.canonical(make.record(at, lines[at - 2] if at > 1 else None, ok=False))
            self.lines = {
                "delete": lines[: at - 1] + lines[at:],
                "insert": [*lines[: at - 1], stranger, *lines[at - 1 :]],
                "swap": [*lines[: at - 1], *lines[at - 1 : at + 1][::-1], *lines[at + 1 :]],
                "duplicate": lines[:at] + lines[at - 1 :],
                "truncate": lines[: at - 1],
            }[kind]
        if rng.random() < 0.5:
            self.lines, self.broken = rechained(self.lines), 10**6

    @property
    def expected(self) -> tuple[str, int, int]:
        """The code, the position and the last good checkpoint."""
        sizes, count = self.kept.sizes, len(self.lines)
        signed = max((size for size in sizes if size < self.first), default=0)
        if any(self.first <= size < self.broken and size <= count for size in sizes):
            return "root", signed + 1, signed
        if self.broken <= count:
            return self.code, self.broken, signed
        return "truncated", count + 1, signed


def rechained(lines: Lines) -> Lines:
    """Number and chain lines again, as somebody would who can write the log."""
    done: Lines = []
    for seq, line in enumerate(lines, 1):
        before = make.sha256(done[-1]).hex() if done else make.ZEROS
        done.append(make.canonical({**json.loads(line), "seq": seq, "prev": before}))
    return done


def test_ten_thousand_tamperings_are_found_where_they_are(tmp_path: Path, keys: str) -> None:
    rng = random.Random(20260901)
    logs = [Kept(tmp_path, count, rng) for count in (5, 6, 7, 8, 9, 11, 13, 16, 17, 24, 32, 47, 60)]
    assert all(verify.check(str(log.folder), keys)["ok"] for log in logs)
    wrong, found = [], set()
    for _ in range(10_000):
        kept = rng.choices(logs, [1 / len(log.lines) ** 1.5 for log in logs])[0]
        tampered = Tampered(kept, rng)
        (kept.folder / "records.jsonl").write_bytes(make.jsonl(tampered.lines))
        answer = verify.check(str(kept.folder), keys)
        said = (answer["code"], answer["first_bad"], answer["signed"])
        wrong += [(said, tampered.expected)] if said != tampered.expected else []
        found.add(answer["code"])
    assert (wrong, found) == ([], {"seq", "prev", "root", "truncated"})


def test_any_changed_byte_of_a_signed_log_is_found(tmp_path: Path, keys: str) -> None:
    rng = random.Random(7)
    kept = Kept(tmp_path, 12, rng)
    whole = make.jsonl(kept.lines)
    for _ in range(1000):
        at, flip = rng.randrange(len(whole)), rng.randint(1, 255)
        (kept.folder / "records.jsonl").write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
        answer = verify.check(str(kept.folder), keys)
        assert not answer["ok"]
        assert answer["first_bad"] <= whole[: at + 1].count(b"\n") + 2


# A prover that lies


def mangled(rng: random.Random, hashes: Lines, lines: Lines) -> Lines:
    at, other = rng.randint(0, len(hashes)), rng.choice([bytes(32), make.sha256(b"\x00" + rng.choice(lines))])
    lies = [
        hashes[: at - 1] + hashes[at:],
        [*hashes[:at], other, *hashes[at:]],
        [*hashes[:at], other, *hashes[at + 1 :]],
        hashes[::-1],
        make.path(rng.randrange(len(lines)), lines),
        hashes * 2,
    ]
    return rng.choice(lies)


def lie(rng: random.Random, lines: Lines, seq: int, honest: bytes) -> tuple[bytes, bytes]:
    """Change a record, its proof or its checkpoint; the prover has the log's old signature, but not its key."""
    index, hashes, size, line, root = seq - 1, make.path(seq - 1, lines), len(lines), lines[seq - 1], make.tree(lines)
    kinds = rng.sample(["index", "hashes", "size", "root", "line", "other", "key"], rng.randint(1, 3))
    index = rng.randint(0, 2 * size) if "index" in kinds else index
    hashes = mangled(rng, hashes, lines) if "hashes" in kinds else hashes
    size = rng.randint(0, 2 * size + 1) if "size" in kinds else size
    root = rng.choice([make.tree(lines[: rng.randint(0, len(lines))]), bytes(32)]) if "root" in kinds else root
    line = make.setting(ok=False)(line) if "line" in kinds else rng.choice(lines) if "other" in kinds else line
    text = make.text_of(lines, size, root=root)
    note = make.note(text, make.STRANGER) if "key" in kinds else (text + "\n").encode() + honest.split(b"\n\n")[1]
    return make.proof(index, hashes, note), line


def test_a_lying_prover_is_never_believed(tmp_path: Path, keys: str) -> None:
    rng, believed = random.Random(42), 0
    for number in range(2000):
        lines = make.chain(2 + number % 31)
        honest = make.note(make.text_of(lines), make.LOG, make.WITNESS)
        seq = rng.randint(1, len(lines))
        told = lie(rng, lines, seq, honest)
        laid(tmp_path, {f"records/{seq}.json": told[1], f"proofs/{seq}.tlog-proof": told[0]})
        answer = verify.check(str(tmp_path), keys)
        shutil.rmtree(tmp_path / "records")
        is_honest = told == (make.proof(seq - 1, make.path(seq - 1, lines), honest), lines[seq - 1])
        assert answer["ok"] == is_honest, (seq, told)
        believed += is_honest
    assert believed < 200


def test_a_changed_byte_of_a_proof_is_never_taken_for_another_statement(tmp_path: Path, keys: str) -> None:
    rng, files = random.Random(3), make.excerpt(make.chain(9), (4,))
    data = files["proofs/4.tlog-proof"]
    stated = data.split("— witness".encode())[0]
    laid(tmp_path, files)
    for _ in range(1000):
        at, flip = rng.randrange(len(data)), rng.randint(1, 255)
        changed = data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]
        (tmp_path / "proofs/4.tlog-proof").write_bytes(changed)
        answer = verify.check(str(tmp_path), keys)
        assert not answer["ok"] or (changed.startswith(stated) and answer["witnessed"] == 0)


def test_ed25519_agrees_with_a_library_on_right_and_wrong_signatures() -> None:
    rng = random.Random(8032)
    for number in range(150):
        key = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        public, message = key.public_key().public_bytes_raw(), rng.randbytes(number)
        signature = bytearray(key.sign(message))
        if number % 3:
            signature[rng.randrange(64)] ^= 1 << rng.randrange(8)
        said = verify.is_signed(b"\x01" + public, message, b"name" + bytes(signature))
        assert said == says_library(public, message, bytes(signature))


def says_library(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


# The program itself


def test_the_program_is_a_hundred_and_twenty_lines_of_the_standard_library() -> None:
    text = PROGRAM.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
    assert len(text.splitlines()) <= 120
    assert max(map(len, text.splitlines())) <= 120
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    assert not [token for token in tokens if token.type == tokenize.OP and token.string == ";"]


def run(pack: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the program that stands in a pack, with nothing installed and from elsewhere."""
    shutil.copy(PROGRAM, pack)
    command = [sys.executable, "-I", "-S", str(pack / "verify.py"), *arguments]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=60, encoding="utf-8")


def test_the_pack_of_the_program_is_its_own_folder(tmp_path: Path) -> None:
    laid(tmp_path, make.WHOLE | {"keys.txt": make.KEYS.encode()})
    done = run(tmp_path, "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr, set(answer)) == (0, "", MEMBERS)
    assert (answer["keys"], answer["signed"], len(answer["codes"])) == ("pack", 8, 3)
    assert {path.name for path in tmp_path.iterdir()} == {"verify.py", "keys.txt", "records.jsonl", "checkpoints"}


def test_a_broken_chain_is_named_in_chinese_and_in_english_above_the_answer(tmp_path: Path, keys: str) -> None:
    broken = make.edited(make.EIGHT, 5, make.setting(prev=make.ZEROS))
    done = run(laid(tmp_path / "pack", make.whole(broken)), str(tmp_path / "pack"), keys)
    sentence, answer = done.stdout.splitlines()
    assert (done.returncode, done.stderr, json.loads(answer)["code"]) == (1, "", "prev")
    assert sentence.startswith("prev 记录 5：与记录 4 不符 (record 5: does not match 4)")


@pytest.mark.parametrize("arguments", [["nowhere"], ["verify.py"], [".", "nowhere"], ["a", "b", "c"]])
def test_what_cannot_be_read_ends_with_two_and_a_sentence(arguments: list[str], tmp_path: Path) -> None:
    done = run(laid(tmp_path, make.WHOLE), *[str(tmp_path / each) for each in arguments])
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("unreadable 读不了")


# Hostile packs

SPOILED: dict[str, dict[str, bytes]] = {
    "deep-array": {"records.jsonl": b"[" * 200_000 + b"]" * 200_000 + b"\n"},
    "deep-object": {"records.jsonl": b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"\n"},
    "deep-opening": {"records.jsonl": b"", "openings.jsonl": b'{"seq":' + b"[" * 990 + b"]" * 990 + b"}"},
    "huge-number": {"records.jsonl": b'{"v":' + b"9" * 1_000_000 + b"}\n"},
    "lone-surrogate": {"records.jsonl": b"", "openings.jsonl": b'{"seq":1,"label":"\\ud800","key":"\\udfff"}'},
    "not-utf8": {"records.jsonl": b"\xff\xfe\n", "keys.txt": b"\xff"},
    "nul": {"records.jsonl": b"", "openings.jsonl": b'{"seq":1,"evidence":0,"file":"evidence/\\u0000","key":"x"}'},
    "huge-index": {"records/1.json": make.EIGHT[0], "proofs/1.tlog-proof": b"index " + b"9" * 99},
    "folders": {
        "records.jsonl": b"",
        "checkpoints/1.checkpoint/x": b"",
        "openings.jsonl/x": b"",
        "evidence/1.png/x": b"",
    },
    "records-is-a-file": {"records": b""},
}


def is_answer(answer: dict[str, Any]) -> bool:
    return (
        answer.keys() == MEMBERS
        and answer["ok"] == (answer["code"] == "")
        and answer["code"] in ["", *CODES]
        and (answer["first_bad"] is None) == (answer["code"] in ("", "unreadable"))
        and json.loads(json.dumps(answer)) == answer
    )


@pytest.mark.parametrize("name", SPOILED)
def test_a_hostile_pack_gets_an_answer(name: str, tmp_path: Path, keys: str) -> None:
    laid(tmp_path / "pack", SPOILED[name])
    assert is_answer(verify.check(str(tmp_path / "pack"), keys))
    assert is_answer(verify.check(str(tmp_path / "pack"), None))


def test_names_that_are_no_text_take_no_part(tmp_path: Path, keys: str) -> None:
    laid(tmp_path, make.excerpt(make.EIGHT, (2, 3)))
    for name in (b"\xff.json", b"\xd9\xa3.json", b"4\n.json", b" 5.json", b"+6.json", b"1" * 16 + b".json"):
        Path(os.fsdecode(os.fsencode(tmp_path / "records") + b"/" + name)).write_bytes(b"{}")
    assert verify.check(str(tmp_path), keys)["records"] == 2


def test_what_is_no_file_is_not_read(tmp_path: Path, keys: str) -> None:
    rows = [{"seq": 1, "evidence": 0, "file": "evidence/1.png", "key": make.ZEROS}]
    line = make.canonical(make.record(1, None, ev=[{"pt": make.ZEROS, "size": 0}]))
    laid(tmp_path, {"records/1.json": line, "openings.jsonl": make.jsonl([make.canonical(row) for row in rows])})
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/1.png").symlink_to("/dev/zero")
    (tmp_path / "records.jsonl").symlink_to("/dev/zero")
    (tmp_path / "proofs").mkdir()
    (tmp_path / "proofs/1.tlog-proof").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "records/2.json")
    assert verify.check(str(tmp_path), keys)["code"] == "opening"
    (tmp_path / "openings.jsonl").unlink()
    (tmp_path / "openings.jsonl").symlink_to("/dev/zero")
    assert verify.check(str(tmp_path), keys)["code"] == "note"


def test_any_bytes_get_an_answer(tmp_path: Path, keys: str) -> None:
    rng = random.Random(99)
    packs = [unpacked(json.loads(path.read_text())) for path in VECTORS if path.name.startswith("good-")]
    for number in range(1000):
        files = dict(rng.choice(packs)) | {"keys.txt": make.KEYS.encode()}
        for _ in range(rng.randint(1, 3)):
            name = rng.choice(sorted(files))
            data = bytearray(files[name] or b"x")
            at = rng.randrange(len(data))
            data[at : at + rng.randint(0, 3)] = rng.choice([b"", b"\n", b"\x00", b"9", b"\xff", b'"', rng.randbytes(2)])
            files[name] = bytes(data)
        folder = laid(tmp_path / "pack", files)
        assert is_answer(verify.check(str(folder), keys if number % 4 else None))
        shutil.rmtree(folder)
