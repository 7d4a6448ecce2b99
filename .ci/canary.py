"""Run the suite under watch, at DEBUG, and append what was sought, searched and found to the evidence.

`make nightly-canary`, or `make nightly-canary CANARY_TESTS="-n 2 tests/threats"` for a part of it. Exit code 1 when
anything was found or nothing was searched; what the tests themselves found is their own matter, and is noted.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = ROOT / "docs/evidence/canary.json"
LONGEST_S = 4 * 3600
COUNTED = ("files", "sought", "set_aside", "searched", "bytes", "allowed", "hits")


def main() -> int:
    """Run, search, note."""
    tests = sys.argv[1:] or ["tests"]
    with tempfile.TemporaryDirectory(prefix="canary") as folder:
        given = {**os.environ, "CANARY_REPORT": folder, "SHOUYUE_LOGGING__LEVEL": "debug"}
        command = [sys.executable, "-m", "pytest", "-q", "--show-capture=no", "-p", "tests.canary_plugin", *tests]
        exit_code = finished(command, given)
        found = added_up([json.loads(file.read_text("utf-8")) for file in sorted(Path(folder).glob("*.json"))])
    row = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": said("git", "rev-parse", "HEAD"),
        "clean": not said(
            "git", "status", "--porcelain", "--untracked-files=no", "--", ".", f":!{EVIDENCE.relative_to(ROOT)}"
        ),
        "tests": tests,
        "pytest_exit": exit_code,
        **found,
    }
    note(row)
    print(json.dumps(row, ensure_ascii=False, indent=1))
    return 1 if found["hits"] or not found["searched"] else 0


def finished(command: list[str], given: dict[str, str]) -> int | None:
    """Run the tests and return their exit code, or nothing when they had to be ended: what is done by then counts."""
    try:
        return subprocess.run(command, cwd=ROOT, env=given, timeout=LONGEST_S, check=False).returncode
    except subprocess.TimeoutExpired:
        return None


def added_up(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of what each process of the run counted."""
    sums: dict[str, Any] = {"ran": sum(each["ran"] for each in reports)}
    for name in COUNTED:
        counts = sum((Counter(each[name]) for each in reports), Counter())
        sums[name] = dict(sorted(counts.items()))
    return sums


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
