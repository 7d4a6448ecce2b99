"""Run the suite with every program's log at DEBUG in a file, search it, and append what was found to the evidence.

`make nightly-canary`, or `make nightly-canary CANARY_TESTS=tests/scenarios/test_fast.py` for a part of it. Exit code 1
when anything was found or nothing was logged; what the tests themselves found is their own matter, and is noted.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = ROOT / "docs/evidence/canary.json"
LONGEST_S = 4 * 3600


def main() -> int:
    """Run, search, note."""
    tests = sys.argv[1:] or ["tests"]
    with tempfile.TemporaryDirectory(prefix="canary") as folder:
        report = Path(folder) / "report.json"
        given = {**os.environ, "CANARY_REPORT": str(report), "SHOUYUE_LOGGING__LEVEL": "debug"}
        command = [sys.executable, "-m", "pytest", "-q", "--show-capture=no", "-p", "tests.canary_plugin", *tests]
        run = subprocess.run(command, cwd=ROOT, env=given, timeout=LONGEST_S, check=False)
        found = json.loads(report.read_text("utf-8"))
    row = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": said("git", "rev-parse", "HEAD"),
        "clean": not said("git", "status", "--porcelain", "--untracked-files=no"),
        "tests": tests,
        "pytest_exit": run.returncode,
        **found,
    }
    note(row)
    print(json.dumps(row, ensure_ascii=False, indent=1))
    return 1 if found["hits"] or not found["lines"] else 0


def said(*words: str) -> str:
    """Return what a command says."""
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def note(row: dict[str, object]) -> None:
    """Append one run to the evidence."""
    rows = json.loads(EVIDENCE.read_text("utf-8")) if EVIDENCE.exists() else []
    EVIDENCE.parent.mkdir(parents=True, exist_ok=True)
    EVIDENCE.write_text(json.dumps([*rows, row], ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
