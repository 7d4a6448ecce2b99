"""Runs docs/audit/verify.py for each command line on standard input (a JSON array a line) and prints the answers so."""

import contextlib
import io
import json
import runpy
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "docs" / "audit" / "verify.py"


def answer(arguments: list[str]) -> dict[str, object]:
    """Run the program as its command line would; returns its exit code and its output."""
    sys.argv = [str(PROGRAM), *arguments]
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.TextIOWrapper(io.BytesIO())):
        try:
            runpy.run_path(str(PROGRAM), run_name="__main__")
            left = 0
        except SystemExit as ended:
            left = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    out.seek(0)
    return {"exit": left, "out": out.read().strip()}


for row in sys.stdin:
    sys.stdout.write(json.dumps(answer(json.loads(row))) + "\n")
