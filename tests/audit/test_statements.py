"""Both verifiers of 审批确认记录 give the published answer to each vector, and miss no changed byte."""

import json
import random
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
sys.path.insert(0, str(DOCS))  # where the maker of vectors finds its other half
program = loaded("verify_statements")
make = loaded("make_statement_vectors")
VECTORS = sorted((DOCS / "statement_vectors").glob("*.json"))
HERE = Path(__file__).parent


def laid_out(vector: Path, place: Path) -> tuple[dict[str, Any], list[str]]:
    """Unpack a vector; returns its expected answer and the arguments to check it with."""
    case = json.loads(vector.read_text())
    folder = laid(place / "pack", unpacked(case))
    if case["keys"] is None:
        return case["expected"], [str(folder)]
    (place / "kept.txt").write_bytes(case["keys"].encode())
    roots = [str(place / "kept.pem")] if case.get("roots") else []
    for file in roots:
        Path(file).write_text(case["roots"], "utf-8")
    return case["expected"], [str(folder), str(place / "kept.txt"), *roots]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.stem)
def test_each_vector_has_the_published_answer(vector: Path, tmp_path: Path) -> None:
    expected, arguments = laid_out(vector, tmp_path)
    answer = program.check(*arguments)
    assert bool(answer.pop("reason")) != answer["ok"]
    assert answer == expected


def test_the_vectors_hold_enough_of_each_fault() -> None:
    codes = [json.loads(path.read_text())["expected"]["code"] for path in VECTORS]
    assert len(codes) - codes.count("") >= 50
    faults = [
        "",
        "line",
        "signature",
        "passkey",
        "certificate",
        "root",
        "record",
        "prev",
        "shown",
        "bound",
        "missing",
        "unreadable",
    ]
    assert set(codes) == set(faults)


def test_making_the_vectors_again_gives_the_same_bytes(tmp_path: Path) -> None:
    make.HERE = tmp_path / "again"
    make.main()
    again = {path.name: path.read_bytes() for path in make.HERE.iterdir()}
    assert again == {path.name: path.read_bytes() for path in VECTORS}


def javascript(cases: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    return answers([require(), str(HERE / "many_statements.mjs")], cases)


def test_in_javascript_each_vector_has_the_published_answer(tmp_path: Path) -> None:
    cases = [laid_out(vector, tmp_path / vector.stem) for vector in VECTORS if not (tmp_path / vector.stem).mkdir()]
    said = javascript([arguments for _, arguments in cases])
    for each in said:
        each.pop("exit")
    assert said == [expected for expected, _ in cases]


def test_no_changed_byte_of_a_statement_is_missed_and_both_say_the_same(tmp_path: Path) -> None:
    chance, good, cases = random.Random(20261124), make.TWO, []
    for turn in range(300):
        name = chance.choice(["statements/4.statement", "statements/6.statement"])
        data = bytearray(good[name])
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        folder = laid(tmp_path / str(turn), good | {name: bytes(data)})
        cases.append([str(folder)])
    python = [program.check(*each) for each in cases]
    assert not any(each["ok"] for each in python)
    for each in python:
        each.pop("reason")
    said = javascript(cases)
    for each in said:
        each.pop("exit")
    assert said == python


def test_the_program_runs_beside_verify_with_nothing_but_python(tmp_path: Path) -> None:
    enclosed = {name: (DOCS / name).read_bytes() for name in ("verify.py", "verify_statements.py")}
    folder = laid(tmp_path / "pack", make.TWO | enclosed)
    done = subprocess.run(
        [sys.executable, "verify_statements.py", "."], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "2" in done.stdout) == (0, True), done.stdout + done.stderr
