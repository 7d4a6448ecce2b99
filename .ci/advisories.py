"""Say for each locked package whether it was audited; exit 1 for a known vulnerability or for anything not audited."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCKS = ("requirements/runtime.txt", "requirements/development.txt")
PEERS = Path("tests/peers")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(.*)$", re.MULTILINE)


def main() -> int:
    """Audit every lock and return the exit code."""
    return max([*(audit(lock) for lock in LOCKS), audit_peers()])


def audit(lock: str) -> int:
    """Print one line per package of a lock and return 1 unless each was audited and clean."""
    answers = asked(lock)
    verdicts = {name: verdict(answers.get(name.lower())) for name, _, _ in PIN.findall(Path(lock).read_text())}
    print(f"{lock}: {len(verdicts)} packages")
    for name, said in sorted(verdicts.items(), key=lambda row: (row[1] == "audited", row[0])):
        print(f"  {name:<28} {said}")
    return 1 if any(said != "audited" for said in verdicts.values()) else 0


def asked(lock: str) -> dict[str, dict[str, Any]]:
    """Ask pip-audit about a lock; what it does not mention was not audited.

    Without its own `--strict`, which stops at the first package it cannot audit and leaves the rest unsaid.
    """
    run = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--disable-pip", "--format", "json", "-r", lock],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        rows = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(run.stderr.strip().splitlines()[-1:] or "pip-audit said nothing", file=sys.stderr)
        return {}
    return {row["name"].lower(): row for row in rows}


def verdict(row: dict[str, Any] | None) -> str:
    """Word one package's result."""
    if row is None:
        return "not audited"
    if reason := row.get("skip_reason"):
        return f"not audited: {reason}"
    found = ", ".join(advisory["id"] for advisory in row.get("vulns", []))
    return f"VULNERABLE: {found}" if found else "audited"


def audit_peers() -> int:
    """Ask npm about the JavaScript peers of the tests, when they are here."""
    if not (PEERS / "package-lock.json").exists():
        return 0
    run = subprocess.run(["npm", "audit", "--json"], cwd=PEERS, capture_output=True, text=True, check=False)  # noqa: S607
    try:
        found = json.loads(run.stdout)["vulnerabilities"]
    except (ValueError, KeyError):
        print(f"{PEERS}: not audited")
        return 1
    print(f"{PEERS}: " + (f"VULNERABLE: {', '.join(found)}" if found else "audited"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
