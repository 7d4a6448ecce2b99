"""Bugs planted on purpose, each in a copy of the program: the histories have to find every one of them."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.approvals.playing import FOUND

ROOT = Path(__file__).parents[2]
PATCHES = sorted((Path(__file__).parent / "planted").glob("*.patch"))
COPIED = ("bot", "handlers", "models", "cards", "workflow", "notifier", "platforms", "sandbox", "tests", "docs/audit")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "evidence")
MOST = 600  # histories after which a bug counts as not found
LONGEST_S = 1800


def applies(patch: Path, tree: Path = ROOT) -> bool:
    """Tell whether a planted bug still fits the program."""
    command = ["git", "apply", "--check", str(patch)]
    return subprocess.run(command, cwd=tree, capture_output=True, check=False).returncode == 0


def plant(patch: Path, tree: Path) -> None:
    """Copy the program to `tree` and plant one bug there."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=LEFT_OUT)
    subprocess.run(["git", "apply", str(patch)], cwd=tree, check=True)


def caught(patch: Path, office_at: Path, tree: Path, first: int = 0) -> str:
    """Plant a bug and play histories until one finds it; returns what it said, or nothing."""
    plant(patch, tree)
    command = [sys.executable, "-m", "tests.approvals.playing", str(office_at), str(first), str(MOST), "--until-one"]
    played = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    return played.stdout.strip() if played.returncode == FOUND else ""
