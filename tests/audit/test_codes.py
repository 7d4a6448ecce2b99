"""Both matchers of 存证码 give the published answer to each vector, and believe no proof that lies."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.audit.test_javascript import answers
from tests.audit.test_verify import DOCS, laid, loaded, unpacked
from tests.peers.program import require

sys.modules["verify"] = loaded("verify")
sys.modules["make_vectors"] = loaded("make_vectors")
program = loaded("verify_codes")
make = loaded("make_code_vectors")
VECTORS = sorted((DOCS / "code_vectors").glob("*.json"))
HERE = Path(__file__).parent
FAULTS = ("codes", "consistency", "unmatched", "unreadable")
Answer = dict[str, Any]


def laid_out(vector: Path, place: Path) -> tuple[Answer, list[str]]:
    """Unpack a vector; returns its expected answer and the command line to check it with."""
    case = json.loads(vector.read_text("utf-8"))
    words = [str(laid(place / "pack", unpacked(case)))]
    if case["keys"] is not None:
        (place / "kept.txt").write_bytes(case["keys"].encode())
        words.append(str(place / "kept.txt"))
    return case["expected"], [*words, *(word for code in case["codes"] for word in ("--code", code))]


def python(words: Sequence[str]) -> Answer:
    """Return what verify_codes.py answers, with its exit code."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(DOCS / "verify_codes.py"), *words, "--json"], capture_output=True, check=False
    )
    assert done.stderr == b""
    found: Answer = json.loads(done.stdout)
    assert bool(found.pop("reason")) != found["ok"]
    assert done.returncode == (0 if found["ok"] else 2 if found["code"] == "unreadable" else 1)
    return found


def javascript(cases: Sequence[Sequence[str]]) -> list[Answer]:
    said = answers([require(), str(HERE / "many_codes.mjs")], cases)
    for each in said:
        assert each.pop("exit") == (0 if each["ok"] else 2 if each["code"] == "unreadable" else 1)
    return said


@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.stem)
def test_each_vector_has_the_published_answer(vector: Path, tmp_path: Path) -> None:
    expected, words = laid_out(vector, tmp_path)
    assert python(words) == expected


def test_in_javascript_each_vector_has_the_published_answer(tmp_path: Path) -> None:
    cases = [laid_out(vector, tmp_path / vector.stem) for vector in VECTORS if not (tmp_path / vector.stem).mkdir()]
    assert javascript([words for _, words in cases]) == [expected for expected, _ in cases]


def test_the_vectors_hold_enough_of_each_fault() -> None:
    codes = [json.loads(path.read_text("utf-8"))["expected"]["code"] for path in VECTORS]
    assert codes.count("") >= 10
    assert all(codes.count(each) >= 4 for each in FAULTS)
    assert {"proof", "signature"} < set(codes)


def test_making_the_vectors_again_gives_the_same_bytes(tmp_path: Path) -> None:
    make.HERE = tmp_path / "again"
    make.main()
    again = {path.name: path.read_bytes() for path in make.HERE.iterdir()}
    assert again == {path.name: path.read_bytes() for path in VECTORS}


def test_every_pair_of_sizes_is_proved_and_no_spoiled_proof_is_believed() -> None:
    chance, lines = random.Random(20261125), make.chain(34)
    for size in range(2, 35):
        root = make.tree(lines[:size])
        for old in range(1, size):
            path, before = make.proof(old, lines[:size]), make.tree(lines[:old])
            assert program.grown(old, size, path, before) == (before, root)
            at = chance.randrange(len(path)) if path else 0
            spoiled = [*path[:at], bytes(32), *path[at + 1 :]]
            assert program.grown(old, size, spoiled, before) != (before, root)
            assert program.grown(old, size, path, bytes(32)) != (bytes(32), root)
            assert program.grown(old, size, [*path, bytes(32)], before) != (before, root)


def test_no_changed_byte_is_missed_and_both_say_the_same(tmp_path: Path) -> None:
    chance, good, cases = random.Random(20261126), make.GOOD["codes.txt"], []
    (tmp_path / "kept.txt").write_text(make.KEYS, "utf-8", newline="")
    for turn in range(200):
        data = bytearray(good)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        cases.append([str(laid(tmp_path / str(turn), make.GOOD | {"codes.txt": bytes(data)}))])
    said = javascript(cases_with(cases, tmp_path))
    ours = [program.check(*each) for each in cases_with(cases, tmp_path)]
    for each in ours:
        each.pop("reason")
    assert not any(each["ok"] for each in ours)
    assert ours == said


def cases_with(cases: Sequence[Sequence[str]], place: Path) -> list[list[str]]:
    return [[*each, str(place / "kept.txt")] for each in cases]


def test_it_is_short_and_needs_python_alone(tmp_path: Path) -> None:
    text = (DOCS / "verify_codes.py").read_text("utf-8")
    assert len(text.splitlines()) <= 120
    folder = laid(tmp_path / "pack", make.GOOD | {"keys.txt": make.KEYS.encode()})
    for name in ("verify.py", "verify_codes.py"):
        shutil.copy(DOCS / name, folder)
    command = [sys.executable, "-I", "-S", str(folder / "verify_codes.py"), "--code", make.code_at(13)]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    first, second, _ = done.stdout.splitlines()
    assert first.endswith(": 8")
    assert second.startswith(f"{make.code_at(13)} 对得上：第 13 条及以前")
