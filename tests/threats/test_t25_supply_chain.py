"""T25: what is installed is what was locked, each file by its digest, from no address of ours; and it can be listed.

No file names a registry: tests/docs/test_files.py.
"""

import importlib.util
import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from cyclonedx.model.bom import Bom

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements/runtime.txt", "requirements/development.txt")
LINE = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+(?: ; .+?)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+")


def script(name: str) -> ModuleType:
    """Load one of the scripts in .ci, which are no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f".ci/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_one_version_with_its_hashes_and_nothing_else(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert [line for line in LINE.sub("", kept).splitlines() if line.strip()] == []
    assert not re.search(r"://|@ |--(?:extra-)?index|--find-links|--trusted|^-e |git\+", text, re.MULTILINE)


def test_installing_demands_the_hashes() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    installs = re.findall(r"pip install (.*)", makefile)
    assert len(installs) == 2
    assert [each for each in installs if "--require-hashes" not in each] == []


def test_the_bill_of_materials_lists_the_locks_and_is_read_by_others(tmp_path: Path) -> None:
    out = tmp_path / "sbom.json"
    subprocess.run([sys.executable, ".ci/sbom.py", str(out)], cwd=ROOT, check=True, capture_output=True)
    found = json.loads(out.read_text("utf-8"))
    read = Bom.from_json(found)  # type: ignore[attr-defined]
    pins = {
        pin for lock in LOCKS for pin in re.findall(r"^(\S+)==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)
    }
    assert {(each.name, each.version) for each in read.components} == pins
    assert {each["name"] for each in found["components"] if each["scope"] == "required"} == {
        name for name, _ in re.findall(r"^(\S+)==(\S+)", (ROOT / LOCKS[0]).read_text(), re.MULTILINE)
    }
    hashes = {each["hashes"][0]["content"] for row in found["components"] for each in row["externalReferences"]}
    assert hashes == set(re.findall(r"sha256:([0-9a-f]{64})", "".join((ROOT / each).read_text() for each in LOCKS)))
    installed = {each.name.lower() for each in metadata.distributions() if each.name}
    assert [row["name"] for row in found["components"] if "licenses" not in row and row["name"] in installed] == []


def test_a_package_that_was_not_audited_is_never_called_clean() -> None:
    verdict = script("advisories").verdict
    assert verdict({"name": "x", "vulns": []}) == "audited"
    assert verdict(None) == "not audited"
    assert verdict({"name": "x", "skip_reason": "not on the index"}).startswith("not audited")
    assert verdict({"name": "x", "skip_reason": "odd", "vulns": []}).startswith("not audited")
    assert verdict({"name": "x", "vulns": [{"id": "PYSEC-1"}]}) == "VULNERABLE: PYSEC-1"


def test_without_an_auditor_nothing_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The auditor is not there, or cannot reach anything: each package is named as not audited, and the check fails."""
    advisories = script("advisories")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert advisories.audit(LOCKS[0]) == 1
