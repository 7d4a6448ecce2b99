"""Guess at every public door a million times, on real sockets; append what was answered and changed to the evidence.

`make nightly-callbacks`. `SHOUYUE_GUESSES` sets how many, `SHOUYUE_FIRST_GUESS` the number of the first. The bot runs
here, the guessers in processes of their own. Exit code 1 when one request was answered with 5xx or as it should not be,
or a row of any table is another than before.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot import logs  # noqa: E402
from models.migrating import migrate  # noqa: E402
from tests.scenarios.bot_endpoint import everything, running  # noqa: E402
from tests.threats.guessed import recorded_day, wrong  # noqa: E402

EVIDENCE = ROOT / "docs/evidence/callbacks.json"
PORTION = 20_000
PROCESSES = 2
Result = dict[str, object]


async def guessers(port: int, first: int, many: int, recorded: str) -> Counter[str]:
    """Send so many guesses from processes of their own and return how they were answered."""
    program = [sys.executable, "-m", "tests.threats.guessing", "127.0.0.1", str(port), str(first), str(many)]
    ran = await asyncio.create_subprocess_exec(
        *program, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await ran.communicate(recorded.encode())
    return Counter(json.loads(said))


async def played(home: Path, first: int, many: int) -> Result:
    """Attack a bot of its own; returns what came of it."""
    url = f"sqlite://{home}/guessed.db"
    await migrate(url, home, reporter=str)
    async with running(home, url) as bot:
        seen = await recorded_day(bot)
        before, begun, answered = await everything(), time.monotonic(), Counter[str]()
        portions = [(at, min(PORTION, first + many - at)) for at in range(first, first + many, PORTION)]
        turn = asyncio.Semaphore(PROCESSES)

        async def portion(at: int, count: int) -> None:
            async with turn:
                answered.update(await guessers(bot.app.port, at, count, json.dumps(asdict(seen))))
                print(f"{answered.total()} of {many}", flush=True)

        await asyncio.gather(*(portion(*each) for each in portions))
        after = await everything()
        changed = sorted(table for table, rows in after.items() if rows != before[table])
        return {
            "first": first,
            "guesses": answered.total(),
            "answered": dict(sorted(answered.items())),
            "answered_wrongly": wrong(answered),
            "turned_away": {door: counts for door, counts in bot.app.refused.by_door().items() if counts},
            "tables_changed": changed,
            "seconds": round(time.monotonic() - begun),
        }


def main() -> int:
    """Guess, compare, note."""
    many = int(os.environ.get("SHOUYUE_GUESSES", "1000000"))
    first = int(os.environ.get("SHOUYUE_FIRST_GUESS", "0")) or 1_000_000 + secrets.randbelow(10**9)
    asking = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(asking, cwd=ROOT, capture_output=True, text=True, check=False)
    logs.configure("error", "plain")
    with tempfile.TemporaryDirectory(prefix="guesses") as folder:
        result = asyncio.run(played(Path(folder), first, many))
    row = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit.stdout.strip(), **result}
    rows = json.loads(EVIDENCE.read_text("utf-8")) if EVIDENCE.is_file() else []
    EVIDENCE.write_text(json.dumps([*rows, row], ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(row, ensure_ascii=False, indent=1))
    return 1 if result["answered_wrongly"] or result["tables_changed"] or result["guesses"] != many else 0


if __name__ == "__main__":
    sys.exit(main())
