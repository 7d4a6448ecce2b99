"""verify.py gives the published answer to each vector, misses no tampering and believes no prover that lies."""

import ast
import importlib.util
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

DOCS = Path(__file__).parents[2] / "docs" / "audit"
VECTORS = DOCS / "vectors"
PROGRAM = DOCS / "verify.py"
Lines = list[bytes]


def loaded(name: str) -> ModuleType:
    """Load a program that is no module of ours."""
    spec = importlib.util.spec_from_file_location(f"audit_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


verify = loaded("verify")
make = loaded("make_vectors")


@pytest.mark.parametrize("name", sorted(folder.name for folder in VECTORS.iterdir() if folder.is_dir()))
def test_each_vector_has_the_published_answer(name: str) -> None:
    answer = answered(VECTORS / name, VECTORS / name / "pack.zip")
    assert bool(answer.pop("reason")) != answer["ok"]
    assert answer == json.loads((VECTORS / name / "expected.json").read_text())


def answered(case: Path, pack: Path) -> dict[str, Any]:
    options = json.loads((case / "options.json").read_text()) if (case / "options.json").exists() else {}
    keys = options.get("keys", "../keys.txt")
    return verify.check(str(pack), str(case / keys) if keys else None, options.get("code"))


@pytest.mark.parametrize("name", ["good-openings", "good-008", "good-excerpt-all", "prev-zeros", "note-crlf"])
def test_a_folder_is_checked_like_its_zip(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(VECTORS / name / "pack.zip") as archive:
        archive.extractall(tmp_path)
    assert answered(VECTORS / name, tmp_path) == answered(VECTORS / name, VECTORS / name / "pack.zip")


def test_the_vectors_hold_enough_of_each_fault() -> None:
    answers = [json.loads(path.read_text()) for path in VECTORS.glob("*/expected.json")]
    codes = [answer["code"] for answer in answers]
    assert codes.count("") >= 12
    assert len(codes) - codes.count("") >= 60
    assert all(codes.count(code) >= (2 if code == "end" else 3) for code in [*verify.FAULTS, "unreadable"])
    assert sum(path.stat().st_size for path in VECTORS.rglob("*") if path.is_file()) < 600_000


# Tampering with a log whose checkpoints were kept

COUNT, SIZES = 9, (2, 3, 6, 9)


class Tampered:
    """Lines changed at random, the first record that differs, and where the chain by itself must show it."""

    def __init__(self, lines: Lines, rng: random.Random) -> None:
        self.honest, self.rng = lines, rng
        self.kind = rng.choice(["edit", "delete", "insert", "swap", "back-date", "truncate", "duplicate"])
        self.is_rechained = rng.random() < 0.5
        self.at = rng.randint(1, len(lines) - (self.kind in ("swap", "duplicate")))
        self.lines = self.changed()
        self.first = self.at + (self.kind == "duplicate")
        if self.is_rechained:
            self.lines = rechained(self.lines)

    def changed(self) -> Lines:
        lines, at = list(self.honest), self.at
        if self.kind == "truncate":
            return lines[: at - 1]
        if self.kind == "delete":
            return [*lines[: at - 1], *lines[at:]]
        if self.kind == "swap":
            return [*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]
        if self.kind == "duplicate":
            return [*lines[:at], *lines[at - 1 :]]
        if self.kind == "insert":
            before = lines[at - 2] if at > 1 else None
            return [*lines[: at - 1], make.canonical(make.record(at, before, ok=False)), *lines[at - 1 :]]
        change = make.setting(at="2020-01-01T00:00:00.000Z") if self.kind == "back-date" else self.edit()
        return make.edited(lines, at, change)

    def edit(self) -> Callable[[bytes], bytes]:
        member = self.rng.choice(["ok", "type", "actor", "new"])
        return make.setting(**{member: self.rng.choice([None, "request.approved", 7, {"sub": "u_8"}])})

    @property
    def first_bad(self) -> int:
        """Where a verifier must stop: the chain's break, else the record after the last good checkpoint."""
        last_good = max((size for size in SIZES if size < self.first), default=0)
        count = len(self.lines)
        is_visible = {"delete": self.at <= count, "swap": True, "insert": True, "duplicate": True}
        if self.kind == "truncate":
            return count + 1
        if self.is_rechained:
            return last_good + 1 if any(self.first <= size <= count for size in SIZES) else count + 1
        if self.kind in is_visible:
            return self.first + (self.kind == "insert") if is_visible[self.kind] else count + 1
        return self.at + 1 if self.at < count else last_good + 1


def rechained(lines: Lines) -> Lines:
    done: Lines = []
    for seq, line in enumerate(lines, 1):
        before = make.sha256(done[-1]).hex() if done else make.ZEROS
        done.append(make.canonical({**json.loads(line), "seq": seq, "prev": before}))
    return done


@pytest.fixture
def kept(tmp_path: Path) -> Lines:
    """Lay a good pack in a folder and return its lines."""
    lines: Lines = make.chain(COUNT)
    laid(tmp_path, make.whole(lines, sizes=SIZES))
    assert verify.check(str(tmp_path), str(VECTORS / "keys.txt"))["ok"]
    return lines


def laid(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def test_ten_thousand_tamperings_are_found_where_they_are(kept: Lines, tmp_path: Path) -> None:
    rng = random.Random(20260901)
    missed, misplaced = [], []
    for _ in range(10_000):
        tampered = Tampered(kept, rng)
        (tmp_path / "records.jsonl").write_bytes(make.jsonl(tampered.lines))
        answer = verify.check(str(tmp_path), str(VECTORS / "keys.txt"))
        said = (tampered.kind, tampered.at, tampered.is_rechained, answer["first_bad"], tampered.first_bad)
        missed += [said] if answer["ok"] else []
        misplaced += [said] if answer["first_bad"] != tampered.first_bad else []
        assert answer["signed"] == max((size for size in SIZES if size < tampered.first), default=0), said
    assert (missed, misplaced) == ([], [])


def test_any_changed_byte_of_a_signed_log_is_found(kept: Lines, tmp_path: Path) -> None:
    rng, whole = random.Random(7), make.jsonl(kept)
    for _ in range(1000):
        at, flip = rng.randrange(len(whole)), rng.randint(1, 255)
        (tmp_path / "records.jsonl").write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
        answer = verify.check(str(tmp_path), str(VECTORS / "keys.txt"))
        assert not answer["ok"]
        assert answer["first_bad"] <= whole[: at + 1].count(b"\n") + 2


# A prover that lies

Proof = tuple[int, list[bytes], int, bytes, int]


def a_lie(rng: random.Random, lines: Lines, seq: int) -> tuple[Proof, bytes, Any]:
    """Change a proof, its record or its checkpoint in some places."""
    index, hashes, size, line = seq - 1, make.path(seq - 1, lines), len(lines), lines[seq - 1]
    root, key = make.tree(lines), make.LOG
    for kind in rng.sample(["index", "hashes", "size", "root", "line", "other", "key"], rng.randint(1, 3)):
        index = rng.randint(0, 2 * size) if kind == "index" else index
        hashes = mangled(rng, hashes, lines) if kind == "hashes" else hashes
        size = rng.randint(0, 2 * size + 1) if kind == "size" else size
        root = rng.choice([make.tree(lines[: rng.randint(0, len(lines))]), bytes(32)]) if kind == "root" else root
        line = make.setting(ok=False)(line) if kind == "line" else rng.choice(lines) if kind == "other" else line
        key = make.STRANGER if kind == "key" else key
    return (index, hashes, size, root, 0), line, key


def mangled(rng: random.Random, hashes: list[bytes], lines: Lines) -> list[bytes]:
    at, other = rng.randrange(len(hashes)), rng.choice([bytes(32), make.sha256(b"\x00" + rng.choice(lines))])
    return rng.choice(
        [
            hashes[:at] + hashes[at + 1 :],
            [*hashes[:at], other, *hashes[at:]],
            [*hashes[:at], other, *hashes[at + 1 :]],
            hashes[::-1],
            make.path(rng.randrange(len(lines)), lines),
            hashes * 2,
            [],
        ]
    )


def test_a_lying_prover_is_never_believed(tmp_path: Path) -> None:
    rng, lines = random.Random(42), make.chain(21)
    honest_note = make.note(make.text_of(lines), make.LOG, make.WITNESS)
    believed = 0
    for _ in range(2000):
        seq = rng.randint(1, len(lines))
        honest = (make.proof(seq - 1, make.path(seq - 1, lines), honest_note), lines[seq - 1])
        (index, hashes, size, root, _), line, key = a_lie(rng, lines, seq)
        text = make.text_of(lines, size, root=root)
        # The prover has old signatures of the log, but not its key.
        is_signed = key is make.LOG and text == make.text_of(lines)
        note = honest_note if is_signed else (text + honest_note.decode()[len(make.text_of(lines)) :]).encode()
        note = make.note(text, make.STRANGER) if key is make.STRANGER else note
        told = (make.proof(index, hashes, note), line)
        laid(tmp_path, {f"records/{seq}.json": told[1], f"proofs/{seq}.tlog-proof": told[0]})
        answer = verify.check(str(tmp_path), str(VECTORS / "keys.txt"))
        shutil.rmtree(tmp_path / "records")
        assert answer["ok"] == (told == honest), (seq, told)
        believed += answer["ok"]
    assert believed < 200


def test_a_changed_byte_of_a_proof_is_never_taken_for_another_statement(tmp_path: Path) -> None:
    rng, files = random.Random(3), make.excerpt(make.chain(9), (4,))
    data = files["proofs/4.tlog-proof"]
    stated = data.split("— witness".encode())[0]
    laid(tmp_path, files)
    for _ in range(1000):
        at, flip = rng.randrange(len(data)), rng.randint(1, 255)
        changed = data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]
        (tmp_path / "proofs/4.tlog-proof").write_bytes(changed)
        answer = verify.check(str(tmp_path), str(VECTORS / "keys.txt"))
        assert not answer["ok"] or (changed.startswith(stated) and answer["witnessed"] == 0)


def test_ed25519_agrees_with_a_library_on_right_and_wrong_signatures() -> None:
    rng = random.Random(8032)
    for number in range(150):
        key = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        public, message = key.public_key().public_bytes_raw(), rng.randbytes(number)
        signature = bytearray(key.sign(message))
        if number % 3:
            signature[rng.randrange(64)] ^= 1 << rng.randrange(8)
        assert verify.is_signed(public, message, bytes(signature)) == says_library(public, message, bytes(signature))


def says_library(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


# The program itself


def test_the_program_is_one_short_file_that_needs_only_the_standard_library() -> None:
    text = PROGRAM.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
    assert max(len(line) for line in text.splitlines()) <= 120
    assert len(text.splitlines()) <= 280


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(PROGRAM), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_a_pack_is_checked_in_an_empty_folder_without_anything_installed(tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    shutil.copy(VECTORS / "good-008" / "pack.zip", pack)
    done = run(tmp_path, str(pack), "--keys", str(VECTORS / "keys.txt"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "8" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["pack.zip"]


def test_a_broken_chain_is_named_in_chinese_and_in_english() -> None:
    done = run(VECTORS, "prev-zeros/pack.zip", "--keys", "keys.txt")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "记录 6：prev 与记录 5 的摘要不符 (record 6: prev does not match 5)\n"


def test_the_json_answer_is_one_object_with_the_members_of_the_page() -> None:
    done = run(VECTORS, "good-keys-of-the-pack/pack.zip", "--json")
    answer = json.loads(done.stdout)
    members = ["ok", "log", "records", "signed", "witnessed", "first_bad", "code", "reason", "keys"]
    assert (list(answer), answer["keys"]) == (members, "pack")


def test_the_pack_of_the_program_is_its_own_folder(tmp_path: Path) -> None:
    laid(tmp_path, make.whole(make.chain(8)) | {"keys.txt": (VECTORS / "keys.txt").read_bytes()})
    shutil.copy(PROGRAM, tmp_path)
    command = [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), "--json"]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=60)
    assert json.loads(done.stdout)["signed"] == 8


@pytest.mark.parametrize("arguments", [["nowhere"], ["keys.txt"], ["good-008/pack.zip", "--keys", "nowhere"]])
def test_what_cannot_be_read_ends_with_two_and_a_sentence(arguments: list[str]) -> None:
    done = run(VECTORS, *arguments)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("无法读取")


# Hostile packs


def unreadable(pack: Path, limit: int = 2**32) -> bool:
    return bool(verify.check(str(pack), str(VECTORS / "keys.txt"), None, limit)["code"] == "unreadable")


def test_no_more_is_unpacked_than_the_limit_says(tmp_path: Path) -> None:
    (tmp_path / "bomb.zip").write_bytes(make.zipped({"records.jsonl": (b" " * 999 + b"\n") * 50_000}))
    assert (tmp_path / "bomb.zip").stat().st_size < 200_000
    assert unreadable(tmp_path / "bomb.zip", 1_000_000)


def test_symbolic_links_lead_nowhere(tmp_path: Path) -> None:
    laid(tmp_path, {"elsewhere.jsonl": make.jsonl(make.chain(2)), "pack/readme": b""})
    (tmp_path / "pack" / "records.jsonl").symlink_to(tmp_path / "elsewhere.jsonl")
    assert unreadable(tmp_path / "pack")


def test_any_bytes_get_an_answer_and_never_a_traceback(tmp_path: Path) -> None:
    rng = random.Random(99)
    names = [path.name for path in VECTORS.iterdir() if path.name.startswith("good-") and path.name != "good-100"]
    for _ in range(1500):
        data = bytearray((VECTORS / rng.choice(sorted(names)) / "pack.zip").read_bytes())
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        (tmp_path / "pack.zip").write_bytes(data)
        answer = verify.check(str(tmp_path / "pack.zip"), str(VECTORS / "keys.txt"))
        assert answer["ok"] == (answer["code"] == "")
        assert (answer["first_bad"] is None) == (answer["code"] in ("", "unreadable"))


def test_a_thousand_notes_full_of_bad_signatures_take_no_time(tmp_path: Path) -> None:
    text = make.text_of(make.chain(3), 3)
    lies = "".join(make.LOG.shown(bytes([n]) * 64) for n in range(100))
    files = {f"checkpoints/{size}.checkpoint": f"{text}\n{lies}".encode() for size in range(1000)}
    laid(tmp_path, {"records.jsonl": make.jsonl(make.chain(3))} | files)
    answer = verify.check(str(tmp_path), str(VECTORS / "keys.txt"))
    assert (answer["first_bad"], answer["code"]) == (1, "note")
