"""The verifier in JavaScript says what the published vectors expect, and what the one in Python says."""

import base64
import json
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.audit.hostile import hostile_packs
from tests.audit.making import KEYS, Pack, chain, excerpt, spoil, spoiled, whole
from tests.peers.program import require

HERE = Path(__file__).parent
VECTORS = HERE.parents[1] / "docs" / "audit" / "vectors"
SEED = 20260901
Row = dict[str, Any]


def answers(program: Sequence[str], cases: Sequence[Sequence[str]]) -> list[Row]:
    """Run all the command lines in one process; an answer is the exit code and what was printed, without the reason."""
    asked = "".join(json.dumps([*case, "--json"]) + "\n" for case in cases)
    done = subprocess.run([*program], input=asked, capture_output=True, text=True, check=True, timeout=300)
    return [read(json.loads(line)) for line in done.stdout.split("\n") if line]


def read(said: Row) -> Row:
    """Put what was printed beside the exit code."""
    printed: Row = json.loads(said["out"])
    assert bool(printed.pop("reason")) != printed["ok"]
    return {"exit": said["exit"]} | printed


def javascript(cases: Sequence[Sequence[str]]) -> list[Row]:
    """Return what verify.mjs answers."""
    return answers([require(), str(HERE / "many.mjs")], cases)


def python(cases: Sequence[Sequence[str]]) -> list[Row]:
    """Return what verify.py answers."""
    return answers([sys.executable, str(HERE / "many.py")], cases)


def put(pack: Pack, folder: Path) -> str:
    """Write a pack into a folder."""
    folder.mkdir()
    for name, data in pack.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return str(folder)


def command_line(vector: Row, folder: Path) -> list[str]:
    """Unpack a vector and return what it asks for: its folder and the file of the keys that are given."""
    held = vector["pack"].items()
    pack = {name: one.encode() if isinstance(one, str) else base64.b64decode(one["base64"]) for name, one in held}
    keys = folder.with_suffix(".keys")
    keys.write_bytes((vector["keys"] or "").encode())
    return [put(pack, folder), *([str(keys)] if vector["keys"] is not None else [])]


def expected(vector: Row) -> Row:
    """Return the vector's answer, with the exit code that follows from it."""
    answer: Row = vector["expected"]
    return {"exit": 0 if answer["ok"] else 2 if answer["code"] == "unreadable" else 1} | answer


def differences(names: Iterable[str], found: Iterable[Row], wanted: Iterable[Row]) -> dict[str, tuple[Row, Row]]:
    """Return what the two sides say where they do not say the same."""
    rows = zip(names, found, wanted, strict=True)
    return {name: (ours, theirs) for name, ours, theirs in rows if ours != theirs}


def spoiled_packs(count: int) -> Iterable[Pack]:
    """Yield packs that were changed after signing, and some whose lines were changed before it."""
    dice = random.Random(SEED)
    for _ in range(count):
        lines, made = chain(dice.choice([8, 13, 20])), dice.choice([whole, excerpt])
        if dice.random() < 0.6:
            yield spoiled(made(lines), dice)
            continue
        at = dice.choice([2, 3, 6, dice.randrange(len(lines))])
        lines[at] = spoil(lines[at], dice).replace(b"\n", b"")
        yield made(lines)


def test_it_answers_every_published_vector_as_published(tmp_path: Path) -> None:
    vectors = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(VECTORS.glob("*.json"))}
    assert len(vectors) > 100
    found = javascript([command_line(vector, tmp_path / name) for name, vector in vectors.items()])
    assert not differences(vectors, found, map(expected, vectors.values()))


def test_both_programs_say_the_same_of_spoiled_packs(tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text(KEYS, "utf-8")
    paths = [put(pack, tmp_path / str(number)) for number, pack in enumerate(spoiled_packs(300))]
    cases = [[path, *([str(keys)] if number % 2 else [])] for number, path in enumerate(paths)]
    ours = javascript(cases)
    assert len({row["code"] for row in ours}) > 8
    assert not differences([Path(path).name for path in paths], ours, python(cases))


def test_both_programs_say_the_same_of_hostile_packs(tmp_path: Path) -> None:
    """Unlike a spoiled pack these are signed as they are: whoever made them holds the log's key."""
    packs = dict(hostile_packs())
    paths = [[put(pack, tmp_path / name)] for name, pack in packs.items()]
    ours = javascript(paths)
    assert len(packs) > 1500
    assert len({row["code"] for row in ours}) > 8
    assert not differences(packs, ours, python(paths))


@pytest.mark.parametrize("say", [[], ["--json"]])
def test_the_program_ends_as_its_answer_says(tmp_path: Path, say: list[str]) -> None:
    good = put(whole(chain(8)), tmp_path / "good")
    bad = put(whole(chain(8)) | {"records.jsonl": b"{}\n"}, tmp_path / "bad")
    program = [require(), str(VECTORS.parent / "verify.mjs"), *say]
    asked = [(good,), (good, f"{good}/keys.txt"), (bad,), (good, f"{good}/none.txt"), (str(tmp_path / "no"),)]
    runs = [subprocess.run([*program, *paths], capture_output=True, check=False) for paths in asked]
    assert [run.returncode for run in runs] == [0, 0, 1, 2, 2]
    assert all(run.stdout.strip() and not run.stderr for run in runs)
