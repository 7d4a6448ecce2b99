"""Play histories of approvals by the ten thousand, and find every planted bug; append what came of it to the evidence.

`make nightly-approvals`; with `--planted` only the planted bugs, and nothing is appended. It goes on where it was
stopped, as long as the commit is the same. The seed of the first history is printed; `SHOUYUE_FIRST_HISTORY` sets it,
`SHOUYUE_HISTORIES` how many, `SHOUYUE_PROCESSES` on how many processes. Exit code 1 when program and model disagree
anywhere, or a planted bug was not found.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.approvals import planting, playing  # noqa: E402

EVIDENCE = ROOT / "docs/evidence/approvals.json"
STATE = ROOT / ".shouyue/approvals.json"  # what was played already
PORTION = 100
PROCESSES = int(os.environ.get("SHOUYUE_PROCESSES", "0")) or os.cpu_count() or 1
State = dict[str, Any]


def main() -> int:
    """Play, plant, note; with `--planted` only plant."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--planted", action="store_true", help="find the planted bugs and play nothing else")
    return only_planted() if asked.parse_args().planted else everything()


def only_planted() -> int:
    """Find every planted bug, and say which history did."""
    state: State = {"planted": {}, "seconds": 0}
    with tempfile.TemporaryDirectory(prefix="approvals") as folder:
        plant_all(planting.PATCHES, Path(folder), state, keep=False)
    missed = missed_of(state)
    print(f"{len(state['planted']) - len(missed)} of {len(state['planted'])} planted bugs are found: {seeds_of(state)}")
    print(f"not found: {', '.join(missed) or 'none'}; {state['seconds']:.0f} s")
    return 1 if missed else 0


def everything() -> int:
    """Play, plant, note."""
    state = begun()
    print(f"histories {state['first']} to {state['first'] + state['many'] - 1}, {len(state['done'])} portions are done")
    with tempfile.TemporaryDirectory(prefix="approvals") as folder:
        office = Path(folder) / "office.db"
        asyncio.run(playing.office(office))
        each_of(portions(state), lambda first: played(office, first, state), state)
        plant_all([each for each in planting.PATCHES if each.stem not in state["planted"]], Path(folder), state)
    missed = missed_of(state)
    row = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": state["commit"],
        "first": state["first"],
        "histories": state["many"],
        "failed": state["failed"],
        "planted": len(state["planted"]),
        "missed": missed,
        "found_by": seeds_of(state),
        "seconds": round(state["seconds"]),
    }
    rows = json.loads(EVIDENCE.read_text("utf-8")) if EVIDENCE.is_file() else []
    EVIDENCE.write_text(json.dumps([*rows, row], ensure_ascii=False, indent=1) + "\n", "utf-8")
    STATE.unlink()
    print(json.dumps(row, ensure_ascii=False, indent=1))
    return 1 if state["failed"] or missed else 0


def plant_all(patches: Iterable[Path], folder: Path, state: State, *, keep: bool = True) -> None:
    """Plant these bugs one by one, each in a copy of the program that is removed afterwards."""
    office = folder / "office.db"
    asyncio.run(playing.office(office))
    each_of(patches, lambda patch: planted(office, patch, folder / patch.stem, state), state, keep=keep)


def missed_of(state: State) -> list[str]:
    """Name the planted bugs that no history found."""
    return sorted(name for name, said in state["planted"].items() if not said)


def seeds_of(state: State) -> dict[str, int]:
    """Return the seed of the history that found each planted bug."""
    found = {name: said.removeprefix("seed ").partition(":")[0] for name, said in sorted(state["planted"].items())}
    return {name: int(seed) for name, seed in found.items() if seed}


def begun() -> State:
    """Return what an interrupted run of this commit left, or a new beginning."""
    asking = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(asking, cwd=ROOT, capture_output=True, text=True, check=False)
    first = int(os.environ.get("SHOUYUE_FIRST_HISTORY", "0")) or 1_000_000 + secrets.randbelow(10**9)
    many = int(os.environ.get("SHOUYUE_HISTORIES", "10000"))
    new: State = {"commit": commit.stdout.strip(), "first": first, "many": many, "seconds": 0}
    new |= {"done": [], "failed": [], "planted": {}}
    if STATE.is_file() and "SHOUYUE_FIRST_HISTORY" not in os.environ:
        old: State = json.loads(STATE.read_text("utf-8"))
        if (old["commit"], old["many"]) == (new["commit"], many):
            return old
    return new


def portions(state: State) -> list[int]:
    """Return the first seeds of what has not been played."""
    whole = range(state["first"], state["first"] + state["many"], PORTION)
    return [each for each in whole if each not in state["done"]]


def each_of(work: Iterable[Any], do: Callable[[Any], None], state: State, *, keep: bool = True) -> None:
    """Do all of it on several processes; what is done is kept at once, for a run that is stopped."""
    STATE.parent.mkdir(exist_ok=True)
    last = time.monotonic()
    with ThreadPoolExecutor(PROCESSES) as pool:
        for each in as_completed([pool.submit(do, one) for one in work]):
            each.result()
            state["seconds"], last = state["seconds"] + time.monotonic() - last, time.monotonic()
            if keep:
                STATE.write_text(json.dumps(state, ensure_ascii=False), "utf-8")


def played(office: Path, first: int, state: State) -> None:
    """Play one portion in a process of its own; one that breaks off has failed as well."""
    many = min(PORTION, state["first"] + state["many"] - first)
    command = [sys.executable, "-m", "tests.approvals.playing", str(office), str(first), str(many)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        print(ran.stdout + ran.stderr, flush=True)
        seeds = [line.split(":")[0] for line in ran.stdout.splitlines() if line.startswith("seed ")]
        state["failed"] += seeds or [f"seed {first} and after: exit code {ran.returncode}"]
    state["done"].append(first)
    print(f"{len(state['done']) * PORTION} of {state['many']}, failed {len(state['failed'])}", flush=True)


def planted(office: Path, patch: Path, tree: Path, state: State) -> None:
    """Plant one bug and let the histories find it."""
    said = planting.caught(patch, office, tree)
    shutil.rmtree(tree)
    state["planted"][patch.stem] = said.partition("\n")[0][:200]
    print(f"{patch.stem}: {state['planted'][patch.stem] or 'NOT FOUND'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
