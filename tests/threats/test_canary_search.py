"""I13: the search of `make nightly-canary` finds what lies there; without this its 0 would mean nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.canary import planted
from tests.canary.speaking import ROOT

PLUGIN = ("-p", "tests.canary_plugin", "-p", "no:cacheprovider")


def watched(folder: Path, *tests: str) -> dict[str, dict[str, int]]:
    """Run tests under watch, and return what came of it."""
    folder.mkdir()
    command = [sys.executable, "-m", "pytest", "-q", *PLUGIN, *tests]
    given = {**os.environ, "CANARY_REPORT": str(folder)}
    given.pop("PYTEST_XDIST_WORKER", None)
    run = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-500:]
    found: dict[str, dict[str, int]] = json.loads((folder / "alone.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_one_value_in_each_kind_of_artefact_is_found_in_each(tmp_path: Path, engine: str) -> None:
    test = f"{planted.__file__}::{planted.test_one_value_is_leaked_in_each_kind_of_artefact.__name__}[{engine}]"
    report = watched(tmp_path / "report", test)
    kinds = (*planted.KINDS, *(planted.ONLY_SQLITE if engine == "sqlite" else ()))
    missed = [kind for kind in kinds if not any(hit_of(kind) in hit for hit in report["hits"])]
    assert missed == []
    assert set(report["searched"]) <= {*kinds}, "a kind of artefact that no value was planted in"


def hit_of(kind: str) -> str:
    """Return how the hit begins that tells of the value planted in a kind of artefact."""
    return f"candidate.name {planted.value_of(kind)!r} in {kind} "
